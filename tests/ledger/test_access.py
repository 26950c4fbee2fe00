"""The access ledger on real PostgreSQL: who may, tokens, signing in, and what is never stored."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from psycopg import errors
from psycopg.sql import SQL, Identifier

from domain.access import access_events as events
from domain.access import password_hashing
from domain.access.access_errors import AccessRefused, NotSignedIn, PrincipalUnknown, SignInFailed
from domain.access.access_ledger import AccessLedger
from domain.access.access_streams import AccessRecord, AccessStreams
from domain.access.principals import Grant, Principal
from domain.access.sentences import sentence
from domain.access.sessions import Sessions
from domain.access.sign_in_throttle import account_stream, network_of
from domain.ledger.ledger import Ledger
from domain.ledger.schema import access_schema, app_role
from domain.refusals import LedgerDamaged, ReplicaOnly
from tests import measuring
from tests.ledger.conftest import Connection, Server, begin, connected

BY = "operator root"
PASSWORD, NEW = "correct horse battery", "another few words"
INSTANT = timedelta(microseconds=1)
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed quickly, where a test does not ask how long that takes."""
    monkeypatch.setattr(password_hashing, "_hasher", CHEAP)
    password_hashing._unmatched_hash.cache_clear()
    yield
    password_hashing._unmatched_hash.cache_clear()


@pytest.fixture
def access(ledger: Ledger) -> AccessLedger:
    """The access ledger of an empty ledger, which is still open."""
    return ledger.access


@pytest.fixture
def ann(access: AccessLedger) -> str:
    """A keeper with a password."""
    access.principals.add("Ann", [Grant("keeper")], BY)
    access.passwords.set("Ann", PASSWORD, BY)
    return "Ann"


def hashes(owner: Connection, schema: str) -> list[str]:
    """Every hash of a password that is kept."""
    query = SQL("select hash from {}.passwords").format(Identifier(access_schema(schema)))
    return [found for (found,) in owner.execute(query)]


def kinds(access: AccessLedger) -> list[str]:
    return [kind(record) for record in access.audit.records()]


def kind(record: AccessRecord) -> str:
    return type(record.event).__name__


# Open, until somebody is added


def test_a_ledger_is_open_until_somebody_is_added(access: AccessLedger, open_ledger: Callable[[], Ledger]):
    other = open_ledger().access
    assert access.principals.is_open()
    assert access.principals.anyone().open
    access.principals.add("anyone", [Grant("reader")], BY)
    assert other.principals.is_open(), "anyone is not somebody"
    access.principals.add("Ann", [Grant("keeper")], BY)
    assert not other.principals.is_open()
    assert other.principals.anyone() == Principal("anyone", (Grant("reader"),))


def test_an_open_ledger_is_asked_without_anything_being_made(access: AccessLedger, owner: Connection, schema: str):
    assert access.principals.is_open()
    assert (access.principals.all(), access.tokens.all(), access.audit.records()) == ([], [], [])
    assert access.sessions.find("x", now()) is None
    with pytest.raises(NotSignedIn):
        access.tokens.principal("asat_x", now())
    found = owner.execute("select from pg_namespace where nspname = %s", (access_schema(schema),)).fetchone()
    assert found is None


def test_the_longest_name_of_a_ledger_leaves_room_for_its_access_ledger():
    one, other = access_schema("a" * 54), access_schema("a" * 53 + "b")
    assert len(one) == len(other) == 54
    assert one != other


# Principals


def test_somebody_is_found_by_their_name_however_it_is_written(access: AccessLedger):
    access.principals.add("Ann Clerk", [Grant("keeper", "sunderland")], BY)
    assert access.principals.find("ann  CLERK") == Principal("Ann Clerk", (Grant("keeper", "sunderland"),))


def test_everybody_is_listed_by_name(access: AccessLedger, ann: str):
    access.principals.add("bob", [], BY)
    access.principals.leave("bob", BY)
    access.principals.add("anyone", [Grant("reader", "sunderland")], BY)
    access.tokens.create("Case system", Grant("reader"), None, BY)
    assert [(one.name, one.left) for one in access.principals.all()] == [
        ("Ann", False),
        ("anyone", False),
        ("bob", True),
    ]


