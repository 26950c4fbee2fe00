"""The commands `record` and `check`; `replay` stands between them in the list of commands."""

import json
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from api import clock
from api.cli.command_context import Session, complain, put
from api.cli.command_roles import must_record
from api.cli.purging_after import purge_after
from api.cli.replay_command import replay
from api.forgetting import owed
from api.papers.wording import safe_text
from api.settings import NO_AUTHOR, author
from domain.envelopes import Proposal, Recorded, read_lines
from domain.integrity.access_check import broken_access
from domain.integrity.checkpoint_store import checkpoints_of
from domain.integrity.evidence_packs import against, checkpoint_in
from domain.integrity.findings import Noted, to_its_end
from domain.integrity.guards import fallen_guards, powers_of_login
from domain.integrity.invariants import broken_invariants
from domain.proofs.verifying.pack_zip import read_pack
from domain.refusals import EventCode, InDoubt, NotAnEvent, PlanUnknown, Problem, Refused


@click.command(short_help="Record the events in a file, all or none.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--by", metavar="NAME", help="Who records (ASAT_BY), while the ledger is open. Default: the account.")
@click.option(
    "--expect", type=click.IntRange(0), metavar="NUMBER", help="Refuse unless this is the plan's newest record number."
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    metavar="FORM",
    default="text",
    help="text, json: an object a plan, and one for what went wrong. Default: text.",
)
@click.pass_obj
def record(session: Session, /, file: Path, by: str | None, expect: int | None, form: str) -> None:
    """Record the events in FILE (JSON lines; - for standard input), all of them or none.

    \b
    One event a line, for instance:
      {"type": "ActionClosed", "plan": "sunderland", "action": "1.1"}

    \b
      asat record events.jsonl
      asat record events.jsonl --by "Clerk to the board" --expect 289

    Prints, per plan, the record numbers of the events. EVENTS.md lists every event and its fields. An event with an
    event_id (a UUID) can be sent again without being stored twice: it is said to be already recorded. Where the
    database does not answer, so that nobody knows whether the events are stored, they are printed, each with its
    event_id: record them again as they are printed.
    """
    proposals, lines = _read(file)
    if expect is not None and len({proposal.plan for proposal in proposals}) > 1:
        raise click.UsageError("--expect goes with events of one plan; this file has several")
    name = recording_as(session, by)
    must_record(session, proposals)
    heads = {one.plan: _head(session, one.plan) for one in proposals if one.event_id is not None}
    try:
        stored = session.ledger.record(proposals, by=name, today=session.ledger.today(), expect=expect)
    except InDoubt as unknown:
        _print_to_send_again(proposals, unknown.event_ids)
        raise
    except Refused as refused:
        raise refused.reworded(f"line {lines[refused.index]}: {refused}; nothing of this file was recorded") from None
    for plan, versions in _by_plan(stored).items():
        # A batch is a repetition as a whole, or not at all.
        _say_recorded(form, plan, versions, repeated=versions[-1] <= heads.get(plan, 0))
    purge_after(session, stored)


def _say_recorded(form: str, plan: str, versions: list[int], *, repeated: bool) -> None:
    """Print the plan versions under which a file's events were recorded, now or earlier."""
    first, last = versions[0], versions[-1]
    if form == "json":
        told = {"plan": plan, "versions": versions, "repeated": repeated}
        put(f"{json.dumps(told)}\n".encode(), "json")
    else:
        said = f"event {first}" if first == last else f"events {first} to {last}"
        click.echo(f"{plan}: already recorded, as {said}" if repeated else f"{plan}: {said}")


def _print_to_send_again(proposals: list[Proposal], event_ids: Sequence[UUID]) -> None:
    """Print the events as sent, each with its event_id, so that sending them again cannot record them twice."""
    for proposal, event_id in zip(proposals, event_ids, strict=True):
        said = proposal.event.model_dump(mode="json", exclude_unset=True)
        sent = {"type": type(proposal.event).__name__, "plan": proposal.plan, "event_id": str(event_id), **said}
        put(f"{json.dumps(sent, ensure_ascii=False)}\n".encode(), "json")


def recording_as(session: Session, by: str | None) -> str:
    """The author's name: on an open ledger any name given, otherwise that of the principal."""
    if not session.principal.open:
        if by is not None:
            raise click.UsageError(
                "--by is not for this ledger, which knows its people: who records is who signed in. Leave it out, and "
                "name the file of your token in ASAT_TOKEN_FILE"
            )
        return session.principal.name
    try:
        return session.settings.by if by is None else author(by)
    except ValueError:
        raise click.UsageError(f"--by {NO_AUTHOR}") from None


