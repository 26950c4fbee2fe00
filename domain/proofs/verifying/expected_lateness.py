"""The paper overdue.json, as it follows from the events and from the paper's reading of words as days."""

from collections import deque

from domain.proofs.verifying.calendar_days import days_between, plain_day, read_day
from domain.proofs.verifying.compared_paper import UNCHECKED, Paper, Rows
from domain.proofs.verifying.failure import shown
from domain.proofs.verifying.folded_plan import At
from domain.proofs.verifying.json_values import Json, inside
from domain.proofs.verifying.paper_parts import awaiting_of, expected, former_key, named_by, placed
from domain.proofs.verifying.plan_fold import Action, Fact


class _Readings:
    """The paper's reading of timescales as days: of one that is written as a day that, of other words as it says."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.days: dict[str, str | None] = {}

    def day(self, words: str, given: Json) -> str | None:
        """The day as which the paper reads these words, everywhere the same; None if as none."""
        if plain := plain_day(words):
            return plain
        if given is not None:
            read_day(given, self.paper.name)
        if (other := self.days.setdefault(words, given)) != given:
            raise self.paper.fail(f"it reads {shown(words)} as {shown(given)}, and elsewhere as {shown(other)}")
        return other


def expected_overdue(paper: Paper, document: dict[str, Json]) -> dict[str, Json]:
    """The actions that are late, and those that were rescheduled.

    An action that is late by words which are not written as a day is among them if the paper lists it.
    """
    now, readings = paper.at(document["point"]), _Readings(paper)
    listed, late = _by_number(document.get("overdue")), []
    for action in (one for one in now.counted if one not in now.complete):
        rows, day = listed.get(now.number(action), deque()), now.day_due(action)
        if (day and day < now.day) or (day == "" and rows):
            late.append(_late(now, action, rows.popleft() if rows else {}, readings))
    listed, moved = _by_number(document.get("rescheduled")), []
    for action in now.open:
        given = [*now.fold.known(action, "due", now.day, now.basis)][::-1]
        if len(given) > 1:
            rows = listed.get(now.number(action), deque())
            moved.append(_rescheduled(now, action, given, rows.popleft() if rows else {}, readings))
    return expected(
        paper,
        document,
        unchecked=["undated"],
        ratings=former_key(now),
        overdue=Rows("action", "its list of late actions", "number", sorted(late, key=placed)),
        rescheduled=Rows("action", "its list of rescheduled actions", "number", sorted(moved, key=placed)),
    )


def _by_number(rows: Json) -> dict[str, deque[Json]]:
    """The rows of a list of actions, by number."""
    found: dict[str, deque[Json]] = {}
    for row in rows if isinstance(rows, list) else ():
        if type(number := inside(row, "number")) is str:
            found.setdefault(number, deque()).append(row)
    return found


def _late(now: At, action: Action, given: dict[str, Json], readings: _Readings) -> dict[str, Json]:
    """An action that is listed as late."""
    due = now.due(action)
    words, original = due[0].value["text"], min(due, key=lambda fact: fact.version).value["text"]
    by, first = readings.day(words, given.get("due")), readings.day(original, given.get("original_due"))
    if given and (by is None or by >= now.day):
        raise readings.paper.fail(f"it lists action {now.number(action)} as late, and its due day {by} had not passed")
    return {
        **named_by(now, action),
        "timescale": words,
        "due": by,
        "original": original,
        "original_due": first,
        "days_overdue": days_between(by, now.day) if by else None,
        "slippage": days_between(first, by) if first and by else None,
        "leads": UNCHECKED,
        "version": due[0].version,
        **awaiting_of(now, action),
    }


def _rescheduled(
    now: At, action: Action, given: list[Fact], row: dict[str, Json], readings: _Readings
) -> dict[str, Json]:
    """An action whose own timescale was changed, with every change."""
    first = min(given, key=lambda fact: fact.version)
    when = {}
    for name, words in (("original", first.value["text"]), ("current", given[-1].value["text"])):
        when[name] = {"text": words, "due": readings.day(words, inside(row, name, "due"))}
    was, is_ = when["original"]["due"], when["current"]["due"]
    changes = [
        {
            "on": fact.on,
            "from": given[place - 1].value["text"] if place else None,
            "to": fact.value["text"],
            "approved_by": fact.value["approved_by"],
            "reason": fact.value["reason"],
            "version": fact.version,
        }
        for place, fact in enumerate(given)
        if fact is not first
    ]
    days = days_between(was, is_) if was and is_ else None
    return {**named_by(now, action), **when, "days": days, "times": len(changes), "approvals": changes}
