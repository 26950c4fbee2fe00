"""The commands by which the record can be relied on: the signing key, checkpoints, evidence packs and verifying them.

The secret key is read from a file that nobody else can read, and stands nowhere else: not in the database, not in a
setting's value, not in what is printed.
"""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from api.commands.context import POINT, Session, plainly
from api.forms import render
from api.papers.wording import safe_text
from domain.envelopes import instant_text
from domain.ledger.checkpoints import Cut, KeyRefused, checkpoints_of
from domain.ledger.checkpoints import pack as make_pack
from domain.proofs import verify as verifier
from domain.proofs.checkpoint import WitnessKey
from domain.proofs.keys import NotAKey, SignerKey
from domain.proofs.notes import Note

Command = TypeVar("Command", bound=Callable[..., Any])

#: No key and no checkpoint is longer; a longer file is another.
_MOST = 1 << 16


def signing(command: Command) -> Command:
    """Give a command the option that names the file of the signing key."""
    return click.option(
        "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
        help="File of the ledger's signing key (ASAT_KEY), which nobody but you may read.",
    )(command)  # fmt: skip


def read_signer(file: Path | None) -> SignerKey:
    """The secret key in a file.

    Raises:
        KeyRefused: no file is named, it holds no key, or others than its owner can read it.
    """
    if file is None:
        raise KeyRefused("say which key signs: --key FILE or ASAT_KEY; `asat key create` makes one")
    with file.open("rb") as opened:
        mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        if mode & 0o077:
            raise KeyRefused(f"{file} can be used by others than its owner (its mode is {mode:04o}): chmod 600 {file}")
        held = opened.read(_MOST)
    try:
        return SignerKey.read(held.decode("utf-8").strip())
    except (UnicodeDecodeError, NotAKey):
        raise KeyRefused(f"{file} holds no whole secret key; `asat key create` makes one") from None


def write_signer(key: SignerKey, file: Path) -> None:
    """Keep a secret key in a new file of its own that nobody else can read; one that is there is never replaced."""
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as written:
        os.fchmod(opened, 0o600)
        written.write(key.secret() + "\n")
        written.flush()
        os.fsync(opened)


def new_signer(name: str) -> SignerKey:
    """A key that nobody has had before."""
    return SignerKey(name, os.urandom(32))


@click.group()
def key() -> None:
    """Make, show and replace the key that signs for this ledger."""


_NEW_FILE = click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE",
                         help="The new file to keep the secret key in.")  # fmt: skip


@key.command(short_help="Make a signing key.")
@click.option("--name", required=True, metavar="NAME", help="Names the ledger, such as council.example/asat.")
@_NEW_FILE
def create(name: str, output: Path) -> None:
    """Make a signing key in a new FILE, and print the public key to be published.

    The name is what checkpoints bear from then on: best an address of the organisation without its scheme. Whoever can
    read the file can sign in that name: keep it where the database is not.

    \b
      asat key create --name council.example/asat -o asat.key
    """
    with plainly():
        made = new_signer(name)
        write_signer(made, output)
        click.echo(str(made.verifier))


@key.command(short_help="Show the public key to be published.")
@signing
@click.pass_obj
def show(session: Session, /, key: Path | None) -> None:
    """Show the public key of a key file or, without one, all that this ledger has had, the one that signs now last."""
    with plainly():
        if key is not None:
            click.echo(str(read_signer(key).verifier))
            return
        found = checkpoints_of(session.ledger).keys()
        if not found:
            raise KeyRefused("this ledger has no key yet; the first `asat checkpoint --key FILE` gives it one")
        for one in found:
            click.echo(str(one))


@key.command(short_help="Replace the signing key by a new one.")
@signing
@_NEW_FILE
@click.pass_obj
def rotate(session: Session, /, key: Path | None, output: Path) -> None:
    """Replace the signing key: a new one is made in FILE, and the old one signs that it takes over.

    Whoever knows the old public key is led to the new one by every evidence pack. Publish the new one too.

    \b
      asat key rotate --key asat.key -o asat-2.key
    """
    with plainly():
        old = read_signer(key or session.settings.key)
        kept = checkpoints_of(session.ledger)
        kept.admit(old)
        new = new_signer(old.name)
        write_signer(new, output)
        # Never taken back: where the answer was lost, it may be the key that signs by now.
        kept.rotate(old, new)
        click.echo(str(new.verifier))


