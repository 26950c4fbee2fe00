"""Eight writers on eight plans: as threads of one process, and as eight processes."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

from bench.event_history import TODAY, Workload, generate
from bench.peers import stock
from domain import events
from domain.envelopes import Proposal
from domain.opened_ledger import Ledger

WRITERS = 8
_OPENING = 1000

Kind = Literal["asat", "stock"]
KINDS: tuple[Kind, ...] = ("asat", "stock")
Step = Callable[[], None]


@dataclass(frozen=True)
class Place:
    """The ledger and the database that the writers write to."""

    data: Path
    conninfo: str


def _progress(workload: Workload) -> Iterator[Proposal]:
    """An endless series of progress events, which the rules accept."""
    said = [each for each in workload.proposals[_OPENING:] if isinstance(each.event, events.ProgressReported)]
    return cycle(said)


def _asat_step(ledger: Ledger, workload: Workload) -> Step:
    ledger.record(workload.proposals[:_OPENING], by="bench", today=TODAY)
    news = _progress(workload)

    def step() -> None:
        ledger.record([next(news)], by="bench", today=TODAY)

    return step


def _stock_step(plans: stock.Plans, workload: Workload) -> Step:
    """The aggregate stays in memory between saves, which is the least work for the library."""
    plan = stock.new_plan(plans, workload, _OPENING)
    news = _progress(workload)

    def step() -> None:
        stock.trigger(plan, next(news))
        plans.save(plan)

    return step


def _repeat(step: Step, start: float, seconds: float) -> int:
    """The number of steps within the time; all writers start at the same time."""
    time.sleep(max(0.0, start - time.monotonic()))
    count, until = 0, start + seconds
    while time.monotonic() < until:
        step()
        count += 1
    return count


class Threads:
    """The writers of one kind as threads that share a ledger or an application."""

    def __init__(self, kind: Kind, ledger: Ledger, plans: stock.Plans) -> None:
        base = generate(_OPENING * 3, "bench-threads")
        each = [base.under(f"bench-threads-{kind}-{number}") for number in range(WRITERS)]
        self._steps = [_asat_step(ledger, one) if kind == "asat" else _stock_step(plans, one) for one in each]
        self._pool = ThreadPoolExecutor(WRITERS)

    def per_second(self, seconds: float) -> float:
        """Events recorded in a second by all."""
        start = time.monotonic() + 0.05
        counts = self._pool.map(lambda step: _repeat(step, start, seconds), self._steps)
        return sum(counts) / seconds


class Processes:
    """The writers of one kind as processes, each with a ledger or an application of its own."""

    def __init__(self, pipes: list["Connection[tuple[float, float] | None, int]"]) -> None:
        self._pipes = pipes

    def per_second(self, seconds: float) -> float:
        """Events recorded in a second by all."""
        start = time.monotonic() + 0.1
        for pipe in self._pipes:
            pipe.send((start, seconds))
        return sum(pipe.recv() for pipe in self._pipes) / seconds


@contextmanager
def processes(kind: Kind, place: Place) -> Iterator[Processes]:
    """Start the writers, and end them afterwards."""
    context = multiprocessing.get_context("spawn")
    started, pipes = [], []
    try:
        for number in range(WRITERS):
            ours, theirs = context.Pipe()
            process = context.Process(target=_process, args=(kind, place, number, theirs), daemon=True)
            process.start()
            started.append(process)
            pipes.append(ours)
        for pipe in pipes:
            assert pipe.recv() == 0, "a writer says 0 when it is ready"
        yield Processes(pipes)
    finally:
        for pipe in pipes:
            with suppress(BrokenPipeError):
                pipe.send(None)
        for process in started:
            process.join(10)


def _process(kind: Kind, place: Place, number: int, pipe: "Connection[int, tuple[float, float] | None]") -> None:
    workload = generate(_OPENING * 3, f"bench-processes-{kind}-{number}")
    if kind == "asat":
        with Ledger.open(data=place.data) as ledger:
            _serve(_asat_step(ledger, workload), pipe)
    else:
        plans = stock.open_plans(place.conninfo)
        _serve(_stock_step(plans, workload), pipe)
        plans.close()


def _serve(step: Step, pipe: "Connection[int, tuple[float, float] | None]") -> None:
    pipe.send(0)
    while asked := pipe.recv():
        pipe.send(_repeat(step, *asked))
