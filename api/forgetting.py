"""After a redaction the database's files are written anew, before it is answered."""

import logging
from collections.abc import Iterable

from domain.envelopes import Recorded
from domain.events import TextRedacted
from domain.ledger import Ledger, LedgerUnusable
from domain.ledger.backups import owner_conninfo
from domain.ledger.purging import copied_elsewhere


def forget_redacted(ledger: Ledger, stored: Iterable[Recorded]) -> None:
    """Have the files forget what these events redacted. Where that fails the texts are gone from every answer all the
    same, and `asat purge` does it later: it is said in the log."""
    if not any(isinstance(one.event, TextRedacted) for one in stored):
        return
    try:
        left = ledger.purge()
        if copied := copied_elsewhere(owner_conninfo(ledger)):
            logging.getLogger("asat").warning("after a redaction: %s", copied)
    except LedgerUnusable as error:
        left = [str(error)]
    for step in left:
        logging.getLogger("asat").warning("not done after a redaction, run `asat purge`: %s", step)
