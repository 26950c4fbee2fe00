"""Why is an action not found at a point? Perhaps the plan has it by now: since when, and by which event."""

from domain.plan import Action, Plan
from domain.timeline import end_of


def action_not_known(plan: Plan, number: str, at: str, basis: int, end: int | None = None) -> str | None:
    """What to tell whoever asks for an action that was not known at a point; None where the plan never had it.

    Args:
        plan: the plan, folded up to the basis or further.
        number: the number asked for.
        at: the point, as it is to be called.
        basis: the version up to which the record was taken into account.
        end: the key up to which assertions count, where a day was asked for.
    """
    borne = plan.numbers.get(number)
    if not borne:
        return None
    bearer = plan.find_action(number, plan.version)
    action, version = next((one for one in reversed(borne) if one[0] is bearer), borne[-1])
    return f"action {number} was not known at this point ({at}): {_why(plan, action, version, basis, end)}"


def _why(plan: Plan, action: Action, version: int, basis: int, end: int | None) -> str:
    """Since when the action bears the number, which the event of that version gave it."""
    _, on = plan.log[version - 1]
    day, was_added = f"{on.day} {on:%B} {on.year}", version == action.added
    if by := plan.withdrawn.get(version):
        what = "added it" if was_added else "gave it that number"
        return f"event {version}, which {what}, was withdrawn by event {by}"
    if was_added:
        late = "" if version <= basis else ", which was recorded later"
        return f"it is in the plan from {day}, by event {version}{late}"
    bore = action.number.at(end_of(on) if end is None else end, basis)
    called = f"; it bore the number {bore.value} then" if bore else ""
    return f"it has that number from {day}, by event {version}{called}"
