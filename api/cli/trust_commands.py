"""The commands for proofs: checkpoints, evidence packs, and verification."""

import runpy
import sys
from importlib.resources import files
from pathlib import Path

import click

from api.cli.argument_types import CHECKPOINT_SIZE, POINT
from api.cli.command_context import Session
from api.cli.key_commands import signing
from api.packing import PAPERS, USUAL, make_pack, papers_named
from api.papers.wording import safe_text
from api.signing import read_signer
from domain.files.whole_files import written_whole
from domain.instants import instant_text
from domain.integrity.checkpoint_check import Cut
from domain.integrity.checkpoint_store import checkpoints_of
from domain.proofs.checkpoint import WitnessKey
from domain.proofs.signed_notes import Note
from domain.proofs.verifying.pack_zip import is_zip, read_pack, zip_files
from domain.proofs.verifying.time_stamps import read_stamp
from domain.proofs.verifying.verification import verify
from domain.proofs.verifying.verification_report import several

#: No checkpoint or certificate is longer; a longer file is the wrong file.
_MOST = 1 << 16


@click.group(short_help="Sign what the ledger holds.")
def checkpoint() -> None:
    """Sign what the ledger holds, and list, cosign and time-stamp what was signed."""


_OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the checkpoint to this file."
)


@checkpoint.command(short_help="Sign what the ledger holds now.")
@signing
@_OUTPUT
@click.pass_obj
def cut(session: Session, /, key: Path | None, output: Path | None) -> None:
    """Cut a checkpoint: sign how many events the ledger holds and what they come to, keep it, and print it.

    Give it away: to an inspector, to a witness, to the minutes. Nobody can alter an event from before it without being
    found out by whoever holds it. Where nothing was recorded since the last one, it is that one. `asat serve` cuts one
    every hour; where it does not run, let the system's timer do this.

    \b
      asat checkpoint cut --key asat.key -o checkpoint.txt
    """
    _tell(checkpoints_of(session.ledger).cut(read_signer(key or session.settings.key)), output)


@checkpoint.command("list", short_help="List the checkpoints that were cut.")
@click.pass_obj
def list_(session: Session, /) -> None:
    """List every checkpoint that this ledger has cut, oldest first, and who signed and stamped it."""
    for one in checkpoints_of(session.ledger).all():
        click.echo(_line(one))


@checkpoint.command(short_help="Add a witness's signature to a checkpoint.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--witness", required=True, metavar="KEY", help="The public key of that witness.")
@_OUTPUT
@click.pass_obj
def cosign(session: Session, /, file: Path, witness: str, output: Path | None) -> None:
    """Keep a witness's signature of a checkpoint: FILE is the checkpoint as the witness signed it.

    \b
      asat checkpoint cosign signed.txt --witness KEY
    """
    signed = Note.read(_read(file))
    _tell(checkpoints_of(session.ledger).add_signatures(signed, WitnessKey.read(witness.strip())), output)


@checkpoint.command("stamp", short_help="Have a time-stamping authority stamp the newest checkpoint.")
@click.option("--tsa", required=True, metavar="URL", help="The address of a time-stamping authority (RFC 3161).")
@click.option(
    "--tsa-root",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The certificate that the authority must be under, from the authority itself (PEM).",
)
@click.pass_obj
def stamp_(session: Session, /, tsa: str, tsa_root: Path) -> None:
    """Have a time-stamping authority (RFC 3161) sign that the newest checkpoint was there now, and keep its answer.

    The authority is sent a digest and learns nothing else. An evidence pack brings the newest checkpoint that was
    stamped: it shows that no event up to there was made up later. Whoever verifies needs the same root certificate.

    \b
      asat checkpoint stamp --tsa https://freetsa.org/tsr --tsa-root freetsa.pem
    """
    from api.stamping import stamp  # imported lazily: its network libraries take a while

    kept = checkpoints_of(session.ledger)
    newest = kept.newest()
    answer = stamp(bytes(newest.note), tsa, _read(tsa_root))
    click.echo(_line(kept.add_stamp(newest.number, answer)))


def _tell(cut: Cut, output: Path | None) -> None:
    if output is not None:
        with written_whole(output) as file:
            file.write(bytes(cut.note))
    else:
        click.echo(bytes(cut.note).decode(), nl=False)


def _line(cut: Cut) -> str:
    signed = ", ".join(dict.fromkeys(one.name for one in cut.note.signatures))
    line = f"{cut.number}: {cut.size:,} entries, cut {instant_text(cut.cut_at)}, signed by {signed}"
    for one in cut.stamps:
        stamped = read_stamp(one, "the time stamp")
        line += f", stamped {instant_text(stamped.at)} by {stamped.name}"
    return safe_text(line)


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_MOST)


