"""Where the audit of access was removed the ledger does not open: nobody is let in, and the check says so."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import Composed
from starlette.testclient import TestClient

from api.application import make_application
from domain.access.access_events import CommandBegun
from domain.access.principals import Grant
from domain.integrity.access_check import broken_access
from domain.integrity.guards import fallen_guards
from domain.ledger.access_marks import AccessLost
from domain.ledger.datastore import LedgerDatastore
from domain.ledger.schema import migrate, released_migrations
from domain.opened_ledger import Ledger
from tests.api.process import complained, run, said
from tests.real_ledgers import Connection, Server, begin, connected

#: Each leaves no principal behind, and all triggers in their places.
REMOVALS = {
    "the schema": "drop schema {access} cascade",
    "every event": "set session_replication_role = replica; truncate {access}.events;"
    " update {access}.head set position = 0, leaf = null, recorded_at = '-infinity'",
    "every event of a principal": "set session_replication_role = replica;"
    " delete from {access}.events where plan like 'principal:%'",
    "another in its place": "set session_replication_role = replica;"
    " update {access}.events set plan = 'principal:eve' where plan = 'principal:ann'",
}


@pytest.fixture
def closed(open_ledger: Callable[[], Ledger]) -> Ledger:
    """A ledger with a steward, and with a notice from before."""
    ledger = open_ledger()
    begin(ledger)
    ledger.access.audit.note(CommandBegun(command="backup"), "operator root")
    ledger.access.principals.add("Ann", [Grant("steward")], "operator root")
    return ledger


@pytest.fixture
def remove(server: Server, schema: str) -> Iterator[Callable[[str], None]]:
    def remove(what: str) -> None:
        with connected(server.owner_conninfo, schema) as owner:
            owner.execute(REMOVALS[what].format(access=f"{schema}_access").encode())

    yield remove


@pytest.mark.parametrize("what", REMOVALS)
def test_a_closed_ledger_does_not_open_where_its_audit_of_access_was_removed(
    closed: Ledger, open_ledger: Callable[[], Ledger], remove: Callable[[str], None], what: str
):
    assert not closed.access.principals.is_open()
    remove(what)
    for ledger in (open_ledger(), closed):
        with pytest.raises(AccessLost, match="restore a backup"):
            ledger.access.streams.refuse_where_lost()
        with pytest.raises(AccessLost):
            ledger.ready()
        assert any("the audit of access" in one.what for one in broken_access(ledger.access))
        assert [one for one in fallen_guards(ledger) if "to its end" in one.what] == []
    anew = open_ledger().access
    if "another" not in what:
        for asked in (anew.principals.anyone, anew.principals.is_open, anew.principals.all, anew.tokens.all):
            with pytest.raises(AccessLost):
                asked()
    client = TestClient(make_application(open_ledger(), "Somebody"), base_url="http://127.0.0.1:8000")
    for address in ("/readyz", "/plans.json", "/plans/plan.json"):
        if "another" not in what or address == "/readyz":
            answer = client.get(address)
            assert (answer.status_code, "restores a backup" in answer.json()["detail"]) == (503, True)
    sent = client.post("/plans/plan/events", json={"type": "ProgressReported", "action": "2.4", "text": "News"})
    assert sent.status_code != 201
    assert open_ledger().size() == 3


def test_a_program_that_knows_the_ledger_as_closed_lets_nobody_in(closed: Ledger, remove: Callable[[str], None]):
    client = TestClient(make_application(closed, "Somebody"), base_url="http://127.0.0.1:8000")
    assert client.get("/plans.json").status_code in (401, 403)
    remove("every event")
    assert client.get("/plans.json").status_code == 503


def test_an_open_ledger_is_asked_once_whether_it_is_one(
    open_ledger: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
):
    """Also whether its audit of access was removed: every request asks it."""
    ledger, asked = open_ledger(), []
    read = LedgerDatastore.read_rows

    def read_rows(self: LedgerDatastore, query: Composed, *values: object) -> list[Any]:
        asked.append(query)
        return read(self, query, *values)

    monkeypatch.setattr(LedgerDatastore, "read_rows", read_rows)
    assert ledger.access.principals.is_open()
    assert len(asked) == 1


def test_an_audit_that_began_with_a_notice_is_missed_too(
    open_ledger: Callable[[], Ledger], remove: Callable[[str], None]
):
    ledger = open_ledger()
    ledger.access.audit.note(CommandBegun(command="backup"), "operator root")
    assert ledger.access.principals.is_open()
    remove("the schema")
    with pytest.raises(AccessLost):
        open_ledger().access.principals.is_open()


def test_an_audit_from_before_this_release_is_marked_by_its_upgrade(
    server: Server, schema: str, open_ledger: Callable[[], Ledger], remove: Callable[[str], None]
):
    older = released_migrations()[:8]
    for one in (schema, f"{schema}_access"):
        migrate(server.owner_conninfo, one, older, login="asat_app")
    with connected(server.owner_conninfo, f"{schema}_access") as owner:
        owner.execute(
            "select append_one('principal:ann', 1, 'PrincipalAdded', gen_random_uuid(),"
            " '{\"principal\": \"Ann\"}', 'x')"
        )
    ledger = open_ledger()
    assert not ledger.access.principals.is_open()
    assert list(broken_access(ledger.access)) == []
    remove("the schema")
    with pytest.raises(AccessLost):
        open_ledger().access.principals.is_open()


def test_the_programs_role_marks_what_is_there_and_nothing_else(
    closed: Ledger, server: Server, schema: str, app: Connection
):
    """By a false mark everybody would be kept out; without the true ones nobody."""
    marks = app.execute("select * from access_marks order by position").fetchall()
    assert [row[0] for row in marks] == [1, 2]
    for statement in (
        "insert into access_marks values (3, sha256(''), now())", "delete from access_marks",
        "update access_marks set leaf = sha256('')",
    ):  # fmt: skip
        with pytest.raises(InsufficientPrivilege):
            app.execute(statement.encode())
    assert app.execute("select mark_access()").fetchone() == (True,)
    assert app.execute("select * from access_marks order by position").fetchall() == marks
    with connected(server.owner_conninfo, schema) as owner:
        for statement in ("delete from access_marks", "update access_marks set position = 9", "truncate access_marks"):
            with pytest.raises(InsufficientPrivilege, match="append-only"):
                owner.execute(statement.encode())


def test_an_open_ledger_marks_nothing(ledger: Ledger, app: Connection):
    begin(ledger)
    assert ledger.access.principals.is_open()
    assert app.execute("select mark_access()").fetchone() == (False,)
    assert app.execute("select count(*) from access_marks").fetchone() == (0,)
    ledger.ready()


def test_the_commands_say_so_and_exit(own_server: Server):
    told: dict[str, Any] = {"data": own_server.folder}
    with Ledger.open(**told) as ledger:
        begin(ledger)
        ledger.access.principals.add("Ann", [Grant("steward")], "operator root")
    assert "2 events of access" in said("check", **told)
    with connected(own_server.owner_conninfo, "asat") as owner:
        owner.execute("drop schema asat_access cascade")
    news = b'{"type": "ProgressReported", "plan": "plan", "action": "2.4", "text": "News"}'
    for command in (["serve", "--port", "0"], ["plans"], ["principal", "list"], ["record", "-"]):
        assert "restore a backup into an empty database" in complained(*command, **told, stdin=news)
    checked = run("check", **told)
    assert checked.returncode == 1
    assert b"access: the audit of access" in checked.stderr
