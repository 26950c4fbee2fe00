"""The controls of the API's tests: one server for the session, with the five examples in one ledger that is only read.

What records gets a ledger of its own, and afterwards every invariant of it must hold.
"""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from api import clock
from api.application import make_application
from api.cli.serve_commands import EXAMPLES
from domain.envelopes import read_proposal_json
from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from domain.postgres.embedded_server import EmbeddedServer

ROOT = Path(__file__).parents[2]
BY = "Governance officer"

#: What opens a plan that has priority 2 and action 2.4, as a caller would send it.
OPENING: list[dict[str, Any]] = [
    {
        "type": "PlanOpened", "effective_on": "2019-01-07", "title": "The plan", "organisation": "The council",
        "scale": {"name": "RAG", "ratings": [
            {"code": "red", "label": "Red", "concern": True},
            {"code": "amber", "label": "Amber", "concern": True},
            {"code": "green", "label": "Green"},
            {"code": "completed", "label": "Completed", "complete": True, "needs_evidence": True}]},
    },
    {"type": "PriorityAdded", "effective_on": "2019-01-07", "number": "2", "title": "Missing children"},
    {"type": "ActionAdded", "effective_on": "2019-01-15", "number": "2.4", "priority": "2", "text": "Workspace",
     "timescale": "31/03/19"},
]  # fmt: skip


def rated(rating: str, on: str = "2019-03-15", **fields: Any) -> dict[str, Any]:
    return {"type": "ActionRated", "action": "2.4", "rating": rating, "effective_on": on, **fields}


def load_examples(ledger: Ledger) -> None:
    """Record the five example histories, as `asat demo` does."""
    today = clock.today()
    for file in sorted(EXAMPLES.glob("*.jsonl")):
        lines = file.read_bytes().splitlines()
        ledger.record([read_proposal_json(line, today) for line in lines], by="AsAt example", today=today)


def asking(app: ASGIApp, **options: Any) -> TestClient:
    """Asks the application under the name that it serves on."""
    return TestClient(app, base_url="http://127.0.0.1:8000", **options)


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of the server that the tests share."""
    folder = tmp_path_factory.mktemp("api") / "data"
    server = EmbeddedServer.start(folder)
    yield folder
    server.close()


@pytest.fixture(scope="session")
def examples(server_folder: Path) -> Iterator[Ledger]:
    """The ledger of the five examples; nobody records in it."""
    with Ledger.open(data=server_folder, schema="examples") as ledger:
        load_examples(ledger)
        size = ledger.size()
        yield ledger
        assert ledger.size() == size, "a test recorded in the ledger that is only read"


@pytest.fixture(scope="session")
def reader(examples: Ledger) -> TestClient:
    """Asks the five examples."""
    return asking(make_application(examples, BY))


_schemas = count(1)


@pytest.fixture
def make_ledger(server_folder: Path) -> Iterator[Callable[[], Ledger]]:
    """Opens ledgers, each with a schema of its own; all invariants must hold afterwards."""
    opened: list[Ledger] = []

    def make() -> Ledger:
        opened.append(Ledger.open(data=server_folder, schema=f"council_{next(_schemas)}"))
        return opened[-1]

    yield make
    for ledger in opened:
        assert list(broken_invariants(ledger)) == []
        ledger.close()


@pytest.fixture
def ledger(make_ledger: Callable[[], Ledger]) -> Ledger:
    """An empty ledger."""
    return make_ledger()


@pytest.fixture
def client(ledger: Ledger) -> TestClient:
    """Records in an empty ledger, and asks it."""
    return asking(make_application(ledger, BY))


@pytest.fixture
def plan(client: TestClient) -> str:
    """A plan at version 3, opened through the API."""
    assert client.post("/plans/plan/events", json=OPENING).status_code == 201
    return "/plans/plan"
