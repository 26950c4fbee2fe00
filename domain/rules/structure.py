"""Rules on a plan's opening and closing, recommendations, priorities, actions and their dates, assurance, measures."""

from domain import events
from domain.plan.plan import Plan
from domain.refusals import Refused, RuleCode
from domain.rules.lookups import (
    known_action,
    known_priority,
    named,
    not_yet_added,
    number_is_free,
    number_taken,
    on_the_day,
    open_action,
    owes_reason,
)


def plan_opened(plan: Plan, event: events.PlanOpened) -> None:
    """Refused: a second opening."""
    if plan.opening is not None:
        opened = f"plan {plan.slug} was already opened on {named(plan.opening.effective_on)}"
        raise Refused(RuleCode.PLAN_ALREADY_OPENED, opened)


def not_before_opening(plan: Plan, event: events.Event) -> None:
    """Refused: a day before the plan was opened. 0.1.0 accepted it of everything but ratings."""
    if plan.opening is not None and event.effective_on < plan.opening.effective_on:
        raise Refused(
            RuleCode.BEFORE_THE_OPENING,
            f"plan {plan.slug} was opened on {named(plan.opening.effective_on)}, after {named(event.effective_on)}: "
            "for a day before that only inspections, recommendations and measures are recorded; give the day of the "
            "opening or a later one",
        )


def accepted(plan: Plan, event: events.Event) -> None:
    """Nothing to refuse beyond what holds for every event."""


def plan_closed(plan: Plan, event: events.PlanClosed) -> None:
    """Refused: a second closing."""
    if closing := next(plan.closing.known(plan.newest), None):
        closed = f"plan {plan.slug} is already closed, from {named(closing.effective_on)}"
        raise Refused(RuleCode.PLAN_ALREADY_CLOSED, closed)


#: Events that are no facts of the plan, and may have a day after its closing.
AFTER_CLOSING = (
    events.PlanClosed,
    events.PlanOpened,
    events.VersionIssued,
    events.ReportPresented,
    events.EventWithdrawn,
    events.TextRedacted,
)


def closed_after_its_facts(plan: Plan, event: events.PlanClosed) -> None:
    """Refused: a closing before the day of a recorded event of the plan. 0.1.0 accepted it."""
    later = [
        (day, version, kind)
        for version, (kind, day) in enumerate(plan.log, 1)
        if day > event.effective_on
        and not issubclass(events.EVENTS[kind], AFTER_CLOSING)
        and plan.newest.stands(version)
    ]
    if later:
        day, version, kind = max(later)
        raise Refused(
            RuleCode.CLOSED_BEFORE_ITS_EVENTS,
            f"plan {plan.slug} cannot have been closed on {named(event.effective_on)}, as something is recorded of it "
            f"for a later day, last {events.kind_in_words(kind)} for {named(day)} (event {version}); close it from "
            "that day on, or withdraw what is wrong first",
        )


def recommendation_made(plan: Plan, event: events.RecommendationMade) -> None:
    """Refused: a number that is taken."""
    known = plan.recommendations.get(event.number)
    if known is not None and next(known.known(plan.newest), None):
        raise number_taken(f"plan {plan.slug} already has a recommendation {event.number}")


def priority_added(plan: Plan, event: events.PriorityAdded) -> None:
    """Refused: a number that is taken."""
    priority = plan.priorities.get(event.number)
    if priority is not None and (added := next(priority.added.known(plan.newest), None)):
        raise number_taken(
            f"priority {event.number} was already added on {named(added.effective_on)}; "
            "give another number, or reword it instead"
        )


def priority_reworded(plan: Plan, event: events.PriorityReworded) -> None:
    """Refused: a priority that is not there on the day."""
    known_priority(plan, event.number, event, "number")


def action_added(plan: Plan, event: events.ActionAdded) -> None:
    """Refused: a number that was ever used, or a priority or parent that is not there on the day."""
    number_is_free(plan, event.number, None)
    if event.parent is None:
        assert event.priority is not None, "ActionAdded says its priority or its parent"
        known_priority(plan, event.priority, event)
        return
    parent = open_action(plan, event.parent, event, "parent")
    under = on_the_day(plan, event).priority_of(parent)
    if event.priority is not None and event.priority != under:
        raise Refused(
            RuleCode.OTHER_PRIORITY,
            f"action {event.number} is to be part of {event.parent}, which is in priority {under}, not "
            f"{event.priority}",
        )


