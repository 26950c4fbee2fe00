"""What is overdue and what has slipped, as a paper."""

from api.papers.compose.action_tables import with_awaiting
from api.papers.compose.parts import Tags, figures, line, lines, paper_of, stacked
from api.papers.paper import Block, Cell, Column, Heading, Paper, Prose, Table, table_of
from api.papers.wording import as_at, count, fixed
from api.papers.wording_lines import days_moved, due_as_written, rescheduling_words, undated_words
from projections.overdue import OverdueAction, OverdueDocument, RescheduledAction


def overdue_paper(document: OverdueDocument) -> Paper:
    """The overdue actions, then every one that was rescheduled, with who approved it."""
    point = document["point"]
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
    command = f"asat overdue {document['plan']} --at {fixed(point)}"
    return paper_of(document, ["Overdue actions"], as_at(point), blocks, command, (point,), landscape=True)


def overdue_table(document: OverdueDocument) -> Table:
    """The overdue actions, each with its original date beside the one it is late by."""
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
        due_as_written(late["timescale"], late["due"]),
        line(late["original"]),
        late["days_overdue"],
        stacked(late["leads"]),
    ]


def _moved(moved: RescheduledAction) -> list[Cell]:
    return [
        line(moved["number"]),
        lines(moved["text"]),
        line(moved["original"]["text"]),
        line(moved["current"]["text"]),
        days_moved(moved["days"]),
        tuple(rescheduling_words(change) for change in moved["approvals"]),
    ]
