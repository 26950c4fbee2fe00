"""The shapes, letters and shades that drawings are made of, as SVG.

Everything is said by plain attributes: no style and no script, so that the strictest content policy lets it through.
"""

import re
from collections.abc import Sequence
from html import escape

from api.papers.colours import WHITE, ink_on

#: Of text and outlines; of those without a rating.
INK, OUTLINE, UNRATED = "#0b0c0c", "#505a5f", "#f3f2f1"

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def fills(colours: Sequence[str | None]) -> list[str]:
    """A colour for each rating, worst first: its own or, where it has none, a grey apart, the darkest for the best."""
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
    """A rectangle, with an outline within it where its colour is pale."""
    if not is_pale(fill):
        return f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(tall)}" fill="{fill}"/>'
    if tall <= 2:  # all outline
        return box(x, y, wide, tall, OUTLINE)
    return (
        f'<rect x="{number(x + 0.5)}" y="{number(y + 0.5)}" width="{number(wide - 1)}" height="{number(tall - 1)}"'
        f' fill="{fill}" stroke="{OUTLINE}"/>'
    )


def blank(x: float, y: float, wide: float, tall: float) -> str:
    """A white rectangle without an outline: what was drawn before does not show there."""
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(tall)}" fill="{WHITE}"/>'


def line(x: float, y: float, to: float, colour: str) -> str:
    """A thin line to the right."""
    return f'<path d="M{number(x)} {number(y)}H{number(to)}" stroke="{colour}"/>'


def letters(x: float, y: float, text: str, anchor: str = "start", ink: str = INK) -> str:
    """Text standing on a height; it is escaped here. `anchor`: start, middle or end."""
    anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
    inked = f' fill="{ink}"' if ink != INK else ""
    return f'<text x="{number(x)}" y="{number(y)}"{anchored}{inked}>{escape(text)}</text>'


def number(value: float) -> str:
    """A number as it is written in a drawing: at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
