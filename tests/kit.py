"""The controls of the tests: given what was recorded, when this is proposed, then the plan says that.

    given(added("2.4"), rated("2.4", "green", on=MARCH)).when(rated("2.4", "amber", on=FEBRUARY))
        .then_as_at(APRIL, rating="green")

Everything runs on the pure domain: rules, then fold. Effective days lie in 2019 and recorded instants in 2021 and
after, a week apart, so that no test can pass by taking one clock for the other.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from domain import events
from domain.envelopes import read_proposal_json
from domain.plan.draft import Draft
from domain.plan.evolve import evolve
from domain.plan.plan import Plan
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord, record_of
from domain.plan.timeline import Timeline
from domain.points import LONDON, Point, read_point
from domain.refusals import Refused
from domain.rules import judge
from projections.action import ActionUnknown, SingleActionDocument, action_at
from projections.comparison_tables import ComparisonDocument, RowDocument
from projections.plan_as_at import PlanDocument, plan_as_at
from projections.rag_comparison import rag_comparison

# Days on which things were true

JANUARY = date(2019, 1, 15)
FEBRUARY = date(2019, 2, 15)
MARCH = date(2019, 3, 15)
APRIL = date(2019, 4, 15)
MAY = date(2019, 5, 15)
JUNE = date(2019, 6, 15)
JULY = date(2019, 7, 15)
AUGUST = date(2019, 8, 15)
SEPTEMBER = date(2019, 9, 15)
OCTOBER = date(2019, 10, 15)
NOVEMBER = date(2019, 11, 15)
DECEMBER = date(2019, 12, 15)

#: The day on which the plan is opened and its priorities are added.
OPENED = date(2019, 1, 7)
#: The day on which an action is added unless the test says otherwise.
ADDED = JANUARY
#: A day after everything that is effective and before anything is recorded.
LATER = date(2020, 6, 30)

# Instants at which things were recorded

_FIRST_RECORDED = datetime(2021, 1, 4, 9, 30, tzinfo=UTC)


def recorded(version: int) -> datetime:
    """The instant at which the tests record a version."""
    return _FIRST_RECORDED + timedelta(weeks=version - 1)


def today(version: int) -> date:
    """The day in London on which the tests record a version."""
    return recorded(version).astimezone(LONDON).date()


# Who recorded it

OFFICER, SECOND = "An Officer", "A Second Officer"

# Scales

RED = {"code": "red", "label": "Red", "meaning": "Not started", "colour": "#d4351c", "concern": True}
AMBER = {"code": "amber", "label": "Amber", "meaning": "Some delay", "colour": "#f47738", "concern": True}
GREEN = {"code": "green", "label": "Green", "meaning": "On track", "colour": "#00703c"}
COMPLETED = {
    "code": "completed", "label": "Completed", "meaning": "Done and evidenced", "colour": "#1d70b8",
    "complete": True, "needs_evidence": True,
}  # fmt: skip

#: Red, amber, green, completed: completed needs evidence, red and amber are concerns.
SCALE: dict[str, Any] = {"name": "RAG", "ratings": [RED, AMBER, GREEN, COMPLETED]}
#: The same, but completed counts only once a second person has confirmed it.
SECONDED: dict[str, Any] = {"name": "RAG", "ratings": [RED, AMBER, GREEN, {**COMPLETED, "needs_second_person": True}]}
#: Grades 4 to 1, of which 1 is complete and needs no evidence.
GRADES: dict[str, Any] = {
    "name": "Grades",
    "ratings": [
        {"code": "4", "label": "Not achieved", "concern": True},
        {"code": "3", "label": "Slipped"},
        {"code": "2", "label": "On track"},
        {"code": "1", "label": "Achieved", "complete": True},
    ],
}

PRIORITIES = ("1", "2", "3")
WHY = "Agreed by the board"

# Events, each with what is needed for it to be accepted unless the test says otherwise

E = TypeVar("E", bound=events.Event)


def say(kind: type[E], on: date, **fields: Any) -> E:
    """An event of that kind; what is None is left out, as an officer would leave it out."""
    return kind.model_validate({"effective_on": on, **{n: value for n, value in fields.items() if value is not None}})


def opened(scale: dict[str, Any] = SCALE, on: date = OPENED, **fields: Any) -> events.PlanOpened:
    return say(events.PlanOpened, on, **{"title": "The plan", "organisation": "The council", "scale": scale, **fields})


def rescaled(scale: dict[str, Any] = GRADES, on: date = JUNE, **fields: Any) -> events.ScaleAdopted:
    return say(events.ScaleAdopted, on, scale=scale, **fields)


def plan_closed(on: date = DECEMBER, **fields: Any) -> events.PlanClosed:
    return say(events.PlanClosed, on, **fields)


def inspected(body: str = "Ofsted", on: date = OPENED, **fields: Any) -> events.InspectionReported:
    return say(events.InspectionReported, on, body=body, **fields)


def recommended(
    number: str = "R1", text: str = "Improve", on: date = OPENED, **fields: Any
) -> events.RecommendationMade:
    return say(events.RecommendationMade, on, number=number, text=text, **fields)


def priority(number: str = "4", title: str | None = None, on: date = OPENED, **fields: Any) -> events.PriorityAdded:
    return say(events.PriorityAdded, on, number=number, title=title or f"Priority {number}", **fields)


def priority_reworded(
    number: str = "2", title: str | None = "Other words", on: date = MARCH, **fields: Any
) -> events.PriorityReworded:
    return say(events.PriorityReworded, on, number=number, title=title, **fields)


def added(
    number: str, on: date = ADDED, *, priority: str | None = None, parent: str | None = None, **fields: Any
) -> events.ActionAdded:
    """An action under the priority that its number begins with, or a part of its parent."""
    if priority is None and parent is None:
        priority = number.split(".")[0]
    fields = {"text": f"Do {number}", **fields}
    return say(events.ActionAdded, on, number=number, priority=priority, parent=parent, **fields)


def part(number: str, of: str, on: date = ADDED, **fields: Any) -> events.ActionAdded:
    return added(number, on, parent=of, **fields)


def reworded(
    action: str, text: str | None = "Do it otherwise", on: date = MARCH, **fields: Any
) -> events.ActionReworded:
    return say(events.ActionReworded, on, action=action, text=text, **fields)


def renumbered(
    action: str, number: str, on: date = MARCH, *, priority: str | None = None, **fields: Any
) -> events.ActionRenumbered:
    return say(events.ActionRenumbered, on, action=action, number=number, priority=priority, **fields)


def rescheduled(
    action: str, timescale: str = "31/12/19", on: date = MARCH, *, reason: str | None = WHY, **fields: Any
) -> events.ActionRescheduled:
    return say(events.ActionRescheduled, on, action=action, timescale=timescale, reason=reason, **fields)


def reassigned(
    action: str, leads: Sequence[str] = ("Head of Practice",), on: date = MARCH, **fields: Any
) -> events.ActionReassigned:
    return say(events.ActionReassigned, on, action=action, leads=list(leads), **fields)


def confirmed(action: str, version: int, on: date = APRIL, **fields: Any) -> events.RatingConfirmed:
    """The rating that this version gave is confirmed; who does it is said by whoever proposes it."""
    return say(events.RatingConfirmed, on, action=action, version=version, **fields)


def rated(action: str, rating: str = "green", on: date = MARCH, **fields: Any) -> events.ActionRated:
    return say(events.ActionRated, on, action=action, rating=rating, **fields)


def completed(action: str, on: date = MARCH, **fields: Any) -> events.ActionRated:
    """Rated completed, with the evidence that the default scale asks for."""
    return rated(action, "completed", on, **{"evidence": ["Audit"], **fields})


def progressed(action: str, text: str = "Under way", on: date = MARCH, **fields: Any) -> events.ProgressReported:
    return say(events.ProgressReported, on, action=action, text=text, **fields)


def evidenced(action: str, title: str = "Audit report", on: date = MARCH, **fields: Any) -> events.EvidenceAdded:
    return say(events.EvidenceAdded, on, action=action, title=title, **fields)


def closed(action: str, on: date = APRIL, **fields: Any) -> events.ActionClosed:
    return say(events.ActionClosed, on, action=action, **fields)


def withdrawn(action: str, on: date = APRIL, *, reason: str | None = WHY, **fields: Any) -> events.ActionWithdrawn:
    return say(events.ActionWithdrawn, on, action=action, reason=reason, **fields)


def reinstated(action: str, on: date = MAY, **fields: Any) -> events.ActionReinstated:
    return say(events.ActionReinstated, on, action=action, **fields)


def assured(priority: str = "2", level: str = "partial", on: date = MARCH, **fields: Any) -> events.AssuranceGiven:
    return say(events.AssuranceGiven, on, priority=priority, level=level, **fields)


def measure(code: str = "visits", title: str = "Visits in time", on: date = OPENED, **fields: Any) -> events.Event:
    return say(events.MeasureDefined, on, measure=code, title=title, **fields)


def measured(
    code: str = "visits", value: str = "81.7%", period: str = "March 2019", on: date = APRIL, **fields: Any
) -> events.MeasureReported:
    return say(events.MeasureReported, on, measure=code, value=value, period=period, **fields)


def issued(label: str = "1.0", on: date = MARCH, **fields: Any) -> events.VersionIssued:
    return say(events.VersionIssued, on, **{"label": label, "summary": f"Version {label}", **fields})


def presented(
    forum: str = "Scrutiny Committee", current: str = "now", on: date = MARCH, **fields: Any
) -> events.ReportPresented:
    return say(events.ReportPresented, on, forum=forum, current=current, **fields)


@dataclass(frozen=True, eq=False)
class InError:
    """The withdrawal of an event that the test names itself; its version is known once it has been recorded."""

    event: events.Event
    on: date
    reason: str | None


def redacted(version: int, *fields: str, on: date = DECEMBER, reason: str | None = WHY) -> events.TextRedacted:
    return say(events.TextRedacted, on, version=version, fields=fields, reason=reason)


def in_error(event: "events.Event | int", on: date = DECEMBER, *, reason: str | None = WHY) -> Any:
    """That event (or that version) was recorded in error."""
    if isinstance(event, int):
        return say(events.EventWithdrawn, on, version=event, reason=reason)
    return InError(event, on, reason)


Told = events.Event | InError

# Folding


def fold(told: Iterable[events.Event], slug: str = "plan", by: Callable[[int], str] = lambda version: OFFICER) -> Plan:
    """The plan that these events add up to; nothing is judged. `by` says who recorded a version."""
    plan = Plan(slug)
    for event in told:
        evolve(plan, event, recorded(plan.version + 1), by(plan.version + 1))
    return plan


def taken_in(draft: Draft, told: Iterable[events.Event]) -> Draft:
    """A draft that has taken in these events, each with the instant at which the tests record its version."""
    for event in told:
        evolve(draft, event, recorded(draft.version + 1), OFFICER)
    return draft


def read_history(path: Path) -> list[events.Event]:
    """The events of a file of JSON lines."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [read_proposal_json(line, LATER).event for line in lines if line.strip()]


