"""Strict JSON: a text that two parsers could read differently is refused.

Events, files and claims are all read here, so that the same bytes are accepted or refused everywhere.
"""

import json
import re
from typing import Any, NoReturn, TypeAlias

from domain.refusals import Unprocessable

#: A value of JSON that others wrote.
Json: TypeAlias = Any  # any: it may be of every type until it is looked into


class NotJson(Unprocessable):
    """The text is not JSON, or is not clear."""

    code = "not-json"


class BrokenJson(NotJson):
    """The text breaks off, or is something other than JSON."""


_SPACE = " \t\r\n"
#: Most objects and lists in one text, many times those of the longest list of events that can be sent. Each takes some
#: thirty times the memory of its text, and processor time.
_MOST = 1_000_000
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(data: str | bytes, most: int = _MOST) -> Json:
    """Parse a JSON text.

    A field that stands twice in an object is refused; so is an unpaired surrogate, which no file can carry.

    Args:
        data: the text, or its bytes in UTF-8.
        most: how many objects and lists it may hold.

    Raises:
        NotJson: the text is refused; the message says why and, where it can, at which character.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise NotJson(f"this is not JSON in UTF-8 (byte {error.start + 1} is {byte:#x}): save it as UTF-8") from None
    text = text.removeprefix("\ufeff").strip(_SPACE)
    if len(text) > most and text.count("{") + text.count("[") > most:
        raise NotJson(f"this holds more than {most:,} objects and lists; send it in parts")
    try:
        value, end = _DECODER.raw_decode(text)
        if end < len(text):
            raise json.JSONDecodeError("there is more after its end", text, end)
        if _HALF.search(text):  # a cheap test first: most surrogates are paired
            json.dumps(value, ensure_ascii=False).encode()
    except NotJson:
        raise
    except json.JSONDecodeError as error:
        raise _broken(text, error) from None
    except UnicodeEncodeError as error:
        half = str(error.object)[error.start : error.start + 1]
        raise NotJson(f"a text in it holds half a character ({half!r}); write the character itself") from None
    except RecursionError:
        raise NotJson("this is nested too deeply to be anything that AsAt reads") from None
    except ValueError:  # Python's own limit on the digits of a whole number
        raise NotJson("this is not JSON that can be worked with (a number in it has thousands of digits)") from None
    return value


def _broken(text: str, error: json.JSONDecodeError) -> NotJson:
    if "\0" in text:
        return NotJson("this is not JSON in UTF-8 (it holds zero bytes, as UTF-16 does): save it as UTF-8")
    said = error.msg[:1].lower() + error.msg[1:]
    line = f"line {error.lineno}, " if "\n" in text else ""
    return BrokenJson(f"this is not JSON ({said}, at {line}character {error.colno})")


def _number(text: str) -> float | int:
    """JSON has one kind of number: 3.0 is the whole number 3."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _no_constant(name: str) -> NoReturn:
    raise BrokenJson(f"this is not JSON ({name} is no value of it)")


def _no_twice(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise NotJson(f"the field {twice[:60]!r} stands twice in one object; say it once")
    return fields


_DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_no_constant, object_pairs_hook=_no_twice)
