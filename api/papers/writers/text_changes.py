"""Everything that differs between two points, in the terminal."""

from typing import cast

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.papers.wording import Labels, as_at_both, day_in_figures
from api.papers.wording_changes import change_words
from api.papers.writers.text_blocks import Key, heading, line, page, title_block
from projections.change import Change
from projections.changes import ChangesDocument

#: What was said before stands on the same line as what is said now while the two are no longer than this.
_SHORT = 60


def changes_text(document: ChangesDocument) -> Group:
    """Every change, under the priority and the action it belongs to."""
    parts = title_block(
        document["title"], [document["organisation"]], as_at_both(document["previous"], document["current"])
    )
    if not document["changes"]:
        parts += [Text(), line("Nothing changed.")]
    word, labels, key = document["priority_word"], Labels(document), Key.of(document)
    place, subject = object(), ""
    for change in document["changes"]:
        said = change_words(change, word, labels)
        if change["priority"] != place:
            place, subject = change["priority"], ""
            parts.append(heading(f"{word} {place}" if place else "The plan"))
        named = f"{said.subject}  {said.text}"
        if said.subject and named != subject:
            subject = named
            opening = Table.grid(padding=(0, 2, 0, 0))
            opening.add_row(line(said.subject, "bold"), line(said.text, "bold"))
            parts.append(opening)
        parts += [Padding(part, (0, 0, 0, 4)) for part in _said(change, labels, key, word)]
    return page(*parts)


def _said(change: Change, labels: Labels, key: Key, word: str) -> list[RenderableType]:
    said = change_words(change, word, labels)
    versions = f"version{'' if len(change['versions']) == 1 else 's'} {', '.join(map(str, change['versions']))}"
    since = f"from {day_in_figures(change['on'])}, " if change["on"] else ""
    behind = f"({since}{versions})"
    if change["fact"] == "rating":
        was, is_ = (key(cast("str | None", change[when])) for when in ("previous", "current"))
        return [Text.assemble(f"{said.what}: ", was, " → ", is_, f" {behind}")]
    if not said.previous or said.previous == said.current:
        colon = ": " if said.current else ""
        return [line(f"{said.what}{colon}{said.current} {behind}")]
    if len(said.previous) + len(said.current) <= _SHORT:
        return [line(f"{said.what}: {said.previous} → {said.current or 'none'} {behind}")]
    return [line(f"{said.what} {behind}"), line(f"was: {said.previous}"), line(f"now: {said.current or 'none'}")]
