"""A cell of a paper as plain text, for writers whose cells hold nothing else."""

from api.papers.paper import Cell, Day, Figure, Instant, Pair, Tag, Text
from api.papers.wording import day_in_figures, instant_in_figures


def shown_as(cell: Cell) -> str:
    """A cell of one line as plain text."""
    match cell:
        case Day():
            return cell.written or day_in_figures(cell.iso)
        case Instant():
            return instant_in_figures(cell.iso)
        case Pair():
            return f"{cell.previous} → {cell.current}"
        case Figure():
            return cell.written
        case Tag():
            return cell.label
        case Text():
            return "".join(piece.text for piece in cell.pieces)
        case _:
            return str(cell)
