"""The commands of whoever owns a ledger, and what the others say where they are not."""

import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api.cli.command_context import Session
from api.cli.serve_commands import _say_powers
from api.settings import read_settings
from domain.integrity.guards import fallen_guards, powers_of_login
from domain.ledger.schema import released_migrations
from domain.opened_ledger import Ledger
from tests.api.conftest import OPENING
from tests.api.process import run, said
from tests.ledger.managed import council, forget_roles, name_in, rows, url_of
from tests.ledger.managed import run as do
from tests.real_ledgers import Server, begin

NEWEST = released_migrations()[-1].number
ON_DISK = "destroyed in the record; still on disk until `asat purge`"


@pytest.fixture
def addresses(managed: Server, tmp_path: Path) -> dict[str, Any]:
    """What the commands are told of a server on which there is no ledger: its owner, and the login that is to serve."""
    forget_roles(managed)
    owner = council(managed, "createrole")
    do(managed.owner_conninfo, f"create role {name_in(owner)}_serve login")
    login = url_of(owner, user=f"{name_in(owner)}_serve")
    return {"data": tmp_path / "unused", "ASAT_DATABASE_URL": login, "ASAT_OWNER_URL": owner}


def without_owner(addresses: dict[str, Any]) -> dict[str, Any]:
    """What the machine that serves is told."""
    return {name: said for name, said in addresses.items() if name != "ASAT_OWNER_URL"}


def events(*more: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps({"plan": "plan", **one}) for one in (*OPENING, *more)).encode()


NEWS = {"type": "ProgressReported", "action": "2.4", "text": "A name", "effective_on": "2019-03-15"}


def refusal(*arguments: Any, **told: Any) -> str:
    done = run(*arguments, **told)
    assert (done.returncode, done.stdout) == (1, b""), done
    assert b"Traceback" not in done.stderr
    return done.stderr.decode()


def test_whoever_serves_is_told_of_migrate_and_the_owner_does_it(addresses: dict[str, Any]):
    serving = without_owner(addresses)
    for told in (addresses, serving):
        for command in (["serve", "--port", "0"], ["plans"]):
            assert "make it with `asat migrate`, as its owner (ASAT_OWNER_URL)" in refusal(*command, **told)
    login = name_in(addresses["ASAT_DATABASE_URL"])
    assert said("migrate", **addresses) == "".join(
        f"schema {schema}: made, version {NEWEST}; {login} may read it and append to it\n"
        for schema in ("asat", "asat_access")
    )
    assert "as it was, version" in said("migrate", **addresses)
    assert said("record", "-", stdin=events(), **serving) == "plan: events 1 to 3\n"
    checked = said("check", **serving)
    assert checked.startswith("3 events in 1 plan: ")
    assert "Note" not in checked
    assert not (addresses["data"]).exists(), "an embedded server was started"


def test_only_the_owner_purges_and_until_then_it_is_said(addresses: dict[str, Any]):
    serving = without_owner(addresses)
    said("migrate", **addresses)
    said("record", "-", stdin=events(NEWS), **serving)
    done = run("redact", "plan", "4", "text", "--reason", "A name", **serving)
    assert (done.returncode, done.stdout) == (0, b"plan: event 5, and text of event 4 destroyed\n")
    assert done.stderr.decode() == f"asat: {ON_DISK}, run as the owner of the ledger (ASAT_OWNER_URL)\n"
    assert f"Note: texts redacted by position 5: {ON_DISK}\n" in said("check", **serving)
    assert "run `asat purge` with the address of the ledger's owner" in refusal("purge", **serving)
    # The owner may not begin a new log yet: the table is written anew, and the rest is told.
    done = run("purge", **addresses)
    assert done.returncode == 1
    assert b"CHECKPOINT" in done.stderr
    assert "still in old log files of the database" in said("check", **serving)
    owner = addresses["ASAT_OWNER_URL"]
    do(
        url_of(owner, user="asat_owner"), f"grant pg_checkpoint, pg_monitor to {name_in(owner)}",
        f"grant execute on function pg_switch_wal() to {name_in(owner)}",
    )  # fmt: skip
    assert said("purge", **addresses) == "the database's files were written anew\n"
    assert "Note" not in said("check", **serving)


