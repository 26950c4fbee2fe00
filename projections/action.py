"""One action at a point: what it said, how it was rated, when it was due, and whether it was late."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple, NotRequired

from typing_extensions import TypedDict

from domain.facts import Awaiting, Due, Rated, Standing
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


class ActionUnknown(LookupError):
    """The plan had no action of that number at the point."""


#: So many levels of parts are nested in a document. What may be recorded now nests five; 0.1.0 knew no end.
DEEPEST = 100


class _Made(NamedTuple):
    """What is shown of an action, before its parts are put into it."""

    document: ActionDocument
    standing: str
    complete: bool
    parts: list["_Made"]


def _nested(made: list[_Made]) -> list[ActionDocument]:
    """The documents with their parts in them, in the order of their numbers."""
    documents: list[ActionDocument] = []
    below = [(one, documents, 1) for one in _in_order(made)]
    while below:
        one, beside, level = below.pop()
        beside.append(one.document)
        into = one.document["actions"] if level < DEEPEST else beside
        for part in _in_order(one.parts):
            if into is beside:
                part.document["part_of"] = one.document["number"]
            below.append((part, into, level + 1))
    return documents


def _in_order(made: list[_Made]) -> list[_Made]:
    """Last number first, as they are taken from the end."""
    return sorted(made, key=lambda one: natural_order(one.document["number"]), reverse=True)


class ActionsAt:
    """Reads actions at one point. What does not differ between actions is looked up once."""

    def __init__(self, plan: Plan, point: Point, *, everything: bool = False) -> None:
        self._plan = plan
        self._day = point.effective_on
        self._end = plan.day_end(point)
        self._basis = point.basis
        self._everything = everything
        scale = plan.scale.at(self._end, self._basis)
        self._standing: dict[Action, Assertion[Standing]] = {}
        self._complete = {rating.code: rating.complete for rating in scale.value.ratings} if scale else {}

    def document(self, action: Action) -> ActionDocument | None:
        """The action with its parts; None where it was not in the plan (or had left it, unless all are asked for)."""
        documents = self.documents([action])
        return documents[0] if documents else None

    def documents(self, actions: list[Action]) -> list[ActionDocument]:
        """The actions among these that are to be shown, with their parts, in the order of their numbers.

        Parts are nested `DEEPEST` levels deep; what is part of those stands beside them, each after what it is part of.
        """
        made: dict[Action, _Made] = {}
        for action in reversed(self._shown(actions)):  # parts come before what they are part of
            parts = [made[part] for part in action.parts if part in made]
            made[action] = self._made(action, parts)
        documents = [made[action] for action in actions if action in made]
        return _nested(documents)

    def _shown(self, actions: list[Action]) -> list[Action]:
        """Those of the actions and their parts that are to be shown, each before its parts."""
        shown, below = list[Action](), [*actions]
        while below:
            action = below.pop()
            standing = self._standing_of(action)
            if standing is not None and (standing.value == "open" or self._everything):
                self._standing[action] = standing
                shown.append(action)
                below += action.parts
        return shown

    def _standing_of(self, action: Action) -> Assertion[Standing] | None:
        """What `Action.standing_at` says, from what it said of what the action is part of, where that was asked."""
        above = self._standing.get(action.parent) if action.parent is not None else None
        if above is None:
            return action.standing_at(self._end, self._basis)
        own = action.standing.at(self._end, self._basis)
        return above if own is not None and own.value == "open" and above.value != "open" else own

    def _made(self, action: Action, made: list["_Made"]) -> "_Made":
        """What is shown of an action, of whose parts everything is made."""
        end, basis = self._end, self._basis
        standing = self._standing[action]
        open_parts = [part for part in made if part.standing == "open"]
        number, text, outcome = action.number.at(end, basis), action.text.at(end, basis), action.outcome.at(end, basis)
        assert number is not None and text is not None, "an action has a number and a text from the day it was added"
        rated, progress = action.rating.at(end, basis), action.progress.at(end, basis)
        leads, due = action.leads.at(end, basis), due_at(action, end, basis)
        complete = all(part.complete for part in open_parts) if open_parts else self._is_complete(action, rated)
        document: ActionDocument = {
            "number": number.value,
            "text": text.value,
            "outcome": outcome.value if outcome else None,
            "status": standing.value if standing.value != "open" else "complete" if complete else "open",
            "rating": rated.value.code if rated else None,
            "rated_on": _iso(rated.effective_on) if rated else None,
            "timescale": self._timescale(action, due) if due else None,
            "overdue": self._is_overdue(standing.value == "open" and not complete, due, open_parts),
            "leads": list(leads.value) if leads else [],
            "reports_to": action.reports_to,
            "progress": progress.value if progress else None,
            "progress_on": _iso(progress.effective_on) if progress else None,
            "evidence": self._evidence(action, rated),
            "added_on": _iso(action.added_on),
            "actions": [],
        }
        if waiting := action.awaiting_at(end, basis):
            document["awaiting"] = awaiting_document(waiting)
        return _Made(document, standing.value, complete, made)

    def _is_complete(self, action: Action, rated: Assertion[Rated] | None) -> bool:
        """Whether an action that has no parts in the plan is rated complete."""
        known = self._complete.get(rated.value.code) if rated else False
        if known is None:  # a code of another day's scale
            return self._plan.is_complete(action, self._end, self._basis)
        return known

    def _is_overdue(self, outstanding: bool, due: Assertion[Due] | None, open_parts: list["_Made"]) -> bool:
        """What `due.is_late` says, of what was looked up already; one with parts in the plan is late through them."""
        if open_parts:
            return any(part.document["overdue"] for part in open_parts)
        return outstanding and is_past(due, self._day)

    def _timescale(self, action: Action, due: Assertion[Due]) -> TimescaleDocument:
        # Most actions have had one timescale, which is then the original too.
        first = due if len(action.due) == 1 else first_due_at(action, self._end, self._basis)
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
