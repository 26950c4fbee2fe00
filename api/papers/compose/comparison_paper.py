"""The comparison as a paper: the table that reconciles, what is due, the changes and the narrative."""

from api.papers.compose.parts import NONE, Tags, figures, line, lines, pairs, paper_of
from api.papers.paper import Block, Cell, Column, Heading, Pair, Paper, Prose, Table, table_of
from api.papers.wording import (
    BY_ITS_PARTS,
    NOT_RATED,
    as_at_both,
    day_in_words,
    direction,
    fixed,
    reconciliation,
)
from projections.comparison_tables import ComparisonDocument, RowDocument, TotalsDocument
from projections.comparison_tables import Pair as Counts

_NUMBER, _TITLE = Column("No.", 1.1), Column("Title", 6)


def comparison_paper(document: ComparisonDocument) -> Paper:
    """The comparison: both tables, the changes and the narrative."""
    previous, current = document["previous"], document["current"]
    blocks: list[Block] = [
        Heading("Ratings, previous → current"),
        *previous_against_current(document),
        Heading(due_by(document)),
        due_table(document),
        Heading("Ratings that changed, or remain a concern"),
        changes_table(document) if document["changes"] else Prose(NONE),
        Heading("In words"),
        *(Prose(lines(sentence)) for sentence in document["narrative"]),
    ]
    command = f"asat compare {document['plan']} {fixed(previous)} {fixed(current)}"
    what = ["Comparison of ratings"]
    return paper_of(document, what, as_at_both(previous, current), blocks, command, (previous, current), landscape=True)


def previous_against_current(document: ComparisonDocument) -> list[Block]:
    """The table of ratings by priority at both points, and how its totals reconcile."""
    return [counts_table(document), Prose(f"{reconciliation(document['totals'])}.")]


def due_by(document: ComparisonDocument) -> str:
    """What the table of actions due shows."""
    return f"Due by {day_in_words(document['current']['effective_on'])}, by current rating"


def counts_table(document: ComparisonDocument) -> Table:
    """A row for each priority and one for the totals: each rating at both points, and the movements between."""
    titles = [*(line(rating["label"]) for rating in document["ratings"]), NOT_RATED]
    columns = [
        _NUMBER,
        _TITLE,
        *pairs(titles),
        *figures("New", "Moved", "Closed", "Withdrawn"),
        *pairs(["Total"], 1.3),
    ]

    def cells(one: TotalsDocument) -> list[Cell]:
        counts = [*(one["ratings"][rating["code"]] for rating in document["ratings"]), one["unrated"]]
        movements = [one["new"], one["moved"], one["closed"], one["withdrawn"]]
        return [*map(_pair, counts), *movements, _pair(one["total"])]

    rows = [[*_named(row), *cells(row)] for row in document["rows"]]
    rows.append(["Totals", "", *cells(document["totals"])])
    return table_of("Ratings by priority, previous → current", columns, rows, sheet="Ratings", totals=True)


def due_table(document: ComparisonDocument) -> Table:
    """A row for each priority and one for the totals: the actions due by the current day, by current rating."""
    ratings = document["ratings"]
    unrated = "unrated" in document["totals"]["due"]
    names = [*(rating["code"] for rating in ratings), *(["unrated"] if unrated else []), "total"]
    labels = [line(rating["label"]) for rating in ratings]
    columns = [_NUMBER, _TITLE, *figures(*labels, *([NOT_RATED] if unrated else []), "Due")]
    rows: list[list[Cell]] = [
        [*_named(row), *(row["due"][name] for name in names)] for row in document["rows"]
    ]  # fmt: skip
    rows.append(["Totals", "", *(document["totals"]["due"][name] for name in names)])
    return table_of(f"Actions due by priority. {due_by(document)}", columns, rows, sheet="Due", totals=True)


def changes_table(document: ComparisonDocument) -> Table:
    """A row for each action whose rating changed or remains a concern, with the version that rated it."""
    tags = Tags(document)
    columns = [
        Column("No."), Column("Action", 5), Column("Previous", 1.5), Column("Current", 1.5), Column("Direction", 1.5),
        *figures("Event"),
    ]  # fmt: skip
    rows = [
        [
            line(change["action"]),
            lines(change["text"]),
            tags(change["previous"]),
            BY_ITS_PARTS if change["why"] == "split" else tags(change["current"]),
            direction(change),
            change["current_version"] or "",
        ]
        for change in document["changes"]
    ]
    return table_of("Ratings that changed, or remain a concern", columns, rows, sheet="Changes")


def _named(row: RowDocument) -> list[Cell]:
    return [line(row["priority"]), lines(row["title"])]


def _pair(counts: Counts) -> Pair:
    return Pair(counts["previous"], counts["current"])
