"""What an event speaks of, as the plan knows it on the event's day; or the refusal that says why it does not."""

from datetime import date

from domain import events
from domain.plan.known import AsAt
from domain.plan.plan import Action, Plan, Priority


class Refused(Exception):
    """Why nothing was recorded: a sentence that names the thing and the day, and the remedy where there is one.

    `index` is the place of the refused event in its batch, counting from 0.
    """

    def __init__(self, sentence: str, index: int = 0) -> None:
        self.index = index
        super().__init__(sentence)


def named(day: date) -> str:
    """A day as a sentence names it: `31 May 2019`."""
    return f"{day.day} {day:%B %Y}"


def owes_reason(event: events.Event, what: str) -> None:
    """Raises Refused where the event says no reason."""
    if event.reason is None:
        raise Refused(f"{what} needs a reason: say why in `reason`")


def on_the_day(plan: Plan, event: events.Event) -> AsAt:
    """The plan as it stands on the event's day, with everything recorded."""
    return AsAt(plan, event.effective_on, plan.version)


def open_action(plan: Plan, number: str, event: events.Event) -> Action:
    """The action with this number, open on the event's day."""
    action = known_action(plan, number, event)
    standing = on_the_day(plan, event).standing_of(action)
    if standing is not None and standing.value != "open":
        raise Refused(
            f"action {number} was {standing.value} on {named(standing.effective_on)}, so nothing can be recorded of it "
            f"for {named(event.effective_on)}; reinstate it first (ActionReinstated), or give a day before it left"
        )
    return action


def known_action(plan: Plan, number: str, event: events.Event) -> Action:
    """The action with this number, added by the event's day."""
    action = plan.bearer(number, plan.version)
    if action is None:
        raise Refused(f"plan {plan.slug} has no action {number}")
    if event.effective_on < action.added_on:
        raise Refused(f"action {number} was added on {named(action.added_on)}, after {named(event.effective_on)}")
    return action


def known_priority(plan: Plan, number: str, event: events.Event) -> Priority:
    """The priority with this number, added by the event's day."""
    priority = plan.priorities.get(number)
    added = next(priority.added.known(plan.newest), None) if priority else None
    if priority is None or added is None:
        raise Refused(f"plan {plan.slug} has no priority {number}")
    if added.effective_on > event.effective_on:
        raise Refused(f"priority {number} was added on {named(added.effective_on)}, after {named(event.effective_on)}")
    return priority


def number_is_free(plan: Plan, number: str, action: Action | None) -> None:
    """Raises Refused where the number is, or once was, another action's."""
    bearer = plan.bearer(number, plan.version)
    if bearer is not None and bearer is not action:
        raise Refused(f"the action number {number} is already used in plan {plan.slug}; numbers are never used again")
