"""Who serves owns nothing: its owner makes and upgrades the ledger, and the login that serves can undo no guard."""

from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from starlette.testclient import TestClient

from api.application import make_application
from domain.integrity.access_check import broken_access
from domain.integrity.guards import fallen_guards, powers_of_login
from domain.ledger.access_marks import AccessLost
from domain.ledger.opening import make_ledger, refuse_two_databases
from domain.ledger.schema import migrate, released_migrations
from domain.opened_ledger import Ledger
from domain.refusals import LedgerUnusable
from domain.safekeeping.backups import back_up
from domain.safekeeping.purging import purge
from tests.kit import rated
from tests.ledger.managed import council, forget_roles, name_in, rows, run, url_of
from tests.real_ledgers import Server, all_is_well, begin, record, remembers_what_is_stored

NEWEST = released_migrations()[-1].number


@pytest.fixture
def owner(managed: Server) -> str:
    """The address of a ledger's owner, who may make roles, on a database where there is no ledger yet."""
    forget_roles(managed)
    return council(managed, "createrole")


@pytest.fixture
def login(managed: Server, owner: str) -> str:
    """The address of a login that owns nothing."""
    run(managed.owner_conninfo, f"create role {name_in(owner)}_serve login")
    return url_of(owner, user=f"{name_in(owner)}_serve")


def test_the_login_that_serves_reads_records_and_can_do_no_more(owner: str, login: str):
    made = make_ledger(owner, name_in(login))
    assert [(one.schema, one.before, one.now, one.powers) for one in made] == [
        ("asat", 0, NEWEST, []), ("asat_access", 0, NEWEST, []),
    ]  # fmt: skip
    with Ledger.open(database_url=login) as ledger:
        begin(ledger)
        record(ledger, rated("2.4"))
        assert ledger.access.principals.is_open()
        ledger.access.principals.add("Ann Clerk", [], "the test")
        assert (not powers_of_login(ledger), powers_of_login(ledger), list(fallen_guards(ledger))) == (True, [], [])
        assert list(broken_access(ledger.access)) == []
        all_is_well(ledger)
        remembers_what_is_stored(ledger)


#: Settings that a role or a database may have of its own, which change how the server reads and writes values.
OWN_SETTINGS = {
    "standard_conforming_strings": "off",
    "bytea_output": "escape",
    "quote_all_identifiers": "on",
    "datestyle": "'SQL, DMY'",
    "DateStyle": "'German'",
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-15",
    "client_encoding": "SQL_ASCII",
    "Client_Encoding": "LATIN1",
    "timezone": "'Pacific/Kiritimati'",
    "search_path": "asat, public, pg_catalog",
    "row_security": "off",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "default_transaction_isolation": "serializable",
    "statement_timeout": "'20ms'",
}


@pytest.mark.parametrize("setting", OWN_SETTINGS)
def test_no_setting_of_a_role_changes_what_is_read(
    managed: Server, owner: str, login: str, setting: str, tmp_path: Path
):
    ours = [f"role {name_in(owner)}", f"role {name_in(login)}", f"database {name_in(owner)}"]
    run(managed.owner_conninfo, *[f"alter {one} set {setting} = {OWN_SETTINGS[setting]}" for one in ours])
    try:
        make_ledger(owner, name_in(login))
        with Ledger.open(database_url=login, owner_url=owner) as ledger:
            begin(ledger)
            record(ledger, rated("2.4"))
            ledger.access.principals.add("Zoë Clerk", [], "the test")
            assert (powers_of_login(ledger), list(fallen_guards(ledger))) == ([], [])
            assert list(broken_access(ledger.access)) == []
            all_is_well(ledger)
            remembers_what_is_stored(ledger)
            assert not any("own" in one for one in purge(ledger))
            assert back_up(ledger, tmp_path / "backup.asat").ledgers[0].size == 4
    finally:
        run(managed.owner_conninfo, *[f"alter {one} reset {setting}" for one in ours])


