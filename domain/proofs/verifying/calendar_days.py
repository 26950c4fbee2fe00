"""Days and instants of the calendar, as packs write them."""

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

from domain.proofs.verifying.failure import Failed, shown

_PLAIN_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/(20)?([0-9]{2})|(20[0-9]{2})-([0-9]{2})-([0-9]{2})")


def instant(at: datetime) -> str:
    """An instant as AsAt writes it."""
    return f"{at.isoformat(timespec='microseconds')[:-6]}Z"


def read_day(text: object, where: str) -> str:
    """A day as AsAt writes it, if the calendar has it; raises Failed."""
    try:
        if type(text) is str and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise Failed(where, f"it speaks of {shown(text)}, which is no day of the calendar")


def instant_of(parts: Sequence[str]) -> datetime:
    """The instant of a year, month, day, hour, minute and second; raises ValueError if there is none."""
    year, month, day, hour, minute, second = map(int, parts)
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def check_instant(text: str, where: str) -> None:
    """Check that an instant such as 2019-06-04T09:00:00Z is one; raises Failed."""
    try:
        instant_of(re.findall("[0-9]+", text))
    except ValueError:
        raise Failed(where, f"it speaks of {text}, which is no instant of the calendar") from None


def plain_day(text: str) -> str | None:
    """The day that a timescale is, written as 31/03/2019, 31/03/19 or 2019-03-31; None for other words."""
    found = _PLAIN_DAY.fullmatch(text)
    if found is None:
        return None
    day, month, _, year, *iso = found.groups()
    try:
        return date(*map(int, iso if iso[0] else (f"20{year}", month, day))).isoformat()
    except ValueError:
        return None


def days_between(first: str, last: str) -> int:
    """The days from one day to another."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def month_end(month: int) -> str:
    """The last day of a month, which is counted from the first of the year 0."""
    year, place = divmod(month, 12)
    return f"{year:04}-{place + 1:02}-{calendar.monthrange(year, place + 1)[1]:02}"
