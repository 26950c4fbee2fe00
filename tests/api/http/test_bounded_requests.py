"""What a stranger can order costs bounded memory and no reading: refused before the body, small, and few at once."""

import asyncio
import errno
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from api.application import make_application
from api.http import bodies
from api.http import record_addresses as recording
from api.http.access.rate_limits import SIGN_INS, WRITES, Limiter
from domain.access.principals import ANYONE, Grant
from domain.integrity.invariants import broken_invariants
from domain.names import name_key
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING, ROOT, asking
from tests.api.hostile_requests import FORM, HOST, JSON, THERE, Sender, addresses
from tests.api.signed_in import BROWSER, STEWARD, close, program

MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def council(server_folder: Path) -> Iterator[tuple[Any, Ledger]]:
    """A closed ledger with a plan that is published and one that is not."""
    with Ledger.open(data=server_folder, schema="bounded") as ledger:
        app = make_application(ledger, BY)
        for plan in ("plan", "own"):
            assert asking(app).post(f"/plans/{plan}/events", json=OPENING).status_code == 201
        close(ledger)
        ledger.access.principals.grant(ANYONE, Grant("reader", "plan"), STEWARD)
        yield app, ledger
        assert list(broken_invariants(ledger)) == []


@pytest.fixture(autouse=True)
def no_limits_of_before(council: tuple[Any, Ledger]) -> None:
    council[0].state.limiter = Limiter()


def claims(number: int, where: str = "headline") -> bytes:
    one = b'{"where":"%s","population":"all","at":"current","count":1}' % where.encode()
    return b'{"previous":"2019-02-01","current":"now","claims":[%s]}' % b",".join([one] * number)


