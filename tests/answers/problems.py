"""Each problem document that an address can answer with, asked for as a stranger, an officer or a program would."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient

from api.application import make_application
from api.papers.paper import PaperTooLong
from api.signing import write_signer
from api.waiting import NoPlace
from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from domain.proofs.keys import SignerKey
from domain.proofs.pack import NoPack
from domain.refusals import (
    EventCode,
    InDoubt,
    LedgerDamaged,
    LedgerUnusable,
    NotAnEvent,
    NothingRecorded,
    NotReached,
    Problem,
    ReplicaOnly,
)
from tests.answers.examples import examples
from tests.api.conftest import BY, OPENING, asking, rated
from tests.api.signed_in import browser, close, principal, program

JSON = {"Content-Type": "application/json"}


class Instead:
    """A ledger that reads from another one, or fails with an error, and is otherwise itself."""

    def __init__(self, ledger: Ledger, reads: Any = None, fails: Exception | None = None) -> None:
        self._ledger, self._reads, self._fails = ledger, reads, fails

    def __getattr__(self, name: str) -> Any:
        if self._fails is not None and name in ("plan", "plans", "record"):
            return self._fail
        if self._reads is not None and hasattr(self._reads, name):
            return getattr(self._reads, name)
        return getattr(self._ledger, name)

    def _fail(self, *_: Any, **__: Any) -> NoReturn:
        assert self._fails is not None
        raise self._fails


def served(ledger: Any, key: Path | None = None, **options: Any) -> TestClient:
    """Asks an application on this ledger."""
    return asking(make_application(ledger, BY, key=key), **options)


def problems(make_ledger: Callable[[], Ledger], folder: Path) -> dict[str, bytes]:
    """The documents by the name of their file, with line breaks so that a difference can be read.

    Args:
        make_ledger: gives an empty ledger each time.
        folder: an empty folder, for a key.
    """
    found: dict[str, bytes] = {}
    for name, response in _all(make_ledger, folder / "asat.key"):
        assert response.headers["content-type"] == "application/problem+json", f"{name}: {response.text}"
        assert response.status_code == response.json()["status"]
        file = f"problems/{response.status_code}-{name}.json"
        assert file not in found, file
        found[file] = (json.dumps(response.json(), ensure_ascii=False, indent=1) + "\n").encode()
    return found


def kind(document: bytes) -> str:
    """The last word of a problem's type: `unknown-plan`."""
    said: str = json.loads(document)["type"]
    return said.rpartition(":")[2]


def _all(make_ledger: Callable[[], Ledger], key: Path) -> Iterator[tuple[str, Any]]:
    ledger = make_ledger()
    officer = served(ledger)
    assert officer.post("/plans/plan/events", json=OPENING).status_code == 201
    yield from _reading(served(Instead(ledger, reads=examples())))
    yield from _recording(officer)
    yield from _requests(officer)
    yield from _faults(ledger)
    yield from _packs(ledger, key)
    yield from _who(make_ledger())


