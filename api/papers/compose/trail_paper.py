"""The trail as a paper: the events in the order they were recorded."""

import json
from collections.abc import Iterable, Iterator
from functools import partial

from api.papers.compose.parts import line, paper_of_record
from api.papers.paper import Block, Cell, Column, Data, Day, Instant, Paper, Piece, Prose, Text, Value, table_of
from api.papers.wording_lines import (
    lateness,
    more_events,
    trail_basis,
    trail_command,
    trail_words,
    what_happened,
    withdrawal_words,
    withdrawn_words,
)
from projections.trail import TrailDocument, TrailEntry

#: The fields that the ledger adds to an event; all others are the event's own.
_ENVELOPE = ("version", "position", "recorded_at", "recorded_by", "event_id", "effective_on", "type")
_ADDED = ("withdrawn_by", "withdrawal", "late_by_days", "missing_from", "sentence")
_KEYS = (
    *_ENVELOPE, "what", "withdrawn_by", "late_by_days", "fields", "missing_from", "withdrawal recorded at",
    "withdrawal recorded by", "withdrawal reason",
)  # fmt: skip
_COLUMNS = [
    Column("Event", 1, figures=True), Column("Effective", 1.3), Column("Recorded", 1.8), Column("By", 2),
    Column("What happened", 7),
]  # fmt: skip


def trail_paper(document: TrailDocument) -> Paper:
    """The events in the order they were recorded; as data, their own fields in JSON."""
    events = document["events"]
    caption = "Events in the order they were recorded"
    blocks: list[Block] = [table_of(caption, _COLUMNS, list(map(_event, events)), sheet="Trail")] if events else []
    if more := more_events(document):
        blocks.append(Prose(more))
    return paper_of_record(
        document, trail_command(document), "Trail of events", trail_words(document), trail_basis(document), blocks,
        trail_data(events),
    )  # fmt: skip


def _event(event: TrailEntry) -> list[Cell]:
    happened = what_happened(event)
    struck: Cell = happened if event["withdrawn_by"] is None else Text((Piece(happened, "struck"),))
    late: Cell = Text((Piece(lateness(event), "strong"),)) if event["missing_from"] else lateness(event)
    gone = withdrawn_words(event)
    notes: list[Cell] = [*([late] if lateness(event) else []), *([Text((Piece(gone, "strong"),))] if gone else [])]
    why = [words] if (words := withdrawal_words(event)) else []
    return [
        event["version"],
        Day(event["effective_on"]),
        Instant(event["recorded_at"]),
        line(event["recorded_by"]),
        (struck, *notes, *why) if notes else struck,
    ]


def trail_data(events: Iterable[TrailEntry]) -> Data:
    """A row for each event: its envelope, its sentence, and its own fields in JSON."""
    return Data(_KEYS, partial(_rows, events))


def _rows(events: Iterable[TrailEntry]) -> Iterator[list[Value]]:
    for event in events:
        fields = {name: value for name, value in event.items() if name not in {*_ENVELOPE, *_ADDED}}
        gone = event["withdrawal"]
        yield [
            event["version"], event["position"], Instant(event["recorded_at"]), event["recorded_by"],
            event["event_id"], Day(event["effective_on"]), event["type"], what_happened(event), event["withdrawn_by"],
            event["late_by_days"], json.dumps(fields, ensure_ascii=False, allow_nan=False),
            ", ".join(event["missing_from"]),
            *((gone["recorded_at"], gone["recorded_by"], gone["reason"]) if gone else [None] * 3),
        ]  # fmt: skip
