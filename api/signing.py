"""The file of the ledger's signing key. It is read only to sign, and the key is stored nowhere else: not in the
database, not in a setting's value, not in any output.
"""

import os
from pathlib import Path

from domain.files.secret_files import SecretExposed, read_secret
from domain.files.whole_files import written_whole
from domain.integrity.checkpoint_refusals import KeyCode, KeyRefused
from domain.names import is_invisible
from domain.proofs.keys import NotAKey, SignerKey
from domain.refusals import Refusal

#: No key is longer; a longer file is the wrong file.
_MOST = 1 << 16


class NotStamped(Refusal):
    """A time-stamping authority did not answer, or its answer cannot be believed; the message says why."""

    code = "not-stamped"


def read_signer(file: Path | None) -> SignerKey:
    """Read the secret key from a file.

    Raises:
        KeyRefused: no file is named, it holds no key, or it is not private to its owner.
    """
    if file is None:
        raise KeyRefused(KeyCode.KEY_NEEDED, "say which key signs: --key FILE or ASAT_KEY; `asat key create` makes one")
    try:
        held = read_secret(file, _MOST)
    except SecretExposed as error:
        raise KeyRefused(KeyCode.KEY_EXPOSED, str(error)) from None
    try:
        return SignerKey.read(held.decode("utf-8").strip())
    except (UnicodeDecodeError, NotAKey):
        raise KeyRefused(
            KeyCode.NO_SECRET_KEY, f"{file} holds no whole secret key; `asat key create` makes one"
        ) from None


def write_signer(key: SignerKey, file: Path) -> None:
    """Write a secret key to a new private file; an existing file is never replaced."""
    with written_whole(file, replace=False, private=True) as written:
        written.write(f"{key.secret()}\n".encode())


def new_signer(name: str) -> SignerKey:
    """A new random key; raises NotAKey if the name is not allowed."""
    if unseen := next(filter(is_invisible, name), None):
        raise NotAKey(f"{name[:80]!a} cannot be the name of a key: U+{ord(unseen):04X} in it is not seen; leave it out")
    return SignerKey(name, os.urandom(32))
