"""Pagination of long lists."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from api.http.whole_numbers import DIGITS

Page = Annotated[int, Query(alias="page", ge=1, le=100_000, description="Which page of a long list."), DIGITS]


def page_of(entries: Sequence[Any], number: int, most: int) -> dict[str, Any]:
    """A page of a list, with its position in the list.

    Args:
        entries: the whole list.
        number: the page, from 1.
        most: the entries per page.
    """
    start = (number - 1) * most
    return {"shown": entries[start : start + most], **around(start, most, len(entries))}


def around(start: int, most: int, total: int) -> dict[str, Any]:
    """The place of the page that begins after `start` entries: its first and last entry, and the pages around it."""
    last = min(start + most, total)
    number = start // most + 1
    return {
        "first": start + 1,
        "last": last,
        "all": total,
        "previous": number - 1 or None,
        "next": number + 1 if last < total else None,
    }
