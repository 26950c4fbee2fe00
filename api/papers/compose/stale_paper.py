"""The out-of-date progress texts, and the actions never reported on, as a paper."""

from collections.abc import Iterator
from functools import partial

from api.papers.compose.parts import day, figures, line, lines, paper_at
from api.papers.paper import Block, Cell, Column, Data, Day, Heading, Paper, Prose, Value, table_of
from api.papers.wording import count
from api.papers.wording_lines import cycle_words
from projections.stale_text import StaleDocument

_KEYS = ("kind", "priority", "action", "text", "on", "age in days", "why", "version")


def stale_paper(document: StaleDocument) -> Paper:
    """The out-of-date texts, then the actions never reported on; in data, `kind` tells them apart."""
    stale: list[list[Cell]] = [
        [line(one["number"]), lines(one["text"]), Day(one["reported_on"]), one["age_days"], line(one["why"])]
        for one in document["stale"]
    ]
    silent: list[list[Cell]] = [
        [line(one["number"]), lines(one["text"]), Day(one["added_on"]), one["age_days"]] for one in document["silent"]
    ]
    blocks: list[Block] = [Prose(cycle)] if (cycle := cycle_words(document)) else []
    blocks.append(Heading(f"{count(len(stale), 'text')} out of date"))
    if stale:
        columns = [Column("No."), Column("Progress as it stands", 6), Column("Reported", 1.4), *figures("Days")]
        caption = "Progress texts that are out of date"
        blocks.append(table_of(caption, [*columns, Column("Why", 3)], stale, sheet="Out of date"))
    blocks.append(Heading(f"{count(len(silent), 'action')} never reported on"))
    if silent:
        columns = [Column("No."), Column("Action", 6), Column("Added", 1.4), *figures("Days")]
        blocks.append(table_of("Actions never reported on", columns, silent))
    return paper_at(document, "stale", ["Out-of-date texts"], blocks, Data(_KEYS, partial(_rows, document)))


def _rows(document: StaleDocument) -> Iterator[list[Value]]:
    for one in document["stale"]:
        named, age, on = (one["priority"], one["number"], one["text"]), one["age_days"], day(one["reported_on"])
        yield ["out of date", *named, on, age, one["why"], one["version"]]
    for silent in document["silent"]:
        named, age, on = (
            (silent["priority"], silent["number"], silent["text"]),
            silent["age_days"],
            day(silent["added_on"]),
        )
        yield ["never reported on", *named, on, age, None, silent["version"]]