READ = {
    "unknown-plan": "/plans/nosuch.json",
    "unknown-plan-no-name": "/plans/Not_A_Name.json",
    "unknown-action": "/plans/sunderland/actions/99.9.json?at=issue:3.0",
    "unknown-action-before-it-was-added": "/plans/sunderland/actions/13.7.json?at=2019-03-29@243",
    "unknown-action-no-number": f"/plans/sunderland/actions/{'1' * 33}.json",
    "unknown-action-trail": "/plans/sunderland/trail.json?action=99.9",
    "unknown-event": "/plans/sunderland/events/999.json",
    "unknown-event-by-then": "/plans/sunderland/events/200.json?up_to=100",
    "unknown-version": "/plans/sunderland/events/first.json",
    "unknown-count-rating": "/plans/sunderland/counted.json?rating=purple",
    "unknown-count-priority": "/plans/sunderland/counted.json?priority=99",
    "unknown-point-issue": "/plans/sunderland.json?at=issue:9.0",
    "unknown-point-told": "/plans/sunderland.json?at=told:Cabinet@2019-07-04",
    "unknown-point-version": "/plans/sunderland.json?at=2019-05-31@290",
    "unknown-point-instant": "/plans/sunderland.json?at=2019-05-31@2020-01-01T00:00:00Z",
    "unknown-point-up-to": "/plans/sunderland/trail.json?up_to=290",
    "unknown-form": "/plans/sunderland.xml",
    "http": "/nowhere",
    "unreadable-parameter-missing": "/plans/sunderland/comparison.json",
    "unreadable-parameter-unknown": "/plans/sunderland.json?att=now",
    "unreadable-parameter-twice": "/plans/sunderland.json?at=now&at=now",
    "unreadable-parameter-number": "/plans/sunderland/trail.json?after=soon",
    "unreadable-parameters": "/plans/sunderland.json?att=now&btt=now",
    "unreadable-point": "/plans/sunderland.json?at=soon",
    "unreadable-point-day": "/plans/sunderland.json?at=2019-02-30",
    "unreadable-point-instant": "/plans/sunderland.json?at=2019-05-31@2019-06-04T09:00:00",
    "points-reversed": "/plans/sunderland/comparison.json?previous=issue:3.0&current=issue:2.0",
    "no-key": "/key",
    "unknown-checkpoint-none": "/checkpoint",
    "no-signing-key": "/plans/sunderland/pack.zip",
    "unreadable-papers": "/plans/sunderland/pack.zip?papers=plan.xml",
}


def _reading(reader: TestClient) -> Iterator[tuple[str, Any]]:
    for name, address in READ.items():
        yield name, reader.get(address)
    claim = {"where": "headline", "population": "all", "at": "current", "count": 1}
    claims = {"previous": "issue:2.0", "current": "issue:3.0"}
    audit = "/plans/sunderland/audit"
    yield "unreadable-claim", reader.post(audit, json={**claims, "claims": [{**claim, "count": -1}]})
    yield "unreadable-claim-not-json", reader.post(audit, content=b"{", headers=JSON)
    yield "refused-claim", reader.post(audit, json={**claims, "claims": [{**claim, "priority": "99"}]})


def _recording(officer: TestClient) -> Iterator[tuple[str, Any]]:
    events = "/plans/plan/events"
    yield "refused", officer.post(events, json=rated("purple"))
    yield "refused-in-a-list", officer.post(events, json=[rated("green"), rated("completed")])
    yield "version-conflict", officer.post(events, json=rated("green"), headers={"If-Match": '"2"'})
    yield "unreadable-if-match", officer.post(events, json=rated("green"), headers={"If-Match": "2"})
    yield "unreadable-author", officer.post(events, json=rated("green"), headers={"X-Recorded-By": ""})
    yield "unreadable-event", officer.post(events, json=[rated("green"), {"type": "ActionGraded"}])
    yield "unreadable-field", officer.post(events, json={**rated("green"), "ratting": "red"})
    yield "unreadable-empty", officer.post(events, json=[])
    yield "unreadable-not-json", officer.post(events, content=b"{", headers=JSON)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    yield "unreadable-form", officer.post("/plans/plan/record/rate", content="colour=red", headers=form)
    yield "unreadable-media", officer.post(events, content=b"{}", headers={"Content-Type": "text/plain"})


def _requests(officer: TestClient) -> Iterator[tuple[str, Any]]:
    events = "/plans/plan/events"
    yield "foreign-host", officer.get("/plans.json", headers={"Host": "evil.example"})
    yield "foreign-origin", officer.post(events, json=rated("green"), headers={"Origin": "http://evil.example"})
    yield "open-to-others", officer.get("/plans.json", headers={"X-Forwarded-For": "192.0.2.1"})
    yield "http-method", officer.delete("/plans.json")
    yield "unreadable-too-large", officer.post(events, content=b"{}", headers={**JSON, "Content-Length": "99999999"})
    both = {**JSON, "Content-Length": "2", "Transfer-Encoding": "chunked"}
    yield "unreadable-two-lengths", officer.post(events, content=b"{}", headers=both)


