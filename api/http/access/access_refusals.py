"""Answering, noting and logging refusals of a caller."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api import log
from api.http.access.access_audit import note
from api.http.access.browser_sessions import forget
from api.http.access.callers import CHALLENGE, cookie_name, known_caller
from api.http.access.rate_limits import REFUSALS_LEFT_OUT_NOTED, REFUSALS_NOTED, limiter_of
from api.http.problem_documents import problem_of
from api.http.request_refusals import AuthorSaid, Forged, OpenToOthers, PlanHidden, SignInNeeded, TooFast
from domain.access.access_events import RefusalsLeftOut, RequestRefused
from domain.access.principals import NotAllowed
from domain.access.roles import Role
from domain.refusals import Refusal


def handle_refusals(app: FastAPI) -> None:
    """Answer every refusal of a caller with a problem document."""

    @app.exception_handler(SignInNeeded)
    def unknown(request: Request, error: SignInNeeded) -> JSONResponse:
        _log(request, 401, str(error))
        challenge = f'{CHALLENGE}, error="invalid_token"' if error.wrong else CHALLENGE
        answer = problem_of(error, headers={"WWW-Authenticate": challenge})
        if error.wrong and request.cookies.get(cookie_name(app)):
            forget(request, answer)
        return answer

    @app.exception_handler(NotAllowed)
    def not_allowed(request: Request, error: NotAllowed) -> JSONResponse:
        _refused(request, 403, error.role, error.plan)
        return problem_of(error, role=error.role)

    @app.exception_handler(PlanHidden)
    def hidden(request: Request, error: PlanHidden) -> JSONResponse:
        _refused(request, 404, "reader", request.path_params.get("plan"))
        return problem_of(error.listed_by("/plans"))

    def logged(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refusal), "it is called for kinds of refusals alone"
        answer = problem_of(error)
        _log(request, answer.status_code, str(error))
        return answer

    for kind in (AuthorSaid, OpenToOthers, Forged, TooFast):
        app.add_exception_handler(kind, logged)


def _refused(request: Request, status: int, role: Role, plan: str | None) -> None:
    """Log a refusal and, for a known caller, note it in the ledger; unknown callers could fill the disk."""
    _log(request, status, f"lacks the role {role}")
    caller = known_caller(request)
    if caller is None or not caller.is_known:
        return
    name, limiter = caller.principal.name, limiter_of(request)
    if not limiter.hit(REFUSALS_NOTED, "refusal", name):
        what = f"{request.method} {request.url.path}"[:200]
        note(request.app, RequestRefused(what=what, role=role, plan=plan), name)
    elif not limiter.hit(REFUSALS_LEFT_OUT_NOTED, "refusals left out", name):
        note(request.app, RefusalsLeftOut(noted=REFUSALS_NOTED), name)


def _log(request: Request, status: int, why: str) -> None:
    caller = known_caller(request)
    by = caller.principal.name if caller else None
    log.told("refused", status=status, method=request.method, path=request.url.path, by=by, why=why)
