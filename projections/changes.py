"""What changed between two points? Every difference, in the order of the plan, with the events behind it.

Actions are compared by identity, whatever their numbers. If the previous point is later than the current one, in day or
in basis, the list shows what going back would undo.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from domain.plan.facts import Inspection, Presentation
from domain.plan.number_order import natural_order
from domain.plan.plan_at import MeasureAt, PlanAt, PriorityAt
from domain.plan.timeline import Assertion
from domain.scales import Scale
from projections.action_changes import OneAction, action_changes
from projections.change import Change, Value, as_change, by_name, iso, itself
from projections.difference import Between, Difference
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document
from projections.rag_comparison import columns, counted_at
from projections.scale import RatingDocument, key_of

T = TypeVar("T")
V = TypeVar("V")


class ChangesDocument(Heading):
    """Everything that differs between two points. `ratings` is the key to the codes."""

    previous: PointDocument
    current: PointDocument
    ratings: list[RatingDocument]
    changes: list[Change]
    counts: dict[str, int]


def changes_between(previous: PlanAt, current: PlanAt) -> ChangesDocument:
    """Every change between two points: the plan's own, then by priority and action, then its documents."""
    changes = list(_changes(Between(previous, current)))
    counted = [one for plan in (previous, current) for one in counted_at(plan).values()]
    return {
        **heading(current),
        "previous": point_document(previous.point),
        "current": point_document(current.point),
        "ratings": key_of(columns(previous, current, counted).values()),
        "changes": changes,
        "counts": dict(Counter(change["kind"] for change in changes)),
    }


def _changes(between: Between) -> Iterator[Change]:
    before, now = between.before, between.now
    yield from _of_the_plan(between)
    made_before, made = before.recommendations, now.recommendations
    for number in sorted({**made_before, **made}, key=natural_order):
        if found := between.difference(made_before.get(number), made.get(number)):
            yield as_change("recommendation made", "recommendation", found, by_name, {"recommendation": number})
    actions: dict[str | None, list[OneAction]] = {}
    for one in _actions(between):
        actions.setdefault(one.priority, []).append(one)
    measures: dict[str | None, list[_OneMeasure]] = {}
    for measure in _measures(between):
        measures.setdefault(measure.priority, []).append(measure)
    for priority in _priorities(between):
        yield from _of_a_priority(between, priority)
        for one in sorted(actions.get(priority.number, []), key=lambda one: natural_order(one.number)):
            yield from action_changes(between, one)
        yield from _of_measures(between, measures.get(priority.number, []))
    yield from _of_measures(between, measures.get(None, []))
    yield from _gathered(between, before.issues, now.issues, "version issued", by_name)
    yield from _gathered(between, before.presentations, now.presentations, "report presented", _presentation)


def _actions(between: Between) -> Iterator[OneAction]:
    """Every action known at either point, in the order in which they were recorded."""
    was = {action.id: action for action in between.before.actions}
    is_ = {action.id: action for action in between.now.actions}
    # The later basis knows every action of the earlier one.
    for action in max(was, is_, key=len):
        yield OneAction.at(was.get(action), is_.get(action))


class _OnePriority(NamedTuple):
    """A priority at the two points, None at one where it is not in the plan."""

    number: str
    was: PriorityAt | None
    is_: PriorityAt | None


def _priorities(between: Between) -> list[_OnePriority]:
    was, is_ = ({one.number: one for one in plan.priorities} for plan in (between.before, between.now))
    return [_OnePriority(one, was.get(one), is_.get(one)) for one in sorted({**was, **is_}, key=natural_order)]


class _OneMeasure(NamedTuple):
    """A measure at the two points, None at one where it is not defined."""

    code: str
    was: MeasureAt | None
    is_: MeasureAt | None

    @property
    def priority(self) -> str | None:
        defined = _last(self.was, self.is_, lambda measure: measure.definition)
        return defined.value.priority if defined else None


