"""What may be recorded next: the rules, each with the sentence an officer is given.

`judge` looks at a plan, a proposed event and today's date, and either accepts by returning or refuses by raising. Every
rule is about the day from which the event is said to be true: late news about an action since withdrawn is accepted for
the days on which it was open.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from domain import events
from domain.evolve import presented_points
from domain.plan import Action, Plan, Priority
from domain.points import PointUnknown, read_point
from domain.timeline import end_of


class Refused(Exception):
    """Why nothing was recorded: a sentence that names the thing and the day, and the remedy where there is one.

    `index` is the place of the refused event in its batch, counting from 0.
    """

    def __init__(self, sentence: str, index: int = 0) -> None:
        self.index = index
        super().__init__(sentence)


def judge(plan: Plan, event: events.Event, today: date) -> None:
    """Accept the event as the plan's next, or refuse it.

    Args:
        plan: the plan as it stands with everything recorded.
        event: the event proposed.
        today: today's date in London; nothing can be recorded for a later day.

    Raises:
        Refused: nothing may be recorded, and why.
    """
    if event.effective_on > today:
        raise Refused(f"{_day(event.effective_on)} is in the future: today is {_day(today)}")
    if plan.opening is None and not isinstance(event, events.PlanOpened):
        raise Refused(f"there is no plan {plan.slug}: open it first with PlanOpened")
    if plan.closing and not isinstance(event, _AFTER_CLOSING):
        closing = plan.closing.at(end_of(event.effective_on), plan.version)
        if closing is not None:
            raise Refused(f"plan {plan.slug} was closed on {_day(closing.effective_on)}")
    _RULES[type(event)](plan, event)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _owes_reason(event: events.Event, what: str) -> None:
    if event.reason is None:
        raise Refused(f"{what} needs a reason: say why in `reason`")


def _action(plan: Plan, number: str, event: events.Event) -> Action:
    """The action with this number, open on the event's day."""
    action = _known_action(plan, number, event)
    standing = action.standing_at(end_of(event.effective_on), plan.version)
    if standing is not None and standing.value != "open":
        raise Refused(
            f"action {number} was {standing.value} on {_day(standing.effective_on)}, so nothing can be recorded of it "
            f"for {_day(event.effective_on)}; reinstate it first (ActionReinstated), or give a day before it left"
        )
    return action


def _known_action(plan: Plan, number: str, event: events.Event) -> Action:
    """The action with this number, added by the event's day."""
    action = plan.find_action(number, plan.version)
    if action is None:
        raise Refused(f"plan {plan.slug} has no action {number}")
    if event.effective_on < action.added_on:
        raise Refused(f"action {number} was added on {_day(action.added_on)}, after {_day(event.effective_on)}")
    return action


def _priority(plan: Plan, number: str, event: events.Event) -> Priority:
    """The priority with this number, added by the event's day."""
    priority = plan.priorities.get(number)
    added = next(priority.added.known(plan.version), None) if priority else None
    if priority is None or added is None:
        raise Refused(f"plan {plan.slug} has no priority {number}")
    if added.effective_on > event.effective_on:
        raise Refused(f"priority {number} was added on {_day(added.effective_on)}, after {_day(event.effective_on)}")
    return priority


def _number_is_free(plan: Plan, number: str, action: Action | None) -> None:
    bearer = plan.find_action(number, plan.version)
    if bearer is not None and bearer is not action:
        raise Refused(f"the action number {number} is already used in plan {plan.slug}; numbers are never used again")


def _plan_opened(plan: Plan, event: events.PlanOpened) -> None:
    if plan.opening is not None:
        raise Refused(f"plan {plan.slug} was already opened on {_day(plan.opening.effective_on)}")


def _accepted(plan: Plan, event: events.Event) -> None:
    """Nothing to refuse beyond what holds for every event."""


def _plan_closed(plan: Plan, event: events.PlanClosed) -> None:
    if closing := next(plan.closing.known(plan.version), None):
        raise Refused(f"plan {plan.slug} is already closed, from {_day(closing.effective_on)}")


def _recommendation_made(plan: Plan, event: events.RecommendationMade) -> None:
    known = plan.recommendations.get(event.number)
    if known is not None and next(known.known(plan.version), None):
        raise Refused(f"plan {plan.slug} already has a recommendation {event.number}")


