"""The ledger: proposals in, recorded events and folded plans out.

Folded plans are kept in memory and caught up from the database before every answer, so every process answers from what
is committed. Recording is optimistic: a proposal is judged against the plan in memory and appended as its next version;
if that version is taken, the plan is caught up and the proposal judged again.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock, RLock
from typing import Self
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError

from domain.envelopes import Proposal, Recorded
from domain.evolve import evolve
from domain.ledger.datastore import LedgerDatastore, attempts
from domain.ledger.embedded import EmbeddedServer, EmbeddedServerError
from domain.ledger.errors import LedgerUnusable, PlanUnknown, VersionConflict
from domain.ledger.invariants import Broken, broken_invariants
from domain.ledger.mapper import EventMapper, event_state, read_event
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.schema import migrate
from domain.ledger.stored import UnstoredRow
from domain.plan import Plan
from domain.rules import Refused, judge

SCHEMA = "asat"

# How often a proposal is judged again when other writers keep taking its version, before giving up.
_TRIES = 200
# Folded plans kept in memory, the least lately used going first: 64 plans of 10,000 events are under 1 GB.
_PLANS_KEPT = 64


class _Folded:
    """A folded plan and the lock that whoever reads or extends it holds."""

    def __init__(self, slug: str) -> None:
        self.lock = RLock()
        self.plan = Plan(slug)


class Ledger:
    """One organisation's ledger: one PostgreSQL schema."""

    def __init__(self, datastore: LedgerDatastore, server: EmbeddedServer | None = None) -> None:
        self._datastore = datastore
        self._server = server
        self._recorder = LedgerRecorder(datastore)
        self._mapper = EventMapper()
        self._folded: OrderedDict[str, _Folded] = OrderedDict()
        self._folded_lock = Lock()

    @classmethod
    def open(cls, *, database_url: str | None = None, data: Path | None = None, schema: str = SCHEMA) -> Self:
        """Open the ledger, making or upgrading its schema.

        Args:
            database_url: the PostgreSQL server to use. Without one, an embedded server is started on `data`.
            data: folder of the embedded server.
            schema: name of the PostgreSQL schema.

        Raises:
            LedgerUnusable: the database cannot be reached or used; the message says why and what to do.
        """
        server = None
        try:
            if database_url is None:
                if data is None:
                    raise LedgerUnusable("say which database to use: a data folder or a database URL")
                server = EmbeddedServer.start(data)
            owner, app = (server.owner_conninfo, server.app_conninfo) if server else (database_url, database_url)
            assert owner is not None and app is not None
            role = migrate(owner, schema)
            return cls(LedgerDatastore(app, schema, role), server)
        except EmbeddedServerError as error:
            raise LedgerUnusable(str(error)) from error
        except psycopg.Error as error:
            if server is not None:
                server.close()
            raise LedgerUnusable(f"the database cannot be used: {error}; see ASAT_DATABASE_URL") from error
        except BaseException:
            if server is not None:
                server.close()
            raise

    def close(self) -> None:
        """Close the connections, and stop the embedded server unless another process uses it."""
        self._datastore.close()
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Reading

    def plans(self) -> list[str]:
        """The names of all plans, in order."""
        return self._recorder.select_plans()

    @contextmanager
    def plan(self, slug: str) -> Iterator[Plan]:
        """The plan folded from everything committed by now, for as long as the block lasts.

        Raises:
            PlanUnknown: nothing is recorded under that name.
        """
        folded = self._keep(slug)
        with folded.lock:
            self._catch_up(folded.plan)
            if folded.plan.version == 0:
                self._drop(slug)
                raise PlanUnknown(f"there is no plan {slug!r}")
            yield folded.plan

    def events(self, slug: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        """The events of a plan after a version, in order."""
        rows = self._recorder.select_events(slug, gt=after, limit=limit)
        return [self._mapper.to_domain_event(row) for row in rows]

    def every_event(self, slug: str, after: int = 0, page: int = 1000) -> Iterator[Recorded]:
        """All events of a plan after a version, read a page at a time."""
        while events := self.events(slug, after, page):
            yield from events
            after = events[-1].version

    @contextmanager
    def follow(self, after: int = 0) -> Iterator[Iterator[Recorded]]:
        """Every event of the ledger after a position, those to come included: it waits for them until it is left."""
        with self._recorder.subscribe(gt=after) as subscription:
            yield (self._mapper.to_domain_event(row) for row in subscription)

    def size(self) -> int:
        """How many events the ledger holds: its newest position."""
        return self._recorder.max_notification_id() or 0

    def check(self, seen: Callable[[int], None] = lambda _: None) -> Iterator[Broken]:
        """Every invariant of the whole ledger that does not hold; nothing when all is well.

        `seen` is told how many more events were looked at; each is looked at twice.
        """
        return broken_invariants(self._recorder, seen)

    # Recording

    def record(
        self, proposals: Sequence[Proposal], *, by: str, today: date, expect: int | None = None
    ) -> list[Recorded]:
        """Record the proposals as one batch, whole or not at all.

        Proposals that carry an `event_id` may be sent again, also when the first answer was lost: what was recorded
        then is returned, and nothing is stored twice.

        Args:
            proposals: in the order they are to be recorded; they may concern several plans.
            by: who records; stored as `recorded_by`.
            today: today's date in London.
            expect: the version the proposer believes the plan to be at. Without it the proposals are judged against
                whatever the plan is by then.

        Raises:
            Refused: a rule refuses one of the proposals; `Refused.index` says which.
            VersionConflict: the plan is not at the expected version.
        """
        if not proposals:
            return []
        slugs = sorted({proposal.plan for proposal in proposals})
        if not by:
            raise ValueError("say who records")
        if expect is not None and len(slugs) > 1:
            raise ValueError("an expected version goes with proposals for one plan")
        _ids_are_distinct(proposals)
        batch = [
            proposal if proposal.event_id else Proposal(proposal.plan, proposal.event, uuid4())
            for proposal in proposals
        ]
        with ExitStack() as locks:
            plans: dict[str, Plan] = {}
            for slug in slugs:
                folded = self._keep(slug)
                locks.enter_context(folded.lock)
                plans[slug] = folded.plan
            try:
                return self._record(batch, plans, by, today, expect)
            except (Refused, VersionConflict):
                if repeated := self._already_recorded(proposals):
                    return repeated
                raise
            finally:
                for slug, plan in plans.items():
                    if plan.version == 0:
                        self._drop(slug)

    def _record(
        self, batch: list[Proposal], plans: dict[str, Plan], by: str, today: date, expect: int | None
    ) -> list[Recorded]:
        for _ in range(_TRIES):
            before = {slug: plan.version for slug, plan in plans.items()}
            try:
                _expect(plans, expect)
                rows = _try_out(batch, plans, today)
            except (Refused, VersionConflict):
                _go_back(plans, before)
                if self._catch_up_all(plans):
                    continue  # judged against a plan that was out of date
                raise
            except BaseException:
                _go_back(plans, before)
                raise
            try:
                stored = self._append(rows, by)
            except BaseException:
                _go_back(plans, before)
                raise
            if stored is not None:
                return _stamp(batch, rows, plans, stored, by)
            _go_back(plans, before)
            if not self._catch_up_all(plans):
                # Not a version but an event_id is taken.
                if repeated := self._already_recorded(batch):
                    return repeated
                for slug in plans:
                    self._drop(slug)
                raise LedgerUnusable(
                    f"the ledger does not continue what was read of {', '.join(plans)}: was the database restored to "
                    "an earlier state? Nothing was recorded; try again"
                )
        raise LedgerUnusable("other writers kept coming first; nothing was recorded, try again")

    def _append(self, rows: list[UnstoredRow], by: str) -> tuple[int, datetime] | None:
        """Append; None when a version or an event_id is taken.

        A commit whose answer was lost is tried again, and then found taken by ourselves: that is success.
        """
        for attempt in attempts():
            try:
                return self._recorder.append(rows, by)
            except IntegrityError:
                return self._landed(rows) if attempt else None
            except (OperationalError, InterfaceError) as error:
                lost = error
        raise LedgerUnusable(
            f"the database was lost while recording ({lost}); whether the events were stored is not known: "
            "send them again with the same event_id, which stores nothing twice"
        ) from lost

    def _landed(self, rows: list[UnstoredRow]) -> tuple[int, datetime] | None:
        stored = self._recorder.select_by_event_id([row.event_id for row in rows])
        ours = [(row.originator_id, row.originator_version, row.event_id) for row in rows]
        if [(row.originator_id, row.originator_version, row.event_id) for row in stored] != ours:
            return None
        return stored[-1].id, stored[-1].recorded_at

    def _already_recorded(self, proposals: Sequence[Proposal]) -> list[Recorded] | None:
        """What these proposals led to when they were first sent; None when they were not.

        Raises:
            Refused: an event_id among them belongs to something else.
        """
        event_ids = [proposal.event_id for proposal in proposals if proposal.event_id]
        stored: dict[UUID, Recorded] = {
            row.event_id: self._mapper.to_domain_event(row) for row in self._recorder.select_by_event_id(event_ids)
        }
        if not stored:
            return None
        for index, proposal in enumerate(proposals):
            record = stored.get(proposal.event_id) if proposal.event_id else None
            if record is not None and not _same(proposal, record):
                raise Refused(
                    f"event_id {proposal.event_id} already belongs to another event, version {record.version} of plan "
                    f"{record.plan}; give every event an id of its own",
                    index,
                )
        if len(stored) < len(proposals):
            record = next(iter(stored.values()))
            raise Refused(
                f"event_id {record.event_id} was already recorded, as version {record.version} of plan {record.plan}, "
                "but not all of this batch was: a batch is repeated whole or not at all",
                next(i for i, proposal in enumerate(proposals) if proposal.event_id in stored),
            )
        return [stored[proposal.event_id] for proposal in proposals if proposal.event_id]

    # Plans in memory

    def _keep(self, slug: str) -> _Folded:
        with self._folded_lock:
            folded = self._folded.setdefault(slug, _Folded(slug))
            self._folded.move_to_end(slug)
            if len(self._folded) > _PLANS_KEPT:
                self._folded.popitem(last=False)
            return folded

    def _drop(self, slug: str) -> None:
        with self._folded_lock:
            self._folded.pop(slug, None)

    def _catch_up(self, plan: Plan) -> bool:
        """Take in what was committed since; whether there was anything."""
        rows = self._recorder.select_fold(plan.slug, plan.version)
        for topic, state, recorded_at in rows:
            evolve(plan, read_event(topic, state), recorded_at)
        return bool(rows)

    def _catch_up_all(self, plans: dict[str, Plan]) -> bool:
        return any([self._catch_up(plan) for plan in plans.values()])


def _ids_are_distinct(proposals: Sequence[Proposal]) -> None:
    seen: set[UUID] = set()
    for index, proposal in enumerate(proposals):
        if proposal.event_id in seen:
            raise Refused(f"event_id {proposal.event_id} stands twice in this batch; give every event its own", index)
        if proposal.event_id is not None:
            seen.add(proposal.event_id)


# Stands for the instant of an event that is tried out and not stored yet.
_PENDING = datetime.max.replace(tzinfo=UTC)


def _expect(plans: dict[str, Plan], expect: int | None) -> None:
    for plan in plans.values():
        if expect is not None and plan.version != expect:
            raise VersionConflict(plan.slug, expect, plan.version)


def _try_out(batch: list[Proposal], plans: dict[str, Plan], today: date) -> list[UnstoredRow]:
    """Judge each proposal after the ones before it, on plans that take them in as they are accepted."""
    rows = []
    for index, proposal in enumerate(batch):
        plan, event = plans[proposal.plan], proposal.event
        assert proposal.event_id is not None, "every event of a batch has an id by now"
        try:
            judge(plan, event, today)
        except Refused as refused:
            refused.index = index
            raise
        evolve(plan, event, _PENDING)
        topic = type(event).__name__
        rows.append(UnstoredRow(plan.slug, plan.version, topic, event_state(event), proposal.event_id))
    return rows


def _go_back(plans: dict[str, Plan], versions: dict[str, int]) -> None:
    for slug, plan in plans.items():
        if plan.version > versions[slug]:
            plan.forget_after(versions[slug])


def _stamp(
    batch: list[Proposal], rows: list[UnstoredRow], plans: dict[str, Plan], stored: tuple[int, datetime], by: str
) -> list[Recorded]:
    """The batch is stored: the plans that tried it out learn when."""
    last, recorded_at = stored
    records = []
    for position, (proposal, row) in enumerate(zip(batch, rows, strict=True), last - len(rows) + 1):
        plans[proposal.plan].recorded_at[row.originator_version - 1] = recorded_at
        records.append(
            Recorded(proposal.plan, row.originator_version, position, recorded_at, by, row.event_id, proposal.event)
        )
    return records


def _same(proposal: Proposal, record: Recorded) -> bool:
    """Whether a record is what this proposal asks for, leaving out what the proposer left to us."""
    if proposal.plan != record.plan or type(proposal.event) is not type(record.event):
        return False
    left_out = set(proposal.assumed)
    return proposal.event.model_dump(exclude_unset=True, exclude=left_out) == record.event.model_dump(
        exclude_unset=True, exclude=left_out
    )
