"""Each reason for which a key signs nothing, or a backup is of no use, has a code of its own."""

from pathlib import Path

from api.cli.command_context import Session
from api.cli.safekeeping_commands import _archive, _read, _restore_folder
from api.settings import read_settings
from api.signing import new_signer, read_signer, write_signer
from domain.integrity.checkpoint_refusals import KeyCode
from domain.postgres.backup_refusals import BackupCode
from tests.refusing import refused


def test_a_key_that_cannot_sign_says_why(tmp_path: Path) -> None:
    with refused(KeyCode.KEY_NEEDED):
        read_signer(None)
    file = tmp_path / "asat.key"
    write_signer(new_signer("council.example/asat"), file)
    file.chmod(0o644)
    with refused(KeyCode.KEY_EXPOSED):
        read_signer(file)
    file.write_text("no key", encoding="utf-8")
    file.chmod(0o600)
    with refused(KeyCode.NO_SECRET_KEY):
        read_signer(file)


def test_an_archive_belongs_to_the_embedded_server(tmp_path: Path) -> None:
    elsewhere = Session(read_settings({}), "postgresql:///elsewhere", None)
    with refused(BackupCode.EMBEDDED_ONLY):
        _archive(elsewhere, tmp_path / "archive")
    with refused(BackupCode.INTO_NEEDED):
        _restore_folder(tmp_path, None, "postgresql:///elsewhere", tmp_path)


def test_a_backup_is_compared_with_what_was_signed(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("nothing signed", encoding="utf-8")
    with refused(BackupCode.NOT_COMPARABLE):
        _read(tmp_path / "note")