def test_a_name_is_not_given_twice(access: AccessLedger, ann: str):
    for name in ("Ann", "ANN"):
        with pytest.raises(AccessRefused, match="not given twice"):
            access.principals.add(name, [Grant("reader")], BY)
    with pytest.raises(AccessRefused, match="not given twice"):
        access.tokens.create("ann", Grant("reader"), None, BY)
    access.tokens.create("Case system", Grant("reader"), None, BY)
    with pytest.raises(AccessRefused, match="not given twice"):
        access.principals.add("case system", [], BY)
    with pytest.raises(PrincipalUnknown):
        access.principals.find("Case system")


def test_of_two_who_add_the_same_name_one_succeeds(access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]):
    def add(ledger: AccessLedger) -> bool:
        try:
            ledger.principals.add("Bob", [Grant("reader")], BY)
        except AccessRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(add, [access, open_ledger().access])) == [False, True]


def test_a_role_granted_and_ended_counts_at_once_elsewhere(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]
):
    other = open_ledger().access
    access.principals.grant("Ann", Grant("steward"), BY)
    assert other.principals.find("Ann").may("steward", None, now())
    access.principals.end_grant("Ann", "steward", None, BY)
    assert not other.principals.find("Ann").may("steward", None, now())


def test_what_two_grant_at_the_same_moment_both_counts(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]
):
    ledgers = [access, open_ledger().access]
    plans = [f"plan-{number}" for number in range(10)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda n: ledgers[n % 2].principals.grant("Ann", Grant("reader", plans[n]), BY), range(10)))
    assert {grant.plan for grant in access.principals.find("Ann").grants} == {None, *plans}


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda a: a.principals.grant("anyone", Grant("recorder"), BY), "role reader only"),
        (lambda a: a.principals.grant("Ann", Grant("keeper"), BY), "just this already"),
        (lambda a: a.principals.grant("Ann", Grant("steward"), "ann"), "to themselves"),
        (lambda a: a.principals.end_grant("Ann", "keeper", "sunderland", BY), "it holds keeper for all plans"),
        (lambda a: a.principals.grant("Ann", Grant("reader", "Not A Plan"), BY), "Not A Plan"),
        (lambda a: a.principals.add("Bob", [Grant("reader"), Grant("reader")], BY), "granted twice"),
        (lambda a: a.principals.add("Bob\nClerk\x00", [], BY), "one line"),
        (lambda a: a.principals.add("operator root", [], BY), "not given to anybody"),
        (lambda a: a.principals.add("Bob", [], ""), "who decides"),
        (lambda a: a.principals.leave("anyone", BY), "does not leave"),
        (lambda a: a.passwords.set("anyone", PASSWORD, BY), "cannot sign in"),
        (lambda a: a.links.make("anyone", BY, 5), "cannot sign in"),
        (lambda a: a.links.make("Ann", BY, 0), "cannot be recorded"),
        (lambda a: a.links.make("Ann", BY, 10**9), "cannot be recorded"),
    ],
)
def test_nonsense_is_refused_and_nothing_recorded(
    access: AccessLedger, ann: str, refused: Callable[[AccessLedger], None], why: str
):
    before = kinds(access)
    with pytest.raises(AccessRefused, match=why):
        refused(access)
    assert kinds(access) == before


def test_whoever_left_is_granted_nothing_more(access: AccessLedger, ann: str):
    access.principals.leave("Ann", BY)
    assert not access.principals.find("Ann").may("reader", "sunderland", now())
    for refused in (
        lambda: access.principals.grant("Ann", Grant("reader"), BY),
        lambda: access.principals.leave("Ann", BY),
        lambda: access.passwords.set("Ann", PASSWORD, BY),
        lambda: access.links.make("Ann", BY, 5),
        lambda: access.identities.link("Ann", "https://i", "s", BY),
    ):
        with pytest.raises(AccessRefused, match="has left"):
            refused()


def test_nobody_of_that_name_is_an_error_of_its_own(access: AccessLedger, ann: str):
    with pytest.raises(PrincipalUnknown, match="'Bob'"):
        access.principals.grant("Bob", Grant("reader"), BY)


# Stewards


@pytest.fixture
def sue(access: AccessLedger) -> str:
    """A steward with a password."""
    access.principals.add("Sue", [Grant("steward"), Grant("reader")], BY)
    access.passwords.set("Sue", PASSWORD, BY)
    return "Sue"


