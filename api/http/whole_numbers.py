"""Whole numbers in addresses: digits alone, where Python and pydantic would also read `5.0`, `+5` or `5_0`."""

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError


def _digits(written: object) -> object:
    if isinstance(written, str) and not (written.isascii() and written.isdigit()):
        raise PydanticCustomError("int_parsing", "should be a whole number")
    return written


#: In the annotation of every whole number in a path or a query, after its bounds: before them, OpenAPI would lose them.
DIGITS = BeforeValidator(_digits)
