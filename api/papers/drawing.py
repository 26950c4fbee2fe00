"""The shapes, text and shades of the drawings, as SVG.

Only plain attributes are used, no style and no script, so that the strictest content security policy allows them.
"""

import re
from collections.abc import Sequence
from html import escape

from api.papers.colours import WHITE, ink_on

#: The colour of text and outlines; the colour of actions without a rating.
INK, OUTLINE, UNRATED = "#0b0c0c", "#505a5f", "#f3f2f1"

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def fills(colours: Sequence[str | None]) -> list[str]:
    """A fill for each rating, worst first: its colour or, without one, a grey of its own, the darkest for the best."""
    known = [colour if colour and _COLOUR.fullmatch(colour) else None for colour in colours]
    without = known.count(None)
    shades = iter(range(1, without + 1))
    return [colour or _grey(216 - 150 * next(shades) / without) for colour in known]


def _grey(shade: float) -> str:
    return "#" + 3 * f"{round(shade):02x}"


def is_pale(fill: str) -> bool:
    """Whether a colour needs an outline to be seen on white."""
    return ink_on(fill) != WHITE


def box(x: float, y: float, wide: float, tall: float, fill: str) -> str:
    """A rectangle; a pale one has an outline inside its edge."""
    if not is_pale(fill):
        return f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(tall)}" fill="{fill}"/>'
    if tall <= 2:  # too low for an inside: all outline
        return box(x, y, wide, tall, OUTLINE)
    return (
        f'<rect x="{number(x + 0.5)}" y="{number(y + 0.5)}" width="{number(wide - 1)}" height="{number(tall - 1)}"'
        f' fill="{fill}" stroke="{OUTLINE}"/>'
    )


def blank(x: float, y: float, wide: float, tall: float) -> str:
    """A white rectangle without an outline, to cover what is drawn below it."""
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(tall)}" fill="{WHITE}"/>'


def line(x: float, y: float, to: float, colour: str) -> str:
    """A thin horizontal line from (`x`, `y`) to (`to`, `y`)."""
    return f'<path d="M{number(x)} {number(y)}H{number(to)}" stroke="{colour}"/>'


def letters(x: float, y: float, text: str, anchor: str = "start", ink: str = INK) -> str:
    """Text with its baseline at `y`, escaped. `anchor`: start, middle or end."""
    anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
    inked = f' fill="{ink}"' if ink != INK else ""
    return f'<text x="{number(x)}" y="{number(y)}"{anchored}{inked}>{escape(text)}</text>'


def number(value: float) -> str:
    """A number as SVG writes it, with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
