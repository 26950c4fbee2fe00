"""The assurance on each priority, and every earlier one, as a paper."""

from collections.abc import Iterator
from functools import partial

from api.papers.compose.parts import day, line, paper_at
from api.papers.paper import Cell, Column, Data, Paper, Value, table_of
from api.papers.wording_lines import assurance_words
from projections.assurance import AssurancesDocument

_KEYS = ("priority", "title", "level", "report", "given on", "in force")


def assurance_paper(document: AssurancesDocument) -> Paper:
    """The assurance on each priority; as data, a row for each assurance, and one for each priority without any."""
    columns = [
        Column(line(document["priority_word"])), Column("Title", 4), Column("Assurance", 4), Column("Before that", 4),
    ]  # table: a row in the order of its keys  # fmt: skip
    rows: list[list[Cell]] = [
        [
            line(priority["priority"]),
            line(priority["title"]),
            assurance_words(priority["assurance"]),
            tuple(map(assurance_words, priority["earlier"])),
        ]
        for priority in document["priorities"]
    ]
    table = table_of("Assurance on each priority", columns, rows, sheet="Assurance")
    return paper_at(document, "assurance", ["Assurance"], [table], Data(_KEYS, partial(_rows, document)))


def _rows(document: AssurancesDocument) -> Iterator[list[Value]]:
    for priority in document["priorities"]:
        named, current = [priority["priority"], priority["title"]], priority["assurance"]
        for earlier in priority["earlier"]:
            yield [*named, earlier["level"], earlier["report"], day(earlier["on"]), False]
        yield [*named, *((current["level"], current["report"], day(current["on"]), True) if current else [None] * 4)]
