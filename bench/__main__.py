"""Runs every measurement in one go on one embedded server. Usage: scripts/bench [--quick]."""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from uuid import UUID, uuid4

import psycopg

from bench import page_times as pages
from bench import report, trust, writers
from bench.event_history import TODAY, generate
from bench.measure import Subject, interleaved, random_points
from bench.peers import history, raw, stock
from bench.peers.table import BitemporalTable
from domain.envelopes import Recorded, read_lines
from domain.opened_ledger import Ledger
from domain.plan.record import PlanRecord
from domain.points import Point
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import rag_comparison

ROOT = Path(__file__).resolve().parent.parent
_LONGEST = 470
SIZES = (1_000, 10_000, 50_000)


@dataclass(frozen=True)
class Pace:
    """The time limit of each part, in seconds, and its number of repetitions."""

    reading: float
    fresh: int
    recording: int
    writing: float
    writing_rounds: int
    files: int


FULL = Pace(reading=90, fresh=9, recording=1500, writing=2.0, writing_rounds=5, files=5)
QUICK = Pace(reading=12, fresh=3, recording=300, writing=0.5, writing_rounds=3, files=3)


class Bench:
    """One run: the server, the plans in it, and the measurements."""

    def __init__(self, data: Path, ledger: Ledger, pace: Pace) -> None:
        self.data, self.ledger, self.pace = data, ledger, pace
        self.conninfo = _owner_conninfo(data)
        self.workloads = {size: generate(size, f"bench-{size:06}") for size in SIZES}
        self.opening = self.workloads[SIZES[0]].opening
        self.streams: dict[int, list[Recorded]] = {}
        self.results: dict[str, float] = {}

    def load(self) -> None:
        """Load the same plans into the ledger and the alternatives."""
        _say("loading the plans")
        self.table = BitemporalTable(self.conninfo)
        for size, workload in self.workloads.items():
            self.ledger.record(workload.proposals, by="bench", today=TODAY)
            self.streams[size] = self.ledger.events(workload.slug)
            self.table.load(size, self.streams[size])
        self.table.finish()
        self.raw = raw.RawTable(self.conninfo)
        stock.make_schema(self.conninfo)
        self.stock = stock.open_plans(self.conninfo, create=True)
        self.stock_id = stock.new_plan(self.stock, self.workloads[10_000]).id
        history.set_up(self.conninfo)
        history.make_tables()
        self.history_key = history.load(self.workloads[10_000])
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def run(self) -> None:
        """Measure everything."""
        self.check_documents()
        for part in (
            self.trust,
            self.reading,
            self.fresh_processes,
            self.memory,
            self.recording,
            self.writing,
            self.files,
        ):
            began = perf_counter()
            part()
            _say(f"{part.__name__.replace('_', ' ')} took {perf_counter() - began:.0f} s")

    def trust(self) -> None:
        """The cost of proofs; measured first, as the check reads the whole ledger."""
        self.results |= trust.measure(self.data, self.ledger, self.conninfo, self.pace.recording)

    # Reading

    def asat(self, size: int) -> Callable[[], object]:
        """A question of a plan at random points: caught up from the ledger, then projected."""
        slug, points = self.workloads[size].slug, random_points(self.opening, size)

        def ask() -> object:
            day, basis = next(points)
            record = self.ledger.plan(slug)
            return plan_as_at(record.at(_point(record, day, basis)))

        return ask

    def asked_of_table(self, size: int, *, seek: bool) -> Callable[[], object]:
        """The same question of the SQL table."""
        points = random_points(self.opening, size)

        def ask() -> object:
            day, basis = next(points)
            return self.table.plan_as_at(size, day, basis, seek=seek)

        return ask

    def check_documents(self) -> None:
        """The SQL table must answer with the same document, to the byte."""
        for size in SIZES:
            asked = [self.asat(size), self.asked_of_table(size, seek=False), self.asked_of_table(size, seek=True)]
            lengths = []
            for _ in range(50):
                documents = {json.dumps(ask()) for ask in asked}
                lengths.append(len(min(documents)))
                assert len(documents) == 1, f"the SQL table answers otherwise, at {size} events"
            self.results[f"length {size}"] = sum(lengths) / len(lengths)
            self.results[f"parse {size}"] = _parsing(min(documents))
        _say("the SQL table returns the same documents, byte for byte, at 150 random points")

    def reading(self) -> None:
        """Rows 1, 2 and 4 of the table of bars."""
        slug, versions = self.workloads[10_000].slug, random_points(self.opening, 10_000)
        previous, current = random_points(self.opening, 10_000), random_points(self.opening + 1, 10_000)
        instants = random_points(self.opening, 10_000)

        def compare() -> object:
            before, now = sorted((next(previous), next(current)))
            record = self.ledger.plan(slug)
            return rag_comparison(record.at(_point(record, *before)), record.at(_point(record, *now)))

        def catch_up() -> object:
            return self.ledger.plan(slug)

        times = interleaved(
            [
                *(Subject(f"asat {size}", self.asat(size), 5) for size in SIZES),
                *(Subject(f"table {size}", self.asked_of_table(size, seek=False), 5) for size in SIZES),
                *(Subject(f"seek {size}", self.asked_of_table(size, seek=True), 5) for size in SIZES),
                Subject("stock", lambda: self.stock.repository.get(self.stock_id, version=next(versions)[1])),
                Subject("history", lambda: history.plan_as_of(self.history_key, next(instants)[1]), 3),
                Subject("comparison", compare, 5),
                Subject("catch-up", catch_up, 5),
            ],
            seconds=self.pace.reading,
            rounds=200,
        )
        self.keep(times)

    # Fresh processes

    def fresh_processes(self) -> None:
        """Row 3: the first answer of a new process."""
        inner: dict[str, list[dict[str, float]]] = {"asat": [], "stock": []}
        slug = self.workloads[10_000].slug

        def start(kind: str, where: str) -> Callable[[], object]:
            return lambda: inner[kind].append(_fresh(kind, where, slug))

        times = interleaved(
            [
                Subject("fresh asat", start("asat", str(self.data))),
                Subject("fresh stock", start("stock", self.conninfo)),
                Subject("fresh nothing", lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)),
            ],
            seconds=60,
            rounds=self.pace.fresh,
        )
        self.keep(times)
        for kind, answers in inner.items():
            for part in answers[0]:
                ordered = sorted(answer[part] for answer in answers)
                self.results[f"fresh {kind} {part}"] = ordered[len(ordered) // 2]

    def memory(self) -> None:
        """Row 8: the memory of a folded plan of 10,000 events."""
        small, plan = self.workloads[1_000].slug, self.workloads[10_000].slug
        for how in ("traced", "resident"):
            self.results[f"memory {how}"] = _fresh("memory", str(self.data), plan, small, how)["bytes"]

    # Recording

    def recording(self) -> None:
        """Row 5: one event, one writer."""
        workload = generate(10_000, "bench-one-writer")
        already = 10_000 - self.pace.recording - 1
        self.ledger.record(workload.proposals[:already], by="bench", today=TODAY)
        rows = [
            raw.row_of(record, "raw-one-writer", 10**9 + place, uuid4())
            for place, record in enumerate(self.streams[10_000][already:])
        ]
        plan = stock.new_plan(self.stock, workload, already)
        news, same, again = iter(workload.proposals[already:]), iter(rows), iter(workload.proposals[already:])

        def save() -> None:
            stock.trigger(plan, next(again))
            self.stock.save(plan)

        times = interleaved(
            [
                Subject("record one", lambda: self.ledger.record([next(news)], by="bench", today=TODAY)),
                Subject("raw insert", lambda: self.raw.insert(next(same))),
                Subject("stock save", save),
            ],
            seconds=60,
            rounds=self.pace.recording,
        )
        self.keep(times)

    def writing(self) -> None:
        """Row 6: eight writers, as threads and as processes."""
        place = writers.Place(self.data, self.conninfo)
        with ExitStack() as stack:
            all_writers: dict[str, writers.Threads | writers.Processes] = {}
            for kind in writers.KINDS:
                all_writers[f"threads {kind}"] = writers.Threads(kind, self.ledger, self.stock)
                all_writers[f"processes {kind}"] = stack.enter_context(writers.processes(kind, place))
            rates: dict[str, list[float]] = {name: [] for name in all_writers}
            for round_ in range(self.pace.writing_rounds):
                for name in sorted(all_writers, reverse=bool(round_ % 2)):
                    rates[name].append(all_writers[name].per_second(self.pace.writing))
        for name, each in rates.items():
            self.results[name] = sorted(each)[len(each) // 2]

    def files(self) -> None:
        """Row 7: a file of 50,000 events, against COPY of the same rows."""
        runs, parts = self.pace.files + 1, {"parse": 0.0}
        workload, stream = self.workloads[50_000], self.streams[50_000]
        files = iter([workload.under(f"file-{run:05}").file for run in range(runs)])
        rows = iter([_raw_rows(stream, "raw", run) for run in range(runs)])
        texts = iter([raw.copy_text(_raw_rows(stream, "text", runs + run)) for run in range(runs)])

        def record_file() -> None:
            start = perf_counter()
            proposals = [proposal for _, proposal in read_lines(next(files).splitlines(), TODAY)]
            parts["parse"] = perf_counter() - start
            self.ledger.record(proposals, by="bench", today=TODAY)

        times = interleaved(
            [
                Subject("record file", record_file),
                Subject("raw copy", lambda: self.raw.copy(next(texts))),
                Subject("raw copy rows", lambda: self.raw.copy_rows(next(rows))),
            ],
            seconds=60,
            rounds=runs - 1,
        )
        self.keep(times)
        self.results["record file parse"] = parts["parse"]

    def close(self) -> None:
        """Close all connections, so that the server can stop."""
        self.stock.close()
        self.table.close()
        self.raw.close()
        history.close()

    def keep(self, times: dict[str, Subject]) -> None:
        """Keep the medians."""
        for name, subject in times.items():
            self.results[name] = subject.median


def _point(record: PlanRecord, day: date, basis: int) -> Point:
    return Point(day, basis, record.known_at(basis), f"{day}@{basis}")


def _raw_rows(stream: Sequence[Recorded], name: str, run: int) -> list[raw.Row]:
    first = (run + 1) * 10**6
    return [
        raw.row_of(record, f"{name}-{run:05}", first + place, UUID(int=first + place))
        for place, record in enumerate(stream)
    ]


def _fresh(*arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.fresh", *arguments]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _parsing(text: str) -> float:
    """Seconds to make the same document from its JSON text, in C, with nothing to look up."""
    times = []
    for _ in range(50):
        start = perf_counter()
        json.loads(text)
        times.append(perf_counter() - start)
    return sorted(times)[25]


def _owner_conninfo(data: Path) -> str:
    from domain.postgres.embedded_server import EmbeddedServer

    with EmbeddedServer.start(data) as server:  # the ledger has it running
        return server.owner_conninfo


def _too_long(*_: object) -> None:
    raise TimeoutError(f"the benchmark was given up after {_LONGEST} s")


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Run, print, and write BENCHMARKS.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run, printed and not written to BENCHMARKS.md")
    quick: bool = parser.parse_args().quick
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(_LONGEST)
    began = perf_counter()
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as folder:
        data = Path(folder) / "data"
        with Ledger.open(data=data) as ledger:
            bench = Bench(data, ledger, QUICK if quick else FULL)
            bench.load()
            bench.run()
            _say("pages and papers")
            bench.results |= pages.measure(ledger, bench.workloads[10_000].slug)
            page = report.page(bench.results, report.machine(bench.conninfo), perf_counter() - began)
            bench.close()
    print(page)
    if not quick:
        (ROOT / "BENCHMARKS.md").write_text(page, encoding="utf-8")
    _say(f"took {perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
