"""The record itself in Markdown: the document's history, the trail of events, and the audit of a paper."""

from api.papers.markdown_blocks import footer, md, md_lines, paper, table
from api.papers.wording import as_at, as_at_both, count, day_in_figures, fixed, instant_in_figures
from api.papers.wording_lines import (
    claim_words,
    late_words,
    trail_basis,
    trail_command,
    trail_words,
    what_happened,
    withdrawn_words,
)
from projections.claims import AuditDocument
from projections.document_history import HistoryDocument
from projections.trail import TrailDocument


def history_markdown(document: HistoryDocument) -> str:
    """The versions of the document as issued, and the forums it was presented to."""
    point = document["point"]
    versions = [
        [
            md(version["label"]),
            day_in_figures(version["issued_on"]),
            md_lines(version["summary"]),
            md(version["author"] or ""),
            fixed(version["point"]),
            instant_in_figures(version["recorded_at"]),
        ]
        for version in document["versions"]
    ]
    presented = [
        [
            md(told["forum"]),
            day_in_figures(told["on"]),
            md(told["title"] or ""),
            fixed(told["previous"]) if told["previous"] else "",
            fixed(told["current"]),
        ]
        for told in document["presented"]
    ]
    columns = ["Version", "Issued", "Summary of changes", "Author", "Frozen at", "Recorded"]
    blocks = [
        "## Versions issued",
        table(columns, versions) if versions else "None.",
        "## Presented to",
        table(["Forum", "On", "Report", "Previous", "Current"], presented) if presented else "No forum yet.",
    ]
    command = f"asat history {document['plan']} --at {fixed(point)}"
    return paper(
        document["title"],
        [document["organisation"], "Document history"],
        as_at(point),
        blocks,
        footer(command, point),
    )


def trail_markdown(document: TrailDocument) -> str:
    """The events in the order they were recorded, a row for each."""
    rows = []
    for event in document["events"]:
        said = md(what_happened(event))
        if event["withdrawn_by"] is not None:
            said = f"~~{said}~~"
        notes = [f"**{note}**" for note in (late_words(event), withdrawn_words(event)) if note]
        rows.append([
            str(event["version"]),
            day_in_figures(event["effective_on"]),
            instant_in_figures(event["recorded_at"]),
            md(event["recorded_by"]),
            "<br>".join([said, *notes]),
        ])  # fmt: skip
    blocks = [table(["Version", "Effective", "Recorded", "By", "What happened"], rows, [0])] if rows else []
    if document["next"] is not None:
        blocks.append(f"More events follow after version {document['next']}.")
    return paper(
        document["title"],
        [document["organisation"], "Trail of events"],
        trail_words(document),
        blocks,
        footer(trail_command(document), basis=trail_basis(document)),
    )


def audit_markdown(document: AuditDocument) -> str:
    """A paper's figures against the record, and against each other."""
    previous, current = document["previous"], document["current"]
    differences = [
        [
            md(found["claim"]["where"]),
            md(claim_words(found["claim"])),
            str(found["claim"]["count"]),
            str(found["record"]),
        ]
        for found in document["differences"]
    ]
    columns = ["Where", "What is counted", "Paper", "Record"]
    blocks = [
        f"**{document['borne_out']} of {count(document['claims'], 'claim')} borne out by the record.**",
        "## Differences from the record",
        table(columns, differences, [2, 3]) if differences else "None.",
        "## Contradictions within the paper",
    ]
    for contradiction in document["contradictions"]:
        rows = [[md(claim["where"]), md(claim_words(claim)), str(claim["count"])] for claim in contradiction["claims"]]
        blocks += [f"{md(contradiction['why'])}.", table(columns[:3], rows, [2])]
    if not document["contradictions"]:
        blocks.append("None.")
    return paper(
        document["title"],
        [document["organisation"], "Audit of a published paper"],
        as_at_both(previous, current),
        blocks,
        footer(f"asat audit {document['plan']} CLAIMS.json", previous, current),
    )
