"""The command that replays a plan's history: as it goes on a terminal, and as a paper where one is asked for."""

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click
from rich.console import Console, Group
from rich.live import Live

from api.cli.command_context import Session, paged, plainly, put, tell
from api.formats import FORMATS, render
from api.papers.writers.terminal_replay import step_line, step_text
from domain.scales import Scale
from projections.replay import ReplayStep
from projections.replay import replay as replay_steps


@click.command(short_help="Replay a plan's history, the table changing.")
@click.argument("plan")
@paged
@click.option("--up-to", type=click.IntRange(1, 10**12), metavar="VERSION",
              help="The replay as it was when this version of the plan was the newest.")  # fmt: skip
@click.option("--pause", type=click.FloatRange(0, 60), default=0.15, show_default=True, metavar="SECONDS",
              help="How long each event is shown on a terminal.")  # fmt: skip
@click.option("--step", is_flag=True, help="On a terminal, go on when Return is pressed.")
@click.option("-f", "--format", "form", type=click.Choice(list(FORMATS)), metavar="FORM",
              help=f"{', '.join(FORMATS)}. Default: text, a line an event; on a terminal a table. "
              "json without -o is a line an event too.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="Write to this file, in the form that its suffix says or -f.")  # fmt: skip
@click.pass_obj
def replay(
    session: Session, /, plan: str, after: int, limit: int | None, up_to: int | None, pause: float, step: bool,
    form: str | None, output: Path | None,
) -> None:  # fmt: skip
    """Replay a PLAN's history event by event, the table of ratings changing as it goes.

    Off a terminal it prints a line of text an event; with -f json, a JSON object. The other forms are papers.

    \b
      asat replay sunderland --after 128
      asat replay sunderland --step
      asat replay sunderland --up-to 282 -o replay.docx
    """
    with plainly():
        if output is not None or form not in (None, "text", "json"):
            tell(session.asker().replay(plan, after, limit, up_to), form, output)
            return
        title, scales, steps = _steps(session, plan, up_to)
        shown = islice((one for one in steps if one["version"] > after), limit)
        if form == "json":
            for one in shown:
                put(render("replay", "json", one), "json")
        elif sys.stdout.isatty():
            with Live(console=Console(), auto_refresh=False) as live:
                for one in shown:
                    live.update(Group(step_text(title, one, scales)), refresh=True)
                    _wait(pause, step)
        else:
            for one in shown:
                click.echo(step_line(one, scales))


def _steps(session: Session, plan: str, up_to: int | None) -> tuple[str, Sequence[Scale], Iterator[ReplayStep]]:
    """The plan's title, its scales and its steps up to a version, which are made one after the other."""
    record = session.ledger.plan(plan)
    if up_to is not None and up_to > record.version:
        raise session.ledger.no_version(plan, up_to, record.version)
    record = record if up_to is None else record.up_to(up_to)
    steps = replay_steps(record, islice(session.ledger.every_event(plan), record.version))
    return record.opening.title, [said.value for said in record.scales()], steps


def _wait(pause: float, step: bool) -> None:
    if step:
        sys.stdin.readline()
    else:
        time.sleep(pause)
