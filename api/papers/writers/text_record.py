"""The record itself in the terminal: the document's history, the trail of events, and the audit of a paper."""

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from api.papers.wording import as_at, as_at_both, count, day_in_figures, fixed, instant_in_figures, unended
from api.papers.wording_lines import claim_words, lateness, trail_command, trail_words, what_happened, withdrawn_words
from api.papers.writers.text_blocks import heading, joined, kept_whole, line, lines, page, table, title_block
from projections.claims import AuditDocument
from projections.document_history import HistoryDocument
from projections.trail import TrailDocument, TrailEntry


def history_text(document: HistoryDocument) -> Group:
    """The versions of the document as issued, and the forums it was presented to."""
    parts = title_block(document["title"], [document["organisation"], "Document history"], as_at(document["point"]))
    parts.append(heading("Versions issued"))
    if document["versions"]:
        rows = table("Version", "Issued", "Summary of changes", "Author", "Frozen at")
        for version in document["versions"]:
            issued, author = day_in_figures(version["issued_on"]), line(version["author"] or "")
            rows.add_row(line(version["label"]), issued, lines(version["summary"]), author, fixed(version["point"]))
        _hold(rows, 1, 4)
        parts.append(rows)
    else:
        parts.append(line("None."))
    parts.append(heading("Presented to"))
    if document["presented"]:
        rows = table("Forum", "On", "Report", "Previous", "Current")
        for told in document["presented"]:
            previous = fixed(told["previous"]) if told["previous"] else "–"
            on, current = day_in_figures(told["on"]), fixed(told["current"])
            rows.add_row(line(told["forum"]), on, line(told["title"] or ""), previous, current)
        _hold(rows, 1, 3, 4)
        parts.append(rows)
    else:
        parts.append(line("No forum yet."))
    return page(*parts)


def _hold(rows: Any, *places: int) -> None:
    """Never break what stands in these columns."""
    for place in places:
        rows.columns[place].no_wrap = True
    kept_whole(rows)


def trail_text(document: TrailDocument) -> Group:
    """The events in the order they were recorded, a row for each."""
    parts = title_block(document["title"], [document["organisation"], "Trail of events"], trail_words(document))
    if document["events"]:
        rows = table("Version", "Effective", "Recorded", "By", "What happened", numbers=(0,))
        for event in document["events"]:
            recorded = instant_in_figures(event["recorded_at"]).replace(" ", "\n")
            said = joined([_happened(event), lateness(event), withdrawn_words(event)])
            effective, by = day_in_figures(event["effective_on"]), line(event["recorded_by"])
            rows.add_row(str(event["version"]), effective, recorded, by, said)
        rows.columns[3].max_width = 14
        _hold(rows, 1, 2)
        parts += [Text(), rows]
    if document["next"] is not None:
        parts += [Text(), line(f"More events follow after version {document['next']}.")]
    parts += [Text(), line(f"To make it again: {trail_command(document)}", "dim")]
    return page(*parts)


def _happened(event: TrailEntry) -> Text:
    return line(what_happened(event), "strike" if event["withdrawn_by"] is not None else "")


def audit_text(document: AuditDocument) -> Group:
    """A paper's figures against the record, and against each other."""
    parts = title_block(
        document["title"],
        [document["organisation"], "Audit of a published paper"],
        as_at_both(document["previous"], document["current"]),
    )
    claims, borne_out = document["claims"], document["borne_out"]
    parts += [Text(), line(f"{borne_out} of {count(claims, 'claim')} borne out by the record.", "bold")]
    parts.append(heading("Differences from the record"))
    if document["differences"]:
        rows = table("Where", "What is counted", "Paper", "Record", numbers=(2, 3))
        for difference in document["differences"]:
            claim = difference["claim"]
            counted = line(claim_words(claim))
            rows.add_row(line(claim["where"]), counted, str(claim["count"]), str(difference["record"]))
        parts.append(kept_whole(rows))
    else:
        parts.append(line("None."))
    parts.append(heading("Contradictions within the paper"))
    parts += _contradictions(document)
    return page(*parts)


def _contradictions(document: AuditDocument) -> list[RenderableType]:
    parts: list[RenderableType] = [] if document["contradictions"] else [line("None.")]
    for place, contradiction in enumerate(document["contradictions"], 1):
        parts += [*([Text()] if place > 1 else []), line(f"{place}. {unended(contradiction['why'])}.")]
        rows = table("Where", "What is counted", "Paper", numbers=(2,))
        for claim in contradiction["claims"]:
            rows.add_row(line(claim["where"]), line(claim_words(claim)), str(claim["count"]))
        parts.append(kept_whole(rows))
    return parts