#: What turns a guard off, and alters what was recorded.
ATTACK = (
    "alter table asat.events disable trigger events_unaltered",
    "alter table asat.events disable trigger all",
    "alter function asat.refuse_alteration() owner to session_user",
    "update asat.events set recorded_by = 'nobody'",
    "delete from asat.events",
    "insert into asat.purges values (3, true, now())",
    "update asat.migrations set number = 9",
    "create table asat.mine ()",
    "drop table asat.events",
    "drop schema asat cascade",
    "set session_replication_role = replica",
    "set session authorization {owner}",
    "set role {owner}",
    "grant {owner} to session_user",
)


def test_on_a_pooled_connection_no_role_that_can_be_taken_back_alters_anything(owner: str, login: str):
    make_ledger(owner, name_in(login))
    with Ledger.open(database_url=login) as ledger:
        begin(ledger)
        with ledger.datastore.get_connection() as pooled:
            for role in ("reset role", "set role asat_app", "set role asat_access_app"):
                for statement in ATTACK:
                    pooled.execute(role.encode())
                    with pytest.raises(InsufficientPrivilege):
                        pooled.execute(statement.format(owner=name_in(owner)).encode())
            pooled.execute("set role asat_app")
            # Of this PostgreSQL only warns that nothing was granted.
            pooled.execute("grant update on asat.events to session_user")
        assert powers_of_login(ledger) == []
        assert list(fallen_guards(ledger)) == []
        all_is_well(ledger)


def test_with_one_login_it_is_said_that_the_guards_do_not_hold_against_it(owner: str):
    """The attack of before: the guards are off for a moment, and stand again when they are looked at."""
    with Ledger.open(database_url=owner) as ledger:
        begin(ledger)
        with ledger.datastore.get_connection() as pooled:
            assert pooled.execute("select current_user as role").fetchone() == {"role": "asat_app"}
            pooled.execute("reset role")
            pooled.execute("alter table asat.events disable trigger events_unaltered")
            pooled.execute("alter table asat.events enable trigger events_unaltered")
            pooled.execute("set role asat_app")
        assert powers_of_login(ledger)
        assert {"it owns the database", "it owns the schema asat"} <= set(powers_of_login(ledger))
        assert list(fallen_guards(ledger)) == []
        client = TestClient(make_application(ledger, "Somebody"), base_url="http://127.0.0.1:8000")
        assert client.get("/readyz").json()["guarded"] is False


#: A function that does what its owner may, whoever calls it.
BACKDOOR = (
    "create function public.door() returns trigger language plpgsql security definer as"
    " 'begin alter table asat.events disable trigger all; return null; end'"
)


