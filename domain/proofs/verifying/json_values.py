"""JSON as every reader reads it alike: nothing stands twice in an object, and every number and text is whole."""

import json
import math
import re
from typing import Any, TypeAlias

from domain.proofs.verifying.failure import Failed

#: A value of JSON that others wrote.
Json: TypeAlias = Any  # any: it may be of every type until it is looked into

#: Values in all events, or in one paper: a few bytes of JSON may take a hundred in memory.
MOST_VALUES = 20_000_000

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(data: bytes, where: str) -> Json:
    """The value of a JSON text in which nothing stands twice; raises Failed."""

    def once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        if len(dict(pairs)) != len(pairs):
            raise Failed(where, "a name stands twice in one object")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    def finite(number: str) -> float:
        if math.isinf(value := float(number)):
            refuse(number)
        return value

    if values_in(data) > MOST_VALUES:
        raise Failed(where, f"it holds more than {MOST_VALUES:,} values, and is not read")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_constant=refuse, parse_float=finite)
        if _HALF.search(data):  # most often a pair, which is whole
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError):
        raise Failed(where, "this is not JSON that can be read") from None


def values_in(data: bytes) -> int:
    """The most values that a JSON text can have."""
    return 1 + data.count(b",") + data.count(b"[") + data.count(b"{")


def encoded(text: str, where: str) -> bytes:
    """The text in UTF-8; raises Failed if it holds half a character."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Failed(where, "a text in it is not whole") from None


def alike(one: object, other: object) -> bool:
    """Whether two values are the same in JSON, where true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def inside(value: Json, *names: str) -> Json:
    """The value that stands in an object under a name, and in that under the next; None if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
