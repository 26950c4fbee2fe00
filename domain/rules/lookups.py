"""The things that an event names, looked up in the plan on the event's day; Refused where one is missing."""

from datetime import date

from domain import events
from domain.plan.known import AsAt
from domain.plan.plan import Action, Plan, Priority
from domain.refusals import Refused, RuleCode


def named(day: date) -> str:
    """A day as a sentence names it: `31 May 2019`."""
    return f"{day.day} {day:%B %Y}"


def owes_reason(event: events.Event, what: str) -> None:
    """Raises Refused where the event gives no reason."""
    if event.reason is None:
        raise Refused(RuleCode.REASON_NEEDED, f"{what} needs a reason: say why")


def on_the_day(plan: Plan, event: events.Event) -> AsAt:
    """The plan on the event's day, with everything recorded."""
    return AsAt(plan, event.effective_on, plan.version)


def open_action(plan: Plan, number: str, event: events.Event, field: str = "action") -> Action:
    """The action with this number, which a field of the event names, open on the event's day."""
    action = known_action(plan, number, event, field)
    standing = on_the_day(plan, event).standing_of(action)
    if standing is not None and standing.value != "open":
        raise Refused(
            RuleCode.ACTION_LEFT,
            f"action {number} was {standing.value} on {named(standing.effective_on)}, so nothing can be recorded of it "
            f"for {named(event.effective_on)}; reinstate it first, or give a day before it left",
        )
    return action


def known_action(plan: Plan, number: str, event: events.Event, field: str = "action") -> Action:
    """The action with this number, which a field of the event names, added by the event's day."""
    action = plan.bearer(number, plan.version)
    if action is None:
        raise Refused(RuleCode.UNKNOWN_ACTION, f"plan {plan.slug} has no action {number}", field=field)
    if event.effective_on < action.added_on:
        raise not_yet_added(f"action {number} was added", action.added_on, event)
    return action


def known_priority(plan: Plan, number: str, event: events.Event, field: str = "priority") -> Priority:
    """The priority with this number, which a field of the event names, added by the event's day."""
    priority = plan.priorities.get(number)
    added = next(priority.added.known(plan.newest), None) if priority else None
    if priority is None or added is None:
        raise Refused(RuleCode.UNKNOWN_PRIORITY, f"plan {plan.slug} has no priority {number}", field=field)
    if added.effective_on > event.effective_on:
        raise not_yet_added(f"priority {number} was added", added.effective_on, event)
    return priority


def number_is_free(plan: Plan, number: str, action: Action | None) -> None:
    """Raises Refused where the number is, or once was, another action's."""
    bearer = plan.bearer(number, plan.version)
    if bearer is not None and bearer is not action:
        raise number_taken(
            f"the action number {number} is already used in plan {plan.slug}; numbers are never used again"
        )


def known_version(plan: Plan, version: int) -> str:
    """The type of the event of this version; raises Refused where there is none."""
    if version > plan.version:
        newest = f"its newest is {plan.version}"
        raise Refused(RuleCode.UNKNOWN_VERSION, f"plan {plan.slug} has no record number {version}; {newest}")
    return plan.log[version - 1][0]


def not_yet_added(what: str, day: date, event: events.Event) -> Refused:
    """The refusal of an event about something that came into the plan after the event's day."""
    sentence = f"{what} on {named(day)}, after {named(event.effective_on)}"
    return Refused(RuleCode.NOT_YET_ADDED, sentence)


def number_taken(sentence: str) -> Refused:
    """The refusal of a number that is already used."""
    return Refused(RuleCode.NUMBER_TAKEN, sentence)
