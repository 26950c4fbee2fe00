"""The file that holds the ledger's signing key. It is read when something is signed, and kept nowhere else: not in the
database, not in a setting's value, not in what is printed.
"""

import os
from pathlib import Path

from domain.files.secret_files import SecretExposed, read_secret
from domain.files.whole_files import written_whole
from domain.integrity.checkpoint_store import KeyRefused
from domain.proofs.keys import NotAKey, SignerKey
from domain.refusals import Refusal
from domain.texts import unpaired_direction

#: No key is longer; a longer file is another.
_MOST = 1 << 16


class NotStamped(Refusal):
    """A time-stamping authority did not answer, or its answer cannot be believed; the message says why."""

    code = "not-stamped"


def read_signer(file: Path | None) -> SignerKey:
    """The secret key in a file.

    Raises:
        KeyRefused: no file is named, it holds no key, or others than its owner can read or replace it.
    """
    if file is None:
        raise KeyRefused("say which key signs: --key FILE or ASAT_KEY; `asat key create` makes one")
    try:
        held = read_secret(file, _MOST)
    except SecretExposed as error:
        raise KeyRefused(str(error)) from None
    try:
        return SignerKey.read(held.decode("utf-8").strip())
    except (UnicodeDecodeError, NotAKey):
        raise KeyRefused(f"{file} holds no whole secret key; `asat key create` makes one") from None


def write_signer(key: SignerKey, file: Path) -> None:
    """Keep a secret key in a new file of its own that nobody else can read; one that is there is never replaced."""
    with written_whole(file, replace=False, private=True) as written:
        written.write(f"{key.secret()}\n".encode())


def new_signer(name: str) -> SignerKey:
    """A key that nobody has had before; raises NotAKey where it cannot have this name."""
    if unpaired_direction(name):
        raise NotAKey(f"{name[:80]!r} cannot be the name of a key: it holds a mark that turns the direction of writing")
    return SignerKey(name, os.urandom(32))
