"""The messages to callers when the ledger cannot be used: the remedy, and nothing of the database's address.

The errors of the database name its address, files, roles and processes; they go to the log only.
"""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api.http.access.callers import known_caller
from api.http.problem_documents import problem, problem_of
from api.papers.wording import safe_text
from domain.ledger.access_marks import AccessLost
from domain.refusals import FilesDamaged, InDoubt, LedgerDamaged, LedgerUnusable, NothingRecorded, ReplicaOnly

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


#: The most event ids in the sentence itself.
_NAMED = 3


def handle_unusable(app: FastAPI) -> None:
    """Answer LedgerUnusable, and a slot that is not free, with a problem document."""

    @app.exception_handler(LedgerUnusable)
    def unusable(request: Request, error: LedgerUnusable) -> JSONResponse:
        return told_unusable(request, error)


def told_unusable(request: Request, error: LedgerUnusable) -> JSONResponse:
    """The problem document of an unusable ledger; the details are logged."""
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
            # A caller who may record is told the cause and the remedy.
            return _NOT_TAKEN if caller is None or caller.way == "anyone" else str(error)
        case AccessLost():
            return _ACCESS_LOST
        case LedgerDamaged():
            return _DAMAGED
        case InDoubt():
            return _LOST_ON_THE_WAY
    return _LOST if request.method in ("GET", "HEAD") else _LOST_ON_THE_WAY
