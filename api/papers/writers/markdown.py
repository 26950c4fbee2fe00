"""A paper in GitHub-flavoured Markdown. No character of its texts is markup or HTML."""

import re
from collections.abc import Iterator

from api.papers.paper import Block, Cell, Facts, Heading, Mark, Paper, Piece, Prose, Table, Tag, Text, pieces_of
from api.papers.wording import safe_lines, safe_text
from api.papers.writers.plain import shown_as

_MARKUP = re.compile(r"([\\`*_{}\[\]|~$])")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Characters that open a list, a heading or a rule at the start of a paragraph.
_OPENING = re.compile(r"^(?:([#+=-])(?=\s|$|\1)|([0-9]{1,9})([.)])(?=\s|$))")
_SIGNS: dict[Mark, str] = {"": "", "strong": "**", "inserted": "**", "deleted": "~~", "struck": "~~"}


def markdown(paper: Paper) -> str:
    """The paper, its parts separated by blank lines; the last line is the command that makes it again."""
    head = [f"# {md(paper.title)}", *(f"**{md(text)}**" for text in paper.under), md_lines(paper.sentence)]
    foot = f"Made by AsAt: {md(paper.made)}. To make it again: {_code(paper.command)}"
    parts = [*head, *(part for block in paper.blocks for part in _block(block)), "---", foot]
    return "\n\n".join(part for part in parts if part) + "\n"


def md(text: str) -> str:
    """Text on one line, with every character of markup or HTML escaped."""
    text = _MARKUP.sub(r"\\\1", safe_text(text)).translate(_HTML)
    return _OPENING.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text)


def md_lines(text: str) -> str:
    """Running text with its line breaks, for a paragraph or the cell of a table."""
    return "<br>".join(md(line) for line in safe_lines(text).strip().split("\n"))


def _code(command: str) -> str:
    """A command as code; between two backticks if it contains one."""
    text = safe_text(command)
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _block(block: Block) -> Iterator[str]:
    """A block; nothing for pictures, whose figures a table repeats, and for page breaks."""
    match block:
        case Heading(text, level):
            yield f"{'#' * (level + 1)} {md(text)}"
        case Prose(text, strong):
            shown = _pieces(pieces_of(text))
            yield f"**{shown}**" if strong and shown else shown
        case Facts():
            rows = [[f"**{md(name)}**", _cell(text)] for name, text in block.facts]
            yield _rows([["", ""], ["---", "---"], *rows])
        case Table():
            yield _table(block)


def _table(table: Table) -> str:
    ruler = ["---:" if column.figures else "---" for column in table.columns]
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    if table.totals:
        rows[-1] = [f"**{cell}**" if cell else "" for cell in rows[-1]]
    return _rows([[md(column.title) for column in table.columns], ruler, *rows])


def _rows(rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


def _cell(cell: Cell) -> str:
    match cell:
        case str():
            return md_lines(cell)
        case int():
            return str(cell).replace("-", "−")
        case Tag(label):
            return md(label)
        case Text(pieces):
            return _pieces(pieces)
        case tuple():
            return "<br>".join(filter(None, map(_cell, cell)))
        case _:
            return shown_as(cell)


def _pieces(pieces: tuple[Piece, ...]) -> str:
    return "".join(_marked(piece) for piece in pieces).strip()


def _marked(piece: Piece) -> str:
    """A piece between its signs, line by line, because Markdown requires the signs to touch the words."""
    sign = _SIGNS[piece.mark]
    lines = []
    for line in safe_lines(piece.text).split("\n"):
        before, after = " " * line.startswith(" "), " " * line.endswith(" ")
        words = md(line)
        lines.append(f"{before}{sign}{words}{sign}{after}" if words else before)
    return "<br>".join(lines)