def _priority_added(plan: Plan, event: events.PriorityAdded) -> None:
    priority = plan.priorities.get(event.number)
    if priority is not None and (added := next(priority.added.known(plan.version), None)):
        raise Refused(
            f"priority {event.number} was already added on {_day(added.effective_on)}; "
            "give another number, or reword it with PriorityReworded"
        )


def _priority_reworded(plan: Plan, event: events.PriorityReworded) -> None:
    _priority(plan, event.number, event)


def _action_added(plan: Plan, event: events.ActionAdded) -> None:
    _number_is_free(plan, event.number, None)
    if event.parent is None:
        assert event.priority is not None, "ActionAdded says its priority or its parent"
        _priority(plan, event.priority, event)
        return
    parent = _action(plan, event.parent, event)
    under = parent.priority_at(end_of(event.effective_on), plan.version)
    if event.priority is not None and event.priority != under:
        raise Refused(
            f"action {event.number} is to be part of {event.parent}, which is in priority {under}, not {event.priority}"
        )


def _action_changed(plan: Plan, event: Any) -> None:
    """For events that need nothing but an action that is open on the day."""
    _action(plan, event.action, event)


def _action_renumbered(plan: Plan, event: events.ActionRenumbered) -> None:
    action = _action(plan, event.action, event)
    _number_is_free(plan, event.number, action)
    if event.priority is None:
        return
    _priority(plan, event.priority, event)
    under = action.priority_at(end_of(event.effective_on), plan.version)
    if action.parent is not None and event.priority != under:
        raise Refused(f"action {event.action} is part of another and goes with it; move that one instead")


def _action_rescheduled(plan: Plan, event: events.ActionRescheduled) -> None:
    _action(plan, event.action, event)
    _owes_reason(event, f"rescheduling action {event.action}")


def _action_rated(plan: Plan, event: events.ActionRated) -> None:
    action = _action(plan, event.action, event)
    day_end = end_of(event.effective_on)
    scale = plan.scale.at(day_end, plan.version)
    if scale is None:
        raise Refused(f"plan {plan.slug} had no rating scale on {_day(event.effective_on)}")
    rating = scale.value.find(event.rating)
    if rating is None:
        codes = ", ".join(known.code for known in scale.value.ratings) or "no ratings"
        raise Refused(
            f"{event.rating!r} is not on the plan's scale on {_day(event.effective_on)} ({scale.value.name}: {codes})"
        )
    if rating.needs_evidence and not event.evidence:
        raise Refused(f"rating action {event.action} {rating.label} needs evidence: name it in `evidence`")
    given = action.rating.at(day_end, plan.version)
    before = plan.find_rating(given, day_end, plan.version) if given else None
    if before is not None and before.complete and not rating.complete:
        _owes_reason(event, f"reopening action {event.action}, which was {before.label} on {_day(event.effective_on)},")


def _action_closed(plan: Plan, event: events.ActionClosed) -> None:
    action = _action(plan, event.action, event)
    if not plan.is_complete(action, end_of(event.effective_on), plan.version):
        raise Refused(
            f"action {event.action} was not rated complete on {_day(event.effective_on)}, so it cannot be closed; "
            "rate it complete first, or withdraw it"
        )


def _action_withdrawn(plan: Plan, event: events.ActionWithdrawn) -> None:
    _action(plan, event.action, event)
    _owes_reason(event, f"withdrawing action {event.action}")


def _action_reinstated(plan: Plan, event: events.ActionReinstated) -> None:
    action = _known_action(plan, event.action, event)
    standing = action.standing.at(end_of(event.effective_on), plan.version)
    assert standing is not None, "a known action has a standing"
    if action.parent is not None and not action.parent.is_open(end_of(event.effective_on), plan.version):
        raise Refused(
            f"the action that {event.action} is part of was not in the plan on {_day(event.effective_on)}; "
            "reinstate that one first"
        )
    if standing.value == "open":
        raise Refused(f"action {event.action} was in the plan on {_day(event.effective_on)}; nothing to reinstate")
    if standing.value == "closed":
        _owes_reason(event, f"reopening action {event.action}, which was complete and closed,")


def _assurance_given(plan: Plan, event: events.AssuranceGiven) -> None:
    _priority(plan, event.priority, event)


