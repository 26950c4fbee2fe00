"""Problems as pages, for browsers."""

import json
import re
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.formats import addressed
from api.http.access.callers import caller_of
from api.http.problem_documents import PROBLEM
from api.http.question_addresses import asker
from api.http.request_refusals import OpenToOthers, SignInNeeded
from api.pages.here import OF_TWO_POINTS, Here
from api.pages.point_pages import PATH
from api.pages.rendering import capital, page
from api.questions.asker import Asker
from domain.points import PointUnknown, PointUnreadable
from domain.refusals import LedgerUnusable, PlanUnknown

_TITLES = {
    400: "This cannot be read",
    401: "You are not signed in",
    403: "This cannot be done from here",
    404: "Not found",
    405: "This cannot be done here",
    409: "Nothing was recorded",
    412: "Somebody else has recorded something",
    413: "That is too large",
    421: "This is not the address of this service",
    422: "This cannot be read",
    429: "That was too fast",
    500: "Something went wrong here",
    503: "The record cannot be reached just now",
}

_FAULT: dict[str, object] = {
    "status": 500,
    "title": "Internal Server Error",
    "detail": "the program failed on this request; nothing was recorded by it",
}


class ProblemPages:
    """Turns problem documents into pages for clients that accept HTML."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        started: Message | None = None
        body, answered = b"", False

        async def send_page(message: Message) -> None:
            nonlocal started, body, answered
            if message["type"] == "http.response.start" and Headers(raw=message["headers"]).get(
                "content-type", ""
            ).startswith(PROBLEM):
                started = message
                return
            if started is None:
                answered = True
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            document, request = json.loads(body), Request(scope)
            if document["status"] == 401 and scope["method"] == "GET":
                await _to_sign_in(request, Headers(raw=started["headers"]))(scope, receive, send)
                return
            around = await run_in_threadpool(_around, document, request)
            await _page_of(document, request, Headers(raw=started["headers"]), around)(scope, receive, send)

        try:
            await self._app(scope, receive, send_page)
        except Exception:
            # Outer layers log the fault and answer it for programs. If an answer has begun, no page can be sent.
            if not answered:
                await _page_of(_FAULT, Request(scope), Headers(), {})(scope, receive, send)
            raise


#: Problems that may not occur at another point.
_AT_A_POINT = re.compile(r":(unknown-(action|event|point|count)|points-reversed|unreadable|unreadable-point)$")
#: Statuses whose pages have no links into the plan: the caller may not read it, or cannot be served.
_TOLD_NO_MORE = {401, 403, 421}
#: Titles by kind of problem, where the title of the status is too vague.
_BY_KIND = {
    "not-allowed": "You may not do this",
    "forged": "This form is not valid any more",
    "open-to-others": "This record is open to this machine only",
    "no-place": "Too much is being made just now",
}
_SUFFIX = re.compile(rf"\.({'|'.join(addressed())})$")
_OF_A_PLAN = re.compile(r"/plans/([a-z0-9-]{1,63})(?:/(.*))?", re.DOTALL)
_LONGEST = 600


def _around(document: dict[str, object], request: Request) -> dict[str, Any]:
    """The links of a problem page below a plan: the plan's pages, at those of the points that are valid."""
    status = int(str(document["status"]))
    if status not in (401, 421) and status < 500:
        with suppress(SignInNeeded, OpenToOthers, LedgerUnusable):
            caller_of(request)  # no route has determined the caller of an unknown address
    found = _OF_A_PLAN.fullmatch(_SUFFIX.sub("", request.scope["path"]))
    if found is None or status >= 500 or status in _TOLD_NO_MORE:
        return {}
    plan, path = found[1], found[2] or ""
    asked, ask = request.query_params, asker(request)
    if not ask.reads(plan):
        return {}
    at = asked.get("current" if path in OF_TWO_POINTS else "at", "now")
    try:
        points = [_had(ask, plan, point) for point in ("now", at, asked.get("previous"))]
    except (PlanUnknown, LedgerUnusable):
        return {}
    asked_again = _AT_A_POINT.search(str(document["type"])) and len(path) <= 200 and re.fullmatch(PATH, path)
    again = asked_again and path.partition("/")[0] != "point"
    here = Here(plan, path.strip("/") if again else "", points[1] or "now", points[2])
    return {"here": here, "two": here.path in OF_TWO_POINTS, "past": at != "now"}


def _had(ask: Asker, plan: str, point: str | None) -> str | None:
    """The point, if the plan has it, else None; raises PlanUnknown."""
    if point is None or len(point) > _LONGEST:
        return None
    try:
        ask.at(plan, point, lambda _plan, _point: None)
    except (PointUnreadable, PointUnknown):
        return None
    return point


#: The headers that a problem passes on to its page.
_KEPT = ("etag", "allow", "retry-after", "www-authenticate", "set-cookie")


def _to_sign_in(request: Request, headers: Headers) -> ASGIApp:
    """Redirect a browser to sign in, and then back; the cookie of an invalid session is deleted."""
    said = request.url.query
    there = quote(request.url.path + (f"?{said}" if said else ""), safe="/")
    kept = {"Cache-Control": "no-store", **({"Set-Cookie": cookie} if (cookie := headers.get("set-cookie")) else {})}
    return RedirectResponse(f"/sign-in?next={there}", 303, kept)


def _page_of(document: dict[str, object], request: Request, headers: Headers, around: dict[str, Any]) -> ASGIApp:
    status = int(str(document["status"]))
    title = _BY_KIND.get(str(document.get("type", "")).rpartition(":")[2]) or _TITLES.get(
        status, str(document["title"])
    )
    kept = {name: headers[name] for name in _KEPT if name in headers}
    detail = str(document["detail"])
    return page(
        request,
        "problem.html",
        status,
        kept,
        **around,
        title=title,
        detail=capital(detail).rstrip("."),
        problems=document.get("problems", []) if len(document.get("problems", []) or []) > 1 else [],  # type: ignore[arg-type]
    )
