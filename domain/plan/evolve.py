"""The fold: the next event of a stream is taken into the plan's timelines.

Nothing is judged here: the rules did that before the event was stored. Each event also notes the earlier events that it
depends on, so that none of them can be withdrawn before it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain import events
from domain.plan.facts import (
    Assurance,
    Awaiting,
    Definition,
    Due,
    Evidence,
    Inspection,
    Issue,
    Logged,
    Presentation,
    Rated,
    Reading,
    Recommendation,
)
from domain.plan.known import AsAt
from domain.plan.plan import Action, Opening, Plan, Priority
from domain.plan.record import record_of
from domain.plan.timeline import key_of
from domain.points import read_point
from domain.timescales import read_timescale


class Orphan(LookupError):
    """A stored event refers to something that the plan lacks. The rules refuse such events: the ledger is damaged."""


def evolve(plan: Plan, event: events.Event, recorded_at: datetime, recorded_by: str) -> None:
    """Take an event that the rules accepted into the plan, in place, as version `plan.version + 1`."""
    version = plan.version + 1
    kind = type(event)
    if isinstance(event, events.ActionRated):
        _action_rated(plan, event, version, recorded_by)
    else:
        _EVOLVE[kind](plan, event, version)
    plan.recorded_at.append(recorded_at)
    plan.log.append(Logged(kind.__name__, event.effective_on))
    here = 0 if kind in _IN_NO_TIMELINE else key_of(event.effective_on, version)
    plan.furthest.append(max(here, plan.furthest[-1]) if plan.version else here)
    plan.version = version


#: Events whose days do not count.
_IN_NO_TIMELINE = frozenset({events.EventWithdrawn, events.TextRedacted})


def _presented_points(plan: Plan, event: events.ReportPresented) -> list[tuple[Any, int]]:
    """The points a presentation names, as (effective day, basis): previous (if any) and current.

    A point without a basis means everything recorded before the presentation, and `now` means its day, so that the
    points never move. Raises PointUnknown.
    """
    record = record_of(plan)
    named = [text for text in (event.previous, event.current) if text is not None]
    points = [record.resolve(read_point(text), event.effective_on) for text in named]
    return [(point.effective_on, point.basis) for point in points]


def _stands_on(plan: Plan, version: int, *bases: int) -> None:
    for base in dict.fromkeys(bases):
        plan.changed_dependents(base).append(version)


def _before(plan: Plan, event: events.Event, version: int) -> AsAt:
    """The plan on the event's day, as known just before the event."""
    return AsAt(plan, event.effective_on, version - 1)


def _action(plan: Plan, number: str, event: events.Event, version: int) -> Action:
    """The action of an event; the event depends on its addition and on the standings in force of it and those above."""
    found = plan.bearer(number, version - 1)
    if found is None:
        raise Orphan(f"version {version} of plan {plan.slug} names action {number}, which it does not have")
    plan.changed_dependents(found.added).append(version)
    place = plan.place(event.effective_on, version - 1)
    above: Action | None = found
    while above is not None:
        standing = above.standing.at(place)
        if standing is not None and standing.version != found.added:
            plan.changed_dependents(standing.version).append(version)
        above = plan.actions[above.parent] if above.parent is not None else None
    return plan.changed_action(found.added)


def _stands_on_priority(plan: Plan, number: str, event: events.Event, version: int) -> None:
    priority = plan.priorities.get(number)
    if priority is None:
        raise Orphan(f"version {version} of plan {plan.slug} names priority {number}, which it does not have")
    if added := priority.added.at(plan.place(event.effective_on, version - 1)):
        _stands_on(plan, version, added.version)


def _plan_opened(plan: Plan, event: events.PlanOpened, version: int) -> None:
    plan.opening = Opening(event.title, event.organisation, event.priority_word, event.effective_on)
    plan.own("scale").add(event.scale, event.effective_on, version)


def _scale_adopted(plan: Plan, event: events.ScaleAdopted, version: int) -> None:
    plan.own("scale").add(event.scale, event.effective_on, version)


def _plan_closed(plan: Plan, event: events.PlanClosed, version: int) -> None:
    plan.own("closing").add(True, event.effective_on, version)


def _inspection_reported(plan: Plan, event: events.InspectionReported, version: int) -> None:
    judgements = tuple((judgement.area, judgement.grade) for judgement in event.judgements)
    inspection = Inspection(
        event.body, event.framework, event.inspected_from, event.inspected_to, event.published_on, judgements
    )
    plan.own("inspections").add(inspection, event.effective_on, version)


def _recommendation_made(plan: Plan, event: events.RecommendationMade, version: int) -> None:
    made = plan.changed_recommendation(event.number)
    made.add(Recommendation(event.text, event.made_by), event.effective_on, version)


