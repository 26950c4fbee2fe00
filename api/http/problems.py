"""Errors as RFC 9457 problem documents: what was wrong, in a sentence that names the thing and the remedy."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from typing_extensions import NotRequired, TypedDict

from api.forms import FormUnknown
from domain.envelopes import NotAnEvent
from domain.ledger import LedgerUnusable, PlanUnknown, VersionConflict
from domain.points import PointUnknown, PointUnreadable
from domain.rules import Refused
from projections.action import ActionUnknown
from projections.claims import ClaimUnreadable

log = logging.getLogger("asat")

PROBLEM = "application/problem+json"


class FieldProblem(TypedDict):
    """What is wrong with one field of a proposal; `index` is its place in the batch, from 0."""

    field: str
    detail: str
    index: int


class ProblemDocument(TypedDict):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    problems: NotRequired[list[FieldProblem]]
    index: NotRequired[int]
    version: NotRequired[int]


class Unreadable(ValueError):
    """A request that cannot be read; `problems` names the fields."""

    def __init__(self, detail: str, problems: list[FieldProblem] | None = None, status: int = 422) -> None:
        self.problems, self.status = problems or [], status
        super().__init__(detail)


def problem(status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem document; `kind` becomes its type, a stable name that programs may rely on."""
    document = {"type": f"tag:asat,2026:{kind}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(document | more, status, headers=headers, media_type=PROBLEM)


def handle_problems(app: FastAPI) -> None:
    """Have every error of the application answered with a problem document."""
    for error, status, kind in (
        (PlanUnknown, 404, "unknown-plan"),
        (ActionUnknown, 404, "unknown-action"),
        (PointUnknown, 404, "unknown-point"),
        (FormUnknown, 404, "unknown-form"),
        (PointUnreadable, 422, "unreadable-point"),
        (ClaimUnreadable, 422, "unreadable-claim"),
        (LedgerUnusable, 503, "ledger-unusable"),
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
        return problem(error.status, "unreadable", str(error), **more)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            {"field": ".".join(str(part) for part in detail["loc"][1:]), "detail": detail["msg"], "index": 0}
            for detail in error.errors()
        ]
        sentence = "; ".join(f"{one['field']}: {one['detail']}" for one in problems)
        return problem(422, "unreadable", sentence, problems=problems)

    @app.exception_handler(HTTPException)
    def http(_: Request, error: HTTPException) -> JSONResponse:
        sentence = {404: "there is nothing at this address", 405: "this address does not take that method"}.get(
            error.status_code, str(error.detail)
        )
        return problem(error.status_code, "http", sentence, error.headers)

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(500, "fault", "the program failed on this request; nothing was recorded by it")


def _plain(status: int, kind: str) -> Any:
    def handler(_: Request, error: Exception) -> JSONResponse:
        return problem(status, kind, str(error))

    return handler
