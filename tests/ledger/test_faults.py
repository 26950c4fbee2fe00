"""Faults that no program can prevent: whoever records is told soon what is wrong, and nothing is half done."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from starlette.testclient import TestClient

from api.application import make_application
from domain.integrity.checkpoint_store import checkpoints_of
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.stored_rows import UnstoredRow
from domain.opened_ledger import Ledger
from domain.proofs.keys import SignerKey
from domain.refusals import LedgerLocked, LedgerUnusable, NothingRecorded
from tests.kit import progressed, rated
from tests.measuring import HANGS, until
from tests.real_ledgers import Connection, Server, all_is_well, begin, record, remembers_what_is_stored

Ledgers = Callable[[], Ledger]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.ledger.datastore.LOCK_PATIENCE", 0.5)


@pytest.fixture
def stuck(impatient: None, server: Server, ledger: Ledger, schema: str) -> Iterator[Connection]:
    """Somebody has locked the head of the ledger, and gone to lunch."""
    begin(ledger)
    with locked_head(server, schema) as connection:
        yield connection


@contextmanager
def locked_head(server: Server, schema: str) -> Iterator[Connection]:
    with psycopg.connect(server.owner_conninfo) as connection:
        connection.execute(SQL("select from {} for update").format(Identifier(schema, "head")))
        yield connection


@pytest.fixture
def appends(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each append had that was sent to the database."""
    sent, append = list[int](), LedgerRecorder.append

    def counted(recorder: LedgerRecorder, rows: Sequence[UnstoredRow], authors: Sequence[str]) -> Any:
        sent.append(len(rows))
        return append(recorder, rows, authors)

    monkeypatch.setattr(LedgerRecorder, "append", counted)
    return sent


def test_a_stuck_transaction_is_named_once_it_was_waited_for(stuck: Connection, ledger: Ledger, appends: list[int]):
    with pytest.raises(LedgerLocked, match="another transaction has kept the ledger locked") as told:
        record(ledger, rated("2.4"))
    assert (appends, ledger.size()) == ([1], 3)
    found = re.search(r"pg_terminate_backend\((\d+)\)", str(told.value))
    assert found
    assert int(found[1]) == stuck.info.backend_pid


def test_eight_who_wait_for_a_stuck_transaction_are_told_together(
    impatient: None, server: Server, ledger: Ledger, schema: str, appends: list[int], monkeypatch: pytest.MonkeyPatch
):
    """Not one after the other, each when the one before has given up: who gathers meanwhile waits once, together."""
    for number in range(8):
        begin(ledger, f"plan-{number}")
    appends.clear()
    append, first = LedgerRecorder.append, Event()

    def gathering(recorder: LedgerRecorder, *told: Any) -> Any:
        if not first.is_set():
            first.set()
            until(lambda: len(ledger._recording._group_commit._waiting) == 7)
        return append(recorder, *told)

    monkeypatch.setattr(LedgerRecorder, "append", gathering)
    with locked_head(server, schema), ThreadPoolExecutor(8) as officers:
        told = [officers.submit(record, ledger, progressed("2.4"), plan=f"plan-{number}") for number in range(8)]
        for one in told:
            with pytest.raises(NothingRecorded):
                one.result()
    assert (appends, ledger.size()) == ([1, 7], 24)


