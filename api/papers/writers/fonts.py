"""The fonts of papers and drawings: those installed with AsAt, so that the result is the same on every machine."""

from functools import cache
from importlib.util import find_spec

import typst


@cache
def fonts() -> typst.Fonts:
    """Open Sans, and the fonts included in typst for characters that it lacks."""
    # Located without importing the package, which would load an imaging library if one is installed.
    found = find_spec("ttf_opensans")
    assert found, "ttf-opensans is among the requirements"
    return typst.Fonts(include_system_fonts=False, font_paths=list(found.submodule_search_locations or []))
