"""What the tests of hostile packs share: what is refused, and what anybody could send instead."""

import random
from typing import Any

import pytest

from domain.proofs.verify import Failed, verify


def refused(pack: bytes, *parts: str, **options: Any) -> None:
    with pytest.raises(Failed) as failed:
        verify(pack, **options)
    for part in parts:
        assert part in str(failed.value), str(failed.value)


def fuzzed(source: random.Random, data: bytes) -> bytes:
    """The bytes with one or a few things about them changed."""
    altered = bytearray(data)
    for _ in range(source.choice([1, 1, 2, 5])):
        at = source.randrange(len(altered) or 1)
        kind = source.randrange(6)
        if kind == 0 and altered:
            altered[at] ^= 1 << source.randrange(8)
        elif kind == 1:
            del altered[at : at + source.randrange(1, 50)]
        elif kind == 2:
            altered[at:at] = source.choice(
                [b"\0", b"\n", b"\n\n", b"\xff", b"{", b"[" * 3000, b'"', b"9" * 5000, b"\xe2\x80\xa8"]
            )
        elif kind == 3:
            altered[at:at] = altered[at : at + source.randrange(1, 80)]
        elif kind == 4 and altered:
            altered[at] = source.randrange(256)
        else:
            altered[at : at + 1] = source.choice([b"-1", b"null", b"true", b"1e999", b"{}", b"[]", b"\\ud800"])
    return bytes(altered)


def fuzzed_json(source: random.Random, value: Any) -> Any:
    """A document with something in it replaced by what should not be there."""
    odd: list[Any] = [
        None,
        True,
        -1,
        1.5,
        10**30,
        "",
        "x",
        "\ud800",
        [],
        {},
        [[]],
        {"": None},
        "9999-99-99",
        "2019-02-30",
    ]
    if isinstance(value, dict) and value and source.random() < 0.9:
        name = source.choice(list(value))
        if source.random() < 0.1:
            return {one: kept for one, kept in value.items() if one != name}
        return {**value, name: fuzzed_json(source, value[name])}
    if isinstance(value, list) and value and source.random() < 0.9:
        at = source.randrange(len(value))
        if source.random() < 0.1:
            return [*value[:at], *value[at + 1 :]]
        return [*value[:at], fuzzed_json(source, value[at]), *value[at + 1 :]]
    return source.choice(odd)


def verified_or_refused(pack: bytes, **options: Any) -> bool:
    """Whether it verifies; nothing but a Failed may come of it."""
    try:
        verify(pack, **options)
    except Failed as failed:
        assert str(failed)
        return False
    return True
