"""Purging after a command that redacted texts."""

from collections.abc import Sequence

import click

from api.cli.command_context import Session, complain
from api.forgetting import STILL_ON_DISK
from domain.envelopes import Recorded
from domain.events import TextRedacted
from domain.integrity.guards import powers_of_login
from domain.refusals import LedgerUnusable
from domain.safekeeping.purging import copied_elsewhere, purge


def purge_after(session: Session, stored: Sequence[Recorded]) -> None:
    """After a redaction, purge if this program may; otherwise say who must."""
    if not any(isinstance(one.event, TextRedacted) for one in stored):
        return
    # With a single login, that login is the owner.
    if session.ledger.server is not None or session.owner_url is not None or powers_of_login(session.ledger):
        try:
            purge_files(session)
        except LedgerUnusable as error:  # the event is recorded, whether or not the purge succeeds
            complain(f"asat: {STILL_ON_DISK}: {error}")
    else:
        complain(f"asat: {STILL_ON_DISK}, run as the owner of the ledger (ASAT_OWNER_URL)")


def purge_files(session: Session) -> bool:
    """Purge the files and print the result; return whether the purge is complete."""
    left = purge(session.ledger)
    for step in left:
        complain(f"the database's files may still hold it: {step}")
    if not left:
        click.echo("the database's files were written anew")
    if copied := copied_elsewhere(session.ledger):
        click.echo(copied)
    return not left