def point_of(plan: Plan, day: date | str, basis: int | None = None) -> Point:
    """A point of the plan: a day (by default with all that is recorded), or one in the notation."""
    record = record_at(plan, basis)
    if isinstance(day, str):
        return record.resolve(read_point(day), today(plan.version + 1))
    return Point(day, record.basis, record.known_at(record.basis), f"{day.isoformat()}@{record.basis}")


def record_at(plan: Plan, basis: int | None = None) -> PlanRecord:
    """The record of the plan up to a version, by default with all that is recorded."""
    return record_of(plan) if basis is None else record_of(plan).up_to(basis)


def plan_at(plan: Plan, day: date | str, basis: int | None = None) -> PlanAt:
    """The plan at a point: what a projection is given."""
    return record_of(plan).at(point_of(plan, day, basis))


def as_bytes(document: Any) -> bytes:
    """A document to the byte."""
    return json.dumps(document, ensure_ascii=False).encode()


def contents(plan: Plan) -> dict[str, Any]:
    """Everything a plan holds, as plain data in its order: two plans with the same contents answer the same.

    What is published is left out: it says what readers see, not what the plan holds.
    """

    def dumped(value: Any) -> Any:
        if isinstance(value, Timeline):
            return value._entries, value._first
        if isinstance(value, Mapping):
            return [(key, dumped(one)) for key, one in value.items()]
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [dumped(value[place]) for place in range(len(value))]
        return value

    def opened_up(thing: Any) -> Any:
        return {name: dumped(getattr(thing, name)) for name in thing.__slots__}

    held = {name: dumped(getattr(plan, name)) for name in vars(Plan("")) if name not in {"dependents", "published"}}
    held["dependents"] = sorted(plan.dependents.items())
    for name in ("priorities", "measures", "actions"):
        held[name] = [(key, opened_up(thing)) for key, thing in getattr(plan, name).items()]
    return held


