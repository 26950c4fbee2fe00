"""What became of one action between two points: coming and going, its facts, and what was reported of it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from domain.facts import Due
from domain.plan import Action
from domain.timeline import Assertion, Timeline
from projections.change import Change, Said, as_change, by_name, iso, itself
from projections.difference import Between, Difference


class _Fact(NamedTuple):
    """A fact of an action: what a change of it is called, what it is of, and what of it is said."""

    kind: str
    name: str
    timeline: Callable[[Action], Timeline[Any]]
    said: Said = itself


def _due(due: Due) -> dict[str, str | None]:
    written = due.timescale
    return {"text": written.text, "due": iso(written.due), "approved_by": due.approved_by, "reason": due.reason}


_OWN_FACTS = (
    _Fact("number", "number", lambda action: action.number),
    _Fact("priority", "priority", lambda action: action.priority),
    _Fact("wording", "text", lambda action: action.text),
    _Fact("wording", "outcome", lambda action: action.outcome),
    _Fact("timescale", "timescale", lambda action: action.due, _due),
    _Fact("leads", "leads", lambda action: action.leads, list),
)
_REPORTED_FACTS = (
    _Fact("rating", "rating", lambda action: action.rating, lambda rated: rated.code),
    _Fact("progress", "progress", lambda action: action.progress),
)


def action_changes(between: Between, action: Action) -> Iterator[Change]:
    """Every change of an action: whether it is in the plan, then its own facts, then what was reported of it."""
    was, is_ = action.standing_at(*between.before), action.standing_at(*between.now)
    if was is None and is_ is None:
        return
    named = _named(between, action)
    standing = between.difference(was, is_)
    if standing and (was is None or is_ is None):
        yield _coming_or_going(between, action, standing, named)
        if is_ is None:
            return
    if standing and is_ and (was or is_.value != "open"):
        kind = "reinstated" if is_.value == "open" else is_.value
        yield as_change(kind, "standing", standing, itself, named)
    for fact in (*(_OWN_FACTS if was else ()), *_REPORTED_FACTS):
        if found := between.fact(fact.timeline(action)):
            yield as_change(fact.kind, fact.name, found, fact.said, named)
    yield from _awaiting(between, action, named)
    for filed in between.gathered(action.evidence):
        yield as_change("evidence", "evidence", filed, by_name, named)
    if rated := between.fact(action.rating):
        yield from _evidence_rested_on(rated, named)


def _coming_or_going(
    between: Between, action: Action, standing: Difference[Any], named: dict[str, str | None]
) -> Change:
    """An action added, told whole as it now is; or one whose being added is undone, as it was."""
    point = between.now if standing.is_ else between.before
    values: dict[str, Any] = {}
    behind = set(standing.versions) if standing.is_ is None else {action.added}
    for fact in _OWN_FACTS:
        said = fact.timeline(action).at(*point)
        if fact.name not in {"number", "priority"}:
            values[fact.name] = fact.said(said.value) if said else None
        if said and standing.is_:
            behind.add(said.version)
    change = as_change("added" if standing.is_ else "removed", "standing", standing, itself, named)
    change["previous"], change["current"] = (None, values) if standing.is_ else (values, None)
    change["versions"] = sorted(behind)
    return change


def _awaiting(between: Between, action: Action, named: dict[str, str | None]) -> Iterator[Change]:
    """A rating that has come to await confirmation, or does so no more as it was withdrawn.

    Where it was confirmed, or another has taken its place, the change of the rating says so.
    """
    found = between.difference(action.awaiting_at(*between.before), action.awaiting_at(*between.now))
    if found and found.is_:
        found = found._replace(was=None)
    if found and (found.is_ or found.by_withdrawal):
        yield as_change("awaiting confirmation", "awaiting", found, lambda given: given.code, named)


def _evidence_rested_on(rated: Difference[Any], named: dict[str, str | None]) -> Iterator[Change]:
    """The evidence that only one of the two ratings rests on: what the action has no more, and what it has now."""
    for mine, other in ((rated.is_, rated.was), (rated.was, rated.is_)):
        for title in mine.value.evidence if mine else ():
            if mine is None or (other and title in other.value.evidence):
                continue
            said = Assertion({"title": title, "location": None, "sha256": None}, mine.effective_on, mine.version)
            was, is_ = (None, said) if mine is rated.is_ else (said, None)
            found = Difference(was, is_, rated.versions, rated.by_withdrawal)
            yield as_change("evidence", "evidence", found, itself, named)


def _named(between: Between, action: Action) -> dict[str, str | None]:
    """What an action is called: by its current number and place, and by its previous ones where they differ."""
    number, text = between.last(action.number), between.last(action.text)
    place = action.priority_at(*between.now) or action.priority_at(*between.before)
    old_number, old_place = action.number.at(*between.before), action.priority_at(*between.before)
    return {
        "action": number.value if number else None,
        "previous_action": old_number.value if old_number and number and old_number.value != number.value else None,
        "priority": place,
        "previous_priority": old_place if old_place != place else None,
        "text": text.value if text else None,
    }
