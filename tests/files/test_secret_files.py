"""A file that holds a secret, and the folders on the way to it, are nobody else's to read or to replace."""

import os
from pathlib import Path

import pytest

from domain.files.secret_files import SecretExposed, read_secret


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A secret in a folder of its own."""
    (tmp_path / "own").mkdir(mode=0o700)
    file = tmp_path / "own" / "the secret"
    file.touch(0o600)
    file.write_bytes(b"hush")
    return file


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_secret_that_only_its_owner_can_use_is_read(secret: Path, mode: int) -> None:
    secret.chmod(mode)
    assert read_secret(secret, 100) == b"hush"
    assert read_secret(secret, 2) == b"hu"


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o604, 0o602, 0o644, 0o666, 0o610])
def test_a_secret_that_others_can_use_is_refused_with_its_mode_and_the_command(secret: Path, mode: int) -> None:
    secret.chmod(mode)
    with pytest.raises(SecretExposed) as refused:
        read_secret(secret, 100)
    assert f"(mode {mode:04o})" in str(refused.value)
    assert str(refused.value).endswith(f"chmod 600 '{secret}'")


def test_the_command_that_the_refusal_names_mends_it(secret: Path) -> None:
    secret.chmod(0o644)
    with pytest.raises(SecretExposed) as refused:
        read_secret(secret, 100)
    assert os.system(str(refused.value).partition("): ")[2]) == 0  # noqa: S605
    assert read_secret(secret, 100) == b"hush"


def test_what_a_link_leads_to_is_looked_at(secret: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(secret)
    assert read_secret(link, 100) == b"hush"
    secret.chmod(0o644)
    with pytest.raises(SecretExposed, match="mode 0644"):
        read_secret(link, 100)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o720])
@pytest.mark.parametrize("depth", [0, 1])
def test_a_folder_to_which_others_may_write_is_refused(secret: Path, mode: int, depth: int) -> None:
    folder = secret.parents[depth]
    folder.chmod(mode)
    with pytest.raises(SecretExposed) as refused:
        read_secret(secret, 100)
    assert f"folder {folder} (mode {mode:04o}): chmod go-w {folder}" in str(refused.value)


def test_the_folder_of_a_link_is_looked_at_too(secret: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "link").symlink_to(secret)
    (tmp_path / "outer").symlink_to(shared / "link")
    assert read_secret(tmp_path / "outer", 100) == b"hush"
    shared.chmod(0o777)
    with pytest.raises(SecretExposed, match="chmod go-w"):
        read_secret(tmp_path / "outer", 100)
    shared.chmod(0o1777)  # as /tmp has it: nobody there replaces what is another's
    assert read_secret(tmp_path / "outer", 100) == b"hush"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_folder_of_somebody_else_is_refused(secret: Path) -> None:
    os.chown(secret.parent, 12345, -1)
    with pytest.raises(SecretExposed, match="uid 12345"):
        read_secret(secret, 100)


def test_a_pipe_that_a_shell_hands_over_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"hush")
    os.close(writing)
    assert read_secret(Path(f"/dev/fd/{reading}"), 100) == b"hush"
    os.close(reading)


def test_what_cannot_be_read_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_secret(tmp_path / "none", 100)
    with pytest.raises(OSError, match="directory"):
        read_secret(tmp_path, 100)
