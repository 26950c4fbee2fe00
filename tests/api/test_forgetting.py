"""After a redaction the files forget: outside of the request, one purge at a time, and not forgotten by a stop."""

import logging
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event, Lock
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from starlette.testclient import TestClient

from api.application import make_application
from api.forgetting import STILL_IN_THE_LOG, STILL_ON_DISK, Forgetting, owed, still_on_disk
from domain.ledger.recorder import LedgerRecorder, Purged
from domain.opened_ledger import Ledger
from domain.refusals import LedgerUnusable
from domain.safekeeping.purging import purge
from tests.api.conftest import BY, OPENING, asking
from tests.api.filled_forms import PAGE, opened, tree, words
from tests.api.process import complained, run, said
from tests.measuring import HANGS, until

NEWS = {"type": "ProgressReported", "action": "2.4", "text": "Peculiar name", "effective_on": "2019-03-15"}


def redaction(version: int) -> dict[str, Any]:
    return {"type": "TextRedacted", "version": version, "fields": ["text"], "reason": "It named a child."}


def send(client: TestClient, *events: dict[str, Any]) -> int:
    """Record these events of one plan; the position of the last."""
    sent = client.post("/plans/plan/events", json=list(events), headers={"X-Recorded-By": BY})
    assert sent.status_code == 201, sent.text
    return int(sent.json()["events"][-1]["position"])


def redact(client: TestClient) -> int:
    """A plan in which a text was redacted; the position of the redaction."""
    send(client, *OPENING, NEWS, NEWS)
    return send(client, redaction(4))


class Purges:
    """Stands in the place of `purge`: counts, waits until it is let go, fails as often as it is told to."""

    def __init__(self, failing: int = 0) -> None:
        self.begun, self.go_on, self.failing = 0, Event(), failing
        self.at_once, self.most, self._lock = 0, 0, Lock()

    def __call__(self, ledger: Ledger) -> list[str]:
        with self._lock:
            self.begun += 1
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        assert self.go_on.wait(HANGS)
        with self._lock:
            self.at_once -= 1
        if self.begun <= self.failing:
            raise LedgerUnusable("the database does not answer")
        return self.purge(ledger)

    purge = staticmethod(purge)


@pytest.fixture
def purges(monkeypatch: pytest.MonkeyPatch) -> Purges:
    made = Purges()
    monkeypatch.setattr("api.forgetting.purge", made)
    return made


def purging(client: TestClient, again: float = 60.0) -> Forgetting:
    """What purges for the application of a client, at once."""
    state = client.app.state  # type: ignore[attr-defined]
    state.forgetting = Forgetting(state.ledger, soon=0.0, again=again)
    return state.forgetting  # type: ignore[no-any-return]


def test_a_redaction_is_answered_while_the_files_still_hold_it(client: TestClient, ledger: Ledger, purges: Purges):
    with purging(client):
        position = redact(client)
        until(lambda: purges.begun == 1)
        assert still_on_disk(ledger, position) == STILL_ON_DISK
        assert client.get("/plans/plan.json").status_code == 200
        purges.go_on.set()
        until(lambda: still_on_disk(ledger, position) is None)


def test_the_form_is_answered_while_the_files_still_hold_it(client: TestClient, purges: Purges):
    send(client, *OPENING, NEWS)
    form = opened(client, "/plans/plan/record/redact?version=4")
    with purging(client):
        sent = form.send(fields_text="yes", reason="It named a child.")
        page = tree(client.get(sent.headers["location"], headers=PAGE))
        assert f"The texts are {STILL_ON_DISK}." in words(page.xpath("//main")[0])
        until(lambda: purges.begun == 1)
        purges.go_on.set()


def test_one_purge_goes_on_at_a_time(client: TestClient, ledger: Ledger, purges: Purges):
    with purging(client):
        redact(client)
        until(lambda: purges.begun == 1)
        last = send(client, redaction(5))
        purges.go_on.set()
        until(lambda: still_on_disk(ledger, last) is None)
    assert purges.most == 1


def test_what_failed_is_tried_again(
    client: TestClient, ledger: Ledger, purges: Purges, caplog: pytest.LogCaptureFixture
):
    purges.failing = 2
    purges.go_on.set()
    with purging(client, again=0.01):
        position = redact(client)
        until(lambda: still_on_disk(ledger, position) is None)
    assert purges.begun == 3
    assert caplog.messages.count("not done after a redaction, it is tried again: the database does not answer") == 2


def test_what_a_stop_left_is_done_when_next_it_serves(make_ledger: Callable[[], Ledger]):
    ledger = make_ledger()
    position = redact(asking(make_application(ledger, BY)))  # nobody purges: it was stopped, or killed, before
    assert owed(ledger) == STILL_ON_DISK
    with Forgetting(ledger, soon=0.0):
        until(lambda: still_on_disk(ledger, position) is None)
    assert owed(ledger) is None