def _measure_defined(plan: Plan, event: events.MeasureDefined) -> None:
    if event.priority is not None:
        _priority(plan, event.priority, event)
    measure = plan.measures.get(event.measure)
    defined = measure.definition.at(end_of(event.effective_on), plan.version) if measure else None
    said = (event.title, event.unit, event.baseline, event.target, event.priority)
    if defined is not None and defined.value == said:
        raise Refused(f"measure {event.measure} is already so defined, since {_day(defined.effective_on)}")


def _measure_reported(plan: Plan, event: events.MeasureReported) -> None:
    measure = plan.measures.get(event.measure)
    first = next(measure.definition.known(plan.version), None) if measure else None
    if first is None:
        raise Refused(f"plan {plan.slug} has no measure {event.measure}: define it first with MeasureDefined")
    if first.effective_on > event.effective_on:
        raise Refused(
            f"measure {event.measure} was defined on {_day(first.effective_on)}, after {_day(event.effective_on)}"
        )


def _version_issued(plan: Plan, event: events.VersionIssued) -> None:
    if issue := plan.issue(event.label, plan.version):
        raise Refused(f"document version {event.label} was already issued on {_day(issue[0])}")


def _report_presented(plan: Plan, event: events.ReportPresented) -> None:
    for asked in [read_point(text) for text in (event.previous, event.current) if text is not None]:
        if asked.instant is not None and not plan.is_past(asked.instant):
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
            f"the plan as at {_day(day)} cannot have been presented on {_day(event.effective_on)}, before that day"
        )


def _event_withdrawn(plan: Plan, event: events.EventWithdrawn) -> None:
    target = event.version
    if target > plan.version:
        raise Refused(f"plan {plan.slug} has no version {target}; its newest is {plan.version}")
    kind, _ = plan.log[target - 1]
    if kind == events.PlanOpened.__name__:
        raise Refused(f"the opening of plan {plan.slug} cannot be withdrawn; close the plan instead (PlanClosed)")
    if kind == events.EventWithdrawn.__name__:
        raise Refused(f"version {target} is itself a withdrawal; record again what it withdrew")
    if by := plan.withdrawn.get(target):
        raise Refused(f"version {target} ({kind}) was already withdrawn, by version {by}")
    dependents = dict.fromkeys(plan.dependents.get(target, ()))  # one may stand on it in two ways
    standing = [version for version in dependents if plan.stands(version, plan.version)]
    if standing:
        named = ", ".join(f"{version} ({plan.log[version - 1][0]})" for version in standing[:10])
        more = f" and {len(standing) - 10} more" if len(standing) > 10 else ""
        raise Refused(
            f"version {target} ({kind}) cannot be withdrawn while other events stand on it: "
            f"version {named}{more}; withdraw those first"
        )
    _owes_reason(event, f"withdrawing version {target} ({kind})")


#: What may still be recorded of a plan for days on which it is closed.
_AFTER_CLOSING = (events.PlanClosed, events.PlanOpened, events.VersionIssued, events.ReportPresented,
                  events.EventWithdrawn)  # fmt: skip

_RULES: dict[type[events.Event], Callable[[Plan, Any], None]] = {
    events.PlanOpened: _plan_opened,
    events.ScaleAdopted: _accepted,
    events.PlanClosed: _plan_closed,
    events.InspectionReported: _accepted,
    events.RecommendationMade: _recommendation_made,
    events.PriorityAdded: _priority_added,
    events.PriorityReworded: _priority_reworded,
    events.ActionAdded: _action_added,
    events.ActionReworded: _action_changed,
    events.ActionRenumbered: _action_renumbered,
    events.ActionRescheduled: _action_rescheduled,
    events.ActionReassigned: _action_changed,
    events.ActionRated: _action_rated,
    events.ProgressReported: _action_changed,
    events.EvidenceAdded: _action_changed,
    events.ActionClosed: _action_closed,
    events.ActionWithdrawn: _action_withdrawn,
    events.ActionReinstated: _action_reinstated,
    events.AssuranceGiven: _assurance_given,
    events.MeasureDefined: _measure_defined,
    events.MeasureReported: _measure_reported,
    events.VersionIssued: _version_issued,
    events.ReportPresented: _report_presented,
    events.EventWithdrawn: _event_withdrawn,
}
