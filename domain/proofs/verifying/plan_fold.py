"""The plan as its events tell of it, as far as the figures go. It is not the fold by which AsAt answers, on purpose."""

import bisect
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.names import name_key
from domain.proofs.verifying.failure import Failed, shown
from domain.proofs.verifying.json_values import Json
from domain.proofs.verifying.pack_events import Event, read_version
from domain.proofs.verifying.rating_scales import check_codes, find_rating, scale_document

#: Fields that figures are worked out from; no redaction can destroy them.
_KEPT = {
    "action",
    "number",
    "organisation",
    "parent",
    "priority",
    "priority_word",
    "rating",
    "scale",
    "timescale",
    "version",
}


class Fact(NamedTuple):
    """A value that an event gave, with the day from which it holds and the event's version."""

    on: str
    version: int
    value: Json


@dataclass(eq=False)
class Subject:
    """Something of which events give facts: each fact's values by (day, version)."""

    facts: dict[str, list[Fact]] = field(default_factory=dict)

    def give(self, name: str, event: Event, value: object, on: str | None = None) -> None:
        """Take in a value that an event gives, from its own day unless another is given."""
        fact = Fact(on or str(event.fields["effective_on"]), event.entry.version, value)
        bisect.insort(self.facts.setdefault(name, []), fact, key=lambda one: one[:2])


@dataclass(eq=False)
class Action(Subject):
    """An action, and the one that it is part of."""

    parent: "Action | None" = None

    def __post_init__(self) -> None:
        #: It, or the whole that it is part of: that one alone has a priority.
        self.root: Action = self.parent.root if self.parent is not None else self


class Absent(Exception):
    """An event names an action or a rating that the plan did not have, as far as the kinds known here tell."""


class Fold:
    """A plan at every day and basis, folded from its events; raises Failed at one that cannot be.

    Of another edition, an event of an unknown kind may have added what a later one names: that one is left out.
    """

    def __init__(self, events: Sequence[Event], *, own_edition: bool = True) -> None:
        self._events = events
        self.unknown = [event for event in events if event.entry.topic not in KINDS]
        #: The first event that was left out, and the reason.
        self.left_out: str | None = None
        #: The day from which the plan was open, and its heading in papers.
        self.opened = ""
        self.heading: dict[str, Json] = {}
        self.scale = Subject()
        self.priorities: dict[str, Subject] = {}
        self.actions: list[Action] = []
        self._borne: dict[str, list[tuple[int, Action]]] = {}
        self._withdrawn: dict[int, int] = {}
        #: Version -> a rating that counts only once somebody else has confirmed it.
        self._awaiting: dict[int, tuple[Event, Action]] = {}
        for event in events:
            try:
                self._take_in(event)
            except Absent as absent:
                what = f"it names {absent}, which the plan does not have"
                if own_edition or not self.unknown or self.unknown[0].entry.version > event.entry.version:
                    raise Failed(event.where, what) from None
                self.left_out = self.left_out or f"{event.where}: {what}"
            except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
                raise Failed(event.where, "it is not as AsAt records such an event") from None

    def _take_in(self, event: Event) -> None:
        topic = event.entry.topic
        if (topic == "PlanOpened") != (event.entry.version == 1):
            raise Failed(event.where, "the first event of a plan opens it, and no other does")
        if topic in KINDS and (gone := _KEPT.intersection(event.gone)):
            raise Failed(event.where, f"its {min(gone)} is gone, which no redaction can destroy")
        if take_in := KINDS.get(topic):
            take_in(self, event)

    def _title(self, event: Event) -> None:
        if (title := event.words("title")) is not None:
            self.priorities.setdefault(event.fields["number"], Subject()).give("title", event, title)

    def _reword(self, event: Event) -> None:
        if (text := event.words("text")) is not None:
            self._find(event.fields["action"]).give("text", event, text)

    def _renumber(self, event: Event) -> None:
        self._number(self._find(event.fields["action"]), event)

    def _reschedule(self, event: Event) -> None:
        due = {"text": event.fields["timescale"], **{one: event.words(one) for one in ("approved_by", "reason")}}
        self._find(event.fields["action"]).give("due", event, due)

    def _change_status(self, event: Event) -> None:
        status = {"ActionClosed": "closed", "ActionWithdrawn": "withdrawn", "ActionReinstated": "open"}
        self._find(event.fields["action"]).give("status", event, status[event.entry.topic])

    def _withdraw(self, event: Event) -> None:
        version = read_version(event)
        if version >= event.entry.version:
            raise Failed(event.where, f"it withdraws version {version}, which does not come before it")
        self._withdrawn[version] = event.entry.version

    def _adopt(self, event: Event) -> None:
        fields = event.fields
        if event.entry.topic == "PlanOpened":
            self.opened = str(fields["effective_on"])
            self.heading = {
                "plan": event.entry.plan,
                "title": event.words("title"),
                "organisation": fields.get("organisation"),
                "priority_word": fields.get("priority_word") or "Priority",
            }
        scale = fields.get("scale") or {}
        check_codes(scale, event.where)
        self.scale.give("scale", event, scale_document(scale))

    def _add(self, event: Event) -> None:
        fields = event.fields
        action = Action(parent=self._find(fields["parent"]) if fields.get("parent") is not None else None)
        self.actions.append(action)
        self._number(action, event)
        action.give("status", event, "open")
        action.give("text", event, event.words("text"))
        if fields.get("timescale") is not None:
            action.give("due", event, {"text": fields["timescale"], "approved_by": None, "reason": None})

    def _number(self, action: Action, event: Event) -> None:
        number = event.fields["number"]
        action.give("number", event, number)
        if event.fields.get("priority") is not None and action.parent is None:
            action.give("priority", event, event.fields["priority"])
        self._borne.setdefault(number, []).append((event.entry.version, action))

    def _find(self, number: str) -> Action:
        """The action that bears or has borne this number, of the events so far."""
        borne = self._borne.get(number, [])
        while borne and borne[-1][0] in self._withdrawn:
            borne.pop()  # withdrawn for good: no later event finds it
        if not borne:
            raise Absent(f"an action {shown(number)}")
        return borne[-1][1]

    def _rate(self, event: Event) -> None:
        """A rating counts, unless the scale of its day, as known so far, says that a second person must confirm it."""
        fields, version = event.fields, event.entry.version
        action = self._find(fields["action"])
        scale = self.value(self.scale, "scale", str(fields["effective_on"]), version - 1) or {}
        if find_rating(scale, fields["rating"]).get("needs_second_person"):
            self._awaiting[version] = event, action
            action.give("awaiting", event, (fields["rating"], event.entry.recorded_by, event.words("evidence")))
        else:
            action.give("rating", event, fields["rating"])

    def _confirm(self, event: Event) -> None:
        """A rating counts from the day it was confirmed, if that is by somebody else; before, it did not."""
        version = read_version(event)
        if version >= event.entry.version:
            raise Failed(event.where, f"it confirms version {version}, which does not come before it")
        rated = self._events[version - 1]
        if rated.entry.topic == "ActionRated":
            check_two_people(rated.entry.recorded_by, event)
        if version not in self._awaiting:
            raise Absent(f"version {version} as a rating that awaits confirmation")
        action = self._awaiting[version][1]
        if self._find(event.fields["action"]) is not action:
            raise Failed(event.where, f"version {version}, which it confirms, rates another action")
        day = max(str(rated.fields["effective_on"]), str(event.fields["effective_on"]))
        action.give("rating", event, rated.fields["rating"], day)

    def known(self, subject: Subject, name: str, day: str, basis: int) -> Iterator[Fact]:
        """The values of a fact by a day and a basis that were not withdrawn by it; the last by (day, version) first."""
        facts = subject.facts.get(name, [])
        for place in range(bisect.bisect_right(facts, day, key=lambda fact: fact.on) - 1, -1, -1):
            version = facts[place].version
            if version <= basis < self._withdrawn.get(version, basis + 1):
                yield facts[place]

    def fact(self, subject: Subject, name: str, day: str, basis: int) -> Fact | None:
        """The value of a fact that was in force, with its event."""
        return next(self.known(subject, name, day, basis), None)

    def value(self, subject: Subject, name: str, day: str, basis: int) -> Json:
        """The value that was in force; None if none was."""
        fact = self.fact(subject, name, day, basis)
        return fact.value if fact else None

    def withdrawn_by(self, version: int, basis: int) -> int | None:
        """The version that withdrew an event by a basis."""
        by = self._withdrawn.get(version)
        return by if by is not None and by <= basis else None

    def scale_of(self, fact: Fact, basis: int) -> dict[str, Json]:
        """The scale on which a rating was given: of its day, as known at a basis or when it was given."""
        for known in (basis, fact.version):
            scale = self.value(self.scale, "scale", fact.on, known) or {}
            if find_rating(scale, fact.value):
                return dict(scale)
        return {}