def test_nobody_ends_their_own_access_as_a_steward(access: AccessLedger, ann: str, sue: str):
    before = kinds(access)
    for own in (
        lambda: access.principals.end_grant("Sue", "steward", None, "sue"),
        lambda: access.principals.leave("SUE", "Sue"),
    ):
        with pytest.raises(AccessRefused, match="another steward must end your own access"):
            own()
    assert kinds(access) == before
    access.principals.end_grant("Sue", "reader", None, "Sue")


def test_the_last_steward_who_can_sign_in_is_ended_by_the_operator_only(access: AccessLedger, sue: str):
    access.principals.add("By link", [Grant("steward")], BY)
    access.principals.add("For a while", [Grant("steward", until=now() + timedelta(days=1))], BY)
    access.passwords.set("For a while", PASSWORD, BY)
    for refused in (
        lambda: access.principals.end_grant("Sue", "steward", None, "By link"),
        lambda: access.principals.leave("Sue", "By link"),
    ):
        with pytest.raises(AccessRefused, match="no steward would be left who can sign in again"):
            refused()
    access.passwords.set("By link", PASSWORD, BY)
    access.principals.end_grant("Sue", "steward", None, "By link")
    access.principals.leave("By link", BY)
    assert not any(one.may("steward", None, now()) for one in access.principals.all() if one.name != "For a while")


def test_an_identity_is_a_way_to_sign_in_that_the_last_steward_keeps(access: AccessLedger, sue: str):
    access.principals.add("Ida", [Grant("steward")], BY)
    access.identities.link("Ida", "https://issuer", "subject", BY)
    access.principals.leave("Sue", "Ida")
    access.principals.add("By link", [Grant("steward")], BY)
    with pytest.raises(AccessRefused, match="no steward would be left"):
        access.identities.unlink("Ida", "https://issuer", "subject", "By link")
    access.identities.unlink("Ida", "https://issuer", "subject", BY)


def test_of_two_stewards_who_end_each_other_one_stays(
    access: AccessLedger, sue: str, open_ledger: Callable[[], Ledger]
):
    access.principals.add("Tom", [Grant("steward")], BY)
    access.passwords.set("Tom", PASSWORD, BY)
    ledgers = {"Sue": access, "Tom": open_ledger().access}

    def ends(by: str) -> bool:
        try:
            ledgers[by].principals.leave("Tom" if by == "Sue" else "Sue", by)
        except AccessRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(ends, ledgers)) <= 1
    assert any(one.may("steward", None, now()) for one in access.principals.all())


# Tokens


def test_a_token_is_a_principal_of_its_own(access: AccessLedger, ann: str):
    secret, made = access.tokens.create("Case system", Grant("recorder", "sunderland"), None, BY)
    assert secret.startswith("asat_")
    assert access.tokens.principal(secret, now()) == Principal(
        "Case system", (Grant("recorder", "sunderland"),), program=True
    )
    assert access.tokens.all() == [made]
    assert (made.created_by, made.revoked) == (BY, False)


def test_no_token_is_a_steward_also_one_that_was_made_as_such(
    access: AccessLedger, ann: str, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(AccessRefused, match="not given the role steward"):
        access.tokens.create("Robot", Grant("steward"), None, BY)
    assert access.tokens.all() == []
    secret, _ = access.tokens.create("Robot", Grant("reader"), None, BY)
    kept = events.TokenCreated(name="Robot", role="steward")
    monkeypatch.setattr("domain.access.access_streams._event", lambda *_: kept)
    robot = access.tokens.principal(secret, now())
    assert robot.grants == (Grant("steward"),)
    assert robot.may("reader", "sunderland", now())
    assert not robot.may("steward", "sunderland", now())


def test_a_token_expires_at_its_instant(access: AccessLedger, ann: str):
    end = now() + timedelta(days=1)
    for until, of_grant in ((end, None), (None, end), (end, end + INSTANT), (end + INSTANT, end)):
        secret, made = access.tokens.create(f"T {until} {of_grant}"[:100], Grant("reader", until=of_grant), until, BY)
        assert made.grant.until == end
        assert access.tokens.principal(secret, end - INSTANT).may("reader", "sunderland", end - INSTANT)
        with pytest.raises(NotSignedIn):
            access.tokens.principal(secret, end)


@pytest.mark.parametrize("by_name", [True, False])
def test_a_revoked_token_opens_nothing_anywhere(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger], by_name: bool
):
    other = open_ledger().access
    secret, made = access.tokens.create("Case system", Grant("reader"), None, BY)
    kept, _ = access.tokens.create("Another", Grant("reader"), None, BY)
    assert other.tokens.principal(secret, now()).name == "Case system"
    access.tokens.revoke("case SYSTEM" if by_name else made.id, BY)
    with pytest.raises(NotSignedIn, match="was revoked"):
        other.tokens.principal(secret, now())
    assert other.tokens.principal(kept, now()).name == "Another"
    with pytest.raises(AccessRefused, match="already revoked"):
        access.tokens.revoke(made.id, BY)
    for wrong in ("no such token", "\udcff\x00", made.id[:-1]):
        with pytest.raises(PrincipalUnknown):
            access.tokens.revoke(wrong, BY)


