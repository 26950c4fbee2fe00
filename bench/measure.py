"""Interleaved timing: every subject runs in every round, so that a slow moment of the machine affects all alike."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from statistics import median
from time import perf_counter

from bench.event_history import DAYS, OPENED


@dataclass
class Subject:
    """A subject to time, with a number of calls in every round."""

    name: str
    call: Callable[[], object]
    each_round: int = 1
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median of all calls, in seconds."""
        return median(self.seconds)


def interleaved(subjects: Sequence[Subject], *, seconds: float, rounds: int) -> dict[str, Subject]:
    """Time the subjects, at most for so long and for so many rounds, but for at least three rounds.

    Existing objects are frozen first, as collecting them would be charged to one subject; the collector stays on.
    """
    for subject in subjects:
        subject.call()
    gc.collect()
    gc.freeze()
    began = perf_counter()
    for round_ in range(rounds):
        if round_ >= 3 and perf_counter() - began > seconds:
            break
        turn = round_ % len(subjects)
        for subject in (*subjects[turn:], *subjects[:turn]):
            for _ in range(subject.each_round):
                start = perf_counter()
                subject.call()
                subject.seconds.append(perf_counter() - start)
    gc.unfreeze()
    return {subject.name: subject for subject in subjects}


def random_points(first: int, last: int) -> Iterator[tuple[date, int]]:
    """Random effective days and versions, the same ones for every subject that asks for the same range."""
    random = Random(f"{first} to {last}")  # noqa: S311 - the same every time is the point
    while True:
        yield OPENED + timedelta(days=random.randint(0, DAYS)), random.randint(first, last)
