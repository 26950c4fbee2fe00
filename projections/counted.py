"""Which actions does a figure count? The actions behind any number of a comparison, with the events behind each.

Comparison and lists use the same two sets of actions (`counted_at`) and the same movements, so that the entries of a
list add up to its figure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NotRequired

from typing_extensions import TypedDict

from domain.plan.number_order import natural_order
from domain.plan.plan_at import PlanAt
from domain.refusals import Unknown
from projections.action import ActionDocument, ActionsAt, AwaitingDocument, TimescaleDocument
from projections.claims import UNRATED
from projections.counted_behind import movement_behind, rating_now
from projections.difference import Between
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document
from projections.rag_comparison import Counted, columns, counted_at, in_order, movements
from projections.scale import RatingDocument, key_of

When = Literal["current", "previous"]
Population = Literal["all", "due", "new", "closed", "withdrawn", "moved"]


class CountUnknown(Unknown):
    """The comparison has no such rating or priority; the message lists those it has."""

    code = "unknown-count"

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class CountQuery:
    """The figure that is asked about.

    Attributes:
        when: the point of the actions and their ratings; for a movement, the point of the rating.
        population: all actions; those due by the point's day; or those that came, left or moved between the points.
        rating: its code, "unrated" for none; None for any.
        priority: its number; None for the whole plan.
    """

    when: When = "current"
    population: Population = "all"
    rating: str | None = None
    priority: str | None = None


class CountQueryDocument(TypedDict):
    """The query, as in `CountQuery`."""

    when: str
    population: str
    rating: str | None
    priority: str | None


class CountedAction(TypedDict):
    """An action behind a figure, as it is at the point or, where it is not in the plan there, at the other one.

    `count` is what it adds to the figure: 1, or -1 of an action split into parts, one of which takes its place among
    the new, and of one moved elsewhere. `rating_version` is the event that rated it. Of movements, `why` says what
    happened, `versions` are the events behind it, and `other_priority` is where it came from or went to. `known` says
    whether the plan has the action at the current point; `added_version` is the event that added it. `awaiting` stands
    there only where another rating, which does not count yet, awaits confirmation.
    """

    action: str
    text: str
    priority: str
    rating: str | None
    awaiting: NotRequired[AwaitingDocument]
    rating_version: int | None
    status: str
    timescale: TimescaleDocument | None
    overdue: bool
    count: int
    why: str | None
    versions: list[int]
    other_priority: str | None
    known: bool
    added_version: int


class CountedDocument(Heading):
    """The actions behind a figure. `count` is the figure; `priority_title` is that of the priority asked about."""

    previous: PointDocument
    current: PointDocument
    ratings: list[RatingDocument]
    query: CountQueryDocument
    priority_title: str | None
    count: int
    actions: list[CountedAction]


def counted_actions(previous: PlanAt, current: PlanAt, query: CountQuery) -> CountedDocument:
    """The actions that a figure of the comparison counts, in the order of the plan.

    Raises:
        CountUnknown: the comparison has no such rating or priority.
        PointsReversed: the current point's day is before the previous one's, so that there is no comparison.
    """
    in_order(previous, current)
    both = _Both(previous, current)
    ratings = columns(previous, current, [*both.before.values(), *both.now.values()])
    titles = {**previous.titles, **current.titles}
    word = heading(current)["priority_word"].lower()
    _known("rating", "rating", query.rating, [*ratings, UNRATED])
    _known("priority", word, query.priority, list(titles))
    moving = query.population not in ("all", "due")
    found = [
        entry
        for entry in (both.movements(query) if moving else both.standing(query))
        if query.priority in (None, entry["priority"]) and query.rating in (None, entry["rating"] or UNRATED)
    ]
    found.sort(key=lambda entry: (natural_order(entry["priority"]), natural_order(entry["action"])))
    return {
        **heading(current),
        "previous": point_document(previous.point),
        "current": point_document(current.point),
        "ratings": key_of(ratings.values()),
        "query": {
            "when": query.when,
            "population": query.population,
            "rating": query.rating,
            "priority": query.priority,
        },
        "priority_title": titles.get(query.priority) if query.priority else None,
        "count": sum(entry["count"] for entry in found),
        "actions": found,
    }


def _known(field: str, what: str, named: str | None, known: list[str]) -> None:
    if named is not None and named not in known:
        there_is = ", ".join(known) or "none"
        raise CountUnknown(field, f"there is no {what} {named!r} in this comparison; there is {there_is}")


class _Both:
    """The actions counted at both points, and their entries."""

    def __init__(self, previous: PlanAt, current: PlanAt) -> None:
        self._previous, self._current = previous, current
        self.between = Between(previous, current)
        self.before, self.now = counted_at(previous), counted_at(current)

    def standing(self, query: CountQuery) -> Iterator[CountedAction]:
        """The actions counted at the point asked about."""
        for action, counted in (self.before if query.when == "previous" else self.now).items():
            if query.population == "all" or counted.due:
                yield self._entry(action, query.when, counted.priority, counted)

    def movements(self, query: CountQuery) -> Iterator[CountedAction]:
        """The actions that came, left or moved between the points."""
        accounted = list(movements(self._current, self.before, self.now))
        for movement in accounted:
            if movement.name != query.population:
                continue
            if query.when == "previous":  # a new action had no rating at the previous point
                rated = self.before.get(movement.action) if movement.name != "new" else None
            else:
                rated = rating_now(self.between, movement, self.before, self.now)
            entry = self._entry(movement.action, query.when, movement.priority, rated)
            entry["count"] = movement.step
            entry["why"], entry["versions"] = movement_behind(self.between, movement)
            if movement.name == "moved":
                entry["other_priority"] = next(
                    one.priority
                    for one in accounted
                    if one.action == movement.action and one.name == "moved" and one.step == -movement.step
                )
            yield entry

    def _entry(self, action: int, when: When, priority: str, counted: Counted | None) -> CountedAction:
        told = self._told(action, when)
        now = self._current.action(action)
        entry: CountedAction = {
            "action": told["number"],
            "text": told["text"],
            "priority": priority,
            "rating": counted.rating.code if counted and counted.rating else None,
            "rating_version": counted.version if counted and counted.rating else None,
            "status": told["status"],
            "timescale": told["timescale"],
            "overdue": told["overdue"],
            "count": 1,
            "why": None,
            "versions": [],
            "other_priority": None,
            "known": now is not None and now.standing is not None,
            "added_version": action,
        }
        if "awaiting" in told:
            entry["awaiting"] = told["awaiting"]
        return entry

    def _told(self, action: int, when: When) -> ActionDocument:
        points = [self._current, self._previous]
        for plan in reversed(points) if when == "previous" else points:
            at = plan.action(action)
            if told := ActionsAt(plan, everything=True).document(at) if at else None:
                return told
        raise AssertionError("what is counted at a point is in the plan at one")
