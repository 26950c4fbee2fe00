"""What is behind an action's being counted at one point and not at the other: which events, and which rating?"""

from collections.abc import Iterable

from domain.plan import Action
from projections.difference import Between
from projections.rag_comparison import Counted, Counts, Movement


def movement_behind(between: Between, movement: Movement) -> tuple[str, list[int]]:
    """What happened to an action that came, left or moved, and the versions of the events behind it.

    What happened is "added", "reinstated", "parts left" (it is counted again, as its parts have left), "split" (it is
    counted by its parts), "closed", "withdrawn", "not in the record" (as known at the current point it was never
    added), or "moved".
    """
    action = movement.action
    if movement.name == "moved":
        place = between.fact(_whole(action).priority)
        return "moved", place.versions if place else []
    turned = [one for one in _upwards(action) if _is_open(one, between.before) != _is_open(one, between.now)]
    if not turned:
        return ("split" if movement.step < 0 else "parts left"), _versions(between, _parts_turned(between, action))
    if movement.name == "new":
        standing = action.standing.at(*between.now)
        why = "added" if standing and standing.version == action.added and turned == [action] else "reinstated"
        return why, _versions(between, turned)
    # It left by the first of these; what left above it since makes no difference.
    gone = action.standing_at(*between.now) is None
    return ("not in the record" if gone else movement.name), _versions(between, turned[:1])


def rating_now(between: Between, movement: Movement, before: Counts, now: Counts) -> Counted | None:
    """How the action of a movement is rated at the current point; None where no action stands for it there.

    What has left is rated as it left; of an action that was split, the first of its parts takes its place.
    """
    action: Action | None = movement.action
    if movement.name in ("new", "moved") and action not in now:
        parts = (one for one in now if one not in before and movement.action in _upwards(one))
        action = next(parts, None)
    if action is None:
        return None
    given = action.rating.at(*between.now)
    rating = between.plan.find_rating(given, *between.now) if given else None
    return Counted(movement.priority, rating, given.version if given else None, due=False)


def _upwards(action: Action) -> list[Action]:
    """The action, and those it is part of."""
    chain = [action]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    return chain


def _whole(action: Action) -> Action:
    return _upwards(action)[-1]


def _parts_turned(between: Between, action: Action) -> list[Action]:
    return [part for part in action.parts if _is_open(part, between.before) != _is_open(part, between.now)]


def _is_open(action: Action, at: tuple[int, int]) -> bool:
    """Whether it is itself in the plan, whatever it is part of."""
    standing = action.standing.at(*at)
    return standing is not None and standing.value == "open"


def _versions(between: Between, turned: Iterable[Action]) -> list[int]:
    differences = (between.fact(action.standing) for action in turned)
    return sorted({version for found in differences if found for version in found.versions})