#: The kinds of events that this program knows -> how one is folded in; None: no figure comes from it.
KINDS: dict[str, Callable[[Fold, Event], None] | None] = {
    "PlanOpened": Fold._adopt,
    "ScaleAdopted": Fold._adopt,
    "PlanClosed": None,
    "InspectionReported": None,
    "RecommendationMade": None,
    "PriorityAdded": Fold._title,
    "PriorityReworded": Fold._title,
    "ActionAdded": Fold._add,
    "ActionReworded": Fold._reword,
    "ActionRenumbered": Fold._renumber,
    "ActionRescheduled": Fold._reschedule,
    "ActionReassigned": None,
    "ActionRated": Fold._rate,
    "RatingConfirmed": Fold._confirm,
    "ProgressReported": None,
    "EvidenceAdded": None,
    "ActionClosed": Fold._change_status,
    "ActionWithdrawn": Fold._change_status,
    "ActionReinstated": Fold._change_status,
    "AssuranceGiven": None,
    "MeasureDefined": None,
    "MeasureReported": None,
    "VersionIssued": None,
    "ReportPresented": None,
    "EventWithdrawn": Fold._withdraw,
    "TextRedacted": None,
}


def check_two_people(author: str, confirmation: Event) -> None:
    """Check that the names of who rated and who confirmed can be seen, and are not one person's; raises Failed."""
    names = author, confirmation.entry.recorded_by
    keys = [name_key(name) for name in names]
    for name, key in zip(names, keys, strict=True):
        if not key or any(unicodedata.category(character) == "Cc" for character in name):
            raise Failed(confirmation.where, f"{shown(name)} is no name of a person who rates or confirms")
    if keys[0] == keys[1]:
        raise Failed(confirmation.where, f"{names[1]} confirms a rating of their own")
