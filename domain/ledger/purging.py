"""Having the database forget: what was redacted leaves its files, and not the answers alone.

An updated row is left behind in its page until the table is written anew, and the log from which the database recovers
holds both. Backups, archived logs and replicas have copies of their own (`docs/safekeeping.md`).
"""

from collections.abc import Iterator

import psycopg
from psycopg.sql import SQL, Identifier

#: Each is tried; an owner of the schema alone may not do all of them on every server.
_STEPS = (
    "vacuum (full) {schema}.events",
    "checkpoint",
    "select pg_switch_wal()",
    "checkpoint",
)


def purge(owner_conninfo: str, schema: str) -> Iterator[str]:
    """Write the table of events anew and begin a new log; says what the server did not let us do.

    Recording waits for as long as it takes: some seconds for a million events.

    Raises:
        psycopg.Error: the server cannot be reached, or does not let the table be written anew.
    """
    with psycopg.connect(owner_conninfo, autocommit=True) as owner:
        for number, step in enumerate(_STEPS):
            try:
                owner.execute(SQL(step).format(schema=Identifier(schema)))
            except psycopg.errors.InsufficientPrivilege as error:
                if number == 0:
                    raise
                yield f"{step}: {error.diag.message_primary}"