# Given, when, then


class Story:
    """A plan with what has been recorded of it, and what came of the last proposal."""

    def __init__(self, slug: str = "plan") -> None:
        self.plan = Plan(slug)
        self.events: list[events.Event] = []
        self.refused: Refused | None = None
        self._about: str | None = None
        self._last: list[events.Event] = []

    def when(self, *told: Told, by: str | None = None) -> Self:
        """Propose events, one after the other; the first that is refused ends it.

        Unless told otherwise one officer records everything but confirmations, which another one does.
        """
        self.refused, self._last = None, []
        for one in told:
            event = self._bound(one)
            number = getattr(event, "action", None)
            if isinstance(event, events.ActionAdded | events.ActionRenumbered):
                number = event.number
            self._about = number or self._about
            who = by or (SECOND if isinstance(event, events.RatingConfirmed) else OFFICER)
            try:
                judge(self.plan, event, today(self.plan.version + 1), who)
            except Refused as refused:
                self.refused = refused
                return self
            evolve(self.plan, event, recorded(self.plan.version + 1), who)
            self.events.append(event)
            self._last.append(event)
        return self

    def version_of(self, event: events.Event) -> int:
        """The version that recorded this very event."""
        return next(version for version, known in enumerate(self.events, 1) if known is event)

    def point(self, day: date | str, basis: int | None = None) -> Point:
        return point_of(self.plan, day, basis)

    def record(self, basis: int | None = None) -> PlanRecord:
        """The record, up to a version if one is named."""
        return record_at(self.plan, basis)

    def at(self, day: date | str, basis: int | None = None) -> PlanAt:
        """The plan at a point: what a projection is given."""
        return plan_at(self.plan, day, basis)

    def show(self, day: date | str = LATER, basis: int | None = None, *, everything: bool = False) -> PlanDocument:
        """The plan at a point."""
        return plan_as_at(self.then_accepted().at(day, basis), everything=everything)

    def action(self, number: str, day: date | str = LATER, basis: int | None = None) -> SingleActionDocument:
        """One action at a point."""
        return action_at(self.then_accepted().at(day, basis), number)

    def compare(
        self,
        previous: date | str,
        current: date | str,
        previous_basis: int | None = None,
        current_basis: int | None = None,
    ) -> ComparisonDocument:
        """Previous against current; that every row reconciles is checked by the way."""
        self.then_accepted()
        document = rag_comparison(self.at(previous, previous_basis), self.at(current, current_basis))
        reconciles(document)
        return document

    def row(self, priority: str, previous: date | str, current: date | str) -> RowDocument:
        """One row of the comparison."""
        return next(row for row in self.compare(previous, current)["rows"] if row["priority"] == priority)

    # Then

    def then_accepted(self) -> Self:
        assert self.refused is None, f"refused: {self.refused}"
        return self

    def then_refused(self, *parts: str) -> Self:
        """It was refused, in a sentence with these parts, and the plan is as it was."""
        assert self.refused is not None, f"accepted: {self._last}"
        for said in parts:
            assert said in str(self.refused), f"{said!r} is not in: {self.refused}"
        assert self.plan.version == len(self.events), "a refusal changed the plan"
        return self

    def then_as_at(
        self, day: date | str, action: str | None = None, *, basis: int | None = None, **expected: Any
    ) -> Self:
        """At the point the action (the last one spoken of) says so: a field of `show`, or due, original, priority."""
        document = self.action(action or self._about or "", day, basis)
        said: dict[str, Any] = {**document["action"], "priority": document["priority"], "numbers": document["numbers"]}
        timescale = document["action"]["timescale"]
        said["timescale"] = timescale and timescale["text"]
        said["due"] = timescale and timescale["due"]
        said["original"] = timescale and timescale["original"]
        said["evidence"] = [filed["title"] for filed in document["action"]["evidence"]]
        said["actions"] = [one["number"] for one in document["action"]["actions"]]
        assert {name: said[name] for name in expected} == expected
        return self

    def then_absent(self, day: date | str, action: str | None = None, *, basis: int | None = None) -> Self:
        """At the point the plan had no such action yet, or had none that stands."""
        number = action or self._about or ""
        try:
            found = self.action(number, day, basis)
        except ActionUnknown:
            return self
        raise AssertionError(f"the plan had {number} at {found['point']}")

    def then_in_plan(self, day: date | str, *numbers: str, basis: int | None = None) -> Self:
        """At the point these actions, and their parts, are in the plan, and no others."""
        assert sorted(listed(self.show(day, basis))) == sorted(numbers)
        return self

    def _bound(self, told: Told) -> events.Event:
        if isinstance(told, events.Event):
            return told
        return say(events.EventWithdrawn, told.on, version=self.version_of(told.event), reason=told.reason)


