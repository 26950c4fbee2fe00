"""Errors of the database as sentences for the operator, with the cause and the remedy."""

import psycopg
from psycopg import errors

from domain.refusals import FilesDamaged, LedgerUnusable, NothingRecorded

#: Words in the message of a refused connection, whose error has no code -> remedy. A message with other words, or in
#: another language, is shown without a remedy.
_NOT_LET_IN = (
    (("password authentication failed", "no password supplied"), "give the right password in ASAT_DATABASE_URL"),
    (("too many clients", "too many connections", "connection slots are reserved"),
     "end programs that hold connections, or raise max_connections of the server or the connection limit of the role"),
    (("is starting up", "not yet accepting connections", "in recovery mode"), "wait until it has started"),
    (("is shutting down",), "start it again"),
    (("no pg_hba.conf entry", "authentication failed", "is not permitted to log in"),
     "let the role of ASAT_DATABASE_URL log in from this machine (pg_hba.conf of the server)"),
    (("does not exist",), "make what is missing, or name another role or database in ASAT_DATABASE_URL"),
    (("permission denied",), "grant the role what it lacks"),
    (("Connection refused", "No such file or directory", "could not translate host name", "timeout expired",
      "Name or service not known", "Network is unreachable", "No route to host"),
     "start the server, or name the right one in ASAT_DATABASE_URL"),
)  # table: words and a remedy, a pair after the other  # fmt: skip

_CLOCK = (
    "nothing was recorded: the last event was recorded at {last}, and the clock of the database says {now}. If that"
    " clock is behind, set it right; if it is right, it was ahead when that event was recorded: restore a backup from"
    ' before it, or wait until then (docs/safekeeping.md, "When a clock was wrong")'
)


def in_short(error: BaseException | None) -> str:
    """The primary message of a database error, without its context."""
    cause = error if isinstance(error, psycopg.Error) else getattr(error, "__cause__", None)
    primary = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    return primary or " ".join(str(error).split())


def not_let_in(error: psycopg.Error) -> str:
    """Why there is no connection, in the database's words, and what to do."""
    cause = in_short(error)
    for words, remedy in _NOT_LET_IN:
        if any(word in cause for word in words):
            return f"{cause}: {remedy}"
    return cause


def unusable(error: BaseException | None) -> LedgerUnusable | None:
    """The refusal for a statement that the database would refuse again; None for any other error."""
    cause = in_short(error)
    match error:
        case psycopg.Error(sqlstate="AS001"):
            return NothingRecorded(_CLOCK.format(last=error.diag.message_detail, now=error.diag.message_hint))
        case errors.DataCorrupted() | errors.IndexCorrupted() | errors.InternalError_() | errors.UndefinedFile():
            return FilesDamaged(cause)
        case errors.IoError():
            return LedgerUnusable(
                f"the database cannot read or write its files ({cause}): look at its disk and at its log, and restore a"
                " backup where they are lost (docs/safekeeping.md)"
            )
        case errors.DiskFull():
            return NothingRecorded(f"nothing was recorded: the disk of the database is full ({cause}); make room")
        case errors.OutOfMemory():
            return NothingRecorded(f"nothing was recorded: the database is out of memory ({cause}); give it more")
        case errors.InsufficientPrivilege():
            return LedgerUnusable(
                f"the database does not let its role do this ({cause}): `asat check` names what was taken from it"
            )
        case errors.InvalidSchemaName() | errors.UndefinedTable() | errors.UndefinedFunction():
            return LedgerUnusable(
                f"the ledger's schema is not whole ({cause}): name the right database in ASAT_DATABASE_URL, or restore"
                " a backup (docs/safekeeping.md)"
            )
    return None


def cannot_be_used(error: psycopg.Error) -> LedgerUnusable:
    """The refusal for a database that cannot be used at all."""
    if (known := unusable(error)) is not None:
        return known
    if isinstance(error, psycopg.OperationalError):
        return LedgerUnusable(f"the database cannot be used: {not_let_in(error)}; see ASAT_DATABASE_URL")
    return LedgerUnusable(f"the database cannot be used: {in_short(error)}; see ASAT_DATABASE_URL")
