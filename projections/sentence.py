"""What does one event say, in a line of plain English? For trails, replays and pages.

The previous value ("was Green") is looked up on the event's own day, as known just before the event was recorded.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date

from domain import events
from domain.plan.action_at import ActionAt
from domain.plan.facts import Definition, Logged
from domain.plan.plan_at import PriorityAt
from domain.plan.record import PlanRecord
from domain.plan.timeline import Assertion
from domain.scales import Rating
from projections.point import in_words

_LONGEST = 120


class _Before:
    """The plan on the event's day, as known just before the event was recorded; empty for an opening."""

    def __init__(self, record: PlanRecord | None, event: events.Event) -> None:
        self.record = record
        self.plan = record.on(event.effective_on) if record else None
        self.word = record.opening.priority_word if record else "Priority"

    def action(self, number: str) -> ActionAt | None:
        return self.plan.find_action(number) if self.plan else None

    def priority(self, number: str) -> PriorityAt | None:
        return self.plan.priority(number) if self.plan else None

    def measure(self, code: str) -> Assertion[Definition] | None:
        """The definition of a measure."""
        measure = self.plan.measure(code) if self.plan else None
        return measure.definition if measure else None

    def meant(self, code: str) -> Rating | None:
        scale = self.plan.scale if self.plan else None
        return scale.value.find(code) if scale else None

    def label(self, code: str) -> str:
        rating = self.meant(code)
        return rating.label if rating else code

    def rating(self, number: str) -> tuple[str, str] | None:
        """Code and label of an action's rating."""
        action = self.action(number)
        given = action.rating if action else None
        if given is None or self.plan is None:
            return None
        rating = self.plan.find_rating(given)
        return given.value.code, rating.label if rating else given.value.code

    def logged(self, version: int) -> Logged | None:
        """Type and day of an earlier event."""
        return self.record.logged(version) if self.record and version <= self.record.basis else None


def sentence(event: events.Event, before: PlanRecord | None) -> str:
    """The event in one line, without a full stop; `before` is the record up to it, None if it opens the plan."""
    return " ".join(_SAY[type(event)](_Before(before, event), event).split())


def sentence_in(record: PlanRecord, version: int, event: events.Event) -> str:
    """The event of a version of the record in one line."""
    return sentence(event, record.up_to(version - 1) if version > 1 else None)


def _plan_opened(_: _Before, event: events.PlanOpened) -> str:
    return f"Plan opened: {event.title}, of {event.organisation}, rated on {event.scale.name}"


def _scale_adopted(_: _Before, event: events.ScaleAdopted) -> str:
    labels = _joined(rating.label for rating in event.scale.ratings) or "no ratings"
    return f"Rating scale {event.scale.name} adopted: {labels}"


def _plan_closed(_: _Before, event: events.PlanClosed) -> str:
    return f"Plan closed{_why(event)}"


def _inspection_reported(_: _Before, event: events.InspectionReported) -> str:
    count = len(event.judgements)
    judged = f", with {count} judgement{'' if count == 1 else 's'}" if count else ""
    return f"Inspection by {event.body} reported{judged}"


def _recommendation_made(_: _Before, event: events.RecommendationMade) -> str:
    by = f" by {event.made_by}" if event.made_by else ""
    return f"Recommendation {event.number} made{by}: {_short(event.text)}"


def _priority_added(before: _Before, event: events.PriorityAdded) -> str:
    several = "s" if len(event.answers) > 1 else ""
    answers = f", answering recommendation{several} {_joined(event.answers)}" if event.answers else ""
    return f"{before.word} {event.number} added: {_short(event.title)}{answers}"


def _priority_reworded(before: _Before, event: events.PriorityReworded) -> str:
    said = []
    if event.title is not None:
        priority = before.priority(event.number)
        title = priority.title if priority else None
        said.append(f"reworded: {_short(event.title)}{_was(title.value if title else None)}")
    if event.answers is not None:
        said.append(
            f"answers recommendation {_joined(event.answers)}" if event.answers else "answers no recommendation"
        )
    return f"{before.word} {event.number} {'; '.join(said)}"


