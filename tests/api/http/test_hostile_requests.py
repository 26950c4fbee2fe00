"""Hostile requests to every address: addresses, parameters, headers and methods that nobody sends in good faith.

Whoever sends them: never a fault, a problem that names the thing, and nothing recorded.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.hostile_requests import Address, Council, Headers, council_on

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def all_of_it(server_folder: Path) -> Iterator[Council]:
    with council_on(server_folder, "hostile") as council:
        yield council


@pytest.fixture
def council(all_of_it: Council) -> Iterator[Council]:
    """Those who send; nothing may come of it."""
    yield all_of_it
    all_of_it.is_unharmed()


def asked_of(council: Council, every: int, turn: int) -> Iterator[Address]:
    """One address in so many, from another one on each turn: over the turns every address gets its share."""
    yield from council.addresses[turn % every :: every]


# Names in addresses

NAMES = [
    "..", "%2e%2e", "%00", "%2f", "%2e%2e%2fetc", "%F0%9F%98%80", "x" * 64, "x" * 600, "x" * 60_000, "a--b", "A",
    "%07", "%0d%0a", "%09", "%20", "%E2%80%AE", "%ff", "%ed%a0%80", "a%3Fb", "a%23b", "%5B", "%25", "*", "a;b", "'--",
    "plan%20", "plan%0a", "-1", "0", "1.5", "1e3", "9" * 25, "9" * 5000, "%D9%A1", "%C2%B2",
]  # fmt: skip


@pytest.mark.parametrize("turn", range(len(NAMES)), ids=lambda turn: NAMES[turn][:20])
def test_a_hostile_name_in_an_address(council: Council, turn: int) -> None:
    for address in asked_of(council, 4, turn):
        for place in ("plan", "action", "version", "what", "file"):
            if f"{{{place}}}" in address.path:
                council.send(address, address.at(**{place: NAMES[turn]}))


def test_a_refusal_is_noted_whatever_was_asked_for(council: Council) -> None:
    [address] = [one for one in council.addresses if one.path == "/plans/{plan}.json"]
    for name in ("%00", "%0d%0a", "%20", "x" * 600, "%EF%BF%BE", "plan"):
        answer = council.send(address, address.at(plan=name), who="keeper of another plan")
        assert answer is not None
        assert answer.status == 404


# Points and other parameters

POINTS = [
    "", "issue:" + "x" * 594, "issue:" + "x" * 600, "issue:%07", "issue:%00", "issue:%F0%9F%98%80", "told:@", "@",
    "told:%07@2019-05-31", "told:%00@2019-05-31", "told:x@9999-12-31", "told:%E2%80%8F%E2%80%AE@2019-05-31",
    "0000-01-01", "0001-01-01", "0001-01-01@1", "9999-12-31", "9999-12-31@3", "10000-01-01", "2019-02-30",
    "2019-05-31@", "2019-05-31@-1", "2019-05-31@0", "2019-05-31@99999999999999999999", "2019-05-31@999999999999999999",
    "2019-05-31@2019-05-31T00:00:00%2B99:99", "2019-05-31@9999-12-31T23:59:59-23:59", "2019-05-31@9999-12-31",
    "2019-05-31@0001-01-01T00:00:00%2B23:59", "2019-05-31@2019-06-04T25:00:00Z", "2019-05-31@%C2%B2",
    "2019-05-31@2019-06-04T09:00:00.1234567890123456789Z", "%E2%80%8F2019-05-31", "%D9%A2%D9%A0%D9%A1%D9%A9-05-31",
    "%ff%fe", "now%00", "now%0a", "now%0d%0aX:%20y", "%ed%a0%80", "x" * 8000, "x" * 60_000,
]  # fmt: skip
VALUES = [
    "NaN", "1e400", "-1", "0", "9" * 19, "9" * 5000, "0x10", "true", "null", "[]", "{}", "../..", "//evil.example",
    "http://evil.example/", "/%5Cevil.example", "a" * 2001, "%22%3E%3Cscript%3E", "%", "%F0%9F%98%80", "y" * 1_000_000,
]  # fmt: skip


@pytest.mark.parametrize("turn", range(len(POINTS)), ids=lambda turn: POINTS[turn][:30])
def test_a_hostile_point(council: Council, turn: int) -> None:
    asked = [one for one in council.addresses if {"at", "current"} & set(one.takes)]
    for address in asked[turn % 8 :: 8]:
        for name in {"at", "previous", "current"} & set(address.takes):
            other = "previous=now&" if "previous" in address.takes and name != "previous" else ""
            council.send(address, f"{address.at()}?{other}{name}={POINTS[turn]}")


@pytest.mark.parametrize("turn", range(len(VALUES)), ids=lambda turn: VALUES[turn][:30])
def test_a_hostile_value_of_any_parameter(council: Council, turn: int) -> None:
    for address in asked_of(council, 5, turn):
        for name in (*address.takes[turn % 2 :: 2], "nosuch"):
            council.send(address, f"{address.at()}?{name}={VALUES[turn]}")


THOUSANDS = {
    "different ones": "&".join(f"p{n}=1" for n in range(9000)),
    "the same": "&".join("at=now" for _ in range(9000)),
    "empty ones": "&" * 60_000,
    "signs that escape nothing": "%" * 60_000,
    "one without a name": "=",
}


@pytest.mark.parametrize("query", THOUSANDS.values(), ids=THOUSANDS)
def test_thousands_of_parameters(council: Council, query: str) -> None:
    for address in council.addresses[:: 8 if len(query) > 1 else 1]:
        council.send(address, f"{address.at()}?{query}")


# Headers


def header(name: str, *values: str | bytes) -> list[Headers]:
    return [[(name.encode(), one if isinstance(one, bytes) else one.encode())] for one in values]


LONG, BAD = "x" * 100_000, b"\xff\xfe\xed\xa0\x80"
HEADERS: list[Headers] = [
    *header("if-match", "3", "*", 'W/"3"', '"3", "4"', '"' + "9" * 19 + '"', '""', '"', BAD, b'"\xb2"', f'"{LONG}"'),
    *header("if-none-match", ",".join(f'"{n}"' for n in range(20_000)), "*", "W/", 'W/"', BAD, "," * 60_000),
    *header("range", "bytes=0-0", "bytes=-1", "bytes=99999999999999999999-", ",".join(["0-0"] * 9999)),
    *header("accept", "text/html", b"text/html\xff", "*/*;q=nan", "text/html," * 5000),
    *header("accept-encoding", "gzip;q=nan", "gzip;q=", "gzip;q=" + "9" * 5000, "gzip;" * 9999, BAD),
    *header("cookie", "asat=", 'asat="', f"asat={LONG}", b"asat=" + BAD, "=;;=;", "; ".join(["a=b"] * 5000),
            'asat="' + "\\" * 3000 + '"', "seen-plan=" + "9" * 5000, "seen-plan=-1", b"seen-plan=\xb2",
            "recorded-plan=%ff", "asat-openid=state%3D%ff%26nonce", "asat=a; asat=b"),
    *header("authorization", "", "Bearer", "Bearer ", "Basic eDp5", "Bearer asat_", f"Bearer asat_{LONG}",
            b"Bearer asat_" + BAD, "bearer  asat_ x", LONG),
    [(b"authorization", b"Bearer asat_a"), (b"authorization", b"Bearer asat_b")],
    *header("x-recorded-by", "", BAD, b"\xed\xa0\x80", "x" * 501, b"\xef\xbf\xbe", b"\xc2\x80", LONG, " ", b"a\x07b"),
    *header("host", "", "a, b", "127.0.0.1, evil.example", "[::1", "[", "127.0.0.1:99999999", "127.0.0.1:", BAD,
            b"\xbd", "evil.example@127.0.0.1", "127.0.0.1#x", "127.0.0.1/..", LONG, "[v1.x]", "127.0.0.1\u2100"),
    [(b"host", b"127.0.0.1"), (b"host", b"evil.example")],
    *header("origin", "null", "http://evil.example", BAD, "http://127.0.0.1:8000, x", LONG),
    *header("content-length", "-1", "1e9", "9" * 20, "9" * 5000, "0x10", b"\xb2", BAD, "1, 2", "33554433"),
    *header("x-forwarded-for", ",", BAD, LONG, "9" * 5000, "::1%eth0", "," * 60_000),
    *header("content-type", "", "/", ";", "application/json;charset=utf-16", BAD, LONG, "multipart/form-data"),
    *header("x-asat-csrf", BAD, LONG, ""),
    [*header("transfer-encoding", "chunked")[0], *header("content-length", "5")[0]],
    [*header("upgrade", "websocket")[0], *header("connection", "upgrade")[0]],
    [(f"x-{n}".encode(), b"y") for n in range(3000)],
]  # fmt: skip


@pytest.mark.parametrize("turn", range(len(HEADERS)), ids=lambda turn: f"{HEADERS[turn][0][0].decode()} {turn}")
def test_a_hostile_header(council: Council, turn: int) -> None:
    of_text = [one for one in council.addresses if not one.path.endswith((".docx", ".xlsx", ".pdf", ".zip"))]
    for address in of_text[turn % 12 :: 12]:
        council.send(address, address.at(), HEADERS[turn])


# Methods

METHODS = ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "G" * 5000]


@pytest.mark.parametrize("method", METHODS, ids=lambda one: one[:10])
def test_a_method_that_an_address_does_not_take(council: Council, method: str) -> None:
    taken = {(one.method, one.path) for one in council.addresses}
    for address in council.addresses:
        if (method, address.path) not in taken and not address.path.endswith((".docx", ".xlsx", ".pdf", ".zip")):
            answer = council.send(address, address.at(), method=method)
            assert answer is not None
            assert method == "HEAD" or answer.status in (401, 403, 404, 405, 415), f"{method} {address.path}"


# Whatever else


@settings(derandomize=True, max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_bytes_of_any_kind_in_an_address_and_its_headers(all_of_it: Council, data: st.DataObject) -> None:
    address = data.draw(st.sampled_from(all_of_it.addresses))
    name = data.draw(st.sampled_from(["plan", "action", "version", "what", "file"]))
    value, asked = (quote_from_bytes(data.draw(st.binary(max_size=80)), safe="") for _ in range(2))
    taken = data.draw(st.sampled_from([*address.takes, "nosuch"]))
    headers = [(one, data.draw(st.binary(max_size=60))) for one in data.draw(st.lists(st.sampled_from(
        [b"if-match", b"if-none-match", b"cookie", b"authorization", b"x-recorded-by", b"host", b"accept", b"origin",
         b"content-type"]), unique=True, max_size=3))]  # fmt: skip
    all_of_it.send(address, f"{address.at(**{name: value})}?{taken}={asked}", headers)
    all_of_it.is_unharmed()
