"""One action at a point: what it said, how it was rated, when it was due, and whether it was late."""

from datetime import date
from functools import lru_cache
from typing import NotRequired

from typing_extensions import TypedDict

from domain.facts import Awaiting, Due, Rated
from domain.plan import Action, Plan, natural_order
from domain.points import Point
from domain.timeline import Assertion
from projections.due import due_at, first_due_at, is_past
from projections.heading import Heading, heading
from projections.not_known import action_not_known
from projections.point import PointDocument, point_document
from projections.scale import RatingDocument, ratings_key


class TimescaleDocument(TypedDict):
    """When an action is due: as written, as understood, and as first written.

    Of a part without a timescale of its own it is that of the action it is part of.
    """

    text: str
    due: str | None
    precision: str
    original: str


class EvidenceDocument(TypedDict):
    """A document that evidences an action; `on` is the day from which it counts."""

    title: str
    location: str | None
    sha256: str | None
    on: str


class AwaitingDocument(TypedDict):
    """A rating that counts only once a second person has confirmed it: which, on which day given, by whom, as what.

    `version` is what a confirmation names.
    """

    rating: str
    rated_on: str
    rated_by: str
    version: int
    evidence: list[str]


class ActionDocument(TypedDict):
    """An action at a point, with its parts.

    `rating` is the one that counts, `rated_on` the day from which it does. `awaiting` stands there only where a rating
    given since awaits confirmation. `overdue` of an action with parts in the plan says whether any of them is.
    """

    number: str
    text: str
    outcome: str | None
    status: str
    rating: str | None
    rated_on: str | None
    awaiting: NotRequired[AwaitingDocument]
    timescale: TimescaleDocument | None
    overdue: bool
    leads: list[str]
    reports_to: str | None
    progress: str | None
    progress_on: str | None
    evidence: list[EvidenceDocument]
    added_on: str
    actions: "list[ActionDocument]"


class SingleActionDocument(Heading):
    """One action of a plan at a point, with the priority it stands under and every number it has borne.

    `rated_since` is the day since which it has borne its rating without another between: its rating may have been
    reviewed and remained.
    """

    point: PointDocument
    ratings: list[RatingDocument]
    priority: str
    priority_title: str
    numbers: list[str]
    rated_since: str | None
    action: ActionDocument


class ActionUnknown(LookupError):
    """The plan had no action of that number at the point."""


class ActionsAt:
    """Reads actions at one point. What does not differ between actions is looked up once."""

    def __init__(self, plan: Plan, point: Point, *, everything: bool = False) -> None:
        self._plan = plan
        self._day = point.effective_on
        self._end = plan.day_end(point)
        self._basis = point.basis
        self._everything = everything
        scale = plan.scale.at(self._end, self._basis)
        self._complete = {rating.code: rating.complete for rating in scale.value.ratings} if scale else {}

    def document(self, action: Action) -> ActionDocument | None:
        """The action with its parts; None where it was not in the plan (or had left it, unless all are asked for)."""
        end, basis = self._end, self._basis
        standing = action.standing_at(end, basis)
        if standing is None or (standing.value != "open" and not self._everything):
            return None
        number, text, outcome = action.number.at(end, basis), action.text.at(end, basis), action.outcome.at(end, basis)
        assert number is not None and text is not None, "an action has a number and a text from the day it was added"
        rated, progress = action.rating.at(end, basis), action.progress.at(end, basis)
        leads, due = action.leads.at(end, basis), due_at(action, end, basis)
        complete = self._is_complete(action, rated)
        parts = self.documents(action.parts) if action.parts else []
        document: ActionDocument = {
            "number": number.value,
            "text": text.value,
            "outcome": outcome.value if outcome else None,
            "status": standing.value if standing.value != "open" else "complete" if complete else "open",
            "rating": rated.value.code if rated else None,
            "rated_on": _iso(rated.effective_on) if rated else None,
            "timescale": self._timescale(action, due) if due else None,
            "overdue": self._is_overdue(action, standing.value == "open" and not complete, due, parts),
            "leads": list(leads.value) if leads else [],
            "reports_to": action.reports_to,
            "progress": progress.value if progress else None,
            "progress_on": _iso(progress.effective_on) if progress else None,
            "evidence": self._evidence(action, rated),
            "added_on": _iso(action.added_on),
            "actions": parts,
        }
        if waiting := action.awaiting_at(end, basis):
            document["awaiting"] = awaiting_document(waiting)
        return document

    def documents(self, actions: list[Action]) -> list[ActionDocument]:
        """The actions among these that are to be shown, in the order of their numbers."""
        documents = [document for action in actions if (document := self.document(action))]
        documents.sort(key=lambda document: natural_order(document["number"]))
        return documents

    def _is_complete(self, action: Action, rated: Assertion[Rated] | None) -> bool:
        """Whether it is rated complete; one with parts is when all its parts are."""
        known = self._complete.get(rated.value.code) if rated else False
        if action.parts or known is None:  # None: a code of another day's scale
            return self._plan.is_complete(action, self._end, self._basis)
        return known

    def _is_overdue(
        self, action: Action, outstanding: bool, due: Assertion[Due] | None, parts: list[ActionDocument]
    ) -> bool:
        """What `due.is_late` says, of what was looked up already; one with parts in the plan is late through them."""
        if action.parts and action.open_parts(self._end, self._basis):
            return any(part["overdue"] for part in parts)
        return outstanding and is_past(due, self._day)

    def _timescale(self, action: Action, due: Assertion[Due]) -> TimescaleDocument:
        first = first_due_at(action, self._end, self._basis)
        timescale = due.value.timescale
        return {
            "text": timescale.text,
            "due": _iso(timescale.due) if timescale.due else None,
            "precision": timescale.precision,
            "original": first.value.timescale.text if first else timescale.text,
        }

    def _evidence(self, action: Action, rated: Assertion[Rated] | None) -> list[EvidenceDocument]:
        """What was filed, and what the rating in force rests on."""
        documents: list[EvidenceDocument] = [
            {"title": title, "location": location, "sha256": sha256, "on": _iso(on)}
            for (title, location, sha256), on, _ in action.evidence.all(self._end, self._basis)
        ]
        if rated and rated.value.evidence:
            on = _iso(rated.effective_on)
            documents += [
                {"title": title, "location": None, "sha256": None, "on": on} for title in rated.value.evidence
            ]
        return documents


