"""Errors as problem documents (RFC 9457): a sentence that names the fault and the remedy."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NotRequired

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from typing_extensions import TypedDict

from api.formats import FORMATS, addressed
from api.http.request_refusals import (
    AuthorSaid,
    CutOff,
    FieldProblem,
    ForeignHost,
    ForeignOrigin,
    Forged,
    NoSigningKey,
    OpenToOthers,
    PackRefused,
    RequestCode,
    SignInNeeded,
    TooFast,
    Unreadable,
)
from api.papers.wording import safe_text
from api.waiting import NoPlace
from domain.access.principals import NotAllowed
from domain.misfits import should_be
from domain.refusals import (
    LedgerUnusable,
    NotReached,
    PlanUnknown,
    Refusal,
    Refused,
    Unknown,
    Unprocessable,
    VersionConflict,
)

log = logging.getLogger("asat")

PROBLEM = "application/problem+json"


class ProblemDocument(TypedDict):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: NotRequired[str]
    problems: NotRequired[list[FieldProblem]]
    index: NotRequired[int]
    version: NotRequired[int]
    event_ids: NotRequired[list[str]]


def problem(status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem document; `kind` becomes its type, a stable name for programs."""
    document = {"type": f"tag:asat,2026:{kind}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    document |= {"code": kind}
    # A problem repeats parts of the request: browsers must not take it for a page.
    sent = {**(headers or {}), "X-Content-Type-Options": "nosniff"}
    return JSONResponse(document | more, status, headers=sent, media_type=PROBLEM)


def documented(errors: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Responses by status, with what each status means, for the OpenAPI description."""
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {status: {"description": what, "content": {PROBLEM: {"schema": schema}}} for status, what in errors.items()}


#: Class of a refusal -> status and type of its problem document; None: the type is the `code` of the class.
STATUSES: dict[type[Refusal], tuple[int, str | None]] = {
    Refused: (409, None),
    VersionConflict: (412, None),
    Unprocessable: (422, None),
    Unknown: (404, None),
    SignInNeeded: (401, None),
    NotAllowed: (403, "not-allowed"),
    AuthorSaid: (403, None),
    Forged: (403, None),
    ForeignOrigin: (403, None),
    ForeignHost: (421, None),
    OpenToOthers: (421, None),
    TooFast: (429, None),
    CutOff: (400, None),
    NoSigningKey: (409, None),
    PackRefused: (409, None),
    LedgerUnusable: (503, "ledger-unusable"),
    NotReached: (503, None),
    NoPlace: (503, None),
}
#: Code of an unreadable request -> its status, where it is not the usual one.
UNREADABLE = {RequestCode.TOO_LARGE: 413, RequestCode.WRONG_MEDIA_TYPE: 415, RequestCode.TWO_LENGTHS: 400}


def status_and_type(kind: type[Refusal]) -> tuple[int, str]:
    """The status and type of the problem document for a class of refusal; raises KeyError if it has none."""
    for one in kind.__mro__:
        if issubclass(one, Refusal) and one in STATUSES:
            status, name = STATUSES[one]
            return status, name or kind.code
    raise KeyError(kind)


def problem_of(
    error: Refusal, detail: str | None = None, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """The problem document of a refusal; `detail` replaces its message."""
    status, name = status_and_type(type(error))
    if isinstance(error, Unreadable):
        status = next((other for code, other in UNREADABLE.items() if code is error.code), status)
    members = {"code": error.code, "field": error.field or None, "index": error.index, **more}
    retry_after = getattr(error, "retry_after", None)
    sent = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    given = {name: value for name, value in members.items() if value is not None}
    return problem(status, name, detail or str(error), {**sent, **(headers or {})}, **given)


def handle_problems(app: FastAPI) -> None:
    """Answer every error of the application with a problem document."""
    for kind in STATUSES:
        app.add_exception_handler(kind, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)

    @app.exception_handler(VersionConflict)
    def conflict(_: Request, error: VersionConflict) -> JSONResponse:
        return problem_of(error, headers={"ETag": f'"{error.actual}"'}, version=error.actual)

    @app.exception_handler(Unreadable)
    def unreadable(_: Request, error: Unreadable) -> JSONResponse:
        return _unreadable(error)

    @app.exception_handler(ClientDisconnect)
    def gone(_: Request, __: ClientDisconnect) -> JSONResponse:
        # Nobody reads this answer. But it is not a fault of the server, and clients could fill the log with tracebacks.
        return problem_of(CutOff("the request ended before its body did; nothing was recorded"))

    @app.exception_handler(PlanUnknown)
    def unknown_plan(_: Request, error: PlanUnknown) -> JSONResponse:
        return problem_of(error.listed_by("/plans"))


def _unreadable(error: Unreadable) -> JSONResponse:
    # The rest of an oversized body may still arrive, for as long as the client likes.
    headers = {"Connection": "close"} if error.code == RequestCode.TOO_LARGE else {}
    return problem_of(error, headers=headers, problems=error.problems or None)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError), "it is called for this exception alone"
    details = error.errors()
    if request.method == "GET" and (in_path := [one for one in details if one["loc"][0] == "path"]):
        return _not_an_address(request, str(in_path[0]["loc"][1]))
    return _unreadable(parameters_unreadable([(_code(one), str(one["loc"][-1]), _in_words(one)) for one in details]))


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException), "it is called for this exception alone"
    if error.status_code == 404:
        return _not_an_address(request, "nothing")
    sentence, headers = str(error.detail), dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = headers.get("Allow", "").replace("GET", "GET, HEAD")
        sentence = f"this address does not take {request.method[:20]}, only {headers['Allow']}"
    return problem(error.status_code, "http", sentence, headers)


def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", safe_text(request.method), safe_text(request.url.path), exc_info=error)
    return problem(500, "fault", "the program failed on this request; nothing was recorded by it")


#: The most problems listed for one address.
MOST_TOLD = 100
_WORDS = {
    "missing": "is needed: say it in the address, as in ?previous=2019-03-29",
    "string_pattern_mismatch": "is not lower-case words joined by hyphens, such as stockton-ilacs",
    "int_parsing": "is not a whole number",
    "bool_parsing": "is neither 1 nor 0",
}


def parameters_unreadable(wrong: Sequence[tuple[RequestCode, str, str]]) -> Unreadable:
    """The refusal of an address with invalid parameters: code, name and problem of each."""
    code, field, _ = wrong[0] if len(wrong) == 1 else (RequestCode.PARAMETERS, "", "")
    problems: list[FieldProblem] = [{"field": name, "detail": detail, "code": why} for why, name, detail in wrong]
    sentence = "; ".join(f"{name} {detail}" for _, name, detail in wrong[:5])
    return Unreadable(code, field, sentence, problems[:MOST_TOLD])


def _code(detail: Mapping[str, Any]) -> RequestCode:
    return RequestCode.MISSING if detail["type"] == "missing" else RequestCode.NOT_ACCEPTED


def _in_words(detail: Mapping[str, Any]) -> str:
    """The problem with a parameter, as the end of a sentence that begins with its name."""
    return _WORDS.get(detail["type"]) or should_be(detail)


def _not_an_address(request: Request, what: str) -> JSONResponse:
    """The answer for an unknown address; its suffix may be no format, or its plan no valid name."""
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
    "version": "there is no such event: an event is called by its record number, a whole number such as 212",
}


def _is_address(app: FastAPI, path: str) -> bool:
    scope = {"type": "http", "path": path, "method": "GET", "root_path": ""}
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)


def _refusal(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal), "it is called for kinds of refusals alone"
    return problem_of(error)
