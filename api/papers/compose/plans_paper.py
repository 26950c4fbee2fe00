"""The plans of the ledger as a paper, each with its counts."""

import json
from collections.abc import Iterator
from functools import partial

from api.papers.compose.parts import day, figures, line, tag
from api.papers.paper import Block, Cell, Column, Data, Paper, Piece, Prose, Text, Value, table_of
from api.papers.wording import NOT_RATED, count, day_in_figures, fixed
from api.papers.wording_lines import unreadable_words
from projections.register import RegisterDocument, RegisterEntry

_KEYS = (
    "plan", "title", "organisation", "status", "document version", "issued on", "actions", "ratings", "unrated",
    "overdue", "presented to", "presented on", "point",
)  # fmt: skip
_COLUMNS = [
    Column("Plan", 2), Column("Title", 3), Column("Organisation", 2), Column("Status"), Column("Document version", 1.5),
    *figures("Actions"), Column("Ratings", 2), *figures("Overdue"), Column("Presented", 2.5), Column("Point", 2),
]  # fmt: skip


def register_paper(document: RegisterDocument) -> Paper:
    """The plans, each with its counts; as data, ratings are JSON by code, because plans have different ratings."""
    entries = document["plans"]
    points = tuple(entry["point"] for entry in entries)
    blocks: list[Block] = [table_of("Improvement plans", _COLUMNS, list(map(_entry, entries)))] if entries else []
    if "unreadable" in document:
        blocks.insert(0, Prose(unreadable_words(document["unreadable"]), strong=True))
    made = "each plan at the point beside it" if points else "no plan was recorded yet"
    return Paper(
        "Improvement plans", (), f"{count(len(entries), 'plan')}.", tuple(blocks), "asat plans", made, landscape=True,
        points=points, data=Data(_KEYS, partial(_rows, document)),
    )  # fmt: skip


def _rows(document: RegisterDocument) -> Iterator[list[Value]]:
    for entry in document["plans"]:
        version, presented = entry["document_version"], entry["presented"]
        yield [
            entry["plan"], entry["title"], entry["organisation"], entry["status"],
            version and version["label"], day(version and version["issued_on"]), entry["actions"],
            json.dumps({rating["code"]: rating["count"] for rating in entry["ratings"]}), entry["unrated"],
            entry["overdue"], presented and presented["forum"], day(presented and presented["on"]),
            fixed(entry["point"]),
        ]  # fmt: skip
    for plan in document.get("unreadable", ()):
        yield [plan, None, None, "unreadable", *[None] * 9]


def _entry(entry: RegisterEntry) -> list[Cell]:
    version, presented = entry["document_version"], entry["presented"]
    tags = [(rating["count"], tag(rating["label"], rating["colour"])) for rating in entry["ratings"]]
    ratings: list[Cell] = [Text((Piece(f"{number} {one.label}", colour=one.colour),)) for number, one in tags if number]
    if entry["unrated"]:
        ratings.append(f"{entry['unrated']} {NOT_RATED.lower()}")
    return [
        line(entry["plan"]),
        line(entry["title"]),
        line(entry["organisation"]),
        entry["status"],
        f"{line(version['label'])}, {day_in_figures(version['issued_on'])}" if version else "",
        entry["actions"],
        tuple(ratings),
        entry["overdue"],
        f"{line(presented['forum'])}, {day_in_figures(presented['on'])}" if presented else "",
        fixed(entry["point"]),
    ]
