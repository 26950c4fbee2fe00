"""Each measure with its baseline, its target and every value reported, as a paper."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from api.papers.compose.parts import day, line, measured, paper_at
from api.papers.paper import Block, Cell, Column, Data, Day, Heading, Paper, Prose, Value, table_of
from api.papers.wording import unended
from projections.measures import MeasureHistory, MeasuresDocument

_KEYS = (
    "measure", "title", "unit", "baseline", "target", "priority", "period", "value", "standing", "reported on",
)  # fmt: skip
_COLUMNS = [Column("Period", 2), Column("Value", 2), Column("Standing", 2), Column("Reported", 1.2)]


def measures_paper(document: MeasuresDocument) -> Paper:
    """Each measure with its values; as data, a row for each value, and one for a measure without any."""
    blocks = [block for measure in document["measures"] for block in _measure(measure)]
    data = Data(_KEYS, partial(_rows, document))
    return paper_at(document, "measures", ["Measures"], blocks or [Prose("No measures are defined.")], data)


def _measure(measure: MeasureHistory) -> Iterator[Block]:
    title = line(measure["title"])
    named = {"Unit": measure["unit"], "Baseline": measure["baseline"], "Target": measure["target"]}
    yield Heading(title)
    if defined := ". ".join(f"{name}: {unended(value)}" for name, value in named.items() if value):
        yield Prose(defined)
    if not measure["readings"]:
        yield Prose("No value has been reported.")
        return
    rows: list[list[Cell]] = [
        [line(reading["period"]), measured(reading["value"]), line(reading["standing"]), Day(reading["on"])]
        for reading in measure["readings"]
    ]
    table = table_of(f"Values of {title}", _COLUMNS, rows, sheet="Measures")
    yield replace(table, before_columns=(Column("Measure", 3),), before=(title,))


def _rows(document: MeasuresDocument) -> Iterator[list[Value]]:
    for measure in document["measures"]:
        named: list[Value] = [
            measure["measure"], measure["title"], measure["unit"], measure["baseline"], measure["target"],
            measure["priority"],
        ]  # fmt: skip
        for reading in measure["readings"]:
            yield [*named, reading["period"], reading["value"], reading["standing"], day(reading["on"])]
        if not measure["readings"]:
            yield [*named, None, None, None, None]
