"""The load of a soak: writers that remember what they were told, and readers that believe nothing."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Thread
from uuid import UUID

from domain.envelopes import Proposal
from domain.opened_ledger import Ledger
from domain.refusals import LedgerUnusable, NothingRecorded
from tests.kit import LATER, progressed, rated

SHARED = "shared"


@dataclass
class Told:
    """What the writers and readers were told, by all of them together."""

    #: Event id -> plan, version and position, as they were acknowledged.
    acknowledged: dict[UUID, tuple[str, int, int]] = field(default_factory=dict)
    #: Batches of which nobody knows whether they are stored, and those that were said not to be.
    in_doubt: list[list[UUID]] = field(default_factory=list)
    refused: list[list[UUID]] = field(default_factory=list)
    #: What went wrong that nobody may be told.
    wrong: list[str] = field(default_factory=list)
    #: First words of an error -> how often it was told.
    errors: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    #: The longest that anybody waited for an answer, in seconds.
    longest: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def waited(self, since: float) -> None:
        self.longest = max(self.longest, time.monotonic() - since)


def write(ledger: Ledger, name: str, told: Told, over: Event) -> None:
    """Record batch after batch, on a plan of its own and on one that all share."""
    random = Random(name)
    while not over.is_set():
        batch = [
            Proposal(
                random.choice((name, SHARED)),
                random.choice((rated("2.4"), progressed("2.4", "word " * random.randrange(1, 200)))),
                UUID(int=random.getrandbits(128), version=4),
            )
            for _ in range(random.choice((1, 1, 1, 2, 5)))
        ]
        ids = [one.event_id for one in batch if one.event_id]
        began = time.monotonic()
        try:
            stored = ledger.record(batch, by=name, today=LATER)
        except LedgerUnusable as error:
            with told.lock:
                (told.refused if isinstance(error, NothingRecorded) else told.in_doubt).append(ids)
                told.errors[" ".join(str(error).split()[:7])] += 1
                told.waited(began)
            over.wait(0.1)
        else:
            with told.lock:
                told.acknowledged |= {one.event_id: (one.plan, one.version, one.position) for one in stored}
                told.waited(began)


def read(ledger: Ledger, plans: list[str], told: Told, over: Event) -> None:
    """Ask for one plan after the other: none ever has fewer events than it had."""
    seen: Counter[str] = Counter()
    random = Random(id(ledger))
    while not over.is_set():
        slug, began = random.choice(plans), time.monotonic()
        try:
            plan = ledger.plan(slug)
            if plan.version < seen[slug]:
                told.wrong.append(f"{slug} went back from version {seen[slug]} to {plan.version}")
            seen[slug] = plan.version
            told.answers += 1
        except LedgerUnusable as error:
            told.errors[" ".join(str(error).split()[:7])] += 1
        with told.lock:
            told.waited(began)
        over.wait(0.01)


def started(told: Told, what: Callable[..., None], *arguments: object) -> Thread:
    """Run a writer or reader; whatever it fails with, other than saying so, is wrong."""

    def run() -> None:
        try:
            what(*arguments)
        except Exception as error:
            told.wrong.append(f"{what.__name__} ended with {type(error).__name__}: {error}")

    thread = Thread(target=run, daemon=True)
    thread.start()
    return thread
