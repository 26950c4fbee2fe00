"""The marks that the ledger of plans keeps of the access ledger beside it, which show that that one was removed."""

from collections.abc import Callable
from datetime import datetime

from psycopg.sql import SQL, Composed, Identifier

from domain.postgres.connections import Row
from domain.refusals import LedgerDamaged


class AccessLost(LedgerDamaged):
    """The access ledger that this ledger once had is gone, or is another one by now."""

    code = "access-lost"

    def __init__(self, since: datetime) -> None:
        super().__init__(
            "the audit of access, which says who may do what, is not the one that this ledger had on"
            f" {since.date().isoformat()}: it was removed or altered. Nobody is let in and nothing is recorded; restore"
            " a backup into an empty database (docs/safekeeping.md)"
        )


def access_lost_from(ask: Callable[[Composed], list[Row]], schema: str) -> datetime | None:
    """The day of the first marked access ledger that is gone, or is another one by now; None if all is well.

    Args:
        ask: runs a query in the database, and returns its rows.
        schema: name of the schema of the plans.
    """
    [(since,)] = ask(SQL("select {}.access_lost_from()").format(Identifier(schema)))
    found: datetime | None = since
    return found