def _action_added(before: _Before, event: events.ActionAdded) -> str:
    place = f"as part of {event.parent}" if event.parent else f"to {before.word} {event.priority}"
    due = f", due {event.timescale}" if event.timescale else ""
    return f"{event.number} added {place}: {_short(event.text)}{due}"


def _action_reworded(before: _Before, event: events.ActionReworded) -> str:
    action = before.action(event.action)
    text = action.text if action else None
    said = [f"reworded: {_short(event.text)}{_was(text.value if text else None)}"] if event.text is not None else []
    if event.outcome is not None:
        said.append(f"given the outcome: {_short(event.outcome)}")
    return f"{event.action} {'; '.join(said)}"


def _action_renumbered(before: _Before, event: events.ActionRenumbered) -> str:
    moved = f"moved to {before.word} {event.priority}" if event.priority else ""
    if event.number == event.action:
        return f"{event.action} {moved or 'kept its number'}"
    return f"{event.action} renumbered {event.number}{' and ' + moved if moved else ''}"


def _action_rescheduled(before: _Before, event: events.ActionRescheduled) -> str:
    action = before.action(event.action)
    due = action.own_due if action else None
    was = f", was {due.value.timescale.text}" if due else ""
    approved = f", approved by {event.approved_by}" if event.approved_by else ""
    return f"{event.action} rescheduled to {event.timescale}{was}{approved}{_why(event)}"


def _action_reassigned(before: _Before, event: events.ActionReassigned) -> str:
    action = before.action(event.action)
    leads = action.leads if action else None
    was = f", was {_joined(leads.value)}" if leads else ""
    return f"{event.action} assigned to {_joined(event.leads)}{was}"


def _action_rated(before: _Before, event: events.ActionRated) -> str:
    was, label = before.rating(event.action), before.label(event.rating)
    rating = before.meant(event.rating)
    once = " (counts once confirmed)" if rating and rating.needs_second_person else ""
    if was is None:
        return f"{event.action} rated {label}{once} for the first time{_why(event)}"
    if was == (event.rating, label):
        return f"{event.action} reviewed, remains {label}{once}{_why(event)}"
    return f"{event.action} rated {label}{once}, was {was[1]}{_why(event)}"


def _rating_confirmed(before: _Before, event: events.RatingConfirmed) -> str:
    action, was = before.action(event.action), before.rating(event.action)
    awaited = action.given_to_be_confirmed if action else ()
    given = next((said for said in awaited if said.version == event.version), None)
    if given is None:
        return f"{event.action} rating of version {event.version} confirmed{_why(event)}"
    label = before.label(given.value.code)
    was_said = f", was {was[1]}" if was and was != (given.value.code, label) else ""
    rated = f"rated on {in_words(given.effective_on)} by {_short(given.value.rated_by)} (version {given.version})"
    return f"{event.action} confirmed as {label}, {rated}{was_said}{_why(event)}"


def _progress_reported(_: _Before, event: events.ProgressReported) -> str:
    return f"{event.action} progress reported: {_short(event.text)}"


def _evidence_added(_: _Before, event: events.EvidenceAdded) -> str:
    return f"{event.action} evidence filed: {_short(event.title)}"


def _action_stands(_: _Before, event: events.ActionClosed | events.ActionWithdrawn | events.ActionReinstated) -> str:
    return f"{event.action} {_STANDS[type(event)]}{_why(event)}"


def _assurance_given(before: _Before, event: events.AssuranceGiven) -> str:
    priority = before.priority(event.priority)
    given = priority.assurance if priority else None
    was = f", was {given.value.level}" if given else ""
    report = f", by {_short(event.report)}" if event.report else ""
    return f"{before.word} {event.priority} given assurance: {event.level}{was}{report}"


def _measure_defined(before: _Before, event: events.MeasureDefined) -> str:
    verb = "revised" if before.measure(event.measure) else "defined"
    aims = (("baseline", event.baseline), ("target", event.target))
    told = "".join(f", {name} {value}" for name, value in aims if value)
    return f"Measure {event.measure} {verb}: {_short(event.title)}{told}"