def peak_of(do: Callable[[], object]) -> int:
    """The most memory that was held at once meanwhile, in bytes."""
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def at_once(number: int, do: Callable[[], object]) -> None:
    """Have it done by so many at once."""
    barrier = Barrier(number)

    def one() -> None:
        barrier.wait()
        do()

    threads = [Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# Before the body


def test_whoever_is_not_known_is_refused_before_anything_they_send_is_read(council: tuple[Any, Ledger]) -> None:
    app = council[0]
    takes_it = {"/sign-in", "/sign-in/once", "/sign-out", "/password", "/plans/{plan}/since"}
    with asyncio.Runner() as runner:
        refused = 0
        for address in addresses(app):
            if address.method != "POST" or address.path in takes_it:
                continue
            for plan in ("own", "plan"):
                if (address.path, plan) == ("/plans/{plan}/audit", "plan"):
                    continue
                for heads in ([JSON], [FORM]):
                    endless = (b"x" * 1000 for _ in range(10**9))
                    answer = Sender(app, runner).send(
                        "POST", address.path.format(**{**THERE, "plan": plan}), heads, endless
                    )
                    assert (answer.status, answer.taken) == (401, 0), (address.path, plan)
                    refused += 1
        assert refused >= 4 * 4


def test_around_a_sign_in_no_more_is_read_than_a_name_and_passwords(council: tuple[Any, Ledger]) -> None:
    with asyncio.Runner() as runner:
        for path in ("/sign-in", "/sign-in/once"):
            endless = (b"account=" if n == 0 else b"%41" * 1000 for n in range(10**9))
            answer = Sender(council[0], runner).send("POST", path, [FORM], endless)
            assert answer.status == 413
            assert answer.taken <= bodies.LARGEST_SIGN_IN + 3000
            told = [FORM, (b"content-length", str(2 * MEBIBYTE).encode())]
            answer = Sender(council[0], runner).send("POST", path, told, endless)
            assert (answer.status, answer.taken) == (413, 0)


def test_the_longest_name_and_passwords_still_go_in(council: tuple[Any, Ledger]) -> None:
    sent = {"account": "\U0001d54f" * 100, "password": "\U0001d54f" * 1024, "next": "/" + "\U0001d54f" * 1999}
    answer = asking(council[0]).post("/sign-in", data=sent, headers=BROWSER)
    assert answer.status_code == 403


def test_of_a_long_name_only_so_much_is_compared_as_a_name_may_have(
    council: tuple[Any, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def counting(name: str) -> str:
        compared.append(len(name))
        return name_key(name)

    for module in ("passwords", "known_principals", "sign_in_throttle"):
        monkeypatch.setattr(f"domain.access.{module}.name_key", counting)
    asking(council[0]).post("/sign-in", data={"account": "ﷺ" * 6000, "password": "x" * 20}, headers=BROWSER)
    assert compared
    assert max(compared) <= 500


# An audit


def test_an_audit_of_somebody_not_known_may_be_so_long_and_no_longer(council: tuple[Any, Ledger]) -> None:
    app = council[0]
    with asyncio.Runner() as runner:
        endless = (b" " * 1000 for _ in range(10**9))
        answer = Sender(app, runner).send("POST", "/plans/plan/audit", [JSON], endless)
        assert (answer.status, answer.taken <= bodies.LARGEST_UNKNOWN_AUDIT + 1000) == (413, True)
    assert asking(app).post("/plans/plan/audit", content=claims(10_000), headers=_JSON).status_code == 200
    longer = claims(10_000, "x" * 100)
    assert len(longer) > bodies.LARGEST_UNKNOWN_AUDIT
    assert asking(app).post("/plans/plan/audit", content=longer, headers=_JSON).status_code == 413
    known = program(app, council[1], "Reader", "reader", "plan")
    assert known.post("/plans/plan/audit", content=longer, headers=_JSON).status_code == 200


_JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("unit", [b"{},", b'{"a":{}},', b'"ab",', b"1.5,", b'{"where":1},'])
def test_eight_audits_of_strangers_at_once_hold_little_memory(council: tuple[Any, Ledger], unit: bytes) -> None:
    body = b'{"claims":[%s]}' % (unit * ((bodies.LARGEST_UNKNOWN_AUDIT - 100) // len(unit)) + unit[:-1])
    answers: list[int] = []

    def one() -> None:
        answers.append(asking(council[0]).post("/plans/plan/audit", content=body, headers=_JSON).status_code)

    assert peak_of(lambda: at_once(8, one)) < 100 * MEBIBYTE
    assert set(answers) <= {422, 503}


def test_eight_strangers_with_29_megabytes_each_are_refused_unread(council: tuple[Any, Ledger]) -> None:
    body = claims(400_000)[: 29 * MEBIBYTE]
    answers: list[int] = []

    def one() -> None:
        answers.append(asking(council[0]).post("/plans/plan/audit", content=body, headers=_JSON).status_code)

    # What the sender holds of it is its own.
    assert peak_of(lambda: at_once(8, one)) < 2 * len(body)
    assert answers == [413] * 8


def test_when_too_many_strangers_audit_at_once_the_next_is_told_when_to_come_back(
    council: tuple[Any, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "PATIENCE", 0.01)
    places = recording._OF_UNKNOWN_AT_ONCE
    assert places.acquire(blocking=False)
    assert places.acquire(blocking=False)
    assert not places.acquire(blocking=False), "two at once"
    try:
        answer = asking(council[0]).post("/plans/plan/audit", content=claims(1), headers=_JSON)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "too many audits" in answer.json()["detail"]
        known = program(council[0], council[1], "A reader", "reader", "plan")
        assert known.post("/plans/plan/audit", content=claims(1), headers=_JSON).status_code == 200
    finally:
        places.release()
        places.release()
    assert asking(council[0]).post("/plans/plan/audit", content=claims(1), headers=_JSON).status_code == 200


# Those who are known


def test_large_bodies_are_worked_on_two_at_a_time(council: tuple[Any, Ledger], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.01)
    keeper = program(council[0], council[1], "Keeper", "keeper", "own")
    large = b"[" + b'{"type":"Nothing"},' * 60_000 + b"{}]"
    assert len(large) > MEBIBYTE
    places = bodies._LARGE_AT_ONCE
    assert places.acquire(blocking=False)
    assert places.acquire(blocking=False)
    assert not places.acquire(blocking=False)
    try:
        answer = keeper.post("/plans/own/events", content=large, headers=_JSON)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert keeper.post("/plans/own/events", content=b"[]", headers=_JSON).status_code == 422
    finally:
        places.release()
        places.release()
    assert keeper.post("/plans/own/events", content=large, headers=_JSON).status_code == 422


def test_a_full_disk_for_bodies_on_their_way_is_answered_503(
    council: tuple[Any, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    keeper = program(council[0], council[1], "Keeper on a full disk", "keeper", "own")
    monkeypatch.setattr("tempfile.SpooledTemporaryFile.write", full)
    answer = keeper.post("/plans/own/events", content=b"[]", headers=_JSON)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_what_is_on_its_way_is_not_held_in_memory(council: tuple[Any, Ledger]) -> None:
    """Eight senders who send 20 MB each and never end hold none of it here."""
    keeper = program(council[0], council[1], "Slow keeper", "keeper", "own")
    head = (b"authorization", keeper.headers["authorization"].encode())

    async def send_slowly() -> None:
        held, waiting = asyncio.Event(), 0

        def sender() -> Callable[[], Any]:
            left = 20 * 16

            async def receive() -> dict[str, Any]:
                nonlocal left, waiting
                if left == 0:
                    waiting += 1
                    await held.wait()
                    return {"type": "http.disconnect"}
                left -= 1
                return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

            return receive

        async def ignore(_: Any) -> None:
            pass

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/plans/own/events", "raw_path": b"/plans/own/events", "query_string": b"", "root_path": "",
            "headers": [HOST, JSON, head], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
        }  # fmt: skip
        tasks = [
            asyncio.ensure_future(council[0]({**scope, "state": {}}, sender(), ignore)) for _ in range(8)
        ]  # fmt: skip
        while waiting < len(tasks):
            await asyncio.sleep(0.01)
        peaks.append(tracemalloc.get_traced_memory()[1])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    peaks: list[int] = []
    peak_of(lambda: asyncio.run(send_slowly()))
    assert peaks[0] < 20 * MEBIBYTE


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_files_for_strangers_are_made_a_few_at_a_time(
    council: tuple[Any, Ledger], form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.http import answering

    monkeypatch.setattr(answering, "PATIENCE", 0.01)
    places, taken = answering._OF_UNKNOWN_AT_ONCE, 0
    while places.acquire(blocking=False):
        taken += 1
    assert taken == 4
    try:
        address = f"/plans/plan/comparison.{form}?previous=2019-02-01"
        answer = asking(council[0]).get(address)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        known = program(council[0], council[1], f"Reader of {form}", "reader", "plan")
        assert known.get(address).status_code == 200
    finally:
        for _ in range(taken):
            places.release()


def test_the_guide_for_programmers_names_the_limits() -> None:
    readme = " ".join((ROOT / "docs/programmers.md").read_text(encoding="utf-8").split())
    assert f"{SIGN_INS} times a minute" in readme
    assert f"write {WRITES} times a minute; each process counts for itself" in readme
    small = bodies.LARGEST_SIGN_IN // 1024, bodies.LARGEST_UNKNOWN_AUDIT // MEBIBYTE
    assert "({} KiB to sign in, an audit of {} MiB)".format(*small) in readme
    assert f"up to {bodies.LARGEST_BODY // MEBIBYTE} MiB at a time, two large bodies at once" in readme
