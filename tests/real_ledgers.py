"""The controls of the ledger's tests: one server for the session, a schema of its own for each test.

After every test that uses `ledger` the whole-ledger check runs, and every plan that any of the test's ledgers holds in
memory must equal a fresh fold of what is stored.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from domain.envelopes import Proposal, Recorded
from domain.events import Event
from domain.integrity.invariants import broken_invariants
from domain.ledger.schema import app_role
from domain.opened_ledger import Ledger
from domain.plan.evolve import evolve
from domain.plan.plan import Plan
from domain.plan.record import PlanRecord
from domain.postgres.embedded_server import EmbeddedServer
from domain.postgres.server_account import command, server_account
from domain.proofs.entry import Entry
from domain.proofs.tree import completed_nodes, node_hash
from tests.kit import LATER, added, contents, opened, priority
from tests.measuring import until as until

ROOT = Path(__file__).parents[1]
BY = "Governance officer"

Connection = psycopg.Connection[tuple[Any, ...]]

# Proposing


def proposed(event: Event, plan: str = "plan", event_id: UUID | None = None) -> Proposal:
    return Proposal(plan, event, event_id)


def record(ledger: Ledger, *told: Event | Proposal, plan: str = "plan", **options: Any) -> list[Recorded]:
    """Record these as one batch, on a day after everything that they say was true."""
    batch = [one if isinstance(one, Proposal) else proposed(one, plan) for one in told]
    return ledger.record(batch, **{"by": BY, "today": LATER, **options})


def begin(ledger: Ledger, plan: str = "plan") -> list[Recorded]:
    """A plan with priority 2 and action 2.4, at version 3."""
    return record(ledger, opened(), priority("2"), added("2.4"), plan=plan)


# Looking


def everything(ledger: Ledger) -> list[Recorded]:
    """Every event of the ledger, by position."""
    found = [event for slug in ledger.plans() for event in ledger.events(slug)]
    return sorted(found, key=lambda event: event.position)


def held_by(record: PlanRecord) -> Plan:
    """The plan that a record is of: only the tests look at it."""
    return record._plan


def remembers_what_is_stored(ledger: Ledger) -> None:
    """Every plan, as this ledger answers it, is the fold of what is stored and of nothing else."""
    for slug in ledger.plans():
        fresh, last = Plan(slug), None
        for event in ledger.every_event(slug):
            evolve(fresh, event.event, event.recorded_at, event.recorded_by)
            last = event.event_id
        plan = held_by(ledger.plan(slug))
        assert contents(plan) == contents(fresh), f"{slug} in memory is not what is stored"
        assert plan.published == (fresh.version, last), f"what readers see of {slug} is not what is stored"


def all_is_well(ledger: Ledger) -> None:
    assert list(broken_invariants(ledger)) == []


# Servers


class Server:
    """The embedded server on a data folder, which a test may stop under everybody's feet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._users: list[EmbeddedServer] = []
        self.start()

    def start(self) -> None:
        self._users.append(EmbeddedServer.start(self.folder))

    def stop(self, mode: str) -> None:
        """`pg_ctl stop`, as whoever runs the server."""
        pg_ctl = [str(self._users[0].bin_folder / "pg_ctl"), "stop", "-m", mode, "-w", "-D", str(self.data)]
        argv = command(server_account(self.folder), pg_ctl, [self.folder])
        subprocess.run(argv, check=True, capture_output=True, cwd="/")

    def close(self) -> None:
        while self._users:
            self._users.pop().close()

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def owner_conninfo(self) -> str:
        return self._users[0].owner_conninfo

    @property
    def app_conninfo(self) -> str:
        return self._users[0].app_conninfo


@pytest.fixture(scope="session")
def new_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes data folders: copies of one that was once opened and closed, which is quicker than initdb."""
    pattern = tmp_path_factory.mktemp("new") / "data"
    EmbeddedServer.start(pattern).close()

    def copied(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name) / "data"
        subprocess.run(["cp", "-a", pattern, folder], check=True)
        return folder

    return copied


@pytest.fixture(scope="session")
def server(new_data_folder: Callable[[str], Path]) -> Iterator[Server]:
    """The server that the tests share; nobody stops it."""
    server = Server(new_data_folder("shared"))
    yield server
    server.close()


@pytest.fixture
def own_server(new_data_folder: Callable[[str], Path]) -> Iterator[Server]:
    """A server that the test may stop and start."""
    server = Server(new_data_folder("own"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def managed(new_data_folder: Callable[[str], Path]) -> Iterator[Server]:
    """A server without any role of AsAt's but its administrator, who admits everyone of this account."""
    server = Server(new_data_folder("managed"))
    with psycopg.connect(server.owner_conninfo, autocommit=True) as administrator:
        administrator.execute("revoke connect on database asat from asat_app")
        administrator.execute("drop role asat_app")
    with (server.folder / "pg_hba.conf").open("a") as admitted:
        admitted.write("local all all peer map=asat\n")
    with (server.folder / "pg_ident.conf").open("a") as mapped:
        mapped.write("asat /^ all\n")
    with psycopg.connect(server.owner_conninfo, autocommit=True) as administrator:
        administrator.execute("select pg_reload_conf()")
    yield server
    server.close()


