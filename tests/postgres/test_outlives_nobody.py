"""No embedded server outlives its last user by more than a minute, however the users ended."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.opened_ledger import Ledger
from domain.postgres import cluster
from domain.postgres.embedded_server import EmbeddedServer
from domain.postgres.server_socket import SOCKET
from tests.kit import rated
from tests.measuring import until
from tests.processes import is_running, parent_of
from tests.real_ledgers import ROOT, all_is_well, begin, record

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")

#: What the product promises, in seconds.
A_MINUTE = 60.0

LOOKS_OFTEN = "from domain.postgres import cluster; cluster.LOOK, cluster.FAST = 0.2, 2.0"
USER = f"""
import sys, time
from pathlib import Path
{LOOKS_OFTEN}
from domain.postgres.embedded_server import EmbeddedServer
server = EmbeddedServer.start(Path(sys.argv[1]))
print("ready", flush=True)
time.sleep(600)
"""
ASAT = f"import sys; {LOOKS_OFTEN}; from api.cli.main import main; sys.argv[0] = 'asat'; main()"


@pytest.fixture
def folder(new_data_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cluster, "LOOK", 0.2)
    return new_data_folder("outlived")


@contextmanager
def started(code: str, *arguments: object, prefix: tuple[str, ...] = (), **options: Any) -> Iterator[
    "subprocess.Popen[str]"
]:  # fmt: skip
    """A Python program; a test that does not end it has it ended afterwards."""
    argv = [*prefix, sys.executable, "-c", code, *map(str, arguments)]
    streams: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE} | options
    with subprocess.Popen(argv, cwd=ROOT, text=True, **streams) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def user_of(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that uses the server of a folder."""
    with started(USER, folder) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def killed(process: "subprocess.Popen[str]", how: signal.Signals = signal.SIGKILL) -> None:
    process.send_signal(how)
    process.wait()


