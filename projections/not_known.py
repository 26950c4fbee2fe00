"""Why is an action not found at a point? Perhaps the plan has it by now: since when, and by which event."""

from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from projections.point import in_words


def action_not_known(newest: PlanRecord, number: str, then: PlanAt | PlanRecord) -> str | None:
    """The reason why an action was not known at a point or version (`then`); None if the plan has never had it."""
    borne = newest.bearers(number)
    if not borne:
        return None
    bearer = newest.find_action(number)
    action, version = next((one for one in reversed(borne) if one[0] == bearer), borne[-1])
    at = then.point.fixed if isinstance(then, PlanAt) else f"record number {then.basis}"
    return f"action {number} was not known at this point ({at}): {_why(newest, action, version, then)}"


def _why(newest: PlanRecord, action: int, version: int, then: PlanAt | PlanRecord) -> str:
    """The day since which the action has had the number, given by the event of that version."""
    on = newest.logged(version).effective_on
    day, was_added = in_words(on), version == action
    if by := newest.withdrawn_by(version):
        what = "added it" if was_added else "gave it that number"
        return f"event {version}, which {what}, was withdrawn by event {by}"
    if was_added:
        late = "" if version <= then.basis else ", which was recorded later"
        return f"it is in the plan from {day}, by event {version}{late}"
    known = (then if isinstance(then, PlanAt) else then.on(on)).action(action)
    bore = known.number if known else None
    called = f"; it bore the number {bore.value} then" if bore else ""
    return f"it has that number from {day}, by event {version}{called}"