def test_the_owners_commands_touch_no_other_database_than_the_one_that_is_served(
    addresses: dict[str, Any], managed: Server, tmp_path: Path
):
    said("migrate", **addresses)
    said("backup", "-o", tmp_path / "backup.asat", **addresses)
    other = council(managed, "createrole")
    wrong = {**addresses, "ASAT_OWNER_URL": other}
    for command in (["migrate"], ["purge"], ["restore", tmp_path / "backup.asat"], ["check"]):
        told = refusal(*command, **wrong)
        assert f"({name_in(other)} on " in told
        assert f"({name_in(addresses['ASAT_OWNER_URL'])} on " in told
    assert rows(other, "select to_regnamespace('asat')") == [(None,)]


def test_the_owner_restores_and_the_login_serves(addresses: dict[str, Any], managed: Server, tmp_path: Path):
    serving, file = without_owner(addresses), tmp_path / "backup.asat"
    said("migrate", **addresses)
    said("record", "-", stdin=events(), **serving)
    said("backup", "-o", file, **serving)
    forget_roles(managed)  # one ledger a server: the first is lost
    other = council(managed, "createrole")
    do(managed.owner_conninfo, f"alter role {name_in(addresses['ASAT_DATABASE_URL'])} login")
    login = url_of(other, user=name_in(addresses["ASAT_DATABASE_URL"]))
    restored = {**addresses, "ASAT_DATABASE_URL": login, "ASAT_OWNER_URL": other}
    assert "3 events restored in 1 plan" in said("restore", file, **restored)
    with Ledger.open(database_url=login) as ledger:
        assert powers_of_login(ledger) == []
        assert list(fallen_guards(ledger)) == []
        assert ledger.size() == 3


def test_an_owner_without_a_login_that_serves_is_not_taken_for_the_embedded_server(addresses: dict[str, Any]):
    alone = {name: said for name, said in addresses.items() if name != "ASAT_DATABASE_URL"}
    assert "set ASAT_DATABASE_URL" in refusal("plans", **alone)
    assert said("migrate", **alone).endswith("; its owner serves it\n")
    login = name_in(addresses["ASAT_DATABASE_URL"])
    assert f"{login} may read it" in said("migrate", "--grant-to", login, **alone)
    assert b"another purge" not in run("purge", **alone).stderr
    assert not (addresses["data"]).exists()


def test_a_folder_that_is_named_is_meant(addresses: dict[str, Any], tmp_path: Path):
    done = run("--data", tmp_path / "own", "record", "-", stdin=events(), **addresses)
    assert done.returncode == 0, done.stderr
    assert rows(addresses["ASAT_OWNER_URL"], "select to_regnamespace('asat')") == [(None,)]


def test_the_owner_of_the_environment_is_of_the_server_of_the_environment():
    settings = read_settings({"ASAT_DATABASE_URL": "host=a", "ASAT_OWNER_URL": "host=a user=owner"})
    assert Session(settings, None, None).owner_url == "host=a user=owner"
    assert Session(settings, "host=b", None).owner_url is None
    assert Session(settings, "host=b", None, "host=b user=owner").owner_url == "host=b user=owner"
    assert Session(settings, None, Path("data")).owner_url is None
    assert "owner" not in repr(settings).replace("owner_url", "")


def test_the_embedded_server_needs_no_migrate(tmp_path: Path):
    assert "makes and upgrades its ledger by itself" in said("migrate", data=tmp_path / "data")


def test_with_one_login_check_and_the_log_say_that_the_guards_do_not_hold(
    addresses: dict[str, Any], caplog: pytest.LogCaptureFixture
):
    owner = addresses["ASAT_OWNER_URL"]
    with Ledger.open(database_url=owner) as ledger:
        begin(ledger)
        with caplog.at_level(logging.WARNING, "asat"):
            _say_powers(SimpleNamespace(ledger=ledger, owner_url=owner))  # type: ignore[arg-type]
    told, besides = caplog.messages
    assert besides == "ASAT_OWNER_URL is set where it serves, which has no use for it: unset it here"
    assert "the guards of the database do not hold against the login that serves" in told
    one = {"data": addresses["data"], "ASAT_DATABASE_URL": owner}
    checked = said("check", **one)
    assert (
        "Note: the guards of the database do not hold against the login that serves: it owns the database;" in checked
    )


def test_a_login_that_can_be_the_owner_is_found_broken(addresses: dict[str, Any], managed: Server):
    said("migrate", **addresses)
    said("record", "-", stdin=events(), **without_owner(addresses))
    owner, login = name_in(addresses["ASAT_OWNER_URL"]), name_in(addresses["ASAT_DATABASE_URL"])
    do(managed.owner_conninfo, f"grant {owner} to {login}")
    done = run("check", **without_owner(addresses))
    assert done.returncode == 1
    assert f"the login that serves: it owns the schema asat, as {owner}" in done.stderr.decode()