@pytest.mark.parametrize(
    ("granted", "power"),
    [
        ("grant {owner} to {login}", "it owns the schema asat, as {owner}"),
        ("grant {owner} to {login} with inherit false, set false, admin true", "it owns the schema asat, as {owner}"),
        ("create role {login}_between in role {owner} role {login}", "it owns the schema asat, as {owner}"),
        ("alter role {login} superuser", "it is a superuser"),
        ("create role {login}_all superuser role {login}", "it can be {login}_all, a superuser"),
        ("alter table asat.head owner to {login}", "it owns the table asat.head"),
        ("alter function asat.redact(text, json) owner to {login}", "it owns the function asat.redact"),
        ("alter database {owner} owner to {login}", "it owns the database"),
        ("grant create on schema asat to {login}", "it may create things in the schema asat"),
        ("grant update on asat.events to {login}", "it may update asat.events"),
        ("grant insert on asat_access.events to public", "it may insert asat_access.events"),
        ("grant update (state) on asat.events to {login}", "it may update columns of asat.events"),
        ("grant trigger on asat.head to {login}", "it may trigger asat.head"),
        ("grant pg_write_all_data to {login}", "it has the rights of pg_write_all_data"),
        ("grant pg_execute_server_program to {login}", "it has the rights of pg_execute_server_program"),
        ("grant set on parameter session_replication_role to {login}",
         "it may switch all triggers off (session_replication_role)"),
        ("grant alter system on parameter session_replication_role to {login}",
         "it may alter the setting session_replication_role of the whole server"),
        ("grant alter system on parameter archive_command to asat_app",
         "it may alter the setting archive_command of the whole server"),
        ("grant set on parameter session_preload_libraries to {login}",
         "it may have the server load what it likes (session_preload_libraries)"),
        ("alter role {login} replication",
         "it may keep and copy what the database writes, redacted texts too (replication)"),
        ("grant pg_read_server_files to {login}",
         "it may read the files of the server, where redacted texts may still be (pg_read_server_files)"),
        ("grant execute on function pg_read_binary_file(text) to {login}",
         "it may run pg_read_binary_file, which reads or writes the files of the server"),
        ("grant execute on function lo_export(oid, text) to {login}",
         "it may run lo_export, which reads or writes the files of the server"),
        ("grant asat_app to {login} with admin option", "it may grant asat_app to others"),
        (f"{BACKDOOR}; alter function public.door() owner to {{owner}}",
         "it may run public.door, which acts as {owner}"),
        (BACKDOOR, "it may run public.door, which acts as asat_owner"),
        (f"{BACKDOOR}; create role {{login}}_friend in role {{owner}};"
         " alter function public.door() owner to {login}_friend",
         "it may run public.door, which acts as {login}_friend"),
        (f"{BACKDOOR}; revoke execute on function public.door() from public;"
         " grant execute on function public.door() to asat_app", "it may run public.door, which acts as asat_owner"),
        (f"create schema other; create table other.events (); create table other.head (); "
         f"create table other.migrations (); {BACKDOOR.replace('public', 'other')}",
         "it may run other.door, which acts as asat_owner"),
        (f"{BACKDOOR}; revoke execute on function public.door() from public; create table public.letters ();"
         " grant insert on public.letters to {login};"
         " create trigger opens after insert on public.letters for each statement execute function public.door()",
         "it may run public.door, which acts as asat_owner"),
        ("grant pg_read_all_data to {login}",
         "it may read every table of the database, what the server keeps of texts for its planner too"
         " (pg_read_all_data)"),
        ("grant select on pg_catalog.pg_statistic to {login}",
         "it may read pg_catalog.pg_statistic, in which the server keeps of texts what its planner needs"),
        ("grant select (stavalues1) on pg_catalog.pg_statistic to asat_app",
         "it may read pg_catalog.pg_statistic, in which the server keeps of texts what its planner needs"),
    ],
)  # fmt: skip
def test_whatever_the_login_could_do_besides_is_said(managed: Server, owner: str, login: str, granted: str, power: str):
    make_ledger(owner, name_in(login))
    names = {"owner": name_in(owner), "login": name_in(login)}
    with Ledger.open(database_url=login) as ledger:
        assert powers_of_login(ledger) == []
        run(url_of(managed.owner_conninfo, dbname=name_in(owner)), granted.format(**names))
        assert power.format(**names) in powers_of_login(ledger)
        assert powers_of_login(ledger)


def test_what_acts_with_its_callers_rights_or_whom_it_does_not_serve_is_no_power(owner: str, login: str):
    make_ledger(owner, name_in(login))
    run(
        owner, "create schema elsewhere", f"grant usage on schema elsewhere to {name_in(login)}",
        "create function elsewhere.plain() returns int language sql as 'select 1'",
        "create function elsewhere.closed() returns int language sql security definer as 'select 1'",
        "revoke execute on function elsewhere.closed() from public",
        "create view elsewhere.days as select now()",
    )  # fmt: skip
    make_ledger(owner, name_in(login))
    with Ledger.open(database_url=login) as ledger:
        assert (not powers_of_login(ledger), powers_of_login(ledger), list(fallen_guards(ledger))) == (True, [], [])


@pytest.mark.parametrize("role", ["asat_app", "asat_access_app"])
def test_the_role_of_a_ledger_does_not_log_in(managed: Server, owner: str, login: str, role: str):
    make_ledger(owner, name_in(login))
    run(managed.owner_conninfo, f"alter role {role} login")
    for address in (login, owner):
        with Ledger.open(database_url=address) as ledger:
            named = [f"{one.where}: {one.what}" for one in fallen_guards(ledger)]
            assert named == [f"the role {role}: it can log in by itself: alter role {role} nologin"]


@pytest.mark.parametrize("published", ["for table asat.events", "for all tables", "for tables in schema asat_access"])
def test_a_publication_of_the_ledger_is_named(managed: Server, owner: str, login: str, published: str):
    make_ledger(owner, name_in(login))
    run(url_of(managed.owner_conninfo, dbname=name_in(owner)), f"create publication copies {published}")
    for address in (login, owner):
        with Ledger.open(database_url=address) as ledger:
            sends = "it sends what is recorded to others, where no redaction reaches it: drop it"
            assert ("the publication copies", sends) in [(one.where, one.what) for one in fallen_guards(ledger)]


