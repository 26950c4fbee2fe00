"""Append-only where the data is: what the program's role and even the owner cannot do to what was recorded."""

from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest
from psycopg.errors import (
    ArraySubscriptError,
    CheckViolation,
    InsufficientPrivilege,
    NotNullViolation,
    UniqueViolation,
)
from psycopg.sql import SQL, Identifier

from domain.integrity.guards import powers_of_login
from domain.ledger.mapper import event_state
from domain.ledger.schema import app_role
from domain.opened_ledger import Ledger
from tests.kit import opened, progressed
from tests.real_ledgers import Connection, Server, begin, connected, everything

GREETING = event_state(progressed("2.4"))


@pytest.fixture(autouse=True)
def nothing_changed(ledger: Ledger) -> Iterator[None]:
    """There are three events before each test, and the same three after it."""
    before = begin(ledger)
    yield
    assert everything(ledger)[:3] == before


def append(connection: Connection, plan: str, *versions: int, by: str = "x") -> tuple[int, object]:
    """Append by the ledger's function, as somebody does who has only a connection."""
    many = len(versions)
    row = connection.execute(
        "select * from append(%s, %s, %s, %s, %s, %s)",
        (
            [plan] * many,
            list(versions),
            ["ProgressReported"] * many,
            [uuid4() for _ in versions],
            [GREETING] * many,
            [by] * many,
        ),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def append_one(connection: Connection, plan: str, version: int, by: str = "x") -> tuple[int, object]:
    row = connection.execute(
        "select * from append_one(%s, %s, 'ProgressReported', %s, %s, %s)", (plan, version, uuid4(), GREETING, by)
    ).fetchone()
    assert row is not None
    return row[0], row[1]


# The program's role


def test_the_program_may_read_and_append(app: Connection, ledger: Ledger):
    for table in ("events", "head", "migrations"):
        assert app.execute(SQL("select * from {}").format(Identifier(table))).fetchall()
    position, instant = append(app, "plan", 4, 5)
    assert position == 5
    next_position, next_instant = append_one(app, "plan", 6)
    assert next_position == 6
    assert [event.recorded_at for event in everything(ledger)[3:]] == [instant, instant, next_instant]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into events select plan, 4, 4, recorded_at, 'x', gen_random_uuid(), topic, state from events",
        "update events set recorded_by = 'x'",
        "update events set state = state where false",
        "delete from events",
        "truncate events",
        "merge into events using head on false when matched then delete",
        "copy events from stdin",
        "insert into head values (true, 1, now())",
        "insert into head values (true, 1, now()) on conflict (only_row) do update set position = 1",
        "update head set position = 9",
        "delete from head",
        "truncate head",
        "select * from head for update",
        "begin; lock table head in access exclusive mode",
        "insert into migrations values (99, 'x')",
        "update migrations set number = 99",
        "delete from migrations",
        "truncate migrations",
        "insert into purges values (3, true, now())",
        "update purges set complete = true",
        "delete from purges",
        "truncate purges",
        "alter table events disable trigger all",
        "alter table events disable trigger events_append_only",
        "alter table events add column x int",
        "alter table events owner to current_user",
        "alter function append owner to current_user",
        "alter function append security invoker",
        "alter function append_one security invoker",
        "create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'",
        "create rule x as on insert to events do instead nothing",
        "create trigger x before insert on events for each row execute function refuse_change()",
        "create policy x on events",
        "create table x ()",
        "create view x as select",
        "create index on events (topic)",
        "create function x() returns int language sql as 'select 1'",
        "create schema x",
        "create role x",
        "drop trigger events_append_only on events",
        "drop function append",
        "drop table events",
        "drop table migrations",
        "grant all on events to current_user with grant option",
        "set role asat_owner",
        "set session authorization asat_owner",
        "grant asat_owner to asat_app",
        "alter role asat_app superuser",
        "alter role asat_app createrole",
        "set session_replication_role = replica",
        "alter system set fsync = off",
        "alter database asat set session_replication_role = replica",
        "copy (select 1) to program 'true'",
        "select pg_read_file('PG_VERSION')",
        "select lo_import('/etc/passwd')",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'asat_owner'",
    ],
)
def test_the_program_may_do_nothing_else(app: Connection, owner: Connection, schema: str, statement: str):
    # A warning ("no privileges were granted") is not a refusal, so what came of a grant is looked up.
    with suppress(InsufficientPrivilege):
        app.execute(statement.encode())
        assert statement.startswith("grant all"), "it was not refused"
    for role in ("asat_app", app_role(schema)):
        may = owner.execute("select has_table_privilege(%s, 'events', 'insert, update, delete, truncate')", (role,))
        assert may.fetchone() == (False,)


def test_the_program_is_nobody_else(app: Connection, schema: str):
    row = app.execute(
        "select current_user, session_user, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication, "
        "(select count(*) from pg_auth_members m where m.member = r.oid) from pg_roles r where rolname = current_user"
    ).fetchone()
    assert row == (app_role(schema), "asat_app", False, False, False, False, False, 0)


