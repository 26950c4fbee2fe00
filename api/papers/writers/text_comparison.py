"""Previous against current in the terminal: the table that reconciles, what is due, the changes and the narrative."""

from collections.abc import Callable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from api.papers.wording import BY_ITS_PARTS, NOT_RATED, as_at_both, day_in_words, direction, reconciliation
from api.papers.writers.text_blocks import (
    FirstThatFits,
    Key,
    heading,
    kept_whole,
    line,
    page,
    paragraphs,
    table,
    title_block,
)
from projections.comparison_tables import ComparisonDocument, Pair, TotalsDocument

_MOVEMENTS = ("new", "moved", "closed", "withdrawn")


def comparison_text(document: ComparisonDocument) -> Group:
    """The comparison: how the ratings stood and stand, what is due, what changed, and all of it in words."""
    key = Key(document["ratings"])
    parts = title_block(
        document["title"], [document["organisation"]], as_at_both(document["previous"], document["current"])
    )
    parts += [
        heading("Ratings, previous → current"),
        FirstThatFits(*_by_priority(document, *_counts(document, key)), _counts_by_line(document, key)),
        Text(),
        line(reconciliation(document["totals"])),
        heading(f"Of these, due by {day_in_words(document['current']['effective_on'])}, by current rating"),
        FirstThatFits(*_by_priority(document, *_due(document, key)), _due_by_line(document, key)),
        *_changes(document, key),
        heading("In words"),
        *paragraphs(document["narrative"])[1:],
    ]
    return page(*parts)


def _arrow(pair: Pair) -> Text:
    said = f"{pair['previous']} → {pair['current']}"
    return Text(said, style="" if pair["previous"] or pair["current"] else "dim")


def _number(count: int) -> Text:
    return Text(str(count).replace("-", "−"), style="" if count else "dim")


def _by_priority(
    document: ComparisonDocument, words: list[Text], cells: Callable[[TotalsDocument], list[Text]]
) -> list[Table]:
    """A row for each priority and one for all: with full titles, with titles cut to a line, and without titles."""
    tables = []
    for title in ("full", "cut", "none"):
        first = [Text("No."), Text("Title")][: 1 if title == "none" else 2]
        made = table(*first, *words, numbers=range(len(first), len(first) + len(words)))
        for row in document["rows"]:
            made.add_row(*[line(row["priority"]), line(row["title"])][: len(first)], *cells(row))
        made.add_section()
        made.add_row(*[Text("All"), Text("Totals")][: len(first)], *cells(document["totals"]), style="bold")
        if title == "full":
            made.columns[1].min_width = 20
        elif title == "cut":
            made.expand = True
            made.columns[1].min_width, made.columns[1].ratio = 10, 1
            made.columns[1].no_wrap, made.columns[1].overflow = True, "ellipsis"
        tables.append(kept_whole(made))
    return tables


def _counts(document: ComparisonDocument, key: Key) -> tuple[list[Text], Callable[[TotalsDocument], list[Text]]]:
    """The columns of the table; one in which no row has anything to say is left out."""
    codes = [rating["code"] for rating in document["ratings"]]
    tables: list[TotalsDocument] = [document["totals"], *document["rows"]]
    unrated = any(pair["previous"] or pair["current"] for pair in (one["unrated"] for one in tables))
    movements = [name for name in _MOVEMENTS if any(one[name] for one in tables)]  # type: ignore[literal-required]
    words = [
        *map(key, codes),
        *([Text(NOT_RATED)] if unrated else []),
        *(Text(name.capitalize()) for name in movements),
    ]

    def cells(one: TotalsDocument) -> list[Text]:
        pairs = [*(one["ratings"][code] for code in codes), *([one["unrated"]] if unrated else [])]
        moves = [_number(one[name]) for name in movements]  # type: ignore[literal-required]
        return [*map(_arrow, pairs), *moves, _arrow(one["total"])]

    return [*words, Text("Total")], cells


def _due(document: ComparisonDocument, key: Key) -> tuple[list[Text], Callable[[TotalsDocument], list[Text]]]:
    codes = [rating["code"] for rating in document["ratings"]]
    unrated = "unrated" in document["totals"]["due"]
    names = [*codes, *(["unrated"] if unrated else []), "total"]
    words = [*map(key, codes), *([Text(NOT_RATED)] if unrated else []), Text("Due")]
    return words, lambda one: [_number(one["due"][name]) for name in names]


def _counts_by_line(document: ComparisonDocument, key: Key) -> Table:
    """A line for each rating of each priority: for a scale of more ratings than the terminal has room for."""
    made = table("No.", "Counted", "Previous", "Current", numbers=(2, 3))
    rows: list[tuple[str, TotalsDocument]] = [(row["priority"], row) for row in document["rows"]]
    for number, one in [*rows, ("All", document["totals"])]:
        pairs = [(key(rating["code"]), one["ratings"][rating["code"]]) for rating in document["ratings"]]
        made.add_row(line(number), "Total", str(one["total"]["previous"]), str(one["total"]["current"]), style="bold")
        for word, pair in [*pairs, (Text(NOT_RATED), one["unrated"])]:
            if pair["previous"] or pair["current"]:
                made.add_row("", word, str(pair["previous"]), str(pair["current"]))
        for name in _MOVEMENTS:
            if count := one[name]:  # type: ignore[literal-required]
                made.add_row("", name.capitalize(), "", _number(count))
    return made


def _due_by_line(document: ComparisonDocument, key: Key) -> Table:
    made = table("Rating", "Due", numbers=(1,))
    for rating in document["ratings"]:
        made.add_row(key(rating["code"]), _number(document["totals"]["due"][rating["code"]]))
    if unrated := document["totals"]["due"].get("unrated"):
        made.add_row(NOT_RATED, _number(unrated))
    made.add_row("Total", _number(document["totals"]["due"]["total"]), style="bold")
    return made


def _changes(document: ComparisonDocument, key: Key) -> list[RenderableType]:
    head = heading("Ratings that changed, or remain a concern")
    if not document["changes"]:
        return [head, line("None.")]
    rows = table("No.", "Action", "Previous → current", "Direction", "Version")
    for change in document["changes"]:
        current = Text(BY_ITS_PARTS) if change["why"] == "split" else key(change["current"])
        moved = Text(" → ").join([key(change["previous"]), current])
        style = "bold" if change["direction"] == "worse" else ""
        way, version = Text(direction(change), style=style), str(change["current_version"] or "")
        rows.add_row(line(change["action"]), line(change["text"]), moved, way, version)
    return [head, rows]