@click.command(short_help="Sign what the ledger holds now.")
@signing
@click.option("--list", "listed", is_flag=True, help="List the checkpoints that were cut instead.")
@click.option("--add-signature", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="Add a witness's signature from this file, a checkpoint that the witness signed.")  # fmt: skip
@click.option("--witness", metavar="KEY", help="The public key of that witness.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the checkpoint to this file."
)
@click.pass_obj
def checkpoint(
    session: Session, /, key: Path | None, listed: bool, add_signature: Path | None, witness: str | None,
    output: Path | None,
) -> None:  # fmt: skip
    """Cut a checkpoint: sign how many events the ledger holds and what they come to, keep it, and print it.

    Give it away: to an inspector, to a witness, to the minutes. Nobody can alter an event from before it without being
    found out by whoever holds it.

    \b
      asat checkpoint --key asat.key -o checkpoint.txt
      asat checkpoint --list
      asat checkpoint --add-signature signed.txt --witness KEY
    """
    if (add_signature is None) != (witness is None):
        raise click.UsageError("--add-signature and --witness go together: a signature is kept when it is known whose")
    with plainly():
        kept = checkpoints_of(session.ledger)
        if listed:
            for one in kept.all():
                click.echo(_line(one))
            return
        if add_signature is not None and witness is not None:
            cut = kept.add_signatures(Note.read(_read(add_signature)), WitnessKey.read(witness.strip()))
        else:
            cut = kept.cut(read_signer(key or session.settings.key))
        if output is not None:
            output.write_bytes(bytes(cut.note))
        else:
            click.echo(bytes(cut.note).decode(), nl=False)


def _line(cut: Cut) -> str:
    signed = ", ".join(dict.fromkeys(one.name for one in cut.note.signatures))
    return safe_text(f"{cut.number}: {cut.size:,} entries, cut {instant_text(cut.cut_at)}, signed by {signed}")


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_MOST)


@click.command(short_help="Make an evidence pack of a plan.")
@click.argument("plan")
@signing
@click.option("--at", type=POINT, default="now", show_default=True, help="The point at which the papers show the plan.")
@click.option("--previous", type=POINT, help="Also the comparison of this point with that.")
@click.option("--since", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="A checkpoint or a pack that the reader holds: the new one is shown to continue it.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="Write the pack to this file, pack.zip.")  # fmt: skip
@click.pass_obj
def pack(
    session: Session, /, plan: str, key: Path | None, at: str, previous: str | None, since: Path | None, output: Path
) -> None:
    """Make an evidence pack of a PLAN: all of its events, with the proof that they are what the ledger holds.

    An inspector verifies it without network and without AsAt; the page in it says how, and what it does not show. A
    checkpoint is cut for it where the ledger has grown since the last.

    \b
      asat pack sunderland --key asat.key -o pack.zip
      asat pack sunderland --previous issue:2.0 --at issue:3.0 -o pack.zip
      asat pack sunderland --since last-year.zip -o pack.zip
    """
    with plainly():
        signer = read_signer(key or session.settings.key)
        papers, basis = _papers(session, plan, at, previous)
        earlier = None if since is None else _checkpoint_in(verifier.read(since))
        data = make_pack(session.ledger, plan, signer, papers, earlier, basis)
        # What the verifier would not accept is not handed out.
        verifier.verify(data, str(signer.verifier), earlier)
        output.write_bytes(data)


def _papers(session: Session, plan: str, at: str, previous: str | None) -> tuple[dict[str, bytes], int]:
    """The papers that go into a pack, and the newest version that they speak of."""
    asker = session.asker()
    answers = {"plan": asker.plan(plan, at)}
    basis = answers["plan"].document["point"]["basis"]
    if previous is not None:
        answers["comparison"] = asker.comparison(plan, previous, at)
        basis = max(basis, *(answers["comparison"].document[side]["basis"] for side in ("previous", "current")))
    papers = {
        f"{name}.{form}": render(answer.question, form, answer.document)
        for name, answer in answers.items()
        for form in ("json", "md")
    }
    return papers, basis


def _checkpoint_in(held: bytes) -> bytes:
    """The checkpoint that a reader holds, by itself or in a pack."""
    return verifier.zip_files(held).get("checkpoint.txt", b"") if held.startswith(b"PK") else held


@click.command("verify", short_help="Verify an evidence pack.")
@click.argument("file", metavar="PACK", type=click.Path(exists=True, dir_okay=False))
@click.option("--key", metavar="KEY", help="The ledger's public key, as you know it from elsewhere.")
@click.option("--since", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
              help="A checkpoint or a pack of the same ledger that you have kept from before.")  # fmt: skip
@click.option("--witness", "witnesses", multiple=True, metavar="KEY", help="The public key of a witness you trust.")
def verify_pack(file: str, key: str | None, since: str | None, witnesses: tuple[str, ...]) -> None:
    """Verify an evidence PACK, offline and without any ledger; the program is the verify.py that lies in it.

    Prints what holds and what that does not show. Exits with 1 and names the first thing that does not hold.

    \b
      asat verify pack.zip --key KEY --since last-year.zip
    """
    options = [("--key", key), ("--since", since), *(("--witness", one) for one in witnesses)]
    given = [f"{name}={value}" for name, value in options if value is not None]
    raise SystemExit(verifier.main([*given, "--", file]))


COMMANDS = (key, checkpoint, pack, verify_pack)