def given(
    *told: Told,
    scale: dict[str, Any] = SCALE,
    priorities: Sequence[str] = PRIORITIES,
    opening: events.PlanOpened | None = None,
) -> Story:
    """A plan opened with a scale and priorities, of which this has been recorded. Its first event has version 5."""
    story = Story()
    story.when(opening or opened(scale), *[priority(number) for number in priorities], *told)
    return story.then_accepted()


def nothing_recorded() -> Story:
    """A plan that nobody has opened."""
    return Story()


def listed(document: PlanDocument) -> list[str]:
    """Numbers of the actions and parts in a plan, in their order."""
    found: list[str] = []
    left = [action for under in reversed(document["priorities"]) for action in reversed(under["actions"])]
    while left:
        action = left.pop()
        found.append(action["number"])
        left += reversed(action["actions"])
    return found


def reconciles(document: ComparisonDocument) -> None:
    """In every row and in the totals: previous + new + moved - closed - withdrawn = current, and the parts add up."""
    for table in [*document["rows"], document["totals"]]:
        where = table.get("priority", "totals")
        total, unrated = table["total"], table["unrated"]
        left = table["closed"] + table["withdrawn"]
        assert total["previous"] + table["new"] + table["moved"] - left == total["current"], f"{where}: {table}"
        assert sum(pair["previous"] for pair in table["ratings"].values()) + unrated["previous"] == total["previous"]
        assert sum(pair["current"] for pair in table["ratings"].values()) + unrated["current"] == total["current"]
        assert sum(table["due"].values()) <= 2 * table["due"]["total"] <= 2 * total["current"]
        assert min(table["new"], table["closed"], table["withdrawn"]) >= 0, f"{where}: {table}"
    assert document["totals"]["moved"] == 0