def _measures(between: Between) -> Iterator[_OneMeasure]:
    was, is_ = ({one.code: one for one in plan.measures} for plan in (between.before, between.now))
    return (_OneMeasure(code, was.get(code), is_.get(code)) for code in {**was, **is_})


def _last(was: T | None, is_: T | None, of: Callable[[T], Assertion[V] | None]) -> Assertion[V] | None:
    """A fact at the current point or, if there is none, at the previous one."""
    return (of(is_) if is_ else None) or (of(was) if was else None)


def _gathered(
    between: Between, before: Iterable[Assertion[T]], now: Iterable[Assertion[T]], kind: str, said: Callable[[T], Value]
) -> Iterator[Change]:
    for found in between.gathered(before, now):
        yield as_change(kind, kind.split()[0], found, said, {})


def _of_the_plan(between: Between) -> Iterator[Change]:
    before, now = between.before, between.now
    if found := between.difference(before.scale, now.scale):
        was_open = found.was is not None and found.is_ is not None
        yield as_change("scale adopted" if was_open else "plan opened", "scale", found, _scale, {})
    if closed := between.difference(before.closing, now.closing):
        yield as_change("plan closed", "closing", closed, lambda _: "closed", {})
    yield from _gathered(between, before.inspections, now.inspections, "inspection", _inspection)


def _of_a_priority(between: Between, one: _OnePriority) -> Iterator[Change]:
    def fact(of: Callable[[PriorityAt], Assertion[V] | None]) -> Difference[V] | None:
        return between.difference(of(one.was) if one.was else None, of(one.is_) if one.is_ else None)

    title, added = _last(one.was, one.is_, lambda priority: priority.title), fact(lambda priority: priority.added)
    named = {"priority": one.number, "text": title.value if title else None}
    if worded := fact(lambda priority: priority.title):
        new = worded.was is None or worded.is_ is None
        change = as_change("priority added" if new else "priority reworded", "title", worded, itself, named)
        if new and added and worded.is_:
            change["versions"] = sorted({*added.versions, *worded.versions})
        yield change
    answers = fact(lambda priority: priority.answers)
    if answers and (not added or any(said.value for said in (answers.was, answers.is_) if said)):
        yield as_change("answers", "answers", answers, list, named)
    if assured := fact(lambda priority: priority.assurance):
        yield as_change("assurance", "assurance", assured, by_name, named)


def _of_measures(between: Between, measures: list[_OneMeasure]) -> Iterator[Change]:
    for one in sorted(measures, key=lambda measure: measure.code):
        defined = _last(one.was, one.is_, lambda measure: measure.definition)
        named = {
            "measure": one.code,
            "priority": one.priority,
            "text": defined.value.title if defined else None,
        }
        definitions = (measure.definition if measure else None for measure in (one.was, one.is_))
        if found := between.difference(*definitions):
            yield as_change("measure defined", "definition", found, by_name, named)
        before, now = (measure.readings if measure else [] for measure in (one.was, one.is_))
        for reported in between.gathered(before, now):
            place = now.index(reported.is_) if reported.is_ else 0
            if place:
                reported = reported._replace(was=now[place - 1])
            yield as_change("measure reported", "reading", reported, by_name, named)


def _scale(scale: Scale) -> Value:
    return {"name": scale.name, "ratings": [rating.label for rating in scale.ratings]}


def _inspection(inspection: Inspection) -> Value:
    return {
        "body": inspection.body,
        "framework": inspection.framework,
        "inspected_from": iso(inspection.inspected_from),
        "inspected_to": iso(inspection.inspected_to),
        "published_on": iso(inspection.published_on),
        "judgements": [{"area": area, "grade": grade} for area, grade in inspection.judgements],
    }


def _presentation(presented: Presentation) -> Value:
    previous, current = (
        f"{point[0].isoformat()}@{point[1]}" if point else None for point in (presented.previous, presented.current)
    )
    return {"forum": presented.forum, "title": presented.title, "previous": previous, "current": current}
