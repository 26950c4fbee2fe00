"""A run of the tests that leaves a process behind fails and names it, also with several workers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.left_behind import descendants

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

CONTROLS = """
import tests.left_behind
from tests.left_behind import pytest_configure, pytest_sessionfinish, pytest_terminal_summary
tests.left_behind.PATIENCE = 1.0
"""
LEAVES = {
    "nothing": "pass",
    "a daemon": (
        'subprocess.run("setsid sleep 602 >/dev/null 2>&1 &", shell=True, cwd="/", env={"PATH": "/usr/bin:/bin"})'
    ),
    "what a killed user has started": (
        "subprocess.run([sys.executable, '-c', 'import os, sys; from pathlib import Path;"
        " from domain.postgres import cluster; cluster.LOOK = 600.0;"
        " from domain.postgres.embedded_server import EmbeddedServer;"
        " EmbeddedServer.start(Path(sys.argv[1])); os._exit(0)', str(tmp_path / 'data')])"
    ),
}
NAMED = {"a daemon": "sleep 602"}


@pytest.mark.slow
@pytest.mark.parametrize(("what", "workers"), [*((what, "0") for what in LEAVES), ("a daemon", "2")])
def test_a_run_that_leaves_something_fails_and_names_it(what: str, workers: str, tmp_path: Path):
    (tmp_path / "conftest.py").write_text(CONTROLS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(f"import subprocess, sys\ndef test_it(tmp_path):\n    {LEAVES[what]}\n")
    options = [
        "-q",
        "-p",
        "xdist.plugin",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        "-n",
        workers,
        f"--basetemp={tmp_path / 'base'}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", "-c", tmp_path / "pytest.ini", tmp_path],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    leaves = what != "nothing"
    assert done.returncode == (1 if leaves else 0), done.stdout + done.stderr
    assert ("left behind" in done.stdout) == leaves
    assert "1 passed" in done.stdout, done.stdout
    if leaves:
        assert NAMED.get(what, f"-D {tmp_path / 'base'}") in done.stdout
    assert all(str(tmp_path) not in words for words in descendants(1).values()), "it was not killed"