def test_the_program_logs_in_as_one_that_can_do_nothing_before_it_takes_its_role(
    server: Server, ledger: Ledger, schema: str
):
    with connected(server.app_conninfo, schema) as connection:
        for statement in (f"select from {schema}.events", f"select {schema}.append_one('p', 1, 'x', null, '', 'x')"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement.encode())


def test_the_ledger_works_as_the_program_and_not_as_the_owner(ledger: Ledger, schema: str):
    with ledger.datastore.get_connection() as connection:
        row = connection.execute("select current_user as now, session_user as before").fetchone()
        assert row == {"now": app_role(schema), "before": "asat_app"}
    assert powers_of_login(ledger) == []


# What the append function refuses of anybody


@pytest.mark.parametrize("who", ["app", "owner"])
@pytest.mark.parametrize("versions", [(5,), (4, 6), (6, 4), (4, 5, 8), (5, 4), (4, 6, 5)])
def test_versions_that_do_not_follow_one_another_are_refused(
    request: pytest.FixtureRequest, ledger: Ledger, who: str, versions: tuple[int, ...]
):
    connection = request.getfixturevalue(who)
    with pytest.raises(CheckViolation, match="without a gap"):
        append(connection, "plan", *versions)
    for appending in (append, append_one):
        with pytest.raises(CheckViolation, match="without a gap"):
            appending(connection, "new", 2)
        with pytest.raises(CheckViolation, match="without a gap"):
            appending(connection, "plan", 6)
    assert ledger.size() == 3
    append(connection, "plan", 4, 5, 6)


@pytest.mark.parametrize("version", [1, 3, 0, -1])
def test_a_version_that_is_taken_or_is_none_is_refused(app: Connection, version: int):
    for appending in (append, append_one):
        with pytest.raises((UniqueViolation, CheckViolation)):
            appending(app, "plan", version)


def test_an_event_id_that_is_taken_is_refused(app: Connection, ledger: Ledger):
    taken = ledger.events("plan")[0].event_id
    with pytest.raises(UniqueViolation, match="event_id_taken"):
        app.execute(
            "select append(array['plan'], array[4], array['x'], array[%s::uuid], array[''::bytea], array['x'])",
            (taken,),
        )


@pytest.mark.parametrize(
    "arguments",
    [
        "array[]::text[], array[]::bigint[], array[]::text[], array[]::uuid[], array[]::bytea[], array[]::text[]",
        "null, null, null, null, null, null",
        "array['plan'], array[4], array['x'], array[gen_random_uuid()], array[''::bytea], array[null]",
        "array['plan'], array[4], array['x'], array[gen_random_uuid()], array[''::bytea], array['']",
        "array['plan'], array[4, 5], array['x'], array[gen_random_uuid()], array[''::bytea], array['x']",
        "array['plan', 'plan'], array[4], array['x'], array[gen_random_uuid()], array[''::bytea], array['x']",
        "array[''], array[1], array['x'], array[gen_random_uuid()], array[''::bytea], array['x']",
        "array['plan'], array[4], array[''], array[gen_random_uuid()], array[''::bytea], array['x']",
        "array['plan'], array[4], array['x'], array[null::uuid], array[''::bytea], array['x']",
        "array['plan'], array[4], array['x'], array[gen_random_uuid()], array[null::bytea], array['x']",
    ],
)
def test_an_append_that_does_not_add_up_is_refused(app: Connection, ledger: Ledger, arguments: str):
    with pytest.raises((ArraySubscriptError, NotNullViolation, CheckViolation, InsufficientPrivilege)):
        app.execute(f"select append({arguments})".encode())
    assert ledger.size() == 3


@pytest.mark.parametrize(
    "arguments",
    [
        "null, 4, 'x', gen_random_uuid(), '', 'x'", "'', 1, 'x', gen_random_uuid(), '', 'x'",
        "'plan', null, 'x', gen_random_uuid(), '', 'x'", "'plan', 4, '', gen_random_uuid(), '', 'x'",
        "'plan', 4, 'x', null, '', 'x'", "'plan', 4, 'x', gen_random_uuid(), null, 'x'",
        "'plan', 4, 'x', gen_random_uuid(), '', ''", "'plan', 4, 'x', gen_random_uuid(), '', null",
    ],
)  # fmt: skip
def test_an_append_of_one_that_is_incomplete_is_refused(app: Connection, ledger: Ledger, arguments: str):
    with pytest.raises((NotNullViolation, CheckViolation)):
        app.execute(f"select append_one({arguments})".encode())
    assert ledger.size() == 3


# The owner, by mistake


@pytest.mark.parametrize(
    "statement",
    [
        "update events set recorded_by = 'x' where version = 2",
        "delete from events where version = 3",
        "delete from events",
        "truncate events",
        "truncate events, head",
        "truncate events cascade",
        "merge into events using head on true when matched then delete",
        "insert into events select * from events on conflict (plan, version) do update set recorded_by = 'x'",
        "delete from head",
        "truncate head",
        "update head set position = position - 1",
        "update head set position = position",
        "update head set position = position + 1, recorded_at = recorded_at - interval '1 microsecond'",
    ],
)
def test_not_even_the_owner_changes_what_was_recorded(owner: Connection, ledger: Ledger, statement: str):
    with pytest.raises(InsufficientPrivilege, match=r"append-only|only goes forward"):
        owner.execute(statement.encode())
    assert ledger.size() == 3