def test_what_another_program_left_is_done_by_whoever_serves(make_ledger: Callable[[], Ledger], server_folder: Path):
    """Two programs serve one folder, and the one that redacted is killed before it purges."""
    killed = make_ledger()
    schema = killed.datastore.schema
    client = asking(make_application(killed, BY))
    with Ledger.open(data=server_folder, schema=schema) as serving, Forgetting(serving, soon=0.0, look=0.05):
        first = redact(client)
        until(lambda: still_on_disk(serving, first) is None)
        second = send(client, redaction(5))
        until(lambda: still_on_disk(serving, second) is None)
    assert owed(killed) is None


def test_looking_finds_nothing_to_do_where_nothing_is_owed(
    ledger: Ledger, purges: Purges, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    looked, purged = count(1), LedgerRecorder.select_purged
    times: list[int] = []

    def looking(recorder: LedgerRecorder) -> Purged:
        times.append(next(looked))
        if len(times) == 2:
            raise LedgerUnusable("the database does not answer")  # of which whoever asks it is told
        return purged(recorder)

    monkeypatch.setattr(LedgerRecorder, "select_purged", looking)
    with Forgetting(ledger, soon=0.0, look=0.01):
        until(lambda: len(times) > 4)
    assert purges.begun == 0
    assert caplog.messages == []


def test_nothing_is_purged_where_nothing_is_owed(client: TestClient, purges: Purges):
    purges.go_on.set()
    with purging(client):
        send(client, *OPENING, NEWS)
        position = send(client, redaction(4))
        ledger: Ledger = client.app.state.ledger  # type: ignore[attr-defined]
        until(lambda: still_on_disk(ledger, position) is None)
        begun = purges.begun
    with purging(client):
        send(client, NEWS)
    assert purges.begun == begun == 1


def test_the_pages_of_a_redaction_say_until_when_the_files_hold_it(client: TestClient, ledger: Ledger):
    redact(client)
    pages = ["/plans/plan/events/4", "/plans/plan/events/6"]
    for page in pages:
        assert f"The texts are {STILL_ON_DISK}." in words(tree(client.get(page, headers=PAGE)).xpath("//main")[0])
    assert STILL_ON_DISK not in client.get("/plans/plan/events/5", headers=PAGE).text
    assert "still on disk" not in client.get("/plans/plan/events/6.json").text
    with psycopg.connect(ledger.owner_conninfo, autocommit=True) as owner:  # the log could not be begun anew
        purges = psycopg.sql.Identifier(ledger.datastore.schema, "purges")
        owner.execute(psycopg.sql.SQL("insert into {} values (6, false, now())").format(purges))
    for page in pages:
        assert f"The texts are {STILL_IN_THE_LOG}." in words(tree(client.get(page, headers=PAGE)).xpath("//main")[0])
    assert purge(ledger) == []
    for page in pages:
        assert "The texts are destroyed" not in client.get(page, headers=PAGE).text


def test_where_it_is_not_the_programs_part_it_is_said(
    client: TestClient,
    ledger: Ledger,
    purges: Purges,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(ledger, "server", None)
    purges.go_on.set()
    with caplog.at_level(logging.WARNING, "asat"), purging(client):
        position = redact(client)
        assert caplog.messages == [f"texts were {STILL_ON_DISK}"]
    assert purges.begun == 0
    assert still_on_disk(ledger, position) == STILL_ON_DISK


def test_another_purge_is_not_gone_in_between(ledger: Ledger, client: TestClient, monkeypatch: pytest.MonkeyPatch):
    redact(client)
    monkeypatch.setattr("domain.safekeeping.purging._ANOTHER", "100ms")
    with psycopg.connect(ledger.owner_conninfo, autocommit=True) as owner:
        name = f"asat purge {ledger.datastore.schema}"
        owner.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (name,))
        assert purge(ledger) == ["another purge of this ledger is under way: purge again when that has ended"]
    assert owed(ledger) == STILL_ON_DISK
    assert purge(ledger) == []
    assert owed(ledger) is None


def test_a_check_says_until_when_the_files_hold_it(tmp_path: Path):
    data, file = tmp_path / "data", tmp_path / "events.jsonl"
    with Ledger.open(data=data) as ledger:
        send(asking(make_application(ledger, BY)), *OPENING, {**NEWS, "text": f"Peculiar-{uuid4().hex}"})
        send(asking(make_application(ledger, BY)), redaction(4))
    assert f"Note: texts redacted by position 5: {STILL_ON_DISK}\n" in said("check", data=data)
    assert said("purge", data=data) == "the database's files were written anew\n"
    assert "Note" not in said("check", data=data)
    file.write_text('{"plan": "plan", "type": "TextRedacted", "version": 4, "fields": ["reason"], "reason": "No"}')
    assert "has no text `reason`" in complained("record", file, data=data)


def test_a_redaction_in_a_file_of_events_is_purged_too(tmp_path: Path):
    data = tmp_path / "data"
    with Ledger.open(data=data) as ledger:
        send(asking(make_application(ledger, BY)), *OPENING, NEWS)
    line = b'{"plan": "plan", "type": "TextRedacted", "version": 4, "fields": ["text"], "reason": "It named a child"}'
    done = run("record", "-", data=data, stdin=line)
    assert done.stdout.decode() == "plan: event 5\nthe database's files were written anew\n"
    assert "Note" not in said("check", data=data)
