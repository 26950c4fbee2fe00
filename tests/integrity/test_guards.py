"""The check of the guards names whatever in the catalogue is not as the migrations made it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from domain.integrity.guards import fallen_guards, fallen_on, powers_of_login
from domain.ledger.catalogue import EXPECTED
from domain.ledger.schema import app_role, migrate, released_migrations
from domain.opened_ledger import Ledger
from scripts.generated_catalogue import catalogue_on
from tests.real_ledgers import ROOT, Connection, Server, connected

NEWEST = released_migrations()[-1].number


def fallen(ledger: Ledger) -> list[str]:
    """What the check of the guards finds, without the schema's name."""
    schema = ledger.datastore.schema
    return [f"{found.where}: {found.what}".replace(f" of {schema}:", ":") for found in fallen_guards(ledger)]


def test_the_guards_of_a_new_ledger_stand(ledger: Ledger):
    assert fallen(ledger) == []


@pytest.mark.parametrize("version", range(1, NEWEST))
def test_the_guards_of_an_upgraded_ledger_stand(
    server: Server, schema: str, version: int, open_ledger: Callable[[], Ledger]
):
    migrate(server.owner_conninfo, schema, released_migrations()[:version], login="asat_app")
    assert fallen(open_ledger()) == []


@pytest.mark.parametrize("name", ["asat", "Council", "north-east", "select", "order"])
def test_the_guards_stand_whatever_the_schema_is_called(server: Server, name: str):
    with Ledger.open(data=server.folder, schema=name) as ledger:
        ledger.access.principals.add("Ann Clerk", [], "the test")
        assert fallen(ledger) == []


def test_the_guards_of_the_access_ledger_are_looked_at_too(ledger: Ledger, server: Server, schema: str):
    ledger.access.principals.add("Ann Clerk", [], "the test")
    assert fallen(ledger) == []
    with connected(server.owner_conninfo, f"{schema}_access") as owner:
        owner.execute("alter table passwords add column hint text")
        owner.execute("grant select on passwords to public")
    assert [found.split(":")[0] for found in fallen(ledger)] == [
        f"the column passwords.hint of {schema}_access",
        f"the table passwords of {schema}_access",
    ]


def test_what_is_expected_is_what_the_migrations_make(server: Server):
    kept = (ROOT / "domain" / "ledger" / EXPECTED).read_text(encoding="utf-8")
    assert catalogue_on(server.owner_conninfo, "asat_app") == kept, "run scripts/generate and review the diff"


SWAPPED = "create trigger events_append_only before delete or truncate on events for each statement"
REFUSE_CHANGE = "create or replace function refuse_change() returns trigger language plpgsql"
IN_FULL = "set search_path = pg_catalog, pg_temp as $$"

