"""Long lists on pages: a page of them at a time, with what stands around it."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

Page = Annotated[int, Query(alias="page", ge=1, le=100_000, description="Which page of a long list.")]


def page_of(entries: Sequence[Any], number: int, most: int) -> dict[str, Any]:
    """A page of a list, and its place in it.

    Args:
        entries: the whole list.
        number: which page, from 1.
        most: how many stand on a page.
    """
    start = (number - 1) * most
    return {"shown": entries[start : start + most], **around(start, most, len(entries))}


def around(start: int, most: int, total: int) -> dict[str, Any]:
    """Of a page of a list that begins after `start` entries: its first and last, and the pages before and after it."""
    last = min(start + most, total)
    number = start // most + 1
    return {
        "first": start + 1, "last": last, "all": total,
        "previous": number - 1 or None, "next": number + 1 if last < total else None,
    }  # fmt: skip
