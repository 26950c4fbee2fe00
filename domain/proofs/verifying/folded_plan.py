"""The folded plan on a day, as known at a basis: its actions, their ratings and days, and their counts."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from domain.proofs.verifying.calendar_days import plain_day
from domain.proofs.verifying.json_values import Json
from domain.proofs.verifying.plan_fold import Action, Fact, Fold, Subject
from domain.proofs.verifying.rating_scales import find_rating

#: Counts of actions, by the priority that they stand under and something else of them.
Counts = Counter[tuple[str | None, str]]


class At:
    """The plan on a day, as known at a basis."""

    def __init__(self, fold: Fold, day: str, basis: int) -> None:
        self.fold, self.day, self.basis = fold, day, basis
        self.scale: dict[str, Json] = fold.value(fold.scale, "scale", day, basis) or {}
        titles = {number: self._value(priority, "title") for number, priority in fold.priorities.items()}
        #: Number -> title of each priority in the plan.
        self.priorities: dict[str, str] = {number: title for number, title in titles.items() if title is not None}
        #: The status of each action: "open" in the plan, closed, or withdrawn; a part goes as its whole does.
        self.status: dict[Action, str | None] = {}
        self._parts: dict[Action, list[Action]] = {}
        for action in fold.actions:  # a whole stands before its parts
            own = self._value(action, "status")
            if own == "open" and action.parent is not None:
                own = self.status[action.parent] or own
                if own == "open":
                    self._parts.setdefault(action.parent, []).append(action)
            self.status[action] = own
        self.open = [action for action, status in self.status.items() if status == "open"]
        #: The actions that are counted: one with parts in the plan is counted as its parts.
        self.counted = {action: None for action in self.open if action not in self._parts}

    def _value(self, subject: Subject, name: str) -> Json:
        return self.fold.value(subject, name, self.day, self.basis)

    def number(self, action: Action) -> str:
        """The number that an action bears."""
        return str(self._value(action, "number") or "")

    def text(self, action: Action) -> str:
        """The words of an action."""
        return str(self._value(action, "text") or "")

    def priority(self, action: Action) -> str | None:
        """The number of the priority under which it stands, with its whole."""
        under: str | None = self._value(action.root, "priority")
        return under

    def rated(self, action: Action) -> Fact | None:
        """The rating that counts, with its event."""
        return self.fold.fact(action, "rating", self.day, self.basis)

    def rating(self, action: Action) -> str | None:
        """The code of the rating that counts."""
        rated = self.rated(action)
        return str(rated.value) if rated else None

    def meaning(self, action: Action) -> dict[str, Json]:
        """The rating that counts, on the scale in force or, if that has it not, on the one it was given on."""
        if (rated := self.rated(action)) is None:
            return {}
        return find_rating(self.scale, rated.value) or find_rating(self.fold.scale_of(rated, self.basis), rated.value)

    def awaiting(self, action: Action) -> dict[str, Json] | None:
        """The rating that awaits confirmation: the last that needs it, unless one counts from later."""
        given, counts = self.fold.fact(action, "awaiting", self.day, self.basis), self.rated(action)
        if given is None or (counts is not None and counts[:2] > given[:2]):
            return None
        code, by, evidence = given.value
        given_as = {"rating": code, "rated_on": given.on, "rated_by": by, "version": given.version}
        return {**given_as, "evidence": evidence or []}

    @cached_property
    def complete(self) -> set[Action]:
        """The actions that are complete; one with parts in the plan is when they all are."""
        found, unfinished = set(), set()
        for action in reversed(self.open):
            whole = action not in unfinished if action not in self.counted else self.meaning(action).get("complete")
            if whole:
                found.add(action)
            elif action.parent is not None:
                unfinished.add(action.parent)
        return found

    def due(self, action: Action) -> list[Fact]:
        """The timescales in force and before, the last first: its own or, of a part without, those of the whole."""
        above: Action | None = action
        while above is not None:
            if facts := list(self.fold.known(above, "due", self.day, self.basis)):
                return facts
            above = above.parent
        return []

    def day_due(self, action: Action) -> str | None:
        """The day on which an action is due, "" if its words are not read here; None if it has no timescale."""
        due = self.due(action)
        return (plain_day(due[0].value["text"]) or "") if due else None

    def parts(self, action: Action) -> list[Action]:
        """Its parts in the plan, in the order in which they were added."""
        return self._parts.get(action, [])

    @cached_property
    def counts(self) -> Counts:
        """The actions that are counted, by priority and rating."""
        return Counter((self.priority(action), self.rating(action) or "unrated") for action in self.counted)

    def by_rating(self, priority: str | None = None) -> Counter[str]:
        """The actions that are counted, by rating; those of one priority, if one is given."""
        counts: Counter[str] = Counter()
        for (under, rating), count in self.counts.items():
            if priority in (None, under):
                counts[rating] += count
        return counts

    def scales(self) -> Iterator[dict[str, Json]]:
        """The scale in force, and those before it."""
        return (fact.value for fact in self.fold.known(self.fold.scale, "scale", self.day, self.basis))


def movements(before: At, now: At) -> Counts:
    """The reasons why a priority counts more or fewer actions than before, by priority and kind.

    An action that is counted now and was not is new; one that is not any more was closed, withdrawn, or split into
    parts, which are then new, one of them in its place; one under another priority has moved.
    """
    moves: Counts = Counter()
    for action in {**before.counted, **now.counted}:
        was = before.priority(action) if action in before.counted else None
        is_ = now.priority(action) if action in now.counted else None
        if action not in before.counted:
            moves[is_, "new"] += 1
            continue
        status = now.status[action] or "withdrawn"
        if action not in now.counted and status != "open":
            moves[was, status] += 1
            continue
        place = now.priority(action) or was
        if place != was:
            moves[was, "moved"] -= 1
            moves[place, "moved"] += 1
        if action not in now.counted:
            moves[place, "new"] -= 1
    return moves
