"""The database does not answer a recording: nobody waits for it without end, and nothing is stored twice.

Every commit waits for a synchronous replica that is not there.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from uuid import UUID, uuid4

import psycopg
import pytest
from starlette.testclient import TestClient

from api.application import make_application
from domain.access.principals import Grant
from domain.integrity.checkpoint_store import checkpoints_of
from domain.opened_ledger import Ledger
from domain.proofs.keys import SignerKey
from domain.refusals import InDoubt, LedgerUnusable, NothingRecorded
from tests.api.filled_forms import BROWSER, Sheet, sheet_on, tree, words
from tests.api.process import environment
from tests.kit import progressed, rated
from tests.measuring import until
from tests.real_ledgers import ROOT, Server, all_is_well, begin, proposed, record

RATED = {"type": "ActionRated", "action": "2.4", "rating": "green", "effective_on": "2019-03-15"}
KEY = SignerKey("council.example/asat", b"k" * 32)

#: `asat`, which does not wait as long as it does elsewhere.
ASAT = """
import sys
from domain.postgres import answer_limits as writes
writes.ANSWER_PATIENCE = 0.5
from api.cli.main import main
sys.argv[0] = "asat"
main()
"""


class Replica:
    """The synchronous replica of a server, as the server sees it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def _ask(self, *statements: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self._server.owner_conninfo, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def waiting(self) -> int:
        """How many commits wait for it."""
        return len(self._ask("select pid from pg_stat_activity where wait_event = 'SyncRep'"))

    def stick(self) -> None:
        self._ask("alter system set synchronous_standby_names = 'nobody'", "select pg_reload_conf()")
        with closing(psycopg.connect(self._server.owner_conninfo, autocommit=True)) as probe:

            def is_stuck() -> bool:
                if probe.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE:
                    probe.pgconn.send_query(b"select pg_logical_emit_message(true, 'a commit', 'that waits')")
                probe.pgconn.consume_input()
                while not probe.pgconn.is_busy() and probe.pgconn.get_result():
                    pass
                return self.waiting() == 1

            until(is_stuck)
            self._ask("select pg_terminate_backend(pid, 5000) from pg_stat_activity where wait_event = 'SyncRep'")

    def answer(self) -> None:
        self._ask("alter system reset synchronous_standby_names", "select pg_reload_conf()")
        active = "select pid from pg_stat_activity where application_name = 'asat' and state = 'active'"
        until(lambda: self.waiting() == 0 and self._ask(active) == [])


@pytest.fixture
def replica(own_server: Server) -> Iterator[Replica]:
    replica = Replica(own_server)
    yield replica
    replica.answer()


@pytest.fixture
def ledger(own_server: Server, replica: Replica, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A ledger with two plans, whose database does not answer what is recorded from now on."""
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
        begin(ledger, "other")
        ledger.access.principals.add("The steward", [Grant("steward")], "operator root")
        monkeypatch.setattr("domain.postgres.answer_limits.ANSWER_PATIENCE", 0.5)
        replica.stick()
        yield ledger
        replica.answer()
        monkeypatch.undo()
        all_is_well(ledger)


def test_a_recording_that_is_not_answered_is_in_doubt_and_is_not_cancelled(ledger: Ledger, replica: Replica):
    with pytest.raises(InDoubt, match="outcome not known") as told:
        record(ledger, rated("2.4"), progressed("2.4"))
    assert len(told.value.event_ids) == 2
    assert replica.waiting() == 1
    assert ledger.plan("plan").version == 3
    replica.answer()
    until(lambda: ledger.size() == 8)
    stored = ledger.events("plan", after=3)
    assert [one.event_id for one in stored] == list(told.value.event_ids)
    sent_again = [
        proposed(event, event_id=event_id)
        for event, event_id in zip((rated("2.4"), progressed("2.4")), told.value.event_ids, strict=True)
    ]
    assert record(ledger, *sent_again) == stored
    assert ledger.size() == 8
    assert ledger.plan("plan").version == 5


def test_its_own_event_id_is_named_where_it_has_one(ledger: Ledger):
    event_id = uuid4()
    with pytest.raises(InDoubt) as told:
        record(ledger, proposed(rated("2.4"), event_id=event_id))
    assert told.value.event_ids == [event_id]


def test_while_one_is_not_answered_nothing_else_is_begun(ledger: Ledger, replica: Replica):
    """Not in this plan and not in another, and no connection waits for it."""
    with ThreadPoolExecutor(12) as officers:
        sent = [officers.submit(record, ledger, rated("2.4"), plan=("plan", "other")[n % 2]) for n in range(12)]
        told = [one.exception(timeout=60) for one in sent]
    assert {type(one) for one in told} <= {InDoubt, NothingRecorded}
    in_doubt = [one for one in told if isinstance(one, InDoubt)]
    assert in_doubt
    for plan in ("plan", "other"):
        with pytest.raises(NothingRecorded, match="has not answered an earlier recording yet"):
            record(ledger, rated("2.4"), plan=plan)
    assert replica.waiting() == 1
    replica.answer()
    stored = {one.event_id for plan in ("plan", "other") for one in ledger.events(plan, after=3)}
    assert stored <= {event_id for one in in_doubt for event_id in one.event_ids}
    assert record(ledger, rated("2.4"))[0].position == 7 + len(stored)


def test_reading_goes_on_meanwhile(ledger: Ledger):
    with pytest.raises(InDoubt):
        record(ledger, rated("2.4"))
    assert ledger.plan("plan").version == 3
    assert ledger.size() == 6
    ledger.ready()


def test_another_program_is_told_of_the_replica_and_not_to_end_the_recording(
    ledger: Ledger, own_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("domain.ledger.datastore.LOCK_PATIENCE", 0.2)
    with pytest.raises(InDoubt):
        record(ledger, rated("2.4"))
    with Ledger.open(data=own_server.folder) as other, pytest.raises(NothingRecorded) as told:
        record(other, rated("2.4"))
    assert "waits for a synchronous replica" in str(told.value)
    assert "terminate" not in str(told.value)


def test_who_may_do_what_and_checkpoints_are_not_waited_for_either(ledger: Ledger, replica: Replica):
    with pytest.raises(InDoubt):
        ledger.access.principals.add("Ann Officer", [Grant("reader")], "operator root")
    with pytest.raises(NothingRecorded):
        record(ledger, rated("2.4"))
    replica.answer()
    replica.stick()
    with pytest.raises(InDoubt):
        checkpoints_of(ledger).cut(KEY)
    with pytest.raises(NothingRecorded):
        ledger.access.links.make("Ann Officer", "operator root", 10)


# A database that hangs, for whatever reason


def test_a_database_that_hangs_is_waited_for_no_longer_by_who_reads_and_by_who_records(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("domain.postgres.answer_limits.SILENCE", 0.5)
    monkeypatch.setattr("domain.postgres.answer_limits.ANSWER_PATIENCE", 0.5)
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
        event_id = uuid4()
        with held_still(ledger), pytest.raises(LedgerUnusable, match="has not answered"):
            ledger.size()
        ledger.plan("plan")
        with held_still(ledger), pytest.raises(InDoubt):
            record(ledger, proposed(rated("2.4"), event_id=event_id))
        monkeypatch.undo()
        assert record(ledger, proposed(rated("2.4"), event_id=event_id))[0].version == 4
        assert ledger.size() == 4
        all_is_well(ledger)


@contextmanager
def held_still(ledger: Ledger) -> Iterator[None]:
    """Every process of the database that works for the program stands still."""
    with ledger.datastore.get_connection() as connection:
        rows = connection.execute("select pid from pg_stat_activity where application_name = 'asat'").fetchall()
    processes = [row["pid"] for row in rows]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


# Over HTTP


@pytest.fixture
def client(ledger: Ledger) -> TestClient:
    return TestClient(make_application(ledger, "Somebody"), base_url="http://127.0.0.1:8000")


@pytest.fixture
def recorder(ledger: Ledger, replica: Replica, client: TestClient) -> TestClient:
    replica.answer()
    secret, _ = ledger.access.tokens.create("the data bridge", Grant("keeper"), None, "The steward")
    client.headers["Authorization"] = f"Bearer {secret}"
    replica.stick()
    return client


def test_over_http_it_is_said_with_which_event_id_to_send_it_again(
    ledger: Ledger, recorder: TestClient, replica: Replica
):
    own = str(uuid4())
    sent = [{**RATED, "event_id": own}, {**RATED, "rating": "amber"}]
    answer = recorder.post("/plans/plan/events", json=sent)
    document = answer.json()
    assert (answer.status_code, document["type"]) == (503, "tag:asat,2026:outcome-not-known")
    assert document["event_ids"][0] == own
    assert all(str(UUID(event_id)) in document["detail"] for event_id in document["event_ids"])
    refused = recorder.post("/plans/other/events", json=RATED)
    assert (refused.status_code, refused.json()["type"]) == (503, "tag:asat,2026:ledger-unusable")
    assert "nothing was recorded" in refused.json()["detail"]
    replica.answer()
    again = [{**one, "event_id": event_id} for one, event_id in zip(sent, document["event_ids"], strict=True)]
    stored = recorder.post("/plans/plan/events", json=again)
    assert (stored.status_code, stored.json()["version"]) == (201, 5)
    assert ledger.size() == 8


@pytest.fixture
def officer(ledger: Ledger, replica: Replica, client: TestClient) -> TestClient:
    """A browser in which somebody has signed in who may record."""
    replica.answer()
    ledger.access.principals.add("Ann Officer", [Grant("keeper")], "operator root")
    key = ledger.access.links.make("Ann Officer", "operator root", 10)
    assert client.post("/sign-in/once", data={"key": key}, headers=BROWSER, follow_redirects=False).status_code == 303
    return client


def test_the_same_form_is_sent_again_and_stored_once(ledger: Ledger, officer: TestClient, replica: Replica):
    sheet = sheet_on(officer, officer.get("/plans/plan/record/rate?action=2.4", headers=BROWSER))
    sheet = sheet.filled(rating="green", effective_on="2019-03-15")
    replica.stick()
    again = _sent_again(officer, sheet, replica)
    stored = again.send()
    assert stored.status_code == 303, stored.text
    assert ledger.size() == 7
    assert str(ledger.events("plan")[-1].event_id) == sheet.holds["event_id"]


def test_the_form_that_opens_a_plan_is_sent_again_and_stored_once(
    ledger: Ledger, officer: TestClient, replica: Replica
):
    sheet = sheet_on(officer, officer.get("/open-plan", headers=BROWSER))
    scale = tree(officer.get("/open-plan", headers=BROWSER)).xpath("//input[@name='scale']/@value")[0]
    sheet = sheet.filled(title="Third", organisation="The council", plan="third", scale=scale)
    replica.stick()
    again = _sent_again(officer, sheet, replica)
    stored = again.send()
    assert stored.status_code == 303, stored.text
    assert [one.version for one in ledger.events("third")] == [1]


def _sent_again(officer: TestClient, sheet: Sheet, replica: Replica) -> Sheet:
    """The form that is shown when the database has not answered; from then on it answers."""
    answer = sheet.send()
    assert answer.status_code == 503
    assert "Send the same form again in a while: nothing is stored twice" in words(tree(answer))
    again = sheet_on(officer, answer)
    assert again.holds["event_id"] == sheet.holds["event_id"]
    replica.answer()
    return again


# On the command line


def asat(server: Server, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", ASAT, *arguments], input=stdin, capture_output=True, text=True, timeout=120, cwd=ROOT,
        env=environment(server.folder), check=False,
    )  # fmt: skip


def test_on_the_command_line_the_events_are_printed_to_be_recorded_again(own_server: Server, replica: Replica):
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
        replica.stick()
        lines = [
            {**RATED, "plan": "plan"},
            {"type": "ProgressReported", "plan": "plan", "action": "2.4", "text": "Café"},
        ]
        done = asat(own_server, "record", "-", stdin="".join(f"{json.dumps(line)}\n" for line in lines))
        assert done.returncode == 1
        assert done.stderr.startswith("asat: outcome not known: ")
        assert "Traceback" not in done.stderr
        replica.answer()
        until(lambda: ledger.size() == 5)
        again = asat(own_server, "record", "-", stdin=done.stdout)
        assert (again.returncode, again.stdout) == (0, "plan: already recorded, as events 4 to 5\n"), again.stderr
        assert ledger.size() == 5


def test_on_the_command_line_a_redaction_that_is_not_answered_names_its_event(own_server: Server, replica: Replica):
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
        version = record(ledger, progressed("2.4", "It names a child"))[0].version
        replica.stick()
        done = asat(own_server, "redact", "plan", str(version), "text", "--reason", "It names a child")
        assert (done.returncode, done.stdout) == (1, "")
        replica.answer()
        until(lambda: ledger.size() == 5)
        assert str(ledger.events("plan")[-1].event_id) in done.stderr
