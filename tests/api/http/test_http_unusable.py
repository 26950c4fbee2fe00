"""What is told over HTTP of a database that cannot be used: what to do, and nothing of where it is."""

from typing import Any

import pytest
from psycopg_pool import PoolTimeout
from starlette.testclient import TestClient

from domain.access.principals import Grant
from domain.access.sign_in_links import SignInLinks
from domain.opened_ledger import Ledger
from domain.opened_ledger import Ledger as TheLedger
from domain.refusals import NothingRecorded, ReplicaOnly
from tests.api.conftest import rated
from tests.api.signed_in import BROWSER, PAGE, close, program

SECRET = 'connection to server on socket "/srv/secret/.s.PGSQL.5432" failed: role "asat_app"'
LOCKED = "nothing was recorded: the ledger is locked (database process 4711); try again when it has ended"


@pytest.fixture
def lost(ledger: Ledger, client: TestClient, plan: str, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Asks a server whose database has gone."""

    def gone(*_: Any, **__: Any) -> Any:
        raise PoolTimeout(SECRET)

    monkeypatch.setattr("domain.ledger.datastore.PATIENCE", 0.0)
    for name in ("getconn", "get_connection", "connection"):
        monkeypatch.setattr(ledger.datastore.pool, name, gone, raising=False)
    return client


@pytest.mark.parametrize(
    "address", ["/readyz", "/plans.json", "/plans/plan.json", "/plans/plan", "/key", "/checkpoint", "/checkpoint?old=1"]
)
def test_nobody_is_told_where_the_database_is(lost: TestClient, caplog: pytest.LogCaptureFixture, address: str) -> None:
    for headers in ({}, PAGE):
        answer = lost.get(address, headers=headers)
        assert answer.status_code == 503
        assert "database does not answer" in answer.text
        for word in ("secret", "socket", "asat_app"):
            assert word not in answer.text
    assert SECRET in caplog.text, "but it is logged"


def test_whose_event_may_be_stored_is_told_to_look(lost: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = lost.post("/plans/plan/events", json=rated("green"))
    assert (answer.status_code, answer.json()["type"]) == (503, "tag:asat,2026:ledger-unusable")
    assert "look before you send it again" in answer.json()["detail"]
    assert "secret" not in answer.text
    assert SECRET in caplog.text


def test_who_records_is_told_what_keeps_them_from_it(
    ledger: Ledger, client: TestClient, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any, **__: Any) -> Any:
        raise NothingRecorded(LOCKED)

    close(ledger)
    monkeypatch.setattr(TheLedger, "record", locked)
    recorder = program(client.app, ledger, "the data bridge", "recorder")
    assert recorder.post(f"{plan}/events", json=rated("green")).json()["detail"] == LOCKED


@pytest.mark.parametrize(
    ("error", "told"),
    [(NothingRecorded(LOCKED), "nothing was recorded: the database takes nothing"), (ReplicaOnly(), "at the primary")],
)
def test_who_is_not_known_is_told_no_process_of_the_database(
    ledger: Ledger, client: TestClient, plan: str, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def locked(*_: Any, **__: Any) -> Any:
        raise error

    close(ledger)
    ledger.access.principals.add("Ann Officer", [Grant("keeper")], "operator root")
    monkeypatch.setattr(SignInLinks, "sign_in", locked)
    answer = client.post("/sign-in/once", data={"key": "x"}, headers={"Origin": BROWSER["Origin"]})
    assert answer.status_code == 503
    assert told in answer.json()["detail"]
    assert "4711" not in answer.text
