"""The commands that destroy texts for a legal reason, in the record and in the database's files."""

import click

from api.cli.command_context import Session
from api.cli.purging_after import purge_after, purge_files
from api.cli.record_commands import recording_as
from domain.envelopes import read_proposal
from domain.refusals import InDoubt


@click.command(short_help="Destroy texts of an event for a legal reason.")
@click.argument("plan")
@click.argument("version", type=click.IntRange(1))
@click.argument("fields", nargs=-1, required=True)
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stays in the record, so name nobody.")
@click.option("--by", metavar="NAME", help="Who redacts (ASAT_BY), while the ledger is open. Default: the account.")
@click.pass_obj
def redact(session: Session, /, plan: str, version: int, fields: tuple[str, ...], reason: str, by: str | None) -> None:
    """Destroy the texts in FIELDS of event VERSION, for every day and every answer. It cannot be undone.

    That they stood there, and when, by whom and why they were destroyed, stays in the record, and every proof still
    holds. The database's files are written anew afterwards, as by `asat purge`, on the embedded server and where the
    address of the owner is set; elsewhere run that. Backups are not (docs/safekeeping.md).

    \b
      asat redact sunderland 285 text --reason "It names a child"
    """
    said = {"type": "TextRedacted", "version": version, "fields": list(fields), "reason": reason}
    today = session.ledger.today()
    proposal = read_proposal(said, today, plan)
    # Where principals are known, the author is the operator: no token may redact.
    name = recording_as(session, by) if by or session.principal.open else session.decides
    try:
        [stored] = session.ledger.record([proposal], by=name, today=today)
    except InDoubt as unknown:
        raise InDoubt(
            f"{unknown} (event_id {unknown.event_ids[0]}). Or look in the trail: a text that is destroyed already "
            "is not destroyed again"
        ) from None
    click.echo(f"{plan}: event {stored.version}, and {', '.join(fields)} of event {version} destroyed")
    purge_after(session, [stored])


@click.command(short_help="Have the database's files forget what was redacted.")
@click.pass_obj
def purge(session: Session, /) -> None:
    """Write the table of events anew and begin a new log, so that no file holds what was redacted.

    The program does it by itself on the embedded server, after a redaction. On a server of your own run it as the owner
    of the ledger (ASAT_OWNER_URL or --owner-url). Nobody can ask or record for as long as it takes: a second for
    100,000 events. Where a backup or a long transaction is in its way it says so and is to be run again. Backups,
    archived logs and replicas have copies of their own: docs/safekeeping.md. Where the log is archived it waits some
    seconds until the old one is, as the server keeps it until then. Exits with 1 where something could not be done.
    """
    done = purge_files(session)
    if not done:
        raise SystemExit(1)


COMMANDS = (redact, purge)
