"""The ledger of plans: proposals in, recorded events and folded plans out.

Folded plans are kept in memory and caught up from the database before every answer, so every process answers from what
is committed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import psycopg
from eventsourcing.persistence import PersistenceError

from domain.envelopes import Proposal, Recorded, with_event_ids
from domain.ledger.datastore import LedgerDatastore
from domain.ledger.folded_plans import FoldedPlans
from domain.ledger.mapper import read_record
from domain.ledger.opening import SCHEMA, open_schema, refuse_two_databases
from domain.ledger.recorder import LedgerRecorder, PlanState
from domain.ledger.recording import Recording
from domain.ledger.replica_status import replica_status
from domain.ledger.schema import access_schema, migrate
from domain.ledger.stored_rows import StoredRecord
from domain.plan.record import PlanRecord
from domain.points import LONDON, VersionUnknown
from domain.postgres.answer_limits import one_request
from domain.postgres.database_errors import cannot_be_used, in_short
from domain.postgres.embedded_server import EmbeddedServer
from domain.postgres.server_account import EmbeddedServerError
from domain.postgres.server_settings import APP
from domain.refusals import (
    InDoubt,
    LedgerDamaged,
    LedgerUnusable,
    NotReached,
    PlanUnknown,
    Refused,
    ReplicaOnly,
    VersionConflict,
)
from domain.texts import SLUG

T = TypeVar("T")

_SLUG = re.compile(SLUG)


class PlanLedger:
    """The plans of one organisation: one PostgreSQL schema."""

    def __init__(
        self,
        datastore: LedgerDatastore,
        owner_conninfo: str,
        open_schema: Callable[[str], str],
        server: EmbeddedServer | None = None,
        memory: int | None = None,
    ) -> None:
        self.datastore = datastore
        #: Connects as the role that owns the schema.
        self.owner_conninfo = owner_conninfo
        #: Opens another schema of the same database, made where missing; returns the role to use.
        self.open_schema = open_schema
        #: The embedded server, where no other is used; the program then purges by itself.
        self.server = server
        self.recorder = LedgerRecorder(datastore)
        self._folded = FoldedPlans(self.recorder, memory)
        self._recording = Recording(self.recorder, self._folded)

    @classmethod
    def open(
        cls,
        *,
        database_url: str | None = None,
        owner_url: str | None = None,
        data: Path | None = None,
        schema: str = SCHEMA,
        memory: int | None = None,
    ) -> Self:
        """Open the ledger. With a single address, or on the embedded server, also make or upgrade its schema.

        Args:
            database_url: the PostgreSQL server to use, as the login that serves. Without one, an embedded server is
                started on `data`.
            owner_url: the same server, as the owner of the ledger: for `purge`. With one the login that serves
                makes nothing.
            data: folder of the embedded server.
            schema: name of the PostgreSQL schema.
            memory: bytes for the plans in memory; by default a quarter of the machine's memory, at most 1 GB.

        Raises:
            LedgerUnusable: the database cannot be reached or used, or the two addresses are of two databases; the
                message says why and what to do.
        """
        try:
            if database_url is None:
                return cls._embedded(data, schema, memory)
            opening = partial(open_schema, database_url, alone=owner_url in (None, database_url))
            refuse_two_databases(database_url, owner_url)
            role = opening(schema, beside=access_schema(schema))
            datastore = LedgerDatastore(database_url, schema, role)
            return cls(datastore, owner_url or database_url, opening, memory=memory)
        except EmbeddedServerError as error:
            raise LedgerUnusable(str(error)) from error
        except psycopg.Error as error:
            raise cannot_be_used(error) from error

    @classmethod
    def _embedded(cls, data: Path | None, schema: str, memory: int | None) -> Self:
        if data is None:
            raise LedgerUnusable("say which database to use: a data folder or a database URL")
        server = EmbeddedServer.start(data)
        try:
            opening = partial(migrate, server.owner_conninfo, login=APP)
            datastore = LedgerDatastore(server.app_conninfo, schema, opening(schema), revive=server.revive)
            return cls(datastore, server.owner_conninfo, opening, server, memory)
        except BaseException:
            server.close()
            raise

    def close(self) -> None:
        """Close the connections, and stop the embedded server unless another process uses it."""
        self.datastore.close()
        if self.server is not None:
            self.server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def today(self) -> date:
        """Today's date in London by the clock of the database, which decides whether a day has come.

        Raises:
            LedgerUnusable: there is no connection yet, and the database does not answer.
        """
        try:
            return self.datastore.now().astimezone(LONDON).date()
        except PersistenceError as error:
            raise LedgerUnusable(f"the database does not answer: {in_short(error)}") from error

    def no_version(self, plan: str, version: int, newest: int) -> Exception:
        """The error for a version that a plan does not have; a replica may only lack it yet."""
        if (status := replica_status(self.datastore)) is None:
            return VersionUnknown(plan, version, newest)
        return NotReached(plan, version, newest, status.behind or 0)

    # Reading

    def plans(self) -> list[str]:
        """The names of all plans, in order."""
        return self.recorder.select_plans()

    def plan(self, slug: str) -> PlanRecord:
        """The record of a plan with everything committed by now. Later events do not change it.

        Raises:
            PlanUnknown: nothing is recorded under that name.
        """
        if not _SLUG.fullmatch(slug):  # not every text can be asked of the database
            raise PlanUnknown(slug)
        folded = self._folded.keep(slug)
        plan = self._folded.catch_up(folded)
        version, _ = plan.published
        if version == 0:
            self._folded.drop(slug)
            raise PlanUnknown(slug)
        return PlanRecord(plan, version)

    def states(self) -> list[PlanState]:
        """The newest version of each plan, in the order of their names."""
        return self.recorder.select_states()

    def of_every_plan(
        self, states: Iterable[PlanState], key: object, make: Callable[[PlanRecord], T]
    ) -> tuple[list[T], list[str]]:
        """The result of `make` for each of these plans, and the names of the plans with an unreadable event.

        A result is cached until something is recorded in the plan or the key is another.
        """
        found, unreadable = [], []
        for state in states:
            try:
                found.append(self._folded.summarise(state, key, make))
            except LedgerDamaged:
                unreadable.append(state.plan)
        return found, unreadable

    def events(self, slug: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        """The events of a plan after a version, in order."""
        rows = self.recorder.select_events(slug, gt=after, limit=limit)
        return [read_record(row) for row in rows]

    def every_event(self, slug: str, after: int = 0, page: int = 1000) -> Iterator[Recorded]:
        """All events of a plan after a version, read a page at a time."""
        while events := self.events(slug, after, page):
            yield from events
            after = events[-1].version

    def events_of(self, slug: str, versions: Sequence[int]) -> Iterator[Recorded]:
        """The events of a plan that have these versions, in order, read a thousand at a time."""
        for start in range(0, len(versions), 1000):
            rows = self.recorder.select_versions(slug, versions[start : start + 1000])
            yield from (read_record(row) for row in rows)

    @contextmanager
    def follow(self, after: int = 0) -> Iterator[Iterator[Recorded]]:
        """Every event of the ledger after a position, future ones included: the iterator waits for them."""
        with self.recorder.subscribe(gt=after) as subscription:
            yield (read_record(row) for row in subscription if isinstance(row, StoredRecord))

    def size(self) -> int:
        """The number of events in the ledger: its newest position."""
        return self.recorder.max_notification_id() or 0

    # Recording

    def record(
        self, proposals: Sequence[Proposal], *, by: str, today: date, expect: int | None = None
    ) -> list[Recorded]:
        """Record the proposals as one batch, whole or not at all.

        Proposals with an `event_id` may be sent again, also when the first answer was lost: the first records are
        returned, and nothing is stored twice.

        Args:
            proposals: in the order they are to be recorded; they may concern several plans.
            by: who records; stored as `recorded_by`.
            today: today's date in London.
            expect: the version the proposer believes the plan to be at; by default the newest.

        Raises:
            Refused: a rule refuses one of the proposals; `Refused.index` says which.
            VersionConflict: the plan is not at the expected version.
            InDoubt: whether they are stored is unknown; its `event_ids` are those of all proposals.
        """
        proposals = with_event_ids(proposals)
        try:
            with one_request():
                return self._recording.record(proposals, by, today, expect)
        except InDoubt as error:
            event_ids = [proposal.event_id for proposal in proposals if proposal.event_id]
            raise InDoubt(str(error), event_ids) from error
        except (Refused, VersionConflict) as error:
            # A replica may judge by a former state of the plan: its refusal does not count.
            if replica_status(self.datastore) is not None:
                raise ReplicaOnly from error
            raise

    @contextmanager
    def rehearse(self, proposals: Sequence[Proposal], *, today: date, by: str = "") -> Iterator[PlanRecord]:
        """Dry run: the record of a plan with these proposals, for as long as the block lasts. Nothing is stored.

        The versions tried out have no instant yet: their `known_at` is `domain.plan.plan.PENDING`, which must not be
        shown. Other readers of the plan get only what is stored.

        Args:
            proposals: all for one plan, in the order they would be recorded.
            today: today's date in London.
            by: who would record; by default somebody who has recorded nothing so far.

        Raises:
            Refused: a rule refuses one of the proposals; `Refused.index` says which.
        """
        with self._recording.rehearse(proposals, by, today) as plan:
            yield plan