def _head(session: Session, plan: str) -> int:
    """The plan's newest version; 0 if the plan does not exist."""
    try:
        return session.ledger.plan(plan).version
    except PlanUnknown:
        return 0


def _read(file: Path) -> tuple[list[Proposal], list[int]]:
    """The proposals of a file with their line numbers; the first invalid line raises NotAnEvent."""
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    lines = data.splitlines()
    with _progress(len(lines) >= 2000) as bar:
        try:
            read = read_lines(bar.track(lines, description="Reading"), clock.today())
        except NotAnEvent as error:
            raise error.reworded(f"{error}; nothing of this file was recorded") from None
    if not read:
        what = "standard input" if str(file) == "-" else str(file)
        raise NotAnEvent([Problem(EventCode.NO_EVENT, "", f"{what} holds no event; nothing was recorded")])
    return [proposal for _, proposal in read], [number for number, _ in read]


def _by_plan(stored: list[Recorded]) -> dict[str, list[int]]:
    versions: dict[str, list[int]] = {}
    for one in stored:
        versions.setdefault(one.plan, []).append(one.version)
    return versions


@click.command(short_help="Check the whole ledger, event by event.")
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A checkpoint or an evidence pack kept elsewhere: compare the ledger with it too.",
)
@click.pass_obj
def check(session: Session, /, since: Path | None) -> None:
    """Check the whole ledger: no gap, no going back in time, every plan's events whole and in order.

    Reads every event, those of who may do what too, compares the guards of the database with what this program made of
    them, definition by definition, and the ledger with every checkpoint that was cut of it. Exits with 1 and names each
    invariant that does not hold; a note says what is out of order and explained, or is not the ledger's fault. Whoever
    can alter the whole database can alter the checkpoints in it too: only one that was kept elsewhere (--since) shows
    that.
    """
    size = session.ledger.size()
    found, notes = 0, list[Noted]()
    with _progress(size >= 2000) as bar:
        task = bar.add_task("Checking", total=2 * size)
        for broken in broken_invariants(session.ledger, lambda more: bar.advance(task, more), notes.append):
            found += 1
            complain(f"{broken.where}: {broken.what}")
    kept = checkpoints_of(session.ledger)
    held = read_pack(since) if since is not None else None
    if held is not None:
        checkpoint_in(held)  # check that it can be compared with
    for broken in chain(
        to_its_end("the checkpoints", kept.broken),
        to_its_end("what was kept elsewhere", lambda: () if held is None else against(session.ledger, held)),
        to_its_end("the audit of access", lambda: broken_access(session.ledger.access)),
        to_its_end("the guards of the database", lambda: fallen_guards(session.ledger)),
    ):
        found += 1
        complain(f"{broken.where}: {broken.what}")
    for note in notes:
        click.echo(safe_text(f"Note: {note.where}: {note.what}"))
    plans = len(session.ledger.plans())
    events = f"{size:,} event{'' if size == 1 else 's'} in {plans} plan{'' if plans == 1 else 's'}"
    if found:
        complain(f"{events}: {found} thing{'' if found == 1 else 's'} found broken")
        raise SystemExit(1)
    click.echo(f"{events}: positions gapless, instants in order, record numbers contiguous, every event by the rules")
    _say_whole(session, since)
    _say_notes(session)


def _say_whole(session: Session, since: Path | None) -> None:
    """Print what else was compared and holds."""
    if noted := session.ledger.access.audit.size():
        click.echo(f"{noted:,} event{'' if noted == 1 else 's'} of access: gapless, in order, and as recorded")
    if cuts := len(checkpoints_of(session.ledger).all()):
        click.echo(f"{cuts} checkpoint{'' if cuts == 1 else 's'}: the ledger still holds what was signed")
    if since is not None:
        click.echo(f"{safe_text(since.name)}: the ledger still holds what it was signed for")


def _say_notes(session: Session) -> None:
    """Print notes about the ledger that are not faults."""
    if said := owed(session.ledger):
        click.echo(f"Note: texts redacted by position {session.ledger.recorder.select_purged().redacted}: {said}")
    if powers := powers_of_login(session.ledger):
        click.echo(
            f"Note: the guards of the database do not hold against the login that serves: {'; '.join(powers)}. Let"
            " another role own the ledger (`asat migrate --help`)"
        )


def _progress(long: bool) -> Progress:
    """A progress bar on standard error, if that is a terminal and the work is long."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, console=console, transient=True, disable=not (long and console.is_terminal))


COMMANDS = (record, replay, check)
