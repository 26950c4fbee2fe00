"""The commands for the signing key."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from api.cli.command_context import Session
from api.signing import new_signer, read_signer, write_signer
from domain.integrity.checkpoint_store import checkpoints_of

Command = TypeVar("Command", bound=Callable[..., None])


def signing(command: Command) -> Command:
    """Add the option for the file of the signing key to a command."""
    return click.option(
        "--key",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="File of the ledger's signing key (ASAT_KEY), which nobody but you may read.",
    )(command)


@click.group()
def key() -> None:
    """Make, show and replace the key that signs for this ledger."""


_NEW_FILE = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The new file to keep the secret key in.",
)


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
    made = new_signer(name)
    write_signer(made, output)
    click.echo(str(made.verifier))


@key.command(short_help="Show the public key to be published.")
@signing
@click.pass_obj
def show(session: Session, /, key: Path | None) -> None:
    """Show the public key of a key file or, without one, all that this ledger has had, the one that signs now last."""
    if key is not None:
        click.echo(str(read_signer(key).verifier))
        return
    for one in checkpoints_of(session.ledger).published():
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
    old = read_signer(key or session.settings.key)
    kept = checkpoints_of(session.ledger)
    kept.admit(old)
    new = new_signer(old.name)
    write_signer(new, output)
    # Never taken back: where the answer was lost, it may be the key that signs by now.
    kept.rotate(old, new)
    click.echo(str(new.verifier))


COMMANDS = (key,)