REACHES = "it reaches into the ledger with the rights of its owner: drop it"


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ("create view public.seen as select * from asat.purges", "the view public.seen"),
        ("create view public.seen as select 1 from asat_access.passwords", "the view public.seen"),
        ("create materialized view public.seen as select plan from asat.events", "the view public.seen"),
        ("create view public.seen as select 1 as one; create rule quietly as on insert to public.seen"
         " do instead insert into asat.purges values (3, true, now())", "the view public.seen"),
        ("create table public.seen (); create rule quietly as on insert to public.seen"
         " do also delete from asat.events", "the rules of the table public.seen"),
    ],
)  # fmt: skip
def test_what_reaches_into_the_ledger_from_elsewhere_is_named(owner: str, login: str, made: str, named: str):
    make_ledger(owner, name_in(login))
    run(owner, made)
    for address in (login, owner):
        with Ledger.open(database_url=address) as ledger:
            assert [(one.where, one.what) for one in fallen_guards(ledger)] == [(named, REACHES)]


@pytest.mark.parametrize("role", ["pg_write_all_data", "pg_write_server_files", "pg_execute_server_program"])
def test_another_login_that_may_write_everything_is_named(managed: Server, owner: str, login: str, role: str):
    make_ledger(owner, name_in(login))
    eve = f"{name_in(login)}_eve"
    run(managed.owner_conninfo, f"create role {eve}_between in role {role}", f"create role {eve} login")
    for address in (login, owner):
        with Ledger.open(database_url=address) as ledger:
            run(managed.owner_conninfo, f"grant {eve}_between to {eve}")
            named = [f"{one.where}: {one.what}" for one in fallen_guards(ledger)]
            run(managed.owner_conninfo, f"revoke {eve}_between from {eve}")
            assert named == [f"the role {eve}: it has the rights of {role}: revoke {role} from it"]
            assert list(fallen_guards(ledger)) == []


def test_without_a_ledger_whoever_serves_is_told_what_makes_it(owner: str, login: str):
    for owner_url in (None, owner):
        with pytest.raises(LedgerUnusable, match=r"no ledger in the schema asat .* `asat migrate`"):
            Ledger.open(database_url=login, owner_url=owner_url)


@pytest.mark.parametrize("version", [3, NEWEST - 1])
def test_an_older_ledger_is_upgraded_by_its_owner_and_not_by_whoever_serves(owner: str, login: str, version: int):
    migrate(owner, "asat", released_migrations()[:version], login=name_in(login), inherits=True)
    for owner_url in (None, owner):
        with pytest.raises(LedgerUnusable, match=rf"version {version}, .* needs {NEWEST}: .*`asat migrate`"):
            Ledger.open(database_url=login, owner_url=owner_url)
    [made, _] = make_ledger(owner, name_in(login))
    assert (made.before, made.now) == (version, NEWEST)
    with Ledger.open(database_url=login) as ledger:
        assert powers_of_login(ledger) == []
        assert list(fallen_guards(ledger)) == []


ADDED = "select asat_access.append_one('principal:ann', 1, 'PrincipalAdded', gen_random_uuid(), %s, 'x')"


@pytest.mark.parametrize("one_login", [True, False])
def test_a_closed_ledger_from_before_stays_closed_when_it_is_upgraded(owner: str, login: str, one_login: bool):
    for schema in ("asat", "asat_access"):
        migrate(owner, schema, released_migrations()[:8], login=None if one_login else name_in(login), inherits=True)
    rows(owner, ADDED, b'{"principal": "Ann"}')
    if not one_login:
        make_ledger(owner, name_in(login))
    with Ledger.open(database_url=owner if one_login else login) as ledger:
        assert not ledger.access.principals.is_open()
        assert [*fallen_guards(ledger), *broken_access(ledger.access)] == []
        run(owner, "drop schema asat_access cascade")
        with pytest.raises(AccessLost):
            ledger.ready()
    if not one_login:
        with pytest.raises(AccessLost):
            make_ledger(owner, name_in(login))
        assert rows(owner, "select to_regnamespace('asat_access')") == [(None,)]
        with Ledger.open(database_url=login) as ledger:
            with pytest.raises(AccessLost):
                ledger.access.principals.is_open()
            assert [one.where for one in broken_access(ledger.access)] == ["access"]


