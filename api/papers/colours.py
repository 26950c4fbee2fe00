"""The colours of ratings: which ink can be read on them."""

from functools import lru_cache

BLACK, WHITE = "#000000", "#ffffff"


@lru_cache(maxsize=1024)
def ink_on(colour: str) -> str:
    """Black or white, whichever stands out more on a colour (`#rrggbb`): 4.58 to 1 at the least, enough for WCAG AA."""
    return max((WHITE, BLACK), key=lambda ink: contrast(colour, ink))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.2 defines it: from 1 (the same) to 21 (black and white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
