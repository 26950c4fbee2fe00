"""Hostile bodies, sent to every address that takes one: a problem that names the thing, and nothing recorded.

However a body is made, the work of refusing it grows with its length and no faster, and so does the memory.
"""

import gzip
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.bodies import LARGEST_SIGN_IN
from tests.api.hostile_requests import FORM, JSON, Address, Council, council_on
from tests.measuring import times_as_long

pytestmark = pytest.mark.slow

EVENT = b'{"type":"ProgressReported","action":"2.4","text":"x"}'
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def all_of_it(server_folder: Path) -> Iterator[Council]:
    with council_on(server_folder, "hostile_bodies") as council:
        yield council


@pytest.fixture
def council(all_of_it: Council) -> Iterator[Council]:
    """Those who send; nothing may come of it."""
    yield all_of_it
    all_of_it.is_unharmed()


def taking(council: Council, *ends: str) -> list[Address]:
    """The addresses that something can be sent to, or those of them that end so."""
    return [one for one in council.addresses if one.method == "POST" and (not ends or one.path.endswith(ends))]


def nested(depth: int, begins: bytes, ends: bytes, around: bytes = b"%s") -> bytes:
    return around % (begins * depth + b"1" + ends * depth)


def keys(number: int) -> bytes:
    return b",".join(b'"k%d":1' % n for n in range(number))


def event(kind: str, field: str, value: bytes) -> bytes:
    return b'{"type":"%s","action":"2.4","%s":%s}' % (kind.encode(), field.encode(), value)


def claims(*each: bytes) -> bytes:
    return b'{"previous":"now","current":"now","claims":[%s]}' % b",".join(each)


def claim(population: bytes, count: bytes) -> bytes:
    return b'{"where":"x","population":"%s","at":"current","count":%s}' % (population, count)


