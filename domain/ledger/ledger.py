"""The ledger: proposals in, recorded events and folded plans out.

Folded plans are kept in memory and caught up from the database before every answer, so every process answers from what
is committed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import psycopg
from eventsourcing.persistence import PersistenceError

from domain.access.access_ledger import AccessLedger
from domain.envelopes import Proposal, Recorded, with_event_ids
from domain.integrity.guards import fallen_guards, powers_of_login
from domain.integrity.invariants import Broken, Noted, broken_invariants
from domain.integrity.stored_tree import LedgerTree
from domain.ledger.datastore import LedgerDatastore
from domain.ledger.folded_plans import FoldedPlans
from domain.ledger.mapper import read_record
from domain.ledger.opening import SCHEMA, open_schema, refuse_two_databases
from domain.ledger.recorder import LedgerRecorder, PlanState, Purged
from domain.ledger.recording import Recording
from domain.ledger.replica_status import Replica, Standing
from domain.ledger.schema import access_schema, migrate
from domain.ledger.stored_rows import StoredRecord
from domain.plan.record import PlanRecord
from domain.points import LONDON, VersionUnknown
from domain.postgres.answer_limits import one_request
from domain.postgres.cluster import APP
from domain.postgres.database_errors import cannot_be_used, in_short
from domain.postgres.embedded_server import EmbeddedServer
from domain.postgres.server_account import EmbeddedServerError
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
from domain.safekeeping.purging import purge

T = TypeVar("T")


class Ledger:
    """One organisation's ledger: one PostgreSQL schema."""

    def __init__(
        self,
        datastore: LedgerDatastore,
        owner_conninfo: str,
        open_schema: Callable[[str], str],
        server: EmbeddedServer | None = None,
        memory: int | None = None,
    ) -> None:
        self._datastore = datastore
        self._owner_conninfo = owner_conninfo
        self._server = server
        self._recorder = LedgerRecorder(datastore)
        self._folded = FoldedPlans(self._recorder, memory)
        self._recording = Recording(self._recorder, self._folded)
        self._tree = LedgerTree(self._recorder)
        self._replica = Replica(datastore)
        # It connects lazily.
        self._access = AccessLedger(datastore, open_schema)

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
        server = None
        try:
            if database_url is None:
                if data is None:
                    raise LedgerUnusable("say which database to use: a data folder or a database URL")
                server = EmbeddedServer.start(data)
                embedded = partial(migrate, server.owner_conninfo, login=APP)
                datastore = LedgerDatastore(server.app_conninfo, schema, embedded(schema), revive=server.revive)
                return cls(datastore, server.owner_conninfo, embedded, server, memory)
            opening = partial(open_schema, database_url, alone=owner_url in (None, database_url))
            refuse_two_databases(database_url, owner_url)
            role = opening(schema, beside=access_schema(schema))
            datastore = LedgerDatastore(database_url, schema, role)
            return cls(datastore, owner_url or database_url, opening, memory=memory)
        except EmbeddedServerError as error:
            raise LedgerUnusable(str(error)) from error
        except psycopg.Error as error:
            if server is not None:
                server.close()
            raise cannot_be_used(error) from error
        except BaseException:
            if server is not None:
                server.close()
            raise

    def close(self) -> None:
        """Close the connections, and stop the embedded server unless another process uses it."""
        self._access.close()
        self._datastore.close()
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def guarded(self) -> bool:
        """Whether the login of the program can only read and append, in any role that it may take on.

        Raises:
            LedgerUnusable: the database does not answer.
        """
        return not self.powers()

    def powers(self) -> list[str]:
        """The powers of the login over the ledger beyond reading and appending; empty where the guards hold against it.

        Raises:
            LedgerUnusable: the database does not answer.
        """
        return powers_of_login(self._datastore)

    @property
    def access(self) -> AccessLedger:
        """The access ledger, which holds the permissions in this ledger."""
        return self._access

    def ready(self) -> None:
        """Answer at once whether the database does and knows who may do what; raises LedgerUnusable if not."""
        self._access.refuse_where_lost(self._datastore.ask_once)

    def today(self) -> date:
        """Today's date in London by the clock of the database, which decides whether a day has come.

        Raises:
            LedgerUnusable: there is no connection yet, and the database does not answer.
        """
        try:
            return self._datastore.now().astimezone(LONDON).date()
        except PersistenceError as error:
            raise LedgerUnusable(f"the database does not answer: {in_short(error)}") from error

    def standing(self) -> Standing | None:
        """The status of this replica; None if the server is no replica."""
        return self._replica.standing()

    def no_version(self, plan: str, version: int, newest: int) -> Exception:
        """The error for a version that a plan does not have; a replica may only lack it yet."""
        if (standing := self.standing()) is None:
            return VersionUnknown(plan, version, newest)
        return NotReached(plan, version, newest, standing.behind or 0)

    # Reading

    def plans(self) -> list[str]:
        """The names of all plans, in order."""
        return self._recorder.select_plans()

    def plan(self, slug: str) -> PlanRecord:
        """The record of a plan with everything committed by now. Later events do not change it.

        Raises:
            PlanUnknown: nothing is recorded under that name.
        """
        folded = self._folded.keep(slug)
        plan = self._folded.catch_up(folded)
        version, _ = plan.published
        if version == 0:
            self._folded.drop(slug)
            raise PlanUnknown(f"there is no plan {slug!r}")
        return PlanRecord(plan, version)

    def states(self) -> list[PlanState]:
        """The newest version of each plan, in the order of their names."""
        return self._recorder.select_states()

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
        rows = self._recorder.select_events(slug, gt=after, limit=limit)
        return [read_record(row) for row in rows]

    def every_event(self, slug: str, after: int = 0, page: int = 1000) -> Iterator[Recorded]:
        """All events of a plan after a version, read a page at a time."""
        while events := self.events(slug, after, page):
            yield from events
            after = events[-1].version

    def events_of(self, slug: str, versions: Sequence[int]) -> Iterator[Recorded]:
        """The events of a plan that have these versions, in order, read a thousand at a time."""
        for start in range(0, len(versions), 1000):
            rows = self._recorder.select_versions(slug, versions[start : start + 1000])
            yield from (read_record(row) for row in rows)

    @contextmanager
    def follow(self, after: int = 0) -> Iterator[Iterator[Recorded]]:
        """Every event of the ledger after a position, future ones included: the iterator waits for them."""
        with self._recorder.subscribe(gt=after) as subscription:
            yield (read_record(row) for row in subscription if isinstance(row, StoredRecord))

    def size(self) -> int:
        """The number of events in the ledger: its newest position."""
        return self._recorder.max_notification_id() or 0

    def tree(self) -> LedgerTree:
        """The Merkle tree over all events, for proofs."""
        return self._tree

    def stored(self, slug: str, after: int = 0, limit: int | None = None) -> Sequence[StoredRecord]:
        """The stored rows of a plan after a version: the bytes that the tree commits to, and the texts beside them."""
        return self._recorder.select_events(slug, gt=after, limit=limit)

    def check(
        self, seen: Callable[[int], None] = lambda _: None, noted: Callable[[Noted], None] = lambda _: None
    ) -> Iterator[Broken]:
        """Every invariant of the whole ledger that does not hold.

        `seen` receives the number of events read since its last call; each is read twice. `noted` receives
        irregularities that the record explains and that break nothing.
        """
        return broken_invariants(self._recorder, seen, noted)

    def guards(self) -> Iterator[Broken]:
        """The guards of the database that are down, as `fallen_guards` says."""
        if not self._access.audit.is_lost():
            self._access.audit.size()  # upgrades it, where it has begun
        yield from fallen_guards(self._datastore)

    def purge(self) -> list[str]:
        """Remove redacted texts from the database's files, as `purge` says; returns what could not be done.

        Raises:
            LedgerUnusable: the server refuses to rewrite the table.
        """
        try:
            return purge(self._owner_conninfo, self._datastore.schema)
        except psycopg.errors.InsufficientPrivilege as error:
            raise LedgerUnusable(
                "the login that serves may not write the table anew: run `asat purge` with the address of the ledger's"
                f" owner (--owner-url or ASAT_OWNER_URL): {in_short(error)}"
            ) from error
        except psycopg.Error as error:
            raise LedgerUnusable(
                f"the database cannot be made to forget what was redacted: {in_short(error)}"
            ) from error

    def purged(self) -> Purged:
        """The positions up to which redacted texts have left the files of the database."""
        return self._recorder.select_purged()

    @property
    def purges_itself(self) -> bool:
        """Whether the program purges by itself, as it does with the embedded server."""
        return self._server is not None

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
            if self.standing() is not None:
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
