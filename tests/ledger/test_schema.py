"""The schema: made from nothing, upgraded from any released version, once, whoever connects and however."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from domain.integrity.guards import fallen_guards, powers_of_login
from domain.ledger.mapper import event_state
from domain.ledger.schema import app_role, migrate, released_migrations, schema_version
from domain.opened_ledger import Ledger
from domain.refusals import LedgerUnusable
from tests.kit import added, opened, priority, rated
from tests.ledger.managed import council, name_in, rows, run, url_of
from tests.measuring import HANGS
from tests.real_ledgers import (
    ROOT,
    Connection,
    Server,
    all_is_well,
    begin,
    connected,
    everything,
    record,
    remembers_what_is_stored,
)

NEWEST = released_migrations()[-1].number


def what_is_in(conninfo: str, schema: str) -> set[str]:
    found = rows(
        conninfo,
        "select relkind::text || ' ' || relname from pg_class where relnamespace = %s::regnamespace "
        "union all select 'function ' || proname from pg_proc where pronamespace = %s::regnamespace "
        "union all select 'trigger ' || tgname from pg_trigger join pg_class c on c.oid = tgrelid "
        "where relnamespace = %s::regnamespace and not tgisinternal "
        "union all select 'type ' || typname from pg_type where typnamespace = %s::regnamespace and typrelid = 0 "
        "and typelem = 0",
        *[schema] * 4,
    )
    return {name for (name,) in found}


WHOLE = {
    "r events", "r head", "r migrations", "i plans", "i version_taken",
    "i position_taken", "i event_id_taken",
    "i head_pkey", "i migrations_pkey", "function append", "function append_one",
    "function leaf", "function hashes_of", "function redact",
    "function without_texts", "function without_salts", "function signed_form",
    "function refuse_alteration", "trigger events_unaltered",
    "function refuse_change", "function refuse_going_back", "function refuse_gap", "trigger events_append_only",
    "trigger head_stays", "trigger head_goes_forward", "trigger versions_contiguous",
    "r keys", "r checkpoints", "r cosignatures", "i keys_pkey", "i checkpoints_pkey", "i checkpoints_note_key",
    "i cosignatures_pkey", "function add_key", "function add_checkpoint", "function add_cosignature",
    "r passwords", "i passwords_pkey", "function set_password", "function rehash_password",
    "trigger keys_append_only", "trigger checkpoints_append_only",
    "trigger cosignatures_append_only",
    "r purges", "i purges_pkey", "i redactions", "trigger purges_append_only", "trigger purges_stay",
    "function refuse_day_ahead", "trigger events_not_ahead",
    "r access_marks", "i access_marks_pkey", "trigger access_marks_append_only", "trigger access_marks_stay",
    "function mark_access", "function access_lost_from", "function digested_fields", "function refuse_going_on",
    "function is_signature_line",
    "r time_stamps", "i time_stamps_pkey", "function add_time_stamp", "trigger time_stamps_append_only",
}  # fmt: skip


# Made and upgraded


def test_the_schema_is_made_from_nothing_and_holds_nothing_else(server: Server, ledger: Ledger, schema: str):
    assert ledger.size() == 0
    assert ledger.plans() == []
    assert what_is_in(server.owner_conninfo, schema) == WHOLE


def test_the_schemas_version_is_recorded(server: Server, ledger: Ledger, schema: str):
    with connected(server.owner_conninfo, schema) as owner:
        applied = owner.execute("select number, name, applied_at <= now() from migrations order by number").fetchall()
        assert schema_version(owner, schema) == NEWEST
    assert applied == [(migration.number, migration.name, True) for migration in released_migrations()]
    assert [migration.number for migration in released_migrations()] == list(range(1, NEWEST + 1))


def test_opening_again_changes_nothing(server: Server, ledger: Ledger, ledgers: Callable[[], Ledger], schema: str):
    begin(ledger)
    with connected(server.owner_conninfo, schema) as owner:
        before = owner.execute("select applied_at from migrations").fetchall()
        assert everything(ledgers()) == everything(ledger)
        assert owner.execute("select applied_at from migrations").fetchall() == before


@pytest.mark.parametrize("version", range(1, NEWEST))
def test_an_older_schema_is_upgraded_and_its_events_stay(server: Server, schema: str, version: int):
    migrate(server.owner_conninfo, schema, released_migrations()[:version])
    events = [opened(), priority("2"), added("2.4"), rated("2.4")]
    event_ids = [uuid4() for _ in events]
    with connected(server.owner_conninfo, schema) as owner:
        assert schema_version(owner, schema) == version
        for number, (event, event_id) in enumerate(zip(events, event_ids, strict=True), 1):
            owner.execute(
                "select append(array['plan'], array[%s], array[%s], array[%s], array[%s], array['Clerk'])",
                (number, type(event).__name__, event_id, event_state(event)),
            )
    with Ledger.open(data=server.folder, schema=schema) as ledger:
        stored = everything(ledger)
        assert [(event.version, event.position, event.event_id) for event in stored] == [
            (number, number, event_id) for number, event_id in enumerate(event_ids, 1)
        ]
        assert [event.event for event in stored] == events
        assert record(ledger, rated("2.4", "amber"))[0].version == 5
        all_is_well(ledger)
        remembers_what_is_stored(ledger)
    assert what_is_in(server.owner_conninfo, schema) == WHOLE
    with connected(server.owner_conninfo, schema) as owner:
        assert schema_version(owner, schema) == NEWEST


def test_an_upgraded_schema_is_append_only_too(server: Server, schema: str):
    migrate(server.owner_conninfo, schema, released_migrations()[:1])
    with Ledger.open(data=server.folder, schema=schema) as ledger:
        begin(ledger)
    for conninfo, role in ((server.owner_conninfo, ""), (server.app_conninfo, app_role(schema))):
        with connected(conninfo, schema, role) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute("delete from events")


def test_a_newer_schema_is_left_alone(server: Server, ledger: Ledger, schema: str):
    with connected(server.owner_conninfo, schema) as owner:
        owner.execute("insert into migrations values (99, 'of the future')")
    with pytest.raises(LedgerUnusable) as unusable:
        Ledger.open(data=server.folder, schema=schema)
    assert f"schema is version 99, newer than this program's {NEWEST}" in str(unusable.value)


def test_a_migration_that_fails_leaves_everything_as_it_was(server: Server, schema: str):
    broken = [*released_migrations()[:2], released_migrations()[2].__class__(3, "broken", "select 1/0")]
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(server.owner_conninfo, schema, broken)
    assert rows(server.owner_conninfo, "select to_regnamespace(%s)", schema) == [(None,)]
    migrate(server.owner_conninfo, schema)


def test_two_ledgers_on_one_server_know_nothing_of_each_other(server: Server, ledger: Ledger, schema: str):
    begin(ledger)
    with Ledger.open(data=server.folder, schema=f"{schema}_other") as other:
        assert other.plans() == []
        assert begin(other)[0].position == 1
        assert ledger.size() == other.size() == 3
        with other.follow() as events:
            record(ledger, rated("2.4"))
            record(other, rated("2.4", "amber"))
            assert [next(events).event for _ in range(4)][-1] == rated("2.4", "amber")


@pytest.mark.parametrize("name", ["Council", "north-east", "select", "x" * 54])
def test_a_schema_is_named_in_letters_digits_hyphens_and_underscores(server: Server, name: str):
    with Ledger.open(data=server.folder, schema=name) as ledger:
        begin(ledger)
        with ledger.follow() as events:
            assert next(events).position == 1
        all_is_well(ledger)
    with Ledger.open(data=server.folder, schema=name) as ledger:
        assert ledger.size() == 3


@pytest.mark.parametrize("name", ["", "x" * 55, "Größe", "pg_mine", "50%", 'with"quote', "with space", "1st", "a\n"])
def test_any_other_name_for_a_schema_is_refused(server: Server, name: str):
    with pytest.raises(LedgerUnusable, match="cannot name the ledger's schema"):
        Ledger.open(data=server.folder, schema=name)


# At the same time


def test_programs_that_open_together_migrate_once(server: Server, schema: str):
    many = 8
    together = threading.Barrier(many)

    def program(_: int) -> int:
        together.wait(timeout=HANGS)
        with Ledger.open(data=server.folder, schema=schema) as ledger:
            return ledger.size()

    with ThreadPoolExecutor(many) as pool:
        assert list(pool.map(program, range(many))) == [0] * many
    assert what_is_in(server.owner_conninfo, schema) == WHOLE


PROGRAM = """
import sys
from pathlib import Path
from domain.opened_ledger import Ledger
print("ready", flush=True)
sys.stdin.readline()
with Ledger.open(data=Path(sys.argv[1]), schema=sys.argv[2]) as ledger:
    print(ledger.size())
