"""What is noted in the audit of access beside what the ledger notes itself: refusals, and what was taken away."""

from fastapi import FastAPI, Request, Response
from starlette.background import BackgroundTask

from api import log
from api.http.access.callers import known_caller
from api.http.access.rate_limits import EXPORTS_NOTED, limiter_of
from domain.access.events import AccessEvent, Exported
from domain.ledger.ledger import Ledger
from domain.refusals import LedgerUnusable

#: The forms that are data for programs and pages on their way, not files that somebody takes away.
_READ_IN_PLACE = ("json",)


def note(app: FastAPI, event: AccessEvent, by: str) -> None:
    """Note it in the ledger, or say in the log why that cannot be: what was asked is answered all the same."""
    ledger: Ledger = app.state.ledger
    try:
        ledger.access.note(event, by)
    except LedgerUnusable as error:
        log.told("not noted", event=type(event).__name__, by=by, why=str(error))


def noting_export(request: Request, response: Response, form: str) -> Response:
    """The response, noted as taken away once it was sent: in the log, and of those who are known in the ledger.

    Nothing is on an open ledger, where nobody is known, nor of a HEAD, by which nothing is taken. What is not known
    would fill the ledger by the thousand without saying who it was, and so does who takes more than anybody reads.
    """
    caller = known_caller(request)
    if form in _READ_IN_PLACE or response.status_code != 200 or caller is None or caller.way == "open":
        return response
    if getattr(request.state, "is_head", False):
        return response
    name, path, plan = caller.principal.name, request.url.path, request.path_params.get("plan")

    def export_noted() -> None:
        log.told("exported", by=name, path=path, form=form)
        if caller.is_known and not limiter_of(request).hit(EXPORTS_NOTED, "export", name):
            note(request.app, Exported(what=path[:200], form=form, plan=plan), name)

    response.background = BackgroundTask(export_noted)
    return response
