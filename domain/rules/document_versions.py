"""Document versions and presentations."""

from domain import events
from domain.plan.evolve import presented_points
from domain.plan.plan import Plan
from domain.plan.record import record_of
from domain.points import PointUnknown, read_point
from domain.rules.lookups import Refused, named


def version_issued(plan: Plan, event: events.VersionIssued) -> None:
    """Refused: a label that was issued already."""
    if issue := record_of(plan).issue(event.label):
        raise Refused(f"document version {event.label} was already issued on {named(issue[0])}")


def report_presented(plan: Plan, event: events.ReportPresented) -> None:
    """Refused: a point that may come to mean more, is not known, or lies after the presentation."""
    for asked in [read_point(text) for text in (event.previous, event.current) if text is not None]:
        if asked.instant is not None and not record_of(plan).is_past(asked.instant):
            raise Refused(
                f"{asked.text!r} may still come to mean more, as nothing of plan {plan.slug} was recorded after that"
                f" instant; name the version that was presented, such as {asked.day}@{plan.version}"
            )
    try:
        day = max(day for day, _ in presented_points(plan, event))
    except PointUnknown as unknown:
        raise Refused(str(unknown)) from None
    if day > event.effective_on:
        raise Refused(
            f"the plan as at {named(day)} cannot have been presented on {named(event.effective_on)}, before that day"
        )
