"""Late news before the closing of an action is refused where the closing could not have followed it."""

from collections.abc import Iterator

from domain import events
from domain.plan.facts import Rated, Standing
from domain.plan.known import AsAt
from domain.plan.plan import Action, Plan
from domain.plan.timeline import Assertion
from domain.refusals import Refused, RuleCode
from domain.rules.lookups import known_action, named, on_the_day


def rated_before_closing(plan: Plan, event: events.ActionRated) -> None:
    """Refused: late news of an incomplete rating that would count on the day of a later closing."""
    action = known_action(plan, event.action, event)
    scale = on_the_day(plan, event).scale
    rating = scale.value.find(event.rating) if scale else None
    if rating is None or rating.needs_second_person:
        return  # it does not count before it is confirmed
    _keeps_complete(plan, action, event, event.rating)


def confirmed_before_closing(plan: Plan, event: events.RatingConfirmed) -> None:
    """Refused: late news of a confirmation by which an incomplete rating would count on the day of a later closing."""
    action = known_action(plan, event.action, event)
    given = next((one for one in action.awaiting.known(plan.newest) if one.version == event.version), None)
    if given is not None:
        _keeps_complete(plan, action, event, given.value.code)


def left_before_closing(plan: Plan, event: events.ActionWithdrawn | events.ActionClosed) -> None:
    """Refused: late news that an action left the plan before it, or a part of it, was closed."""
    action = known_action(plan, event.action, event)
    for one in (action, *_below(plan, action)):
        for closing in _closings_after(plan, one, event):
            _refuse(plan, one, closing, "would have left the plan before that")


def added_before_closing(plan: Plan, event: events.ActionAdded) -> None:
    """Refused: late news of a part of an action that was closed later."""
    above = plan.bearer(event.parent, plan.version) if event.parent is not None else None
    while above is not None:
        for closing in _closings_after(plan, above, event):
            _refuse(plan, above, closing, f"would not have been complete, as its part {event.number} is not rated")
        above = plan.actions[above.parent] if above.parent is not None else None


def adopted_before_closing(plan: Plan, event: events.ScaleAdopted) -> None:
    """Refused: late news of a scale on which an action closed later would not have been complete."""
    incomplete = {rating.code for rating in event.scale.ratings if not rating.complete}
    for action in plan.actions.values():
        for closing in _closings_after(plan, action, event):
            reading = AsAt(plan, closing.effective_on, plan.version)
            by_another = reading.scale is not None and reading.scale.effective_on > event.effective_on
            rating = reading.rating_of(action)
            if not by_another and rating is not None and rating.value.code in incomplete:
                _refuse(plan, action, closing, f"would not have been complete by the scale {event.scale.name}")


def _keeps_complete(plan: Plan, action: Action, event: events.Event, code: str) -> None:
    """Refuse an incomplete rating that would count on the day of a later closing of the action or one above it."""
    above: Action | None = action
    while above is not None:
        for closing in _closings_after(plan, above, event):
            reading = AsAt(plan, closing.effective_on, plan.version)
            stands = reading.rating_of(action)
            counts = stands is None or stands.effective_on <= event.effective_on
            if above is not action:
                own = reading.own_standing_of(action)
                counts = counts and own is not None and own.value == "open"
            rating = Assertion(Rated(code, ()), event.effective_on, plan.version)
            if counts and not reading.completes(rating):
                _refuse(plan, above, closing, "would not have been complete then")
        above = plan.actions[above.parent] if above.parent is not None else None


def _closings_after(plan: Plan, action: Action, event: events.Event) -> Iterator[Assertion[Standing]]:
    """The closings of an action from a later day than the event's."""
    for standing in action.standing.all(plan.newest):
        if standing.value == "closed" and standing.effective_on > event.effective_on:
            yield standing


def _below(plan: Plan, action: Action) -> Iterator[Action]:
    parts = list(action.parts)
    while parts:
        yield plan.actions[parts[-1]]
        parts += plan.actions[parts.pop()].parts


def _refuse(plan: Plan, action: Action, closing: Assertion[Standing], why: str) -> None:
    number = action.number.at(plan.place(closing.effective_on, plan.version))
    assert number is not None, "an action that was closed has a number"
    raise Refused(
        RuleCode.CLOSED_LATER,
        f"action {number.value} was closed as complete on {named(closing.effective_on)} (event {closing.version}), "
        f"and {why}; withdraw that closing first, or give a later day",
    )
