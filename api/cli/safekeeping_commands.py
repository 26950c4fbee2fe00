"""Backup and restore.

They need no role: the operator can read the database's files anyway.
"""

import shlex
from datetime import datetime
from pathlib import Path

import click

from api import clock
from api.cli.argument_types import INSTANT
from api.cli.command_context import Session, complain
from api.settings import account
from domain.access.access_events import CommandBegun
from domain.access.principal_names import operator
from domain.instants import instant_text
from domain.integrity.evidence_packs import checkpoint_in
from domain.ledger.opening import make_ledger, refuse_two_databases
from domain.opened_ledger import Ledger
from domain.points import read_instant
from domain.postgres.archive import archive_continuously, restore_to
from domain.postgres.backup_refusals import BackupCode, BackupUnusable
from domain.proofs.checkpoint import NotACheckpoint
from domain.proofs.signed_notes import NotANote
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.pack_zip import read_pack
from domain.safekeeping.backups import Backup, back_up
from domain.safekeeping.restoring import proved, restore


@click.command(short_help="Back up the whole ledger.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the backup to this new file, such as 2026-11-20.asat.",
)
@click.option(
    "--continuous",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="From now on copy all that is written to this folder: any moment can be restored.",
)
@click.pass_obj
def backup(session: Session, /, output: Path | None, continuous: Path | None) -> None:
    """Back up the whole ledger, while recording goes on.

    With -o, to one file, as it is at this moment; it can be restored into any PostgreSQL. With --continuous, the
    embedded server copies all that it writes to FOLDER, within a minute, from now on; do it again every week, so that
    restoring stays quick. Either holds everything, also who may sign in: keep it as you keep the ledger.

    \b
      asat backup -o /media/backup/2026-11-20.asat
      asat backup --continuous /media/backup/asat
    """
    if (output is None) == (continuous is None):
        raise click.UsageError("say what to back up to: -o FILE for one file, or --continuous FOLDER")
    if output is not None:
        made = back_up(session.ledger, output)
        click.echo(f"{output}: {_counted(made)}, as they were at {instant_text(made.made_at)}")
    elif continuous is not None:
        first = _archive(session, continuous)
        click.echo(f"{continuous}: every moment from {instant_text(first)} on can be restored")


def _counted(made: Backup) -> str:
    return ", ".join(f"{one.size:,} event{'' if one.size == 1 else 's'} in {one.schema}" for one in made.ledgers)


@click.command(name="restore", short_help="Restore a backup, and prove what was restored.")
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="BACKUP")
@click.option(
    "--to",
    "to",
    type=INSTANT,
    metavar="INSTANT",
    help="Restore what was recorded by this instant, from a folder of backup --continuous.",
)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DATA",
    help="Data folder to restore into; otherwise the ledger that is set.",
)
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A checkpoint or evidence pack that you hold: what is restored is compared with it.",
)
@click.pass_obj
def restore_command(session: Session, /, source: Path, to: str | None, into: Path | None, since: Path | None) -> None:
    """Restore a BACKUP into a ledger that holds nothing yet, and prove what was restored.

    BACKUP is a file of `asat backup -o`, or the folder of `asat backup --continuous`, of which --to takes any moment.
    A ledger that holds anything is never replaced. Afterwards everything is checked, as `asat check` does, and compared
    with what the backup and every checkpoint in it say; only what you hold yourself (--since, a checkpoint or evidence
    pack) says anything against somebody who could alter the backup. Exits with 1 where something does not hold.

    What was ended after the backup counts again: tokens, roles, passwords, and texts that were redacted. All sessions
    and unused links are ended; the rest is for you to end again (docs/safekeeping.md).

    \b
      asat restore 2026-11-20.asat --into ./restored --since checkpoint.txt
      asat restore /media/backup/asat --to 2026-11-20T09:00:00Z --into ./restored
    """
    moment = read_instant(to) if to is not None else None
    if moment is not None and not source.is_dir():
        raise click.UsageError("--to goes with the folder of `asat backup --continuous`; a file is of one moment")
    # The owner restores, if it is another login than the one that serves.
    url, data = (None, into) if into is not None else (session.owner_url or session.database_url, session.data)
    login = session.serving_login if into is None else None
    outside = _read(since) if since else None
    if into is None:
        refuse_two_databases(session.database_url, session.owner_url)
    held = None
    if source.is_dir():
        _restore_folder(source, moment, url, data)
    else:
        held = restore(source, database_url=url, data=data, login=login)
        if login is not None and url is not None:  # upgrades the backup of an older program
            make_ledger(url, login)
    with Ledger.open(database_url=url, data=data) as ledger:
        _tell(ledger, held, outside)
        _end_what_was_open(ledger)
    usual = url is not None or data == session.settings.data
    click.echo(f"To serve it: asat {'' if usual else f'--data {shlex.quote(str(data))} '}serve")


def _archive(session: Session, folder: Path) -> datetime:
    if session.database_url is not None:
        raise BackupUnusable(
            BackupCode.EMBEDDED_ONLY,
            "--continuous is for the embedded server. A PostgreSQL of your own archives its log by its own settings"
            " (archive_command, or a tool such as pgBackRest); restore with it and run asat check",
        )
    return archive_continuously(session.data, folder)


def _restore_folder(archive: Path, moment: datetime | None, url: str | None, data: Path) -> None:
    if url is not None:
        raise BackupUnusable(
            BackupCode.INTO_NEEDED,
            "an archive of the embedded server is restored into a data folder: name one with --into",
        )
    restore_to(archive, moment, data)


def _tell(ledger: Ledger, held: Backup | None, since: bytes | None) -> None:
    size = ledger.size()
    events, plans = f"{size:,} event{'' if size == 1 else 's'}", len(ledger.plans())
    click.echo(f"{events} restored in {plans} plan{'' if plans == 1 else 's'}; what was compared:")
    failed = 0
    for holds, sentence in proved(ledger, held, since):
        if holds:
            click.echo(f"  {sentence}")
        else:
            failed += 1
            complain(f"asat: {sentence}")
    if failed:
        complain("asat: record nothing in it before it is known why; the backup is as it was")
        raise SystemExit(1)
    if since is None:
        click.echo("  Not compared with a checkpoint that you hold: --since FILE shows that the backup was not altered")


def _end_what_was_open(ledger: Ledger) -> None:
    """End sessions and links, and print what the operator has to end again."""
    click.echo("Texts that were redacted after the backup are there again: redact them again")
    access, by = ledger.access, operator(account())
    if not access.audit.size():
        return
    access.audit.note(CommandBegun(command="restore"), by)
    sessions, links = access.sessions.end_all(clock.now(), by), access.links.end_all(clock.now(), by)
    click.echo(
        "What was ended after the backup counts again: tokens that were revoked (look at `asat token list`), roles that"
        " were ended and people who have left (`asat principal list`), and passwords from then. End those again before"
        " anybody is let in. All sessions and unused links were ended"
        f" ({sessions} and {links})."
    )


def _read(file: Path) -> bytes:
    """The checkpoint or pack to compare with; raises BackupUnusable if the file is neither."""
    held = read_pack(file)
    try:
        checkpoint_in(held)
    except (NotANote, NotACheckpoint, Failed) as error:
        raise BackupUnusable(
            BackupCode.NOT_COMPARABLE,
            f"{file} is no checkpoint and no evidence pack that holds ({error}); nothing was restored",
        ) from error
    return held


COMMANDS = (backup, restore_command)
