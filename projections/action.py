"""One action at a point: what it said, how it was rated, when it was due, and whether it was late."""

from datetime import date
from functools import lru_cache
from typing import NotRequired

from typing_extensions import TypedDict

from domain.plan.action_at import ActionAt
from domain.plan.facts import Awaiting, Due, Rated, Standing
from domain.plan.number_order import natural_order
from domain.plan.plan_at import PlanAt
from domain.plan.timeline import Assertion
from domain.refusals import Unknown
from projections.due import is_past
from projections.heading import Heading, heading
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
    `part_of` stands there only where it is nested too deep to stand in what it is part of, and so stands beside it.
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
    part_of: NotRequired[str]
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


class ActionUnknown(Unknown):
    """The plan had no action of that number at the point."""

    code, field = "unknown-action", "action"

    def __init__(self, number: str, sentence: str) -> None:
        self.number = number
        super().__init__(sentence)


#: The levels of parts that are nested in a document. Today five can be recorded; version 0.1.0 had no limit.
DEEPEST = 100


class ActionsAt:
    """The documents of actions at one point."""

    def __init__(self, plan: PlanAt, *, everything: bool = False) -> None:
        self._plan = plan
        self._everything = everything

    def document(self, action: ActionAt) -> ActionDocument | None:
        """The action with its parts; None if it is not in the plan (with `everything`: if it has never been in it)."""
        return self._document(action, 1)

    def documents(self, actions: list[ActionAt]) -> list[ActionDocument]:
        """Those of the actions that are shown, with their parts, in the order of their numbers.

        Parts are nested `DEEPEST` levels deep. Deeper parts stand beside their wholes, each after its own.
        """
        return self._documents(actions, 1)

    def _documents(self, actions: list[ActionAt], level: int) -> list[ActionDocument]:
        if level == DEEPEST:
            return self._side_by_side(actions)
        documents = [document for action in actions if (document := self._document(action, level))]
        documents.sort(key=lambda document: natural_order(document["number"]))
        return documents

    def _document(self, action: ActionAt, level: int) -> ActionDocument | None:
        standing = action.standing
        if standing is None or (standing.value != "open" and not self._everything):
            return None
        return self._told(action, standing.value, self._documents(parts, level + 1) if (parts := action.parts) else [])

    def _side_by_side(self, actions: list[ActionAt]) -> list[ActionDocument]:
        """The actions and all their parts in one list, without nesting."""
        order: list[tuple[ActionAt, Standing, str | None]] = []
        below: list[tuple[ActionAt, str | None]] = [(action, None) for action in reversed(_in_order(actions))]
        while below:
            action, part_of = below.pop()
            standing = action.standing
            if standing is not None and (standing.value == "open" or self._everything):
                order.append((action, standing.value, part_of))
                number = action.number.value if action.number else ""
                below += ((part, number) for part in reversed(_in_order(action.parts)))
        told: dict[int, ActionDocument] = {}
        for action, standing_, part_of in reversed(order):  # parts before their wholes
            document = self._told(action, standing_, [told[part.id] for part in action.parts if part.id in told])
            told[action.id] = {**document, "actions": []}
            if part_of is not None:
                told[action.id]["part_of"] = part_of
        return [told[action.id] for action, _, _ in order]

    def _told(self, action: ActionAt, standing: Standing, documents: list[ActionDocument]) -> ActionDocument:
        """The document of an action, from the documents of its parts."""
        number, text, outcome, due, first_due, leads, rated, awaiting, progress = action.facts
        assert number is not None and text is not None, "an action has a number and a text from the day it was added"
        if due is None:
            due, first_due = action.due, action.first_due
        complete = action.is_complete if documents else self._plan.completes(rated)
        document: ActionDocument = {
            "number": number.value,
            "text": text.value,
            "outcome": outcome.value if outcome else None,
            "status": standing if standing != "open" else "complete" if complete else "open",
            "rating": rated.value.code if rated else None,
            "rated_on": _iso(rated.effective_on) if rated else None,
            "timescale": _timescale(due, first_due) if due else None,
            "overdue": self._is_overdue(action, standing == "open" and not complete, due, documents),
            "leads": list(leads.value) if leads else [],
            "reports_to": action.reports_to,
            "progress": progress.value if progress else None,
            "progress_on": _iso(progress.effective_on) if progress else None,
            "evidence": self._evidence(action, rated),
            "added_on": _iso(action.added_on),
            "actions": documents,
        }
        if awaiting:
            document["awaiting"] = awaiting_document(awaiting)
        return document

    def _is_overdue(
        self, action: ActionAt, outstanding: bool, due: Assertion[Due] | None, parts: list[ActionDocument]
    ) -> bool:
        """The result of `due.is_late`, from facts already known; an action with open parts is late through them."""
        if parts and action.open_parts:
            return any(part["overdue"] for part in parts)
        return outstanding and is_past(due, self._plan.effective_on)

    @staticmethod
    def _evidence(action: ActionAt, rated: Assertion[Rated] | None) -> list[EvidenceDocument]:
        """The evidence filed, and the evidence of the rating in force."""
        documents: list[EvidenceDocument] = [
            {"title": title, "location": location, "sha256": sha256, "on": _iso(on)}
            for (title, location, sha256), on, _ in action.evidence
        ]
        if rated and rated.value.evidence:
            on = _iso(rated.effective_on)
            documents += [
                {"title": title, "location": None, "sha256": None, "on": on} for title in rated.value.evidence
            ]
        return documents


