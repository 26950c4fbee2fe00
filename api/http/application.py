"""The web application: the addresses, put together around one ledger."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.described import describe
from api.http.hosts import OwnHosts
from api.http.problems import documented, handle_problems, problem
from api.http.reading import reading
from api.http.recording import recording
from api.pages import PAGES
from api.pages.problems import ProblemPages
from domain.ledger import Ledger, LedgerUnusable


def make_application(ledger: Ledger, by: str, host: str = "127.0.0.1") -> FastAPI:
    """The application on this ledger.

    Args:
        ledger: an open ledger; whoever opened it closes it.
        by: who records where a request does not say (`X-Recorded-By`).
        host: the name it is served under; it answers to that and to those of this machine.
    """
    app = FastAPI(
        title="AsAt",
        summary="The audit trail of improvement plans.",
        version="0.1.0",
        docs_url=None,  # their scripts come from elsewhere; /openapi.json says the same
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.ledger, app.state.by = ledger, by
    app.add_middleware(OwnHosts, host=host)
    app.add_middleware(ProblemPages)
    app.add_middleware(_Heads)  # around the pages of problems, which are made from the bodies that a HEAD leaves out
    # The forms with a suffix come first: a page's address would otherwise match them.
    for routes in (reading, recording, *PAGES):
        app.include_router(routes)
    app.add_api_route("/healthz", _healthz, methods=["GET"], summary="The program is running.")
    app.add_api_route(
        "/readyz", _readyz, methods=["GET"], summary="The ledger answers.", response_model=None,
        responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}},
                   **documented({503: "The ledger does not answer."})},
    )  # fmt: skip
    handle_problems(app)
    describe(app)
    return app


def _healthz() -> dict[str, str]:
    return {"status": "running"}


def _readyz(request: Request) -> JSONResponse:
    try:
        ledger: Ledger = request.app.state.ledger
        ledger.ready()
        return JSONResponse({"status": "ready", "guarded": ledger.guarded, "events": ledger.size()})
    except LedgerUnusable as error:
        return problem(503, "ledger-unusable", str(error))


class _Heads:
    """Answers HEAD as GET is answered, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, send_head)