FAULTS: dict[str, tuple[str, Exception]] = {
    "fault": ("GET", ZeroDivisionError("a fault of our own")),
    "cut-off": ("GET", ClientDisconnect()),
    "ledger-unusable-reading": ("GET", LedgerUnusable("it is at /secret")),
    "ledger-unusable-recording": ("POST", LedgerUnusable("it is at /secret")),
    "ledger-unusable-in-doubt": ("POST", InDoubt("it is at /secret")),
    "outcome-not-known": ("POST", InDoubt("it is at /secret", [UUID(int=7)])),
    "ledger-unusable-damaged": ("GET", LedgerDamaged("event 3")),
    "ledger-unusable-nothing-recorded": ("POST", NothingRecorded("nothing was recorded: the ledger is locked")),
    "ledger-unusable-replica": ("POST", ReplicaOnly()),
    "not-reached": ("GET", NotReached("plan", 4, 3, 7.0)),
    "no-place": ("GET", NoPlace("papers")),
    "paper-too-long": ("GET", PaperTooLong("the paper would have 10,000 pages; ask for a part of it")),
    "not-an-event": ("GET", NotAnEvent([Problem(EventCode.MISSING, "rating", "is needed")])),
}


def _faults(ledger: Ledger) -> Iterator[tuple[str, Any]]:
    for name, (method, error) in FAULTS.items():
        client = served(Instead(ledger, fails=error), raise_server_exceptions=False)
        address = "/plans/plan.json" if method == "GET" else "/plans/plan/events"
        yield name, client.request(method, address, json=None if method == "GET" else rated("green"))


def _packs(ledger: Ledger, key: Path) -> Iterator[tuple[str, Any]]:
    write_signer(SignerKey("council.example/asat", b"key1" * 8), key)
    yield "unknown-checkpoint-since", served(ledger, key).get("/plans/plan/pack.zip?since=2")
    fails = NoPack("a pack holds at most 20 papers; ask for another pack")
    yield "no-pack", served(Instead(ledger, fails=fails), key).get("/plans/plan/pack.zip")


def _who(ledger: Ledger) -> Iterator[tuple[str, Any]]:
    officer = served(ledger)
    assert officer.post("/plans/plan/events", json=OPENING).status_code == 201
    close(ledger)
    app, events = officer.app, "/plans/plan/events"
    yield "not-signed-in", officer.get("/plans/plan.json")
    yield "not-signed-in-wrong-token", asking(app, headers={"Authorization": "Bearer asat_0"}).get("/plans.json")
    yield "not-signed-in-no-token", asking(app, headers={"Authorization": "Basic x"}).get("/plans.json")
    reader = program(app, ledger, "the dashboard", "reader", "plan")
    yield "not-allowed", reader.post(events, json=rated("green"))
    yield "unknown-plan-hidden", reader.get("/plans/other.json")
    recorder = program(app, ledger, "the bridge", "recorder")
    yield "author-said", recorder.post(events, json=rated("green"), headers={"X-Recorded-By": "Somebody"})
    signed_in = browser(app, ledger, principal(ledger, "An Officer", Grant("recorder")))
    yield "forged", signed_in.post(events, json=rated("green"))
    with _no_more_may_be_sent(app):
        yield "too-fast", recorder.post(events, json=rated("green"))


@contextmanager
def _no_more_may_be_sent(app: Any) -> Iterator[None]:
    """Within this every limit is reached, and will be for half a minute."""

    class Reached:
        def hit(self, *_: Any) -> int:
            return 30

    before, app.state.limiter = app.state.limiter, Reached()
    yield
    app.state.limiter = before