@pytest.mark.parametrize("schema", ["asat", "asat_access"])
def test_what_serves_opens_neither_schema_where_it_is_older_or_gone(owner: str, login: str, schema: str):
    make_ledger(owner, name_in(login))
    run(owner, f"delete from {schema}.migrations where number = {NEWEST}")  # noqa: S608 - two names of ours
    for owner_url in (None, owner):
        with pytest.raises(
            LedgerUnusable, match=rf"{schema} is version {NEWEST - 1}, .* needs {NEWEST}: .*`asat migra"
        ):
            Ledger.open(database_url=login, owner_url=owner_url)
    run(owner, f"drop schema {schema} cascade")  # nobody was known yet
    for owner_url in (None, owner):
        with pytest.raises(LedgerUnusable, match=rf"no ledger in the schema {schema} of this database"):
            Ledger.open(database_url=login, owner_url=owner_url)


def test_no_login_is_admitted_to_the_role_of_another_ledger_of_the_server(managed: Server, owner: str, login: str):
    """By the one role it would read and append to both."""
    make_ledger(owner, name_in(login))
    other = council(managed, "createrole")
    run(managed.owner_conninfo, f"create role {name_in(other)}_serve login", *(
        f"grant {role} to {name_in(other)} with admin option" for role in ("asat_app", "asat_access_app")
    ))  # fmt: skip
    with pytest.raises(LedgerUnusable, match=rf"nothing was made: the role asat_app has .* \({name_in(owner)}\)"):
        make_ledger(other, f"{name_in(other)}_serve")
    assert rows(other, "select to_regnamespace('asat'), to_regnamespace('asat_access')") == [(None, None)]
    assert rows(other, f"select pg_has_role('{name_in(other)}_serve', 'asat_app', 'member')") == [(False,)]
    with Ledger.open(database_url=other) as alone:  # works as its owner, and not as the other ledger's role
        begin(alone)
    with psycopg.connect(url_of(managed.owner_conninfo, dbname=name_in(other)), autocommit=True) as elsewhere:
        assert elsewhere.execute("select has_schema_privilege('asat_app', 'asat', 'usage')").fetchone() == (False,)
    with Ledger.open(database_url=login) as ledger:
        begin(ledger)
        assert not [one for one in fallen_guards(ledger) if "another database" in one.what]


def test_a_role_that_two_ledgers_share_is_named_and_nothing_that_serves_is_taken_away(
    managed: Server, owner: str, login: str
):
    """As a former `asat migrate` left it; both are still upgraded."""
    other, serving = council(managed, "createrole"), f"{name_in(owner)}_two"
    make_ledger(owner, name_in(login))
    with Ledger.open(database_url=other):
        pass
    run(managed.owner_conninfo, f"create role {serving} login in role asat_app, asat_access_app")
    run(url_of(managed.owner_conninfo, dbname=name_in(other)), "grant usage on schema asat to asat_app")
    for address in (owner, other):
        with Ledger.open(database_url=address) as ledger:
            named = [f"{one.where}: {one.what}" for one in fallen_guards(ledger)]
            assert any(one.startswith("the role asat_app: it has rights in another database") for one in named)
            assert not any("revoke asat_app from it" in one for one in named)
    assert [one.before for one in make_ledger(owner, name_in(login))] == [NEWEST, NEWEST]


def test_the_owner_and_the_login_that_serves_name_one_database(managed: Server, owner: str, login: str):
    make_ledger(owner, name_in(login))
    other = council(managed)
    with pytest.raises(LedgerUnusable, match=rf"\({name_in(other)} on .* \({name_in(owner)} on "):
        Ledger.open(database_url=login, owner_url=other)
    with Ledger.open(database_url=login, owner_url=owner) as ledger:
        begin(ledger)
    refuse_two_databases(login, f"{owner}&application_name=another")
    nobody = url_of(login, host="/nowhere")
    refuse_two_databases(nobody, owner)
    with pytest.raises(LedgerUnusable, match="another database"):
        refuse_two_databases(nobody, other)


