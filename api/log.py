"""The log: a line of JSON for each request, sign-in, refusal and export, for whoever runs the server.

No secret goes into it: no token, password, cookie or query. It is silent until it is asked for, so that a program or
a test that uses the application is not talked to; faults are logged in any case.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

_LOG = logging.getLogger("asat.told")
#: Longest text in a line, in characters.
_LONGEST = 500


def told(kind: str, **facts: object) -> None:
    """Log that something of this kind happened, with the facts of it that are not None."""
    if _LOG.isEnabledFor(logging.INFO):
        said = {name: _short(fact) for name, fact in facts.items() if fact is not None}
        _LOG.info(kind, extra={"facts": said})


def log_to(stream: TextIO = sys.stderr) -> None:
    """Log to a stream from now on; also what goes wrong, with its trace."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines())
    logger = logging.getLogger("asat")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


class _Lines(logging.Formatter):
    """Each record as a JSON object on a line of its own; whatever is in it cannot begin another."""

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
