"""Limits request bodies, and logs requests."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import log
from api.http import bodies
from api.http.problem_documents import problem_of
from api.http.request_refusals import RequestCode, Unreadable

#: The unread rest of a body may still arrive.
_CLOSE = {"Connection": "close"}


class BodyLimits:
    """Refuses bodies larger than their address accepts, with or without Content-Length."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        media = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
        most, too_large = bodies.largest(scope["path"], media.partition(b";")[0].strip().lower().decode("latin-1"))
        seen = 0
        if any(name == b"content-length" and _number(value) > most for name, value in scope["headers"]):
            await problem_of(Unreadable(RequestCode.TOO_LARGE, "", too_large), headers=_CLOSE)(scope, receive, send)
            return
        if {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}:
            # A proxy that reads the other header would end the body elsewhere (request smuggling).
            twice = "both Content-Length and Transfer-Encoding say how the body ends: send one of the two"
            await problem_of(Unreadable(RequestCode.TWO_LENGTHS, "", twice), headers=_CLOSE)(scope, receive, send)
            return

        async def receive_measured() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise Unreadable(RequestCode.TOO_LARGE, "", too_large)
            return message

        await self._app(scope, receive_measured, send)


def _number(header: bytes) -> int:
    return int(header) if header.isdigit() and len(header) <= 18 else 0


class RequestLog:
    """Logs each request: method, path, status, milliseconds and principal; never the query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        began, status = time.perf_counter(), 500

        async def send_logged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_logged)
        finally:
            principal = state.get("principal")
            log.told(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round((time.perf_counter() - began) * 1000, 1),
                by=principal.name if principal else None,
            )
