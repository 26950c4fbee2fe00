"""Each measure with its baseline, its target and every value reported, as a paper."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from api.papers.compose.parts import day, line, measured, paper_at
from api.papers.paper import Block, Cell, Column, Data, Day, Facts, Heading, Paper, Prose, Value, keys_of, table_of
from projections.measures import MeasureHistory, MeasuresDocument

_KEYS = keys_of("measure, title, unit, baseline, target, priority, period, value, standing, reported on")
_COLUMNS = [Column("Period", 2), Column("Value", 2), Column("Standing", 2), Column("Reported", 1.2)]


def measures_paper(document: MeasuresDocument) -> Paper:
    """Each measure with its values; as data, a row for each value, and one for a measure without any."""
    word = line(document["priority_word"])
    blocks = [block for measure in document["measures"] for block in _measure(measure, word)]
    data = Data(_KEYS, partial(_rows, document))
    return paper_at(document, "measures", ["Measures"], blocks or [Prose("No measures are defined.")], data)


def defined(measure: MeasureHistory, word: str) -> list[tuple[str, str]]:
    """The facts of a measure beside its values, its priority first; `word` is what the plan calls a priority."""
    said = [
        (word, measure["priority"]),
        ("Unit", measure["unit"]),
        ("Baseline", measure["baseline"]),
        ("Target", measure["target"]),
    ]
    return [(name, line(value)) for name, value in said if value]


def _measure(measure: MeasureHistory, word: str) -> Iterator[Block]:
    title = line(measure["title"])
    yield Heading(title)
    if facts := defined(measure, word):
        yield Facts(f"Definition of {title}", tuple(facts))
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
        ]  # table: a row in the order of its keys  # fmt: skip
        for reading in measure["readings"]:
            yield [*named, reading["period"], reading["value"], reading["standing"], day(reading["on"])]
        if not measure["readings"]:
            yield [*named, None, None, None, None]
