"""Many writers at once, and a reader that follows from the beginning: what is delivered is what is stored."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from domain.envelopes import Proposal, Recorded
from domain.ledger.subscription import LedgerSubscription
from domain.opened_ledger import Ledger
from domain.refusals import Refused, VersionConflict
from tests.kit import added, progressed, rated
from tests.measuring import HANGS
from tests.real_ledgers import ROOT, Server, begin, everything, proposed, record

Ledgers = Callable[[], Ledger]
Place = tuple[str, int, int, str]

SHARED, STEPS = "shared", 40


def place(event: Recorded) -> Place:
    return event.plan, event.version, event.position, str(event.event_id)


def write(ledger: Ledger, name: str, acknowledged: Callable[[Place], None]) -> None:
    """Record single events and batches, on a plan of one's own and on one that all share; some of it is refused."""
    random = Random(name)
    for step in range(STEPS):
        plan = random.choice([SHARED, name])
        batch = [progressed("2.4", f"{name} {step}.{n}") for n in range(random.choice([1, 1, 1, 2, 7]))]
        try:
            match random.randrange(6):
                case 0:
                    stored = record(ledger, *batch, rated("9.9"), plan=plan)
                case 1:
                    known = ledger.plan(plan)
                    version = known.version
                    stored = record(ledger, *batch, plan=plan, expect=version)
                case 2:
                    both = [proposed(event, each) for event in batch for each in (SHARED, name)]
                    stored = record(ledger, *both)
                case _:
                    stored = record(ledger, *batch, plan=plan)
        except (Refused, VersionConflict):
            continue
        for event in stored:
            acknowledged(place(event))


def write_and_tell(folder: str, schema: str, *names: str) -> None:
    """A writing program, run by the tests as a process: one thread a name, each acknowledged event a line."""
    lock = threading.Lock()

    def tell(acknowledged: Place) -> None:
        with lock:
            print(json.dumps(acknowledged))

    with Ledger.open(data=Path(folder), schema=schema) as ledger:
        print("ready", flush=True)
        sys.stdin.readline()
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(lambda name: write(ledger, name, tell), names))


class Reader:
    """Follows the ledger from the beginning, in a thread, and notes what is delivered."""

    def __init__(self, events: Iterator[Recorded]) -> None:
        self.delivered: list[Recorded] = []
        self._enough = threading.Condition()
        self._thread = threading.Thread(target=self._follow, args=(events,))
        self._thread.start()

    def _follow(self, events: Iterator[Recorded]) -> None:
        for event in events:
            with self._enough:
                self.delivered.append(event)
                self._enough.notify()

    def wait_for(self, many: int, within: float = HANGS) -> None:
        with self._enough:
            self._enough.wait_for(lambda: len(self.delivered) >= many, within)


@contextmanager
def reader_of(ledger: Ledger, after: int = 0) -> Iterator[Reader]:
    with ledger.follow(after) as events:
        reader = Reader(events)
        yield reader
    reader._thread.join(timeout=HANGS)
    assert not reader._thread.is_alive()


def delivered_is_stored(ledger: Ledger, reader: Reader, acknowledged: list[Place]) -> None:
    stored = everything(ledger)
    reader.wait_for(len(stored))
    assert [place(event) for event in reader.delivered] == [place(event) for event in stored]
    assert reader.delivered == stored
    assert [event.position for event in stored] == list(range(1, len(stored) + 1))
    for slug in ledger.plans():
        assert [event.version for event in ledger.events(slug)] == list(range(1, len(ledger.events(slug)) + 1))
    begun = sum(3 for _ in ledger.plans())
    assert sorted(acknowledged) == sorted(place(event) for event in stored if event.version > 3)
    assert len(stored) == len(acknowledged) + begun


def test_threads_of_one_program(ledger: Ledger):
    names = [f"writer-{number}" for number in range(4)]
    acknowledged: list[Place] = []
    with reader_of(ledger) as reader:
        for plan in (SHARED, *names):
            begin(ledger, plan)
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(lambda name: write(ledger, name, acknowledged.append), names))
        delivered_is_stored(ledger, reader, acknowledged)