def test_a_ledger_that_one_login_made_is_given_to_another(owner: str, login: str):
    """As with 0.1.0: the role of the address made the ledger, and worked as the ledger's role."""
    with Ledger.open(database_url=owner) as ledger:
        begin(ledger)
    with pytest.raises(LedgerUnusable, match=rf"`asat migrate --grant-to {name_in(login)}`"):
        Ledger.open(database_url=login)
    make_ledger(owner, name_in(login))
    with Ledger.open(database_url=login, owner_url=owner) as ledger:
        assert powers_of_login(ledger) == []
        assert list(fallen_guards(ledger)) == []
        assert ledger.size() == 3


def test_a_ledger_that_worked_as_its_owner_is_given_to_another(managed: Server):
    """Its owner may make no role; an administrator makes it, and the owner grants it what the migrations would have."""
    forget_roles(managed)
    owner = council(managed)
    serve = f"{name_in(owner)}_serve"
    run(managed.owner_conninfo, f"create role {serve} login")
    with Ledger.open(database_url=owner) as ledger:
        begin(ledger)
        assert list(fallen_guards(ledger)) == []
    with pytest.raises(LedgerUnusable, match=f"create role asat_app nologin; grant asat_app to {serve}"):
        make_ledger(owner, serve)
    for role in ("asat_app", "asat_access_app"):
        run(managed.owner_conninfo, f"create role {role} nologin", f"grant {role} to {serve}")
    make_ledger(owner, serve)
    with Ledger.open(database_url=url_of(owner, user=serve)) as ledger:
        assert powers_of_login(ledger) == []
        assert list(fallen_guards(ledger)) == []
        assert len(record(ledger, rated("2.4"))) == 1


def test_grants_that_were_lost_are_granted_again(owner: str, login: str):
    make_ledger(owner, name_in(login))
    run(
        owner, "revoke select on asat.purges from asat_app", "grant update on asat.events to asat_app",
        "grant execute on function asat.redact(text, json) to public",
    )  # fmt: skip
    with Ledger.open(database_url=login) as ledger:
        assert len(list(fallen_guards(ledger))) == 4  # the last is the login's power too
        assert [one.before for one in make_ledger(owner, name_in(login))] == [NEWEST, NEWEST]
        assert list(fallen_guards(ledger)) == []


def test_a_role_that_is_not_there_is_named(owner: str):
    with pytest.raises(LedgerUnusable, match="the server has no role nobody: make it first"):
        make_ledger(owner, "nobody")
    assert rows(owner, "select to_regnamespace('asat')") == [(None,)]


def test_one_address_named_twice_is_one_login(owner: str):
    with Ledger.open(database_url=owner, owner_url=owner) as ledger:
        begin(ledger)
        assert powers_of_login(ledger)
    assert [one.before for one in make_ledger(owner, name_in(owner))] == [NEWEST, 0]


def test_only_the_owner_purges(owner: str, login: str):
    make_ledger(owner, name_in(login))
    with Ledger.open(database_url=login) as ledger, pytest.raises(LedgerUnusable, match="ASAT_OWNER_URL"):
        purge(ledger)
    with Ledger.open(database_url=login, owner_url=owner) as ledger:
        assert not any("own" in one for one in purge(ledger))


def test_whoever_serves_can_back_up(owner: str, login: str, tmp_path: Path):
    make_ledger(owner, name_in(login))
    with Ledger.open(database_url=login) as ledger:
        begin(ledger)
        made = back_up(ledger, tmp_path / "backup.asat")
    assert [(one.schema, one.size) for one in made.ledgers] == [("asat", 3), ("asat_access", 0)]


def test_the_embedded_server_serves_by_a_login_that_owns_nothing(ledger: Ledger):
    assert powers_of_login(ledger) == []
    with ledger.datastore.get_connection() as pooled:
        pooled.execute("reset role")
        with pytest.raises(psycopg.Error):
            pooled.execute("alter table events disable trigger all")
        pooled.execute(f"set role {ledger.datastore.role}".encode())
