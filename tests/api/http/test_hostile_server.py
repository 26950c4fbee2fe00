"""What is no request at all, over a raw connection to the server as `asat serve` starts it: others are served on."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from tests.api.cli.test_serving import serving
from tests.api.conftest import OPENING
from tests.measuring import HANGS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "data"


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    """The address of a process that serves the plan `plan`, on an open ledger."""
    with serving("serve", data=data) as said:
        assert httpx2.post(f"{said['address']}/plans/plan/events", json=OPENING, timeout=HANGS).status_code == 201
        yield said["address"]
        assert httpx2.post(f"{said['address']}/plans/other/events", json=[OPENING[0]], timeout=HANGS).status_code == 201
        with Ledger.open(data=data) as ledger:
            assert ledger.size() == 4, "it is recorded on afterwards"
            assert list(broken_invariants(ledger)) == []


@pytest.fixture(autouse=True)
def unharmed(address: str) -> Iterator[None]:
    """Whatever was sent, others are answered, and nothing was recorded."""
    yield
    assert httpx2.get(f"{address}/readyz", timeout=HANGS).json()["events"] == 3


def connected(address: str) -> socket.socket:
    to = urlsplit(address)
    assert to.hostname is not None
    return socket.create_connection((to.hostname, to.port or 80), timeout=HANGS)


def answered(address: str, sent: bytes, cut_off: bool = False) -> bytes:
    """What comes back until the server ends the connection; `cut_off` where whoever sends goes away."""
    received = b""
    with closing(connected(address)) as connection, suppress(ConnectionError):
        connection.sendall(sent)
        if cut_off:
            connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65_536):
            received += piece
    return received


HOST = b"Host: 127.0.0.1\r\n"
POST = b"POST /plans/plan/events HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
NO_REQUESTS = {
    "garbage": b"\x00\xff\x16\x03\x01" * 1000,
    "a line of 1 MB": b"GET /" + b"x" * 1_000_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header of 1 MB": b"GET /plans.json HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n",
    "a line that is not ASCII": "GET /plans/ü HTTP/1.1\r\n".encode() + HOST + b"\r\n",
    "a NUL in a header": b"GET /plans.json HTTP/1.1\r\n" + HOST + b"Cookie: a\x00b\r\n\r\n",
    "a name with a space": b"GET /plans.json HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
    "no host": b"GET /plans.json HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /plans.json HTTP/1.1\r\n" + HOST * 2 + b"\r\n",
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n{}",
    "a chunk that is none": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    "a chunk of 20 digits": POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n{}",
    "packed in transfer": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("sent", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request_is_refused(address: str, sent: bytes) -> None:
    # Where much of it was not read any more, the connection ends before the answer has come.
    assert answered(address, sent)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 421", b"HTTP/1.1 501", b"")


def test_a_body_that_is_cut_off_is_not_recorded(address: str) -> None:
    answered(address, POST + b"Content-Length: 1000\r\n\r\n" + b'{"type":"PlanClosed"}', cut_off=True)
    answered(address, POST + b"Transfer-Encoding: chunked\r\n\r\n15\r\n" + b'{"type":"PlanClosed"}', cut_off=True)


def test_requests_of_the_older_protocol_are_answered(address: str) -> None:
    answer = answered(address, b"GET /plans.json HTTP/1.0\r\n" + HOST + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"plan":"plan"' in answer
    assert b"421" in answered(address, b"GET /plans.json HTTP/1.0\r\n\r\n").split(b"\r\n", 1)[0]


def test_garbage_behind_a_request_does_not_become_another(address: str) -> None:
    hidden = b"0\r\n\r\n" + POST + b"Content-Length: 21\r\n\r\n" + b'{"type":"PlanClosed"}'
    smuggled = POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden
    answer = answered(address, smuggled)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


def test_requests_one_behind_another_are_answered_up_to_garbage(address: str) -> None:
    asked = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    answer = answered(address, asked * 3 + b"\x00garbage\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 3
    assert answer.count(b"HTTP/1.1 400") <= 1


def test_an_upgrade_to_a_socket_is_no_more_than_a_request(address: str) -> None:
    upgrade = b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n"
    with closing(connected(address)) as connection:
        connection.sendall(b"GET /plans HTTP/1.1\r\n" + HOST + upgrade + b"\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


def test_a_body_without_end_is_not_kept(address: str) -> None:
    with closing(connected(address)) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        sent, chunk = 0, b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        with suppress(ConnectionError, TimeoutError):
            while sent < 200:
                connection.sendall(chunk)
                sent += 1
        with suppress(ConnectionError):
            assert b"413" in connection.recv(65_536).split(b"\r\n", 1)[0]
    assert sent < 150, "MiB, of which most lie on the way"


def test_who_sends_slowly_keeps_nobody_waiting(address: str) -> None:
    """Two hundred have begun a request, half of them within a body, and go on by a byte while another is answered."""
    slow = [connected(address) for _ in range(200)]
    begun = (b"GET /plans.json HTTP/1.1\r\nX: ", POST + b"Content-Length: 100\r\n\r\n")
    try:
        for place, connection in enumerate(slow):
            connection.sendall(begun[place % 2])
        for _ in range(5):
            for connection in slow:
                connection.sendall(b" ")
            assert httpx2.get(f"{address}/plans/plan.json", timeout=HANGS).status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_a_long_bad_body_keeps_nobody_waiting(address: str) -> None:
    """A list of objects as long as a body may be, which are no events."""
    body = b"[" + b'{"type":"PlanClosed","no":1},' * 900_000 + b"{}]"
    statuses: list[int] = []

    def send() -> None:
        headers = {"Content-Type": "application/json"}
        statuses.append(
            httpx2.post(f"{address}/plans/plan/events", content=body, headers=headers, timeout=HANGS).status_code
        )

    sending = threading.Thread(target=send)
    sending.start()
    meanwhile = 0
    while sending.is_alive():
        assert httpx2.get(f"{address}/healthz", timeout=HANGS).status_code == 200
        meanwhile += sending.is_alive()
    sending.join()
    assert statuses == [422]
    assert meanwhile > 10, "others are answered while it is looked at, and not after it"
