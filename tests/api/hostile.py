"""The controls of the tests of hostile requests: requests sent byte by byte, which no client would send so.

They go straight to the application, as the server hands them over, so that nothing on the way mends them.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.http.access.limits import Limiter
from api.http.access.needs import routes_of
from domain.access.events import Exported, RequestRefused, SignInRefused
from domain.ledger import Ledger

#: Seconds of a processor that a refusal may take; the machine may be busy with others meanwhile.
LONGEST = 2.0
#: Bytes that a problem may have: it repeats nothing at length.
LONGEST_PROBLEM = 60_000
HOST = (b"host", b"127.0.0.1:8000")
JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
HTML = (b"accept", b"text/html")

#: What stands in an address where it means something that is there.
THERE = {"plan": "plan", "action": "2.4", "version": "1", "what": "rate", "file": "asat.css"}
_FILES = ("application/pdf", "application/vnd.", "application/zip", "text/csv", "text/markdown")

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back: with how many seconds of a processor, and how many bytes of the body were taken for it."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    taken: int


@dataclass
class Sender:
    """Somebody who sends requests to an application; what they show of themselves goes with each."""

    app: FastAPI
    shows: Headers = ()
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def send(self, method: str, address: str, headers: Headers = (), body: bytes | Iterable[bytes] = b"",
             version: str = "1.1") -> Answer:  # fmt: skip
        """Send one; what the application raises is raised, as nothing should be. The limits begin anew."""
        self.app.state.limiter = Limiter()
        path, _, query = address.partition("?")
        shown = [one for one in (HOST, *self.shows) if one[0] not in {name for name, _ in headers}]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": version, "method": method, "scheme": "http",
            "path": unquote(path), "raw_path": path.encode("latin-1"), "query_string": query.encode("latin-1"),
            "root_path": "", "headers": [*shown, *headers], "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000), "state": {},
        }  # fmt: skip
        return self.runner.run(self._answer(scope, _parts(body)))

    async def _answer(self, scope: dict[str, Any], parts: Iterator[bytes]) -> Answer:
        taken, sent = 0, list[dict[str, Any]]()
        ended = False

        async def receive() -> dict[str, Any]:
            nonlocal taken, ended
            if ended:
                await asyncio.sleep(3600)  # as a server, until the answer is whole
            part = next(parts, None)
            ended = part is None
            taken += len(part or b"")
            return {"type": "http.request", "body": part or b"", "more_body": not ended}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        began = time.process_time()
        await self.app(scope, receive, send)
        seconds = time.process_time() - began
        body = b"".join(one.get("body", b"") for one in sent[1:])
        held = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], held, body, seconds, taken)


def _parts(body: bytes | Iterable[bytes]) -> Iterator[bytes]:
    return iter([body] if isinstance(body, bytes) else body)


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every method and path that is registered; those of the forms last, after what they are forms of."""
    found = [
        (method, route.path)
        for route in routes_of(app.routes)
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]
    yield from sorted(found, key=lambda one: one[1].endswith((".md", ".csv", ".html", ".xlsx", ".docx", ".pdf")))


def at(path: str, **values: str) -> str:
    """The address of a route, with these values in it."""
    return path.format(**{**THERE, **values})


def wrong_with(answer: Answer, *, page: bool = False) -> str | None:
    """What an answer to a hostile request should not be; None where it is as it should be.

    Args:
        answer: the answer.
        page: it was asked for as a browser does.
    """
    if answer.status >= 500:
        return f"it is answered with {answer.status}: {answer.body[:300]!r}"
    if answer.seconds > LONGEST:
        return f"it took {answer.seconds:.1f} s"
    media = answer.headers.get("content-type", "")
    guards = {"x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"}
    if not media.startswith(_FILES):
        guards.add("content-security-policy")
    if missing := guards - answer.headers.keys():
        return f"it does not bear {missing}"
    if answer.status < 400:
        return None
    if media == "text/html; charset=utf-8" and (page or b"<form" in answer.body):
        return None if b"<h1" in answer.body else "the page has no heading"
    if media != "application/problem+json":
        return f"{answer.status} is told as {media}"
    return _wrong_with_problem(answer)


def _wrong_with_problem(answer: Answer) -> str | None:
    if not answer.body:
        return None  # to a HEAD
    document = json.loads(answer.body)
    if not {"type", "title", "status", "detail"} <= document.keys() or document["status"] != answer.status:
        return f"{document} is no whole problem"
    if len(document["detail"]) < 20 or "Traceback" in document["detail"]:
        return f"it says no more than {document['detail']!r}"
    return f"it has {len(answer.body)} bytes" if len(answer.body) > LONGEST_PROBLEM else None


class Unchanged:
    """What a ledger held before: nothing of a plan may be added, and of access nothing but notes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._before = ledger, (ledger.size(), ledger.access.size())

    def holds(self) -> bool:
        """Whether it still holds just that, and notes."""
        size, position = self._before
        noted = [one.event for one in self._ledger.access.log(position)]
        return self._ledger.size() == size and all(
            isinstance(one, RequestRefused | Exported | SignInRefused) for one in noted
        )
