"""What is behind an action's being counted at one point and not at the other: which events, and which rating?"""

from collections.abc import Iterable

from domain.plan.facts import Standing
from domain.plan.plan_at import PlanAt
from domain.plan.timeline import Assertion
from projections.difference import Between
from projections.rag_comparison import Counted, Counts, Movement


def movement_behind(between: Between, movement: Movement) -> tuple[str, list[int]]:
    """What happened to an action that came, left or moved, and the versions of the events behind it.

    What happened is "added", "reinstated", "parts left" (it is counted again, as its parts have left), "split" (it is
    counted by its parts), "closed", "withdrawn", "not in the record" (as known at the current point it was never
    added), or "moved".
    """
    chain = _upwards(between, movement.action)
    if movement.name == "moved":
        place = between.difference(*(_own_priority(plan, chain[-1]) for plan in (between.before, between.now)))
        return "moved", place.versions if place else []
    turned = [one for one in chain if _has_turned(between, one)]
    if not turned:
        return ("split" if movement.step < 0 else "parts left"), _versions(between, _parts_turned(between, chain[0]))
    if movement.name == "new":
        now = between.now.action(movement.action)
        standing = now.own_standing if now else None
        why = "added" if standing and standing.version == movement.action and turned == chain[:1] else "reinstated"
        return why, _versions(between, turned)
    # It left by the first of these; what left above it since makes no difference.
    now = between.now.action(movement.action)
    gone = now is None or now.standing is None
    return ("not in the record" if gone else movement.name), _versions(between, turned[:1])


def rating_now(between: Between, movement: Movement, before: Counts, now: Counts) -> Counted | None:
    """How the action of a movement is rated at the current point; None where no action stands for it there.

    What has left is rated as it left; of an action that was split, the first of its parts takes its place.
    """
    action = between.now.action(movement.action)
    if movement.name in ("new", "moved") and movement.action not in now:
        parts = (one.action for one in now.values() if one.action.id not in before)
        action = next((one for one in parts if movement.action in (above.id for above in one.upwards())), None)
    if action is None:
        return None
    given = action.rating
    rating = between.now.find_rating(given) if given else None
    return Counted(action, movement.priority, rating, given, due=False)


def _upwards(between: Between, action: int) -> list[int]:
    """The action, and those it is part of."""
    known = between.now.action(action) or between.before.action(action)
    assert known is not None, "what moved is known at one of the points"
    return [one.id for one in known.upwards()]


def _own_priority(plan: PlanAt, action: int) -> Assertion[str] | None:
    at = plan.action(action)
    return at.priority if at else None


def _own_standing(plan: PlanAt, action: int) -> Assertion[Standing] | None:
    at = plan.action(action)
    return at.own_standing if at else None


def _has_turned(between: Between, action: int) -> bool:
    """Whether it has itself come into the plan or left it, whatever it is part of."""
    return _is_itself_open(between.before, action) != _is_itself_open(between.now, action)


def _is_itself_open(plan: PlanAt, action: int) -> bool:
    standing = _own_standing(plan, action)
    return standing is not None and standing.value == "open"


def _parts_turned(between: Between, action: int) -> list[int]:
    parts = {part.id for plan in (between.before, between.now) if (at := plan.action(action)) for part in at.parts}
    return [part for part in sorted(parts) if _has_turned(between, part)]


def _versions(between: Between, turned: Iterable[int]) -> list[int]:
    standings = ([_own_standing(plan, one) for plan in (between.before, between.now)] for one in turned)
    differences = (between.difference(*both) for both in standings)
    return sorted({version for found in differences if found for version in found.versions})