def _priority_added(plan: Plan, event: events.PriorityAdded, version: int) -> None:
    priority = plan.changed_priority(event.number)
    priority.own("added").add(True, event.effective_on, version)
    priority.own("title").add(event.title, event.effective_on, version)
    _answer(plan, priority, event.answers, event, version)


def _answer(plan: Plan, priority: Priority, answers: tuple[str, ...], event: events.Event, version: int) -> None:
    """Add the recommendations that a priority answers; the event depends on those that are known."""
    place = plan.place(event.effective_on, version - 1)
    for number in answers:
        known = plan.recommendations.get(number)
        if known is not None and (made := known.at(place)):
            _stands_on(plan, version, made.version)
    priority.own("answers").add(answers, event.effective_on, version)


def _priority_reworded(plan: Plan, event: events.PriorityReworded, version: int) -> None:
    _stands_on_priority(plan, event.number, event, version)
    priority = plan.changed_priority(event.number)
    if event.title is not None:
        priority.own("title").add(event.title, event.effective_on, version)
    if event.answers is not None:
        _answer(plan, priority, event.answers, event, version)


def _action_added(plan: Plan, event: events.ActionAdded, version: int) -> None:
    parent = _action(plan, event.parent, event, version) if event.parent is not None else None
    action = Action(version, event.effective_on, parent.added if parent else None)
    if parent is None and event.priority is not None:
        _stands_on_priority(plan, event.priority, event, version)
        action.own("priority").add(event.priority, event.effective_on, version)
    action.reports_to = event.reports_to
    action.own("number").add(event.number, event.effective_on, version)
    action.own("standing").add("open", event.effective_on, version)
    action.own("text").add(event.text, event.effective_on, version)
    if event.outcome is not None:
        action.own("outcome").add(event.outcome, event.effective_on, version)
    if event.timescale is not None:
        action.own("due").add(Due(read_timescale(event.timescale), None, None), event.effective_on, version)
    if event.leads:
        action.own("leads").add(event.leads, event.effective_on, version)
    plan.actions[version] = action
    if parent is not None:
        parent.parts.append(version)
    plan.changed_bearers(event.number).append((version, version))


def _action_reworded(plan: Plan, event: events.ActionReworded, version: int) -> None:
    action = _action(plan, event.action, event, version)
    if event.text is not None:
        action.own("text").add(event.text, event.effective_on, version)
    if event.outcome is not None:
        action.own("outcome").add(event.outcome, event.effective_on, version)


def _action_renumbered(plan: Plan, event: events.ActionRenumbered, version: int) -> None:
    action = _action(plan, event.action, event, version)
    action.own("number").add(event.number, event.effective_on, version)
    if event.priority is not None and action.parent is None:
        _stands_on_priority(plan, event.priority, event, version)
        action.own("priority").add(event.priority, event.effective_on, version)
    plan.changed_bearers(event.number).append((action.added, version))


def _action_rescheduled(plan: Plan, event: events.ActionRescheduled, version: int) -> None:
    action = _action(plan, event.action, event, version)
    due = Due(read_timescale(event.timescale), event.approved_by, event.reason)
    action.own("due").add(due, event.effective_on, version)


def _action_reassigned(plan: Plan, event: events.ActionReassigned, version: int) -> None:
    _action(plan, event.action, event, version).own("leads").add(event.leads, event.effective_on, version)


def _action_rated(plan: Plan, event: events.ActionRated, version: int, recorded_by: str) -> None:
    action = _action(plan, event.action, event, version)
    scale = plan.scale.at(plan.place(event.effective_on, version - 1))
    if scale:
        _stands_on(plan, version, scale.version)
    rating = scale.value.find(event.rating) if scale else None
    if rating is not None and rating.needs_second_person:
        action.own("awaiting").add(Awaiting(event.rating, event.evidence, recorded_by), event.effective_on, version)
    else:
        action.own("rating").add(Rated(event.rating, event.evidence), event.effective_on, version)


def _rating_confirmed(plan: Plan, event: events.RatingConfirmed, version: int) -> None:
    action = _action(plan, event.action, event, version)
    place = plan.place(event.effective_on, version - 1)
    given = next((said for said in action.awaiting.known(place) if said.version == event.version), None)
    if given is None:
        raise Orphan(f"version {version} of plan {plan.slug} confirms version {event.version}, which awaits nothing")
    _stands_on(plan, version, given.version)
    if scale := plan.scale.at(place):
        _stands_on(plan, version, scale.version)
    action.own("rating").add(Rated(given.value.code, given.value.evidence), event.effective_on, version)


def _progress_reported(plan: Plan, event: events.ProgressReported, version: int) -> None:
    _action(plan, event.action, event, version).own("progress").add(event.text, event.effective_on, version)


def _evidence_added(plan: Plan, event: events.EvidenceAdded, version: int) -> None:
    evidence = Evidence(event.title, event.location, event.sha256)
    _action(plan, event.action, event, version).own("evidence").add(evidence, event.effective_on, version)