#: What somebody does to the schema -> how it is named: where, and what of it.
ALTERATIONS = {
    # Triggers
    "alter table events disable trigger events_append_only": (
        "the guard events.events_append_only", "it is switched off"),
    "alter table events enable replica trigger events_unaltered": (
        "the guard events.events_unaltered", "it is switched on for replicas only"),
    "alter table events disable trigger all": ("the guard events.versions_contiguous", "it is switched off"),
    "alter table cosignatures disable trigger all": (
        "the triggers of the constraint cosignatures.cosignatures_checkpoint_fkey", "`switched on` is not"),
    "drop trigger head_stays on head": ("the guard head.head_stays", "it is gone"),
    f"drop trigger events_append_only on events; {SWAPPED} execute function refuse_going_back()": (
        "the guard events.events_append_only", "EXECUTE FUNCTION"),
    f"drop trigger events_append_only on events; {SWAPPED} when (false) execute function refuse_change()": (
        "the guard events.events_append_only", "WHEN (false)"),
    "drop trigger events_append_only on events; create trigger events_append_only before truncate on events "
    "for each statement execute function refuse_change()": ("the guard events.events_append_only", "BEFORE TRUNCATE"),
    "drop trigger events_unaltered on events; create trigger events_unaltered before update of topic on events "
    "for each row execute function refuse_alteration()": ("the guard events.events_unaltered", "UPDATE OF topic"),
    "drop trigger events_unaltered on events; create trigger events_unaltered after update on events "
    "for each row execute function refuse_alteration()": ("the guard events.events_unaltered", "AFTER UPDATE"),
    "alter trigger head_stays on head rename to head_stayed": ("the guard head.head_stays", "it is gone"),
    f"create function mine() returns trigger language plpgsql {IN_FULL} begin return null; end $$; "
    "create trigger aaa before insert on events for each row execute function mine()": (
        "the guard events.aaa", "this program did not make it"),
    # Functions
    f"{REFUSE_CHANGE} {IN_FULL} begin return null; end $$": ("the function refuse_change()", "`body` is not"),
    "alter function add_key(integer, bytea) security invoker": (
        "the function add_key(number integer, note bytea)", "`security definer` is not"),
    "alter function redact(text, json) security definer": (
        "the function redact(plan text, redaction json)", "`security definer` is not"),
    "alter function add_key(integer, bytea) set search_path = public": (
        "the function add_key(number integer, note bytea)", "`settings` is not"),
    "alter function add_key(integer, bytea) reset search_path": (
        "the function add_key(number integer, note bytea)", "`settings` is not"),
    "alter function without_texts(bytea, text[]) immutable": (
        "the function without_texts(whole bytea, fields text[])", "`volatility` is not"),
    "create or replace function leaf(place bigint, plan text, version bigint, recorded_at timestamptz,"
    " recorded_by text, event_id uuid, topic text, state bytea) returns bytea language sql stable return sha256('')": (
        "the function leaf(", "`body` is not"),
    "alter function refuse_gap() owner to mallory": ("the function refuse_gap", "it belongs to mallory"),
    "create function leaf(place bigint) returns bytea language sql return ''::bytea": (
        "the function leaf(place bigint)", "this program did not make it"),
    "drop function rehash_password(text, text, text)": ("the function rehash_password(", "it is gone"),
    # Tables and columns
    "alter table events owner to mallory": ("the table events", "it belongs to mallory"),
    "alter table events alter recorded_by set default 'nobody'": (
        "the column events.recorded_by", "`default` is not"),
    "alter table passwords alter hash type varchar(100)": ("the column passwords.hash", "`type` is not"),
    "alter table events alter salts set statistics 100": ("the column events.salts", "`statistics` is not"),
    "alter table events alter hashes drop not null": ("the column events.hashes", "`null` is not"),
    "alter table events add column note text": ("the column events.note", "this program did not make it"),
    "alter table passwords drop column set_at": ("the column passwords.set_at", "it is gone"),
    "alter table head set unlogged": ("the table head", "`persistence` is not"),
    "alter table events enable row level security": ("the table events", "`row security` is not"),
    "create policy hidden on events using (false)": ("the policy events.hidden", "this program did not make it"),
    "create table more () inherits (events)": ("the child ", "this program did not make it"),
    "create table copied as select from events": ("the table copied", "this program did not make it"),
    "create view seen as select 1": ("the table seen", "this program did not make it"),
    "create sequence counting": ("the table counting", "this program did not make it"),
    "create type colour as enum ('red')": ("the object type", "this program did not make it"),
    "create domain short as text": ("the object type", "this program did not make it"),
    "update migrations set name = 'other' where number = 2": ("the table migrations", "it does not name"),
    # Constraints and indexes
    "alter table events drop constraint version_taken": ("the constraint events.version_taken", "it is gone"),
    "alter table events drop constraint leaf_and_nodes": ("the constraint events.leaf_and_nodes", "it is gone"),
    "alter table events drop constraint whole_with_salts; alter table events add constraint whole_with_salts"
    " check (true)": ("the constraint events.whole_with_salts", "CHECK (true)"),
    "alter table events drop constraint whole_with_salts; alter table events add constraint whole_with_salts"
    " check ((whole is null) = (salts is null) and octet_length(salts) % 16 = 0) not valid": (
        "the constraint events.whole_with_salts", "NOT VALID"),
    "alter table events drop constraint event_id_taken; create index event_id_taken on events (event_id)": (
        "the index event_id_taken", "CREATE INDEX"),
    "alter table events drop constraint position_taken; alter table events add constraint position_taken"
    " unique (position) deferrable initially deferred": ("the constraint events.position_taken", "DEFERRABLE"),
    "drop index plans": ("the index plans", "it is gone"),
    "set allow_system_table_mods = on; update pg_index set indisvalid = false where indexrelid = 'plans'::regclass": (
        "the index plans", "`valid` is not"),
    "set allow_system_table_mods = on; update pg_class set relhastriggers = false where oid = 'head'::regclass": (
        "the table head", "`triggers are looked at` is not"),
    "alter table cosignatures drop constraint cosignatures_checkpoint_fkey": (
        "the constraint cosignatures.cosignatures_checkpoint_fkey", "it is gone"),
    # Rules
    "create rule quietly as on delete to events do instead nothing": (
        "the rule events.quietly", "this program did not make it"),
    # Grants
    "grant update on events to {app}": ("the table events", "{app} may update: revoke that"),
    "grant update (recorded_by) on events to {app}": ("the column events.recorded_by", "{app} may update"),
    "grant insert on events to public": ("the table events", "everybody may insert"),
    "grant select on events to mallory": ("the table events", "mallory may select"),
    "grant select on head to {app} with grant option": ("the table head", "and grant it to others"),
    "grant create on schema {schema} to {app}": ("the schema", "{app} may create"),
    "grant usage on schema {schema} to public": ("the schema", "everybody may use"),
    "grant execute on function redact(text, json) to {app}": ("the function redact(", "{app} may execute"),
    "grant execute on function append_one to public": ("the function append_one(", "everybody may execute"),
    "alter default privileges in schema {schema} grant update on tables to {app}": (
        "what is made later", "{app} may update"),
    "revoke select on keys from {app}": ("the table keys", "{app} may not select"),
}  # fmt: skip


