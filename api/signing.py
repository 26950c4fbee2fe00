"""The file that holds the ledger's signing key. It is read when something is signed, and kept nowhere else: not in the
database, not in a setting's value, not in what is printed.
"""

import os
import stat
from pathlib import Path

from domain.ledger.checkpoints import KeyRefused
from domain.proofs.keys import NotAKey, SignerKey

#: No key is longer; a longer file is another.
_MOST = 1 << 16


class NotStamped(Exception):
    """A time-stamping authority did not answer, or its answer cannot be believed; the message says why."""


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