def test_what_is_no_token_opens_nothing(access: AccessLedger, ann: str):
    secret, _ = access.tokens.create("Case system", Grant("reader"), None, BY)
    for wrong in ("", "asat_", secret.removeprefix("asat_"), secret + "x", secret[:-1], "asat_\udcff\x00", "%"):
        with pytest.raises(NotSignedIn):
            access.tokens.principal(wrong, now())


def test_an_open_ledger_has_no_tokens(access: AccessLedger):
    with pytest.raises(AccessRefused, match="add a principal first"):
        access.tokens.create("Case system", Grant("reader"), None, BY)


# Sessions


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


def test_a_new_password_ends_the_sessions_and_the_old_one(access: AccessLedger, ann: str):
    secret = access.passwords.sign_in("Ann", PASSWORD, now(), None)
    access.passwords.set("Ann", "another few words", BY)
    assert access.sessions.find(secret, now()) is None
    with pytest.raises(SignInFailed):
        access.passwords.sign_in("Ann", PASSWORD, now(), None)
    assert access.sessions.find(access.passwords.sign_in("Ann", "another few words", now(), None), now())


@pytest.mark.parametrize(
    ("password", "why"),
    [("eleven char", "at least 12"), ("x" * 12, "first to be tried"), ("x" * 1025, "at most 1,024"),
     ("Ann Clerk of the Council", "first to be tried"), ("annclerkofthecouncil9", "first to be tried"),
     ("council tax 2026 due", "first to be tried"), ("my P@ssw0rd is long", "first to be tried"),
     ("the AsAt of Ann", "first to be tried"), ("xyz 1234567890", "first to be tried")],
)  # fmt: skip
def test_a_weak_password_is_refused(access: AccessLedger, password: str, why: str):
    access.principals.add("Ann Clerk of the Council", [Grant("keeper")], BY)
    with pytest.raises(AccessRefused, match=why):
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
    with pytest.raises(AccessRefused, match="at least 12"):
        access.passwords.set_own(session, "wrong", "short", now(), None)
    assert kinds(access)[-1] == "SignedIn"


def test_whoever_comes_in_by_an_identity_only_sets_no_password(access: AccessLedger):
    access.principals.add("Ida", [Grant("keeper")], BY)
    access.identities.link("Ida", "https://issuer", "subject", BY)
    session = access.sessions.find(access.identities.sign_in("https://issuer", "subject", now(), None), now())
    assert session is not None
    with pytest.raises(AccessRefused, match="asks a steward for a link"):
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


# Refusals


def test_neither_name_nor_password_is_said_to_be_wrong(access: AccessLedger, ann: str):
    access.principals.add("Bob", [Grant("reader")], BY)
    access.principals.add("Cid", [Grant("reader")], BY)
    access.passwords.set("Cid", PASSWORD, BY)
    access.principals.leave("Cid", BY)
    said = set()
    for account in ("Ann", "Bob", "Cid", "Nobody", "anyone", "", "x" * 5000, "\udcff\x00"):
        with pytest.raises(SignInFailed) as refused:
            access.passwords.sign_in(account, PASSWORD if account != "Ann" else "wrong", now(), None)
        said.add((str(refused.value), refused.value.retry_after))
    assert said == {("the name or the password is wrong", None)}


