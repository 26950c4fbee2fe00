"""A paper on a terminal, in its width. No character of its texts is markup or controls the terminal."""

import io
from collections.abc import Iterator
from itertools import pairwise

from rich.console import Console, Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text as Line

from api.papers.paper import Block, Facts, Heading, Paper, Prose, Table
from api.papers.writers.terminal_cells import marked, shown
from api.papers.writers.terminal_tables import FoldingTable

#: The width of a text file, in columns.
_WIDTH = 120


def plain_text(paper: Paper) -> str:
    """The paper as text of 120 columns, without colours."""
    file = io.StringIO()
    Console(width=_WIDTH, no_color=True, file=file).print(terminal(paper))
    return "\n".join(line.rstrip() for line in file.getvalue().split("\n"))


def terminal(paper: Paper) -> RenderableType:
    """The paper as a `rich` renderable; pictures are left out, because a table repeats their figures."""
    head = [Line(paper.title, "bold"), *map(marked, paper.under), Line(), marked(paper.sentence)]
    blocks = [part for above, block in pairwise([None, *paper.blocks]) if block for part in _block(block, above)]
    return Group(*head, *blocks, Line(), Line(f"To make it again: {paper.command}", "dim"))


def _block(block: Block, above: Block | None) -> Iterator[RenderableType]:
    """A block, with a blank line before it except right after its heading."""
    if isinstance(block, Heading) or (isinstance(block, Prose | Facts | Table) and not isinstance(above, Heading)):
        yield Line()
    match block:
        case Heading(text):
            yield Line(text, "bold")
        case Prose(text, strong):
            yield marked(text, "bold" if strong else "")
        case Facts():
            facts = Grid.grid(padding=(0, 2, 0, 0))
            for name, cell in block.facts:
                facts.add_row(Line(name, "bold"), shown(cell))
            yield facts
        case Table():
            if isinstance(above, Table):
                yield Line(block.caption, "italic")
            yield FoldingTable(block)
