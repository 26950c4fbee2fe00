"""The status of a replica, which follows another server, answers, and records nothing."""

from dataclasses import dataclass

from eventsourcing.persistence import PersistenceError

from domain.ledger.datastore import LedgerDatastore
from domain.postgres.connections import rows
from domain.postgres.database_errors import in_short
from domain.refusals import LedgerUnusable

# The lag is that of log received but not replayed; log that is not even received shows as a missing receiver. If the
# receiver runs and all is replayed, nothing was committed since, however old the last commit is.
_STATUS = """
    select pg_is_in_recovery(), exists (select from pg_stat_wal_receiver),
           case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() and exists (select from pg_stat_wal_receiver)
                then 0
                else extract(epoch from greatest(clock_timestamp() - pg_last_xact_replay_timestamp(), interval '0'))
           end::float8
"""


@dataclass(frozen=True, slots=True)
class ReplicaStatus:
    """The status of a replica at a moment."""

    #: Whether it is connected to the server that it follows.
    follows: bool
    #: Its known lag in seconds; None if it has replayed nothing since it started.
    behind: float | None


def replica_status(datastore: LedgerDatastore) -> ReplicaStatus | None:
    """The status of the ledger's server as a replica; None if it is none, or was promoted; raises LedgerUnusable."""
    try:
        with datastore.get_connection() as connection:
            [(replica, follows, behind)] = rows(connection, _STATUS)
    except PersistenceError as error:
        raise LedgerUnusable(f"the database does not answer: {in_short(error)}") from error
    return ReplicaStatus(follows, behind) if replica else None
