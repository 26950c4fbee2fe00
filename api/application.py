"""The web application: all routes, for one ledger."""

from pathlib import Path

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.forgetting import Forgetting
from api.http.access.access_refusals import handle_refusals
from api.http.access.address_roles import every_route_declares, needs
from api.http.access.openid_client import OpenId
from api.http.access.rate_limits import Limiter
from api.http.hosts import OwnHosts
from api.http.openapi_description import describe
from api.http.problem_documents import documented, handle_problems
from api.http.proof_addresses import packing
from api.http.question_addresses import reading
from api.http.record_addresses import recording
from api.http.request_limits import BodyLimits, RequestLog
from api.http.security_headers import SecurityHeaders
from api.http.unusable import handle_unusable, told_unusable
from api.page_registry import PAGES
from api.pages.problem_pages import ProblemPages
from api.pages.routes import Instead, answer_instead
from api.serving_settings import ServingSettings
from domain.integrity.guards import powers_of_login
from domain.ledger.replica_status import replica_status
from domain.opened_ledger import Ledger
from domain.refusals import LedgerUnusable


def make_application(
    ledger: Ledger, by: str, host: str = "127.0.0.1", key: Path | None = None, settings: ServingSettings | None = None
) -> FastAPI:
    """The application on this ledger.

    Purges after redactions run only inside the context manager `app.state.forgetting`.

    Args:
        ledger: an open ledger; the caller closes it.
        by: the author on an open ledger, if a request has no `X-Recorded-By`.
        host: the host name that it answers to, besides those of this machine.
        key: the file of the key that signs evidence packs; without it, packs are refused.
        settings: the public address, whose host name it then answers to as well, and the OpenID Connect provider.

    Raises:
        Undeclared: a route declares no role.
    """
    app = FastAPI(
        title="AsAt",
        summary="The audit trail of improvement plans.",
        version="0.1.0",
        docs_url=None,  # their scripts come from other sites; /openapi.json has the same content
        redoc_url=None,
        redirect_slashes=False,
    )
    settings = settings or ServingSettings()
    app.state.ledger, app.state.by, app.state.key = ledger, by, key
    app.state.url, app.state.https, app.state.limiter = settings.url, settings.url is not None, Limiter()
    app.state.forgetting = Forgetting(ledger)
    app.state.openid = OpenId(settings.openid) if settings.openid else None
    _add_middleware(app, settings.host or host)
    # Routes with a suffix come first: the route of a page would otherwise match them.
    for routes in (reading, recording, packing, *PAGES):
        app.include_router(routes)
    _add_health(app)
    app.add_exception_handler(Instead, answer_instead)
    for complete in (handle_problems, handle_refusals, handle_unusable, describe, every_route_declares):
        complete(app)
    return app


def _add_middleware(app: FastAPI, host: str) -> None:
    """Add what is around every request, the innermost first."""
    app.add_middleware(BodyLimits)
    app.add_middleware(OwnHosts, host=host, https=app.state.https)
    app.add_middleware(ProblemPages)
    app.add_middleware(SecurityHeaders, https=app.state.https)
    app.add_middleware(_Heads)  # outside the problem pages, which are made from the bodies that a HEAD omits
    app.add_middleware(RequestLog)


def _add_health(app: FastAPI) -> None:
    """Add the addresses that tell whether the program and its ledger work."""
    nobody = [Depends(needs("nobody"))]
    app.add_api_route("/healthz", _healthz, methods=["GET"], summary="The program is running.", dependencies=nobody)
    app.add_api_route(
        "/readyz",
        _readyz,
        methods=["GET"],
        summary="The ledger answers.",
        response_model=None,
        dependencies=nobody,
        responses={
            200: {"content": {"application/json": {"schema": {"type": "object"}}}},
            **documented({503: "The ledger does not answer."}),
        },
    )


def _healthz() -> dict[str, str]:
    return {"status": "running"}


def _readyz(request: Request) -> JSONResponse:
    try:
        ledger: Ledger = request.app.state.ledger
        ledger.ready()
        try:
            return JSONResponse(_state(ledger))
        except LedgerUnusable:  # a dead connection to a restarted database, replaced by now
            return JSONResponse(_state(ledger))
    except LedgerUnusable as error:
        return told_unusable(request, error)


def _state(ledger: Ledger) -> dict[str, object]:
    said: dict[str, object] = {"status": "ready", "guarded": not powers_of_login(ledger), "events": ledger.size()}
    if status := replica_status(ledger.datastore):
        said |= {"replica": True, "follows": status.follows, "behind_seconds": status.behind}
    return said


class _Heads:
    """Answers HEAD as GET, without the body; `request.state.is_head` marks the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        scope.setdefault("state", {})["is_head"] = True
        await self._app({**scope, "method": "GET"}, receive, send_head)
