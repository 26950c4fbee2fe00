"""The overdue and the rescheduled actions as a paper."""

from collections.abc import Iterator
from functools import partial

from api.papers.compose.action_tables import with_awaiting
from api.papers.compose.parts import Tags, day, day_as_written, figures, line, lines, paper_at, signed, stacked
from api.papers.paper import Block, Cell, Column, Data, Heading, Paper, Prose, Table, Value, table_of
from api.papers.wording import Labels, count
from api.papers.wording_lines import due_as_written, rescheduling_words, undated_words
from projections.overdue import OverdueAction, OverdueDocument, RescheduledAction

_KEYS = (
    "kind", "priority", "action", "text", "rating", "rating label", "timescale", "due", "original", "original due",
    "days overdue", "slippage", "leads", "on", "from", "to", "approved by", "reason", "version",
)  # fmt: skip


def overdue_paper(document: OverdueDocument) -> Paper:
    """The overdue actions, then the rescheduled ones, with who approved it; in data, `kind` tells them apart."""
    rescheduled = [_moved(moved) for moved in document["rescheduled"]]
    blocks: list[Block] = [Heading(f"{count(len(document['overdue']), 'action')} overdue")]
    if document["overdue"]:
        blocks.append(overdue_table(document))
    blocks.append(Heading(f"{count(len(rescheduled), 'action')} rescheduled"))
    if rescheduled:
        columns = [Column("No."), Column("Action", 5), Column("Original", 1.5), Column("Now", 1.5), *figures("Days")]
        caption = "Rescheduled actions, with the days they moved"
        blocks.append(table_of(caption, [*columns, Column("Changes", 5)], rescheduled, sheet="Rescheduled"))
    if undated := undated_words(document):
        blocks.append(Prose(undated))
    data = Data(_KEYS, partial(_rows, document))
    return paper_at(document, "overdue", ["Overdue actions"], blocks, data, landscape=True)


def overdue_table(document: OverdueDocument) -> Table:
    """The overdue actions, each with its original date and the date that it has missed."""
    tags = Tags(document)
    columns = [
        Column("No."), Column("Action", 5), Column("Rating", 1.4), Column("Due", 1.5), Column("Originally", 1.5),
        *figures("Days"), Column("Lead", 2.5),
    ]  # fmt: skip
    rows = [_late(late, tags) for late in document["overdue"]]
    return table_of("Overdue actions, with the days they are over", columns, rows, sheet="Overdue")


def _late(late: OverdueAction, tags: Tags) -> list[Cell]:
    return [
        line(late["number"]),
        lines(late["text"]),
        with_awaiting(tags(late["rating"]), late, tags),
        day_as_written(due_as_written(late["timescale"], late["due"]), late["due"]),
        day_as_written(late["original"], late["original_due"]),
        late["days_overdue"],
        stacked(late["leads"]),
    ]


def _moved(moved: RescheduledAction) -> list[Cell]:
    return [
        line(moved["number"]),
        lines(moved["text"]),
        day_as_written(moved["original"]["text"], moved["original"]["due"]),
        day_as_written(moved["current"]["text"], moved["current"]["due"]),
        "–" if moved["days"] is None else signed(moved["days"]),
        tuple(map(rescheduling_words, moved["approvals"])),
    ]


def _rows(document: OverdueDocument) -> Iterator[list[Value]]:
    labels = Labels(document)
    for late in document["overdue"]:
        yield [
            "overdue", late["priority"], late["number"], late["text"], late["rating"], labels(late["rating"]),
            late["timescale"], day(late["due"]), late["original"], day(late["original_due"]), late["days_overdue"],
            late["slippage"], "; ".join(late["leads"]), *[None] * 5, late["version"],
        ]  # fmt: skip
    for moved in document["rescheduled"]:
        original, current = moved["original"], moved["current"]
        for change in moved["approvals"]:
            yield [
                "rescheduled", moved["priority"], moved["number"], moved["text"], moved["rating"],
                labels(moved["rating"]), current["text"], day(current["due"]), original["text"], day(original["due"]),
                None, moved["days"], None, day(change["on"]), change["from"], change["to"], change["approved_by"],
                change["reason"], change["version"],
            ]  # fmt: skip
