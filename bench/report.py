"""The page BENCHMARKS.md: the bars, the ratios reached, and the parts of the times."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from bench.page_times import PAGES, PAPERS
from bench.trust import SIZES as TREES

Results = Mapping[str, float]

_INTRODUCTION = """\
All on one embedded server with its durable settings, interleaved in one run; medians. Absolute times differ between
machines and between runs; the ratios are the point.

A plan has 12 priorities and 120 actions; 70% of its events are progress, 20% ratings, 2% withdrawals, the rest mixed;
10% are back-dated. Every peer is written as somebody who likes it would write it (`bench/peers/`):

- stock `eventsourcing` 9.5.6: an ordinary decorated aggregate, default mapper. It is not bitemporal: the state after a
  version is all it answers with. Its writers keep their aggregates in memory and do not replay.
- a hand-written bitemporal SQL table: one prepared query with binary results over a covering index. It must return the
  same document as AsAt to the byte, which every run asserts at 150 random points.
- `django-simple-history`: `as_of` on models of the same content, with an index in the order of its query. It has one
  clock.
- raw `psycopg`: the same bytes into a table with the ledger's columns, constraints and indexes."""

_NAMES = {
    "asat 1000": "AsAt, plan as at a random point, 1,000 events",
    "asat 10000": "AsAt, plan as at a random point, 10,000 events",
    "asat 50000": "AsAt, plan as at a random point, 50,000 events",
    "catch-up": "— of which the catch-up read",
    "comparison": "AsAt, previous-against-current comparison, 10,000 events",
    "table 1000": "SQL table, `distinct on`, 1,000 events",
    "table 10000": "SQL table, `distinct on`, 10,000 events",
    "table 50000": "SQL table, `distinct on`, 50,000 events",
    "seek 1000": "SQL table, one index search per fact, 1,000 events",
    "seek 10000": "SQL table, one index search per fact, 10,000 events",
    "seek 50000": "SQL table, one index search per fact, 50,000 events",
    "history": "django-simple-history, `as_of`, 10,000 events",
    "stock": "stock eventsourcing, replay to a random version, 10,000 events",
    "fresh asat": "AsAt, first answer of a fresh process, 10,000 events",
    "fresh asat imports": "— imports",
    "fresh asat open": "— joining the server, checking the schema, connecting",
    "fresh asat fold": "— reading and folding",
    "fresh asat project": "— the plan as at",
    "fresh stock": "stock eventsourcing, first answer of a fresh process, 10,000 events",
    "fresh stock imports": "— imports",
    "fresh stock open": "— connecting",
    "fresh stock replay": "— replay",
    "fresh nothing": "Python starting and ending",
    "record one": "AsAt, record one event",
    "raw insert": "psycopg, insert one row and commit",
    "stock save": "stock eventsourcing, save one event of an aggregate in memory",
    "record with tree": "AsAt, record one event, again",
    "record without tree": "— the same function with leaf and nodes taken out",
    "pack made": "evidence pack of 10,000 events, made",
    "pack verified": "— verified by `verify.py`",
    "record file": "AsAt, record a file of 50,000 events",
    "record file parse": "— reading the lines",
    "raw copy": "COPY of the same rows, prepared text",
    "raw copy rows": "COPY of the same rows, row by row from Python",
}
_RATES = {
    "threads asat": "AsAt, 8 threads", "threads stock": "stock eventsourcing, 8 threads",
    "processes asat": "AsAt, 8 processes", "processes stock": "stock eventsourcing, 8 processes",
}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """One row of the table: a ratio with a lower or an upper bound."""

    work: str
    against: str
    ratio: float
    bar: float
    at_most: bool = False
    unit: str = "×"
    why: str = ""

    @property
    def met(self) -> bool:
        """Whether the bar is reached."""
        return self.ratio <= self.bar if self.at_most else self.ratio >= self.bar


