"""The comparison as a paper: the table that reconciles, the actions due, the changes and the narrative."""

from collections.abc import Iterator
from functools import partial

from api.papers.compose.parts import NONE, Tags, figures, labels_apart, line, lines, paper_between, rating_columns
from api.papers.paper import Block, Cell, Column, Data, Heading, Pair, Paper, Prose, Table, Value, table_of
from api.papers.wording import (
    BY_ITS_PARTS,
    NOT_RATED,
    day_in_words,
    direction,
    reconciliation,
)
from projections.comparison_tables import ComparisonDocument, RowDocument, TotalsDocument
from projections.comparison_tables import Pair as Counts

_NUMBER, _TITLE = Column("No.", 1.1), Column("Title", 6)


def comparison_paper(document: ComparisonDocument) -> Paper:
    """The comparison: both tables, the changes and the narrative."""
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
    return paper_between(document, "compare", ["Comparison of ratings"], blocks, comparison_data(document))


def previous_against_current(document: ComparisonDocument) -> list[Block]:
    """The table of ratings by priority at both points, and how its totals reconcile."""
    return [counts_table(document), Prose(f"{reconciliation(document['totals'])}.")]


def due_by(document: ComparisonDocument) -> str:
    """The heading of the table of actions due."""
    return f"Due by {day_in_words(document['current']['effective_on'])}, by current rating"


def counts_table(document: ComparisonDocument) -> Table:
    """A row for each priority and one for the totals: each rating at both points, and the movements between."""
    columns = [
        _NUMBER,
        _TITLE,
        *rating_columns(document["ratings"], 1.2, pairs=True),
        Column(NOT_RATED, 1.2, figures=True, pairs=True, optional=True),
        *figures("New", "Moved", "Closed", "Withdrawn", optional=True),
        Column("Total", 1.3, figures=True, pairs=True),
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
    columns = [_NUMBER, _TITLE, *rating_columns(ratings), *figures(*([NOT_RATED] if unrated else []), "Due")]
    rows = [[*_named(row), *(row["due"][name] for name in names)] for row in document["rows"]]
    rows.append(["Totals", "", *(document["totals"]["due"][name] for name in names)])
    return table_of(f"Actions due by priority. {due_by(document)}", columns, rows, sheet="Due", totals=True)


def changes_table(document: ComparisonDocument) -> Table:
    """A row for each action whose rating changed or remains a concern, with the version that rated it."""
    tags = Tags(document)
    columns = [
        Column("No."), Column("Action", 5), Column("Previous", 1.5), Column("Current", 1.5), Column("Direction", 1.5),
        *figures("Event"),
    ]  # table: a row in the order of its keys  # fmt: skip
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


def comparison_data(document: ComparisonDocument) -> Data:
    """A row for each priority and one for the totals: each rating has a column for either point, and one for due."""
    labels = labels_apart(document["ratings"], NOT_RATED, "Total", "total")
    due = {"total": "total", **{one["code"]: label for one, label in zip(document["ratings"], labels, strict=True)}}
    if "unrated" in document["totals"]["due"]:
        due["unrated"] = NOT_RATED
    counted = [f"{label} {when}" for label in (*labels, NOT_RATED) for when in ("previous", "current")]
    movements = ["New", "Moved", "Closed", "Withdrawn", "Total previous", "Total current"]
    keys = ("priority", "title", *counted, *movements, *(f"Due {label}" for label in due.values()))
    return Data(keys, partial(_rows, document, tuple(due)))


def _rows(document: ComparisonDocument, due: tuple[str, ...]) -> Iterator[list[Value]]:
    for row in document["rows"]:
        yield [row["priority"], row["title"], *_figures(document, row, due)]
    yield ["Totals", None, *_figures(document, document["totals"], due)]


def _figures(document: ComparisonDocument, one: TotalsDocument, due: tuple[str, ...]) -> Iterator[int]:
    for counts in (*(one["ratings"][rating["code"]] for rating in document["ratings"]), one["unrated"]):
        yield from (counts["previous"], counts["current"])
    yield from (one["new"], one["moved"], one["closed"], one["withdrawn"])
    yield from (one["total"]["previous"], one["total"]["current"])
    yield from (one["due"][name] for name in due)