LONG = b'"' + b"x" * 3_000_000 + b'"'
BODIES = {
    "nothing": b"", "white space": b" " * MEBIBYTE, "cut off": EVENT[:-1], "cut off in a text": EVENT[:40],
    "two of them": EVENT + b"\n" + EVENT, "a comment": b"/* */" + EVENT, "only a text": b'"x"', "only a number": b"1",
    "a field twice": b'{"type":"PlanClosed","type":"PlanClosed"}',
    "a field twice at the end": b"{" + keys(200_000) + b',"z":1,"z":2}',
    "half a character twice": b'{"\\ud800":1,"\\ud800":2}',
    "NaN": event("EventWithdrawn", "version", b"NaN"), "Infinity": b"[Infinity]", "-Infinity": b'{"a":-Infinity}',
    "10,000 digits": event("EventWithdrawn", "version", b"9" * 10_000),
    "4,300 digits": event("EventWithdrawn", "version", b"9" * 4300),
    "an exponent of 10,000 digits": event("EventWithdrawn", "version", b"1e" + b"9" * 10_000),
    "claims that add up to 4,301 digits": claims(*(claim(b"all", b"9" * 4300) for _ in range(20)),
                                                 claim(b"due", b"9" * 4300)),
    "100,000 lists in one another": nested(100_000, b"[", b"]"),
    "100,000 objects in one another": nested(100_000, b'{"a":', b"}"),
    "100,000 lists begun": b"[" * 100_000,
    "an event in 50 lists": b"[" * 50 + EVENT + b"]" * 50,
    **{f"900 lists in {field}": event("PlanClosed", field, nested(900, b"[", b"]"))
       for field in ("type", "plan", "event_id", "source", "leads", "effective_on")},
    "bad UTF-8": b'{"type":"\xff"}', "overlong UTF-8": b'{"type":"\xc0\xaf"}', "CESU": b'{"type":"\xed\xa0\x80"}',
    "UTF-16": EVENT.decode().encode("utf-16"), "UTF-16 without its mark": EVENT.decode().encode("utf-16-be"),
    "UTF-32": EVENT.decode().encode("utf-32"), "two marks of order": b"\xef\xbb\xbf" * 2 + EVENT,
    "half a character": event("ProgressReported", "text", b'"\\ud800"'), "half a key": b'{"\\udfff":1}',
    "NUL": event("ProgressReported", "text", b'"a\\u0000b"'), "a NUL byte": b'{"type":"Prog\x00"}',
    "a NUL byte after it": EVENT + b"\x00", "no character": event("ProgressReported", "text", b'"\\uffff"'),
    "300,000 objects": b"[" + b"{}," * 300_000 + b"{}]", "300,000 numbers": b"[" + b"1," * 300_000 + b"1]",
    "100,000 fields": b'{"type":"PlanClosed",' + keys(100_000) + b"}",
    "100,000 fields in its source": event("PlanClosed", "source", b"{" + keys(100_000) + b"}"),
    "100,000 judgements": event("InspectionReported", "judgements", b"[" + b"{}," * 100_000 + b"{}]"),
    "810,000 wrong fields": event(
        "InspectionReported", "judgements", b"[" + b",".join([b"{" + keys(900) + b"}"] * 900) + b"]"
    ),
    "100,000 leads": event("ActionReassigned", "leads", b"[" + b'"x",' * 100_000 + b'"x"]'),
    "100,000 claims": claims(*[b"{}"] * 100_000), "10,000 wrong claims": claims(*[b"{}"] * 10_000),
    "claims of 100,000 fields": b"{" + keys(100_000) + b"}",
    "a long text": event("ProgressReported", "text", LONG), "a long type": b'{"type":%s}' % LONG,
    "a long field": b'{"type":"PlanClosed",%s:1}' % LONG, "a long plan": event("PlanClosed", "plan", LONG),
    "a long event_id": event("PlanClosed", "event_id", LONG), "a long day": event("PlanClosed", "effective_on", LONG),
    "a long point": b'{"previous":%s,"current":"now","claims":[]}' % LONG, "what programs know": b'{"__proto__":{}}',
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_hostile_json(council: Council, body: bytes) -> None:
    everybody = ("anybody", "keeper", "browser", "a token that is none", "keeper of another plan")
    for address in taking(council, "/events", "/audit"):
        for who in everybody if len(body) < MEBIBYTE // 2 else everybody[:2]:
            answer = council.send(address, address.at(), [JSON], body, who=who)
            assert answer is not None
            assert answer.status >= 400, f"{who} has {address.path} taken"
    for address in taking(council):
        council.send(
            address, address.at(), [JSON], (body[n : n + 1000] for n in range(0, min(len(body), 20_000), 1000))
        )


PACKED = {"a packed event": gzip.compress(EVENT), "a bomb": gzip.compress(b"[" * 40 * MEBIBYTE)}


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"br", b"gzip, gzip", b"identity"])
@pytest.mark.parametrize("body", PACKED.values(), ids=PACKED)
def test_what_is_packed_is_not_unpacked(council: Council, body: bytes, coding: bytes) -> None:
    for address in taking(council):
        answer = council.send(address, address.at(), [JSON, (b"content-encoding", coding)], body)
        assert answer is not None
        assert answer.status in (401, 403, 404, 409, 413, 415, 422)


@pytest.mark.parametrize(
    "media",
    ["", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json",
     "application/json; charset=utf-16", "application/vnd.api+json", "text/html", "application/octet-stream"],
)  # fmt: skip
def test_a_body_of_another_kind(council: Council, media: str) -> None:
    parts = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
    for address in taking(council):
        for body in (parts, b"PK\x03\x04", EVENT[:-1]):
            council.send(address, address.at(), [(b"content-type", media.encode())], body)


