"""The rules for the next event of a plan, each with the sentence that refuses it.

`judge` accepts an event by returning and refuses it by raising. The rules apply as at the event's effective day: late
news of an action since withdrawn is accepted for the days on which it was open.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeAlias

from domain import events
from domain.plan.plan import Plan
from domain.refusals import Refused, RuleCode
from domain.rules import closings, corrections, ratings, structure
from domain.rules import document_versions as documents
from domain.rules.lookups import named


def judge(plan: Plan, event: events.Event, today: date, by: str, *, proposed: bool = True) -> None:
    """Accept the event as the plan's next, or refuse it.

    Args:
        plan: the plan with everything recorded.
        event: the event.
        today: today's date in London; nothing can be recorded for a later day.
        by: its author; nobody confirms a rating of their own.
        proposed: whether it is a new event; stored events are judged without the rules made since 0.1.0.

    Raises:
        Refused: a rule refuses the event; the message says why.
    """
    if event.effective_on > today:
        raise Refused(
            RuleCode.DAY_IN_THE_FUTURE, f"{named(event.effective_on)} is in the future: today is {named(today)}"
        )
    if plan.opening is None and not isinstance(event, events.PlanOpened):
        raise Refused(RuleCode.PLAN_NOT_OPENED, f"there is no plan {plan.slug}: open it first")
    kind = type(event)
    if proposed and plan.opening is not None and kind not in _BEFORE_OPENING:
        structure.not_before_opening(plan, event)
    if plan.closing and kind not in structure.AFTER_CLOSING:
        closing = plan.closing.at(plan.place(event.effective_on, plan.version))
        if closing is not None:
            raise Refused(RuleCode.PLAN_CLOSED, f"plan {plan.slug} was closed on {named(closing.effective_on)}")
    _RULES[kind](plan, event)
    if isinstance(event, events.RatingConfirmed):
        ratings.confirmed_by_another(plan, event, by)
    if proposed:
        for rule in _SINCE_0_1_0.get(kind, ()):
            rule(plan, event)


#: Events that may be recorded for days before the plan was opened: inspections, recommendations, measures, and
#: corrections, whose day is the day on which they are made.
_BEFORE_OPENING = (
    events.PlanOpened,
    events.InspectionReported,
    events.RecommendationMade,
    events.MeasureDefined,
    events.MeasureReported,
    events.EventWithdrawn,
    events.TextRedacted,
)

#: A rule; it is asked only about the kind of event beside which it stands.
_Rule: TypeAlias = Callable[[Plan, Any], None]  # any: each rule has its own kind of event

#: Rules for new events alone: 0.1.0 did not have them.
_SINCE_0_1_0: dict[type[events.Event], tuple[_Rule, ...]] = {
    events.ScaleAdopted: (closings.adopted_before_closing,),
    events.ActionAdded: (structure.part_not_too_deep, closings.added_before_closing),
    events.ActionRated: (closings.rated_before_closing,),
    events.RatingConfirmed: (closings.confirmed_before_closing,),
    events.ActionClosed: (closings.left_before_closing,),
    events.ActionWithdrawn: (closings.left_before_closing,),
    events.PlanClosed: (structure.closed_after_its_facts,),
}

_RULES: dict[type[events.Event], _Rule] = {
    events.PlanOpened: structure.plan_opened,
    events.ScaleAdopted: structure.accepted,
    events.PlanClosed: structure.plan_closed,
    events.InspectionReported: structure.accepted,
    events.RecommendationMade: structure.recommendation_made,
    events.PriorityAdded: structure.priority_added,
    events.PriorityReworded: structure.priority_reworded,
    events.ActionAdded: structure.action_added,
    events.ActionReworded: structure.action_changed,
    events.ActionRenumbered: structure.action_renumbered,
    events.ActionRescheduled: structure.action_rescheduled,
    events.ActionReassigned: structure.action_changed,
    events.ActionRated: ratings.action_rated,
    events.RatingConfirmed: ratings.rating_confirmed,
    events.ProgressReported: structure.action_changed,
    events.EvidenceAdded: structure.action_changed,
    events.ActionClosed: ratings.action_closed,
    events.ActionWithdrawn: structure.action_withdrawn,
    events.ActionReinstated: structure.action_reinstated,
    events.AssuranceGiven: structure.assurance_given,
    events.MeasureDefined: structure.measure_defined,
    events.MeasureReported: structure.measure_reported,
    events.VersionIssued: documents.version_issued,
    events.ReportPresented: documents.report_presented,
    events.EventWithdrawn: corrections.event_withdrawn,
    events.TextRedacted: corrections.text_redacted,
}
