"""How did the ratings move? The previous-against-current table by priority, with the changes behind it.

Every action in the plan counts once, under its rating or as unrated; an action with parts is counted by its parts.
Actions are compared by identity, whatever number they bear. In every row and in the totals

    previous total + new + moved - closed - withdrawn = current total

holds, and over the totals `moved` is nil.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple, TypeAlias

from typing_extensions import TypedDict

from domain.plan import Action, Plan, natural_order
from domain.points import Point
from domain.scales import Rating, Scale
from domain.timeline import end_of
from projections.due import due_at
from projections.heading import Heading, heading
from projections.narrative import Move, narrative
from projections.point import PointDocument, point_document
from projections.scale import RatingDocument, rating_document


class PointsReversed(ValueError):
    """The current point's day is before the previous one's."""


class Pair(TypedDict):
    """A count at the previous point and at the current one."""

    previous: int
    current: int


class TotalsDocument(TypedDict):
    """Counts over a set of actions. `due` counts those due by the current day, in all and by current rating.

    It counts those without a rating as `unrated`, in every table of a comparison in which there are any.
    """

    ratings: dict[str, Pair]
    unrated: Pair
    new: int
    closed: int
    withdrawn: int
    moved: int
    total: Pair
    due: dict[str, int]


class RowDocument(TotalsDocument):
    """The counts of one priority."""

    priority: str
    title: str


class ChangeDocument(TypedDict):
    """An action whose rating differs, or whose current rating is a concern, with the versions that rated it.

    `why` is "changed", "unchanged concern", or "split" of a rated action that is now counted by its parts: it has no
    current rating then. `corrected_by` is the version that withdrew the previous rating as recorded in error: then the
    difference is one of the record and not of the action.
    """

    action: str
    priority: str
    text: str
    previous: str | None
    current: str | None
    direction: str
    why: str
    previous_version: int | None
    current_version: int | None
    corrected_by: int | None


class ComparisonDocument(Heading):
    """Previous against current. `ratings` is the key to the codes, in the order of the columns."""

    previous: PointDocument
    current: PointDocument
    ratings: list[RatingDocument]
    rows: list[RowDocument]
    totals: TotalsDocument
    changes: list[ChangeDocument]
    narrative: list[str]


class Counted(NamedTuple):
    """An action counted at a point: where it stands, its rating, the version that gave it, and whether it is due."""

    priority: str
    rating: Rating | None
    version: int | None
    due: bool


Counts: TypeAlias = dict[Action, Counted]


def rag_comparison(plan: Plan, previous: Point, current: Point) -> ComparisonDocument:
    """The ratings at two points side by side, by priority, with movements, changes and narrative.

    Raises:
        PointsReversed: the current point's day is before the previous one's.
    """
    if current.effective_on < previous.effective_on:
        raise PointsReversed(
            f"the current point ({_day(current.effective_on)}) is before the previous one"
            f" ({_day(previous.effective_on)}); give the earlier first"
        )
    head = heading(plan)
    before, now = counted_at(plan, previous), counted_at(plan, current)
    ratings = columns(plan, previous, current, [*before.values(), *now.values()])
    titles = dict(plan.priorities_at(plan.day_end(previous), previous.basis))
    titles.update(plan.priorities_at(plan.day_end(current), current.basis))
    tables = {number: _Table(list(ratings)) for number in sorted(titles, key=natural_order)}
    for was in before.values():
        tables[was.priority].count("previous", was)
    for is_ in now.values():
        tables[is_.priority].count("current", is_)
    accounted = list(movements(plan, current, before, now))
    for movement in accounted:
        tables[movement.priority].movements[movement.name] += movement.step
    split = _split(plan, current, before, now)
    changes = _changes(plan, previous, current, before, now, split)
    into = {
        _number(plan, action, current): len(action.open_parts(plan.day_end(current), current.basis)) for action in split
    }
    whole = _Table(list(ratings)).add(tables.values())
    with_unrated = whole.due_unrated > 0
    rows: list[RowDocument] = [
        {"priority": number, "title": titles[number], **table.document(with_unrated)}
        for number, table in tables.items()
    ]
    totals = whole.document(with_unrated)
    key = [rating_document(rating) for rating in ratings.values()]
    return {
        **head,
        "previous": point_document(previous),
        "current": point_document(current),
        "ratings": key,
        "rows": rows,
        "totals": totals,
        "changes": changes,
        "narrative": narrative(
            head["priority_word"],
            current.effective_on,
            key,
            rows,
            totals,
            changes,
            into,
            _moves(plan, current, accounted),
            _came_and_went(plan, previous, current, accounted),
            sum(action.awaiting_at(plan.day_end(current), current.basis) is not None for action in now),
        ),
    }


class _Table:
    """The counts of one row while they are being made."""

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


def counted_at(plan: Plan, point: Point) -> Counts:
    """The actions counted at a point: those in the plan that have no parts in it."""
    end, basis, day = plan.day_end(point), point.basis, point.effective_on
    scale = plan.scale.at(end, basis)
    known = {rating.code: rating for rating in scale.value.ratings} if scale else {}
    counted: Counts = {}
    for action in plan.actions.values():
        if not action.is_open(end, basis) or action.open_parts(end, basis):
            continue
        priority = action.priority_at(end, basis)
        assert priority is not None, "an action has a priority from the day it was added"
        rated, due = action.rating.at(end, basis), due_at(action, end, basis)
        rating = None
        if rated is not None:
            rating = known.get(rated.value.code) or plan.find_rating(rated, end, basis)
        by = due.value.timescale.due if due else None
        counted[action] = Counted(priority, rating, rated.version if rated else None, by is not None and by <= day)
    return counted


def columns(plan: Plan, previous: Point, current: Point, counted: Iterable[Counted]) -> dict[str, Rating]:
    """The ratings that need a column: the current scale's, then what only the previous scale or an older one has."""
    columns: dict[str, Rating] = {}
    for point in (current, previous):
        if scale := plan.scale.at(plan.day_end(point), point.basis):
            for rating in scale.value.ratings:
                columns.setdefault(rating.code, rating)
    for one in counted:
        if one.rating is not None:
            columns.setdefault(one.rating.code, one.rating)
    return columns


