"""A file is written whole or not at all, and what had its name stays until then."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from domain.files.whole_files import NotWritten, written_whole
from tests.measuring import HANGS


@pytest.fixture(params=["nameless", "named"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a file system that has files without a name, and on one that has not."""
    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    return tmp_path


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process may be larger than 64 KiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write(file: Path, content: bytes, **how: bool) -> None:
    with written_whole(file, **how) as written:
        written.write(content)


def held(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_new_file_is_written_and_an_existing_one_replaced(folder: Path) -> None:
    write(folder / "a", b"one")
    write(folder / "a", b"two")
    assert held(folder) == {"a": b"two"}


def test_until_the_end_the_file_of_before_is_there(folder: Path) -> None:
    write(folder / "a", b"one")
    with written_whole(folder / "a") as written:
        written.write(b"two")
        written.flush()
        assert (folder / "a").read_bytes() == b"one"
    assert held(folder) == {"a": b"two"}


def test_an_error_in_between_leaves_everything_as_it_was(folder: Path) -> None:
    write(folder / "a", b"one")
    for name in ("a", "b"):
        with pytest.raises(ZeroDivisionError), written_whole(folder / name) as written:
            written.write(b"half")
            raise ZeroDivisionError
    assert held(folder) == {"a": b"one"}


@pytest.mark.usefixtures("small_files")
def test_a_file_that_does_not_fit_is_told_of_with_the_remedy(folder: Path) -> None:
    write(folder / "a", b"one")
    for name in ("a", "b"):
        with pytest.raises(NotWritten, match="name a file on another disk") as told:
            write(folder / name, bytes(1 << 20))
        assert str(folder / name) in str(told.value)
    assert held(folder) == {"a": b"one"}


@pytest.mark.parametrize("full", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_is_full_only_when_it_is_flushed_leaves_nothing(
    folder: Path, full: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "a", b"one")

    def no_place(_: int) -> None:
        raise OSError(full, os.strerror(full))

    monkeypatch.setattr("domain.files.whole_files.os.fsync", no_place)
    with pytest.raises(NotWritten, match="free some space"):
        write(folder / "a", b"two")
    assert held(folder) == {"a": b"one"}


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_kill_while_it_is_written_leaves_nothing(tmp_path: Path, ending: signal.Signals) -> None:
    write(tmp_path / "a", b"one")
    program = (
        "import sys\nfrom pathlib import Path\nfrom domain.files.whole_files import written_whole\n"
        "with written_whole(Path(sys.argv[1])) as written:\n"
        "    written.write(bytes(1 << 20)); written.flush(); print('half', flush=True); sys.stdin.read()\n"
    )
    for name in ("a", "b"):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(ending)
        assert process.wait(HANGS) == -ending
        process.stdout.close()
        process.stdin.close()
    assert held(tmp_path) == {"a": b"one"}


def test_a_link_stays_and_what_it_leads_to_is_replaced(folder: Path) -> None:
    (folder / "deep").mkdir()
    write(folder / "deep" / "a", b"one")
    (folder / "link").symlink_to("deep/a")
    (folder / "dangling").symlink_to("deep/new")
    write(folder / "link", b"two")
    write(folder / "dangling", b"three")
    assert (folder / "link").is_symlink()
    assert (folder / "dangling").is_symlink()
    assert held(folder / "deep") == {"a": b"two", "new": b"three"}


@pytest.mark.parametrize("link", [False, True])
def test_what_is_not_to_be_replaced_is_not_even_where_it_is_a_link(folder: Path, link: bool) -> None:
    (folder / "a").symlink_to("nowhere") if link else (folder / "a").write_bytes(b"one")
    with pytest.raises(FileExistsError):
        write(folder / "a", b"two", replace=False)
    assert [file.name for file in folder.iterdir()] == ["a"]
    write(folder / "b", b"new", replace=False)
    assert (folder / "b").read_bytes() == b"new"


def test_a_new_file_has_the_mode_of_the_umask_and_a_replaced_one_keeps_its_own(folder: Path) -> None:
    def mode(name: str) -> int:
        return stat.S_IMODE((folder / name).stat().st_mode)

    before = os.umask(0o027)
    try:
        write(folder / "a", b"")
        write(folder / "private", b"", private=True)
        (folder / "kept").touch()
        (folder / "kept").chmod(0o604)
        write(folder / "kept", b"")
        os.umask(0o777)
        write(folder / "readable", b"", private=True)
    finally:
        os.umask(before)
    assert [mode(name) for name in ("a", "private", "kept", "readable")] == [0o640, 0o600, 0o604, 0o600]


def test_what_is_no_file_is_written_to_as_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()), daemon=True)
    reader.start()
    write(tmp_path / "pipe", b"through")
    reader.join(HANGS)
    assert read == [b"through"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    write(Path("/dev/null"), b"gone")
    with pytest.raises(NotWritten, match="the disk is full"):
        write(Path("/dev/full"), b"gone")


def test_a_folder_that_is_not_there_or_is_one_is_an_error_that_names_the_file(folder: Path) -> None:
    for name, kind in (("none/a", FileNotFoundError), ("", IsADirectoryError)):
        with pytest.raises(kind) as error:
            write(folder / name, b"")
        assert error.value.filename == str(folder / name)


@pytest.fixture
def small_account() -> Iterator[Path]:
    """A folder of an account that may not write everywhere, as root may; it is the one that runs the test."""
    with TemporaryDirectory() as made:
        was = os.geteuid()
        if was == 0:
            os.chown(made, 65534, 65534)
            os.seteuid(65534)
        yield Path(made)
        Path(made).chmod(0o700)
        os.seteuid(was)


def test_a_protected_file_and_a_protected_folder_are_left_alone(small_account: Path) -> None:
    write(small_account / "a", b"one")
    (small_account / "a").chmod(0o400)
    with pytest.raises(PermissionError):
        write(small_account / "a", b"two")
    small_account.chmod(0o500)
    with pytest.raises(NotWritten, match="another folder"):
        write(small_account / "b", b"two")
    small_account.chmod(0o700)
    assert held(small_account) == {"a": b"one"}
