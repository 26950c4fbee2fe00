"""The controls of the tests of hostile requests: requests sent byte by byte, which no client would send so.

They go straight to the application, as the server hands them over, so that nothing on the way mends them. They are
sent to every address by everybody in turn: on an open ledger, by a token, with a browser, and by those who may little.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from api.application import make_application
from api.http.access.address_roles import routes_of
from api.http.access.rate_limits import Limiter
from domain.access.access_events import Exported, RequestRefused, SignInRefused
from domain.access.principals import Grant
from domain.integrity.access_check import broken_access
from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING, asking
from tests.api.signed_in import PAGE, STEWARD, browser, close, principal, token_on

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
    """What came back, and how many bytes of the body were taken for it."""

    status: int
    headers: dict[str, str]
    body: bytes
    taken: int


@dataclass
class Sender:
    """Somebody who sends requests to an application; what they show of themselves goes with each."""

    app: FastAPI
    runner: asyncio.Runner
    shows: Headers = ()

    def send(self, method: str, address: str, headers: Headers, body: bytes | Iterable[bytes]) -> Answer:
        """Send one; what the application raises is raised, as nothing should be. The limits begin anew."""
        self.app.state.limiter = Limiter()
        path, _, query = address.partition("?")
        shown = [one for one in (HOST, *self.shows) if one[0] not in {name for name, _ in headers}]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
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

        await self.app(scope, receive, send)
        body = b"".join(one.get("body", b"") for one in sent[1:])
        held = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], held, body, taken)


def _parts(body: bytes | Iterable[bytes]) -> Iterator[bytes]:
    return iter([body] if isinstance(body, bytes) else body)


@dataclass(frozen=True)
class Address:
    """A method and the path of a route, with the parameters that it takes."""

    method: str
    path: str
    takes: tuple[str, ...]
    is_page: bool

    def at(self, **values: str) -> str:
        """It with these values in the places of what it names."""
        return self.path.format(**{**THERE, **values})


def addresses(app: FastAPI) -> list[Address]:
    """Every address that is registered."""
    return [
        Address(method, route.path, _takes(route), not route.include_in_schema)
        for route in routes_of(app.routes)
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def _takes(route: APIRoute) -> tuple[str, ...]:
    return tuple(one.alias for one in get_flat_params(route.dependant) if isinstance(one.field_info, Query))


class Council:
    """Two applications, one on an open ledger and one on another, with those who send; and what was found wrong."""

    def __init__(self, opened: Ledger, closed: Ledger, runner: asyncio.Runner) -> None:
        self._ledgers, self._turn = (opened, closed), 0
        free, app = make_application(opened, BY), make_application(closed, BY)
        for plan, one in (("plan", free), ("plan", app), ("other", app)):
            assert asking(one).post(f"/plans/{plan}/events", json=OPENING).status_code == 201
        close(closed)
        client = browser(app, closed, principal(closed, "Kim", Grant("keeper"), Grant("steward")))
        token = token_on(client.get("/plans", headers=PAGE)).encode()
        cookie = (b"cookie", b"asat=" + client.cookies["asat"].encode())
        self.addresses, self.wrong = addresses(app), list[tuple[Any, ...]]()
        self.senders = {
            "anybody": Sender(free, runner),
            "keeper": Sender(app, runner, [_token(closed, "keeper")]),
            "browser": Sender(app, runner, [cookie, (b"x-asat-csrf", token), HTML]),
            "keeper of another plan": Sender(app, runner, [_token(closed, "keeper", "other")]),
            "a token that is none": Sender(app, runner, [(b"authorization", b"Bearer asat_nosuch")]),
            "anybody's browser": Sender(free, runner, [HTML]),
            "reader": Sender(app, runner, [_token(closed, "reader", "plan")]),
        }
        self._before = [(ledger.size(), ledger.access.audit.size()) for ledger in self._ledgers]

    def send(self, to: Address, address: str, headers: Headers = (), body: bytes | Iterable[bytes] = b"",
             who: str | None = None, method: str | None = None) -> Answer | None:  # fmt: skip
        """Have the next of those who send, or this one, send it; what is wrong with the answer is kept."""
        self._turn += 1
        name = who or list(self.senders)[self._turn % len(self.senders)]
        told = (name, method or to.method, address[:200], str(headers)[:200], "" if callable(body) else str(body)[:60])
        try:
            answer = self.senders[name].send(method or to.method, address, headers, body)
        except Exception as error:
            self.wrong.append((*told, repr(error)[:300]))
            return None
        page = to.is_page or HTML in self.senders[name].shows or any(one[0] == b"accept" for one in headers)
        if found := wrong_with(answer, page=page, head=method == "HEAD"):
            self.wrong.append((*told, found))
        return answer

    def is_unharmed(self) -> None:
        """Asserts that nothing was found wrong, and that nothing was recorded: of access nothing but notes."""
        found, self.wrong = self.wrong[:5], []
        assert not found, found
        for ledger, (size, position) in zip(self._ledgers, self._before, strict=True):
            assert ledger.size() == size, "something was recorded"
            noted = {type(one.event) for one in ledger.access.audit.records(position)}
            assert noted <= {Exported, RequestRefused, SignInRefused}, noted


def _token(ledger: Ledger, role: Any, plan: str | None = None) -> tuple[bytes, bytes]:
    secret, _ = ledger.access.tokens.create(f"{role} of {plan}", Grant(role, plan), None, STEWARD)
    return (b"authorization", f"Bearer {secret}".encode())


@contextmanager
def council_on(data: Path, name: str) -> Iterator[Council]:
    """A council on two ledgers of a server, which must be in order afterwards."""
    with Ledger.open(data=data, schema=f"{name}_open") as opened, Ledger.open(data=data, schema=name) as closed:
        with asyncio.Runner() as runner:
            yield Council(opened, closed, runner)
        for ledger in (opened, closed):
            assert [*broken_invariants(ledger), *broken_access(ledger.access)] == []


def wrong_with(answer: Answer, *, page: bool, head: bool) -> str | None:
    """What an answer to a hostile request should not be; None where it is as it should be.

    Args:
        answer: the answer.
        page: it may be a page, as a page or by a browser was asked.
        head: it has no body.
    """
    if answer.status >= 500:
        return f"it is answered with {answer.status}: {answer.body[:300]!r}"
    media = answer.headers.get("content-type", "")
    guards = {"x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"}
    if not media.startswith(_FILES):
        guards.add("content-security-policy")
    if missing := guards - answer.headers.keys():
        return f"it does not bear {missing}"
    if answer.status < 400 or head:
        return None
    if media == "text/html; charset=utf-8" and page:
        return None if b"<h1" in answer.body else "the page has no heading"
    if media != "application/problem+json":
        return f"{answer.status} is told as {media}"
    return _wrong_with_problem(answer)


def _wrong_with_problem(answer: Answer) -> str | None:
    document = json.loads(answer.body)
    if not {"type", "title", "status", "detail"} <= document.keys() or document["status"] != answer.status:
        return f"{document} is no whole problem"
    if len(document["detail"]) < 20 or "Traceback" in document["detail"]:
        return f"it says no more than {document['detail']!r}"
    return f"it has {len(answer.body)} bytes" if len(answer.body) > LONGEST_PROBLEM else None