def _action_closed(plan: Plan, event: events.ActionClosed, version: int) -> None:
    action = _action(plan, event.action, event, version)
    before = _before(plan, event, version)
    _stands_on(plan, version, *_ratings_in_force(before, action))
    if before.scale:  # it says which ratings are complete
        _stands_on(plan, version, before.scale.version)
    action.own("standing").add("closed", event.effective_on, version)


def _ratings_in_force(before: AsAt, action: Action) -> list[int]:
    """Versions of the ratings that make an action complete: its own, or those of its parts in the plan."""
    versions: list[int] = []
    todo = [action]
    while todo:
        one = todo.pop()
        if parts := before.open_parts(one):
            todo += reversed(parts)
        elif given := before.rating_of(one):
            versions.append(given.version)
    return versions


def _action_withdrawn(plan: Plan, event: events.ActionWithdrawn, version: int) -> None:
    _action(plan, event.action, event, version).own("standing").add("withdrawn", event.effective_on, version)


def _action_reinstated(plan: Plan, event: events.ActionReinstated, version: int) -> None:
    _action(plan, event.action, event, version).own("standing").add("open", event.effective_on, version)


def _assurance_given(plan: Plan, event: events.AssuranceGiven, version: int) -> None:
    _stands_on_priority(plan, event.priority, event, version)
    priority = plan.changed_priority(event.priority)
    priority.own("assurance").add(Assurance(event.level, event.report), event.effective_on, version)


def _measure_defined(plan: Plan, event: events.MeasureDefined, version: int) -> None:
    if event.priority is not None:
        _stands_on_priority(plan, event.priority, event, version)
    definition = Definition(event.title, event.unit, event.baseline, event.target, event.priority)
    plan.changed_measure(event.measure).own("definition").add(definition, event.effective_on, version)


def _measure_reported(plan: Plan, event: events.MeasureReported, version: int) -> None:
    if plan.measures.get(event.measure) is None:
        raise Orphan(f"version {version} of plan {plan.slug} names measure {event.measure}, which it does not have")
    measure = plan.changed_measure(event.measure)
    if defined := measure.definition.at(plan.place(event.effective_on, version - 1)):
        _stands_on(plan, version, defined.version)
    measure.own("readings").add(Reading(event.period, event.value, event.standing), event.effective_on, version)


def _version_issued(plan: Plan, event: events.VersionIssued, version: int) -> None:
    plan.own("issues").add(Issue(event.label, event.summary, event.author), event.effective_on, version)


def _report_presented(plan: Plan, event: events.ReportPresented, version: int) -> None:
    *previous, current = _presented_points(plan, event)
    record = record_of(plan)
    for text in (event.previous, event.current):
        asked = read_point(text) if text is not None else None
        if asked is not None and asked.label and (issue := record.issue(asked.label)):
            _stands_on(plan, version, issue[1])
        if asked is not None and asked.forum and asked.day:
            told = record.presentations_to(asked.forum, asked.day)
            _stands_on(plan, version, *(said.version for said in told[-1:]))
    presentation = Presentation(event.forum, event.title, previous[0] if previous else None, current)
    plan.own("presentations").add(presentation, event.effective_on, version)


def _event_withdrawn(plan: Plan, event: events.EventWithdrawn, version: int) -> None:
    plan.withdrawn[event.version] = version


def _text_redacted(plan: Plan, event: events.TextRedacted, version: int) -> None:
    # The stored events no longer hold the texts; the plan notes only that they are gone.
    plan.redacted(event.version, dict.fromkeys(event.fields, version))


_EVOLVE: dict[type[events.Event], Callable[[Plan, Any, int], None]] = {
    events.PlanOpened: _plan_opened,
    events.ScaleAdopted: _scale_adopted,
    events.PlanClosed: _plan_closed,
    events.InspectionReported: _inspection_reported,
    events.RecommendationMade: _recommendation_made,
    events.PriorityAdded: _priority_added,
    events.PriorityReworded: _priority_reworded,
    events.ActionAdded: _action_added,
    events.ActionReworded: _action_reworded,
    events.ActionRenumbered: _action_renumbered,
    events.ActionRescheduled: _action_rescheduled,
    events.ActionReassigned: _action_reassigned,
    events.RatingConfirmed: _rating_confirmed,
    events.ProgressReported: _progress_reported,
    events.EvidenceAdded: _evidence_added,
    events.ActionClosed: _action_closed,
    events.ActionWithdrawn: _action_withdrawn,
    events.ActionReinstated: _action_reinstated,
    events.AssuranceGiven: _assurance_given,
    events.MeasureDefined: _measure_defined,
    events.MeasureReported: _measure_reported,
    events.VersionIssued: _version_issued,
    events.ReportPresented: _report_presented,
    events.EventWithdrawn: _event_withdrawn,
    events.TextRedacted: _text_redacted,
}
