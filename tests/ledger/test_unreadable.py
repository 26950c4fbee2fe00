"""One event that cannot be read makes its own plan unreadable, and no other."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from domain.integrity.invariants import broken_invariants
from domain.ledger.schema import app_role
from domain.opened_ledger import Ledger
from tests.real_ledgers import Server, begin, connected

#: What whoever has the login that serves may append: bytes that are no event, and an event that no rule lets in.
DAMAGE = [("Unheard", b"\\xff"), ("ActionRated", b"{"), ("ActionRated", json.dumps(
    {"effective_on": "2019-03-15", "action": "9.9", "rating": "green"}).encode())]  # fmt: skip


@pytest.mark.parametrize(("topic", "state"), DAMAGE)
@pytest.mark.parametrize("first", [True, False])
def test_the_other_plans_are_listed_and_the_damaged_one_is_named(
    server: Server, schema: str, open_ledger: Callable[[], Ledger], topic: str, state: bytes, first: bool
):
    ledger = open_ledger()
    begin(ledger, "north")
    client = TestClient(make_application(ledger, "Somebody"), base_url="http://127.0.0.1:8000")
    assert "unreadable" not in client.get("/plans.json").json()
    if not first:
        begin(ledger, "south")
    with connected(server.app_conninfo, schema, app_role(schema)) as app:
        app.execute("select append_one('south', %s, %s, %s, %s, 'x')", (1 if first else 4, topic, uuid4(), state))
    for asked in (ledger, open_ledger()):
        client = TestClient(make_application(asked, "Somebody"), base_url="http://127.0.0.1:8000")
        document = client.get("/plans.json").json()
        assert [one["plan"] for one in document["plans"]] == ["north"]
        assert document["unreadable"] == ["south"]
        assert client.get("/plans/north.json").status_code == 200
        assert client.get("/plans/south.json").status_code == 503
        assert "<strong>south</strong> holds something that cannot be read" in client.get("/plans").text
        assert "south,,,unreadable,,,,,,,,,\r\n" in client.get("/plans.csv").text
        assert "south cannot be read" in client.get("/plans.md").text
    assert any(one.where.startswith("south version") for one in broken_invariants(ledger))
