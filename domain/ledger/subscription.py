"""The library's subscription to new rows, changed so that it misses none.

The library listens only after it has read the stored rows, and does not read again: a row committed in between is
noticed only with the next one. And a lost connection ends it.
"""

import time

from eventsourcing.persistence import InterfaceError, OperationalError
from eventsourcing.postgres import PostgresSubscription
from psycopg.sql import SQL, Identifier

from domain.refusals import ReplicaOnly


class LedgerSubscription(PostgresSubscription):
    """Rows of the ledger in the order of their positions, future ones included."""

    def _listen(self) -> None:
        try:
            while self._goes_on():
                try:
                    self._listen_on_a_connection()
                except (OperationalError, InterfaceError):
                    time.sleep(0.2)  # reading finds out whether the database is gone for good
                except ReplicaOnly:  # a replica notifies nobody
                    time.sleep(0.2)
                    self._has_been_notified.set()
        except BaseException as error:
            self._thread_error = self._thread_error or error
            self.stop()

    def _goes_on(self) -> bool:
        return not self._has_been_stopped and self._thread_error is None

    def _listen_on_a_connection(self) -> None:
        channel = Identifier(self._recorder.channel_name)
        with self._recorder.datastore.get_connection() as connection:
            connection.execute(SQL("listen {}").format(channel))
            self._has_been_notified.set()  # read what was committed before `listen`
            while self._goes_on():
                for _ in connection.notifies(timeout=0.1, stop_after=1):
                    self._has_been_notified.set()
            connection.execute(SQL("unlisten {}").format(channel))  # it goes back to the pool