def test_eight_who_record_of_one_plan_while_a_transaction_is_stuck_are_told_together(
    stuck: Connection, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    """Not one after the other, each when the one before has given up."""
    waited, ask_why = count(), ledger.datastore._why_refused

    def why_refused(error: BaseException | None) -> LedgerUnusable | None:
        next(waited)
        return ask_why(error)

    monkeypatch.setattr(ledger.datastore, "_why_refused", why_refused)
    together = Barrier(8)

    def tell(number: int) -> None:
        together.wait(timeout=HANGS)
        record(ledger, progressed("2.4", f"by {number}"))

    with ThreadPoolExecutor(8) as officers:
        told = [officers.submit(tell, number) for number in range(8)]
        for one in told:
            with pytest.raises(NothingRecorded, match="another transaction has kept the ledger locked"):
                one.result()
    assert next(waited) <= 3
    assert ledger.size() == 3


def test_when_a_stuck_transaction_has_ended_recording_goes_on(stuck: Connection, ledger: Ledger):
    with pytest.raises(NothingRecorded):
        record(ledger, rated("2.4"))
    stuck.rollback()
    assert record(ledger, rated("2.4"))[0].position == 4
    remembers_what_is_stored(ledger)


def test_a_stuck_transaction_does_not_keep_anybody_from_reading(stuck: Connection, ledger: Ledger):
    plan = ledger.plan("plan")
    assert plan.version == 3


def test_a_transaction_that_was_forgotten_is_ended_by_the_embedded_server(server: Server):
    with psycopg.connect(server.owner_conninfo) as connection:
        row = connection.execute("show idle_in_transaction_session_timeout").fetchone()
        assert row == ("1min",)


# A full disk, as the database tells of one; the soak fills a real one


def test_a_full_disk_is_told_as_one_and_nothing_is_stored(
    ledger: Ledger, owner: Connection, schema: str, appends: list[int]
):
    begin(ledger)
    owner.execute(
        "create function full_disk() returns trigger language plpgsql as"
        " $$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$"
    )
    owner.execute("create trigger full_disk before insert on events for each statement execute function full_disk()")
    appends.clear()
    with pytest.raises(NothingRecorded, match="the disk of the database is full"):
        record(ledger, rated("2.4"))
    assert appends == [1], "trying again makes no room"
    owner.execute("drop trigger full_disk on events")
    assert record(ledger, rated("2.4"))[0].position == 4


def test_a_server_that_died_is_started_anew_by_whoever_uses_it(own_server: Server, monkeypatch: pytest.MonkeyPatch):
    """Nobody else would: it is embedded."""
    monkeypatch.setattr("domain.ledger.datastore.PATIENCE", HANGS)
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
        pid = int((own_server.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 9)
        assert record(ledger, rated("2.4"))[0].position == 4
        all_is_well(ledger)


@pytest.mark.slow
def test_eight_who_record_while_the_database_stays_away_are_told_together(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("domain.ledger.datastore.PATIENCE", 1.0)
    with Ledger.open(database_url=own_server.owner_conninfo) as ledger:
        for number in range(8):
            begin(ledger, f"plan-{number}")
        ledger.datastore.pool.timeout = 0.5
        own_server.stop("immediate")
        retried, retry = [], ledger._recording._group_commit._alone

        def alone(*told: Any) -> Any:
            retried.append(told)
            return retry(*told)

        monkeypatch.setattr(ledger._recording._group_commit, "_alone", alone)
        with ThreadPoolExecutor(8) as officers:
            told = [officers.submit(record, ledger, rated("2.4"), plan=f"plan-{number}") for number in range(8)]
            for one in told:
                with pytest.raises(LedgerUnusable, match="database"):
                    one.result()
        assert len(retried) < 4, "each is not tried again for as long as the one before it"
        own_server.start()
        monkeypatch.undo()
        ledger.datastore.pool.timeout = 5.0
        assert ledger.size() == 24
        all_is_well(ledger)


@pytest.mark.long
def test_a_soak_of_twenty_five_seconds_loses_nothing(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "25", "--folder", str(tmp_path / "soak")],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing acknowledged is missing" in done.stdout
    assert LedgerUnusable.__name__ not in done.stderr


def test_a_database_that_came_back_is_ready_at_the_first_look(own_server: Server):
    """The connections that died with it are not what is asked."""
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
        client = TestClient(make_application(ledger, "Somebody"), base_url="http://127.0.0.1:8000")
        with ExitStack() as held:  # so that more than one dies
            for _ in range(4):
                held.enter_context(ledger.datastore.get_connection())
        own_server.stop("immediate")
        own_server.start()
        for address in ("/readyz", "/readyz", "/plans.json"):
            assert client.get(address).status_code == 200


# Sentences are for people: where in the database's functions an error was raised says nothing to them


def test_no_sentence_says_where_in_a_function_the_database_refused(open_ledger: Ledgers, server: Server, schema: str):
    ledger = open_ledger()
    begin(ledger)
    ledger.access.principals.add("Ann", [], "the test")
    kept, key = checkpoints_of(ledger), SignerKey("council.example/asat", b"k" * 32)
    kept.cut(key)
    body = "begin raise exception 'it is not done today' using detail = 'Details', hint = 'Hints'; end"
    with psycopg.connect(server.owner_conninfo, autocommit=True) as owner:
        for one in (schema, f"{schema}_access"):
            owner.execute(f"create function {one}.refuse() returns trigger language plpgsql as $$ {body} $$".encode())
            for table in ("events", "keys"):
                trigger = f"create trigger refuses before insert on {one}.{table} for each row"
                owner.execute(f"{trigger} execute function {one}.refuse()".encode())
    refused: dict[str, Callable[[], object]] = {
        "recording": lambda: record(ledger, rated("2.4")),
        "a batch": lambda: record(ledger, rated("2.4"), progressed("2.4")),
        "access": lambda: ledger.access.principals.add("Bob", [], "the test"),
        "a password": lambda: ledger.access.passwords.set("Ann", "correct horse battery", "the test"),
        "a key": lambda: kept.rotate(key, SignerKey(key.name, b"l" * 32)),
    }
    for what, refusal in refused.items():
        with pytest.raises(LedgerUnusable, match="it is not done today") as told:
            refusal()
        for word in ("CONTEXT", "PL/pgSQL", "SQL statement", "Details", "Hints", "\n"):
            assert word not in str(told.value), what