def _in_order(actions: list[ActionAt]) -> list[ActionAt]:
    return sorted(actions, key=lambda action: natural_order(action.number.value if action.number else ""))


def _timescale(due: Assertion[Due], first: Assertion[Due] | None) -> TimescaleDocument:
    timescale = due.value.timescale
    return {
        "text": timescale.text,
        "due": _iso(timescale.due) if timescale.due else None,
        "precision": timescale.precision,
        "original": first.value.timescale.text if first else timescale.text,
    }


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


def action_at(plan: PlanAt, number: str) -> SingleActionDocument:
    """One action at a point, also if it has left the plan; it is found by any number it has had.

    Raises:
        ActionUnknown: the plan had no action of that number at the point.
    """
    action = plan.find_action(number)
    document = ActionsAt(plan, everything=True).document(action) if action else None
    priority = action.priority_number if action else None
    if action is None or document is None or priority is None:
        raise ActionUnknown(number, f"plan {plan.slug} had no action {number} at {plan.point.fixed}")
    under = plan.priority(priority)
    title = under.title if under else None
    return {
        **heading(plan),
        "point": point_document(plan.point),
        "ratings": ratings_key(plan),
        "priority": priority,
        "priority_title": title.value if title else "",
        "numbers": list(dict.fromkeys(borne.value for borne in action.numbers)),
        "rated_since": _rated_since(action),
        "action": document,
    }


def _rated_since(action: ActionAt) -> str | None:
    """The day since which the action has borne its rating at the point; None if it has no rating."""
    since: date | None = None
    # The last one of a day is the rating at its end.
    by_day = {said.effective_on: said.value.code for said in action.ratings}
    codes = list(by_day.values())
    for day, code in reversed(by_day.items()):
        if code != codes[-1]:
            break
        since = day
    return _iso(since) if since else None


def confirmed_rating(plan: PlanAt, number: str) -> list[int]:
    """The versions that gave and that confirmed the rating of an action at a point; none if nobody confirmed it."""
    action = plan.find_action(number)
    counts = action.rating if action else None
    if action is None or counts is None:
        return []
    given = (said.version for said in action.given_to_be_confirmed)
    return next(([one, counts.version] for one in given if counts.version in plan.standing_on(one)), [])