UUID = b"event_id=00000000-0000-0000-0000-000000000000"
FORMS = {
    "nothing": b"", "100,000 separators": b"&" * 100_000, "signs that escape nothing": b"%" * 100_000,
    "bad UTF-8": b"a=%ff%fe", "a raw byte": b"account=\xff", "half a character": b"account=%ed%a0%80&password=a",
    "NUL": b"account=%00&password=%00", "a key of NUL": b"key=%00", "a long key": b"key=" + b"x" * 100_000,
    "10,000 fields": b"&".join(b"f%d=1" % n for n in range(10_000)), "a field twice": b"account=a&account=b",
    "a name alone": b"account", "2 MB": b"account=" + b"x" * 2_000_000 + b"&password=x",
    "3 MB": b"a=" + b"x" * 3_000_000,
    "controls": b"account=%07%1b%5b2J&password=aaaaaaaaaaaa", "marks of direction": b"account=%E2%80%AE&password=a",
    "a long password": b"account=Kim&password=" + b"x" * MEBIBYTE, "elsewhere": b"account=Kim&password=x&next=//evil",
    "a principal of NUL": b"name=%00&role=reader&plan=%00&until=9999-12-31", "no role": b"name=x&role=%00&plan=&until=",
    "a long principal": b"name=" + b"x" * 100_000 + b"&role=steward",
    "the last day": b"name=Kim&role=reader&until=9999-12-31&plan=%00",
    "an identity of NUL": b"name=Kim&issuer=%00&subject=%00", "a token of NUL": b"id=%00",
    "two tokens": b"csrf=a&csrf=b",
    "a version too long": UUID + b"&shown=9999999999999999&seen=1", "other digits": UUID + b"&shown=%D9%A1&seen=1",
    "a version to come": UUID + b"&shown=999999999999&seen=999999999999&do=record&rating=green&effective_on=9999-99-99",
    "version 0": UUID + b"&shown=0&seen=0&do=record&action=2.4&rating=green&effective_on=0000-00-00",
    "fields of NUL": UUID + b"&shown=3&seen=3&do=record&action=%00&rating=%00&effective_on=2019-03-15",
    "a version of many digits": b"version=" + b"9" * 5000, "a negative version": b"version=-1", "JSON": EVENT,
}  # fmt: skip
NAMED = ["rate", "withdraw-event", "redact", "presentation", "inspection", "nosuch", "%00",
         "add", "grant", "end", "leave", "link", "identity", "token", "revoke"]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_hostile_form(council: Council, form: str) -> None:
    for address in taking(council):
        if address.path == "/sign-out" and form in ("nothing", "two tokens"):
            continue  # that is what it is sent
        for what in NAMED[len(form) % 3 :: 3] if "{what}" in address.path else [""]:
            council.send(address, address.at(what=what), [FORM], FORMS[form])


# How much