def test_a_refusal_of_the_trigger_says_what_to_do_instead(owner: Connection):
    with pytest.raises(InsufficientPrivilege) as refused:
        owner.execute("delete from events")
    assert "EventWithdrawn" in str(refused.value.diag.message_hint)


# Tricks against the function that runs as the owner


@pytest.fixture
def workshop(server: Server, owner: Connection, app: Connection, schema: str) -> Iterator[str]:
    """A schema in which the program's role may make what it likes, and temporary tables besides."""
    role = Identifier(app_role(schema))
    owner.execute(SQL("grant temporary on database asat to {}").format(role))
    owner.execute(SQL("create schema workshop authorization {}").format(role))
    yield "workshop"
    owner.execute(SQL("revoke temporary on database asat from {}").format(role))
    owner.execute("drop schema workshop cascade")


def test_temporary_tables_do_not_stand_in_for_the_ledgers(app: Connection, ledger: Ledger, schema: str, workshop: str):
    app.execute("create temporary table events (like events)")
    app.execute("create temporary table head (only_row boolean, position bigint, recorded_at timestamptz)")
    app.execute("insert into pg_temp.head values (true, 1000, 'infinity')")
    app.execute(SQL("set search_path to pg_temp, {}, pg_catalog").format(Identifier(schema)))
    assert append(app, "plan", 4)[0] == 4
    assert append_one(app, "plan", 5)[0] == 5
    assert app.execute("select count(*) from pg_temp.events").fetchone() == (0,)
    assert app.execute("select position from pg_temp.head").fetchone() == (1000,)
    assert ledger.size() == 5


def test_functions_and_operators_do_not_stand_in_for_the_databases(
    app: Connection, ledger: Ledger, schema: str, workshop: str
):
    """Every function, operator and aggregate that the append function and its triggers use, made to cheat."""
    for place in ("workshop", "pg_temp"):
        for signature, returned in [
            ("clock_timestamp() returns timestamptz", "timestamptz '1999-01-01'"),
            ("cardinality(text[]) returns integer", "-1"),
            ("cardinality(anyarray) returns integer", "-1"),
            ("pg_notify(text, text) returns void", ""),
            ("added(bigint, bigint) returns bigint", "0::bigint"),
            ("added(bigint, integer) returns bigint", "0::bigint"),
            ("less(bigint, bigint) returns boolean", "false"),
            ("less(timestamptz, timestamptz) returns boolean", "false"),
            ("less(bigint, integer) returns boolean", "false"),
            ("text(bigint) returns text", "'x'"),
        ]:
            app.execute(f"create function {place}.{signature} language sql as $$ select {returned} $$".encode())
        for name, function, left, right in [
            ("+", "added", "bigint", "bigint"), ("-", "added", "bigint", "bigint"), ("-", "added", "bigint", "integer"),
            ("<", "less", "timestamptz", "timestamptz"), ("<=", "less", "bigint", "bigint"),
            ("<>", "less", "bigint", "integer"), (">", "less", "bigint", "integer"), ("=", "less", "bigint", "bigint"),
        ]:  # fmt: skip
            app.execute(
                f"create operator {place}.{name} (leftarg = {left}, rightarg = {right},"
                f" function = {place}.{function})".encode()
            )
    app.execute(SQL("set search_path to workshop, pg_temp, {}, pg_catalog").format(Identifier(schema)))
    assert app.execute("select 1::bigint + 1::bigint, extract(year from clock_timestamp())").fetchone() == (0, 1999)
    position, _ = append(app, "plan", 4, 5)
    assert position == 5
    with pytest.raises(CheckViolation, match="without a gap"):
        append(app, "plan", 7)
    assert append_one(app, "plan", 6)[0] == 6
    with pytest.raises(CheckViolation, match="without a gap"):
        append_one(app, "plan", 8)
    with pytest.raises(InsufficientPrivilege, match="only goes forward"):
        app.execute(
            SQL("select {}.append(array[]::text[], array[]::bigint[], array[]::text[], array[]::uuid[],"
                " array[]::bytea[], array[]::text[])").format(Identifier(schema))
        )  # fmt: skip
    stored = everything(ledger)
    assert [event.position for event in stored] == [1, 2, 3, 4, 5, 6]
    assert stored[-1].recorded_at > stored[0].recorded_at


def test_a_batch_is_stored_as_given_whatever_it_contains(app: Connection, ledger: Ledger):
    """Values are values: nothing in them is read as SQL."""
    author = "'); delete from events; --"
    app.execute(
        "select append(array['new'], array[1], array['PlanOpened'], array[gen_random_uuid()], array[%s::bytea],"
        " array[%s])",
        (event_state(opened()), author),
    )
    assert ledger.events("new")[0].recorded_by == author
