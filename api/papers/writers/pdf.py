"""A paper as PDF: tagged for screen readers (PDF/UA-1), with bookmarks, reproducible byte for byte.

Typst sets it with `paper.typ`. The paper is passed as JSON, never as markup; only fonts installed with AsAt are used,
so that the result is the same on every machine.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, TypedDict

from api.papers.colours import BLACK, ink_on
from api.papers.paper import (
    Block,
    Cell,
    Day,
    Facts,
    Figure,
    Heading,
    Instant,
    PageBreak,
    Pair,
    Paper,
    PaperTooLong,
    Picture,
    Prose,
    Table,
    Tag,
    Text,
    lines_of,
    pieces_of,
)
from api.papers.writers.pdf_headings import with_row_headings
from api.papers.writers.pdf_letters import drawable, joined, unjoined
from api.papers.writers.pdf_setting import NotDrawn, typeset
from api.papers.writers.plain import shown_as

#: A block of a paper as input of `paper.typ`.
Json: TypeAlias = "str | float | bool | Sequence[Json] | Mapping[str, Json] | None"
Described: TypeAlias = dict[str, Json]

#: The longest paper, in characters with those of its layout; `_CELL` is the size of a cell. Such a paper takes about
#: seven seconds and a gigabyte; Sunderland's report to its committee is a thirtieth of it.
LONGEST = 3_000_000
_CELL = 80


class _Input(TypedDict):
    """A paper as input of `paper.typ`."""

    title: str
    under: tuple[str, ...]
    sentence: str
    footer: str
    running: str
    landscape: bool
    blocks: list[Described]


def pdf(paper: Paper) -> bytes:
    """The paper as a PDF file. A character that no font has is written as its code point: `[U+1F600]`.

    Raises:
        PaperTooLong: it has more text than can be set in a reasonable time.
    """
    tables = [block for block in paper.blocks if isinstance(block, Table)]
    described = _described(paper)
    size = len(_json(described)) + _CELL * sum(len(table.rows) * len(table.columns) for table in tables)
    if size > LONGEST:
        raise PaperTooLong(
            f"this is too long for a PDF ({size:,} characters with their layout, and {LONGEST:,} at most); "
            "it comes in any length as docx, xlsx, html, md or csv"
        )
    return with_row_headings(_set(described, paper.known_at), [table.row_headings for table in tables])


def _set(described: _Input, known_at: str) -> bytes:
    made = int(datetime.fromisoformat(known_at).timestamp())
    try:
        return typeset(drawable(_json(_with_pictures(described, joined))), made)
    except NotDrawn:
        # Combining characters can be drawn in a line of text but not in a picture.
        written = _json(_with_pictures(described, unjoined))
    try:
        return typeset(drawable(written), made)
    except NotDrawn:
        # The further fonts have the letters of this script, but not in the forms that this text needs.
        return typeset(drawable(written, plain=True), made)


def _json(described: _Input) -> str:
    return json.dumps(described, ensure_ascii=False)


def _with_pictures(described: _Input, spelt: Callable[[str], str]) -> _Input:
    """The same paper, its pictures rewritten by `spelt`."""
    blocks = [
        {**one, "svg": spelt(str(one["svg"]))} if one["kind"] == "picture" else one for one in described["blocks"]
    ]
    return {**described, "blocks": blocks}


def _described(paper: Paper) -> _Input:
    return {
        "title": paper.title,
        "under": paper.under,
        "sentence": paper.sentence,
        "footer": paper.footer,
        "running": paper.running,
        "landscape": paper.landscape,
        "blocks": list(_blocks(paper.blocks)),
    }


def _blocks(blocks: tuple[Block, ...]) -> Iterator[Described]:
    level, above = 0, ""
    for block in blocks:
        if isinstance(block, Heading):
            # PDF/UA allows no gap in the levels of headings.
            level = min(block.level, level + 1)
            yield {"kind": "heading", "level": level, "text": block.text}
        else:
            described = _block(block)
            if described.get("caption") == above:
                described["caption"] = None  # the heading above is caption enough
            yield described
        above = block.text if isinstance(block, Heading) else ""


def _block(block: Prose | Facts | Table | Picture | PageBreak) -> Described:
    match block:
        case Prose(text, strong):
            return {"kind": "prose", "lines": _lines(text), "strong": strong}
        case Facts(facts=facts):
            return {"kind": "facts", "facts": [[name, _lines(cell)] for name, cell in facts]}
        case Picture(svg, alternative, width):
            return {"kind": "picture", "svg": svg, "alternative": alternative, "width": width}
        case PageBreak():
            return {"kind": "break"}
        case Table():
            return _table(block)


def _table(table: Table) -> Described:
    return {
        "kind": "table",
        "caption": table.caption,
        "columns": [
            {"title": column.title, "width": column.width, "figures": column.figures or column.pairs}
            for column in table.columns
        ],
        "rows": [[_lines(cell) for cell in row] for row in table.rows],
        "totals": table.totals,
        "row_headings": table.row_headings,
    }


def _lines(cell: Cell) -> list[Json]:
    """The lines of a cell: a string, pieces with their marks, a tag, or a string without line breaks."""
    return [written for line in lines_of(cell) for written in _line(line)]


def _line(cell: Cell) -> Iterator[Json]:
    match cell:
        case str():
            yield from cell.split("\n")
        case int():
            yield {"whole": f"{cell}".replace("-", "−")}
        case Instant():
            yield shown_as(cell)
        case Tag(label, colour):
            yield {"tag": label, "fill": colour, "ink": ink_on(colour) if colour else BLACK}
        case Day() | Pair() | Figure():
            yield {"whole": shown_as(cell)}
        case Text():
            yield {"pieces": [[piece.mark, piece.text] for piece in pieces_of(cell)]}