"""


@pytest.mark.slow
def test_processes_that_open_together_migrate_once(server: Server, schema: str):
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(server.folder), schema],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("\n")
        program.stdin.flush()
    assert [program.communicate(timeout=60)[0] for program in programs] == ["0\n"] * 3
    assert what_is_in(server.owner_conninfo, schema) == WHOLE


# By address


def test_an_address_works_like_the_embedded_server(server: Server, schema: str):
    for conninfo in (url_of(server.owner_conninfo), server.owner_conninfo):
        with Ledger.open(database_url=conninfo, schema=schema) as ledger:
            version = ledger.size()
            assert record(ledger, *([rated("2.4")] if version else [opened(), priority("2"), added("2.4")]))
            all_is_well(ledger)
            with ledger.datastore.get_connection() as connection:
                assert connection.execute("select current_user as role").fetchone() == {"role": app_role(schema)}
    with Ledger.open(data=server.folder, schema=schema) as ledger:
        assert ledger.size() == 4


def test_neither_address_nor_folder_is_refused():
    with pytest.raises(LedgerUnusable, match="which database to use"):
        Ledger.open()


def test_an_address_that_is_no_address_is_refused():
    with pytest.raises(LedgerUnusable, match="ASAT_DATABASE_URL"):
        Ledger.open(database_url="postgresql:///?nonsense=1")


# Where somebody else administers the server: AsAt's owner is no superuser


def works_as(address: str, role: str) -> None:
    """The one login of this address works as a role; whatever that may do, the login can do all that an owner can."""
    with Ledger.open(database_url=address) as ledger:
        assert "it owns the schema asat" in powers_of_login(ledger)
        assert list(fallen_guards(ledger)) == []
        if not ledger.size():
            begin(ledger)
        record(ledger, rated("2.4"))
        with ledger.datastore.get_connection() as connection:
            assert connection.execute("select current_user as role").fetchone() == {"role": role}
            with pytest.raises(InsufficientPrivilege):
                connection.execute("delete from asat.events")
        all_is_well(ledger)


# A role for each ledger


def as_each_does(connection: Connection, own: str, other: str) -> None:
    """The connection can read and append to its own ledger, and do neither to another."""
    append = SQL("select {}.append_one('new', 1, 'PlanOpened', %s, %s, 'x')")
    for schema, may in ((own, True), (other, False)):
        with nullcontext() if may else pytest.raises(InsufficientPrivilege):
            connection.execute(append.format(Identifier(schema)), (uuid4(), event_state(opened())))
        for table in ("events", "head", "migrations"):
            with nullcontext() if may else pytest.raises(InsufficientPrivilege):
                question = SQL("select count(*) from {}").format(Identifier(schema, table))
                assert connection.execute(question).fetchone()


@pytest.mark.parametrize("second", ["", "asat"])
def test_the_role_of_a_ledger_is_good_for_no_other(server: Server, schema: str, second: str):
    """Also where the ledger's role has the name of that which the program logs in as on the embedded server."""
    schemas = [schema, second or f"{schema}_two"]
    with ExitStack() as opened_ledgers:
        ledgers = [opened_ledgers.enter_context(Ledger.open(data=server.folder, schema=name)) for name in schemas]
        for ledger, own, other in zip(ledgers, schemas, reversed(schemas), strict=True):
            assert powers_of_login(ledger) == []
            with connected(server.app_conninfo, own, app_role(own)) as connection:
                as_each_does(connection, own, other)
            with ledger.datastore.get_connection() as pooled:
                for statement in (
                    f"select from {other}.events",
                    f"select from {other}.append_one('', 1, '', null, '', '')",
                ):
                    with pytest.raises(InsufficientPrivilege):
                        pooled.execute(statement.encode())
            assert ledger.plans() == ["new"]
            all_is_well(ledger)


