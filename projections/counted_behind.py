"""Why is an action counted at one point and not at the other? The events behind it, and its rating."""

from collections.abc import Iterable

from domain.plan.facts import Standing
from domain.plan.plan_at import PlanAt
from domain.plan.timeline import Assertion
from projections.difference import Between
from projections.rag_comparison import Counted, Counts, Movement


def movement_behind(between: Between, movement: Movement) -> tuple[str, list[int]]:
    """The kind of a movement, and the versions of the events behind it.

    The kind is "added", "reinstated", "parts left" (its parts have left, so it counts again), "split" (its parts count
    instead), "closed", "withdrawn", "not in the record" (as known at the current point it was never added), or "moved".
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
    # The first of these made it leave; actions above it that also left make no difference.
    now = between.now.action(movement.action)
    gone = now is None or now.standing is None
    return ("not in the record" if gone else movement.name), _versions(between, turned[:1])


def rating_now(between: Between, movement: Movement, before: Counts, now: Counts) -> Counted | None:
    """The rating of a moved action at the current point; None if no action is counted for it there.

    An action that has left keeps its last rating; for one that was split, the first of its parts counts.
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
    """The action and all actions above it."""
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
    """Whether the action itself came into the plan or left it, regardless of the actions above it."""
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
