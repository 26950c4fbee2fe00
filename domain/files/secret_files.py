"""Reading a file that holds a secret. A file that others can read or replace is refused."""

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from domain.refusals import Refusal


class SecretExposed(Refusal, ValueError):
    """Others than its owner can read or replace a secret; the message names what, its mode and the remedy."""

    code = "secret-exposed"


def read_secret(file: Path, most: int) -> bytes:
    """The first bytes of a file that holds a secret.

    Args:
        file: its name; links are followed, and their target is checked.
        most: the most bytes that are read.

    Raises:
        SecretExposed: the file's mode lets others use it, or one of the folders on the way to it lets others put
            another file in its place.
        OSError: it cannot be read.
    """
    # Without O_NONBLOCK, opening a pipe that has no writer blocks for ever.
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as opened:
        found = os.fstat(opened.fileno())
        mode = stat.S_IMODE(found.st_mode)
        if mode & 0o077:
            raise SecretExposed(
                f"{file} can be used by others than its owner (mode {mode:04o}): chmod 600 {_quoted(file)}"
            )
        os.set_blocking(opened.fileno(), True)
        if stat.S_ISREG(found.st_mode):  # a pipe has no folder
            _only_ours(file, found.st_uid)
        return opened.read(most)


def _only_ours(file: Path, owner: int) -> None:
    for folder in _folders(file):
        found = folder.stat()
        mode = stat.S_IMODE(found.st_mode)
        # In a folder with the sticky bit, such as /tmp, nobody can replace another's file.
        if mode & 0o022 and not mode & stat.S_ISVTX:
            raise SecretExposed(
                f"{file} can be replaced by others than its owner, as they may write to the folder {folder} (mode "
                f"{mode:04o}): chmod go-w {_quoted(folder)}"
            )
        if found.st_uid not in (0, os.geteuid(), owner):
            raise SecretExposed(
                f"{file} can be replaced by others than its owner, as the folder {folder} is somebody else's (uid "
                f"{found.st_uid}): keep the file in a folder of your own"
            )


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))


def _folders(file: Path) -> Iterator[Path]:
    """Every folder on the way to a file and to the links that lead to it, each once."""
    seen: set[Path] = set()
    named: Path | None = file
    while named is not None:
        for folder in (*named.absolute().parents, *named.resolve().parents):
            if folder not in seen:
                seen.add(folder)
                yield folder
        named = named.parent / named.readlink() if named.is_symlink() else None
