"""A database that is damaged or refuses: a sentence with the remedy, soon, and nothing of its insides to strangers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from starlette.testclient import TestClient

from api.application import make_application
from domain.opened_ledger import Ledger
from domain.postgres.database_errors import not_let_in
from domain.refusals import FilesDamaged, LedgerUnusable, NothingRecorded, ReplicaOnly
from tests.api.process import environment
from tests.kit import rated
from tests.measuring import until
from tests.real_ledgers import ROOT, Server, begin, record

PAGE = 8192
RATED = {"type": "ActionRated", "action": "2.4", "rating": "green", "effective_on": "2019-03-15"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.ledger.datastore.PATIENCE", 0.5)


def ask(server: Server, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.owner_conninfo, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def asat(server: Server, *arguments: str, stdin: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
    """`asat`, which must say in a sentence what is wrong, and exit with 1."""
    code = (
        "import sys; from domain.ledger import datastore; datastore.PATIENCE = 0.5;"
        " from api.cli.main import main; sys.argv[0] = 'asat'; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], input=stdin, capture_output=True, text=True, timeout=120, cwd=ROOT,
        env=environment(server.folder, **more), check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("asat: ")
    return done


def served(ledger: Ledger) -> TestClient:
    return TestClient(make_application(ledger, "Somebody"), base_url="http://127.0.0.1:8000")


def is_refused_without_insides(client: TestClient, *, writes: bool = True, reads: bool = True) -> None:
    """Every address answers 503 and names no file, role, table or process."""
    answers = [client.post("/plans/plan/events", json=RATED)] if writes else []
    if reads:
        answers += [client.get(path, headers={"Accept": accept}) for path in ("/plans/plan.json", "/plans/plan",
                    "/plans/plan/trail.json", "/plans.json", "/plans/plan/paper.docx?previous=2019-02-01&current=now")
                    for accept in ("application/json", "text/html")]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 503, f"{answer.request.url}: {answer.text}"
        for inside in ("base/", "asat_", "pg_", "block", "relation", "socket", "Traceback"):
            assert inside not in answer.text, answer.text


# Damaged files


class Damaged:
    """A server that was stopped while one of its files was damaged."""

    def __init__(self, server: Server, relation: str) -> None:
        self.server = server
        [[path]] = ask(server, f"select pg_relation_filepath('{relation}')")
        self.file = server.data / str(path)

    def damage(self, how: str) -> None:
        self.server.stop("fast")
        match how:
            case "bytes":
                with self.file.open("r+b") as file:
                    for page in range(os.fstat(file.fileno()).st_size // PAGE):
                        file.seek(page * PAGE + 4000)
                        held = file.read(64)
                        file.seek(page * PAGE + 4000)
                        file.write(bytes(255 - byte for byte in held))
            case "missing":
                self.file.unlink()
        self.server.start()


@pytest.mark.parametrize("how", ["bytes", "missing"])
@pytest.mark.parametrize("relation", ["asat.events", "asat.version_taken"])
def test_damaged_events_are_named_with_the_remedy(own_server: Server, relation: str, how: str):
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
    damaged = Damaged(own_server, relation)
    damaged.damage(how)
    with Ledger.open(data=own_server.folder) as ledger:
        with pytest.raises(FilesDamaged, match=r"files of the database are damaged.*restore a backup"):
            record(ledger, rated("2.4"))
        # An index as small as this one is not read from.
        is_refused_without_insides(served(ledger), reads=relation == "asat.events")
    for arguments in (["show", "plan"], ["record", "-"])[relation != "asat.events" :]:
        done = asat(own_server, *arguments, stdin=f'{{"plan": "plan", {str(RATED)[1:]}'.replace("'", '"'))
        assert "the files of the database are damaged" in done.stderr
        assert "docs/safekeeping.md" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("relation", ["asat.events", "asat.version_taken", "asat.head"])
def test_no_command_ends_in_a_trace_on_damaged_files(own_server: Server, relation: str, tmp_path: Path):
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
    Damaged(own_server, relation).damage("bytes")
    for arguments in (["check"], ["backup", "-o", str(tmp_path / "one.asat")]):
        done = asat(own_server, *arguments)
        assert "damaged" in done.stderr or "invalid page" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_table_of_migrations_is_named_when_the_ledger_is_opened(own_server: Server):
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
    Damaged(own_server, "asat.migrations").damage("bytes")
    with pytest.raises(FilesDamaged, match="restore a backup"):
        Ledger.open(data=own_server.folder)


@pytest.mark.parametrize("file", ["global/pg_control", "global/1260", "pg_wal"])
def test_a_server_that_cannot_start_from_damaged_files_says_so(own_server: Server, file: str):
    """The control file, the catalogue of roles, and the log."""
    own_server.close()
    target = own_server.data / file
    if target.is_dir():
        for piece in target.iterdir():
            if piece.is_file():
                piece.unlink()
    else:
        target.write_bytes(bytes(255 - byte for byte in target.read_bytes()))
    with pytest.raises(LedgerUnusable, match=r"files are damaged.*restore a backup"):
        Ledger.open(data=own_server.folder)


# Refusals of a server of one's own


@pytest.fixture
def url(own_server: Server) -> Iterator[str]:
    """The ledger as a role with a password sees it, which owns a ledger of its own."""
    with Ledger.open(data=own_server.folder):
        pass
    hba = own_server.folder / "pg_hba.conf"
    hba.write_text(f"local all council scram-sha-256\n{hba.read_text()}")
    ask(own_server, "create role council login password 'right' createrole", "grant all on database asat to council",
        "select pg_reload_conf()")  # fmt: skip
    url = make_conninfo(own_server.owner_conninfo, user="council", password="right", requirepeer="")

    def is_let_in() -> bool:
        try:
            psycopg.connect(url).close()
            return True
        except psycopg.OperationalError:
            return False

    until(is_let_in)
    yield url


@pytest.mark.parametrize(
    ("refuses", "change", "said"),
    [
        ("", {"password": "wrong"}, "give the right password in ASAT_DATABASE_URL"),
        ("", {"user": "nobody_at_all"}, "let the role of ASAT_DATABASE_URL log in from this machine"),
        ("", {"dbname": "elsewhere"}, "make what is missing, or name another"),
        ("alter role council connection limit 0", {}, "end programs that hold connections"),
        ("alter role council nologin", {}, "let the role of ASAT_DATABASE_URL log in"),
        ("", {"host": "/nowhere"}, "start the server, or name the right one"),
        ("revoke all on database asat from council", {}, "grant the role what it lacks"),
    ],
)  # fmt: skip
def test_who_is_not_let_in_is_told_why_and_what_to_do(
    own_server: Server, url: str, refuses: str, change: dict[str, str], said: str
):
    if refuses:
        ask(own_server, refuses)
    there = make_conninfo(url, **change)
    with pytest.raises(LedgerUnusable, match=said):
        Ledger.open(database_url=there, schema="council")
    assert said in asat(own_server, "plans", ASAT_DATABASE_URL=there).stderr


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("FATAL:  the database system is starting up", "wait until it has started"),
        ("FATAL:  the database system is in recovery mode", "wait until it has started"),
        ("FATAL:  the database system is shutting down", "start it again"),
        ("FATAL:  sorry, too many clients already", "max_connections"),
        ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", "max_connections"),
        ('could not translate host name "db" to address: Name or service not known', "start the server, or name"),
        ("connection timeout expired", "start the server, or name"),
    ],
)
def test_what_a_server_says_that_lets_nobody_in_has_its_remedy(words: str, remedy: str):
    assert remedy in not_let_in(psycopg.OperationalError(words))


@pytest.fixture
def opened(own_server: Server, url: str) -> Iterator[Ledger]:
    """A ledger in use when the database begins to refuse."""
    with Ledger.open(database_url=url, schema="council") as ledger:
        begin(ledger)
        ledger.access.principals.is_open()
        ledger.datastore.pool.timeout = 0.5
        yield ledger


@pytest.mark.parametrize(
    ("refuses", "said", "reads"),
    [
        ("alter system set default_transaction_read_only = on", "set to be read only", True),
        ("revoke all on council.events from council, {role}", "does not let its role do this", False),
        ("revoke all on schema council from council, {role}", "does not let its role do this", False),
        (
            "revoke execute on all functions in schema council from public, council, {role}",
            "does not let its role",
            True,
        ),
        ("drop schema council cascade", "schema is not whole", False),
        ("alter schema council rename to elsewhere", "schema is not whole", False),
    ],
)
def test_a_database_that_begins_to_refuse_is_told_with_the_remedy(
    own_server: Server, opened: Ledger, refuses: str, said: str, reads: bool
):
    statement = refuses.format(role=opened.datastore.role)
    ask(own_server, statement, "select pg_reload_conf()")
    if "system" in statement:
        until(lambda: ask(own_server, "show default_transaction_read_only") == [("on",)])
        until(lambda: _reads_only(opened))
    with pytest.raises(LedgerUnusable, match=said) as told:
        record(opened, rated("2.4"))
    assert not isinstance(told.value, ReplicaOnly)
    is_refused_without_insides(served(opened), reads=not reads)


def _reads_only(ledger: Ledger) -> bool:
    with ledger.datastore.get_connection() as connection:
        row = connection.execute("show default_transaction_read_only").fetchone()
    return row is not None and "on" in row.values()


@pytest.mark.parametrize(
    ("refuses", "said"),
    [
        ("alter role council nologin", "log in from this machine"),
        ("alter role council connection limit 0", "end programs that hold connections"),
        ("alter role council password 'another'", "give the right password"),
    ],
)
def test_who_is_let_in_no_longer_is_told_why(own_server: Server, opened: Ledger, refuses: str, said: str):
    """Not only that no connection is to be had."""
    ask(own_server, refuses, "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'council'")
    for call in (opened.ready, opened.size, lambda: record(opened, rated("2.4"))):
        with pytest.raises(LedgerUnusable, match=said):
            call()
    is_refused_without_insides(served(opened))


def test_a_full_disk_is_not_told_of_who_only_reads(own_server: Server, opened: Ledger, monkeypatch: pytest.MonkeyPatch):
    """It was about sorting, say: nothing was to be recorded."""

    def full(*_: object, **__: object) -> None:
        raise NothingRecorded("nothing was recorded: the disk of the database is full (base/1); make room")

    monkeypatch.setattr(Ledger, "states", full)
    answer = served(opened).get("/plans.json")
    assert answer.status_code == 503
    assert "recorded" not in answer.json()["detail"]


def test_a_missing_server_is_told_of_in_its_own_words(own_server: Server, url: str):
    own_server.stop("immediate")
    with pytest.raises(LedgerUnusable, match="start the server"):
        Ledger.open(database_url=url, schema="council")
