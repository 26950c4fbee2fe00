"""What callers are told where the ledger cannot be used: what they can do, and nothing of where its database is.

What the database itself says names its address, its files, its roles and its processes; that goes to the log.
"""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api.http.access.callers import known_caller
from api.http.problem_documents import problem, problem_of
from api.papers.wording import safe_text
from domain.access.access_errors import AccessLost
from domain.refusals import (
    FilesDamaged,
    InDoubt,
    LedgerDamaged,
    LedgerUnusable,
    NothingRecorded,
    ReplicaOnly,
)

_log = logging.getLogger("asat")

_LOST = "the database does not answer just now: try again in a moment"
_LOST_ON_THE_WAY = (
    "the database did not answer; whether anything was recorded is not known: look before you send it again. Events "
    "sent with an event_id of yours can simply be sent again"
)
_NOT_KNOWN = (
    "outcome not known: the database has not answered in time. Send it again with the same event_id ({ids}): nothing"
    " is stored twice"
)
_FILES_DAMAGED = (
    "the files of the database are damaged: whoever runs it restores a backup, as its guide to safekeeping says"
)
_ACCESS_LOST = "who may do what is not known any more, so nobody is let in: whoever runs it restores a backup"
_DAMAGED = "the ledger holds something that this program cannot read: whoever runs it finds out what with `asat check`"
_NOT_TAKEN = "nothing was recorded: the database takes nothing just now; try again in a moment"


#: So many ids stand in the sentence itself.
_NAMED = 3


def handle_unusable(app: FastAPI) -> None:
    """Have it answered with a problem document where the ledger, or a place to make something, cannot be had."""

    @app.exception_handler(LedgerUnusable)
    def unusable(request: Request, error: LedgerUnusable) -> JSONResponse:
        return told_unusable(request, error)


def told_unusable(request: Request, error: LedgerUnusable) -> JSONResponse:
    """The problem document for it; what went wrong in detail is logged."""
    _log.warning("%s %s: %s", safe_text(request.method), safe_text(request.url.path), error)
    if isinstance(error, InDoubt) and error.event_ids:
        ids = [str(event_id) for event_id in error.event_ids]
        named = ", ".join(ids) if len(ids) <= _NAMED else f"event_ids has the {len(ids)} of them"
        again = {"Retry-After": "30"}
        return problem(503, error.code, _NOT_KNOWN.format(ids=named), again, event_ids=ids)
    return problem_of(error, _sentence(request, error))


def _sentence(request: Request, error: LedgerUnusable) -> str:
    match error:
        case ReplicaOnly():
            return str(error)
        case FilesDamaged():
            return _FILES_DAMAGED
        case NothingRecorded() if request.method in ("GET", "HEAD"):
            return _LOST
        case NothingRecorded():
            caller = known_caller(request)
            # Who may record is told what keeps them from it, and how to end that.
            return _NOT_TAKEN if caller is None or caller.way == "anyone" else str(error)
        case AccessLost():
            return _ACCESS_LOST
        case LedgerDamaged():
            return _DAMAGED
        case InDoubt():
            return _LOST_ON_THE_WAY
    return _LOST if request.method in ("GET", "HEAD") else _LOST_ON_THE_WAY