def bars(r: Results) -> list[Bar]:
    """Every bar with the ratio reached."""
    asat = r["asat 10000"]

    def parts(size: int) -> str:
        whole = r[f"asat {size}"]
        return (
            f"of {_time(whole)}, {_time(r['catch-up'])} is the catch-up read and the rest making the document, some "
            f"{r[f'length {size}'] / 1000:.0f} kB as JSON. The floor is making that many objects at all: to make the "
            f"same document from its JSON text, in C and with nothing to find, takes {_time(r[f'parse {size}'])}"
        )

    longer = (
        f"the answer is longer, {r['length 50000'] / 1000:.0f} kB of JSON against {r['length 1000'] / 1000:.0f} kB "
        "(more evidence, and hardly an action without progress), and what is looked up lies scattered over more memory "
        "than the processor's cache holds"
    )
    started, stock_started = r["fresh asat"] - r["fresh asat answer"], r["fresh stock"] - r["fresh stock answer"]
    floor = (
        f"of {_time(r['fresh asat'])}, {_time(started)} is the interpreter and imports, and stock's are "
        f"{_time(stock_started)} of {_time(r['fresh stock'])}: with these imports, an answer that took no time at all "
        f"would reach {r['fresh stock'] / started:.1f}; without interpreter and imports the ratio is "
        f"{r['fresh stock answer'] / r['fresh asat answer']:.1f}"
    )
    recording = (
        f"{_time(r['record one'])} against {_time(r['raw insert'])}: both wait for the same write to disk; the rest is "
        "the rules, the head's lock, the triggers and the notification"
    )
    locked = (
        "the order of positions is the order of commits, so one write to disk follows the other, as in the peer, which "
        "locks its table; what differs is the number of round trips"
    )
    file = (
        f"of {_time(r['record file'])}, {_time(r['record file parse'])} is reading and validating the lines; the rest "
        f"is judging, folding and storing. Against COPY fed row by row from Python ({_time(r['raw copy rows'])}) the "
        f"ratio is {r['raw copy rows'] / r['record file']:.2f}"
    )
    question = "plan as at a random (day, basis), warm, with the catch-up read, 10,000 events"
    return [
        Bar(question, "faster than stock replay to that version", r["stock"] / asat, 100, why=parts(10000)),
        Bar("same", "faster than the SQL table", r["table 10000"] / asat, 1.5, why=parts(10000)),
        Bar("same, 50,000 events", "faster than the SQL table", r["table 50000"] / r["asat 50000"], 5,
            why=parts(50000)),
        Bar("same, 10,000 events", "faster than simple-history", r["history"] / asat, 10, why=parts(10000)),
        Bar("same, 50,000 events", "as long as 1,000 events", r["asat 50000"] / r["asat 1000"], 1.5, True,
            why=longer),
        Bar("first answer in a fresh process", "faster than stock replay", r["fresh stock"] / r["fresh asat"], 4,
            why=floor),
        Bar("previous-against-current comparison", "as long as one plan as at", r["comparison"] / asat, 3, True),
        Bar("record one event, 1 writer", "of the speed of raw insert and commit",
            r["raw insert"] / r["record one"], 0.5, why=recording),
        Bar("8 writers on 8 plans, threads", "stock eventsourcing", r["threads asat"] / r["threads stock"], 1.5,
            why=locked),
        Bar("8 writers on 8 plans, processes", "stock eventsourcing", r["processes asat"] / r["processes stock"], 1.5,
            why=locked),
        Bar("record a file of 50,000 events", "of the speed of raw COPY", r["raw copy"] / r["record file"], 0.15,
            why=file),
        Bar("record one event", "with its leaf and nodes, as long as without",
            r["record with tree"] / r["record without tree"], 1.15, True),
        Bar("evidence pack of 10,000 events", "made, with 10,000 proofs", r["pack made"], 5, True, " s"),
        Bar("same", "verified by its own program", r["pack verified"], 5, True, " s"),
        Bar("proof that an event stands among 50,000", "rows read, of 2 log₂ n that there may be",
            r["proof rows 50000"], 31, True, " rows"),
        Bar("the slowest page of a plan of 10,000 events", "by the application, without network",
            max(r[f"page {name}"] for name in PAGES) * 1e3, 50, True, " ms"),
        Bar("the longest page of it", "without compression and pictures",
            max(r[f"size {name}"] for name in PAGES), 60, True, " kB"),
        Bar("committee paper of the Sunderland example", "Word", r["paper committee paper, Word"], 0.5, True, " s"),
        Bar("same", "PDF", r["paper committee paper, PDF"], 0.5, True, " s"),
        Bar("memory of a folded plan of 10,000 events", "by tracemalloc", r["memory traced"] / 2**20, 20, True, " MB"),
        Bar("same", "growth of the process", r["memory resident"] / 2**20, 20, True, " MB"),
    ]  # fmt: skip


def page(r: Results, machine: str, seconds: float) -> str:
    """The whole page."""
    found = bars(r)
    lines = [
        "# Benchmarks",
        "",
        f"Made by `scripts/bench` in {seconds:.0f} s on {machine}.",
        *_INTRODUCTION.splitlines(),
        "",
        "## Bars",
        "",
        "| work | measured as | bar | reached | |",
        "|---|---|---|---|---|",
    ]
    for bar in found:
        bound = "at most" if bar.at_most else "at least"
        ratio = f"{bar.ratio:.0f}" if bar.ratio >= 20 else f"{bar.ratio:.2f}"
        verdict = "met" if bar.met else "**not met**"
        lines.append(f"| {bar.work} | {bar.against} | {bound} {bar.bar:g}{bar.unit} | {ratio}{bar.unit} | {verdict} |")
    if missed := [bar for bar in found if not bar.met]:
        lines += ["", "Where a bar is not met:", ""]
        lines += [f"- {bar.work}, {bar.against}: {bar.why or 'see the times below'}." for bar in missed]
    lines += ["", "## Times", "", "| | median |", "|---|---|"]
    lines += [f"| {label} | {_time(r[name])} |" for name, label in _NAMES.items()]
    lines += ["", "| 8 writers on 8 plans | events a second |", "|---|---|"]
    lines += [f"| {label} | {r[name]:,.0f} |" for name, label in _RATES.items()]
    lines += ["", "| an event proved to stand among | median | hashes | rows read |", "|---|---|---|---|"]
    lines += [
        f"| {size:,} | {_time(r[f'proof {size}'])} | {r[f'proof hashes {size}']:.0f} | {r[f'proof rows {size}']:.0f} |"
        for size in TREES
    ]
    lines += ["", f"`asat check` reads {r['check per second']:,.0f} events a second; a pack of 10,000 events has"
              f" {r['pack size']:.1f} MB."]  # fmt: skip
    lines += ["", "| page of a plan of 10,000 events | median | size |", "|---|---|---|"]
    lines += [f"| {name} | {_time(r[f'page {name}'])} | {r[f'size {name}']:.1f} kB |" for name in PAGES]
    lines += ["", "| Sunderland example | median |", "|---|---|"]
    lines += [f"| {name} | {_time(r[f'paper {name}'])} |" for name in PAPERS]
    return "\n".join([*lines, ""])


def machine(conninfo: str) -> str:
    """The machine, described without its name."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("show server_version").fetchone()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores and {memory:.0f} GB of memory, Python {platform.python_version()}, "
        f"PostgreSQL {row[0] if row else '?'}"
    )


def _time(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.1 else f"{seconds * 1e3:.2f} ms"
