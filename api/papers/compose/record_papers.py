"""The record itself as papers: the document's history, the trail of events, and the audit of a paper."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.papers.compose.parts import NONE, line, lines, paper_of, points_of_record
from api.papers.paper import Block, Cell, Column, Day, Heading, Instant, Paper, Piece, Prose, Table, Text, table_of
from api.papers.wording import as_at, as_at_both, count, fixed, safe_text, unended
from api.papers.wording_lines import (
    claim_words,
    lateness,
    trail_basis,
    trail_command,
    trail_words,
    what_happened,
    withdrawal_words,
    withdrawn_words,
)
from projections.claims import AuditDocument
from projections.document_history import HistoryDocument
from projections.trail import TrailDocument


def history_paper(document: HistoryDocument) -> Paper:
    """The versions of the document as issued, and the forums it was presented to."""
    point = document["point"]
    blocks: list[Block] = [
        Heading("Versions issued"),
        versions_block(document),
        Heading("Presented to"),
        presented_block(document),
    ]
    command = f"asat history {document['plan']} --at {fixed(point)}"
    return paper_of(document, ["Document history"], as_at(point), blocks, command, (point,), landscape=True)


def versions_block(document: HistoryDocument) -> Block:
    """The versions issued, oldest first; a sentence where there are none."""
    columns = [
        Column("Version"), Column("Issued", 1.2), Column("Summary of changes", 4), Column("Author", 2),
        Column("Frozen at", 1.8), Column("Recorded", 1.8),
    ]  # fmt: skip
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
    return table_of("Versions of the document", columns, rows, sheet="Versions") if rows else Prose(NONE)


def presented_block(document: HistoryDocument) -> Block:
    """The forums it was presented to, with the points they were shown; a sentence where there are none."""
    columns = [
        Column("Forum", 3),
        Column("On", 1.2),
        Column("Report", 3),
        Column("Previous", 1.8),
        Column("Current", 1.8),
    ]
    rows: list[list[Cell]] = [
        [
            line(told["forum"]),
            Day(told["on"]),
            line(told["title"]),
            fixed(told["previous"]) if told["previous"] else "",
            fixed(told["current"]),
        ]
        for told in document["presented"]
    ]
    return table_of("Presentations", columns, rows) if rows else Prose("No forum yet.")


def trail_paper(document: TrailDocument) -> Paper:
    """The events in the order they were recorded, a row for each."""
    columns = [
        Column("Version", 1, figures=True), Column("Effective", 1.3), Column("Recorded", 1.8), Column("By", 2),
        Column("What happened", 7),
    ]  # fmt: skip
    rows = [_event(event) for event in document["events"]]
    blocks: list[Block] = (
        [table_of("Events in the order they were recorded", columns, rows, sheet="Trail")] if rows else []
    )
    if document["next"] is not None:
        blocks.append(Prose(f"More events follow after version {document['next']}."))
    return Paper(
        safe_text(document["title"]),
        (safe_text(document["organisation"]), "Trail of events"),
        trail_words(document),
        tuple(blocks),
        trail_command(document),
        trail_basis(document),
        landscape=True,
        points=points_of_record(document),
    )


def _event(event: Mapping[str, Any]) -> list[Cell]:
    happened = what_happened(event)
    struck: Cell = happened if event["withdrawn_by"] is None else Text((Piece(happened, "struck"),))
    late: Cell = Text((Piece(lateness(event), "strong"),)) if event["missing_from"] else lateness(event)
    gone = withdrawn_words(event)
    notes: list[Cell] = [*([late] if lateness(event) else []), *([Text((Piece(gone, "strong"),))] if gone else [])]
    why = [said] if (said := withdrawal_words(event)) else []
    return [
        event["version"],
        Day(event["effective_on"]),
        Instant(event["recorded_at"]),
        line(event["recorded_by"]),
        (struck, *notes, *why) if notes else struck,
    ]


def audit_paper(document: AuditDocument) -> Paper:
    """A paper's figures against the record, and against each other."""
    previous, current = document["previous"], document["current"]
    borne_out = f"{document['borne_out']} of {count(document['claims'], 'claim')} borne out by the record."
    blocks: list[Block] = [Prose(borne_out, strong=True), Heading("Differences from the record")]
    blocks.append(_differences(document) if document["differences"] else Prose(NONE))
    blocks.append(Heading("Contradictions within the paper"))
    for number, contradiction in enumerate(document["contradictions"], 1):
        why = f"{unended(contradiction['why'])}."
        rows: list[list[Cell]] = [
            [line(claim["where"]), claim_words(claim), claim["count"]] for claim in contradiction["claims"]
        ]
        caption = f"Contradiction {number}: the claims"
        table = table_of(caption, _CLAIM, rows, sheet="Contradictions")
        blocks += [Prose(why), replace(table, before_columns=(Column("Why", 4),), before=(why,))]
    if not document["contradictions"]:
        blocks.append(Prose(NONE))
    command = f"asat audit {document['plan']} CLAIMS.json"
    what = ["Audit of a published paper"]
    return paper_of(document, what, as_at_both(previous, current), blocks, command, (previous, current))


_CLAIM = (Column("Where", 2), Column("What is counted", 5), Column("Paper", 1, figures=True))


def _differences(document: AuditDocument) -> Table:
    rows: list[list[Cell]] = [
        [line(one["claim"]["where"]), claim_words(one["claim"]), one["claim"]["count"], one["record"]]
        for one in document["differences"]
    ]
    columns = [*_CLAIM, Column("Record", 1, figures=True)]
    return table_of("Claims that the record does not bear out", columns, rows, sheet="Differences")
