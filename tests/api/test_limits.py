"""How much and how fast anybody may send, what every answer bears, and what is logged of it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from api import log
from api.http.application import make_application
from domain.access.principals import Grant
from domain.ledger import Ledger
from tests.api.conftest import BY, OPENING, asking, rated
from tests.api.signed_in import BROWSER, PAGE, browser, close, principal, program, token_on

OFFICER = "Ann Officer"


@pytest.fixture
def council(ledger: Ledger) -> Any:
    """An application on a ledger with a plan and an officer who keeps it."""
    app = make_application(ledger, BY)
    assert asking(app).post("/plans/plan/events", json=OPENING).status_code == 201
    close(ledger)
    principal(ledger, OFFICER, Grant("keeper"))
    return app


# How fast


def tries(app: Any, **headers: str) -> Any:
    """Somebody who tries to sign in by links that they make up."""
    return asking(app, client=("127.0.0.1", 50000)).post(
        "/sign-in/once", data={"key": "guessed"}, headers={**BROWSER, **headers}
    )  # fmt: skip


def test_an_address_may_try_to_sign_in_ten_times_a_minute(council: Any) -> None:
    first = {"X-Forwarded-For": "192.0.2.1"}
    assert [tries(council, **first).status_code for _ in range(11)] == [403] * 10 + [429]
    stopped = tries(council, **first)
    assert 0 < int(stopped.headers["retry-after"]) <= 61
    assert tries(council, **{"X-Forwarded-For": "192.0.2.2"}).status_code == 403, "others go on"


def test_nobody_says_by_a_header_that_they_come_from_elsewhere(council: Any) -> None:
    forged = [tries(council, **{"X-Forwarded-For": f"192.0.2.{n}, 198.51.100.7"}).status_code for n in range(11)]
    assert forged[-1] == 429, "only the last hop is what the proxy saw"
    far = asking(council, client=("203.0.113.9", 50000))
    sent = [
        far.post("/sign-in/once", data={"key": "x"}, headers={**BROWSER, "X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(11)
    ]
    assert sent[-1] == 429, "who is no proxy on this machine is not believed"


def test_a_principal_may_write_120_times_a_minute(council: Any, ledger: Ledger) -> None:
    bridge = program(council, ledger, "the data bridge", "recorder")
    answers = [bridge.post("/plans/plan/events", json=[]).status_code for _ in range(121)]
    assert answers == [422] * 120 + [429]
    stopped = bridge.post("/plans/plan/events", json=rated("green"))
    assert stopped.json()["type"] == "tag:asat,2026:too-fast"
    assert int(stopped.headers["retry-after"]) > 0
    assert bridge.get("/plans/plan.json").status_code == 200, "reading goes on"
    assert (
        program(council, ledger, "another", "recorder").post("/plans/plan/events", json=rated("red")).status_code == 201
    )


# How much


def chunks(size: int) -> Iterator[bytes]:
    """A body in parts, of which nobody says beforehand how long it is."""
    for _ in range(size // 100):
        yield b"x" * 100


@pytest.mark.parametrize(
    ("address", "media"),
    [
        ("/plans/plan/events", "application/json"),
        ("/plans/plan/audit", "application/json"),
        ("/plans/plan/record/rate", "application/x-www-form-urlencoded"),
        ("/plans/plan/since", "application/x-www-form-urlencoded"),
        ("/sign-in", "application/x-www-form-urlencoded"),
        ("/sign-in/once", "application/x-www-form-urlencoded"),
        ("/sign-out", "application/x-www-form-urlencoded"),
        ("/access/add", "application/x-www-form-urlencoded"),
    ],
)
@pytest.mark.parametrize("told", [True, False], ids=["told its length", "in chunks"])
def test_no_address_takes_more_than_a_body_may_be(
    council: Any, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, address: str, media: str, told: bool
) -> None:
    client = browser(council, ledger, principal(ledger, "Kim", Grant("keeper"), Grant("steward")))
    token = token_on(client.get("/plans", headers=PAGE))
    monkeypatch.setattr("api.http.bodies.LARGEST_BODY", 1000)
    body: Any = b"x" * 2000 if told else chunks(2000)
    answer = client.post(address, content=body, headers={"Content-Type": media, "X-Asat-Csrf": token})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json"), answer.text
    assert "1000 bytes" in answer.json()["detail"]


# What every answer bears


@pytest.mark.parametrize(
    "address",
    ["/healthz", "/readyz", "/openapi.json", "/plans.json", "/nothing", "/plans/plan/events", "/plans/plan", "/sign-in",
     "/"],
)  # fmt: skip
def test_every_answer_bears_the_headers_that_guard_it(council: Any, ledger: Ledger, address: str) -> None:
    for client in (asking(council), program(council, ledger, f"reads {address[1:] or 'the start'}", "reader")):
        headers = client.get(address, follow_redirects=False).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] in ("same-origin", "strict-origin")
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in headers, "not over http"
        assert "public" not in headers.get("cache-control", "")


def test_what_was_recorded_is_answered_with_the_headers_too(council: Any, ledger: Ledger) -> None:
    answer = program(council, ledger, "the data bridge", "recorder").post("/plans/plan/events", json=rated("green"))
    assert answer.status_code == 201
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"


# The log


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged."""
    logger = logging.getLogger("asat")
    before = logger.handlers[:], logger.level, logger.propagate
    stream = io.StringIO()
    log.log_to(stream)
    yield stream
    logger.handlers[:], logger.level, logger.propagate = before


def test_what_happens_is_logged_a_line_each_and_no_secret_is(council: Any, ledger: Ledger, lines: io.StringIO) -> None:
    key = ledger.access.make_link(OFFICER, "operator root", 10)
    client = asking(council)
    client.get(f"/sign-in/once?key={key}")
    client.post("/sign-in/once", data={"key": key}, headers=BROWSER, follow_redirects=False)
    client.get("/plans/plan.csv?at=2019-03-01")
    client.get("/access", headers=PAGE)
    client.post("/sign-in", data={"account": OFFICER, "password": "a wrong password"}, headers=BROWSER)
    asking(council).get("/plans/plan.json", headers={"Authorization": "Bearer asat_made-up\n{}"})
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    kinds = [one["kind"] for one in told]
    assert {"request", "signed in", "exported", "refused", "sign-in refused"} <= set(kinds)
    [asked] = [one for one in told if one["kind"] == "request" and one["path"] == "/plans/plan.csv"]
    assert (asked["method"], asked["status"], asked["by"]) == ("GET", 200, OFFICER)
    assert asked["ms"] >= 0
    for secret in (key, client.cookies["asat"], "a wrong password", "made-up", "2019-03-01"):
        assert secret not in lines.getvalue()


def test_what_is_asked_for_cannot_write_a_line_of_its_own(council: Any, lines: io.StringIO) -> None:
    asking(council).get("/plans/%0a%7b%22kind%22%3a%22signed%20in%22%7d")
    assert all(json.loads(line)["kind"] != "signed in" for line in lines.getvalue().splitlines())
