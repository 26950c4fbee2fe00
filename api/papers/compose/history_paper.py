"""The document history as a paper: the document versions issued, and the forums the plan was presented to."""

from collections.abc import Iterator
from functools import partial

from api.papers.compose.parts import NONE, day, line, lines, paper_at
from api.papers.paper import Block, Cell, Column, Data, Day, Heading, Instant, Paper, Prose, Value, table_of
from api.papers.wording import fixed
from projections.document_history import HistoryDocument

_KEYS = (
    "kind", "on", "label", "summary", "author", "forum", "title", "previous", "current", "recorded at", "version",
)  # fmt: skip
_ISSUED = [
    Column("Document version", 1.4), Column("Issued", 1.2), Column("Summary of changes", 4), Column("Author", 2),
    Column("Frozen at", 1.8), Column("Recorded", 1.8),
]  # fmt: skip
_PRESENTED = [
    Column("Forum", 3), Column("On", 1.2), Column("Report", 3), Column("Previous", 1.8), Column("Current", 1.8),
]  # fmt: skip


def history_paper(document: HistoryDocument) -> Paper:
    """The document versions issued, then the presentations; in data, `kind` tells them apart."""
    blocks = [*versions_blocks(document, 1), *presented_blocks(document, 1)]
    data = Data(_KEYS, partial(_rows, document))
    return paper_at(document, "history", ["Document history"], blocks, data, landscape=True)


def versions_blocks(document: HistoryDocument, level: int) -> list[Block]:
    """The document versions issued, oldest first, or a sentence that there are none, under a heading."""
    rows: list[list[Cell]] = [
        [
            line(version["label"]),
            Day(version["issued_on"]),
            lines(version["summary"]),
            line(version["author"]),
            fixed(version["point"]),
            Instant(version["recorded_at"]),
        ]
        for version in document["versions"]
    ]
    table = table_of("Document versions issued", _ISSUED, rows, sheet="Document versions")
    return [Heading("Document versions issued", level), table if rows else Prose(NONE)]


def presented_blocks(document: HistoryDocument, level: int) -> list[Block]:
    """The presentations, with the points shown, or a sentence that there are none, under a heading."""
    rows: list[list[Cell]] = [
        [
            line(report["forum"]),
            Day(report["on"]),
            line(report["title"]),
            fixed(report["previous"]) if report["previous"] else "",
            fixed(report["current"]),
        ]
        for report in document["presented"]
    ]
    table = table_of("Presentations", _PRESENTED, rows)
    return [Heading("Presented to", level), table if rows else Prose("No forum yet.")]


def _rows(document: HistoryDocument) -> Iterator[list[Value]]:
    for version in document["versions"]:
        yield [
            "version issued", day(version["issued_on"]), version["label"], version["summary"], version["author"],
            None, None, None, fixed(version["point"]), Instant(version["recorded_at"]), version["version"],
        ]  # fmt: skip
    for report in document["presented"]:
        yield [
            "report presented", day(report["on"]), None, None, None, report["forum"], report["title"],
            report["previous"] and fixed(report["previous"]), fixed(report["current"]), None, report["version"],
        ]  # fmt: skip