def test_an_unknown_name_costs_what_a_wrong_password_costs(
    access: AccessLedger, ann: str, monkeypatch: pytest.MonkeyPatch
):
    verified = []
    hasher = PasswordHasher()

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

        def verify(self, hashed: str, password: bytes) -> bool:
            verified.append(hashed.split("$")[2:4])
            return hasher.verify(hashed, password)

    monkeypatch.setattr(password_hashing, "_hasher", Watched())
    access.passwords.set("Ann", "another few words", BY)
    for account in ("Nobody", "Ann", "Nobody"):
        with pytest.raises(SignInFailed):
            access.passwords.sign_in(account, "wrong", now(), None)
    assert len(verified) == 3, "each time one password is looked at"
    assert len({tuple(cost) for cost in verified}) == 1, "at the same cost of memory and passes"


HERE, NEARBY, AFAR = "192.0.2.1", "192.0.2.200", "198.51.100.7"


def fail(access: AccessLedger, times: int, account: str = "Ann", address: str | None = HERE) -> None:
    for _ in range(times):
        with pytest.raises(SignInFailed, match="is wrong"):
            access.passwords.sign_in(account, "wrong", now(), address)


def locked_out(access: AccessLedger, address: str | None = HERE, account: str = "Ann") -> bool:
    """Whether even the right password is refused."""
    try:
        access.passwords.sign_in(account, PASSWORD, now(), address)
    except SignInFailed as refused:
        return refused.retry_after is not None
    return False


def test_after_five_refusals_the_password_is_not_looked_at(
    access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
):
    fail(access, 4)
    assert access.passwords.sign_in("Ann", PASSWORD, now(), HERE)
    fail(access, 1)
    fifth = access.audit.records()[-1].recorded_at
    reopened = open_ledger().access
    with monkeypatch.context() as patched:
        patched.setattr("domain.access.passwords.is_password", lambda *_: pytest.fail("it was looked at"))
        for account, address in (("Ann", HERE), ("ann", NEARBY)):
            with pytest.raises(SignInFailed, match="try again in 15 minutes") as refused:
                reopened.passwords.sign_in(account, PASSWORD, fifth + timedelta(seconds=1), address)
            assert refused.value.retry_after == 14 * 60 + 59
        with pytest.raises(SignInFailed, match=r"in 1 minute, "):
            reopened.passwords.sign_in("Ann", PASSWORD, fifth + timedelta(minutes=15) - INSTANT, HERE)
    assert kinds(access).count("SignInRefused") == 5, "what is refused unseen is not kept, or it fills the disk"
    assert reopened.passwords.sign_in("Ann", PASSWORD, fifth + timedelta(minutes=15), HERE)


def test_whoever_knows_a_name_does_not_keep_its_owner_out_from_elsewhere(access: AccessLedger, ann: str):
    fail(access, 5)
    assert locked_out(access)
    assert not locked_out(access, AFAR)
    assert not locked_out(access, None)


def test_after_fifty_refusals_from_anywhere_nobody_comes_in(access: AccessLedger, ann: str):
    for network in range(12):
        fail(access, 4, address=f"192.0.{network}.1")
    fail(access, 1)
    assert not locked_out(access, AFAR)
    fail(access, 1, address=AFAR)
    assert locked_out(access, "203.0.113.1")
    told = sentence(access.audit.records()[-1].event)
    assert told.endswith("further tries from anywhere are refused for 15 minutes")


def test_the_audit_says_which_refusal_locked_an_account(access: AccessLedger, ann: str):
    fail(access, 5)
    *before, fifth = [sentence(one.event) for one in access.audit.records()][-5:]
    assert fifth == f"{before[0]}; further tries from that network are refused for 15 minutes"
    assert "further" not in "".join(before)


def test_a_new_password_lifts_the_lock(access: AccessLedger, ann: str):
    fail(access, 5)
    access.passwords.set("Ann", PASSWORD, BY)
    assert not locked_out(access)
    fail(access, 5)
    assert locked_out(access)


def test_a_link_lifts_the_lock_once_it_is_used(access: AccessLedger, ann: str):
    fail(access, 5)
    link = access.links.make("Ann", BY, 5)
    assert locked_out(access)
    access.links.sign_in(link, now(), HERE)
    assert kinds(access)[-1] == "LockLifted"
    assert not locked_out(access)
    fail(access, 5)
    assert locked_out(access)


def test_a_name_that_is_none_is_throttled_alike(access: AccessLedger, ann: str):
    fail(access, 5, "Nobody")
    assert locked_out(access, account="Nobody")
    assert not locked_out(access)


