"""The answer is lost, before or after the commit, or the server goes and comes back: every event is stored once."""

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.opened_ledger import Ledger
from domain.postgres.server_socket import SOCKET
from domain.refusals import LedgerUnusable, Refused, VersionConflict
from tests.kit import APRIL, MAY, progressed, rated, withdrawn
from tests.measuring import HANGS, until
from tests.real_ledgers import (
    BY,
    Connection,
    Server,
    all_is_well,
    begin,
    everything,
    proposed,
    record,
    remembers_what_is_stored,
    set_clock_back,
)

Ledgers = Callable[[], Ledger]
Lose = Callable[..., list[int]]


@pytest.fixture
def lose(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Lose:
    """Loses the next answers to an append: `after` (or before) it was committed; returns what was tried."""
    monkeypatch.setattr("domain.ledger.datastore._PAUSE", 0.001)
    append = ledger.recorder.append

    def lose_next(
        times: int = 1, *, after: bool, error: type[Exception] = OperationalError,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> list[int]:  # fmt: skip
        tried: list[int] = []

        def losing(rows: Any, authors: Any) -> Any:
            tried.append(len(rows))
            if len(tried) > times:
                return append(rows, authors)
            if after:
                with suppress(IntegrityError):
                    append(rows, authors)
            meanwhile()
            raise error("the connection was lost")

        monkeypatch.setattr(ledger.recorder, "append", losing)
        return tried

    return lose_next


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_is_success_and_stored_once(
    ledger: Ledger, lose: Lose, after: bool, times: int, error: type[Exception]
):
    begin(ledger)
    tried = lose(times, after=after, error=error)
    answered = record(ledger, rated("2.4"), progressed("2.4"))
    assert tried == [2] * (times + 1)
    assert answered == ledger.events("plan", after=3)
    assert [event.version for event in answered] == [4, 5]
    assert ledger.size() == 5


def test_a_lost_answer_to_a_batch_over_several_plans_is_success(ledger: Ledger, lose: Lose):
    begin(ledger, "north")
    begin(ledger, "south")
    lose(after=True)
    batch = [proposed(rated("2.4"), plan) for plan in ("south", "north", "south")]
    assert record(ledger, *batch) == everything(ledger)[6:]


def test_a_lost_answer_is_success_although_others_recorded_since(ledger: Ledger, ledgers: Ledgers, lose: Lose):
    begin(ledger)
    other = ledgers()
    lose(after=True, meanwhile=lambda: record(other, rated("2.4", "amber")))
    (answered,) = record(ledger, rated("2.4"))
    assert answered.version == 4
    assert answered == ledger.events("plan")[3]
    assert [event.version for event in ledger.events("plan")] == [1, 2, 3, 4, 5]


def test_lost_before_the_commit_and_overtaken_it_is_judged_again(ledger: Ledger, ledgers: Ledgers, lose: Lose):
    begin(ledger)
    other = ledgers()
    lose(after=False, meanwhile=lambda: record(other, progressed("2.4")))
    assert record(ledger, rated("2.4"))[0].version == 5
    lose(after=False, meanwhile=lambda: record(other, withdrawn("2.4", on=APRIL)))
    with pytest.raises(Refused, match="was withdrawn"):
        record(ledger, rated("2.4", on=MAY))
    assert ledger.size() == 6


def test_lost_before_the_commit_and_overtaken_an_expected_version_is_a_conflict(
    ledger: Ledger, ledgers: Ledgers, lose: Lose
):
    begin(ledger)
    other = ledgers()
    lose(after=False, meanwhile=lambda: record(other, progressed("2.4")))
    with pytest.raises(VersionConflict):
        record(ledger, rated("2.4"), expect=3)
    assert ledger.size() == 4


def test_when_the_database_stays_away_the_proposer_is_told_what_may_be_sent_again(
    ledger: Ledger, lose: Lose, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("domain.ledger.datastore.PATIENCE", 0.05)
    begin(ledger)
    proposal = proposed(rated("2.4"), event_id=uuid4())
    lose(10_000, after=True)
    with pytest.raises(LedgerUnusable) as unusable:
        record(ledger, proposal)
    assert str(unusable.value) == (
        "the database was lost while recording (the connection was lost); whether the events were stored is not known: "
        "look in the trail before sending them again. Events sent with an event_id of yours can simply be sent again"
    )
    remembers_what_is_stored(ledger)
    lose(0, after=False)
    assert record(ledger, proposal) == ledger.events("plan", after=3)
    assert ledger.size() == 4


# Taken for our own only what was stored by the one append whose answer was lost


@pytest.mark.parametrize("losses", [0, 1, 2])
@pytest.mark.parametrize("by", [BY, "Somebody else"])
@pytest.mark.parametrize("clock", ["", "2 minutes"])
def test_what_another_stored_in_two_appends_is_answered_as_it_was_stored(
    ledger: Ledger, ledgers: Ledgers, owner: Connection, lose: Lose, losses: int, by: str, clock: str
):
    """The same proposals by a program that has not heard of it; with one instant where the clock stands still."""
    begin(ledger)
    remembers_what_is_stored(ledger)
    if clock:
        set_clock_back(owner, clock)
    other = ledgers()
    batch = [proposed(rated("2.4"), event_id=uuid4()), proposed(progressed("2.4"), event_id=uuid4())]
    stored = [*record(other, batch[0], by=by)]
    begin(other, "between")
    stored += record(other, batch[1], by=by)
    assert [event.version for event in stored] == [4, 5]
    lose(losses, after=False)
    assert record(ledger, *batch) == stored
    remembers_what_is_stored(ledger)
    assert record(ledger, *batch) == stored
    assert [event.version for event in ledger.events("plan")] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("losses", [0, 1])
@pytest.mark.parametrize("by", [BY, "Somebody else"])
def test_what_another_stored_in_one_append_is_answered_as_it_was_stored(
    ledger: Ledger, ledgers: Ledgers, lose: Lose, losses: int, by: str
):
    begin(ledger)
    remembers_what_is_stored(ledger)
    batch = [proposed(rated("2.4"), event_id=uuid4()), proposed(progressed("2.4"), event_id=uuid4())]
    stored = record(ledgers(), *batch, by=by)
    lose(losses, after=False)
    assert record(ledger, *batch) == stored
    remembers_what_is_stored(ledger)


def test_half_of_a_batch_that_another_stored_is_not_taken_for_the_whole(ledger: Ledger, ledgers: Ledgers, lose: Lose):
    begin(ledger)
    remembers_what_is_stored(ledger)
    batch = [proposed(rated("2.4"), event_id=uuid4()), proposed(progressed("2.4"), event_id=uuid4())]
    record(ledgers(), batch[0])
    lose(after=False)
    with pytest.raises(Refused, match="not all of this batch was"):
        record(ledger, *batch)
    assert ledger.size() == 4


# Real losses: a proxy in front of the server


class Proxy:
    """Passes on what ledger and server say, until it is told to lose a question or the answer to it."""

    def __init__(self, server_socket: str, folder: Path) -> None:
        self._server_socket = server_socket
        self._listener = socket.socket(socket.AF_UNIX)
        self._path = folder / SOCKET
        self._listener.bind(str(self._path))
        self._listener.listen()
        self.lose = ""
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self.close_to_new()
        self.join()

    def close_to_new(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._path.unlink()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    @property
    def lost(self) -> bool:
        return not self.lose

    def _accept(self) -> None:
        while True:
            try:
                ledger, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._pass_on, args=(ledger,))
            self._threads.append(thread)
            thread.start()

    def _pass_on(self, ledger: socket.socket) -> None:
        with ledger, socket.socket(socket.AF_UNIX) as server, selectors.DefaultSelector() as ready, suppress(OSError):
            server.connect(self._server_socket)
            ready.register(ledger, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, ledger)
            answer = b""
            while True:
                for key, _ in ready.select():
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not data:
                        return
                    if key.fileobj is ledger and self.lose == "question":
                        self.lose = ""
                        return
                    if key.fileobj is server and self.lose == "answer":
                        answer += data
                        if answer.endswith(b"Z\x00\x00\x00\x05I"):  # ready for the next: what was asked is committed
                            self.lose = ""
                            return
                        continue
                    key.data.sendall(data)


@pytest.fixture
def proxy(server: Server, tmp_path: Path) -> Iterator[Proxy]:
    proxy = Proxy(f"{conninfo_to_dict(server.owner_conninfo)['host']}/{SOCKET}", tmp_path)
    yield proxy
    proxy.close()


@pytest.fixture
def far_ledger(server: Server, schema: str, proxy: Proxy, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger that reaches the server through the proxy."""
    url = make_conninfo(server.owner_conninfo, host=str(tmp_path), requirepeer="")
    with Ledger.open(database_url=url, schema=schema) as ledger:
        yield ledger
        all_is_well(ledger)
        remembers_what_is_stored(ledger)


@pytest.mark.parametrize("what", ["question", "answer"])
def test_a_connection_that_breaks_while_recording_stores_once(far_ledger: Ledger, proxy: Proxy, what: str):
    begin(far_ledger)
    for version in (4, 6):
        proxy.lose = what
        answered = record(far_ledger, rated("2.4"), progressed("2.4"))
        assert proxy.lost
        assert answered == far_ledger.events("plan", after=version - 1)
        assert [event.version for event in answered] == [version, version + 1]


@pytest.mark.parametrize("what", ["question", "answer"])
def test_a_connection_that_breaks_while_reading_is_not_noticed(far_ledger: Ledger, proxy: Proxy, what: str):
    begin(far_ledger)
    for ask in (far_ledger.size, far_ledger.plans, lambda: far_ledger.events("plan")):
        expected = ask()
        proxy.lose = what
        assert ask() == expected
        assert proxy.lost


# Real losses: the server ends connections, or is stopped and started


def end_connections(owner: Connection) -> int:
    """End every connection that works for the program."""
    ended = owner.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'asat'"
    ).fetchall()
    return len(ended)


def test_connections_that_the_server_ended_are_made_anew(ledger: Ledger, owner: Connection, schema: str):
    begin(ledger)
    assert end_connections(owner) > 0
    assert record(ledger, rated("2.4"))[0].version == 4
    end_connections(owner)
    plan = ledger.plan("plan")
    assert plan.version == 4
    assert ledger.size() == 4


def test_a_connection_ended_while_it_waits_to_append_stores_once(
    server: Server, ledger: Ledger, owner: Connection, schema: str
):
    def waits() -> bool:  # asked on a connection of its own: within a transaction the answer stays the same
        found = watch.execute(
            "select from pg_stat_activity where application_name = 'asat' and wait_event_type = 'Lock'"
        )
        return found.fetchone() is not None

    begin(ledger)
    with psycopg.connect(server.owner_conninfo, autocommit=True) as watch, ThreadPoolExecutor(1) as pool:
        with owner.transaction(force_rollback=True):
            owner.execute("update head set position = position + 1")  # holds the lock that every append takes
            recording = pool.submit(record, ledger, rated("2.4"), progressed("2.4"))
            until(waits)
            end_connections(owner)
        answered = recording.result(timeout=HANGS)
    assert answered == ledger.events("plan", after=3)
    assert ledger.size() == 5


@pytest.mark.slow
def test_many_connections_that_the_server_ended_are_made_anew(ledger: Ledger, owner: Connection, schema: str):
    """More of them than an append is tried: one look at a dead one must be enough to look at all."""
    begin(ledger)
    many = 16
    together = threading.Barrier(many)

    def hold(_: int) -> None:
        with ledger.datastore.get_connection():
            together.wait(timeout=HANGS)

    with ThreadPoolExecutor(many) as pool:
        list(pool.map(hold, range(many)))
    assert end_connections(owner) >= many
    assert record(ledger, rated("2.4"))[0].version == 4
    end_connections(owner)
    assert ledger.size() == 4


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_was_restarted_between_calls_is_not_noticed(own_server: Server, mode: str):
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
        own_server.stop(mode)
        own_server.start()
        assert record(ledger, rated("2.4"))[0].version == 4
        own_server.stop(mode)
        own_server.start()
        plan = ledger.plan("plan")
        assert plan.version == 4
        all_is_well(ledger)


@pytest.mark.slow
def test_a_call_waits_for_a_server_that_is_being_restarted(own_server: Server):
    with Ledger.open(data=own_server.folder) as ledger, ThreadPoolExecutor(3) as pool:
        begin(ledger)
        own_server.stop("fast")
        recording = pool.submit(record, ledger, rated("2.4"))
        reading = pool.submit(ledger.size)
        time.sleep(0.5)
        assert not recording.done()
        own_server.start()
        assert recording.result(timeout=HANGS)[0].version == 4
        assert reading.result(timeout=HANGS) in (3, 4)
        all_is_well(ledger)


@pytest.mark.slow
def test_a_ledger_whose_database_is_gone_says_so(own_server: Server, monkeypatch: pytest.MonkeyPatch):
    """Not with an error of the library, once its patience is over, which is a second here."""
    monkeypatch.setattr("domain.ledger.datastore.PATIENCE", 1.0)
    with Ledger.open(data=own_server.folder) as ledger:
        begin(ledger)
        ledger.datastore.pool.timeout = 0.5
        own_server.stop("fast")
        for call in (ledger.size, ledger.plans, lambda: record(ledger, rated("2.4"))):
            with pytest.raises(LedgerUnusable, match="database"):
                call()
        own_server.start()
        assert record(ledger, rated("2.4"))[0].version == 4
        all_is_well(ledger)
        remembers_what_is_stored(ledger)


# Whether the database answers


def test_a_ledger_whose_database_answers_is_ready(ledger: Ledger, app: Connection):
    ledger.ready()
    with ExitStack() as held:  # also while all connections are in use
        for _ in range(ledger.datastore.pool.max_size):
            held.enter_context(ledger.datastore.get_connection())
        ledger.ready()


def test_a_ledger_whose_database_is_gone_says_on_the_first_try_that_it_is_not_ready(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
):
    tried, connect = [], psycopg.Connection.connect

    def counted(*told: Any, **options: Any) -> Any:
        tried.append(options)
        return connect(*told, **options)

    with Ledger.open(data=own_server.folder) as ledger:
        ledger.ready()
        own_server.stop("immediate")
        monkeypatch.setattr(psycopg.Connection, "connect", counted)
        with pytest.raises(LedgerUnusable, match="the database does not answer: "):
            ledger.ready()
        monkeypatch.undo()
        assert [one["connect_timeout"] for one in tried] == [2]
        own_server.start()
        ledger.ready()


@pytest.mark.slow
def test_a_ledger_whose_database_is_silent_says_that_it_is_not_ready(server: Server, schema: str, tmp_path: Path):
    """Connected to, it says nothing at all, as a machine does that has hung."""
    proxy = Proxy(f"{conninfo_to_dict(server.owner_conninfo)['host']}/{SOCKET}", tmp_path)
    url = make_conninfo(server.owner_conninfo, host=str(tmp_path), requirepeer="")
    with Ledger.open(database_url=url, schema=schema) as ledger:
        ledger.ready()
        proxy.close_to_new()
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(str(tmp_path / SOCKET))
            silent.listen()
            with pytest.raises(LedgerUnusable, match=r"the database does not answer: .*timeout"):
                ledger.ready()
    proxy.join()


@pytest.mark.slow
def test_a_tailing_reader_goes_on_after_a_restart_of_the_server(own_server: Server):
    with Ledger.open(data=own_server.folder) as ledger, ledger.follow() as events, ThreadPoolExecutor(1) as pool:
        begin(ledger)
        assert [next(events).position for _ in range(3)] == [1, 2, 3]
        own_server.stop("fast")
        own_server.start()
        following = pool.submit(lambda: [next(events).position for _ in range(2)])
        record(ledger, rated("2.4"))
        record(ledger, rated("2.4"))
        assert following.result(timeout=HANGS) == [4, 5]


def test_no_connection_at_all_says_so(schema: str, tmp_path: Path):
    with pytest.raises(LedgerUnusable, match="ASAT_DATABASE_URL"):
        Ledger.open(database_url=f"postgresql:///asat?host={tmp_path}", schema=schema)