def test_somebody_admitted_to_one_ledger_is_admitted_to_no_other(managed: Server):
    """A login of its own, as an officer who evaluates has: granted the role of one ledger."""
    address = council(managed, "createrole")
    schemas = [f"{name_in(address)}_north", f"{name_in(address)}_south"]
    for schema in schemas:
        with Ledger.open(database_url=address, schema=schema) as ledger:
            begin(ledger)
    for own, other in (schemas, reversed(schemas)):
        run(managed.owner_conninfo, f"create role {own}_clerk login in role {app_role(own)}")
        with psycopg.connect(url_of(address, user=f"{own}_clerk"), autocommit=True) as clerk:
            as_each_does(clerk, own, other)
            for role in (app_role(other), name_in(address)):
                with pytest.raises(InsufficientPrivilege):
                    clerk.execute(f"set role {role}".encode())
            with pytest.raises(InsufficientPrivilege):
                clerk.execute(SQL("delete from {}").format(Identifier(own, "events")))


def without_the_role(managed: Server) -> None:
    """Back to a server that has never seen AsAt's role."""
    for (database,) in rows(managed.owner_conninfo, "select datname from pg_database where datname ~ '^council'"):
        address = url_of(managed.owner_conninfo, dbname=database)
        run(address, "drop schema if exists asat cascade")
        if rows(address, "select from pg_roles where rolname = 'asat_app'"):
            run(address, "drop owned by asat_app")
    run(managed.owner_conninfo, "drop role if exists asat_app")