@click.command(short_help="Make an evidence pack of a plan.")
@click.argument("plan")
@signing
@click.option("--at", type=POINT, default="now", show_default=True, help="The point at which the papers show the plan.")
@click.option(
    "--previous",
    type=POINT,
    metavar="POINT",
    help="The point that they compare it with. Default: the document version before it.",
)
@click.option(
    "--papers",
    multiple=True,
    metavar="NAME.FORM,...",
    help=f"Which papers go with it ({', '.join(PAPERS)}). Default: {','.join(USUAL)}.",
)
@click.option("--no-papers", is_flag=True, help="The events and their proofs alone.")
@click.option(
    "--since",
    type=CHECKPOINT_SIZE,
    metavar="FILE|SIZE",
    help="A checkpoint or pack that the reader holds, or its size: the new one continues it.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Write the pack to this file, pack.zip.",
)
@click.pass_obj
def pack(
    session: Session,
    /,
    plan: str,
    key: Path | None,
    at: str,
    previous: str | None,
    papers: tuple[str, ...],
    no_papers: bool,
    since: Path | int | None,
    output: Path,
) -> None:
    """Make an evidence pack of a PLAN: all of its events, with the proof that they are what the ledger holds.

    An inspector verifies it without network and without AsAt; the page in it says how, and what it does not show. It
    always holds all of the plan's events; --at says which point its papers show. A checkpoint is cut for it where the
    ledger has grown since the last.

    \b
      asat pack sunderland --key asat.key -o pack.zip
      asat pack sunderland --previous issue:2.0 --at issue:3.0 -o pack.zip
      asat pack sunderland --papers plan.json,paper.docx -o pack.zip
      asat pack sunderland --since last-year.zip -o pack.zip
    """
    if no_papers and papers:
        raise click.UsageError("--papers and --no-papers do not go together")
    signer = read_signer(key or session.settings.key)
    named = [] if no_papers else papers_named(papers or USUAL)
    earlier = _checkpoint_in(read_pack(since)) if isinstance(since, Path) else since
    data = make_pack(session.asker(), plan, signer, at, previous=previous, papers=named, since=earlier)
    # A pack that the verifier rejects is not written.
    report = verify(data, str(signer.verifier), earlier if isinstance(earlier, bytes) else None)
    with written_whole(output) as file:
        file.write(data)
    what = f"{several(report.events, 'event')} of plan {plan}, in a checkpoint of {report.size:,} entries"
    click.echo(safe_text(f"{output}: {what}"), err=True)


def _checkpoint_in(held: bytes) -> bytes:
    """The checkpoint in a file's contents: the contents themselves, or a pack's checkpoint."""
    return zip_files(held).get("checkpoint.txt", b"") if is_zip(held) else held


@click.command("verify", short_help="Verify an evidence pack.")
@click.argument("file", metavar="PACK", type=click.Path(exists=True, dir_okay=False))
@click.option("--key", metavar="KEY", help="The ledger's public key, as you know it from elsewhere.")
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="A checkpoint or a pack of the same ledger that you have kept from before.",
)
@click.option("--witness", "witnesses", multiple=True, metavar="KEY", help="The public key of a witness you trust.")
@click.option(
    "--tsa-root",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="The root certificate of a time-stamping authority you trust (PEM).",
)
@click.option("--list", "listed", is_flag=True, help="Print every event first.")
def verify_pack(
    file: str, key: str | None, since: str | None, witnesses: tuple[str, ...], tsa_root: str | None, listed: bool
) -> None:
    """Verify an evidence PACK, offline and without any ledger; the program is the verify.py that AsAt puts into packs.

    Prints what holds and what that does not show. Exits with 1 and names the first thing that does not hold; with 3
    where the PACK brings no proof from the checkpoint that is given with --since; with 4 where its papers are of
    another edition of AsAt's rules than this program's, so that all was checked but their figures.

    \b
      asat verify pack.zip --key KEY --since last-year.zip
    """
    options = [("--key", key), ("--since", since), ("--tsa-root", tsa_root), *(("--witness", one) for one in witnesses)]
    given = [f"{name}={value}" for name, value in options if value is not None] + (["--list"] if listed else [])
    program = str(files("domain.proofs") / "verify.py")
    own, sys.argv = sys.argv, [program, *given, "--", file]
    try:
        runpy.run_path(program, run_name="__main__")  # it ends with its exit code
    finally:
        sys.argv = own


COMMANDS = (checkpoint, pack, verify_pack)
