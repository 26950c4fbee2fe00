"""The audit of access, and how it is stored."""

from collections.abc import Callable

import pytest
from psycopg import errors

from domain.access import access_events as events
from domain.access.access_errors import SignInFailed
from domain.access.access_ledger import AccessLedger
from domain.access.principals import Grant
from domain.integrity.access_check import broken_access
from domain.ledger.schema import access_schema, app_role
from domain.opened_ledger import Ledger
from domain.refusals import LedgerDamaged, ReplicaOnly
from tests.access.conftest import BY, PASSWORD, everything_stored, fail, hashes, now
from tests.real_ledgers import Connection, Server, begin, connected

# The audit, and what is stored


def test_the_audit_tells_who_did_what_oldest_first(access: AccessLedger, ann: str):
    access.audit.note(events.Exported(what="/plans/sunderland.docx", form="docx", plan="sunderland"), "Ann")
    records = access.audit.records()
    assert [(one.position, one.recorded_by, one.about) for one in records] == [
        (1, BY, "Ann"), (2, BY, "Ann"), (3, BY, "Ann"), (4, "Ann", ""),
    ]  # fmt: skip
    assert access.audit.records(after=2, limit=1) == records[2:3]


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
    assert list(broken_access(access)) == []
    assert access.audit.size() == 3
    with connected(server.owner_conninfo, access_schema(schema)) as as_owner:
        as_owner.execute("set session_replication_role = replica")
        as_owner.execute(forgery.encode())
    assert any(where in broken.where and what in broken.what for broken in broken_access(access))


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
    assert [(one.where, one.what) for one in broken_access(access)] == [("access", said)]


def test_access_leaves_the_plans_alone(ledger: Ledger, access: AccessLedger, ann: str):
    begin(ledger)
    size = ledger.size()
    access.principals.grant("Ann", Grant("steward"), BY)
    assert ledger.size() == size
    assert ledger.plans() == ["plan"]
