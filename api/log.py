"""The log of the server: a line of JSON for each request, sign-in, refusal and export.

It never holds a secret: no token, password, cookie or query. It is off by default, so that programs and tests that use
the application get no output; faults are always logged.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

_LOG = logging.getLogger("asat.told")
#: Longest text in a log line, in characters.
_LONGEST = 500


def told(kind: str, **facts: object) -> None:
    """Log an event of this kind, with those of its facts that are not None."""
    if _LOG.isEnabledFor(logging.INFO):
        said = {name: _short(fact) for name, fact in facts.items() if fact is not None}
        _LOG.info(kind, extra={"facts": said})


def log_to(stream: TextIO = sys.stderr) -> None:
    """Log to this stream from now on, faults with their traceback."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines())
    logger = logging.getLogger("asat")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class _Lines(logging.Formatter):
    """Formats each record as one line of JSON; escaping keeps its contents from starting another line."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        facts: dict[str, object] | None = getattr(record, "facts", None)
        if facts is not None:
            return json.dumps({"at": at, "kind": record.getMessage(), **facts})
        fault = {"at": at, "kind": "fault", "level": record.levelname.lower(), "said": record.getMessage()}
        if record.exc_info:
            fault["trace"] = self.formatException(record.exc_info)
        return json.dumps(fault)


def _short(fact: object) -> object:
    return fact[:_LONGEST] if isinstance(fact, str) else fact
