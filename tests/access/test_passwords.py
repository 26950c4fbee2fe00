"""Passwords: setting them, signing in with them, and replacing them meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher
from psycopg import errors

from domain.access import password_hashing
from domain.access.access_errors import AccessCode, SignInFailed
from domain.access.access_ledger import AccessLedger
from domain.access.access_streams import AccessStreams
from domain.access.principals import Grant
from domain.access.sentences import sentence
from domain.access.sessions import Sessions
from domain.ledger.schema import access_schema, app_role
from domain.opened_ledger import Ledger
from tests import measuring
from tests.access.conftest import (
    AFAR,
    BY,
    CHEAP,
    HERE,
    NEW,
    PASSWORD,
    everything_stored,
    hashes,
    kind,
    kinds,
    now,
)
from tests.real_ledgers import Connection, Server, connected
from tests.refusing import refused


def test_a_new_password_ends_the_sessions_and_the_old_one(access: AccessLedger, ann: str):
    secret = access.passwords.sign_in("Ann", PASSWORD, now(), None)
    access.passwords.set("Ann", "another few words", BY)
    assert access.sessions.find(secret, now()) is None
    with pytest.raises(SignInFailed):
        access.passwords.sign_in("Ann", PASSWORD, now(), None)
    assert access.sessions.find(access.passwords.sign_in("Ann", "another few words", now(), None), now())


@pytest.mark.parametrize(
    ("code", "password"),
    [
        (AccessCode.PASSWORD_TOO_SHORT, "eleven char"),
        (AccessCode.PASSWORD_TOO_LONG, "x" * 1025),
        *(
            (AccessCode.PASSWORD_GUESSABLE, password)
            for password in (
                "x" * 12,
                "Ann Clerk of the Council",
                "annclerkofthecouncil9",
                "council tax 2026 due",
                "my P@ssw0rd is long",
                "the AsAt of Ann",
                "xyz 1234567890",
            )
        ),
    ],
)
def test_a_weak_password_is_refused(access: AccessLedger, code: AccessCode, password: str):
    access.principals.add("Ann Clerk of the Council", [Grant("keeper")], BY)
    with refused(code):
        access.passwords.set("Ann Clerk of the Council", password, BY)
    assert "PasswordSet" not in kinds(access)


def test_whoever_came_in_by_a_link_sets_a_password_of_their_own(access: AccessLedger, ann: str):
    link = access.links.sign_in(access.links.make("Ann", BY, 5), now(), None)
    came_in = access.sessions.find(link, now())
    assert came_in is not None and came_in.means == "link"
    session = access.sessions.find(access.passwords.set_own(came_in, "", NEW, now(), None), now())
    assert session is not None and session.means == "password"
    assert access.sessions.find(link, now()) is None, "the sessions before are over"
    assert access.passwords.sign_in("Ann", NEW, now(), None)
    [noted] = [one for one in access.audit.records() if kind(one) == "PasswordSet" and one.recorded_by == "Ann"]
    assert sentence(noted.event) == "a password was set for Ann"


def test_whoever_came_in_by_a_password_must_know_it_to_set_another(access: AccessLedger, ann: str):
    session = access.sessions.find(access.passwords.sign_in("Ann", PASSWORD, now(), HERE), now())
    assert session is not None
    for _ in range(5):
        with pytest.raises(SignInFailed, match="that is not your password"):
            access.passwords.set_own(session, "wrong", NEW, now(), HERE)
    with pytest.raises(SignInFailed, match="try again in 15 minutes"):
        access.passwords.set_own(session, PASSWORD, NEW, now(), HERE)
    assert access.passwords.set_own(session, PASSWORD, NEW, now(), AFAR)
    assert access.passwords.sign_in("Ann", NEW, now(), AFAR)


def test_a_weak_password_of_ones_own_is_refused_before_the_former_is_looked_at(access: AccessLedger, ann: str):
    session = access.sessions.find(access.passwords.sign_in("Ann", PASSWORD, now(), None), now())
    assert session is not None
    with refused(AccessCode.PASSWORD_TOO_SHORT, "at least 12"):
        access.passwords.set_own(session, "wrong", "short", now(), None)
    assert kinds(access)[-1] == "SignedIn"


def test_whoever_comes_in_by_an_identity_only_sets_no_password(access: AccessLedger):
    access.principals.add("Ida", [Grant("keeper")], BY)
    access.identities.link("Ida", "https://issuer", "subject", BY)
    session = access.sessions.find(access.identities.sign_in("https://issuer", "subject", now(), None), now())
    assert session is not None
    with refused(AccessCode.HAS_NO_PASSWORD, "asks a steward for a link"):
        access.passwords.set_own(session, "", NEW, now(), None)


def test_a_password_of_ones_own_that_a_steward_replaces_meanwhile_opens_nothing(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
):
    session = access.sessions.find(access.links.sign_in(access.links.make("Ann", BY, 5), now(), None), now())
    other, begin_session = open_ledger().access, Sessions.begin
    assert session is not None

    def overtaken(sessions: Sessions, *how: Any) -> str:
        other.passwords.set("Ann", "yet another few words", BY)
        return begin_session(sessions, *how)

    monkeypatch.setattr(Sessions, "begin", overtaken)
    with pytest.raises(SignInFailed):
        access.passwords.set_own(session, "", NEW, now(), None)
    assert kinds(access)[-1] == "SignedOut"


def test_a_password_typed_on_another_keyboard_is_the_same(access: AccessLedger, ann: str):
    access.passwords.set("Ann", "Siân and a few words", BY)
    assert access.passwords.sign_in("Ann", "Sia\u0302n and a few words", now(), None)


def test_a_hash_weaker_than_those_made_now_is_made_anew(
    access: AccessLedger, ann: str, owner: Connection, schema: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(password_hashing, "_hasher", PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))
    secret = access.passwords.sign_in("Ann", PASSWORD, now(), None)
    assert "m=64,t=2,p=1" in everything_stored(owner, access_schema(schema))
    assert access.sessions.find(secret, now()), "nobody set a new password"
    assert access.passwords.sign_in("Ann", PASSWORD, now(), None)


# A new password while somebody is coming in with the old one


def test_a_password_replaced_while_it_is_looked_at_opens_nothing(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
):
    other, looked = open_ledger().access, password_hashing.is_password

    def overtaken(password: str, hashed: str | None) -> bool:
        found = looked(password, hashed)
        monkeypatch.setattr("domain.access.passwords.is_password", looked)
        other.passwords.set("Ann", NEW, BY)
        return found

    monkeypatch.setattr("domain.access.passwords.is_password", overtaken)
    with pytest.raises(SignInFailed, match="the name or the password is wrong"):
        access.passwords.sign_in("Ann", PASSWORD, now(), None)
    assert kinds(access)[-3:] == ["PasswordSet", "SignedIn", "SignedOut"]
    assert access.passwords.sign_in("Ann", NEW, now(), None)


def test_the_event_of_a_new_password_is_there_when_the_password_is_and_not_before(
    access: AccessLedger, ann: str, server: Server, schema: str
):
    with connected(server.owner_conninfo, access_schema(schema)) as as_owner, ThreadPoolExecutor(1) as thread:
        with as_owner.transaction():
            as_owner.execute("lock table passwords in exclusive mode")
            done = thread.submit(access.passwords.set, "Ann", NEW, BY)
            measuring.until(lambda: as_owner.execute("select from pg_locks where not granted").fetchone() is not None)
            assert kinds(access).count("PasswordSet") == 1
        done.result()
    assert kinds(access).count("PasswordSet") == 2


def test_whoever_leaves_while_given_a_password_leaves_none_behind(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger], owner: Connection, schema: str,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    other, tell = open_ledger().access, AccessStreams.append

    def overtaken(streams: AccessStreams, *told: Any) -> None:
        monkeypatch.setattr(AccessStreams, "append", tell)
        tell(streams, *told)
        other.principals.leave("Ann", BY)

    monkeypatch.setattr(AccessStreams, "append", overtaken)
    access.passwords.set("Ann", NEW, BY)
    assert kinds(access)[-2:] == ["PasswordSet", "PrincipalLeft"]
    assert hashes(owner, schema) == []


def test_a_hash_made_anew_does_not_bring_a_replaced_password_back(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
):
    other, stronger = open_ledger().access, CHEAP.hash(PASSWORD)

    def overtaken(*_: str) -> str:
        other.passwords.set("Ann", NEW, BY)
        return stronger

    with monkeypatch.context() as patched:
        patched.setattr("domain.access.passwords.rehashed", overtaken)
        with pytest.raises(SignInFailed):
            access.passwords.sign_in("Ann", PASSWORD, now(), None)
    with pytest.raises(SignInFailed):
        access.passwords.sign_in("Ann", PASSWORD, now(), None)
    assert access.passwords.sign_in("Ann", NEW, now(), None)


def test_a_link_made_before_a_new_password_opens_nothing(access: AccessLedger, ann: str):
    link = access.links.make("Ann", BY, 5)
    access.passwords.set("Ann", NEW, BY)
    with pytest.raises(SignInFailed, match="for another"):
        access.links.sign_in(link, now(), None)
    assert kinds(access)[-1] == "PasswordSet", "nobody came in"
    assert access.sessions.find(access.links.sign_in(access.links.make("Ann", BY, 5), now(), None), now())


def test_a_link_used_while_a_new_password_is_set_opens_nothing(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
):
    link, other, begin_session = access.links.make("Ann", BY, 5), open_ledger().access, Sessions.begin

    def overtaken(sessions: Sessions, *how: Any) -> str:
        other.passwords.set("Ann", NEW, BY)
        return begin_session(sessions, *how)

    monkeypatch.setattr(Sessions, "begin", overtaken)
    with pytest.raises(SignInFailed, match="for another"):
        access.links.sign_in(link, now(), None)
    assert kinds(access)[-4:] == ["PasswordSet", "LinkUsed", "SignedIn", "SignedOut"]


@pytest.mark.parametrize(
    ("stream", "topic", "hashed"),
    [("principal:ann", "RoleGranted", "'x'"), ("principal:ann", "PasswordSet", "null"), ("x", "PasswordSet", "'x'"),
     ("principal:ann", "PrincipalLeft", "'x'")],
)  # fmt: skip
def test_the_database_takes_no_password_without_its_event(
    access: AccessLedger, ann: str, server: Server, schema: str, owner: Connection, stream: str, topic: str, hashed: str
):
    kept, [before] = access_schema(schema), hashes(owner, schema)
    with connected(server.app_conninfo, kept, app_role(kept)) as app, pytest.raises(errors.CheckViolation):
        app.execute(f"select set_password('{stream}', 4, '{topic}', gen_random_uuid(), '{{}}', 'x', {hashed})".encode())
    assert hashes(owner, schema) == [before]
    assert access.audit.size() == 3
