"""Signing in by an identity and by a link."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.access import access_events as events
from domain.access.access_errors import AccessCode, SignInFailed
from domain.access.access_ledger import AccessLedger
from domain.opened_ledger import Ledger
from tests.access.conftest import BY, INSTANT, PASSWORD, kinds, now
from tests.refusing import refused


def test_a_linked_identity_signs_in(access: AccessLedger, ann: str):
    with pytest.raises(SignInFailed, match="ask a steward"):
        access.identities.sign_in("https://issuer", "subject", now(), None)
    access.identities.link("ann", "https://issuer", "subject", BY)
    session = access.sessions.find(access.identities.sign_in("https://issuer", "subject", now(), None), now())
    assert session is not None and session.principal.name == "Ann"
    for issuer, subject in (
        ("https://other", "subject"),
        ("https://issuer", "Subject"),
        ("https://issuer s", "ubject"),
    ):
        with pytest.raises(SignInFailed):
            access.identities.sign_in(issuer, subject, now(), None)
    with refused(AccessCode.ALREADY_LINKED, "already"):
        access.identities.link("Ann", "https://issuer", "subject", BY)


def test_an_identity_with_an_unpaired_mark_of_direction_is_not_linked(access: AccessLedger, ann: str):
    for issuer, subject in (("https://login.example", "ann\u202e"), ("https://login.example/\u2067", "ann")):
        with refused(AccessCode.IDENTITY_UNUSABLE, "turns the direction of writing"):
            access.identities.link(ann, issuer, subject, BY)
    assert access.identities.all() == []


def test_an_identity_linked_again_is_the_last_principal_s(access: AccessLedger, ann: str):
    access.principals.add("Bob", [], BY)
    for name in ("Ann", "Bob"):
        access.identities.link(name, "https://issuer", "subject", BY)
    session = access.sessions.find(access.identities.sign_in("https://issuer", "subject", now(), None), now())
    assert session is not None and session.principal.name == "Bob"
    access.principals.leave("Bob", BY)
    with pytest.raises(SignInFailed):
        access.identities.sign_in("https://issuer", "subject", now(), None)


def test_an_identity_unlinked_signs_nobody_in_and_whoever_it_signed_in_is_out(access: AccessLedger, ann: str):
    issuer = ("https://issuer", "subject")
    access.identities.link("Ann", *issuer, BY)
    assert access.identities.all() == [
        events.IdentityLinked(principal="Ann", issuer="https://issuer", subject="subject")
    ]
    session, other = (
        access.identities.sign_in(*issuer, now(), None),
        access.passwords.sign_in("Ann", PASSWORD, now(), None),
    )
    access.identities.unlink("ann", *issuer, BY)
    assert access.sessions.find(session, now()) is None
    assert access.sessions.find(other, now()), "who came in otherwise stays"
    assert access.identities.all() == []
    with pytest.raises(SignInFailed, match="ask a steward"):
        access.identities.sign_in(*issuer, now(), None)
    with refused(AccessCode.NOT_LINKED, "Ann is not linked"):
        access.identities.unlink("Ann", *issuer, BY)
    access.identities.link("Ann", *issuer, BY)
    assert access.sessions.find(session, now()) is None, "what is over stays over"
    assert access.sessions.find(access.identities.sign_in(*issuer, now(), None), now())


def test_an_identity_linked_to_another_ends_the_sessions_of_the_one_before(access: AccessLedger, ann: str):
    access.principals.add("Bob", [], BY)
    access.identities.link("Ann", "https://issuer", "subject", BY)
    session = access.identities.sign_in("https://issuer", "subject", now(), None)
    access.identities.link("Bob", "https://issuer", "subject", BY)
    assert access.sessions.find(session, now()) is None
    access.identities.link("Ann", "https://issuer", "subject", BY)
    assert access.sessions.find(session, now()) is None


def test_a_link_signs_in_once(access: AccessLedger, ann: str):
    secret = access.links.make("Ann", BY, 5)
    session = access.sessions.find(access.links.sign_in(secret, now(), None), now())
    assert session is not None and session.principal.name == "Ann"
    with pytest.raises(SignInFailed, match="has been used"):
        access.links.sign_in(secret, now(), None)


def test_of_two_who_use_a_link_at_once_one_comes_in(access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]):
    ledgers = [access, open_ledger().access]

    def use(task: tuple[AccessLedger, str]) -> bool:
        ledger, secret = task
        try:
            ledger.links.sign_in(secret, now(), None)
        except SignInFailed:
            return False
        return True

    for _ in range(5):
        secret = access.links.make("Ann", BY, 5)
        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(use, [(ledger, secret) for ledger in ledgers])) == [False, True]
    assert kinds(access).count("LinkUsed") == kinds(access).count("SignedIn") == 5


def test_a_link_is_over_at_its_minute(access: AccessLedger, ann: str):
    secret = access.links.make("Ann", BY, 5)
    end = access.audit.records()[-1].recorded_at + timedelta(minutes=5)
    for wrong, at in ((secret, end), ("", end - INSTANT), (secret + "x", end - INSTANT)):
        with pytest.raises(SignInFailed):
            access.links.sign_in(wrong, at, None)
    assert access.links.sign_in(secret, end - INSTANT, None)


def test_a_link_of_somebody_who_left_is_over(access: AccessLedger, ann: str):
    secret = access.links.make("Ann", BY, 5)
    access.principals.leave("Ann", BY)
    with pytest.raises(SignInFailed):
        access.links.sign_in(secret, now(), None)