def awaiting_document(waiting: Assertion[Awaiting]) -> AwaitingDocument:
    """A rating that awaits confirmation as data."""
    return {
        "rating": waiting.value.code,
        "rated_on": _iso(waiting.effective_on),
        "rated_by": waiting.value.rated_by,
        "version": waiting.version,
        "evidence": list(waiting.value.evidence),
    }


@lru_cache(maxsize=65536)
def _iso(day: date) -> str:
    return day.isoformat()


def action_at(plan: Plan, number: str, point: Point) -> SingleActionDocument:
    """One action at a point, also when it has left the plan; its old numbers find it too.

    Raises:
        ActionUnknown: the plan had no action of that number at the point.
    """
    end, basis = plan.day_end(point), point.basis
    action = plan.find_action(number, basis)
    document = ActionsAt(plan, point, everything=True).document(action) if action else None
    priority = action.priority_at(end, basis) if action else None
    if action is None or document is None or priority is None:
        why = action_not_known(plan, number, point.fixed, basis, end)
        raise ActionUnknown(why or f"plan {plan.slug} had no action {number} at {point.fixed}")
    title = plan.priorities[priority].title.at(end, basis)
    return {
        **heading(plan),
        "point": point_document(point),
        "ratings": ratings_key(plan, point),
        "priority": priority,
        "priority_title": title.value if title else "",
        "numbers": list(dict.fromkeys(borne.value for borne in action.number.all(end, basis))),
        "rated_since": _rated_since(action, end, basis),
        "action": document,
    }


def _rated_since(action: Action, day_end: int, basis: int) -> str | None:
    """The day since which it has borne the rating that it has at a point; None where it has none."""
    since: date | None = None
    # The last of a day is what it bore at the end of it.
    by_day = {said.effective_on: said.value.code for said in action.rating.all(day_end, basis)}
    codes = list(by_day.values())
    for day, code in reversed(by_day.items()):
        if code != codes[-1]:
            break
        since = day
    return _iso(since) if since else None


def confirmed_rating(plan: Plan, number: str, point: Point) -> list[int]:
    """The versions that gave and that confirmed the rating of an action at a point; none where nobody confirmed it."""
    action = plan.find_action(number, point.basis)
    counts = action.rating.at(plan.day_end(point), point.basis) if action else None
    if action is None or counts is None:
        return []
    given = (said.version for said in action.awaiting.known(point.basis))
    return next(([one, counts.version] for one in given if counts.version in plan.dependents.get(one, ())), [])