@pytest.mark.slow
def test_threads_of_several_programs(server: Server, ledger: Ledger, schema: str):
    names = [f"writer-{number}" for number in range(6)]
    for plan in (SHARED, *names):
        begin(ledger, plan)
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", "import sys; from tests.ledger.test_race import write_and_tell as tell;"
             " tell(*sys.argv[1:])", str(server.folder), schema, *pair],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for pair in (names[:2], names[2:4], names[4:])
    ]  # fmt: skip
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    with reader_of(ledger) as reader, ThreadPoolExecutor(len(programs)) as pool:
        told = list(pool.map(lambda program: program.communicate("go\n", timeout=60)[0], programs))
        assert [program.returncode for program in programs] == [0, 0, 0]
        acknowledged = [tuple(json.loads(line)) for lines in told for line in lines.splitlines()]
        delivered_is_stored(ledger, reader, acknowledged)


def test_writers_of_one_plan_each_get_a_version_of_their_own(ledger: Ledger, ledgers: Ledgers):
    """All add an action with the same number: one is accepted, whoever's ledger it is."""
    writers = [ledger, ledger, ledgers(), ledgers()]
    begin(ledger)
    for number in range(5):
        together = threading.Barrier(len(writers))

        def add(writer: Ledger, number: int = number, together: threading.Barrier = together) -> list[int]:
            together.wait(timeout=HANGS)
            versions = [event.version for event in record(writer, progressed("2.4"))]
            try:
                return versions + [event.version for event in record(writer, added(f"2.{number + 5}"))]
            except Refused:
                return versions

        with ThreadPoolExecutor(len(writers)) as pool:
            versions = sorted(version for found in pool.map(add, writers) for version in found)
        assert versions == list(range(4 + 5 * number, 9 + 5 * number))


def test_the_same_proposal_sent_at_the_same_time_is_stored_once(ledger: Ledger, ledgers: Ledgers):
    writers = [ledger, ledger, ledgers(), ledgers()]
    begin(ledger)
    for version in range(4, 12, 2):
        batch = [proposed(rated("2.4"), event_id=uuid4()), proposed(progressed("2.4"), event_id=uuid4())]
        together = threading.Barrier(len(writers))

        def send(
            writer: Ledger, batch: list[Proposal] = batch, together: threading.Barrier = together
        ) -> list[Recorded]:
            together.wait(timeout=HANGS)
            return record(writer, *batch)

        with ThreadPoolExecutor(len(writers)) as pool:
            answers = list(pool.map(send, writers))
        assert [event.version for event in answers[0]] == [version, version + 1]
        assert all(answer == answers[0] for answer in answers)


def test_a_reader_begins_after_a_position_and_waits_for_what_is_to_come(ledger: Ledger):
    begin(ledger)
    with reader_of(ledger, after=2) as reader:
        reader.wait_for(1)
        assert [event.position for event in reader.delivered] == [3]
        for _ in range(3):
            record(ledger, rated("2.4"))
        reader.wait_for(4)
        assert [event.position for event in reader.delivered] == [3, 4, 5, 6]


def test_what_is_recorded_while_a_reader_begins_is_delivered_at_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    """Not only when the next event comes: between reading what is there and listening nothing is lost."""
    may_listen, listen = threading.Event(), LedgerSubscription._listen_on_a_connection

    def listen_later(subscription: LedgerSubscription) -> None:
        may_listen.wait(timeout=HANGS)
        listen(subscription)

    monkeypatch.setattr(LedgerSubscription, "_listen_on_a_connection", listen_later)
    begin(ledger)
    with reader_of(ledger) as reader:
        reader.wait_for(3)
        record(ledger, rated("2.4"))  # nobody listens yet
        reader.wait_for(4, within=0.1)
        may_listen.set()
        reader.wait_for(4)
        assert [event.position for event in reader.delivered] == [1, 2, 3, 4]


def test_connections_that_listened_go_back_deaf(ledger: Ledger):
    begin(ledger)
    with reader_of(ledger) as reader:
        reader.wait_for(3)
    with ledger.datastore.get_connection() as connection:
        assert connection.execute("select pg_listening_channels()").fetchall() == []
