"""A run of the tests fails when it leaves a process behind, and names it.

The process that controls the run adopts every process below it whose parent has ended (Linux's child subreaper), so
that nothing it has started escapes, whatever it calls itself and wherever it works. It looks when all workers have
ended.
"""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

#: Seconds that what is left gets to end by itself: a minute is what AsAt promises of its servers.
PATIENCE = 75.0

_PR_SET_CHILD_SUBREAPER = 36
_LEFT = pytest.StashKey[list[str]]()

#: Helper of Python that lives as long as the process that it helps.
_OF_PYTHON = "multiprocessing.resource_tracker"


def _controls(config: pytest.Config) -> bool:
    return sys.platform == "linux" and not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if _controls(config):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@pytest.hookimpl(trylast=True)  # after the workers' end
def pytest_sessionfinish(session: pytest.Session) -> None:
    if not _controls(session.config):
        return
    deadline = time.monotonic() + PATIENCE
    while (left := descendants(os.getpid())) and time.monotonic() < deadline:
        time.sleep(0.1)
    session.config.stash[_LEFT] = [f"{process}: {words}" for process, words in left.items()]
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left := config.stash.get(_LEFT, []):
        terminalreporter.section("left behind", red=True)
        terminalreporter.write_line("The run has left these processes behind; they are killed now:")
        for one in left:
            terminalreporter.write_line(one)


def descendants(ancestor: int) -> dict[int, str]:
    """The processes below one that have not ended, each with its command line."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found: dict[int, str] = {}
    below = {ancestor}
    while below := {process for process, parent in parents.items() if parent in below}:
        for process in below:
            with suppress(OSError):
                words = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if _OF_PYTHON not in words:
                    found[process] = words.strip() or Path(f"/proc/{process}/comm").read_text().strip()
    return found