#: How many levels of parts an action may have below it. The papers have one, or two.
DEEPEST_PARTS = 5


def part_not_too_deep(plan: Plan, event: events.ActionAdded) -> None:
    """Refused: a part on a sixth level below an action. 0.1.0 knew no such limit."""
    above = plan.bearer(event.parent, plan.version) if event.parent is not None else None
    levels = 0
    while above is not None:
        above, levels = plan.actions[above.parent] if above.parent is not None else None, levels + 1
    if levels > DEEPEST_PARTS:
        raise Refused(
            RuleCode.PARTS_TOO_DEEP,
            f"parts nest at most {DEEPEST_PARTS} deep, and action {event.parent} is on the last level: add "
            f"{event.number} beside it, as a part of what it is part of",
        )


def action_changed(
    plan: Plan,
    event: events.ActionReworded | events.ActionReassigned | events.ProgressReported | events.EvidenceAdded,
) -> None:
    """Refused: an action that is not open on the day."""
    open_action(plan, event.action, event)


def action_renumbered(plan: Plan, event: events.ActionRenumbered) -> None:
    """Refused: a number that was ever used, or moving a part to another priority than its action's."""
    action = open_action(plan, event.action, event)
    number_is_free(plan, event.number, action)
    if event.priority is None:
        return
    known_priority(plan, event.priority, event)
    under = on_the_day(plan, event).priority_of(action)
    if action.parent is not None and event.priority != under:
        goes_with = f"action {event.action} is part of another and goes with it; move that one instead"
        raise Refused(RuleCode.OTHER_PRIORITY, goes_with)


def action_rescheduled(plan: Plan, event: events.ActionRescheduled) -> None:
    """Refused: without a reason."""
    open_action(plan, event.action, event)
    owes_reason(event, f"rescheduling action {event.action}")


def action_withdrawn(plan: Plan, event: events.ActionWithdrawn) -> None:
    """Refused: without a reason."""
    open_action(plan, event.action, event)
    owes_reason(event, f"withdrawing action {event.action}")


def action_reinstated(plan: Plan, event: events.ActionReinstated) -> None:
    """Refused: an action in the plan, one whose parent is not, or reopening a closed one without a reason."""
    action = known_action(plan, event.action, event)
    reading = on_the_day(plan, event)
    standing = reading.own_standing_of(action)
    assert standing is not None, "a known action has a standing"
    if action.parent is not None and not reading.is_open(plan.actions[action.parent]):
        raise Refused(
            RuleCode.PARENT_LEFT,
            f"the action that {event.action} is part of was not in the plan on {named(event.effective_on)}; "
            "reinstate that one first",
        )
    if standing.value == "open":
        there = f"action {event.action} was in the plan on {named(event.effective_on)}; nothing to reinstate"
        raise Refused(RuleCode.NOTHING_TO_REINSTATE, there)
    if standing.value == "closed":
        owes_reason(event, f"reopening action {event.action}, which was complete and closed,")


def assurance_given(plan: Plan, event: events.AssuranceGiven) -> None:
    """Refused: a priority that is not there on the day."""
    known_priority(plan, event.priority, event)


def measure_defined(plan: Plan, event: events.MeasureDefined) -> None:
    """Refused: a priority that is not there on the day, or a definition that the measure already has."""
    if event.priority is not None:
        known_priority(plan, event.priority, event)
    measure = plan.measures.get(event.measure)
    defined = measure.definition.at(plan.place(event.effective_on, plan.version)) if measure else None
    said = (event.title, event.unit, event.baseline, event.target, event.priority)
    if defined is not None and defined.value == said:
        same = f"measure {event.measure} is already so defined, since {named(defined.effective_on)}"
        raise Refused(RuleCode.ALREADY_DEFINED, same)


def measure_reported(plan: Plan, event: events.MeasureReported) -> None:
    """Refused: a measure that is not defined by the day."""
    measure = plan.measures.get(event.measure)
    first = next(measure.definition.known(plan.newest), None) if measure else None
    if first is None:
        missing = f"plan {plan.slug} has no measure {event.measure}: define it first"
        raise Refused(RuleCode.UNKNOWN_MEASURE, missing)
    if first.effective_on > event.effective_on:
        raise not_yet_added(f"measure {event.measure} was defined", first.effective_on, event)
