"""What every Markdown paper is built from: text that cannot become markup, headings, tables, and the footer."""

import re
from collections.abc import Iterable, Sequence

from api.papers.wording import fixed, known, safe_lines, safe_text
from projections.point import PointDocument

_MARKUP = re.compile(r"([\\`*_{}\[\]|~$])")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# What would open a list, a heading or a rule at the start of a paragraph.
_OPENING = re.compile(r"^(?:([#+=-])(?=\s|$|\1)|([0-9]{1,9})([.)])(?=\s|$))")


def md(text: str) -> str:
    """Text on one line, as it reads: no character of it is markup or HTML."""
    text = _MARKUP.sub(r"\\\1", safe_text(text)).translate(_HTML)
    return _OPENING.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text)


def md_lines(text: str) -> str:
    """Running text with its line breaks, for a paragraph or the cell of a table."""
    return "<br>".join(md(line) for line in safe_lines(text).strip().split("\n"))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], figures: Iterable[int] = ()) -> str:
    """A table of cells that are Markdown already; the columns at the places in `figures` are set to the right."""
    right = set(figures)
    ruler = ["---:" if place in right else "---" for place in range(len(columns))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (columns, ruler, *rows))


def paper(title: str, under: Iterable[str], sentence: str, blocks: Iterable[str], footer: str) -> str:
    """A whole paper: its parts with a blank line between, ending with how it can be made again."""
    head = [f"# {md(title)}", *(f"**{md(text)}**" for text in under), md(sentence)]
    return "\n\n".join(part for part in [*head, *blocks, "---", footer] if part) + "\n"


def footer(command: str, *points: PointDocument, basis: str = "") -> str:
    """How to make the same paper again, and what was taken into account: up to the points, or in words of its own."""
    said = "; ".join(f"{fixed(point)}, {known(point)}" for point in points) or basis
    made = f"Made by AsAt: {md(said)}." if said else "Made by AsAt."
    return f"{made} To make it again: `{safe_text(command).replace('`', '')}`"
