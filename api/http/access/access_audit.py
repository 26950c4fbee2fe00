"""The entries that requests add to the audit of access: refusals and exports."""

from fastapi import FastAPI, Request, Response
from starlette.background import BackgroundTask

from api import log
from api.http.access.callers import known_caller
from api.http.access.rate_limits import EXPORTS_NOTED, limiter_of
from domain.access.access_events import AccessEvent, Exported
from domain.opened_ledger import Ledger
from domain.refusals import LedgerUnusable

#: Formats that are not exports: programs and pages read them.
_READ_IN_PLACE = ("json",)


def note(app: FastAPI, event: AccessEvent, by: str) -> None:
    """Note an event in the audit; if that fails, log it, and answer the request all the same."""
    ledger: Ledger = app.state.ledger
    try:
        ledger.access.audit.note(event, by)
    except LedgerUnusable as error:
        log.told("not noted", event=type(event).__name__, by=by, why=str(error))


def noting_export(request: Request, response: Response, form: str) -> Response:
    """The response; once sent, it is logged as an export and, for a known caller, noted in the ledger.

    Exports beyond the limit or by unknown callers are only logged. On an open ledger, and for HEAD, there are none.
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
