"""Points in time: an effective day and a basis.

The notation, read and resolved only in this module:

    now                              today, with all that is recorded
    2019-05-31                       effective that day, with all that is recorded
    2019-05-31@212                   effective that day, as known at version 212 of the plan
    2019-05-31@2019-06-04T09:00:00Z  effective that day, as known at that instant
    issue:3.0                        as frozen when document version 3.0 was issued
    told:Scrutiny Committee@2019-07-04
                                     as last presented to that forum by that day
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from domain.refusals import Unknown, Unprocessable

#: Days are days in London, whatever the server's time zone.
LONDON = ZoneInfo("Europe/London")

NOTATION = (
    "write `now`, a day (2019-05-31), a day as known at a record number (2019-05-31@212) or at an instant "
    "(2019-05-31@2019-06-04T09:00:00Z), `issue:LABEL`, or `told:FORUM@DAY`"
)


#: The parameters in which points and versions are asked for.
POINT_FIELDS = ("at", "previous", "current", "points", "up_to", "recorded_after")


class PointUnreadable(Unprocessable):
    """The text is not a point in the notation; whoever asks sets `field`, the parameter that it stands in."""

    code, fields = "unreadable-point", POINT_FIELDS


class PointUnknown(Unknown):
    """The point is well written, but the plan has nothing there: no such version, issue or presentation."""

    code, fields = "unknown-point", POINT_FIELDS


class VersionUnknown(PointUnknown):
    """The plan is not known to have such a version. On a replica that may only mean that it is not there yet."""

    def __init__(self, plan: str, version: int, newest: int) -> None:
        self.plan, self.version, self.newest = plan, version, newest
        super().__init__(f"plan {plan} has no record number {version}; its newest is {newest}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A point as written: parsed, not yet resolved against a plan."""

    text: str
    day: date | None = None  # None: today, or the day of the issue
    version: int | None = None
    instant: datetime | None = None
    label: str | None = None
    forum: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """An effective day and a basis: the stream version up to which events are taken into account."""

    effective_on: date
    basis: int
    known_at: datetime
    asked: str

    @property
    def fixed(self) -> str:
        """The same point as `DAY@VERSION`, which no later event can move."""
        return f"{self.effective_on.isoformat()}@{self.basis}"


class History(Protocol):
    """The part of a plan's record that points are resolved against."""

    @property
    def slug(self) -> str: ...
    @property
    def version(self) -> int: ...
    def known_at(self, version: int) -> datetime: ...
    def basis_at(self, instant: datetime) -> int: ...
    def issue(self, label: str) -> tuple[date, int] | None: ...
    def last_told(self, forum: str, day: date) -> tuple[date, int] | None: ...
    def issue_labels(self) -> Sequence[str]: ...
    def forums(self) -> Mapping[str, date]: ...


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_VERSION = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?)(Z|[+ -]\d{2}:\d{2})?", re.ASCII
)


@lru_cache(maxsize=4096)
def read_point(text: str) -> Asked:
    """Read a point in the notation; raises PointUnreadable."""
    if text == "now":
        return Asked(text)
    if text.startswith("issue:"):
        if label := text.removeprefix("issue:").strip():
            return Asked(text, label=label)
        raise PointUnreadable("`issue:` needs the label of a document version, such as issue:3.0")
    if text.startswith("told:"):
        forum, at, day = text.removeprefix("told:").rpartition("@")
        if not at or not forum.strip():
            raise PointUnreadable("`told:` needs a forum and a day, such as told:Scrutiny Committee@2019-07-04")
        return Asked(text, forum=forum.strip(), day=_read_day(day.strip(), text))
    day, at, known = text.partition("@")
    if not at:
        return Asked(text, day=_read_day(day, text))
    if _VERSION.fullmatch(known):
        return Asked(text, day=_read_day(day, text), version=int(known))
    if known.isascii() and known.isdigit():
        raise PointUnreadable(f"{known[:40]!r} in {text[:60]!r} is no record number; give one such as 212")
    return Asked(text, day=_read_day(day, text), instant=read_instant(known))


def read_instant(text: str) -> datetime:
    """Read an instant: RFC 3339 with an offset, or a bare day, meaning its end in London; raises PointUnreadable."""
    try:
        if _DAY.fullmatch(text):
            last = date.fromisoformat(text)
            if last == date.max:
                return datetime.max.replace(tzinfo=UTC)
            return datetime.combine(last + timedelta(days=1), time(), LONDON).astimezone(UTC)
        if written := _INSTANT.fullmatch(text):
            day, clock, offset = written.groups("")
            # An unescaped plus sign in a web address arrives as a space.
            instant = datetime.fromisoformat(f"{day}T{clock}{offset.replace(' ', '+')}")
            if offset:
                return instant.astimezone(UTC)
            what = "does not say its offset from UTC"
        else:
            what = "is not an instant"
    except (ValueError, OverflowError):
        what = "is not an instant"
    raise PointUnreadable(f"{text!r} {what}; write it as 2019-06-04T09:00:00Z")


def _read_day(day: str, text: str) -> date:
    try:
        if _DAY.fullmatch(day):
            return date.fromisoformat(day)
    except ValueError:
        where = "" if day == text else f" in {text!r}"
        raise PointUnreadable(f"{day!r}{where} is not a day of the calendar") from None
    raise PointUnreadable(f"{text!r} is not a point in time: {NOTATION}")


def resolve(asked: Asked, plan: History, today: date) -> Point:
    """The effective day and basis of a point for this plan; `today` is the day of `now`, in London.

    Raises PointUnknown if the plan has no such version, issue or presentation, or nothing was recorded by then.
    """
    day, known = _day_and_basis(asked, plan, today)
    if known < 1:
        raise PointUnknown(_nothing_yet(asked, plan))
    return Point(day, known, plan.known_at(known), asked.text)


def _day_and_basis(asked: Asked, plan: History, today: date) -> tuple[date, int]:
    head = plan.version
    if asked.label is not None:
        if issue := plan.issue(asked.label):
            return issue
        known = ", ".join(plan.issue_labels()) or "none has been issued"
        raise PointUnknown(f"plan {plan.slug} has no document version {asked.label!r} (issued: {known})")
    if asked.forum is not None:
        day = asked.day or today
        if told := plan.last_told(asked.forum, day):
            return told
        since = (f"{forum!r} since {first.day} {first:%B} {first.year}" for forum, first in plan.forums().items())
        known = ", ".join(since) or "none so far"
        raise PointUnknown(
            f"{asked.forum!r} had not been presented with plan {plan.slug} by {day.isoformat()} (presented to: {known})"
        )
    day = asked.day or today
    if asked.instant is not None:
        return day, plan.basis_at(asked.instant)
    if asked.version is not None and asked.version > head:
        raise VersionUnknown(plan.slug, asked.version, head)
    return day, head if asked.version is None else asked.version


def _nothing_yet(asked: Asked, plan: History) -> str:
    if plan.version < 1:
        return f"nothing had been recorded of plan {plan.slug}"
    first = plan.known_at(1).isoformat().replace("+00:00", "Z")
    return f"nothing of plan {plan.slug} had been recorded at {asked.text!r}; its first event was recorded at {first}"
