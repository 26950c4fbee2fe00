"""Checks before recording: others' events since the form was opened, and the effects of the new event (dry run)."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from api.forms.drafts import Draft
from api.forms.form_fields import fields_of_event
from api.http.whole_numbers import is_whole
from api.papers.chart import rating_bar
from api.papers.revision import revised
from api.papers.wording import Labels, day_in_words, safe_lines
from api.papers.wording_changes import change_words
from api.questions.asker import Asker
from api.questions.trail_question import TRAIL
from domain.envelopes import Proposal
from domain.events import Event, EventWithdrawn
from domain.plan.record import PlanRecord
from domain.points import Point
from domain.timescales import read_timescale
from projections.action import ActionUnknown
from projections.change import Change, is_revision
from projections.changes import changes_between
from projections.register import RegisterEntry, register_entry
from projections.sentence import sentence_in
from projections.trail import TrailEntry

#: What a template shows, by name.
Shown = dict[str, Any]  # any: each template has names of its own

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


def recorded_since(ask: Asker, draft: Draft) -> Since:
    """The events recorded since a form was opened."""
    plan = draft.here.plan
    action = _action_meant(ask, draft)
    try:
        trail = TRAIL.ask(ask, plan, action=action, after=draft.shown, limit=None).document
    except ActionUnknown:  # a rule reports it later
        return Since(ask.ledger.plan(plan).version, None, [])
    own = next((entry["version"] for entry in trail["events"] if entry["event_id"] == draft.event_id), None)
    others = [entry for entry in trail["events"] if entry["version"] > draft.seen and entry["version"] != own]
    if not action:
        targets = _withdrawn_by(ask, plan, others)
        others = [entry for entry in others if _is_same(draft, entry, targets)]
    return Since(trail["basis"], own, others)


def _action_meant(ask: Asker, draft: Draft) -> str | None:
    """The action that the form concerns: its own, or that of the event that it is about."""
    if draft.form.about == "version":
        entry = entry_at(ask, draft.here.plan, draft.said.get("version", ""))
        return action_of(entry) if entry else None
    return draft.said.get("action", "").strip() or None if draft.form.about == "action" else None


def action_of(entry: TrailEntry) -> str | None:
    """The number of the action that an event is about, as the event leaves it; None if it is about none."""
    given = [field.name for field in fields_of_event(entry["type"]) if field.of == "action" and field.new]
    number = entry.get(given[0] if given else "action")
    return number if isinstance(number, str) else None


def entry_at(ask: Asker, plan: str, version: str) -> TrailEntry | None:
    """The event of that version, or None."""
    if not is_whole(version, 12):
        return None
    found = TRAIL.ask(ask, plan, after=int(version) - 1, limit=1).document["events"]
    return found[0] if found and found[0]["version"] == int(version) else None


def _withdrawn_by(ask: Asker, plan: str, entries: list[TrailEntry]) -> dict[int, dict[str, object]]:
    """The fields of the events that any of these withdraw, by version."""
    withdrawn = {entry["withdraws"] for entry in entries if entry["type"] == EventWithdrawn.__name__}
    return {one.version: one.fields() for one in ask.ledger.events_of(plan, sorted(withdrawn))}


def _is_same(draft: Draft, entry: TrailEntry, targets: dict[int, dict[str, object]]) -> bool:
    """Whether an event is about the same as the form; a withdrawal is about the same as the event withdrawn."""
    form = draft.form
    theirs: Mapping[str, object] = entry
    if entry["type"] == EventWithdrawn.__name__:
        if form.about == "version" and str(entry["withdraws"]) == draft.said.get("version", "").strip():
            return True
        theirs = targets[entry["withdraws"]]
    if form.about == "version" or theirs["type"] not in (form.event, *form.beside):
        return False
    if form.key is None:
        return True
    ours = _things(form.event, draft.said, form.same or (form.key.name,))
    return not ours.isdisjoint(_things(theirs["type"], theirs, theirs))


def _things(event: str, said: Mapping[str, object], names: Container[str]) -> set[tuple[str, str]]:
    """The things that an event's fields of these names name: kind and name."""
    fields = [field for field in fields_of_event(event) if field.of and field.name in names]
    named = ((field.of, str(said.get(field.name) or "").strip().casefold()) for field in fields)
    return {(of, name) for of, name in named if name}


# Effects of the event


def rehearsed(ask: Asker, proposal: Proposal, by: str) -> Shown:
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
    written = getattr(event, "timescale", None)
    if written is None:
        return ""
    if due := read_timescale(written).due:
        return f"Read as due by {day_in_words(due.isoformat())}"
    return "No day can be read from it, so the action can never be overdue"


def _own_day(record: PlanRecord, proposal: Proposal) -> date:
    """The effective date of an event; for a withdrawal, that of the event withdrawn."""
    event = proposal.event
    return record.logged(event.version).effective_on if isinstance(event, EventWithdrawn) else event.effective_on


def _effect(record: PlanRecord, day: date) -> dict[str, object]:
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


def _counts(was: RegisterEntry, is_: RegisterEntry) -> Iterator[tuple[str, int, int]]:
    """The number of actions by rating, before and after; the event may adopt another scale."""
    counted: dict[str, list[int]] = {}
    for place, entry in enumerate((was, is_)):
        for rating in entry["ratings"]:
            counted.setdefault(rating["label"], [0, 0])[place] = rating["count"]
    return ((label, before, after) for label, (before, after) in counted.items())


def _in_words(change: Change, word: str, labels: Labels) -> dict[str, object]:
    said = change_words(change, word, labels)
    about = ": ".join(filter(None, [said.subject, said.text]))
    if not about and change["priority"]:
        about = f"{word} {change['priority']}"
    shown: dict[str, object] = {"about": about or "The plan", "what": said.what, "pieces": None}
    if is_revision(change):
        text = revised(safe_lines(str(change["previous"])), safe_lines(str(change["current"])))
        return {**shown, "pieces": [(piece.text, piece.mark) for piece in text.pieces]}
    same = said.previous == said.current
    return {**shown, "previous": "" if same else said.previous, "current": said.current}
