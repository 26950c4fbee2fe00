"""Problems as pages: who asks with a browser is told in a page what a program is told in a problem document."""

import json

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import PROBLEM
from api.pages.rendering import page

_TITLES = {
    403: "This cannot be done from here",
    404: "Not found",
    405: "This cannot be done here",
    409: "Nothing was recorded",
    412: "Somebody else has recorded something",
    413: "That is too large",
    421: "This is not the address of this service",
    422: "This cannot be read",
    503: "The record cannot be reached just now",
}


class ProblemPages:
    """Turns problem documents into pages for those who ask for a page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        started: Message | None = None
        body = b""

        async def send_page(message: Message) -> None:
            nonlocal started, body
            if message["type"] == "http.response.start" and Headers(raw=message["headers"]).get(
                "content-type", ""
            ).startswith(PROBLEM):
                started = message
                return
            if started is None:
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            await _page_of(json.loads(body), Request(scope), Headers(raw=started["headers"]))(scope, receive, send)

        await self._app(scope, receive, send_page)


def _page_of(document: dict[str, object], request: Request, headers: Headers) -> ASGIApp:
    status = int(str(document["status"]))
    title = _TITLES.get(status, str(document["title"]))
    kept = {name: headers[name] for name in ("etag", "allow") if name in headers}
    detail = str(document["detail"])
    return page(
        request,
        "problem.html",
        status,
        kept,
        title=title,
        detail=detail[:1].upper() + detail[1:].rstrip("."),
        problems=document.get("problems", []) if len(document.get("problems", []) or []) > 1 else [],  # type: ignore[arg-type]
    )
