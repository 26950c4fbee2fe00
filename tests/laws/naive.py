"""The slow and obvious answers: list comprehensions over the events that were accepted, with no timelines and no fold.

Written from the contract and not from the code it is held against; only the events themselves and the reading of due
dates are shared with it. Version n is `events[n - 1]`.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from domain import events as said
from domain.timescales import read_timescale

At = tuple[date, int]
CHANGES_OF_AN_ACTION = (
    said.ActionReworded, said.ActionRenumbered, said.ActionRescheduled, said.ActionReassigned, said.ActionRated,
    said.RatingConfirmed, said.ProgressReported, said.EvidenceAdded, said.ActionClosed, said.ActionWithdrawn,
    said.ActionReinstated,
)  # fmt: skip


def people_sort(number: str) -> tuple[Any, ...]:
    """2.9 before 2.10; where two numbers read alike, by their characters."""
    return ([(0, int(run), "") if run.isdigit() else (1, 0, run.lower()) for run in re.findall(r"\d+|\D+", number)],
            number)  # fmt: skip


class Given(NamedTuple):
    """A rating from the day it counts."""

    effective_on: date
    rating: str
    evidence: tuple[str, ...]


class Naive:
    """Answers about the events of one plan."""

    def __init__(self, events: list[said.Event]) -> None:
        self.events = events
        self._about: dict[int, int] = {}

    # What stands, and what it is about

    def standing(self, basis: int) -> list[tuple[int, Any]]:
        """Version and event of everything recorded by the basis and not withdrawn by it."""
        known = list(enumerate(self.events[:basis], 1))
        in_error = {event.version for _, event in known if isinstance(event, said.EventWithdrawn)}
        return [(version, event) for version, event in known if version not in in_error]

    def bearer(self, number: str, basis: int) -> int | None:
        """The action, as the version that added it, that bears or bore the number."""
        known = self.standing(basis)
        added = [version for version, event in known if isinstance(event, said.ActionAdded)]
        given = [
            self.about(version)
            for version, event in known
            if isinstance(event, said.ActionAdded | said.ActionRenumbered) and event.number == number
        ]
        return next((action for action in reversed(given) if action in added), None)

    def about(self, version: int) -> int | None:
        """The action that an event is about."""
        event = self.events[version - 1]
        if isinstance(event, said.ActionAdded):
            return version
        if version not in self._about and isinstance(event, CHANGES_OF_AN_ACTION):
            action = self.bearer(event.action, version - 1)
            assert action is not None
            self._about[version] = action
        return self._about.get(version)

    def parent(self, action: int) -> int | None:
        event = self.events[action - 1]
        assert isinstance(event, said.ActionAdded)
        return None if event.parent is None else self.bearer(event.parent, action - 1)

    # One value at a point

    def told(self, at: At, kind: Any, where: Callable[[int, Any], bool] = lambda v, e: True) -> list[tuple[int, Any]]:
        """Version and event of what was said by the day, the latest effective and then recorded last."""
        found = [
            (version, event)
            for version, event in self.standing(at[1])
            if isinstance(event, kind) and event.effective_on <= at[0] and where(version, event)
        ]
        return sorted(found, key=lambda pair: (pair[1].effective_on, pair[0]))

    def of(self, action: int, at: At, kind: Any, field: str | None = None) -> list[tuple[int, Any]]:
        """What was said of an action, where it says that field."""
        return self.told(
            at, kind, lambda v, e: self.about(v) == action and (field is None or getattr(e, field) not in (None, ()))
        )

    def last(self, action: int, at: At, kind: Any, field: str) -> Any:
        told = self.of(action, at, kind, field)
        return getattr(told[-1][1], field) if told else None

    def actions(self, basis: int) -> list[int]:
        return [version for version, event in self.standing(basis) if isinstance(event, said.ActionAdded)]

    def parts(self, action: int, basis: int) -> list[int]:
        return [part for part in self.actions(basis) if self.parent(part) == action]

    def status(self, action: int, at: At) -> str | None:
        """open, closed, withdrawn; None where it was not added yet."""
        kinds = (said.ActionAdded, said.ActionClosed, said.ActionWithdrawn, said.ActionReinstated)
        told = self.of(action, at, kinds)
        if not told:
            return None
        own = {"ActionClosed": "closed", "ActionWithdrawn": "withdrawn"}.get(type(told[-1][1]).__name__, "open")
        parent = self.parent(action)
        above = None if parent is None else self.status(parent, at)
        return own if own != "open" or above is None else above

    def is_open(self, action: int, at: At) -> bool:
        return self.status(action, at) == "open"

    def open_parts(self, action: int, at: At) -> list[int]:
        return [part for part in self.parts(action, at[1]) if self.is_open(part, at)]

    def priority(self, action: int, at: At) -> str | None:
        parent = self.parent(action)
        if parent is not None:
            return self.priority(parent, at)
        priority: str | None = self.last(action, at, (said.ActionAdded, said.ActionRenumbered), "priority")
        return priority

    def number(self, action: int, at: At) -> Any:
        return self.last(action, at, (said.ActionAdded, said.ActionRenumbered), "number")

    def scale(self, at: At) -> Any:
        told = self.told(at, (said.PlanOpened, said.ScaleAdopted))
        return told[-1][1].scale if told else None

    def needs_second_person(self, version: int, event: said.ActionRated) -> bool:
        """Whether the rating was given on a scale that has it confirmed."""
        scale = self.scale((event.effective_on, version - 1))
        return any(one.code == event.rating and one.needs_second_person for one in scale.ratings)

    def rated(self, action: int, at: At) -> tuple[int, Given] | None:
        """The rating that counts, and the version that made it count: its own, or that of its confirmation."""
        counts = []
        for version, event in self.of(action, at, (said.ActionRated, said.RatingConfirmed)):
            rating: Any = self.events[event.version - 1] if isinstance(event, said.RatingConfirmed) else event
            if rating is not event or not self.needs_second_person(version, rating):
                counts.append((version, Given(event.effective_on, rating.rating, rating.evidence)))
        return counts[-1] if counts else None

    def awaiting(self, action: int, at: At) -> tuple[int, Any] | None:
        """The last rating that needs a second person, unless one counts that came after it."""
        told = self.of(action, at, said.ActionRated)
        waiting = [(version, event) for version, event in told if self.needs_second_person(version, event)]
        counts = self.rated(action, at)
        if not waiting or (
            counts and (counts[1].effective_on, counts[0]) > (waiting[-1][1].effective_on, waiting[-1][0])
        ):
            return None
        return waiting[-1]

    def rating(self, action: int, at: At) -> Any:
        """What the rating in force means: by the scale of the point, of its own day, or as it was judged."""
        given = self.rated(action, at)
        if given is None:
            return None
        version, event = given
        scales = [self.scale(point) for point in (at, (event.effective_on, at[1]), (event.effective_on, version - 1))]
        meanings = [one for scale in scales if scale for one in scale.ratings if one.code == event.rating]
        return meanings[0]

    def is_complete(self, action: int, at: At) -> bool:
        if parts := self.open_parts(action, at):
            return all(self.is_complete(part, at) for part in parts)
        rating = self.rating(action, at)
        return rating is not None and rating.complete

    def dues(self, action: int, at: At) -> list[tuple[int, Any]]:
        """Its timescales by the day; of one that has none, those of the action it is part of."""
        dues = self.of(action, at, (said.ActionAdded, said.ActionRescheduled), "timescale")
        parent = self.parent(action)
        return dues if dues or parent is None else self.dues(parent, at)

    def due(self, action: int, at: At) -> date | None:
        dues = self.dues(action, at)
        return read_timescale(dues[-1][1].timescale).due if dues else None

    def is_late(self, action: int, at: At) -> bool:
        """Past its day and not complete; one with parts when any of them is."""
        if parts := self.open_parts(action, at):
            return any(self.is_late(part, at) for part in parts)
        due = self.due(action, at)
        return self.is_open(action, at) and due is not None and due < at[0] and not self.is_complete(action, at)

    def late(self, at: At) -> list[str]:
        return [self.number(one, at) for one in self.counted(at) if self.is_late(one, at)]

    # Documents, with the fields that this model vouches for

    def action(self, action: int, at: At, everything: bool) -> dict[str, Any] | None:
        status = self.status(action, at)
        if status is None or (status != "open" and not everything):
            return None
        rated, complete = self.rated(action, at), self.is_complete(action, at)
        dues = self.dues(action, at)
        due = read_timescale(dues[-1][1].timescale) if dues else None
        progress = self.of(action, at, said.ProgressReported)
        leads = self.last(action, at, (said.ActionAdded, said.ActionReassigned), "leads")
        filed, rested_on = self.of(action, at, said.EvidenceAdded), rated[1].evidence if rated else ()
        waiting = self.awaiting(action, at)
        return {
            "number": self.number(action, at),
            "text": self.last(action, at, (said.ActionAdded, said.ActionReworded), "text"),
            "outcome": self.last(action, at, (said.ActionAdded, said.ActionReworded), "outcome"),
            "status": "complete" if status == "open" and complete else status,
            "rating": rated[1].rating if rated else None,
            "rated_on": rated[1].effective_on.isoformat() if rated else None,
            "awaiting": {
                "rating": waiting[1].rating,
                "rated_on": waiting[1].effective_on.isoformat(),
                "version": waiting[0],
                "evidence": list(waiting[1].evidence),
            } if waiting else "nothing",
            "timescale": due and {
                "text": due.text,
                "due": due.due and due.due.isoformat(),
                "precision": due.precision,
                "original": min(dues, key=lambda told: told[0])[1].timescale,
            },
            "overdue": self.is_late(action, at),
            "leads": list(leads or ()),
            "reports_to": self.events[action - 1].reports_to,  # type: ignore[attr-defined]
            "progress": progress[-1][1].text if progress else None,
            "progress_on": progress[-1][1].effective_on.isoformat() if progress else None,
            "evidence": [
                *[{"title": event.title, "on": event.effective_on.isoformat()} for _, event in filed],
                *[{"title": title, "on": rated[1].effective_on.isoformat()} for title in rested_on if rated],
            ],
            "added_on": self.events[action - 1].effective_on.isoformat(),
            "actions": self.in_order(self.parts(action, at[1]), at, everything),
        }  # fmt: skip

    def in_order(self, actions: list[int], at: At, everything: bool) -> list[dict[str, Any]]:
        documents = [document for action in actions if (document := self.action(action, at, everything))]
        return sorted(documents, key=lambda document: people_sort(document["number"]))

    def single_action(self, number: str, at: At) -> dict[str, Any] | None:
        action = self.bearer(number, at[1])
        document = None if action is None else self.action(action, at, everything=True)
        if action is None or document is None:
            return None
        borne = self.of(action, at, (said.ActionAdded, said.ActionRenumbered))
        priority = self.priority(action, at)
        return {
            "priority": priority,
            "priority_title": dict(self.priorities(at))[priority or ""],
            "numbers": list(dict.fromkeys(event.number for _, event in borne)),
            "action": document,
        }

    def of_priority(self, number: str, at: At, kind: Any, field: str) -> Any:
        told = self.told(at, kind, lambda v, e: e.number == number and getattr(e, field) is not None)
        return getattr(told[-1][1], field) if told else None

    def priorities(self, at: At) -> list[tuple[str, str]]:
        numbers = {event.number for _, event in self.told(at, said.PriorityAdded)}
        kinds = (said.PriorityAdded, said.PriorityReworded)
        return [(number, self.of_priority(number, at, kinds, "title")) for number in sorted(numbers, key=people_sort)]

    def plan(self, at: At, everything: bool) -> dict[str, Any]:
        opening: Any = self.events[0]
        issues, scale = self.told(at, said.VersionIssued), self.scale(at)
        return {
            "title": opening.title,
            "organisation": opening.organisation,
            "priority_word": opening.priority_word,
            "status": "not opened"
            if at[0] < opening.effective_on
            else "closed"
            if self.told(at, said.PlanClosed)
            else "open",
            "opened_on": opening.effective_on.isoformat(),
            "document_version": {"label": issues[-1][1].label} if issues else None,
            "scale": {"ratings": [{"code": one.code} for one in scale.ratings] if scale else []},
            "priorities": [self.under(number, title, at, everything) for number, title in self.priorities(at)],
            "recommendations": self.recommendations(at),
            "measures": self.measures(at),
            "inspections": [{"body": event.body} for _, event in self.told(at, said.InspectionReported)],
        }

    def under(self, number: str, title: str, at: At, everything: bool) -> dict[str, Any]:
        given = self.told(at, said.AssuranceGiven, lambda v, e: e.priority == number)
        top = [one for one in self.actions(at[1]) if self.parent(one) is None and self.priority(one, at) == number]
        return {
            "number": number,
            "title": title,
            "answers": list(self.of_priority(number, at, (said.PriorityAdded, said.PriorityReworded), "answers")),
            "assurance": {"level": given[-1][1].level, "on": given[-1][1].effective_on.isoformat()} if given else None,
            "actions": self.in_order(top, at, everything),
        }

    def recommendations(self, at: At) -> list[dict[str, Any]]:
        answers = {
            number: self.of_priority(number, at, (said.PriorityAdded, said.PriorityReworded), "answers")
            for number, _ in self.priorities(at)
        }
        made = sorted(
            (event for _, event in self.told(at, said.RecommendationMade)), key=lambda e: people_sort(e.number)
        )
        return [
            {
                "number": event.number,
                "text": event.text,
                "answered_by": [number for number, answered in answers.items() if event.number in answered],
            }
            for event in made
        ]

    def gaps(self, at: At) -> list[str]:
        """Recommendations that no priority with an action (but a withdrawn one) answers."""
        living = {self.priority(one, at) for one in self.actions(at[1]) if self.status(one, at) in ("open", "closed")}
        return [made["number"] for made in self.recommendations(at) if not living & set(made["answered_by"])]

    def unknown(self, at: At) -> list[tuple[str, str]]:
        """Priority and recommendation of each answer to a recommendation that was not made."""
        made = {event.number for _, event in self.told(at, said.RecommendationMade)}
        kinds = (said.PriorityAdded, said.PriorityReworded)
        return [
            (number, answered)
            for number, _ in self.priorities(at)
            for answered in sorted(set(self.of_priority(number, at, kinds, "answers")) - made, key=people_sort)
        ]

    def undated(self, at: At) -> int:
        """How many actions, not complete, have no timescale or one in words that are neither a day nor ongoing."""
        count = 0
        for one in self.counted(at):
            dues = self.dues(one, at)
            due = read_timescale(dues[-1][1].timescale) if dues else None
            count += (due is None or due.precision == "text") and not self.is_complete(one, at)
        return count

    def measures(self, at: At) -> list[dict[str, Any]]:
        documents = []
        for code in {event.measure for _, event in self.told(at, said.MeasureDefined)}:
            defined = self.told(at, said.MeasureDefined, lambda v, e, code=code: e.measure == code)[-1][1]  # type: ignore[misc]
            readings = self.told(at, said.MeasureReported, lambda v, e, code=code: e.measure == code)  # type: ignore[misc]
            latest = {"value": readings[-1][1].value, "period": readings[-1][1].period} if readings else None
            documents.append({"measure": code, "title": defined.title, "priority": defined.priority, "latest": latest})
        return sorted(
            documents, key=lambda one: (one["priority"] is None, people_sort(one["priority"] or ""), one["measure"])
        )

    # Previous against current

    def counted(self, at: At) -> list[int]:
        return [one for one in self.actions(at[1]) if self.is_open(one, at) and not self.open_parts(one, at)]

    def code(self, action: int, at: At) -> str | None:
        rating = self.rating(action, at)
        return None if rating is None else rating.code

    def is_due(self, action: int, at: At) -> bool:
        due = self.due(action, at)
        return due is not None and due <= at[0]

    def movements(self, previous: At, current: At) -> Iterator[tuple[str, str, int]]:
        """(priority, movement, count): arrivals, then those that are counted no more and why."""
        before, now = self.counted(previous), self.counted(current)
        for action in now:
            here = self.priority(action, current) or ""
            there = self.priority(action, previous) or ""
            if action not in before:
                yield here, "new", 1
            elif here != there:
                yield from [(here, "moved", 1), (there, "moved", -1)]
        for action in before:
            there, here = self.priority(action, previous) or "", self.priority(action, current) or ""
            if action in now:
                continue
            if self.is_open(action, current):  # it was split: its parts are new, one of them in its stead
                yield from [(here, "moved", 1), (there, "moved", -1), (here, "new", -1)]
            elif self.status(action, current) == "closed":
                yield there, "closed", 1
            else:
                yield there, "withdrawn", 1

    def comparison(self, previous: At, current: At) -> dict[str, Any]:
        before, now = self.counted(previous), self.counted(current)
        scales = [scale for scale in (self.scale(current), self.scale(previous)) if scale]
        codes = [rating.code for scale in scales for rating in scale.ratings]
        found = [(self.rating(one, at)) for ones, at in ((before, previous), (now, current)) for one in ones]
        codes = list(dict.fromkeys([*codes, *[rating.code for rating in found if rating]]))
        numbers = {number for at in (previous, current) for number, _ in self.priorities(at)}
        titles = {**dict(self.priorities(previous)), **dict(self.priorities(current))}
        moves = list(self.movements(previous, current))

        late_unrated = any(self.is_due(one, current) and self.code(one, current) is None for one in now)

        def table(inside: Callable[[str | None], bool]) -> dict[str, Any]:
            was = [self.code(one, previous) for one in before if inside(self.priority(one, previous))]
            is_ = [self.code(one, current) for one in now if inside(self.priority(one, current))]
            due = [
                self.code(one, current)
                for one in now
                if inside(self.priority(one, current)) and self.is_due(one, current)
            ]
            return {
                "ratings": {code: {"previous": was.count(code), "current": is_.count(code)} for code in codes},
                "unrated": {"previous": was.count(None), "current": is_.count(None)},
                **{
                    name: sum(count for where, what, count in moves if what == name and inside(where))
                    for name in ("new", "closed", "withdrawn", "moved")
                },
                "total": {"previous": len(was), "current": len(is_)},
                "due": {
                    "total": len(due),
                    **{code: due.count(code) for code in codes},
                    **({"unrated": due.count(None)} if late_unrated else {}),
                },
            }

        rows = [
            {"priority": number, "title": titles[number], **table(lambda where, number=number: where == number)}  # type: ignore[misc]
            for number in sorted(numbers, key=people_sort)
        ]
        return {
            "rows": rows,
            "totals": table(lambda where: True),
            "changes": self.changes(before, now, previous, current),
        }

    def given_on(self, action: int, at: At) -> Any:
        """The scale that the rating in force was given on: of its day as known at the point, or as it was judged."""
        given = self.rated(action, at)
        if given is None:
            return None
        version, event = given
        scales = [self.scale((event.effective_on, basis)) for basis in (at[1], version - 1)]
        return next(scale for scale in scales if scale and scale.find(event.rating))

    def changes(self, before: list[int], now: list[int], previous: At, current: At) -> list[dict[str, Any]]:
        changes = []
        split = [one for one in before if one not in now and self.is_open(one, current) and self.code(one, previous)]
        for action in [*now, *split]:
            was = self.code(action, previous) if action in before else None
            rating = None if action in split else self.rating(action, current)
            is_ = rating.code if rating else None
            if was == is_ and not (rating and rating.concern):
                continue
            scales = [self.scale(current), self.scale(previous)]
            if was and is_ and self.given_on(action, previous) == self.given_on(action, current):
                scales.append(self.given_on(action, current))
            orders = [[one.code for one in scale.ratings] for scale in scales if scale]
            order = next((order for order in orders if {was, is_} <= set(order)), None)
            steps = order.index(is_) - order.index(was) if order else 0
            changes.append({
                "action": self.number(action, current),
                "priority": self.priority(action, current),
                "previous": was,
                "current": is_,
                "direction": "better" if steps > 0 else "worse" if steps < 0 else "same",
                "why": "split" if action in split else "unchanged concern" if was == is_ else "changed",
            })  # fmt: skip
        return sorted(changes, key=lambda one: (people_sort(one["priority"]), people_sort(one["action"])))


def differences(expected: Any, actual: Any, path: str = "") -> list[str]:
    """Where an answer says otherwise than what the naive model vouches for."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [
            found
            for key, value in expected.items()
            for found in differences(value, actual.get(key, "nothing"), f"{path}.{key}")
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [found for index, (e, a) in pairs for found in differences(e, a, f"{path}[{index}]")]
    return [] if expected == actual else [f"{path}: naive says {expected!r}, the answer {actual!r}"]