def test_an_owner_who_may_make_no_roles_works_as_the_owner(managed: Server):
    """First where nobody has made the program's role, then where it is there and not the owner's to take."""
    without_the_role(managed)
    address = council(managed)
    works_as(address, name_in(address))
    works_as(council(managed, "createrole"), "asat_app")
    other = council(managed)
    works_as(other, name_in(other))
    works_as(address, name_in(address))


def test_an_owner_who_is_given_the_role_later_goes_on(managed: Server):
    without_the_role(managed)
    address = council(managed)
    works_as(address, name_in(address))
    run(managed.owner_conninfo, "create role asat_app", f"grant asat_app to {name_in(address)}")
    works_as(address, name_in(address))  # as before: in this schema the role may do nothing
    works_as(council(managed, "in role asat_app"), "asat_app")


@pytest.mark.parametrize("options", ["superuser", "createrole"])
def test_programs_that_make_the_role_together_make_it_once(managed: Server, options: str):
    """Each for a database of its own: roles belong to the whole server, locks to a database."""
    addresses = [council(managed, options) for _ in range(6)]
    together = threading.Barrier(len(addresses))

    def program(address: str) -> int:
        together.wait(timeout=HANGS)
        with Ledger.open(database_url=address) as ledger:
            return len(begin(ledger))

    for _ in range(3):
        without_the_role(managed)
        with ThreadPoolExecutor(len(addresses)) as pool:
            assert list(pool.map(program, addresses)) == [3] * len(addresses)
