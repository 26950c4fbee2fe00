"""The invariants of one plan: its events can be read, are as they were recorded, and the rules accept them in order."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.events import Event, EventWithdrawn, TextRedacted
from domain.integrity.findings import Broken, Noted, Notes
from domain.ledger.mapper import event_state, read_event
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.split_texts import (
    committed_again,
    fields_not_as_written,
    kept_texts,
    redacted_fields,
    texts_not_as_committed,
)
from domain.ledger.stored_rows import StoredRecord
from domain.plan.evolve import evolve
from domain.plan.plan import Plan
from domain.points import LONDON
from domain.refusals import LedgerDamaged, Refused
from domain.rules import judge
from domain.rules.lookups import named

#: The number of the migration since which the database refuses an event of a day that has not come.
_LOOKS_AT_DAYS = 8

#: Kinds of events that cannot be withdrawn, by the rules.
_NEVER_WITHDRAWN = {"PlanOpened", "EventWithdrawn", "TextRedacted"}


def along_the_plan(
    recorder: LedgerRecorder, slug: str, rows: Iterable[StoredRecord], noted: Notes = lambda _: None
) -> Iterator[Broken]:
    """The faults of one plan, given its rows from the first: in the content of its events, and in their texts."""
    plan = Plan(slug)
    gone, ahead, withdrawn = set[tuple[int, str]](), dict[int, _Ahead](), dict[int, int]()
    overwriting = _Overwriting(slug)
    rows = iter(rows)
    for row in rows:
        yield from overwriting.by(row)
        where = f"{slug} version {plan.version + 1} ({row.topic})"
        try:
            event = read_event(row.topic, row.state if row.whole is None else row.whole)
            yield from _not_as_recorded(where, row, event)
        except LedgerDamaged as error:
            yield Broken(where, str(error))
            break
        gone |= _gone(row)
        # A day's grace: before the database checked the day itself, the clock of the proposing machine may have been a
        # little ahead of the server's at midnight.
        latest = row.recorded_at.astimezone(LONDON).date() + timedelta(days=1)
        if event.effective_on > latest:
            ahead[row.originator_version] = _Ahead(where, row.topic, event.effective_on, row.recorded_at)
        if isinstance(event, EventWithdrawn):
            withdrawn[event.version] = row.originator_version
        try:
            judge(plan, event, max(latest, event.effective_on), row.recorded_by, proposed=False)
        except Refused as refused:
            yield Broken(where, f"a rule refuses it: {refused}")
        try:
            evolve(plan, event, row.recorded_at, row.recorded_by)
        except LookupError:  # it refers to something missing, which the rules have reported
            break
    else:
        yield from _days_ahead(recorder, ahead, withdrawn, noted)
        yield from _redactions(recorder, plan, gone)
    # Events after a broken one may depend on it and are not judged; a redaction that overwrote it is still reported.
    for later in rows:
        yield from overwriting.by(later)


def _not_as_recorded(where: str, row: StoredRecord, event: Event) -> Iterator[Broken]:
    """The texts and bytes of an event that are not those that its leaf commits to; raises LedgerDamaged."""
    wrong = list(texts_not_as_committed(row.state, row.whole, row.salts))
    for field in wrong:
        yield Broken(where, f"its text `{field}` is not the one that was recorded")
    if not wrong and (again := committed_again(event_state(event), row.state)) != row.state:
        named = ", ".join(f"`{field}`" for field in fields_not_as_written(again, row.state))
        yield Broken(where, "its stored bytes are not those it is written as" + (f": {named}" if named else ""))


class _Overwriting:
    """Finds redactions of fields without a text: the database formerly overwrote any field that a redaction named.

    It reads the stored bytes alone, as an overwritten event may be unreadable.
    """

    def __init__(self, slug: str) -> None:
        self._slug = slug
        #: Version -> the fields that the event commits to by digests.
        self._texts: dict[int, set[str]] = {}

    def by(self, row: StoredRecord) -> Iterator[Broken]:
        """The fields that this event overwrote; call it with every row of the plan in order."""
        with suppress(LedgerDamaged):
            if digests := {text.field for text in kept_texts(row.state, row.salts)}:
                self._texts[row.originator_version] = digests
        if row.topic != "TextRedacted":
            return
        try:
            event = read_event(row.topic, row.state if row.whole is None else row.whole)
        except LedgerDamaged:
            return
        assert isinstance(event, TextRedacted), "an event is of the kind that its topic names"
        for field in event.fields:
            if field not in self._texts.get(event.version, ()):
                yield Broken(
                    f"{self._slug} version {row.originator_version} (TextRedacted)",
                    f"it redacts `{field}` of version {event.version}, which holds no text that can be redacted: the"
                    " field may have been overwritten by it",
                )


@dataclass(frozen=True, slots=True)
class _Ahead:
    """An event that was recorded for a day that had not come."""

    where: str
    kind: str
    day: date
    recorded_at: datetime


def _days_ahead(
    recorder: LedgerRecorder, ahead: Mapping[int, _Ahead], withdrawn: Mapping[int, int], noted: Notes
) -> Iterator[Broken]:
    """Events of days that had not come, as by a wrong clock, from before the database refused these.

    An event that was withdrawn as recorded in error is explained. One of a kind that cannot be withdrawn is only noted,
    if it is from that time: instants never go back, so nobody can backdate a later one.
    """
    for version, one in ahead.items():
        recorded_on = named(one.recorded_at.astimezone(LONDON).date())
        what = f"it is of {named(one.day)}, which had not come when it was recorded on {recorded_on}: a clock was wrong"
        if by := withdrawn.get(version):
            noted(Noted(one.where, f"{what}; version {by} withdrew it as recorded in error"))
        elif one.kind not in _NEVER_WITHDRAWN:
            remedy = "Withdraw it as recorded in error (EventWithdrawn), and record it again with its own day"
            yield Broken(one.where, f"{what}. {remedy}")
        elif one.recorded_at < recorder.select_applied(_LOOKS_AT_DAYS):
            noted(Noted(one.where, f"{what}; an event of this kind cannot be withdrawn"))
        else:
            yield Broken(one.where, f"{what}, or it was altered: the database refuses such an event by now")


def _gone(row: StoredRecord) -> set[tuple[int, str]]:
    return {(row.originator_version, field) for field in redacted_fields(row.state, row.salts)}


def _redactions(recorder: LedgerRecorder, plan: Plan, gone: set[tuple[int, str]]) -> Iterator[Broken]:
    """The texts that are gone without a redaction, and the redacted ones that are still there."""
    redacted = {(version, field) for version, fields in plan.redactions.items() for field in fields}
    # A text may be redacted after its row was read: such rows are read once more.
    again = recorder.select_versions(plan.slug, sorted({version for version, _ in gone ^ redacted}))
    destroyed = {field for row in again for field in _gone(row)} | (gone & redacted)
    for version, field in sorted(destroyed ^ redacted):
        kind = plan.log[version - 1].kind if version <= plan.version else "of which there is none"
        where = f"{plan.slug} version {version} ({kind})"
        if (version, field) in destroyed:
            yield Broken(where, f"its text `{field}` is gone, and no event says that it was redacted")
        else:
            by = plan.redactions[version][field]
            still = ", and is still there" if version <= plan.version else ", and never was there"
            yield Broken(where, f"its text `{field}` was redacted by version {by}{still}")
