"""Document versions and presentations."""

from datetime import date

from domain import events
from domain.plan.plan import Plan
from domain.plan.record import record_of
from domain.points import PointUnknown, read_point
from domain.refusals import Refused, RuleCode
from domain.rules.lookups import named


def version_issued(plan: Plan, event: events.VersionIssued) -> None:
    """Refused: a label that was issued already."""
    if issue := record_of(plan).issue(event.label):
        raise Refused(RuleCode.LABEL_TAKEN, f"document version {event.label} was already issued on {named(issue[0])}")


def report_presented(plan: Plan, event: events.ReportPresented) -> None:
    """Refused: a point that may come to mean more, is not known, or lies after the presentation."""
    points = {"previous": event.previous, "current": event.current}
    day = max(_presented_day(plan, event, field, text) for field, text in points.items() if text is not None)
    if day > event.effective_on:
        raise Refused(
            RuleCode.PRESENTED_BEFORE_ITS_DAY,
            f"the plan as at {named(day)} cannot have been presented on {named(event.effective_on)}, before that day",
        )


def _presented_day(plan: Plan, event: events.ReportPresented, field: str, text: str) -> date:
    asked, record = read_point(text), record_of(plan)
    if asked.instant is not None and not record.is_past(asked.instant):
        raise Refused(
            RuleCode.POINT_NOT_SETTLED,
            f"{text!r} may still come to mean more, as nothing of plan {plan.slug} was recorded after that instant; "
            f"name the record number that was presented, such as {asked.day}@{plan.version}",
            field=field,
        )
    try:
        return record.resolve(asked, event.effective_on).effective_on
    except PointUnknown as unknown:
        raise Refused(RuleCode.UNKNOWN_POINT, str(unknown), field=field) from None
