"""One organisation's ledger, opened: its plans, and the access ledger, which says who may do what with them."""

from collections.abc import Callable

from domain.access.access_ledger import AccessLedger
from domain.ledger.datastore import LedgerDatastore
from domain.ledger.plan_ledger import PlanLedger
from domain.postgres.embedded_server import EmbeddedServer


class Ledger(PlanLedger):
    """The ledger of plans with the access ledger beside it."""

    def __init__(
        self,
        datastore: LedgerDatastore,
        owner_conninfo: str,
        open_schema: Callable[[str], str],
        server: EmbeddedServer | None = None,
        memory: int | None = None,
    ) -> None:
        super().__init__(datastore, owner_conninfo, open_schema, server, memory)
        #: It connects lazily.
        self.access = AccessLedger(datastore, open_schema)

    def close(self) -> None:
        """Close the connections, and stop the embedded server unless another process uses it."""
        self.access.streams.close()
        super().close()

    def ready(self) -> None:
        """Answer at once whether the database does and knows who may do what; raises LedgerUnusable if not."""
        self.access.streams.refuse_where_lost(self.datastore.ask_once)
