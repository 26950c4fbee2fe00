"""How did the ratings move? The previous-against-current table by priority, with the changes behind it.

Every action in the plan counts once, under its rating or as unrated; for an action with parts, its parts are counted.
Actions are compared by identity, whatever their numbers. In every row and in the totals

    previous total + new + moved - closed - withdrawn = current total

holds, and over the totals `moved` is nil.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from domain.plan.action_at import ActionAt
from domain.plan.facts import Rated
from domain.plan.number_order import natural_order
from domain.plan.plan_at import PlanAt
from domain.plan.timeline import Assertion
from domain.refusals import Unprocessable
from domain.scales import Rating
from projections.comparison_tables import (
    ChangeDocument,
    Compared,
    ComparisonDocument,
    Pair,
    RowDocument,
    TotalsDocument,
)
from projections.heading import heading
from projections.narrative import Move, narrative
from projections.point import in_words, point_document
from projections.scale import key_of


class PointsReversed(Unprocessable):
    """The current point's day is before the previous one's."""

    code, field = "points-reversed", "current"


class Counted(NamedTuple):
    """An action counted at a point: its priority, its rating, the event that gave it, and whether it is due."""

    action: ActionAt
    priority: str
    rating: Rating | None
    given: Assertion[Rated] | None
    due: bool

    @property
    def version(self) -> int | None:
        """The version that gave the rating."""
        return self.given.version if self.given else None


#: The actions counted at a point, by the versions that added them.
Counts: TypeAlias = dict[int, Counted]


def in_order(previous: PlanAt, current: PlanAt) -> None:
    """Raises PointsReversed where the current point's day is before the previous one's."""
    if current.effective_on < previous.effective_on:
        raise PointsReversed(
            f"the current point ({in_words(current.effective_on)}) is before the previous one"
            f" ({in_words(previous.effective_on)}); give the earlier first"
        )


def rag_comparison(previous: PlanAt, current: PlanAt) -> ComparisonDocument:
    """The ratings at two points by priority, with movements, changes and narrative; raises PointsReversed."""
    in_order(previous, current)
    before, now = counted_at(previous), counted_at(current)
    ratings = columns(previous, current, [*before.values(), *now.values()])
    titles = {**previous.titles, **current.titles}
    tables = {number: _Table(list(ratings)) for number in sorted(titles, key=natural_order)}
    accounted = list(movements(current, before, now))
    _count(tables, before, now, accounted)
    split = _split(current, before, now)
    whole = _Table(list(ratings)).add(tables.values())
    with_unrated = whole.due_unrated > 0
    rows: list[RowDocument] = [
        {"priority": number, "title": titles[number], **table.document(with_unrated)}
        for number, table in tables.items()
    ]
    compared: Compared = {
        **heading(current),
        "previous": point_document(previous.point),
        "current": point_document(current.point),
        "ratings": key_of(ratings.values()),
        "rows": rows,
        "totals": whole.document(with_unrated),
        "changes": _changes(previous, current, before, now, split),
    }
    told = narrative(
        compared,
        {_number(current, action.id): len(action.open_parts) for action in split},
        _moves(current, accounted),
        _came_and_went(previous, current, accounted),
        sum(one.action.awaiting is not None for one in now.values()),
    )
    return {**compared, "narrative": told}


def _count(tables: "dict[str, _Table]", before: Counts, now: Counts, accounted: "list[Movement]") -> None:
    for was in before.values():
        tables[was.priority].count("previous", was)
    for is_ in now.values():
        tables[is_.priority].count("current", is_)
    for movement in accounted:
        tables[movement.priority].movements[movement.name] += movement.step


class _Table:
    """The counts of one row, while they are summed up."""

    def __init__(self, codes: list[str]) -> None:
        self.ratings: dict[str, Pair] = {code: {"previous": 0, "current": 0} for code in codes}
        self.unrated: Pair = {"previous": 0, "current": 0}
        self.total: Pair = {"previous": 0, "current": 0}
        self.movements = {"new": 0, "closed": 0, "withdrawn": 0, "moved": 0}
        self.due = dict.fromkeys(["total", *codes], 0)
        self.due_unrated = 0

    def count(self, when: str, counted: Counted) -> None:
        pair = self.unrated if counted.rating is None else self.ratings[counted.rating.code]
        pair[when] += 1  # type: ignore[literal-required]
        self.total[when] += 1  # type: ignore[literal-required]
        if when == "current" and counted.due:
            self.due["total"] += 1
            if counted.rating is None:
                self.due_unrated += 1
            else:
                self.due[counted.rating.code] += 1

    def add(self, others: "Iterable[_Table]") -> "_Table":
        for other in others:
            pairs = [(self.ratings[code], other.ratings[code]) for code in self.ratings]
            for mine, theirs in [*pairs, (self.unrated, other.unrated), (self.total, other.total)]:
                mine["previous"] += theirs["previous"]
                mine["current"] += theirs["current"]
            for counts, more in ((self.movements, other.movements), (self.due, other.due)):
                for name, count in more.items():
                    counts[name] += count
            self.due_unrated += other.due_unrated
        return self

    def document(self, with_unrated: bool) -> TotalsDocument:
        return {
            "ratings": self.ratings,
            "unrated": self.unrated,
            "new": self.movements["new"],
            "closed": self.movements["closed"],
            "withdrawn": self.movements["withdrawn"],
            "moved": self.movements["moved"],
            "total": self.total,
            "due": {**self.due, "unrated": self.due_unrated} if with_unrated else self.due,
        }


def counted_at(plan: PlanAt) -> Counts:
    """The actions counted at a point: those in the plan that have no parts in it."""
    counted: Counts = {}
    for action in plan.actions:
        if not action.is_open or action.open_parts:
            continue
        priority, given, due = action.priority_number, action.rating, action.due
        assert priority is not None, "an action has a priority from the day it was added"
        rating = plan.find_rating(given) if given else None
        by = due.value.timescale.due if due else None
        counted[action.id] = Counted(action, priority, rating, given, by is not None and by <= plan.effective_on)
    return counted


def columns(previous: PlanAt, current: PlanAt, counted: Iterable[Counted]) -> dict[str, Rating]:
    """The ratings that need a column: those of the current scale, then those only of the previous or an older scale."""
    columns: dict[str, Rating] = {}
    for scale in (current.scale, previous.scale):
        for rating in scale.value.ratings if scale else ():
            columns.setdefault(rating.code, rating)
    for one in counted:
        if one.rating is not None:
            columns.setdefault(one.rating.code, one.rating)
    return columns


class Movement(NamedTuple):
    """The reason why a row has one action more or less: `step` is 1 or -1, `name` the column that accounts for it.

    `action` is the version that added the action.
    """

    action: int
    priority: str
    name: str
    step: int


def movements(current: PlanAt, before: Counts, now: Counts) -> Iterator[Movement]:
    """Account for every action that is counted at only one point, or under another priority.

    A split action is no longer counted, and its parts are counted as new; one part takes its place, so `new` is one
    less. When all its parts have left, it is counted again, as new in their place.
    """
    for action, is_ in now.items():
        was = before.get(action)
        if was is None:
            yield Movement(action, is_.priority, "new", 1)
        elif was.priority != is_.priority:
            yield Movement(action, was.priority, "moved", -1)
            yield Movement(action, is_.priority, "moved", 1)
    for action, was in before.items():
        if action in now:
            continue
        at = current.action(action)
        standing = at.standing if at else None
        if at is None or standing is None or standing.value == "withdrawn":
            yield Movement(action, was.priority, "withdrawn", 1)
        elif standing.value == "closed":
            yield Movement(action, was.priority, "closed", 1)
        else:
            place = at.priority_number or was.priority
            if place != was.priority:
                yield Movement(action, was.priority, "moved", -1)
                yield Movement(action, place, "moved", 1)
            yield Movement(action, place, "new", -1)


def _moves(current: PlanAt, accounted: list[Movement]) -> list[Move]:
    """Each action that has moved, by its current number, with both priorities."""
    moved = [movement for movement in accounted if movement.name == "moved"]
    into = {movement.action: movement.priority for movement in moved if movement.step > 0}
    moves = [Move(_number(current, out.action), out.priority, into[out.action]) for out in moved if out.step < 0]
    return sorted(moves, key=lambda move: natural_order(move.number))


def _came_and_went(previous: PlanAt, current: PlanAt, accounted: list[Movement]) -> dict[tuple[str, str], list[str]]:
    """The numbers of the actions that came into a priority or left the plan from it, by priority and count."""
    numbers: dict[tuple[str, str], list[str]] = {}
    for movement in accounted:
        if movement.name != "moved" and movement.step > 0:
            number = _number(current, movement.action) or _number(previous, movement.action)
            numbers.setdefault((movement.priority, movement.name), []).append(number)
    return {where: sorted(those, key=natural_order) for where, those in numbers.items()}


def _split(current: PlanAt, before: Counts, now: Counts) -> list[ActionAt]:
    """The actions rated at the previous point that are counted by their parts at the current one."""
    gone = (current.action(action) for action, was in before.items() if was.rating and action not in now)
    return [action for action in gone if action and action.is_open]


def _number(plan: PlanAt, action: int) -> str:
    at = plan.action(action)
    number = at.number if at else None
    return number.value if number else ""


def _direction(previous: PlanAt, current: PlanAt, was: Counted | None, is_: Counted | None) -> str:
    """The direction of a change, by the current scale, the previous one, or the one on which both ratings were given.

    If none of these orders the two ratings (a first rating, or one from another scale), the result is "same".
    """
    if was is None or is_ is None or was.rating is None or is_.rating is None:
        return "same"
    assert was.given is not None and is_.given is not None, "what has a rating was given it"
    codes = was.rating.code, is_.rating.code
    for scale in (current.scale, previous.scale):
        if scale and (way := scale.value.direction(*codes)):
            return way
    given_on = previous.scale_given_on(was.given)
    if given_on is None or given_on != current.scale_given_on(is_.given):
        return "same"
    return given_on.direction(*codes) or "same"


def _changes(
    previous: PlanAt, current: PlanAt, before: Counts, now: Counts, split: list[ActionAt]
) -> list[ChangeDocument]:
    changes: list[ChangeDocument] = []
    for action in [*(one.action for one in now.values()), *split]:
        was, is_ = before.get(action.id), now.get(action.id)
        former = was.rating.code if was and was.rating else None
        code = is_.rating.code if is_ and is_.rating else None
        if former == code and not (is_ and is_.rating and is_.rating.concern):
            continue
        text = action.text
        changes.append({
            "action": _number(current, action.id),
            "priority": is_.priority if is_ else action.priority_number or "",
            "text": text.value if text else "",
            "previous": former,
            "current": code,
            "direction": _direction(previous, current, was, is_),
            "why": "split" if is_ is None else "unchanged concern" if former == code else "changed",
            "previous_version": was.version if was else None,
            "current_version": is_.version if is_ else None,
            "corrected_by": current.withdrawn_by(was.version) if was and was.version else None,
        })  # fmt: skip
    changes.sort(key=lambda change: (natural_order(change["priority"]), natural_order(change["action"])))
    return changes
