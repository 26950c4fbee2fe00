"""What changed between two points? Every difference, in the order of the plan, with the events behind it.

Actions are compared by identity, whatever number they bear. Where the previous point is the later one, in day or in
basis, the list says what going back to the current one would undo.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from domain.plan import Action, Measure, Plan, Priority, natural_order
from domain.points import Point
from domain.timeline import Timeline
from projections.action_changes import action_changes
from projections.change import Change, Said, as_change, by_name, iso, itself
from projections.difference import Between
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document
from projections.rag_comparison import columns, counted_at
from projections.scale import RatingDocument, rating_document


class ChangesDocument(Heading):
    """Everything that differs between two points. `ratings` is the key to the codes."""

    previous: PointDocument
    current: PointDocument
    ratings: list[RatingDocument]
    changes: list[Change]
    counts: dict[str, int]


def changes_between(plan: Plan, previous: Point, current: Point) -> ChangesDocument:
    """Every change between two points: the plan's own, then by priority and action, then its documents."""
    changes = list(_changes(Between(plan, previous, current)))
    counted = [one for point in (previous, current) for one in counted_at(plan, point).values()]
    return {
        **heading(plan),
        "previous": point_document(previous),
        "current": point_document(current),
        "ratings": [rating_document(rating) for rating in columns(plan, previous, current, counted).values()],
        "changes": changes,
        "counts": dict(Counter(change["kind"] for change in changes)),
    }


def _changes(between: Between) -> Iterator[Change]:
    plan = between.plan
    yield from _of_the_plan(between)
    for number in sorted(plan.recommendations, key=natural_order):
        if found := between.fact(plan.recommendations[number]):
            yield as_change("recommendation made", "recommendation", found, by_name, {"recommendation": number})
    actions: dict[str | None, list[Action]] = {}
    for action in plan.actions.values():
        place = action.priority_at(*between.now) or action.priority_at(*between.before)
        actions.setdefault(place, []).append(action)
    measures: dict[str | None, list[Measure]] = {}
    for measure in plan.measures.values():
        defined = between.last(measure.definition)
        measures.setdefault(defined.value.priority if defined else None, []).append(measure)
    for priority in sorted(plan.priorities.values(), key=lambda one: one.order):
        yield from _of_a_priority(between, priority)
        for action in sorted(actions.get(priority.number, []), key=lambda one: _order(between, one)):
            yield from action_changes(between, action)
        yield from _of_measures(between, measures.get(priority.number, []))
    yield from _of_measures(between, measures.get(None, []))
    yield from _gathered(between, plan.issues, "version issued", by_name)
    yield from _gathered(between, plan.presentations, "report presented", _presentation)


def _gathered(between: Between, timeline: Timeline[Any], kind: str, said: Said) -> Iterator[Change]:
    for found in between.gathered(timeline):
        yield as_change(kind, kind.split()[0], found, said, {})


def _of_the_plan(between: Between) -> Iterator[Change]:
    plan = between.plan
    if found := between.fact(plan.scale):
        was_open = found.was is not None and found.is_ is not None
        yield as_change("scale adopted" if was_open else "plan opened", "scale", found, _scale, {})
    if closed := between.fact(plan.closing):
        yield as_change("plan closed", "closing", closed, lambda _: "closed", {})
    yield from _gathered(between, plan.inspections, "inspection", _inspection)


def _of_a_priority(between: Between, priority: Priority) -> Iterator[Change]:
    title, added = between.last(priority.title), between.fact(priority.added)
    named = {"priority": priority.number, "text": title.value if title else None}
    if worded := between.fact(priority.title):
        new = worded.was is None or worded.is_ is None
        change = as_change("priority added" if new else "priority reworded", "title", worded, itself, named)
        if new and added and worded.is_:
            change["versions"] = sorted({*added.versions, *worded.versions})
        yield change
    answers = between.fact(priority.answers)
    if answers and (not added or any(said.value for said in (answers.was, answers.is_) if said)):
        yield as_change("answers", "answers", answers, list, named)
    if assured := between.fact(priority.assurance):
        yield as_change("assurance", "assurance", assured, by_name, named)


def _of_measures(between: Between, measures: list[Measure]) -> Iterator[Change]:
    for measure in sorted(measures, key=lambda one: one.code):
        defined = between.last(measure.definition)
        named = {
            "measure": measure.code,
            "priority": defined.value.priority if defined else None,
            "text": defined.value.title if defined else None,
        }
        if found := between.fact(measure.definition):
            yield as_change("measure defined", "definition", found, by_name, named)
        standing = list(measure.readings.all(*between.now))
        for reported in between.gathered(measure.readings):
            place = standing.index(reported.is_) if reported.is_ else 0
            if place:
                reported = reported._replace(was=standing[place - 1])
            yield as_change("measure reported", "reading", reported, by_name, named)


def _scale(scale: Any) -> Any:
    return {"name": scale.name, "ratings": [rating.label for rating in scale.ratings]}


def _inspection(inspection: Any) -> Any:
    return {
        "body": inspection.body,
        "framework": inspection.framework,
        "inspected_from": iso(inspection.inspected_from),
        "inspected_to": iso(inspection.inspected_to),
        "published_on": iso(inspection.published_on),
        "judgements": [{"area": area, "grade": grade} for area, grade in inspection.judgements],
    }


def _presentation(presented: Any) -> Any:
    points = {"previous": presented.previous, "current": presented.current}
    fixed = {name: f"{point[0].isoformat()}@{point[1]}" if point else None for name, point in points.items()}
    return {"forum": presented.forum, "title": presented.title, **fixed}


def _order(between: Between, action: Action) -> Any:
    number = between.last(action.number)
    return natural_order(number.value if number else "")
