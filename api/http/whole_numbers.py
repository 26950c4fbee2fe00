"""Whole numbers in requests: digits alone, where Python and pydantic would also read `5.0`, `+5` or `5_0`."""

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError


def is_whole(text: str, digits: int = 18) -> bool:
    """Whether a text is a whole number of so many digits at most."""
    return text.isascii() and text.isdigit() and len(text) <= digits


def _digits(written: object) -> object:
    if isinstance(written, str) and not is_whole(written, len(written)):  # bounds of the parameter follow
        raise PydanticCustomError("int_parsing", "should be a whole number")
    return written


#: In the annotation of every whole number in a path or a query, after its bounds: before them, OpenAPI would lose them.
DIGITS = BeforeValidator(_digits)
