"""A streaming replica answers what it has, says how far it is, records nothing, and takes over without a loss."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from starlette.testclient import TestClient

from api.application import make_application
from domain.integrity.checkpoint_store import checkpoints_of
from domain.integrity.guards import powers_of_login
from domain.integrity.stored_tree import LedgerTree
from domain.ledger.replica_status import replica_status
from domain.ledger.schema import Migration, migrate, released_migrations
from domain.opened_ledger import Ledger
from domain.points import VersionUnknown
from domain.postgres.server_settings import DATABASE, OWNER
from domain.proofs.checkpoint import Checkpoint
from domain.proofs.keys import SignerKey
from domain.proofs.tree import check_consistency
from domain.refusals import LedgerUnusable, NotReached, ReplicaOnly
from tests.kit import progressed, rated
from tests.ledger.standbys import Standby, caught_up, kill_at_once, standby_of
from tests.measuring import HANGS, until
from tests.real_ledgers import Server, all_is_well, begin, everything, proposed, record, remembers_what_is_stored

KEY = SignerKey("council.example/asat", b"k" * 32)


@pytest.fixture(scope="module")
def primary(new_data_folder: Callable[[str], Path]) -> Iterator[Server]:
    server = Server(new_data_folder("primary"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def recorded(primary: Server) -> Iterator[Ledger]:
    """The ledger at the primary, with a plan in it."""
    with Ledger.open(data=primary.folder) as ledger:
        begin(ledger)
        yield ledger
        all_is_well(ledger)


@pytest.fixture(scope="module")
def standby(primary: Server, recorded: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standby]:
    with standby_of(primary, tmp_path_factory.mktemp("replica") / "standby") as standby:
        yield standby


@pytest.fixture
def replica(primary: Server, standby: Standby) -> Iterator[Ledger]:
    """The ledger as the replica has it, which is all that is recorded by now."""
    caught_up(primary, standby)
    with Ledger.open(database_url=standby.app_conninfo) as ledger:
        yield ledger
    standby.let_go()


@pytest.fixture
def client(replica: Ledger) -> TestClient:
    return TestClient(make_application(replica, "Somebody"), base_url="http://127.0.0.1:8000")


def test_a_replica_answers_what_the_primary_does(recorded: Ledger, replica: Ledger):
    assert everything(replica) == everything(recorded)
    assert LedgerTree(replica.recorder).root() == LedgerTree(recorded.recorder).root()
    assert powers_of_login(replica) == []
    remembers_what_is_stored(replica)
    all_is_well(replica)


def test_a_replica_answers_what_was_recorded_since(
    primary: Server, recorded: Ledger, standby: Standby, replica: Ledger
):
    stored = record(recorded, rated("2.4"))
    caught_up(primary, standby)
    assert replica.events("plan", stored[0].version - 1) == stored
    remembers_what_is_stored(replica)


def test_a_replica_can_be_followed(recorded: Ledger, replica: Ledger):
    newest = replica.size()
    with replica.follow(newest) as events, ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, events)
        stored = record(recorded, rated("2.4"))
        assert following.result(timeout=HANGS) == stored[0]


def test_nothing_is_recorded_at_a_replica(recorded: Ledger, replica: Ledger):
    before = recorded.size()
    with pytest.raises(ReplicaOnly, match="record at the primary"):
        record(replica, rated("2.4", "red"))
    remembers_what_is_stored(replica)
    assert (recorded.size(), replica.size()) == (before, before)


def test_a_replica_does_not_refuse_by_what_may_be_out_of_date(replica: Ledger):
    with pytest.raises(ReplicaOnly):
        record(replica, rated("9.9"))
    with pytest.raises(ReplicaOnly):
        record(replica, rated("2.4"), expect=1)


def test_a_version_that_a_replica_has_not_reached_is_not_called_unknown(
    recorded: Ledger, standby: Standby, replica: Ledger, client: TestClient
):
    standby.hold_back()
    newest = replica.size()
    version = record(recorded, rated("2.4", "red"))[0].version
    answer = client.get("/plans/plan.json", params={"at": f"2020-01-01@{version}"})
    assert answer.status_code == 503
    assert answer.json()["type"] == "tag:asat,2026:not-reached"
    assert answer.json()["detail"].startswith(f"this replica has record number {newest} of plan plan, and {version}")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    # What it has it answers meanwhile, the same as ever.
    assert client.get("/plans/plan.json", params={"at": f"2020-01-01@{newest}"}).status_code == 200


ADDRESSES = (
    "/plans/plan.json?at=2020-01-01@{}", "/plans/plan?at=2020-01-01@{}", "/plans/plan/trail.json?up_to={}",
    "/plans/plan/replay.json?up_to={}", "/plans/plan/comparison.json?previous=2019-01-31@3&current=2020-01-01@{}",
)  # fmt: skip


def test_a_version_is_answered_when_the_replica_has_it(
    primary: Server, recorded: Ledger, standby: Standby, client: TestClient
):
    standby.hold_back()
    version = record(recorded, rated("2.4", "amber"))[0].version
    addresses = [address.format(version) for address in ADDRESSES]
    assert [client.get(address).status_code for address in addresses] == [503] * len(addresses)
    standby.let_go()
    caught_up(primary, standby)
    assert [client.get(address).status_code for address in addresses] == [200] * len(addresses)


def test_at_the_primary_a_version_that_is_not_there_is_unknown(recorded: Ledger):
    assert isinstance(recorded.no_version("plan", 999, 3), VersionUnknown)
    client = TestClient(make_application(recorded, "Somebody"), base_url="http://127.0.0.1:8000")
    assert client.get("/plans/plan.json", params={"at": "2020-01-01@999"}).status_code == 404


def test_recording_over_http_at_a_replica_says_where_to(client: TestClient):
    said = {"type": "ActionRated", "action": "2.4", "rating": "red", "effective_on": "2019-03-15"}
    answer = client.post("/plans/plan/events", json=said)
    assert (answer.status_code, answer.json()["type"]) == (503, "tag:asat,2026:ledger-unusable")
    assert "record at the primary" in answer.json()["detail"]


def test_a_replica_says_that_it_is_one_and_how_far(
    recorded: Ledger, standby: Standby, replica: Ledger, client: TestClient
):
    assert client.get("/readyz").json() == {
        "status": "ready", "guarded": True, "events": replica.size(), "replica": True, "follows": True,
        "behind_seconds": 0,
    }  # fmt: skip
    standby.hold_back()
    events = replica.size()
    record(recorded, rated("2.4", "red"))
    until(lambda: client.get("/readyz").json()["behind_seconds"] > 0, what="being behind")
    said = client.get("/readyz").json()
    assert (said["events"], said["follows"]) == (events, True)
    primary = TestClient(make_application(recorded, "Somebody"), base_url="http://127.0.0.1:8000")
    assert "replica" not in primary.get("/readyz").json()


def test_a_replica_with_another_schema_is_not_opened(standby: Standby):
    newer = [*released_migrations(), Migration(9999, "later", "")]
    with pytest.raises(LedgerUnusable, match="this is a replica, and the ledger's schema on it is version"):
        migrate(standby.conninfo, "asat", newer)
    with pytest.raises(LedgerUnusable, match="version none"):
        Ledger.open(database_url=standby.conninfo, schema="nowhere")


def test_not_reached_says_when_to_ask_again():
    assert NotReached("plan", 212, 200, 7.4).retry_after == 7
    assert NotReached("plan", 212, 200, 0).retry_after == 1
    assert NotReached("plan", 212, 200, 86_400).retry_after == 60


# Taking over


@pytest.mark.slow
def test_what_was_acknowledged_survives_the_primary(own_server: Server, tmp_path: Path):
    """Killed under the load of eight writers: the replica takes over, and has every event that was acknowledged."""
    with ExitStack() as stack:
        standby = stack.enter_context(standby_of(own_server, tmp_path / "standby", "second"))
        with psycopg.connect(own_server.owner_conninfo, autocommit=True) as connection:
            connection.execute("alter system set synchronous_standby_names = 'second'")
            connection.execute("select pg_reload_conf()")
        hosts = f"{own_server.folder / 'socket'},{standby.socket}"
        url = make_conninfo(
            host=hosts, port="5432,5432", dbname=DATABASE, user=OWNER, target_session_attrs="read-write"
        )  # fmt: skip
        ledger = stack.enter_context(Ledger.open(database_url=url))
        for number in range(8):
            begin(ledger, f"plan-{number}")
        before = checkpoints_of(ledger).cut(KEY)
        acknowledged: list[UUID] = []
        over = Event()

        def write(number: int) -> None:
            while not over.is_set():
                event_id = uuid4()
                proposal = proposed(progressed("2.4", f"by {number}"), f"plan-{number}", event_id)
                try:
                    record(ledger, proposal)
                except LedgerUnusable:
                    continue  # not acknowledged
                acknowledged.append(event_id)

        with ThreadPoolExecutor(8) as writers:
            writing = [writers.submit(write, number) for number in range(8)]
            try:
                until(lambda: len(acknowledged) > 50, what="the load")
                kill_at_once(own_server)
                standby.promote()
                before_it = len(acknowledged)
                until(lambda: len(acknowledged) > before_it + 50, what="recording at the replica")
            finally:
                over.set()
            for one in writing:
                one.result()
        stored = [event.event_id for event in everything(ledger)]
        assert set(acknowledged) <= set(stored)
        assert len(stored) == len(set(stored))
        after = checkpoints_of(ledger).cut(KEY)
        first, second = (Checkpoint.read(one.note.text) for one in (before, after))
        proof = LedgerTree(ledger.recorder).consistency_proof(first.size, second.size)
        check_consistency(first.size, first.root, second.size, second.root, proof)
        all_is_well(ledger)
        remembers_what_is_stored(ledger)
        assert replica_status(ledger.datastore) is None
