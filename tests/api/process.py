"""`asat` with its arguments: run in this process, which is quick, or as one of its own, as people start it."""

import os
import subprocess
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from api.cli.main import cli
from tests.api.conftest import ROOT
from tests.measuring import HANGS

ASAT = ROOT / ".venv" / "bin" / "asat"
CLAIMS = ROOT / "examples" / "sunderland-claims.json"


def environment(data: Path, **more: str) -> dict[str, str]:
    """What the process sees: a terminal of 80 columns, its data folder, and none of our own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASAT_", "PYTHON"))}
    return {**kept, "COLUMNS": "80", "ASAT_DATA": str(data), "ASAT_BY": "Governance officer", **more}


def run(*arguments: Any, data: Path, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end, in this process; what it does not tell of itself is raised."""
    wanted = environment(data, **more)
    settings: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name not in wanted)
    argv = [*map(str, arguments)]
    done = CliRunner().invoke(cli, argv, prog_name="asat", input=stdin, env={**settings, **wanted})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(argv, done.exit_code, done.stdout_bytes, done.stderr_bytes)


def run_alone(*arguments: Any, data: Path, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    """The same as a process of its own."""
    return subprocess.run(
        [ASAT, *map(str, arguments)], input=stdin, capture_output=True, env=environment(data, **more), cwd=ROOT,
        timeout=HANGS, check=False,
    )  # fmt: skip


def said(*arguments: Any, data: Path, code: int = 0, **more: Any) -> str:
    """Standard output of a command that must exit with this code and, if that is 0, complain of nothing."""
    done = run(*arguments, data=data, **more)
    assert done.returncode == code, done.stderr.decode()
    if code == 0:
        assert done.stderr == b""
    return done.stdout.decode()


def complained(*arguments: Any, data: Path, code: int = 1, **more: Any) -> str:
    """Standard error of a command that must print nothing else and exit with this code."""
    done = run(*arguments, data=data, **more)
    assert (done.returncode, done.stdout) == (code, b""), done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return done.stderr.decode()