def _measure_reported(before: _Before, event: events.MeasureReported) -> str:
    defined = before.measure(event.measure)
    standing = f" ({event.standing})" if event.standing else ""
    title = _short(defined.value.title) if defined else event.measure
    return f"Measure {title} reported for {event.period}: {event.value}{standing}"


def _version_issued(_: _Before, event: events.VersionIssued) -> str:
    return f"Document version {event.label} issued: {_short(event.summary)}"


def _report_presented(_: _Before, event: events.ReportPresented) -> str:
    against = f", against {_point(event.previous)}," if event.previous else ""
    title = f": {_short(event.title)}" if event.title else ""
    return f"Plan as at {_point(event.current)}{against} presented to {event.forum}{title}"


def _event_withdrawn(before: _Before, event: events.EventWithdrawn) -> str:
    logged = before.logged(event.version)
    what = f" ({logged.kind} of {in_words(logged.effective_on)})" if logged else ""
    return f"Version {event.version}{what} withdrawn as recorded in error{_why(event)}"


def _text_redacted(before: _Before, event: events.TextRedacted) -> str:
    logged = before.logged(event.version)
    what = f" ({_kind(logged.kind)}, {in_words(logged.effective_on)})" if logged else ""
    fields = _joined(field.replace("_", " ") for field in event.fields)
    return f"Text{'s' if len(event.fields) > 1 else ''} of event {event.version}{what} destroyed: {fields}{_why(event)}"


def _kind(name: str) -> str:
    """The kind of an event: `action rated`; not by `kind_in_words`, as `version issued` holds to the byte in JSON."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _why(event: events.Event) -> str:
    return f", because: {_short(event.reason)}" if event.reason else ""


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _LONGEST else line[:_LONGEST].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _was(text: str | None) -> str:
    """The previous text, if it is short enough to stand beside the current one."""
    line = " ".join((text or "").split()).rstrip(".")
    return f", was: {line}" if 0 < len(line) <= _LONGEST // 2 else ""


def _joined(parts: Iterable[str]) -> str:
    *most, last = tuple(parts) or ("",)
    return f"{', '.join(most)} and {last}" if most else last


def _point(written: str) -> str:
    """A point in words: `31 May 2019, version 282 of the record`; unchanged if it is no day."""
    day, _, known = written.partition("@")
    try:
        said = in_words(date.fromisoformat(day))
    except ValueError:
        return written
    if known.isdecimal():
        return f"{said} (version {known} of the record)"
    return f"{said} (as known at {known})" if known else said


_STANDS: dict[type[events.Event], str] = {
    events.ActionClosed: "closed as complete",
    events.ActionWithdrawn: "withdrawn from the plan",
    events.ActionReinstated: "reinstated",
}
_SAY: dict[type[events.Event], Callable[..., str]] = {
    events.PlanOpened: _plan_opened,
    events.ScaleAdopted: _scale_adopted,
    events.PlanClosed: _plan_closed,
    events.InspectionReported: _inspection_reported,
    events.RecommendationMade: _recommendation_made,
    events.PriorityAdded: _priority_added,
    events.PriorityReworded: _priority_reworded,
    events.ActionAdded: _action_added,
    events.ActionReworded: _action_reworded,
    events.ActionRenumbered: _action_renumbered,
    events.ActionRescheduled: _action_rescheduled,
    events.ActionReassigned: _action_reassigned,
    events.ActionRated: _action_rated,
    events.RatingConfirmed: _rating_confirmed,
    events.ProgressReported: _progress_reported,
    events.EvidenceAdded: _evidence_added,
    **dict.fromkeys(_STANDS, _action_stands),
    events.AssuranceGiven: _assurance_given,
    events.MeasureDefined: _measure_defined,
    events.MeasureReported: _measure_reported,
    events.VersionIssued: _version_issued,
    events.ReportPresented: _report_presented,
    events.EventWithdrawn: _event_withdrawn,
    events.TextRedacted: _text_redacted,
}
