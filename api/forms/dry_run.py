"""Checks before recording: others' events since the form was opened, and the effects of the new event (dry run)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from api.forms.event_forms import Form
from api.papers.chart import rating_bar
from api.papers.revision import revised
from api.papers.wording import Labels, day_in_words, safe_lines
from api.papers.wording_changes import change_words
from api.questions.asker import Asker
from api.questions.trail_question import TRAIL
from domain.envelopes import Proposal
from domain.events import ActionAdded, ActionRescheduled, Event, EventWithdrawn
from domain.plan.record import PlanRecord
from domain.points import Point
from domain.timescales import read_timescale
from projections.action import ActionUnknown
from projections.change import Change, is_revision
from projections.changes import changes_between
from projections.register import register_entry
from projections.sentence import sentence_in
from projections.trail import TrailEntry

# Others' events


@dataclass(frozen=True, slots=True)
class Since:
    """The events recorded since a form was opened.

    Attributes:
        newest: the plan's version at the time of the check.
        own: the version of the form's own event, if it was recorded already.
        others: others' events about the same subject, after the version last seen.
    """

    newest: int
    own: int | None
    others: list[TrailEntry]


def recorded_since(
    ask: Asker, plan: str, form: Form, said: dict[str, str], shown: int, seen: int, event_id: str
) -> Since:  # fmt: skip
    """The events recorded since a form was opened.

    Args:
        ask: asks the ledger.
        plan: the plan's name.
        form: the form.
        said: the typed values.
        shown: the plan's version when the form was opened.
        seen: the version up to which the sender has seen others' events.
        event_id: the form's event_id.
    """
    action = _action_meant(ask, plan, form, said)
    try:
        trail = TRAIL.ask(ask, plan, action=action, after=shown, limit=None).document
    except ActionUnknown:  # a rule reports it later
        return Since(_newest(ask, plan), None, [])
    own = next((entry["version"] for entry in trail["events"] if entry["event_id"] == event_id), None)
    others = [entry for entry in trail["events"] if entry["version"] > seen and entry["version"] != own]
    if not action:
        targets = _withdrawn_by(ask, plan, others)
        others = [entry for entry in others if _is_same(form, said, entry, targets)]
    return Since(trail["basis"], own, others)


def _newest(ask: Asker, plan: str) -> int:
    return ask.ledger.plan(plan).version


def _action_meant(ask: Asker, plan: str, form: Form, said: dict[str, str]) -> str | None:
    """The action that the form concerns: its own, or that of the event to withdraw."""
    if form.about != "version":
        return said.get("action", "").strip() or None if form.about == "action" else None
    entry = entry_at(ask, plan, said.get("version", ""))
    if entry is None:
        return None
    return entry.get("number") if entry["type"] == "ActionAdded" else entry.get("action")


def entry_at(ask: Asker, plan: str, version: str) -> TrailEntry | None:
    """The event of that version, or None."""
    if not (version.isascii() and version.isdigit() and 0 < len(version) <= 12):
        return None
    found = TRAIL.ask(ask, plan, after=int(version) - 1, limit=1).document["events"]
    return found[0] if found and found[0]["version"] == int(version) else None


def _withdrawn_by(ask: Asker, plan: str, entries: list[TrailEntry]) -> dict[int, dict[str, Any]]:
    """The fields of the events that any of these withdraw, by version."""
    withdrawn = {entry["withdraws"] for entry in entries if entry["type"] == EventWithdrawn.__name__}
    return {one.version: one.fields() for one in ask.ledger.events_of(plan, sorted(withdrawn))}


def _is_same(
    form: Form, said: dict[str, str], entry: TrailEntry, targets: dict[int, dict[str, Any]]
) -> bool:  # fmt: skip
    """Whether an event has the form's subject; a withdrawal has the subject of the event withdrawn."""
    if entry["type"] != EventWithdrawn.__name__:
        return _matches(form, said, entry)
    if form.about == "version" and str(entry["withdraws"]) == said.get("version", "").strip():
        return True
    return _matches(form, said, targets[entry["withdraws"]])


def _matches(form: Form, said: dict[str, str], entry: Mapping[str, Any]) -> bool:
    for kind, theirs, ours in form.same:
        if kind not in ("*", entry["type"]):
            continue
        if not theirs:
            return True
        typed = said.get(ours, "").strip()
        if typed and str(entry.get(theirs, "")).casefold() == typed.casefold():
            return True
    return False


# Effects of the event


def rehearsed(ask: Asker, proposal: Proposal, by: str) -> dict[str, Any]:
    """The event in a sentence, and its effects as at today and as at its effective date.

    `by` is the author.

    Raises:
        Refused: a rule refuses the event.
    """
    with ask.ledger.rehearse([proposal], today=ask.today, by=by) as record:
        days = dict.fromkeys([ask.today, min(_own_day(record, proposal), ask.today)])
        return {
            "sentence": sentence_in(record, record.version, proposal.event),
            "effects": [_effect(record, day) for day in days],
        }


def timescale_read(event: Event) -> str:
    """The sentence on how an event's timescale is read; empty if it has none."""
    written = event.timescale if isinstance(event, ActionAdded | ActionRescheduled) else None
    if written is None:
        return ""
    if due := read_timescale(written).due:
        return f"Read as due by {day_in_words(due.isoformat())}"
    return "No day can be read from it, so the action can never be overdue"


def _own_day(record: PlanRecord, proposal: Proposal) -> date:
    """The effective date of an event; for a withdrawal, that of the event withdrawn."""
    event = proposal.event
    return record.logged(event.version).effective_on if isinstance(event, EventWithdrawn) else event.effective_on


def _effect(record: PlanRecord, day: date) -> dict[str, Any]:
    """The effects of the newest event as at a day. They do not say when it was recorded, because it was not."""
    stored = record.version - 1
    before, after = (
        record.at(Point(day, basis, record.known_at(stored), day.isoformat())) for basis in (stored, record.version)
    )
    document = changes_between(before, after)
    labels = Labels(document)
    was, is_ = register_entry(before), register_entry(after)
    return {
        "day": day.isoformat(),
        "changes": [_in_words(change, document["priority_word"], labels) for change in document["changes"]],
        "ratings": list(_counts(was, is_)),
        "was": was,
        "is": is_,
        "bars": [Markup(rating_bar(entry["ratings"], entry["unrated"])) for entry in (was, is_)],  # noqa: S704
    }


def _counts(was: Any, is_: Any) -> Iterator[tuple[str, int, int]]:
    """The number of actions by rating, before and after; the event may adopt another scale."""
    counted: dict[str, list[int]] = {}
    for place, entry in enumerate((was, is_)):
        for rating in entry["ratings"]:
            counted.setdefault(rating["label"], [0, 0])[place] = rating["count"]
    return ((label, before, after) for label, (before, after) in counted.items())


def _in_words(change: Change, word: str, labels: Labels) -> dict[str, Any]:
    said = change_words(change, word, labels)
    about = ": ".join(filter(None, [said.subject, said.text]))
    if not about and change["priority"]:
        about = f"{word} {change['priority']}"
    shown: dict[str, Any] = {"about": about or "The plan", "what": said.what, "pieces": None}
    if is_revision(change):
        text = revised(safe_lines(str(change["previous"])), safe_lines(str(change["current"])))
        return {**shown, "pieces": [(piece.text, piece.mark) for piece in text.pieces]}
    same = said.previous == said.current
    return {**shown, "previous": "" if same else said.previous, "current": said.current}
