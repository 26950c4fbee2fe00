"""The command that replays a plan's history: event by event, or as a paper with `-o` or in the format of a paper."""

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click
from rich.console import Console, Group
from rich.live import Live

from api.cli.command_context import Session, put, tell
from api.cli.question_commands import form_options, own_options, question_command
from api.formats import render
from api.papers.writers.terminal_replay import step_line, step_text
from api.questions.replay_question import REPLAY
from domain.scales import Scale
from projections.replay import ReplayStep
from projections.replay import replay as replay_steps


def _play(
    session: Session,
    /,
    plan: str,
    after: int,
    limit: int | None,
    up_to: int | None,
    pause: float,
    step: bool,
    form: str | None,
    output: Path | None,
) -> None:
    if output is not None or form not in (None, "text", "json"):
        tell(REPLAY.ask(session.asker(), plan, after=after, limit=limit, up_to=up_to), form, output)
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
    """The plan's title, its scales, and its steps up to a version as a lazy iterator."""
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


replay = question_command(
    REPLAY,
    _play,
    [
        *own_options(REPLAY),
        click.Option(
            ["--pause"],
            type=click.FloatRange(0, 60),
            default=0.15,
            show_default=True,
            metavar="SECONDS",
            help="How long each event is shown on a terminal.",
        ),
        click.Option(["--step"], is_flag=True, help="On a terminal, go on when Return is pressed."),
        *reversed(
            form_options(
                "text, a line an event; on a terminal a table. json without -o is a line an event too.",
                "in the form that its suffix says or -f.",
            )
        ),
    ],
)
