"""How much and how fast anybody may send, what every answer bears, and what is logged of it."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Semaphore, Thread
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import log
from api.application import make_application
from api.serving_settings import ServingSettings
from api.signing import new_signer, write_signer
from api.waiting import NoPlace, one_of, waiting_at_most
from domain.access.access_errors import SignInFailed
from domain.access.passwords import Passwords
from domain.access.principals import Grant
from domain.access.sign_in_links import SignInLinks
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING, asking, rated
from tests.api.signed_in import BROWSER, PAGE, browser, close, principal, program, token_on
from tests.measuring import HANGS

OFFICER = "Ann Officer"
URL = "https://asat.example.gov.uk"


@pytest.fixture
def council(ledger: Ledger) -> Any:
    """An application on a ledger with a plan and an officer who keeps it."""
    app = make_application(ledger, BY)
    assert asking(app).post("/plans/plan/events", json=OPENING).status_code == 201
    close(ledger)
    principal(ledger, OFFICER, Grant("keeper"))
    return app


# How fast


def tries(app: Any, peer: str = "127.0.0.1", passed_on: tuple[str, ...] = ()) -> int:
    """How somebody fares who tries to sign in by a link that they make up."""
    headers = [("Origin", URL), ("Accept", "text/html"), *(("X-Forwarded-For", hops) for hops in passed_on)]
    client = TestClient(app, base_url=URL, client=(peer, 50000))
    return client.post("/sign-in/once", data={"key": "guessed"}, headers=headers).status_code


@pytest.fixture
def behind(ledger: Ledger, council: Any) -> Any:
    """The application of that ledger as it is behind a proxy, under a public address."""
    return make_application(ledger, BY, settings=ServingSettings(URL))


def test_an_address_may_try_to_sign_in_ten_times_a_minute(behind: Any) -> None:
    assert [tries(behind, passed_on=("192.0.2.1",)) for _ in range(11)] == [403] * 10 + [429]
    assert tries(behind, passed_on=("192.0.2.2",)) == 403, "others go on"


def test_who_goes_too_fast_is_told_when_to_come_back(council: Any) -> None:
    answers = [asking(council).post("/sign-in/once", data={"key": "x"}, headers=BROWSER) for _ in range(11)]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61


@pytest.mark.parametrize(
    "hops",
    [
        lambda n: (f"192.0.2.{n}, 198.51.100.7",),
        lambda n: (f"192.0.2.{n}", "198.51.100.7"),
        lambda n: ("198.51.100.8", f"192.0.2.{n},::ffff:198.51.100.7"),
        lambda n: (f"2001:db8:1:2:{n}::7",),
        lambda n: (f"fe80::1%{n}",),
        lambda n: (f"192.0.2.{n}:5000",),
        lambda n: (f"192.0.2.{n},",),
    ],
    ids=["hops before", "lines before", "version 4 in version 6", "one network", "zones", "ports", "nothing"],
)
def test_nobody_seems_to_be_many_by_what_they_say(behind: Any, hops: Callable[[int], tuple[str, ...]]) -> None:
    assert [tries(behind, passed_on=hops(n)) for n in range(11)][-1] == 429


def test_neighbours_of_version_6_do_not_count_as_one(behind: Any) -> None:
    assert {tries(behind, passed_on=(f"2001:db8:1:{n}::7",)) for n in range(11)} == {403}


def test_who_is_no_proxy_of_ours_is_not_believed(behind: Any, council: Any) -> None:
    assert [tries(behind, "203.0.113.9", (f"192.0.2.{n}",)) for n in range(11)][-1] == 429
    sent = [
        asking(council, client=("127.0.0.1", 50000)).post(
            "/sign-in/once", data={"key": "x"}, headers={**BROWSER, "X-Forwarded-For": f"192.0.2.{n}"}
        )
        for n in range(11)
    ]
    assert sent[-1].status_code == 429, "without a public address there is no proxy"


def test_those_who_are_not_known_do_not_use_up_what_others_may_send(council: Any) -> None:
    def sends(peer: str) -> int:
        return asking(council, client=(peer, 50000)).post("/plans/plan/events", json=[]).status_code

    assert [sends("192.0.2.1") for _ in range(121)] == [401] * 120 + [429]
    assert sends("192.0.2.2") == 401


# How many at once


@pytest.mark.parametrize("by", ["password", "link"])
def test_those_who_sign_in_do_not_keep_others_waiting(
    council: Any, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    held, go_on, most = Semaphore(0), Event(), 8

    def looks(*_: Any) -> str:
        held.release()
        assert go_on.wait(HANGS)
        raise SignInFailed("the name or the password is wrong")

    monkeypatch.setattr({"password": Passwords, "link": SignInLinks}[by], "sign_in", looks)
    address, sent = {
        "password": ("/sign-in", {"account": "x", "password": "y"}),
        "link": ("/sign-in/once", {"key": "x"}),
    }[by]

    def tries_at(number: int) -> Any:
        client = asking(council, client=(f"192.0.2.{number}", 50000))
        return client.post(address, data=sent, headers=BROWSER)

    with ThreadPoolExecutor(most) as pool:
        try:
            waiting = [pool.submit(tries_at, number) for number in range(most)]
            assert all(held.acquire(timeout=HANGS) for _ in range(most))
            ninth = tries_at(most)
            assert (ninth.status_code, ninth.headers["retry-after"]) == (429, "5")
            assert asking(council).get("/sign-in", headers=PAGE).status_code == 200
        finally:
            go_on.set()
        assert {one.result(HANGS).status_code for one in waiting} == {403}
    assert tries_at(most).status_code == 403, "the places are free again"


def test_a_paper_that_cannot_be_set_soon_is_asked_for_again(council: Any, ledger: Ledger, monkeypatch: Any) -> None:
    monkeypatch.setattr("api.http.answering.PATIENCE", 0.05)
    monkeypatch.setattr("api.papers.writers.pdf_setting._AT_ONCE", Semaphore(0))
    reader = program(council, ledger, "reads", "reader")
    answer = reader.get("/plans/plan.pdf")
    assert (answer.status_code, answer.json()["type"]) == (503, "tag:asat,2026:no-place")
    assert answer.headers["retry-after"] == "5"
    assert "Too many papers" in reader.get("/plans/plan.pdf", headers=PAGE).text
    assert reader.get("/plans/plan.docx").status_code == 200


def test_a_pack_that_cannot_be_made_soon_is_asked_for_again(
    council: Any, ledger: Ledger, monkeypatch: Any, tmp_path: Path
) -> None:
    council.state.key = tmp_path / "key"
    write_signer(new_signer("council.example/asat"), council.state.key)
    reader = program(council, ledger, "reads", "reader")
    with monkeypatch.context() as busy:
        busy.setattr("api.http.proof_addresses.PATIENCE", 0.05)
        busy.setattr("api.http.proof_addresses._AT_ONCE", Semaphore(0))
        answer = reader.get("/plans/plan/pack.zip")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "too many evidence packs" in answer.json()["detail"]


def test_a_command_waits_as_long_as_it_takes() -> None:
    places, had = Semaphore(0), Event()

    def makes() -> None:
        with one_of(places, "papers"):
            had.set()

    waits = Thread(target=makes)
    waits.start()
    try:
        with waiting_at_most(0.01), pytest.raises(NoPlace), one_of(places, "papers"):
            pass
        assert not had.is_set()
    finally:
        places.release()
        waits.join(HANGS)
    assert had.is_set()


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
    key = ledger.access.links.make(OFFICER, "operator root", 10)
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
