"""`asat`: every question and every record, from a terminal."""

import io
import signal
import sys
from pathlib import Path
from typing import Any

import click

from api.cli.arguments import InOrder, command
from api.cli.generated_arguments import COMMANDS


class _Program(InOrder):
    """The program; usage errors are made safe for a terminal, because they may repeat arguments."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command that is named."""
        try:
            return super().invoke(context)
        except click.UsageError as error:
            from api.papers.wording import safe_text

            raise click.UsageError(safe_text(error.format_message()), error.ctx) from None


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="asat", prog_name="asat")
@click.option("--database-url", metavar="URL", help="PostgreSQL server to use (ASAT_DATABASE_URL). Default: embedded.")
@click.option(
    "--owner-url",
    metavar="URL",
    help="The same server as the owner of the ledger (ASAT_OWNER_URL), for migrate, purge and restore.",
)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the embedded database (ASAT_DATA).")
def cli(**_: object) -> None:
    """The audit trail of improvement plans: what was known when, and who had been told.

    Every status change, new action and regrading is an event that is never altered. Ask what a plan said at any POINT:

    \b
      now                              today, with all that is recorded
      2019-05-31                       that day, with all that is recorded
      2019-05-31@212                   that day, as known at record number 212 of the plan
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


for _name, _row in COMMANDS.items():
    cli.add_command(command(_name, _row))


def _stopped(*_: object) -> None:
    """On SIGTERM, leave by SystemExit, so that the ledger is closed."""
    raise SystemExit(143)


def main() -> None:
    """The console entry point."""
    signal.signal(signal.SIGTERM, _stopped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # characters that the terminal cannot show become "?"
    cli(prog_name="asat")