def test_a_name_that_is_one_shares_a_lock_as_a_name_that_is_none_does(access: AccessLedger, ann: str):
    """Whoever finds names that share a lock with another finds out nothing of whether it is one."""

    def stream_of_refusals(account: str) -> str:
        fail(access, 1, account)
        kept = access.audit.records()[-1]
        return kept.stream

    known = stream_of_refusals("Ann")
    assert known == account_stream("Ann")
    assert len(known) == len(stream_of_refusals("Nobody"))
    assert access.audit.records()[-2].about == "Ann"
    sharing = next(one for one in (f"x{n}" for n in range(10**8)) if account_stream(one) == known)
    fail(access, 4, sharing)
    assert locked_out(access)


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.77", "192.0.2.0/24"), ("::ffff:192.0.2.77", "192.0.2.0/24"), (None, None), ("testclient", "testclient"),
     ("2001:db8:1:2:3::9", "2001:db8:1:2::/64")],
)  # fmt: skip
def test_an_address_counts_as_its_network(address: str | None, network: str | None):
    assert network_of(address) == network


def test_many_tries_at_once_are_not_more_tries(access: AccessLedger, ann: str, open_ledger: Callable[[], Ledger]):
    ledgers = [access, open_ledger().access]

    def attempt(number: int) -> str:
        with pytest.raises(SignInFailed) as refused:
            ledgers[number % 2].passwords.sign_in("Ann", f"wrong {number}", now(), None)
        return str(refused.value)

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(attempt, range(40)))
    looked_at = [one for one in said if "is wrong" in one]
    assert len(looked_at) == kinds(access).count("SignInRefused") <= 5


# Identities and links


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
    with pytest.raises(AccessRefused, match="already"):
        access.identities.link("Ann", "https://issuer", "subject", BY)


def test_an_identity_with_an_unpaired_mark_of_direction_is_not_linked(access: AccessLedger, ann: str):
    for issuer, subject in (("https://login.example", "ann\u202e"), ("https://login.example/\u2067", "ann")):
        with pytest.raises(AccessRefused, match="turns the direction of writing"):
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
    with pytest.raises(AccessRefused, match="Ann is not linked"):
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


# The audit, and what is stored


def test_the_audit_tells_who_did_what_oldest_first(access: AccessLedger, ann: str):
    access.audit.note(events.Exported(what="/plans/sunderland.docx", form="docx", plan="sunderland"), "Ann")
    records = access.audit.records()
    assert [(one.position, one.recorded_by, one.about) for one in records] == [
        (1, BY, "Ann"), (2, BY, "Ann"), (3, BY, "Ann"), (4, "Ann", ""),
    ]  # fmt: skip
    assert access.audit.records(after=2, limit=1) == records[2:3]


def everything_stored(owner: Connection, schema: str) -> str:
    """Every value in every column of every table of the access ledger."""
    tables = owner.execute("select tablename from pg_tables where schemaname = %s", (schema,)).fetchall()
    found = []
    for (table,) in tables:
        for row in owner.execute(SQL("select * from {}.{}").format(Identifier(schema), Identifier(table))):
            found += [bytes(value).decode("latin-1") if isinstance(value, bytes) else str(value) for value in row]
    return "\n".join(found)


def test_no_secret_is_ever_stored(access: AccessLedger, ann: str, owner: Connection, schema: str):
    token, _ = access.tokens.create("Case system", Grant("reader"), None, BY)
    link = access.links.make("Ann", BY, 5)
    session, other = (
        access.passwords.sign_in("Ann", PASSWORD, now(), "192.0.2.1"),
        access.links.sign_in(link, now(), None),
    )
    marked = access.sessions.find(session, now())
    assert marked is not None
    fail(access, 1, "my own password typed as a name")
    access.sessions.end(other, now())
    stored = everything_stored(owner, access_schema(schema))
    assert "192.0.2.1" in stored, "the search finds what is there"
    for secret in (token, token[5:], link, session, other, marked.csrf, PASSWORD, "my own password"):
        assert secret not in stored


def test_the_hash_of_a_password_goes_when_it_is_replaced_and_when_its_owner_leaves(
    access: AccessLedger, ann: str, owner: Connection, schema: str
):
    [before] = hashes(owner, schema)
    assert before.startswith("$argon2id$")
    access.passwords.set("Ann", "another few words", BY)
    [after] = hashes(owner, schema)
    assert after != before
    access.principals.leave("Ann", BY)
    assert hashes(owner, schema) == []
    assert before not in everything_stored(owner, access_schema(schema))


