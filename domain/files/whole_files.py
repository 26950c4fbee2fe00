"""Atomic writes: a full disk, or a kill at any moment, leaves no half-written file.

The bytes go to a temporary file in the same folder, which is flushed to the disk before it takes the name. Until then
the former file is unchanged. On Linux the temporary file has no name, so not even a kill leaves one behind.
"""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from domain.refusals import Refusal


class NotWritten(Refusal):
    """A file was not written, and what stood under its name still does; the message says why, and the remedy."""

    code = "not-written"


@contextmanager
def written_whole(file: Path, *, replace: bool = True, private: bool = False) -> Iterator[IO[bytes]]:
    """Yields a file to write to; it gets its name once the block has ended without an error.

    Links are followed. A replaced file keeps its mode, and its owner where the system allows it. A device or pipe, such
    as `/dev/stdout`, is written to directly.

    Args:
        file: the name.
        replace: whether a file of that name is replaced; otherwise a file or link of that name is an error.
        private: whether nobody but its owner may read the new file, whatever the umask says.

    Raises:
        NotWritten: the disk is full, or the folder does not take another file.
        FileExistsError: there is a file of that name, and `replace` is false.
        OSError: the file cannot be written for another reason; `filename` is set.
    """
    target = Path(os.path.realpath(file)) if replace else file
    try:
        if replace and _is_no_file(target):
            with target.open("wb") as written:
                yield written
            return
        if replace:
            _may_be_written(target)
        with _beside(target, private) as (written, part):
            yield written
            written.flush()
            if replace:
                _keep_mode(written, target)
            os.fsync(written.fileno())
            _name(written, part, target, replace)
        _flush_folder(target.parent)
    except OSError as error:
        if error.errno in _FULL:
            raise NotWritten(
                f"{file} was not written ({_FULL[error.errno]}), and nothing half written is there: free some space, "
                "or name a file on another disk"
            ) from error
        raise


#: Error number of the system for a lack of space -> the reason in words.
_FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EFBIG: "it would be larger than a file may be here",
}


def _is_no_file(target: Path) -> bool:
    """Whether the name is a device, a pipe or a folder; opening a folder raises OSError."""
    try:
        return not stat.S_ISREG(target.stat().st_mode)
    except FileNotFoundError:
        return False


def _may_be_written(target: Path) -> None:
    """Raises PermissionError where an existing file is write-protected, and so not to be replaced."""
    if target.exists() and not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))


@contextmanager
def _beside(target: Path, private: bool) -> Iterator[tuple[IO[bytes], Path]]:
    """A temporary file in the folder of the target, and the temporary name that it has or may be given."""
    part = target.with_name(f".asat-{secrets.token_hex(8)}.part")
    mode = 0o600 if private else 0o666
    try:
        opened = _opened(target.parent, part, mode)
    except PermissionError:
        raise NotWritten(
            f"{target} was not written: a file is written beside it first, and its folder {target.parent} takes none "
            "from you; name a file in another folder"
        ) from None
    except OSError as error:
        error.filename = str(target)  # the temporary name means nothing to the caller
        raise
    try:
        with os.fdopen(opened, "w+b") as written:
            if private:
                os.fchmod(opened, mode)
            yield written, part
    finally:
        with suppress(OSError):
            part.unlink()


def _opened(folder: Path, part: Path, mode: int) -> int:
    nameless: int | None = getattr(os, "O_TMPFILE", None)
    if nameless is not None:
        try:
            return os.open(folder, os.O_RDWR | nameless, mode)
        except OSError as error:
            # The errors of file systems that do not support O_TMPFILE.
            if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT):
                raise
    return os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)


def _keep_mode(written: IO[bytes], target: Path) -> None:
    with suppress(FileNotFoundError):
        was = target.stat()
        with suppress(PermissionError):
            os.fchown(written.fileno(), was.st_uid, was.st_gid)
        os.fchmod(written.fileno(), stat.S_IMODE(was.st_mode))


def _name(written: IO[bytes], part: Path, target: Path, replace: bool) -> None:
    named = os.fstat(written.fileno()).st_nlink > 0
    if not replace and named:
        os.link(part, target)  # linking, unlike renaming, replaces nothing: neither a file nor a link
        return
    if not named:
        # Python follows the symbolic link in /proc only with `src_dir_fd`, of any value, as the path is absolute.
        opened = written.fileno()
        os.link(f"/proc/self/fd/{opened}", part if replace else target, src_dir_fd=opened, follow_symlinks=True)
    if replace:
        part.replace(target)


def _flush_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
