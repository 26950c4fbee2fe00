"""A paper as one HTML file without scripts or outside resources, for screens, screen readers and print."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from api.papers.colours import ink_on
from api.papers.paper import (
    Block,
    Cell,
    Day,
    Facts,
    Heading,
    Instant,
    Mark,
    PageBreak,
    Paper,
    Picture,
    Piece,
    Prose,
    Table,
    Tag,
    Text,
    pieces_of,
)
from api.papers.writers.plain import shown_as

_STYLE = files("api.papers.writers").joinpath("hypertext.css").read_text().partition("\n")[2]  # without its comment
_ELEMENTS: dict[Mark, str] = {"strong": "strong", "inserted": "ins", "deleted": "del", "struck": "s"}

#: A table of at most this many rows is kept on one page in print, where it fits.
_KEPT_TOGETHER = 8


def hypertext(paper: Paper) -> str:
    """The paper as a self-contained HTML document."""
    about = paper.under[0] if paper.under else ""
    title = f"{paper.title} – {about}" if about else paper.title
    page = "A4 landscape" if paper.landscape else "A4"
    return "".join(
        [
            '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n<style>\n@page {{ size: {page}; margin: 15mm }}\n"
            f"{_STYLE}</style>\n</head>\n",
            f"<body>\n<header>\n<h1>{_lines(paper.title)}</h1>\n",
            *(f'<p class="under">{_lines(text)}</p>\n' for text in paper.under),
            f"<p>{_lines(paper.sentence)}</p>\n</header>\n<main>\n",
            *(part for block in paper.blocks for part in _block(block)),
            f"</main>\n<footer>\n<p>Made by AsAt: {_lines(paper.made)}. "
            f"To make it again: <code>{escape(paper.command)}</code></p>\n</footer>\n</body>\n</html>\n",
        ]
    )


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"<h{level + 1}>{_lines(text)}</h{level + 1}>\n"
        case Prose(text, strong):
            shown = _pieces(pieces_of(text))
            yield f"<p><strong>{shown}</strong></p>\n" if strong else f"<p>{shown}</p>\n"
        case Facts():
            facts = (f"<div><dt>{_lines(name)}</dt><dd>{_cell(text)}</dd></div>\n" for name, text in block.facts)
            yield f"<dl>\n{''.join(facts)}</dl>\n"
        case Table():
            yield from _table(block)
        case Picture():
            # The drawing comes from this program, with its texts escaped; the XML declaration before it is cut off.
            drawing = block.svg[block.svg.index("<svg") :]
            yield f'<div class="picture" role="img" aria-label="{escape(block.alternative)}"'
            yield f' style="max-width:{block.width}mm">{drawing}</div>\n'
        case PageBreak():
            yield '<div class="page"></div>\n'


def _table(table: Table) -> Iterator[str]:
    """A table with its caption; if it is too wide for the screen, it scrolls sideways, also by keyboard."""
    kept = " short" if len(table.rows) <= _KEPT_TOGETHER else ""
    yield f'<div class="wide{kept}" role="group" tabindex="0" aria-label="{escape(table.caption)}">\n<table>\n'
    yield f"<caption>{_lines(table.caption)}</caption>\n<colgroup>"
    whole = sum(column.width for column in table.columns)
    yield from (f'<col style="width:{100 * column.width / whole:.2f}%">' for column in table.columns)
    yield "</colgroup>\n<thead>\n<tr>"
    kinds = ["figures" if column.figures else "words" if column.width >= 3 else "" for column in table.columns]
    classes = [f' class="{kind}"' if kind else "" for kind in kinds]
    for column, kind in zip(table.columns, classes, strict=True):
        yield f'<th scope="col"{kind}>{_lines(column.title)}</th>'
    yield "</tr>\n</thead>\n<tbody>\n"
    for place, row in enumerate(table.rows, 1):
        yield '<tr class="totals">' if table.totals and place == len(table.rows) else "<tr>"
        for number, (cell, kind) in enumerate(zip(row, classes, strict=True)):
            named = table.row_headings and number == 0
            yield f'<th scope="row"{kind}>{_cell(cell)}</th>' if named else f"<td{kind}>{_cell(cell)}</td>"
        yield "</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"


def _cell(cell: Cell) -> str:
    match cell:
        case str():
            return _lines(cell)
        case int():
            return str(cell).replace("-", "−")
        case Day(iso) | Instant(iso):
            return f'<time datetime="{iso}">{shown_as(cell)}</time>'
        case Tag(label, colour):
            on = f' style="background:{colour};color:{ink_on(colour)}"' if colour else ""
            return f'<strong class="tag"{on}>{_lines(label)}</strong>'
        case Text(pieces):
            return _pieces(pieces)
        case tuple():
            return "<br>".join(filter(None, map(_cell, cell)))
        case _:
            return shown_as(cell)


def _pieces(pieces: tuple[Piece, ...]) -> str:
    return "".join(_marked(piece) for piece in pieces)


def _marked(piece: Piece) -> str:
    element = _ELEMENTS.get(piece.mark)
    return f"<{element}>{_lines(piece.text)}</{element}>" if element else _lines(piece.text)