class Movement(NamedTuple):
    """Why a row holds more or fewer actions than before: `step` is 1 or -1, `name` the column that accounts for it."""

    action: Action
    priority: str
    name: str
    step: int


def movements(plan: Plan, current: Point, before: Counts, now: Counts) -> Iterator[Movement]:
    """Account for every action that is counted at one point and not at the other, or under another priority.

    When an action is split, it stops being counted and its parts are counted as new: one of them takes its place, so
    `new` is one less. When all its parts have left it is counted again, as new in their place.
    """
    end, basis = plan.day_end(current), current.basis
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
        standing = action.standing_at(end, basis)
        if standing is None or standing.value == "withdrawn":
            yield Movement(action, was.priority, "withdrawn", 1)
        elif standing.value == "closed":
            yield Movement(action, was.priority, "closed", 1)
        else:
            place = action.priority_at(end, basis) or was.priority
            if place != was.priority:
                yield Movement(action, was.priority, "moved", -1)
                yield Movement(action, place, "moved", 1)
            yield Movement(action, place, "new", -1)


def _moves(plan: Plan, current: Point, accounted: list[Movement]) -> list[Move]:
    """Each action that has moved, by the number it bears now, from where to where."""
    moved = [movement for movement in accounted if movement.name == "moved"]
    into = {movement.action: movement.priority for movement in moved if movement.step > 0}
    moves = [Move(_number(plan, out.action, current), out.priority, into[out.action]) for out in moved if out.step < 0]
    return sorted(moves, key=lambda move: natural_order(move.number))


def _came_and_went(
    plan: Plan, previous: Point, current: Point, accounted: list[Movement]
) -> dict[tuple[str, str], list[str]]:
    """The numbers of the actions that came into a priority or left the plan from it, by priority and count."""
    numbers: dict[tuple[str, str], list[str]] = {}
    for movement in accounted:
        if movement.name != "moved" and movement.step > 0:
            number = _number(plan, movement.action, current) or _number(plan, movement.action, previous)
            numbers.setdefault((movement.priority, movement.name), []).append(number)
    return {where: sorted(those, key=natural_order) for where, those in numbers.items()}


def _split(plan: Plan, current: Point, before: Counts, now: Counts) -> list[Action]:
    """The actions rated at the previous point that are counted by their parts at the current one."""
    end, basis = plan.day_end(current), current.basis
    return [action for action, was in before.items() if was.rating and action not in now and action.is_open(end, basis)]


def _number(plan: Plan, action: Action, point: Point) -> str:
    number = action.number.at(plan.day_end(point), point.basis)
    return number.value if number else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _corrected_by(plan: Plan, was: Counted | None, current: Point) -> int | None:
    """The version that by the current point had withdrawn the previous rating."""
    withdrawal = plan.withdrawn.get(was.version) if was and was.version is not None else None
    return withdrawal if withdrawal is not None and withdrawal <= current.basis else None


def _direction(plan: Plan, previous: Point, current: Point, was: Counted | None, is_: Counted | None) -> str:
    """Where a rating went, by the order of the current scale, the previous one, or the one that both were given on.

    Where none of these orders the two (a first rating, or one from another scale), there is no direction.
    """
    if was is None or is_ is None or was.rating is None or is_.rating is None:
        return "same"
    scales: list[Scale | None] = []
    for point in (current, previous):
        said = plan.scale.at(plan.day_end(point), point.basis)
        scales.append(said.value if said else None)
    given_on = _given_on(plan, was, previous)
    if given_on == _given_on(plan, is_, current):
        scales.append(given_on)
    codes = was.rating.code, is_.rating.code
    return next((way for scale in scales if scale and (way := scale.direction(*codes))), "same")


def _given_on(plan: Plan, counted: Counted, point: Point) -> Scale | None:
    """The scale of the day a rating was given or, where that has since become another, the one it was judged by."""
    assert counted.rating is not None and counted.version is not None
    end = end_of(plan.log[counted.version - 1][1])
    for known in (point.basis, counted.version):
        if (said := plan.scale.at(end, known)) and said.value.find(counted.rating.code):
            return said.value
    return None


def _changes(
    plan: Plan, previous: Point, current: Point, before: Counts, now: Counts, split: list[Action]
) -> list[ChangeDocument]:
    end, basis = plan.day_end(current), current.basis
    changes: list[ChangeDocument] = []
    for action in [*now, *split]:
        was, is_ = before.get(action), now.get(action)
        former = was.rating.code if was and was.rating else None
        code = is_.rating.code if is_ and is_.rating else None
        if former == code and not (is_ and is_.rating and is_.rating.concern):
            continue
        text = action.text.at(end, basis)
        changes.append({
            "action": _number(plan, action, current),
            "priority": is_.priority if is_ else action.priority_at(end, basis) or "",
            "text": text.value if text else "",
            "previous": former,
            "current": code,
            "direction": _direction(plan, previous, current, was, is_),
            "why": "split" if is_ is None else "unchanged concern" if former == code else "changed",
            "previous_version": was.version if was else None,
            "current_version": is_.version if is_ else None,
            "corrected_by": _corrected_by(plan, was, current),
        })  # fmt: skip
    changes.sort(key=lambda change: (natural_order(change["priority"]), natural_order(change["action"])))
    return changes
