"""What the process still holds after a text was destroyed: no live object holds it, and nothing kept tells it."""

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.formats import addressed
from api.questions.question import OfAPoint
from tests.api.conftest import BY, OPENING
from tests.api.filled_forms import PAGE
from tests.asked import paths

#: In two halves, so that the test itself holds no more than these. No other text has the one after the other.
HALVES = "Peculiarly", "named child"
ADDRESSES = (*paths(OfAPoint, action="2.4"), "/trail", "/replay", "/changes?previous=2019-01-07")


def sender(client: TestClient) -> Callable[..., int]:
    """Sends one event with that text, or without; the answer's version."""

    def send(event: dict[str, Any], **texts: str) -> int:
        sent = client.post("/plans/plan/events", json={**event, **texts}, headers={"X-Recorded-By": BY})
        assert sent.status_code == 201, sent.json()
        version: int = sent.json()["version"]
        return version

    return send


def holders(halves: tuple[str, str]) -> list[str]:
    """The kinds of live objects that hold the text: all that the collector knows, and what those hold."""
    gc.collect()
    needle = " ".join(halves)
    data, found, seen = needle.encode(), list[str](), set[int]()
    left: list[Any] = gc.get_objects()
    mine = {id(needle), id(data), id(left), id(seen), id(found), id(sys._getframe())}
    for one in left:
        if isinstance(one, FrameType):
            continue
        for held in gc.get_referents(one):
            if id(held) in mine or id(held) in seen or not isinstance(held, str | bytes | bytearray):
                continue
            seen.add(id(held))
            if (needle in held) if isinstance(held, str) else (data in held):
                found.append(f"{type(one).__name__}: {held[:80]!r}")
    return found


@pytest.mark.slow
def test_no_live_object_holds_a_text_that_was_destroyed(client: TestClient) -> None:
    send = sender(client)
    for event in OPENING:
        send(event)
    redacted = send({"type": "ProgressReported", "action": "2.4", "effective_on": "2019-03-15"}, text=" ".join(HALVES))
    for address in ADDRESSES:
        for form in addressed() if address == "/trail" else ("json", "html"):
            path, _, query = address.partition("?")
            assert client.get(f"/plans/plan{path}.{form}?{query}").status_code == 200
        assert client.get(f"/plans/plan{address}", headers=PAGE).status_code == 200
    assert client.get("/plans.json").status_code == 200
    assert holders(HALVES), "the plan in memory holds it, so the search finds what there is"
    send({"type": "TextRedacted", "version": redacted, "fields": ["text"], "reason": "It named somebody."})
    assert client.get("/plans.json").status_code == 200
    assert holders(HALVES) == []
