"""Errors as RFC 9457 problem documents: what was wrong, in a sentence that names the thing and the remedy."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NotRequired

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from typing_extensions import TypedDict

from api.formats import FORMATS, FormatUnknown, addressed
from api.papers.paper import PaperTooLong
from api.papers.wording import safe_text
from domain.envelopes import NotAnEvent
from domain.errors import PlanUnknown, VersionConflict
from domain.points import PointUnknown, PointUnreadable
from domain.rules import Refused
from projections.action import ActionUnknown
from projections.claims import ClaimUnreadable
from projections.counted import CountUnknown
from projections.event import EventUnknown
from projections.rag_comparison import PointsReversed

log = logging.getLogger("asat")

PROBLEM = "application/problem+json"


class FieldProblem(TypedDict):
    """What is wrong with one field; where a list is recorded, `index` is the place of its event in it, from 0."""

    field: str
    detail: str
    index: NotRequired[int]


class ProblemDocument(TypedDict):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    problems: NotRequired[list[FieldProblem]]
    index: NotRequired[int]
    version: NotRequired[int]
    event_ids: NotRequired[list[str]]


class Unreadable(ValueError):
    """A request that cannot be read; `problems` names the fields."""

    def __init__(self, detail: str, problems: list[FieldProblem] | None = None, status: int = 422) -> None:
        self.problems, self.status = problems or [], status
        super().__init__(detail)


def problem(status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem document; `kind` becomes its type, a stable name that programs may rely on."""
    document = {"type": f"tag:asat,2026:{kind}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    # A problem repeats what it was asked: no browser may take that for a page.
    sent = {**(headers or {}), "X-Content-Type-Options": "nosniff"}
    return JSONResponse(document | more, status, headers=sent, media_type=PROBLEM)


def documented(errors: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Statuses and what they mean, for the description of the API."""
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {status: {"description": what, "content": {PROBLEM: {"schema": schema}}} for status, what in errors.items()}


def handle_problems(app: FastAPI) -> None:
    """Have every error of the application answered with a problem document."""
    for error, status, kind in (
        (ActionUnknown, 404, "unknown-action"),
        (CountUnknown, 404, "unknown-count"),
        (EventUnknown, 404, "unknown-event"),
        (PointUnknown, 404, "unknown-point"),
        (FormatUnknown, 404, "unknown-form"),
        (PointUnreadable, 422, "unreadable-point"),
        (PointsReversed, 422, "points-reversed"),
        (PaperTooLong, 422, "paper-too-long"),
        (ClaimUnreadable, 422, "unreadable-claim"),
    ):
        app.add_exception_handler(error, _plain(status, kind))

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> JSONResponse:
        return problem(409, "refused", str(error), index=error.index)

    @app.exception_handler(VersionConflict)
    def conflict(_: Request, error: VersionConflict) -> JSONResponse:
        return problem(412, "version-conflict", str(error), {"ETag": f'"{error.actual}"'}, version=error.actual)

    @app.exception_handler(NotAnEvent)
    def not_an_event(_: Request, error: NotAnEvent) -> JSONResponse:
        return problem(422, "not-an-event", str(error))

    @app.exception_handler(Unreadable)
    def unreadable(_: Request, error: Unreadable) -> JSONResponse:
        more: dict[str, Any] = {"problems": error.problems} if error.problems else {}
        # The rest of what is too large is on its way still, for as long as whoever sends it likes.
        headers = {"Connection": "close"} if error.status == 413 else {}
        return problem(error.status, "unreadable", str(error), headers, **more)

    @app.exception_handler(ClientDisconnect)
    def gone(_: Request, __: ClientDisconnect) -> JSONResponse:
        # Nobody reads it; but it is no fault of ours, and whoever likes could fill the log with its trace.
        return problem(400, "cut-off", "the request ended before its body did; nothing was recorded")

    @app.exception_handler(PlanUnknown)
    def unknown_plan(_: Request, error: PlanUnknown) -> JSONResponse:
        return problem(404, "unknown-plan", f"{error}; /plans lists those there are")

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        details = error.errors()
        if request.method == "GET" and (in_path := [one for one in details if one["loc"][0] == "path"]):
            return _not_an_address(request, str(in_path[0]["loc"][1]))
        problems = [{"field": str(one["loc"][-1]), "detail": _in_words(one)} for one in details]
        sentence = "; ".join(f"{one['field']} {one['detail']}" for one in problems)
        return problem(422, "unreadable", sentence, problems=problems)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return _not_an_address(request, "nothing")
        sentence, headers = str(error.detail), dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = headers.get("Allow", "").replace("GET", "GET, HEAD")
            sentence = f"this address does not take {request.method[:20]}, only {headers['Allow']}"
        return problem(error.status_code, "http", sentence, headers)

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", safe_text(request.method), safe_text(request.url.path), exc_info=error)
        return problem(500, "fault", "the program failed on this request; nothing was recorded by it")


_WORDS = {
    "missing": "is needed: say it in the address, as in ?previous=2019-03-29",
    "string_pattern_mismatch": "is not lower-case words joined by hyphens, such as stockton-ilacs",
    "int_parsing": "is not a whole number",
    "bool_parsing": "is neither 1 nor 0",
}


def _in_words(detail: Mapping[str, Any]) -> str:
    """What is wrong with a parameter, to go on after its name."""
    said = str(detail["msg"])
    return _WORDS.get(detail["type"], said.replace("Input should", "should").replace("String should", "should"))


def _not_an_address(request: Request, what: str) -> JSONResponse:
    """Nothing has this address; perhaps its suffix is no form, or its plan cannot be one."""
    stem, _, suffix = request.url.path.rpartition(".")
    asked = stem.startswith("/plans") and suffix.isalnum() and what != "action"
    forms = [FORMATS[name].suffix for name in addressed()]
    if asked and f".{suffix}" not in forms and _is_address(request.app, stem):
        sentence = f"the answer does not come as .{suffix[:20]}; it comes as {', '.join(forms)}"
        return problem(404, "unknown-form", sentence)
    return problem(404, f"unknown-{what}" if what != "nothing" else "http", _NOWHERE[what])


_NOWHERE = {
    "nothing": "there is nothing at this address; /openapi.json lists the addresses there are",
    "plan": "there is no such plan: a plan's name is lower-case words joined by hyphens; /plans lists those there are",
    "action": "there is no such action: an action's number has at most 32 characters",
    "version": "there is no such event: an event is called by its version, a whole number such as 212",
}


def _is_address(app: FastAPI, path: str) -> bool:
    scope = {"type": "http", "path": path, "method": "GET", "root_path": ""}
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)


def _plain(status: int, kind: str) -> Any:
    def handler(_: Request, error: Exception) -> JSONResponse:
        return problem(status, kind, str(error))

    return handler