def servers_of(folder: Path) -> list[int]:
    """Every process that serves a folder or watches over who does."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if not entry.name.isdecimal() or not is_running(int(entry.name)):
                continue
            words = (entry / "cmdline").read_bytes().split(b"\0")
            work = str((entry / "cwd").readlink())
            if work.startswith(str(folder)) or (b"-D" in words and any(os.fsencode(folder) in w for w in words)):
                found.append(int(entry.name))
    return found


def postmaster_of(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def answers(server: EmbeddedServer) -> bool:
    with psycopg.connect(server.owner_conninfo) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def nothing_is_left(folder: Path) -> None:
    until(lambda: servers_of(folder) == [], A_MINUTE)


# Whoever is killed


def test_the_server_ends_when_the_last_of_its_users_was_killed_and_not_before(folder: Path):
    with user_of(folder) as first, user_of(folder) as second:
        serves = postmaster_of(folder)
        killed(first)
        with EmbeddedServer.start(folder) as third:
            killed(second)
            with psycopg.connect(third.owner_conninfo) as connection:
                connection.execute("select pg_sleep(1)")  # some looks
            assert postmaster_of(folder) == serves
    nothing_is_left(folder)
    with user_of(folder) as last:
        killed(last)
        nothing_is_left(folder)
    assert not (folder / "postgres" / "postmaster.pid").exists(), "it was not shut down in order"


@pytest.mark.slow
def test_within_a_minute_of_a_killed_asat_its_server_has_ended(new_data_folder: Callable[[str], Path]):
    """As it is delivered: `asat serve`, looked at as often as it is."""
    folder = new_data_folder("delivered")
    assert cluster.LOOK + cluster.FAST + 20 < A_MINUTE
    with serving(folder, "import sys; from api.cli.main import main; sys.argv[0] = 'asat'; main()") as process:
        killed(process)
        nothing_is_left(folder)


@contextmanager
def serving(folder: Path, code: str = ASAT) -> Iterator["subprocess.Popen[str]"]:
    with started(code, "--data", folder, "serve", "--port", "0", stderr=subprocess.DEVNULL) as process:
        until(lambda: (folder / "postgres" / "postmaster.pid").exists(), 60)
        assert process.stdout is not None
        found = re.search(r"http://(\S+?):(\d+)", process.stdout.readline())
        assert found
        with closing(HTTPConnection(found[1], int(found[2]), timeout=60)) as asked:
            asked.request("GET", "/healthz")
            assert asked.getresponse().status == 200
        yield process


@pytest.mark.parametrize("spared", ["nobody", "postmaster", "watching"])
def test_nothing_is_left_when_all_are_killed_at_once(folder: Path, spared: str):
    with user_of(folder) as first, user_of(folder) as second:
        serves = postmaster_of(folder)
        watches = parent_of(serves)
        kept = {"postmaster": serves, "watching": watches}.get(spared)
        for process in {first.pid, second.pid, serves, watches} - {kept}:
            os.kill(process, signal.SIGKILL)
        nothing_is_left(folder)


def test_when_what_watches_is_killed_users_go_on_with_another(folder: Path):
    with Ledger.open(data=folder) as ledger:
        begin(ledger)
        before = postmaster_of(folder)
        os.kill(parent_of(before), signal.SIGKILL)
        until(lambda: not is_running(before))
        assert record(ledger, rated("2.4"))[0].position == 4
        assert len(servers_of(folder)) > 1
        all_is_well(ledger)
    nothing_is_left(folder)


def test_a_postmaster_that_was_killed_leaves_nothing_even_where_a_process_of_it_computes(folder: Path):
    endless = "with recursive n as (select 1 as i union all select i + 1 from n) select max(i) from n"
    with user_of(folder) as user, EmbeddedServer.start(folder) as server:
        with psycopg.connect(server.owner_conninfo) as connection:
            connection.pgconn.send_query(endless.encode())
            computes = connection.info.backend_pid
            os.kill(postmaster_of(folder), signal.SIGKILL)
            until(lambda: not is_running(computes), A_MINUTE)
            connection.close()
        killed(user)
    nothing_is_left(folder)


def test_a_server_that_does_not_end_when_asked_is_made_to(folder: Path):
    """Its postmaster is held still, so that it does not take notice."""
    with user_of(folder) as user:
        os.kill(postmaster_of(folder), signal.SIGSTOP)
        killed(user)
        nothing_is_left(folder)
    with EmbeddedServer.start(folder) as again:
        assert answers(again)


@pytest.mark.parametrize("begun", ["postgres.new", "postgres.new/base", "postgres", "postgres/postmaster.pid"])
def test_who_is_killed_while_starting_leaves_nothing(tmp_path: Path, begun: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cluster, "LOOK", 0.2)
    folder = tmp_path / "data"
    with started(USER, folder) as user:
        until(lambda: (folder / begun).exists(), 60)
        killed(user)
        nothing_is_left(folder)
    with EmbeddedServer.start(folder) as server:
        assert answers(server)
    nothing_is_left(folder)


def test_a_helper_that_is_killed_while_starting_leaves_nothing(folder: Path):
    """Everything between the user and the postmaster, the moment it shows."""
    with started(USER, folder) as user:
        until(lambda: bool(servers_of(folder)), 60)
        for process in servers_of(folder):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        killed(user)
        nothing_is_left(folder)


def test_a_killed_run_of_tests_leaves_nothing(folder: Path, tmp_path: Path):
    file = tmp_path / "test_one.py"
    code = USER.replace("sys.argv[1]", repr(str(folder))).replace("\n", "\n    ")
    file.write_text(f"def test_one(capsys):\n  with capsys.disabled():{code}\n")
    argv = "import sys, pytest; sys.argv = ['pytest', '-q', '-p', 'no:cacheprovider', sys.argv[1]]; pytest.main()"
    with started(argv, file) as run:
        assert run.stdout is not None
        until(lambda: "ready" in (run.stdout.readline() if run.stdout else ""), 60)
        killed(run)
        nothing_is_left(folder)


# Other ends


def test_the_closing_of_a_terminal_ends_the_server(folder: Path):
    ours, theirs = os.openpty()
    with started(USER, folder, prefix=("setsid", "--ctty", "--wait"), stdin=theirs, stdout=theirs) as user:
        os.close(theirs)
        assert os.read(ours, 100).startswith(b"ready")
        os.close(ours)
        user.wait(timeout=60)
        nothing_is_left(folder)


def test_a_server_goes_on_after_the_machine_was_suspended(folder: Path):
    """Everything stands still for as long as several looks take, and goes on in an order that nobody chooses."""
    with user_of(folder) as user:
        serves = postmaster_of(folder)
        everyone = [user.pid, serves, parent_of(serves)]
        for process in everyone:
            os.kill(process, signal.SIGSTOP)
        with socket.socket() as nobody, suppress(TimeoutError):
            nobody.bind(("127.0.0.1", 0))
            nobody.listen()
            nobody.settimeout(1.0)
            nobody.accept()
        for process in reversed(everyone):
            os.kill(process, signal.SIGCONT)
        with EmbeddedServer.start(folder):
            assert postmaster_of(folder) == serves
        assert is_running(serves)
        killed(user)
        nothing_is_left(folder)


def test_a_program_that_a_user_started_does_not_keep_the_server(folder: Path):
    """A program that was started by a user inherits none of its locks."""
    starts = USER.replace('print("ready"', 'import subprocess; subprocess.Popen(["sleep", "60"]); print("ready"')
    with started(starts, folder) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == "ready\n"
        child = int(Path(f"/proc/{user.pid}/task/{user.pid}/children").read_text().split()[0])
        killed(user)
        nothing_is_left(folder)
        os.kill(child, signal.SIGKILL)


def test_a_folder_made_for_the_socket_alone_goes_with_the_server(
    new_data_folder: Callable[[str], Path], tmp_path: Path
):
    parent = tmp_path / ("long" * 20)
    parent.mkdir()
    folder = Path(new_data_folder("long")).rename(parent / "data")
    with user_of(folder) as user:
        socket_folder = Path((folder / "postgres" / "postmaster.pid").read_text().splitlines()[4])
        assert socket_folder.exists()
        killed(user)
        nothing_is_left(folder)
    assert not socket_folder.exists()


# A socket that was removed


def take_away(folder: Path, what: str) -> None:
    socket_file = folder / "socket" / SOCKET
    match what:
        case "the file":
            socket_file.unlink()
        case "the folder":
            for file in socket_file.parent.iterdir():
                file.unlink()
            socket_file.parent.rmdir()
        case "another file there":
            socket_file.unlink()
            socket_file.touch()
        case "another name":
            socket_file.rename(socket_file.with_name("renamed"))


@pytest.mark.parametrize("what", ["the file", "the folder", "another file there", "another name"])
def test_a_server_whose_socket_was_removed_is_started_anew_by_whoever_comes(folder: Path, what: str):
    with Ledger.open(data=folder) as ledger:
        begin(ledger)
        unreachable = postmaster_of(folder)
        take_away(folder, what)
        with Ledger.open(data=folder) as other:
            assert record(other, rated("2.4"))[0].position == 4
            until(lambda: not is_running(unreachable), A_MINUTE)
        assert record(ledger, rated("2.4"))[0].position == 5
        all_is_well(ledger)
    nothing_is_left(folder)


def test_a_server_whose_socket_was_removed_ends_with_its_last_user(folder: Path):
    with EmbeddedServer.start(folder):
        serves = postmaster_of(folder)
        take_away(folder, "the file")
    until(lambda: not is_running(serves), A_MINUTE)  # it takes its number back before it ends
    nothing_is_left(folder)


def test_ending_serve_ends_a_server_whose_socket_was_removed(folder: Path):
    with serving(folder) as process:
        take_away(folder, "the file")
        killed(process, signal.SIGTERM)
        assert process.returncode == 0
    nothing_is_left(folder)


def test_whoever_asks_whether_it_is_ready_has_it_started_anew(folder: Path):
    with Ledger.open(data=folder) as ledger:
        begin(ledger)
        take_away(folder, "the file")

        def is_ready() -> bool:
            with suppress(Exception):
                ledger.ready()
                return True
            return False

        until(is_ready, A_MINUTE)
        assert record(ledger, rated("2.4"))[0].position == 4