_schemas = count(1)


@pytest.fixture
def schema() -> str:
    return f"organisation_{next(_schemas)}"


@pytest.fixture
def open_ledger(server: Server, schema: str) -> Iterator[Callable[[], Ledger]]:
    """Opens the test's ledger once more, as another program would: the same schema, a memory of its own."""
    with ExitStack() as ledgers:
        yield lambda: ledgers.enter_context(Ledger.open(data=server.folder, schema=schema))


@pytest.fixture
def ledgers(open_ledger: Callable[[], Ledger]) -> Iterator[Callable[[], Ledger]]:
    """Like `open_ledger`; afterwards all invariants must hold and every ledger must remember what is stored."""
    opened: list[Ledger] = []

    def open_and_note() -> Ledger:
        opened.append(open_ledger())
        return opened[-1]

    yield open_and_note
    for ledger in opened:
        remembers_what_is_stored(ledger)
        all_is_well(ledger)


@pytest.fixture
def ledger(ledgers: Callable[[], Ledger]) -> Ledger:
    """An empty ledger."""
    return ledgers()


@pytest.fixture
def owner(server: Server, ledger: Ledger, schema: str) -> Iterator[Connection]:
    """Connected to the ledger's schema as its owner."""
    with connected(server.owner_conninfo, schema) as connection:
        yield connection


@pytest.fixture
def app(server: Server, ledger: Ledger, schema: str) -> Iterator[Connection]:
    """Connected to the ledger's schema as the program is."""
    with connected(server.app_conninfo, schema, app_role(schema)) as connection:
        yield connection


def connected(conninfo: str, schema: str, role: str = "") -> Connection:
    connection = psycopg.connect(conninfo, autocommit=True)
    if role:
        connection.execute(SQL("set role {}").format(Identifier(role)))
    connection.execute(SQL("set search_path to {}").format(Identifier(schema)))
    return connection


def set_clock_back(owner: Connection, interval: str) -> None:
    """As when the server's clock was set back: another plan was opened at a later instant than it shows now."""
    with owner.transaction():
        owner.execute(
            "update head set position = position + 1, recorded_at = clock_timestamp() + %s::interval", (interval,)
        )
        owner.execute(
            "insert into events select plan, 1, position, recorded_at, 'x', event_id, topic, state,"
            " hashes_of(position, leaf(position, plan, 1, recorded_at, 'x', event_id, topic, state)), whole, salts from"
            " (select 'ahead-' || head.position as plan, head.position, head.recorded_at,"
            " gen_random_uuid() as event_id, topic, state, whole, salts from events, head"
            " where events.position = 1 offset 0)"
        )
        owner.execute("set local session_replication_role = replica")
        owner.execute(
            "update head set leaf = (select substr(hashes, 1, 32) from events where events.position = head.position)"
        )


def reseal(owner: Connection) -> None:
    """Grow the tree anew over what is there, as a forger does who knows of it."""
    rows = owner.execute(
        "select position, plan, version, recorded_at, recorded_by, event_id, topic, state from events order by position"
    ).fetchall()
    peaks: dict[int, bytes] = {}
    leaf: bytes | None = None
    with owner.transaction():
        owner.execute("set local session_replication_role = replica")
        for row in rows:
            leaf = node = Entry(*row).leaf()
            hashes = [node]
            for level, _ in completed_nodes(row[0] - 1):
                node = node_hash(peaks.get(level - 1, bytes(32)), node)
                hashes.append(node)
            peaks[len(hashes) - 1] = node
            owner.execute("update events set hashes = %s where position = %s", (b"".join(hashes), row[0]))
        owner.execute("update head set leaf = %s where position > 0", (leaf or bytes(32),))
