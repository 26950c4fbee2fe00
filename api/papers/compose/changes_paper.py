"""Every difference between two points as a paper: by priority, with deleted and inserted text marked."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import cast

from api.papers.compose.parts import Tags, day, events_cell, line, paper_between
from api.papers.paper import Block, Cell, Column, Data, Heading, Paper, Prose, Table, Value, table_of
from api.papers.revision import revised
from api.papers.wording import Labels, safe_lines
from api.papers.wording_changes import ChangeWords, change_words
from projections.change import Change, is_revision
from projections.changes import ChangesDocument

_LAST = (Column("From", 1.2), Column("Events", 1))
_VALUES = (Column("About", 4), Column("What", 1.6), Column("Previous", 2.5), Column("Current", 3.5), *_LAST)
_TEXTS = (Column("About", 3), Column("What", 1.6), Column("Text, as revised", 6), *_LAST)
_KEYS = (
    "kind", "fact", "priority", "action", "previous action", "measure", "recommendation", "text", "what", "previous",
    "current", "on", "versions", "by withdrawal", "previous data", "current data",
)  # fmt: skip


def changes_paper(document: ChangesDocument) -> Paper:
    """Every difference between two points, by priority; in data, in words and in JSON."""
    blocks = list(_differences(document)) or [Prose("Nothing changed.")]
    data = Data(_KEYS, partial(_rows, document))
    return paper_between(document, "changes", ["Changes between two points"], blocks, data)


def _differences(document: ChangesDocument) -> Iterator[Block]:
    tags, word = Tags(document), document["priority_word"]
    places: dict[str | None, list[Change]] = {}
    for change in document["changes"]:
        places.setdefault(change["priority"], []).append(change)
    for place, changes in places.items():
        where = line(f"{word} {place}") if place else "The plan"
        yield Heading(where)
        texts = [change for change in changes if is_revision(change)]
        values = [change for change in changes if not is_revision(change)]
        for caption, sheet, columns, listed in (
            (f"What changed: {where}", "Changes", _VALUES, values),
            (f"Texts revised: {where}", "Texts revised", _TEXTS, texts),
        ):
            if listed:
                table = table_of(caption, columns, [_row(change, word, where, tags) for change in listed], sheet=sheet)
                yield _under(table, word, place)


def _under(table: Table, word: str, place: str | None) -> Table:
    return replace(table, before_columns=(Column(line(word)),), before=(line(place),))


def _row(change: Change, word: str, where: str, tags: Tags) -> list[Cell]:
    words = change_words(change, word, tags.labels)
    about = ": ".join(filter(None, [words.subject, words.text])) or where
    behind = events_cell(change["versions"])
    return [about, words.what, *_values(change, words, tags), day(change["on"]) or "", behind]


def _values(change: Change, words: ChangeWords, tags: Tags) -> list[Cell]:
    if is_revision(change):
        return [revised(safe_lines(str(change["previous"])), safe_lines(str(change["current"])))]
    if change["fact"] == "rating":
        return [tags(cast("str | None", change[when])) for when in ("previous", "current")]
    return [words.previous, words.current]


def _rows(document: ChangesDocument) -> Iterator[list[Value]]:
    word, labels = document["priority_word"], Labels(document)
    for change in document["changes"]:
        words = change_words(change, word, labels)
        values = (change["previous"], change["current"])
        data = [None if one is None else json.dumps(one, ensure_ascii=False, allow_nan=False) for one in values]
        what = words.what.replace("Document version", "Version")  # as in every edition of the data so far
        yield [
            change["kind"], change["fact"], change["priority"], change["action"], change["previous_action"],
            change["measure"], change["recommendation"], change["text"], what, words.previous, words.current,
            day(change["on"]), "; ".join(map(str, change["versions"])), change["by_withdrawal"], *data,
        ]  # fmt: skip
