"""The commands that destroy texts for a legal reason, in the record and in the database's files."""

import click

from api import clock
from api.commands.context import Session, complain, plainly
from api.commands.keeping import recording_as
from api.commands.needed import must_record
from domain.envelopes import read_proposal


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
    holds. The database's files are written anew afterwards, as by `asat purge`; backups are not (docs/safekeeping.md).

    \b
      asat redact sunderland 212 text --reason "It names a child"
    """
    with plainly():
        said = {"type": "TextRedacted", "version": version, "fields": list(fields), "reason": reason}
        proposal = read_proposal(said, clock.today(), plan)
        name = recording_as(session, by)
        must_record(session, [proposal])
        [stored] = session.ledger.record([proposal], by=name, today=clock.today())
        click.echo(f"{plan}: version {stored.version}, and {', '.join(fields)} of version {version} destroyed")
        _purge(session)


@click.command(short_help="Have the database's files forget what was redacted.")
@click.pass_obj
def purge(session: Session, /) -> None:
    """Write the table of events anew and begin a new log, so that no file holds what was redacted.

    Nothing can be recorded for as long as it takes: seconds. After a redaction over HTTP the program that serves does
    it by itself. Backups, archived logs and replicas have copies of their own: docs/safekeeping.md.
    """
    with plainly():
        _purge(session)


def _purge(session: Session) -> None:
    left = session.ledger.purge()
    for step in left:
        complain(f"the server did not let this be done, ask whoever runs it to: {step}")
    click.echo("the database's files were written anew" + (", but for that" if left else ""))


COMMANDS = (redact, purge)
