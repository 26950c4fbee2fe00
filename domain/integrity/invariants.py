"""The invariants of the whole ledger, checked by reading all of it.

Positions are gapless and instants never go back along them. Each plan's versions are contiguous and begin with its
opening. Every stored event is the one of which its leaf in the tree was made, and every node is made of the two below
it. Every stored event can be read, is written back to the same bytes, and has the texts that it commits to. The rules
accept every event after those before it, so none refers to something missing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from textwrap import shorten

from domain.events import EventWithdrawn, TextRedacted
from domain.integrity.regrown_tree import RegrownTree
from domain.integrity.stored_tree import entry_of
from domain.ledger.mapper import event_state, read_event
from domain.ledger.plan_ledger import PlanLedger
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
from domain.proofs.tree import HASH_SIZE
from domain.refusals import LedgerDamaged, LedgerUnusable, Refused
from domain.rules import judge
from domain.rules.lookups import named

_PAGE = 5000

#: The most that an instant may lie ahead of the clock of the database: the append refuses more.
_AHEAD = timedelta(minutes=5)
_AHEAD_OF_THE_CLOCK = (
    "recorded at {}, and the clock of the database says {}: it was ahead then, or is behind now. Until then nothing can"
    ' be recorded (docs/safekeeping.md, "When a clock was wrong")'
)

#: The number of the migration since which the database refuses an event of a day that has not come.
_LOOKS_AT_DAYS = 8

#: Kinds of events that cannot be withdrawn, by the rules.
_NEVER_WITHDRAWN = {"PlanOpened", "EventWithdrawn", "TextRedacted"}


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and where."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Noted:
    """An irregularity that the record explains and that breaks nothing, and where."""

    where: str
    what: str


def broken_invariants(
    ledger: PlanLedger, seen: Callable[[int], None] = lambda _: None, noted: Callable[[Noted], None] = lambda _: None
) -> Iterator[Broken]:
    """Read the whole ledger and yield what is broken.

    `seen` receives the number of events read since its last call; each is read twice. `noted` receives irregularities
    that the record explains and that break nothing.
    """
    recorder = ledger.recorder
    yield from to_its_end("the ledger", lambda: along_the_ledger(recorder, seen))
    for slug in recorder.select_plans():
        yield from to_its_end(
            f"plan {slug}", partial(along_the_plan, recorder, slug, _rows_of(recorder, slug, seen), noted)
        )


def to_its_end(where: str, check: Callable[[], Iterable[Broken]]) -> Iterator[Broken]:
    """The findings of a check. If the check itself fails, that is a finding too, and the checks after it still run.

    Raises:
        LedgerUnusable: the database does not answer.
    """
    try:
        yield from check()
    except Exception as error:
        if isinstance(error, LedgerUnusable) and not isinstance(error, LedgerDamaged):
            raise
        said = shorten(str(error), 300) or "no more is known"
        yield Broken(where, f"it cannot be checked to its end: {said} ({type(error).__name__})")


def along_the_ledger(recorder: LedgerRecorder, seen: Callable[[int], None]) -> Iterator[Broken]:
    """The faults of order, tree and head, which do not depend on the content of events."""
    # The head is read first: events appended meanwhile lie beyond it, and are not checked.
    if (found_head := recorder.select_head()) is None:
        yield Broken("the head of the ledger", "there is none")
        return
    head, head_instant, newest, leaf, now = found_head
    position, instant = 0, None
    versions: dict[str, int] = {}
    tree = RegrownTree(recorder)
    while position < head and (rows := recorder.select_placed(position, head, _PAGE)):
        for row, hashes in rows:
            found, plan, version, recorded_at = row.id, str(row.originator_id), row.originator_version, row.recorded_at
            where = f"position {found} ({plan} version {version})"
            if found != position + 1:
                yield Broken(where, f"positions {position + 1} to {found - 1} are missing before it")
            if instant is not None and recorded_at < instant:
                yield Broken(where, f"recorded at {recorded_at.isoformat()}, before the one ahead of it")
            if version != versions.get(plan, 0) + 1:
                yield Broken(where, f"follows version {versions.get(plan, 0)} of its plan")
            yield from (Broken(node or where, what) for node, what in tree.add(row, hashes))
            if recorded_at > now + _AHEAD and (instant is None or instant <= now + _AHEAD):
                yield Broken(where, _AHEAD_OF_THE_CLOCK.format(recorded_at.isoformat(), now.isoformat()))
            position, instant, versions[plan] = found, recorded_at, version
        seen(len(rows))
    for plan, version, place in recorder.select_unplaced(head):
        yield Broken(f"{plan} version {version}", f"position {place} is no place of its own in the ledger")
    if newest != head:
        yield Broken("the end of the ledger", f"the head says {head} events were recorded, the last there is {newest}")
    elif instant != head_instant:
        yield Broken("the head of the ledger", "its instant is not that of the last event")
    elif tree.last_leaf != leaf:
        yield Broken("the head of the ledger", "its leaf is not that of the last event")


def beyond(recorder: LedgerRecorder, position: int, size: int) -> Iterator[Broken]:
    """Positions after one, up to a size, whose event is missing or is not what was recorded there.

    Check those after a plan's last event: a later one could have been removed, or moved to another plan, there.
    """
    while position < size and (rows := recorder.select_placed(position, size, _PAGE)):
        for row, hashes in rows:
            if row.id != position + 1:
                yield Broken(f"position {position + 1}", "it is missing")
            if entry_of(row).leaf() != (hashes or b"")[:HASH_SIZE]:
                where = f"position {row.id} ({row.originator_id} version {row.originator_version})"
                yield Broken(where, "it is not what was recorded: the row or its leaf was altered afterwards")
            position = row.id
    if position < size:
        yield Broken(f"position {position + 1}", "it is missing")


def along_the_plan(
    recorder: LedgerRecorder,
    slug: str,
    rows: Iterable[StoredRecord],
    noted: Callable[[Noted], None] = lambda _: None,
) -> Iterator[Broken]:
    """The faults of one plan, given its rows from the first: in the content of its events, and in their texts."""
    plan = Plan(slug)
    gone: set[tuple[int, str]] = set()
    ahead: dict[int, _Ahead] = {}
    withdrawn: dict[int, int] = {}
    overwriting = _Overwriting(slug)
    rows = iter(rows)
    for row in rows:
        yield from overwriting.by(row)
        where = f"{slug} version {plan.version + 1} ({row.topic})"
        whole = row.state if row.whole is None else row.whole
        try:
            event = read_event(row.topic, whole)
            wrong = list(texts_not_as_committed(row.state, row.whole, row.salts))
        except LedgerDamaged as error:
            yield Broken(where, str(error))
            # Later events may depend on it and are not judged; a redaction that overwrote it is still reported.
            for later in rows:
                yield from overwriting.by(later)
            return
        for field in wrong:
            yield Broken(where, f"its text `{field}` is not the one that was recorded")
        if not wrong and (again := committed_again(event_state(event), row.state)) != row.state:
            named = ", ".join(f"`{field}`" for field in fields_not_as_written(again, row.state))
            yield Broken(where, "its stored bytes are not those it is written as" + (f": {named}" if named else ""))
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
            for later in rows:
                yield from overwriting.by(later)
            return
    yield from _days_ahead(recorder, ahead, withdrawn, noted)
    yield from _redactions(recorder, plan, gone)


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
    recorder: LedgerRecorder,
    ahead: Mapping[int, _Ahead],
    withdrawn: Mapping[int, int],
    noted: Callable[[Noted], None],
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


def _rows_of(recorder: LedgerRecorder, slug: str, seen: Callable[[int], None]) -> Iterator[StoredRecord]:
    last = 0
    while rows := recorder.select_events(slug, gt=last, limit=_PAGE):
        yield from rows
        seen(len(rows))
        last = rows[-1].originator_version


def _redactions(recorder: LedgerRecorder, plan: Plan, gone: set[tuple[int, str]]) -> Iterator[Broken]:
    """The texts that are gone without a redaction, and the redacted ones that are still there."""
    said = {(version, field) for version, fields in plan.redactions.items() for field in fields}
    # A text may be redacted after its row was read: such rows are read once more.
    again = recorder.select_versions(plan.slug, sorted({version for version, _ in gone ^ said}))
    destroyed = {field for row in again for field in _gone(row)} | (gone & said)
    for version, field in sorted(destroyed ^ said):
        kind = plan.log[version - 1].kind if version <= plan.version else "of which there is none"
        where = f"{plan.slug} version {version} ({kind})"
        if (version, field) in destroyed:
            yield Broken(where, f"its text `{field}` is gone, and no event says that it was redacted")
        else:
            by = plan.redactions[version][field]
            still = ", and is still there" if version <= plan.version else ", and never was there"
            yield Broken(where, f"its text `{field}` was redacted by version {by}{still}")
