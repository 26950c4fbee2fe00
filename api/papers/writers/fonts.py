"""The fonts that papers and drawings are set in: those installed with AsAt, so that every machine makes the same."""

from functools import cache
from importlib.util import find_spec

import typst


@cache
def fonts() -> typst.Fonts:
    """Open Sans, and what typst brings along for the letters it lacks."""
    # Found and not imported: the package would bring in an imaging library where there is one.
    found = find_spec("ttf_opensans")
    assert found, "ttf-opensans is among the requirements"
    return typst.Fonts(include_system_fonts=False, font_paths=list(found.submodule_search_locations or []))