def test_the_access_ledger_is_append_only_like_the_plans_one(
    access: AccessLedger, ann: str, server: Server, schema: str
):
    kept = access_schema(schema)
    with connected(server.app_conninfo, kept, app_role(kept)) as app:
        for change in ("update events set topic = 'x'", "delete from events", "delete from passwords",
                       "update passwords set hash = 'x'"):  # fmt: skip
            with pytest.raises(errors.InsufficientPrivilege):
                app.execute(change)
    with connected(server.owner_conninfo, kept) as as_owner, pytest.raises(errors.InsufficientPrivilege):
        as_owner.execute("delete from events")


@pytest.mark.parametrize(
    ("forgery", "where", "what"),
    [
        ("update events set recorded_by = 'x' where position = 2", "access, position 2 (principal:ann", "altered"),
        ("delete from events where position = 2", "access, position 3", "missing"),
        ("delete from events where position = 3", "access, the end of the ledger", "the last there is 2"),
        ("update events set topic = 'Unheard' where position = 1", "access", "at position 1"),
    ],
)
def test_who_alters_the_access_ledger_is_found_out(
    access: AccessLedger, ann: str, server: Server, schema: str, forgery: str, where: str, what: str
):
    assert list(access.audit.check()) == []
    assert access.audit.size() == 3
    with connected(server.owner_conninfo, access_schema(schema)) as as_owner:
        as_owner.execute("set session_replication_role = replica")
        as_owner.execute(forgery.encode())
    assert any(where in broken.where and what in broken.what for broken in access.audit.check())


# Where nothing can be stored


def test_on_a_replica_tokens_and_sessions_work_and_signing_in_does_not(
    access: AccessLedger,
    ann: str,
    server: Server,
    schema: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    # What can only read stands in for a replica; tests/ledger/test_replica.py has real ones.
    monkeypatch.setattr("domain.ledger.datastore.LedgerDatastore._is_replica", lambda _: True)
    token, _ = access.tokens.create("Case system", Grant("reader"), None, BY)
    session, link = access.passwords.sign_in("Ann", PASSWORD, now(), None), access.links.make("Ann", BY, 5)
    size = access.audit.records()[-1].position
    reading = f"{server.owner_conninfo} options='-c default_transaction_read_only=on'"
    with Ledger.open(database_url=reading, schema=schema) as replica:
        assert replica.access.tokens.principal(token, now()).name == "Case system"
        assert replica.access.sessions.find(session, now())
        for refused in (
            lambda: replica.access.passwords.sign_in("Ann", PASSWORD, now(), None),
            lambda: replica.access.passwords.sign_in("Ann", "wrong", now(), None),
            lambda: replica.access.links.sign_in(link, now(), None),
        ):
            with pytest.raises(SignInFailed, match="sign in at the primary"):
                refused()
        replica.access.audit.note(events.Exported(what="/plans.csv", form="csv"), "Ann")
        assert "Ann: /plans.csv was taken away as csv" in caplog.text
        with pytest.raises(ReplicaOnly):
            replica.access.principals.grant("Ann", Grant("steward"), BY)
    assert access.audit.records()[-1].position == size
    assert access.sessions.find(access.links.sign_in(link, now(), None), now()), "the link was not used up"


def test_an_event_that_cannot_be_read_closes_the_audit_and_is_named_by_the_check(
    server: Server, schema: str, open_ledger: Callable[[], Ledger]
):
    """Put there by whoever has the program's login: docs/proof.md says so."""
    access = open_ledger().access
    access.principals.add("Ann", [], BY)
    beside = f"{schema}_access"
    with connected(server.app_conninfo, beside, app_role(beside)) as app:
        app.execute("select append_one('other', 1, 'Nonsense', gen_random_uuid(), '{}', 'x')")
    said = "the access ledger holds an event Nonsense, at position 2, that this program cannot read"
    with pytest.raises(LedgerDamaged, match=said):
        access.audit.records()
    assert [(one.where, one.what) for one in access.audit.check()] == [("access", said)]


def test_access_leaves_the_plans_alone(ledger: Ledger, access: AccessLedger, ann: str):
    begin(ledger)
    size = ledger.size()
    access.principals.grant("Ann", Grant("steward"), BY)
    assert ledger.size() == size
    assert ledger.plans() == ["plan"]
