"""The changes of one action between two points: coming and going, its facts, and its progress and evidence."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, NamedTuple, Self, TypeVar, cast

from domain.plan.action_at import ActionAt, ActionFacts
from domain.plan.facts import Due, Evidence, Rated, Standing
from domain.plan.timeline import Assertion
from projections.change import Change, Field, Value, as_change, by_name, iso, itself
from projections.difference import Between, Difference

V = TypeVar("V")


class _Fact(NamedTuple, Generic[V]):
    """A fact of an action: the name of its change, the name of the fact, where it is found, and its value as data."""

    kind: str
    name: str
    of: Callable[[ActionAt | None, ActionFacts], Assertion[V] | None]
    said: Callable[[V], Value]

    def change(self, between: Between, one: "OneAction", named: Mapping[str, str | None]) -> Change | None:
        """Its change between the points; None if there is none."""
        found = between.difference(self.of(one.was, one.before), self.of(one.is_, one.now))
        return as_change(self.kind, self.name, found, self.said, named) if found else None

    def at(self, action: ActionAt | None, facts: ActionFacts) -> tuple[Value | None, int | None]:
        """Its value at one of the points, and the version that gave it."""
        said = self.of(action, facts)
        return (self.said(said.value), said.version) if said else (None, None)


class OneAction(NamedTuple):
    """An action at the two points of a comparison (None at a point where it is unknown), with its facts there."""

    was: ActionAt | None
    is_: ActionAt | None
    before: ActionFacts
    now: ActionFacts

    @classmethod
    def at(cls, was: ActionAt | None, is_: ActionAt | None) -> Self:
        """The action of which these are the two states; at least one is not None."""
        return cls(was, is_, was.facts if was else _NOTHING, is_.facts if is_ else _NOTHING)

    @property
    def number(self) -> str:
        """Its current number or, if it has none, its previous one."""
        number = self.now.number or self.before.number
        return number.value if number else ""

    @property
    def priority(self) -> str | None:
        """Its current priority or, if it has none, its previous one."""
        return (self.is_.priority_number if self.is_ else None) or (self.was.priority_number if self.was else None)


def _due(due: Due) -> Mapping[str, str | None]:
    written = due.timescale
    return {"text": written.text, "due": iso(written.due), "approved_by": due.approved_by, "reason": due.reason}


_NOTHING = ActionFacts(*[None] * len(ActionFacts._fields))

#: The facts that an action has of its own, and those that are reported of it.
_OWN_FACTS: tuple[_Fact[str] | _Fact[Due] | _Fact[tuple[str, ...]], ...] = (
    _Fact("number", "number", lambda _, facts: facts.number, itself),
    _Fact("priority", "priority", lambda action, _: action.priority if action else None, itself),
    _Fact("wording", "text", lambda _, facts: facts.text, itself),
    _Fact("wording", "outcome", lambda _, facts: facts.outcome, itself),
    _Fact("timescale", "timescale", lambda _, facts: facts.due, _due),
    _Fact("leads", "leads", lambda _, facts: facts.leads, list),
)
_REPORTED_FACTS: tuple[_Fact[Rated] | _Fact[str], ...] = (
    _Fact("rating", "rating", lambda _, facts: facts.rating, lambda rated: rated.code),
    _Fact("progress", "progress", lambda _, facts: facts.progress, itself),
)


def action_changes(between: Between, one: OneAction) -> Iterator[Change]:
    """Every change of an action: coming or going, its own facts, its progress and its evidence."""
    was, is_ = one.was.standing if one.was else None, one.is_.standing if one.is_ else None
    if was is None and is_ is None:
        return
    named = _named(one)
    standing = between.difference(was, is_)
    if standing and (was is None or is_ is None):
        yield _coming_or_going(one, standing, named)
        if is_ is None:
            return
    if standing and is_ and (was or is_.value != "open"):
        kind = "reinstated" if is_.value == "open" else is_.value
        yield as_change(kind, "standing", standing, itself, named)
    for fact in (*(_OWN_FACTS if was else ()), *_REPORTED_FACTS):
        if change := fact.change(between, one, named):
            yield change
    yield from _awaiting(between, one, named)
    for filed in between.gathered(one.was.evidence if one.was else (), one.is_.evidence if one.is_ else ()):
        yield as_change("evidence", "evidence", filed, by_name, named)
    if rated := between.difference(one.before.rating, one.now.rating):
        yield from _evidence_rested_on(rated, named)


def _coming_or_going(one: OneAction, standing: Difference[Standing], named: dict[str, str | None]) -> Change:
    """An action that was added, with its current values; or one whose adding was undone, with its previous values."""
    action = one.is_ if standing.is_ else one.was
    assert action is not None, "what is in the plan at a point is known there"
    values: dict[str, Field] = {}
    behind = set(standing.versions) if standing.is_ is None else {action.id}
    for fact in _OWN_FACTS:
        value, version = fact.at(one.is_, one.now) if standing.is_ else fact.at(one.was, one.before)
        if fact.name not in {"number", "priority"}:
            values[fact.name] = cast(Field, value)
        if version and standing.is_:
            behind.add(version)
    change = as_change("added" if standing.is_ else "removed", "standing", standing, itself, named)
    change["previous"], change["current"] = (None, values) if standing.is_ else (values, None)
    change["versions"] = sorted(behind)
    return change


def _awaiting(between: Between, one: OneAction, named: dict[str, str | None]) -> Iterator[Change]:
    """A rating that now awaits confirmation, or that no longer does because it was withdrawn.

    If it was confirmed or replaced, the change of the rating says so.
    """
    was, is_ = one.was.awaiting if one.was else None, one.is_.awaiting if one.is_ else None
    found = between.difference(was, is_)
    if found and found.is_:
        found = found._replace(was=None)
    if found and (found.is_ or found.by_withdrawal):
        yield as_change("awaiting confirmation", "awaiting", found, lambda given: given.code, named)


def _evidence_rested_on(rated: Difference[Rated], named: dict[str, str | None]) -> Iterator[Change]:
    """The evidence that only one of the two ratings rests on: the evidence lost, and the evidence gained."""
    for mine, other in ((rated.is_, rated.was), (rated.was, rated.is_)):
        for title in mine.value.evidence if mine else ():
            if mine is None or (other and title in other.value.evidence):
                continue
            said = Assertion(Evidence(title, None, None), mine.effective_on, mine.version)
            was, is_ = (None, said) if mine is rated.is_ else (said, None)
            found = Difference(was, is_, rated.versions, rated.by_withdrawal)
            yield as_change("evidence", "evidence", found, by_name, named)


def _named(one: OneAction) -> dict[str, str | None]:
    """The identity of an action: its current number and priority, and the previous ones where they differ."""
    number, text = one.now.number or one.before.number, one.now.text or one.before.text
    place, old_number, old_place = one.priority, one.before.number, one.was.priority_number if one.was else None
    return {
        "action": number.value if number else None,
        "previous_action": old_number.value if old_number and number and old_number.value != number.value else None,
        "priority": place,
        "previous_priority": old_place if old_place != place else None,
        "text": text.value if text else None,
    }
