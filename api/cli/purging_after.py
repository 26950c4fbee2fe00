"""Commands that destroyed texts have the database's files forget them, where that is theirs to do."""

from collections.abc import Sequence

import click

from api.cli.command_context import Session, complain
from api.forgetting import STILL_ON_DISK
from domain.envelopes import Recorded
from domain.events import TextRedacted
from domain.refusals import LedgerUnusable
from domain.safekeeping.backups import owner_conninfo
from domain.safekeeping.purging import copied_elsewhere


def purge_after(session: Session, stored: Sequence[Recorded]) -> None:
    """Purge where this redacted something, if this program is the one that does; else say who is to."""
    if not any(isinstance(one.event, TextRedacted) for one in stored):
        return
    # With one login for everything it is the owner who asks.
    if session.ledger.purges_itself or session.owner_url is not None or not session.ledger.guarded:
        try:
            purge_files(session)
        except LedgerUnusable as error:  # the event is recorded, whatever becomes of the files
            complain(f"asat: {STILL_ON_DISK}: {error}")
    else:
        complain(f"asat: {STILL_ON_DISK}, run as the owner of the ledger (ASAT_OWNER_URL)")


def purge_files(session: Session) -> bool:
    """Whether all of it was done."""
    left = session.ledger.purge()
    for step in left:
        complain(f"the database's files may still hold it: {step}")
    if not left:
        click.echo("the database's files were written anew")
    if copied := copied_elsewhere(owner_conninfo(session.ledger)):
        click.echo(copied)
    return not left
