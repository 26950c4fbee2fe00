"""`asat`: every question and every record, from a terminal."""

import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

import click

from api.cli import (
    migrate_command,
    principal_commands,
    question_commands,
    record_commands,
    redact_commands,
    safekeeping_commands,
    serve_commands,
    token_commands,
    trust_commands,
)
from api.cli.command_context import Session
from api.cli.command_roles import guard
from api.papers.wording import safe_text
from api.settings import read_settings


class _InOrder(click.Group):
    """Lists commands in the order they are taught, not by the alphabet."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, context: click.Context) -> Any:
        """Run the command; what it complains of is made safe to show, as it may repeat what it was given."""
        try:
            return super().invoke(context)
        except click.UsageError as error:
            raise click.UsageError(safe_text(error.format_message()), error.ctx) from None


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="asat", prog_name="asat")
@click.option("--database-url", metavar="URL", help="PostgreSQL server to use (ASAT_DATABASE_URL). Default: embedded.")
@click.option(
    "--owner-url",
    metavar="URL",
    help="The same server as the owner of the ledger (ASAT_OWNER_URL), for migrate, purge and restore.",
)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the embedded database (ASAT_DATA).")
@click.pass_context
def cli(context: click.Context, database_url: str | None, owner_url: str | None, data: Path | None) -> None:
    """The audit trail of improvement plans: what was known when, and who had been told.

    Every status change, new action and regrading is an event that is never altered. Ask what a plan said at any POINT:

    \b
      now                              today, with all that is recorded
      2019-05-31                       that day, with all that is recorded
      2019-05-31@212                   that day, as known at version 212 of the plan
      2019-05-31@2019-06-04T09:00:00Z  that day, as known at that instant
      issue:3.0                        as frozen when document version 3.0 was issued
      "told:Scrutiny Committee@2019-07-04"
                                       what that forum had last been presented with

    \b
    Try it on the example plans, made from published papers:
      asat demo
      asat show sunderland --at issue:3.0
      asat compare sunderland issue:2.0 issue:3.0
      asat audit sunderland examples/sunderland-claims.json

    Answers print as text on a terminal and as JSON elsewhere; -f chooses. replay, record and check print lines of
    text; replay a line an event. What went wrong is said on standard error, with `-f json` as an object with its code
    (docs/refusals.md); the exit code is 1 for a refusal or a finding, 2 for a command that is not one.
    """
    try:
        settings = read_settings()
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    # The embedded server that may be started has no use for them.
    for secret in ("ASAT_TOKEN", "ASAT_OWNER_URL"):
        os.environ.pop(secret, None)
    context.obj = Session(settings, database_url, data, owner_url)
    context.call_on_close(context.obj.close)


_OF = (
    serve_commands, question_commands, record_commands, redact_commands, migrate_command, trust_commands,
    safekeeping_commands, principal_commands, token_commands,
)  # fmt: skip
for command in (one for commands in _OF for one in commands.COMMANDS):
    cli.add_command(command)
guard(cli)


def _stopped(*_: object) -> None:
    """Terminated: leave by the ordinary way, so that the ledger is closed."""
    raise SystemExit(143)


def main() -> None:
    """The console command."""
    signal.signal(signal.SIGTERM, _stopped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows the rest
    cli(prog_name="asat")
