"""Rules on ratings, their confirmation by a second person, and the closing of actions as complete."""

from datetime import date

from domain import events
from domain.names import name_key
from domain.plan.facts import Awaiting
from domain.plan.plan import Action, Plan
from domain.plan.timeline import Assertion
from domain.refusals import Refused, RuleCode
from domain.rules.lookups import named, on_the_day, open_action, owes_reason


def action_rated(plan: Plan, event: events.ActionRated) -> None:
    """Refused: a rating not on the scale of the day, without the evidence it needs, or reopening without a reason."""
    action = open_action(plan, event.action, event)
    reading = on_the_day(plan, event)
    scale = reading.scale
    if scale is None:
        raise Refused(RuleCode.NO_SCALE, f"plan {plan.slug} had no rating scale on {named(event.effective_on)}")
    rating = scale.value.find(event.rating)
    if rating is None:
        codes = ", ".join(known.code for known in scale.value.ratings) or "no ratings"
        raise Refused(
            RuleCode.NOT_ON_SCALE,
            f"{event.rating!r} is not on the plan's scale on {named(event.effective_on)} ({scale.value.name}: {codes})",
        )
    if rating.needs_evidence and not event.evidence:
        needs = f"rating action {event.action} {rating.label} needs evidence: name it"
        raise Refused(RuleCode.EVIDENCE_NEEDED, needs)
    given = reading.rating_of(action)
    before = reading.find_rating(given) if given else None
    if before is not None and before.complete and not rating.complete:
        owes_reason(event, f"reopening action {event.action}, which was {before.label} on {named(event.effective_on)},")


def rating_confirmed(plan: Plan, event: events.RatingConfirmed) -> None:
    """Refused: a rating that does not await confirmation, is of a later day, or is no longer on the scale."""
    action = open_action(plan, event.action, event)
    given = _needing_second_person(plan, event, action)
    what = f"event {given.version}, which rated action {event.action} {_label(plan, given)},"
    if confirmation := _confirmation(plan, given.version):
        raise _not_awaited(f"{what} was already confirmed on {named(confirmation[1])}, by event {confirmation[0]}")
    if event.effective_on < given.effective_on:
        raise Refused(
            RuleCode.CONFIRMED_BEFORE_ITS_DAY,
            f"{what} cannot have been confirmed on {named(event.effective_on)}, before the day it is about "
            f"({named(given.effective_on)})",
        )
    reading = on_the_day(plan, event)
    waiting, counts = reading.awaiting_of(action), reading.rating_of(action)
    if waiting is None or waiting.version != given.version:
        later = waiting or counts
        assert later is not None, "a rating awaits confirmation until another takes its place"
        raise _not_awaited(
            f"{what} no longer awaits confirmation: another rating stands from {named(later.effective_on)} "
            f"(event {later.version}); rate the action again if this one is right"
        )
    scale = reading.scale
    if scale is None or scale.value.find(given.value.code) is None:
        raise Refused(
            RuleCode.NOT_ON_SCALE,
            f"{given.value.code!r} is not on the plan's scale on {named(event.effective_on)} any more, so it cannot be "
            f"confirmed; rate action {event.action} on the new scale",
            field="effective_on",
        )


def _needing_second_person(plan: Plan, event: events.RatingConfirmed, action: Action) -> Assertion[Awaiting]:
    """The rating that a confirmation names; raises Refused unless it is one of this action that needs confirmation."""
    version = event.version
    rated = version <= plan.version and plan.log[version - 1][0] == events.ActionRated.__name__
    if not rated or version not in plan.dependents.get(action.added, ()):
        raise Refused(
            RuleCode.NOT_A_RATING,
            f"event {version} of plan {plan.slug} is no rating of action {event.action}; give the record number of the "
            "rating that is to be confirmed",
        )
    if by := plan.withdrawn.get(version):
        raise _not_awaited(f"event {version} was withdrawn as recorded in error, by event {by}; nothing to confirm")
    given = next((said for said in action.awaiting.known(plan.newest) if said.version == version), None)
    if given is None:
        raise _not_awaited(f"event {version} counts by itself: that rating needs no second person")
    return given


def _not_awaited(sentence: str) -> Refused:
    return Refused(RuleCode.NOT_AWAITED, sentence)


def _confirmation(plan: Plan, version: int) -> tuple[int, date] | None:
    """Version and day of a rating's confirmation, unless withdrawn; None where there is none."""
    confirmed = events.RatingConfirmed.__name__
    for dependent in plan.dependents.get(version, ()):
        kind, day = plan.log[dependent - 1]
        if kind == confirmed and plan.newest.stands(dependent):
            return dependent, day
    return None


def _label(plan: Plan, given: Assertion[Awaiting]) -> str:
    """The label of a rating on the scale that it was judged by."""
    scale = plan.scale.at(plan.place(given.effective_on, given.version))
    rating = scale.value.find(given.value.code) if scale else None
    return rating.label if rating else given.value.code


def confirmed_by_another(plan: Plan, event: events.RatingConfirmed, by: str) -> None:
    """Refused: by the author of the rating, also under a name that would be taken for the same."""
    action = open_action(plan, event.action, event)
    given = _needing_second_person(plan, event, action)
    if name_key(given.value.rated_by) == name_key(by):
        raise Refused(
            RuleCode.OWN_RATING,
            f"event {given.version}, which rated action {event.action} {_label(plan, given)}, was recorded by {by}: "
            "a rating is confirmed by somebody else",
        )


def action_closed(plan: Plan, event: events.ActionClosed) -> None:
    """Refused: an action that is not rated complete by a rating that counts."""
    action = open_action(plan, event.action, event)
    reading = on_the_day(plan, event)
    if not reading.is_complete(action):
        remedy = "rate it complete first, or withdraw it"
        if waiting := reading.awaiting_of(action):
            remedy = (
                f"its rating {_label(plan, waiting)} (event {waiting.version}) still awaits confirmation by a second "
                "person"
            )
        raise Refused(
            RuleCode.NOT_COMPLETE,
            f"action {event.action} was not rated complete on {named(event.effective_on)}, so it cannot be closed; "
            f"{remedy}",
        )
