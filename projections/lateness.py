"""How late was it told? Days between the day something was true and the day it was recorded, and what it missed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from domain.envelopes import Recorded
from domain.events import ReportPresented, VersionIssued
from domain.plan.record import PlanRecord
from domain.points import LONDON

#: Events about documents, which no document version contains: none can be missing from one.
_OF_DOCUMENTS = frozenset({VersionIssued.__name__, ReportPresented.__name__})


def late_by_days(recorded: Recorded) -> int:
    """The number of days between the day of the event and its recording, by days in London."""
    return days_late(recorded.event.effective_on, recorded.recorded_at)


def days_late(effective_on: date, recorded_at: datetime) -> int:
    """The number of days between a day and a recording, by days in London; 0 if the recording is not later."""
    return max(0, (_london_day(recorded_at)[0] - effective_on).days)


def late_versions(record: PlanRecord, versions: Sequence[int], by: int) -> list[int]:
    """Those of the versions, given in order, whose events were recorded at least `by` days late."""
    found: list[int] = []
    latest, ended = 0, datetime.min.replace(tzinfo=UTC)
    for version, effective_on, recorded_at in record.days_and_instants(versions):
        if recorded_at >= ended:  # instants never go back: one lookup serves a whole day
            day, ended = _london_day(recorded_at)
            latest = day.toordinal() - by
        if by == 0 or effective_on.toordinal() <= latest:
            found.append(version)
    return found


def _london_day(instant: datetime) -> tuple[date, datetime]:
    """The day in London of an instant, and the instant at which that day ends."""
    day = instant.astimezone(LONDON).date()
    return day, datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)


def missing_from(record: PlanRecord, version: int) -> list[str]:
    """The document versions that do not contain an event although it was true by the day of their issue.

    They were issued before the event was recorded; their labels are in the order of their days.
    """
    kind, effective_on = record.logged(version)
    if kind in _OF_DOCUMENTS:
        return []
    return [
        issue.value.label for issue in record.issues() if issue.version < version and issue.effective_on >= effective_on
    ]