@pytest.fixture
def mallory(server: Server) -> Iterator[None]:
    """A role that has nothing to do with the ledger."""
    with psycopg.connect(server.owner_conninfo, autocommit=True) as owner:
        owner.execute("create role mallory")
        yield
        owner.execute("drop owned by mallory cascade")
        owner.execute("drop role mallory")


@pytest.fixture
def unchecked(open_ledger: Callable[[], Ledger]) -> Ledger:
    """A ledger that nobody checks afterwards."""
    return open_ledger()


@pytest.fixture
def unchecked_owner(server: Server, unchecked: Ledger, schema: str) -> Iterator[Connection]:
    with connected(server.owner_conninfo, schema) as connection:
        yield connection


class Within:
    """Stands for a ledger's connections: the one in whose transaction something was altered."""

    def __init__(self, connection: Connection, schema: str) -> None:
        self._connection, self.schema = connection, schema

    @contextmanager
    def get_connection(self) -> Iterator[Connection]:
        yield self._connection


@pytest.fixture(scope="module")
def altered(server: Server) -> Iterator[Connection]:
    """Connected as the owner to a ledger in which everything altered is taken back again."""
    with Ledger.open(data=server.folder, schema="altered"), connected(server.owner_conninfo, "altered") as owner:
        yield owner


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_what_somebody_altered_is_named(altered: Connection, alteration: str):
    where, what = ALTERATIONS[alteration]
    for place, name in (("{app}", app_role("altered")), ("{schema}", "altered")):
        alteration, what = alteration.replace(place, name), what.replace(place, name)
    looked_at: Any = Within(altered, "altered")
    with altered.transaction(force_rollback=True):
        altered.execute("create role mallory")
        assert list(fallen_on(looked_at)) == []
        altered.execute("set local search_path to altered")
        altered.execute(alteration.encode())
        found = [f"{one.where}: {one.what}".replace(" of altered:", ":") for one in fallen_on(looked_at)]
    assert any(one.startswith(where) and what in one for one in found), found


@contextmanager
def done(owner: Connection, *statements: str, undone: str) -> Iterator[None]:
    """Something that reaches beyond the test's own schema, for as long as the block lasts."""
    for statement in statements:
        owner.execute(statement.encode())
    try:
        yield
    finally:
        owner.execute(undone.encode())


@pytest.mark.usefixtures("mallory")
def test_a_membership_is_named(unchecked: Ledger, unchecked_owner: Connection, schema: str):
    owner, app = unchecked_owner, app_role(schema)
    for granted, named in (
        (f"{app} to mallory", f"the role mallory: it may read and append to {schema}, as {app}: revoke {app} from it"),
        ("asat_owner to mallory", f"the role mallory: it can be asat_owner, which owns {schema}"),
        (f"pg_write_all_data to {app}", f"the role {app}: it is a member of pg_write_all_data: revoke that"),
        (f"asat_owner to {app}", f"the role {app}: it is a member of asat_owner: revoke that"),
        (f"asat_owner to {app} with inherit false, set false, admin true", f"the role {app}: it is a member of"),
        ("asat_owner to asat_app", "the login that serves: it can be asat_owner, a superuser"),
    ):
        with done(owner, f"grant {granted}", undone=f"revoke {granted.split(' with ')[0].replace(' to ', ' from ')}"):
            found = fallen(unchecked)
            assert any(one.startswith(named) for one in found), found
        assert fallen(unchecked) == []


def test_what_reaches_beyond_the_schema_is_named(unchecked: Ledger, unchecked_owner: Connection):
    owner = unchecked_owner
    function = "create function public.mine() returns event_trigger language plpgsql as 'begin end'"
    with done(
        owner, function, "create event trigger listening on ddl_command_end execute function public.mine()",
        undone="drop function public.mine() cascade",
    ):  # fmt: skip
        assert fallen(unchecked) == ["the event trigger listening: this program did not make it"]
    with done(
        owner, "alter default privileges grant select on tables to asat_app",
        undone="alter default privileges revoke select on tables from asat_app",
    ):  # fmt: skip
        assert fallen(unchecked) == ["what is made later r: asat_app may select: revoke that"]
    with done(
        owner, "grant set on parameter session_replication_role to asat_app",
        undone="revoke set on parameter session_replication_role from asat_app",
    ):  # fmt: skip
        assert powers_of_login(unchecked)
        assert fallen(unchecked) == ["the login that serves: it may switch all triggers off (session_replication_role)"]
    assert powers_of_login(unchecked) == []


def test_a_session_without_triggers_is_named(
    server: Server, schema: str, unchecked: Ledger, unchecked_owner: Connection
):
    statement = "alter role asat_app set session_replication_role = replica"
    undone = "alter role asat_app reset session_replication_role"
    with done(unchecked_owner, statement, undone=undone), Ledger.open(data=server.folder, schema=schema) as ledger:
        assert fallen(ledger) == ["the setting session_replication_role: it switches every trigger off for this login"]
    assert fallen(unchecked) == []
