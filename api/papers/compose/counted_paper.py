"""The actions behind a figure, and one event of the record, as papers."""

import shlex
from collections.abc import Mapping
from typing import Any

from api.papers.compose.action_tables import due_cell, with_awaiting
from api.papers.compose.parts import Tags, line, lines, paper_of, points_of_record, tag
from api.papers.paper import Block, Cell, Column, Day, Facts, Heading, Instant, Paper, Piece, Prose, Text, table_of
from api.papers.wording import Labels, as_at, as_at_both, fixed, safe_text
from api.papers.wording_counted import counted_words, events_behind, figure_words, is_moving, signed, what_moved
from api.papers.wording_events import (
    event_basis,
    event_command,
    event_fields,
    kind_in_words,
    source_words,
    withdrawal_words,
)
from api.papers.wording_lines import lateness
from projections.counted import CountedAction, CountedDocument
from projections.event import EventDocument


def counted_paper(document: CountedDocument) -> Paper:
    """The actions behind a figure of a comparison, a row for each."""
    previous, current, query = document["previous"], document["current"], document["query"]
    moving = is_moving(document)
    blocks: list[Block] = [Prose(f"{counted_words(document)}.", strong=True)]
    if said := figure_words(document):
        blocks.append(Prose(said))
    columns = [Column("No."), Column("Action", 5), Column(line(document["priority_word"])), Column("Rating", 1.5)]
    columns += [Column("What happened", 2), Column("Counts", 1)] if moving else []
    columns += [Column("Due", 1.7), Column("Event behind it", 1.4)]
    rows = [_counted(entry, document, Tags(document), moving) for entry in document["actions"]]
    blocks.append(table_of("The actions counted", columns, rows) if rows else Prose("No action is counted here."))
    shown = document["previous"] if query["when"] == "previous" else document["current"]
    return paper_of(
        document,
        ["The actions behind a figure"],
        as_at_both(previous, current) if moving else as_at(shown),
        blocks,
        _command(document),
        (previous, current),
    )


def _counted(entry: CountedAction, document: CountedDocument, tags: Tags, moving: bool) -> list[Cell]:
    return [
        line(entry["action"]),
        lines(entry["text"]),
        line(entry["priority"]),
        with_awaiting(tags(entry["rating"]), entry, tags),
        *([what_moved(entry, document["priority_word"]), signed(entry)] if moving else []),
        due_cell(entry["timescale"], entry["overdue"]),
        events_behind(entry, moving=moving),
    ]


def _command(document: CountedDocument) -> str:
    asked: dict[str, Any] = {
        "previous": fixed(document["previous"]), "current": fixed(document["current"]), **document["query"],
    }  # fmt: skip
    options = [f" --{name} {shlex.quote(safe_text(said))}" for name, said in asked.items() if said is not None]
    return f"asat counted {document['plan']}{''.join(options)}"


def event_paper(document: EventDocument) -> Paper:
    """One event: what it says, who recorded it when, and whether it still counts."""
    event = document["event"]
    said = safe_text(event["sentence"])
    blocks: list[Block] = [Prose(Text((Piece(said, "struck" if event["withdrawal"] else "strong"),)))]
    if withdrawn := withdrawal_words(event):
        blocks.append(Prose(f"{withdrawn}.", strong=True))
    if document["withdrawn"]:
        target = safe_text(document["withdrawn"]["sentence"])
        struck = Piece(target, "struck")
        blocks.append(Prose(Text((Piece(f"It withdrew version {document['withdrawn']['version']}: "), struck))))
    blocks += [Heading("When, and by whom"), _envelope(event)]
    fields = event_fields(event, document["priority_word"], Labels(document))
    if fields:
        told: tuple[tuple[str, Cell], ...] = tuple(fields)
        if event.get("rating") and document["ratings"]:
            rating = document["ratings"][0]
            told = tuple(
                (name, tag(rating["label"], rating["colour"]) if name == "Rating" else value) for name, value in told
            )
        blocks += [Heading("What it says"), Facts("What the event says", told)]
    return Paper(
        safe_text(document["title"]),
        (safe_text(document["organisation"]), f"Event {event['version']}: {kind_in_words(event).lower()}"),
        event_basis(document),
        tuple(blocks),
        event_command(document),
        event_basis(document).rstrip("."),
        points=points_of_record(document),
    )


def _envelope(event: Mapping[str, Any]) -> Facts:
    late = lateness(event)
    recorded: Cell = Instant(event["recorded_at"])
    facts: list[tuple[str, Cell]] = [
        ("True from", Day(event["effective_on"])),
        ("Recorded", (recorded, Text((Piece(late, "strong"),))) if late else recorded),
        ("Recorded by", line(event["recorded_by"])),
        ("Reason", lines(event.get("reason"))),
        ("Taken from", source_words(event)),
        ("Version of the plan", event["version"]),
        ("Position in the ledger", event["position"]),
        ("Event id", event["event_id"]),
    ]
    return Facts("When the event was true, and who recorded it when", tuple(fact for fact in facts if fact[1] != ""))