@pytest.mark.parametrize("told", [True, False], ids=["told its length", "in chunks without end"])
def test_no_more_of_a_body_is_taken_than_one_may_have(
    council: Council, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    monkeypatch.setattr("api.http.bodies.LARGEST_BODY", 50_000)
    for address in taking(council):
        for who in council.senders:
            heads = [JSON if address.path.endswith(("events", "audit")) else FORM]
            body = (b"x" * 1000 for _ in range(100_000)) if not told else b"x" * 50_001
            answer = council.send(
                address, address.at(), [*heads, (b"content-length", b"50001")] if told else heads, body, who=who
            )
            assert answer is not None
            assert answer.status in ((413,) if told else (413, 401, 403, 404))
            assert answer.taken <= (0 if told else 52_000)


@pytest.mark.parametrize("path", ["/events", "/audit"])
@pytest.mark.parametrize(
    "unit", [b"{},", b"[],", b'"ab",', b'{"a":{}},', b"1.5,"], ids=["{}", "[]", "texts", "nested", "numbers"]
)
def test_no_body_takes_up_many_times_its_length(council: Council, path: str, unit: bytes) -> None:
    [address] = taking(council, path)
    inner = unit * (2 * MEBIBYTE // len(unit)) + unit[:-1]
    body = b"[%s]" % inner if path == "/events" else claims(inner)
    tracemalloc.start()
    try:
        council.send(address, address.at(), [JSON], body, who="anybody")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60 * len(body)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/once"])
def test_of_a_form_that_anyone_may_send_no_more_is_taken_than_a_name_and_a_password_may_have(
    council: Council, path: str
) -> None:
    [address] = [one for one in taking(council) if one.path == path]
    answer = council.send(address, address.at(), [FORM], (b"x" * 1000 for _ in range(2000)), who="anybody's browser")
    assert answer is not None
    assert (answer.status, answer.taken <= LARGEST_SIGN_IN + 1000) == (413, True)


#: Where bodies are sent, what they are made of over and over, and what stands around it.
REPEATED = {
    "lists": ("/events", b"[],", b"[%s1]"), "objects": ("/events", b"{},", b"[%s1]"),
    "texts": ("/events", b'"ab",', b"[%s1]"), "events": ("/events", EVENT + b",", b"[%s1]"),
    "wrong fields": ("/events", b'"k#":1,', b'{"type":"PlanClosed",%s"z":1}'),
    "judgements": ("/events", b'{"k#":1},', b'{"type":"InspectionReported","judgements":[%s1]}'),
    "digits": ("/events", b"9", b'{"type":"EventWithdrawn","version":%s}'),
    "letters": ("/events", b"x", b'{"type":"ProgressReported","action":"%s"}'),
    "escapes": ("/events", b"\\u00e9", b'{"type":"ProgressReported","text":"%s"}'),
    "depth": ("/events", b"[", b"%s"),
    "claims": ("/audit", claim(b"all", b"1") + b",", b'{"previous":"now","current":"now","claims":[%s1]}'),
}  # fmt: skip


@pytest.mark.parametrize("kind", REPEATED)
def test_no_body_takes_longer_than_its_length_tells(council: Council, kind: str) -> None:
    """A body of 16 times the length takes some 16 times the work, or is refused with less; never its square, 256."""
    path, unit, around = REPEATED[kind]
    [address] = taking(council, path)

    def sent(length: int) -> bytes:
        return around % b"".join(unit.replace(b"#", b"%d" % number) for number in range(length // len(unit)))

    def refusing(body: bytes) -> Callable[[], object]:
        return lambda: council.send(address, address.at(), [JSON], body, who="anybody")

    assert times_as_long(refusing(sent(400_000)), refusing(sent(25_000)), rounds=3) < 64


@pytest.mark.parametrize("unit", [b"{},", b'{"a":1},'], ids=["no fields", "a field each"])
def test_a_body_of_the_greatest_length_that_holds_nothing_but_objects(council: Council, unit: bytes) -> None:
    [address] = taking(council, "/events")
    body = b"[" + unit * (31 * MEBIBYTE // len(unit)) + unit[:-1] + b"]"
    answer = council.send(address, address.at(), [JSON], body, who="keeper")
    assert answer is not None
    assert b"more than 1,000,000 objects and lists" in answer.body


# Whatever else


@settings(derandomize=True, max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    place=st.integers(0, 100), cut=st.integers(0, 60), bytes_=st.binary(max_size=200), form=st.booleans(),
)  # fmt: skip
def test_bytes_of_any_kind_in_a_body(all_of_it: Council, place: int, cut: int, bytes_: bytes, form: bool) -> None:
    asked = taking(all_of_it)
    address = asked[place % len(asked)]
    body = EVENT[:cut] + bytes_ + EVENT[cut + len(bytes_) :]
    if body != EVENT:
        all_of_it.send(address, address.at(), [FORM if form else JSON], body)
    all_of_it.is_unharmed()


OTHERWISE = {
    "compressed": ([JSON, (b"content-encoding", b"gzip")], b"compressed"),
    "in another encoding of characters": ([(JSON[0], JSON[1] + b"; charset=utf-16")], b"not in UTF-8"),
}


@pytest.mark.parametrize(("headers", "remedy"), OTHERWISE.values(), ids=OTHERWISE)
def test_a_body_that_says_it_is_not_plain_is_refused(
    council: Council, headers: list[tuple[bytes, bytes]], remedy: bytes
) -> None:
    for address in taking(council, "/events"):
        answer = council.send(address, address.at(), headers, EVENT, who="anybody")
        assert answer is not None
        assert answer.status == 415
        assert remedy in answer.body
