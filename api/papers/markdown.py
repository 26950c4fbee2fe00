"""Every answer in GitHub-flavoured Markdown, each ending with the command that makes it again."""

from collections.abc import Iterator

from api.papers.markdown_blocks import footer, md, md_lines, paper, table
from api.papers.markdown_lists import (
    assurance_markdown,
    gaps_markdown,
    measures_markdown,
    overdue_markdown,
    register_markdown,
    stale_markdown,
)
from api.papers.markdown_plan import action_markdown, plan_markdown
from api.papers.markdown_record import audit_markdown, history_markdown, trail_markdown
from api.papers.wording import (
    BY_ITS_PARTS,
    NOT_RATED,
    Labels,
    as_at_both,
    day_in_figures,
    day_in_words,
    direction,
    fixed,
    reconciliation,
)
from api.papers.wording_changes import change_words
from projections.changes import ChangesDocument
from projections.rag_comparison import ComparisonDocument, Pair, TotalsDocument

__all__ = [
    "action_markdown",
    "assurance_markdown",
    "audit_markdown",
    "changes_markdown",
    "comparison_markdown",
    "gaps_markdown",
    "history_markdown",
    "measures_markdown",
    "overdue_markdown",
    "plan_markdown",
    "register_markdown",
    "stale_markdown",
    "trail_markdown",
]


def comparison_markdown(document: ComparisonDocument) -> str:
    """The comparison: the table that reconciles, what is due, the changes and the narrative."""
    previous, current = document["previous"], document["current"]
    blocks = [
        "## Ratings, previous → current",
        _counts(document),
        f"{reconciliation(document['totals'])}.",
        f"## Due by {day_in_words(current['effective_on'])}, by current rating",
        _due(document),
        "## Ratings that changed, or remain a concern",
        _changes(document),
        "## In words",
        *map(md_lines, document["narrative"]),
    ]
    command = f"asat compare {document['plan']} {fixed(previous)} {fixed(current)}"
    return paper(
        document["title"],
        [document["organisation"]],
        as_at_both(previous, current),
        blocks,
        footer(command, previous, current),
    )


def _arrow(pair: Pair) -> str:
    return f"{pair['previous']} → {pair['current']}"


def _counts(document: ComparisonDocument) -> str:
    labels = [md(rating["label"]) for rating in document["ratings"]]
    columns = ["No.", "Title", *labels, NOT_RATED, "New", "Moved", "Closed", "Withdrawn", "Total"]

    def cells(one: TotalsDocument) -> list[str]:
        pairs = [*(one["ratings"][rating["code"]] for rating in document["ratings"]), one["unrated"]]
        movements = [one["new"], one["moved"], one["closed"], one["withdrawn"]]
        return [*map(_arrow, pairs), *(str(count).replace("-", "−") for count in movements), _arrow(one["total"])]

    rows = [[md(row["priority"]), md_lines(row["title"]), *cells(row)] for row in document["rows"]]
    rows.append([f"**{cell}**" if cell else "" for cell in ["", "Totals", *cells(document["totals"])]])
    return table(columns, rows, range(2, len(columns)))


def _due(document: ComparisonDocument) -> str:
    codes = [rating["code"] for rating in document["ratings"]]
    unrated = "unrated" in document["totals"]["due"]
    names = [*codes, *(["unrated"] if unrated else []), "total"]
    labels = [md(rating["label"]) for rating in document["ratings"]]
    columns = ["No.", "Title", *labels, *([NOT_RATED] if unrated else []), "Due"]

    def cells(one: TotalsDocument) -> list[str]:
        return [str(one["due"][name]) for name in names]

    rows = [[md(row["priority"]), md_lines(row["title"]), *cells(row)] for row in document["rows"]]
    rows.append([f"**{cell}**" if cell else "" for cell in ["", "Totals", *cells(document["totals"])]])
    return table(columns, rows, range(2, len(columns)))


def _changes(document: ComparisonDocument) -> str:
    if not document["changes"]:
        return "None."
    labels = Labels(document)
    return table(
        ["No.", "Action", "Previous", "Current", "Direction", "Version"],
        [
            [
                md(change["action"]),
                md_lines(change["text"]),
                md(labels(change["previous"])),
                BY_ITS_PARTS if change["why"] == "split" else md(labels(change["current"])),
                direction(change),
                str(change["current_version"] or ""),
            ]
            for change in document["changes"]
        ],
    )


def changes_markdown(document: ChangesDocument) -> str:
    """Everything that differs between two points, in one table for each priority."""
    previous, current = document["previous"], document["current"]
    command = f"asat changes {document['plan']} {fixed(previous)} {fixed(current)}"
    return paper(
        document["title"],
        [document["organisation"]],
        as_at_both(previous, current),
        list(_differences(document)) or ["Nothing changed."],
        footer(command, previous, current),
    )


def _differences(document: ChangesDocument) -> Iterator[str]:
    word, labels = document["priority_word"], Labels(document)
    places = list(dict.fromkeys(change["priority"] for change in document["changes"]))
    for place in places:
        rows = []
        for change in document["changes"]:
            if change["priority"] != place:
                continue
            said = change_words(change, word, labels)
            about = ": ".join(filter(None, [md(said.subject), md(said.text)]))
            on = day_in_figures(change["on"]) if change["on"] else ""
            versions = ", ".join(map(str, change["versions"]))
            rows.append([about, md(said.what), md(said.previous), md(said.current), on, versions])
        yield f"## {md(f'{word} {place}' if place else 'The plan')}"
        yield table(["About", "What", "Previous", "Current", "From", "Versions"], rows)
