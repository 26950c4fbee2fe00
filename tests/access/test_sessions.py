"""Sessions: what begins and ends them."""

from collections.abc import Callable
from datetime import timedelta

from domain.access.access_ledger import AccessLedger
from domain.opened_ledger import Ledger
from tests.access.conftest import BY, INSTANT, PASSWORD, kinds, now


def test_somebody_signs_in_and_out(access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]):
    at = now()
    secret = access.passwords.sign_in("ANN", PASSWORD, at, "192.0.2.1")
    other = open_ledger().access
    session = other.sessions.find(secret, at)
    assert session is not None
    assert session.principal == access.principals.find("Ann")
    assert session.expires_at == at + timedelta(hours=8)
    assert other.sessions.find(secret, session.expires_at - INSTANT) is not None
    assert other.sessions.find(secret, session.expires_at) is None
    access.sessions.end(secret, at)
    assert other.sessions.find(secret, at) is None
    access.sessions.end(secret, at)
    assert kinds(access)[-2:] == ["SignedIn", "SignedOut"]


def test_what_is_no_network_address_is_not_kept(access: AccessLedger, ann: str):
    for address in ("", "x" * 101, "192.0.2.1\nx", "\udcff"):
        assert access.passwords.sign_in("Ann", PASSWORD, now(), address)
        assert "address='" not in repr(access.audit.records()[-1].event)


def test_every_session_has_a_secret_and_a_mark_of_its_own(access: AccessLedger, ann: str):
    one, other = (access.passwords.sign_in("Ann", PASSWORD, now(), None) for _ in range(2))
    first, second = access.sessions.find(one, now()), access.sessions.find(other, now())
    assert first is not None and second is not None
    assert len({one, other, first.csrf, second.csrf}) == 4
    again = access.sessions.find(one, now())
    assert again is not None and again.csrf == first.csrf
    assert access.sessions.find(first.csrf, now()) is None


def test_what_is_decided_counts_in_sessions_at_once(access: AccessLedger, ann: str):
    secret = access.passwords.sign_in("Ann", PASSWORD, now(), None)
    access.principals.end_grant("Ann", "keeper", None, BY)
    session = access.sessions.find(secret, now())
    assert session is not None and session.principal.grants == ()
    access.principals.leave("Ann", BY)
    assert access.sessions.find(secret, now()) is None
