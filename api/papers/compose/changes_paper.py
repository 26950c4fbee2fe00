"""Everything that differs between two points as a paper: by priority, texts with what was deleted and inserted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from api.papers.compose.parts import Tags, line, paper_of
from api.papers.paper import Block, Cell, Column, Day, Heading, Paper, Prose, Table, table_of
from api.papers.revision import revised
from api.papers.wording import as_at_both, fixed, safe_lines
from api.papers.wording_changes import ChangeWords, change_words
from projections.change import Change, is_revision
from projections.changes import ChangesDocument

_LAST = (Column("From", 1.2), Column("Events", 1))
_VALUES = (Column("About", 4), Column("What", 1.6), Column("Previous", 2.5), Column("Current", 3.5), *_LAST)
_TEXTS = (Column("About", 3), Column("What", 1.6), Column("Text, as revised", 6), *_LAST)


def changes_paper(document: ChangesDocument) -> Paper:
    """Everything that differs between two points, priority by priority."""
    previous, current = document["previous"], document["current"]
    command = f"asat changes {document['plan']} {fixed(previous)} {fixed(current)}"
    blocks = list(_differences(document)) or [Prose("Nothing changed.")]
    what = ["Changes between two points"]
    return paper_of(document, what, as_at_both(previous, current), blocks, command, (previous, current), landscape=True)


def _differences(document: ChangesDocument) -> Iterator[Block]:
    tags = Tags(document)
    places: dict[str | None, list[Change]] = {}
    for change in document["changes"]:
        places.setdefault(change["priority"], []).append(change)
    for place, changes in places.items():
        where = line(f"{document['priority_word']} {place}") if place else "The plan"
        yield Heading(where)
        texts = [change for change in changes if is_revision(change)]
        values = [change for change in changes if not is_revision(change)]
        for caption, sheet, columns, listed in (
            (f"What changed: {where}", "Changes", _VALUES, values),
            (f"Texts revised: {where}", "Texts revised", _TEXTS, texts),
        ):
            if listed:
                rows = [_row(change, document["priority_word"], where, tags) for change in listed]
                yield _under(table_of(caption, columns, rows, sheet=sheet), document["priority_word"], place)


def _under(table: Table, word: str, place: str | None) -> Table:
    return replace(table, before_columns=(Column(line(word)),), before=(line(place),))


def _row(change: Change, word: str, where: str, tags: Tags) -> list[Cell]:
    said = change_words(change, word, tags.labels)
    about = ": ".join(filter(None, [said.subject, said.text])) or where
    on: Cell = Day(change["on"]) if change["on"] else ""
    versions = ", ".join(map(str, change["versions"]))
    return [about, said.what, *_told(change, said, tags), on, versions]


def _told(change: Change, said: ChangeWords, tags: Tags) -> list[Cell]:
    if is_revision(change):
        return [revised(safe_lines(str(change["previous"])), safe_lines(str(change["current"])))]
    if change["fact"] == "rating":
        return [tags(cast("str | None", change[when])) for when in ("previous", "current")]
    return [said.previous, said.current]
