"""Crashes in mid-load: what was acknowledged is there, the rest is there whole or not at all and can be sent again.

Writers are processes. What each sends is made from its name alone, so that the test can send it once more.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import IO
from uuid import UUID

import psycopg
import pytest

from domain.envelopes import Proposal, Recorded
from domain.opened_ledger import Ledger
from tests.kit import LATER, progressed, rated
from tests.measuring import until
from tests.real_ledgers import BY, ROOT, Server, all_is_well, begin, everything, remembers_what_is_stored

pytestmark = pytest.mark.slow

SHARED = "shared"


def batch(name: str, number: int) -> list[Proposal]:
    """What a writer sends as its batch of that number: mostly one event, on its own plan, on the shared one or both."""
    random = Random(f"{name} {number}")
    plans = random.choice([[name], [SHARED], [name, SHARED]])
    many = random.choice([1, 1, 2, 5, 40])
    return [
        Proposal(
            random.choice(plans),
            random.choice([rated("2.4"), progressed("2.4", f"{name} {number}.{n} " + "word " * random.randrange(200))]),
            UUID(int=random.getrandbits(128), version=4),
        )
        for n in range(many)
    ]


def write(folder: str, name: str) -> None:
    """A writing program: sends batch after batch and tells each that was acknowledged before it goes on."""
    with Ledger.open(data=Path(folder)) as ledger:
        for number in count():
            stored = ledger.record(batch(name, number), by=BY, today=LATER)
            print(json.dumps([number, [(str(event.event_id), event.version, event.position) for event in stored]]))
            sys.stdout.flush()


@dataclass
class Writer:
    """A writing program, and what it has told."""

    name: str
    process: "subprocess.Popen[str]"
    acknowledged: dict[int, list[tuple[str, int, int]]] = field(default_factory=dict)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        assert self.process.stdout is not None
        self.thread = threading.Thread(target=self._listen, args=(self.process.stdout,))
        self.thread.start()

    def _listen(self, told: IO[str]) -> None:
        for line in told:
            if line.endswith("\n"):  # half a line was told by nobody
                number, stored = json.loads(line)
                self.acknowledged[number] = [tuple(event) for event in stored]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.thread.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def sent(self) -> range:
        """Numbers of the batches that it has sent: those acknowledged and perhaps one more."""
        return range(len(self.acknowledged) + 1)


@contextmanager
def writers(server: Server, *names: str) -> Iterator[list[Writer]]:
    code = "import sys; from tests.ledger.test_crash import write; write(*sys.argv[1:])"
    started = [
        Writer(name, subprocess.Popen(
            [sys.executable, "-c", code, str(server.folder), name], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ))
        for name in names
    ]  # fmt: skip
    try:
        yield started
    finally:
        for writer in started:
            writer.kill()


def load_is_on(started: list[Writer], random: Random) -> None:
    """Wait until every writer is writing, and then for a moment that is different each time."""
    many = [len(writer.acknowledged) for writer in started]
    until(lambda: all(len(writer.acknowledged) > before for writer, before in zip(started, many, strict=True)))
    time.sleep(random.uniform(0.05, 0.3))


def nothing_acknowledged_is_lost(ledger: Ledger, writers: list[Writer]) -> None:
    stored = {str(event.event_id): event for event in everything(ledger)}
    for writer in writers:
        assert sorted(writer.acknowledged) == list(range(len(writer.acknowledged)))
        for number in writer.sent:
            event_ids = [str(proposal.event_id) for proposal in batch(writer.name, number)]
            found = [stored[event_id] for event_id in event_ids if event_id in stored]
            if number in writer.acknowledged:
                told = [(str(event.event_id), event.version, event.position) for event in found]
                assert told == writer.acknowledged[number]
            else:
                assert len(found) in (0, len(event_ids)), f"{writer.name} {number} was stored in part"
            assert len({event.recorded_at for event in found}) <= 1
            assert [event.position for event in found] == consecutive(found)
    sent = {str(proposal.event_id) for one in writers for number in one.sent for proposal in batch(one.name, number)}
    assert {event_id for event_id, event in stored.items() if event.version > 3} <= sent, "more than was sent"


def consecutive(found: list[Recorded]) -> list[int]:
    return list(range(found[0].position, found[0].position + len(found))) if found else []


def everything_can_be_sent_again(ledger: Ledger, writers: list[Writer]) -> None:
    """Acknowledged or not: afterwards each is stored exactly once."""
    for writer in writers:
        for number in writer.sent:
            again = ledger.record(batch(writer.name, number), by="Sent again", today=LATER)
            assert [proposal.event_id for proposal in batch(writer.name, number)] == [one.event_id for one in again]
            if number in writer.acknowledged:
                told = [(str(event.event_id), event.version, event.position) for event in again]
                assert told == writer.acknowledged[number]
    stored = everything(ledger)
    sent = [proposal.event_id for one in writers for number in one.sent for proposal in batch(one.name, number)]
    assert sorted(event.event_id for event in stored if event.version > 3) == sorted(filter(None, sent))


def begin_all(ledger: Ledger, *names: str) -> None:
    for plan in (SHARED, *names):
        begin(ledger, plan)


@pytest.mark.parametrize("seed", range(2))
def test_writers_killed_in_mid_load(own_server: Server, seed: int):
    random, names = Random(seed), [f"kill-{seed}-{number}" for number in range(2)]
    with Ledger.open(data=own_server.folder) as ledger:
        begin_all(ledger, *names)
        with writers(own_server, *names) as started:
            load_is_on(started, random)
            for writer in random.sample(started, len(started)):
                writer.process.send_signal(signal.SIGKILL)
        # What their servers' processes were about to commit when they were killed is theirs to commit still.
        until(lambda: nobody_appends(own_server))
        nothing_acknowledged_is_lost(ledger, started)
        all_is_well(ledger)
        everything_can_be_sent_again(ledger, started)
        all_is_well(ledger)
        remembers_what_is_stored(ledger)


def nobody_appends(server: Server) -> bool:
    with psycopg.connect(server.owner_conninfo) as connection:
        found = connection.execute("select from pg_stat_activity where application_name = 'asat' and state <> 'idle'")
        return found.fetchone() is None


@pytest.mark.parametrize("seed", range(2))
def test_the_server_stopped_at_once_in_mid_load_and_its_writers_killed(own_server: Server, seed: int):
    random, names = Random(seed), [f"both-{seed}-{number}" for number in range(2)]
    with Ledger.open(data=own_server.folder) as ledger:
        begin_all(ledger, *names)
    with writers(own_server, *names) as started:
        load_is_on(started, random)
        own_server.stop("immediate")
    own_server.start()
    with Ledger.open(data=own_server.folder) as ledger:
        nothing_acknowledged_is_lost(ledger, started)
        all_is_well(ledger)
        everything_can_be_sent_again(ledger, started)
        all_is_well(ledger)
        remembers_what_is_stored(ledger)


def test_the_server_stopped_at_once_again_and_again_while_its_writers_go_on(own_server: Server):
    """Nobody tells the writers: their calls take a little longer, and nothing is lost or stored twice."""
    random, names = Random("on"), [f"on-{number}" for number in range(2)]
    with Ledger.open(data=own_server.folder) as ledger:
        begin_all(ledger, *names)
        with writers(own_server, *names) as started:
            for _ in range(2):
                load_is_on(started, random)
                own_server.stop("immediate")
                own_server.start()
            load_is_on(started, random)
            assert all(writer.process.poll() is None for writer in started)
        until(lambda: nobody_appends(own_server))
        nothing_acknowledged_is_lost(ledger, started)
        all_is_well(ledger)
        everything_can_be_sent_again(ledger, started)
        all_is_well(ledger)
        remembers_what_is_stored(ledger)


def test_every_process_of_the_server_killed_in_mid_load(own_server: Server):
    """Harder than any stop: the postmaster is killed and cannot tell its processes to end."""
    random, names = Random("postmaster"), ["postmaster-0", "postmaster-1"]
    with Ledger.open(data=own_server.folder) as ledger:
        begin_all(ledger, *names)
    with writers(own_server, *names) as started:
        load_is_on(started, random)
        os.kill(int((own_server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    own_server.start()
    with Ledger.open(data=own_server.folder) as ledger:
        nothing_acknowledged_is_lost(ledger, started)
        everything_can_be_sent_again(ledger, started)
        all_is_well(ledger)
