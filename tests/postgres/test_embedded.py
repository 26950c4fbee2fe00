"""The embedded PostgreSQL: shared by processes, private to its user, and none of the user's folders changed."""

import errno
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from domain.postgres import cluster
from domain.postgres.cluster import Cluster
from domain.postgres.embedded_server import EmbeddedServer
from domain.postgres.server_account import EmbeddedServerError, server_account
from tests.measuring import until
from tests.processes import is_running, parent_of

ROOT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

# Whoever starts the tests in the background may have Ctrl-C ignored, which a process hands on to those it starts.
USER = """
import signal
import sys
from pathlib import Path
from domain.postgres import cluster
from domain.postgres.embedded_server import EmbeddedServer
cluster.LOOK = 45.0  # the test looks for itself at what a killed user leaves
signal.signal(signal.SIGINT, signal.default_int_handler)
server = EmbeddedServer.start(Path(sys.argv[1]))
print("ready", flush=True)
"""
STAYS_UNTIL_TOLD = f"{USER}sys.stdin.readline()\n"


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that was once opened and closed: copying it is quicker than initdb."""
    folder = tmp_path_factory.mktemp("pattern") / "data"
    EmbeddedServer.start(folder).close()
    return folder


@pytest.fixture
def folder(pattern: Path, tmp_path: Path) -> Path:
    return copied(pattern, tmp_path / "data")


def copied(pattern: Path, folder: Path) -> Path:
    subprocess.run(["cp", "-a", pattern, folder], check=True)
    return folder


def ask(conninfo: str, question: str) -> object:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        cursor = connection.execute(question)
        return (cursor.fetchone() or [None])[0] if cursor.description else None


def answers(server: EmbeddedServer) -> bool:
    try:
        return ask(server.owner_conninfo, "select 1") == 1
    except psycopg.OperationalError:
        return False


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def socket_folder_of(server: EmbeddedServer) -> Path:
    return Path(str(psycopg.conninfo.conninfo_to_dict(server.owner_conninfo)["host"]))


def process(code: str, folder: Path, *prefix: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", code, str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


@contextmanager
def another_user_of(folder: Path, code: str = STAYS_UNTIL_TOLD) -> Iterator["subprocess.Popen[str]"]:
    with process(code, folder) as user:
        try:
            assert user.stdout is not None
            assert user.stdout.readline() == "ready\n"
            yield user
        finally:
            user.kill()


def leave(user: "subprocess.Popen[str]") -> None:
    output, _ = user.communicate("leave\n", timeout=120)
    assert (user.returncode, output) == (0, "")


def as_account(name: str, question: Callable[[], object]) -> str:
    """What the question answers to a process of that account, or what it is refused with."""
    account = pwd.getpwnam(name)
    reading, writing = os.pipe()
    if not (child := os.fork()):
        try:
            os.setgroups([])
            os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
            os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
            answer = str(question())
        except BaseException as refusal:
            answer = f"refused: {refusal}"
        os.write(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answered:
        answer = answered.read()
    os.waitpid(child, 0)
    return answer


def state_of_parents(folder: Path) -> dict[Path, tuple[int, int, int]]:
    return {path: (s.st_mode, s.st_uid, s.st_gid) for path in folder.parents for s in [path.stat()]}


# --- what is started


def test_everything_promised_holds_from_the_first_start(tmp_path: Path):
    folder = tmp_path / "new" / "data"
    with EmbeddedServer.start(folder) as server:
        assert {name: ask(server.owner_conninfo, f"show {name}") for name in PROMISED} == PROMISED
        database = "select (pg_encoding_to_char(encoding), datlocprovider, datlocale)::text from pg_database"
        assert ask(server.owner_conninfo, f"{database} where datname = 'asat'") == "(UTF8,b,C.UTF-8)"
        assert (server.bin_folder / "pg_dump").exists()
        assert [path for path in [folder, *folder.rglob("*")] if path.stat().st_mode & 0o077] == []
        sockets = [path for path in folder.rglob("*") if path.is_socket()]
        assert sockets == [folder / "socket" / ".s.PGSQL.5432"]
    assert not (folder / "postgres" / "postmaster.pid").exists()


PROMISED = {
    "listen_addresses": "", "unix_socket_permissions": "0700", "data_checksums": "on", "fsync": "on",
    "full_page_writes": "on", "synchronous_commit": "on", "shared_buffers": "128MB", "max_connections": "100",
    "TimeZone": "UTC", "log_filename": "server-%a.log",
}  # fmt: skip


def test_a_configuration_file_does_not_override_a_promise(folder: Path):
    with (folder / "postgres" / "postgresql.auto.conf").open("a") as configuration:
        configuration.write("fsync = off\nlisten_addresses = 'localhost'\nwork_mem = '5MB'\n")
    with EmbeddedServer.start(folder) as server:
        assert ask(server.owner_conninfo, "show fsync") == "on"
        assert ask(server.owner_conninfo, "show listen_addresses") == ""
        assert ask(server.owner_conninfo, "show work_mem") == "5MB"


@pytest.mark.parametrize(
    "attempt",
    [
        "create table public.t ()",
        "create schema s",
        "create temporary table t ()",
        "create database d",
        "create role r",
    ],
)
def test_the_application_may_connect_and_nothing_else(shared: EmbeddedServer, attempt: str):
    assert ask(shared.app_conninfo, "select current_user::text") == "asat_app"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(shared.app_conninfo, attempt)


@pytest.mark.parametrize("elsewhere", ["dbname=postgres", "dbname=template1", "user=postgres", "user=pg_monitor"])
def test_the_application_may_not_go_elsewhere(shared: EmbeddedServer, elsewhere: str):
    with pytest.raises(psycopg.OperationalError):
        ask(f"{shared.app_conninfo} {elsewhere}", "select 1")


@pytest.fixture(scope="module")
def shared(pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    with EmbeddedServer.start(copied(pattern, tmp_path_factory.mktemp("shared") / "data")) as server:
        yield server


# --- who uses it


def test_the_last_one_out_stops_it(folder: Path):
    first, second = EmbeddedServer.start(folder), EmbeddedServer.start(folder)
    first.close()
    first.close()
    assert answers(second)
    second.close()
    assert not answers(second)


def test_a_second_process_joins_the_running_server(folder: Path):
    with another_user_of(folder) as user:
        running = postmaster(folder)
        server = EmbeddedServer.start(folder)
        leave(user)
        assert (answers(server), postmaster(folder)) == (True, running)
        with another_user_of(folder) as second:
            server.close()
            assert answers(server)
            leave(second)
    assert not answers(server)


def test_processes_that_start_together_share_one_server(tmp_path: Path):
    with ThreadPoolExecutor() as threads:
        servers = list(threads.map(EmbeddedServer.start, [tmp_path / "data"] * 4))
    assert len({ask(server.owner_conninfo, "select pg_postmaster_start_time()::text") for server in servers}) == 1
    for server in servers:
        server.close()
    assert not answers(servers[0])


def test_what_a_killed_process_leaves_running_is_joined_and_stopped_by_the_next(folder: Path):
    with another_user_of(folder) as user:
        user.kill()
        user.wait()
    running = postmaster(folder)
    with EmbeddedServer.start(folder) as server:
        assert (answers(server), postmaster(folder)) == (True, running)
    assert not answers(server)


def test_a_process_that_ends_without_closing_still_closes(folder: Path):
    subprocess.run([sys.executable, "-c", USER, folder], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    assert not (folder / "postgres" / "postmaster.pid").exists()


def test_a_forked_child_neither_stops_the_server_nor_keeps_it(folder: Path):
    server = EmbeddedServer.start(folder)
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.close(writing)
        server.close()
        os.read(reading, 1)  # until the parent has closed its end
        os._exit(0)
    os.close(reading)
    if not (other := os.fork()):
        time.sleep(60)
        os._exit(0)
    time.sleep(0.1)
    assert answers(server)
    server.close()
    assert not answers(server)
    with EmbeddedServer.start(folder) as again:
        assert answers(again)
    assert not answers(again)
    os.kill(other, signal.SIGKILL)
    os.close(writing)
    os.waitpid(other, 0)
    os.waitpid(child, 0)


def test_nobody_who_reads_our_output_to_its_end_waits_for_the_server(folder: Path):
    dies_at_once = f"{USER}import os; os._exit(0)\n"
    done = subprocess.run(
        [sys.executable, "-c", dies_at_once, folder], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert (done.stdout, done.stderr) == ("ready\n", "")
    running = postmaster(folder)
    with EmbeddedServer.start(folder):
        assert postmaster(folder) == running


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(folder: Path):
    interrupted = f"{USER}try:\n sys.stdin.readline()\nexcept KeyboardInterrupt:\n print('interrupted', flush=True)\n"
    with (
        another_user_of(folder, f"{interrupted}sys.stdin.readline()\n") as user,
        EmbeddedServer.start(folder) as server,
    ):
        os.killpg(user.pid, signal.SIGINT)
        assert user.stdout is not None
        assert user.stdout.readline() == "interrupted\n"
        assert answers(server)
        leave(user)


@on_linux
def test_the_server_inherits_no_lock_of_ours(folder: Path):
    with EmbeddedServer.start(folder):
        open_files = [str(file.readlink()) for file in Path(f"/proc/{postmaster(folder)}/fd").iterdir()]
    assert [file for file in open_files if file.startswith(str(folder)) and not file.endswith("start.log")] == []


# --- who may not


@as_root
@pytest.mark.parametrize("role", ["asat_owner", "asat_app", "postgres"])
def test_another_user_does_not_reach_the_socket(shared: EmbeddedServer, role: str):
    answer = as_account("nobody", lambda: ask(f"{shared.owner_conninfo} user={role}", "select 1"))
    assert "Permission denied" in answer


@as_root
def test_another_user_who_reached_the_socket_would_be_refused(pattern: Path, long_folder: Path):
    with EmbeddedServer.start(copied(pattern, long_folder)) as server:
        socket_folder = socket_folder_of(server)
        socket_folder.chmod(0o755)
        (socket_folder / ".s.PGSQL.5432").chmod(0o777)
        answer = as_account("nobody", lambda: ask(server.owner_conninfo, "select 1"))
        assert "Peer authentication failed" in answer
        answer = as_account("nobody", lambda: ask(f"{server.owner_conninfo} user=postgres", "select 1"))
        assert "no pg_hba.conf entry" in answer


@as_root
def test_root_runs_the_server_of_a_users_folder_as_that_user(tmp_path: Path):
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    try:
        shutil.chown(folder, "nobody")
        with EmbeddedServer.start(folder) as server:
            assert (folder / "postgres").owner() == "nobody"
            assert as_account("nobody", lambda: ask(server.owner_conninfo, "select 'is its owner'")) == "is its owner"
            assert "refused" in as_account("daemon", lambda: ask(server.owner_conninfo, "select 1"))
            assert {path.owner() for path in folder.rglob("*")} == {"nobody"}
    finally:
        shutil.rmtree(folder)


@on_linux
def test_the_server_has_no_more_power_than_to_reach_its_folder(folder: Path):
    with EmbeddedServer.start(folder):
        status = Path(f"/proc/{postmaster(folder)}/status").read_text()
        assert (folder / "postgres").stat().st_uid == os.stat(f"/proc/{postmaster(folder)}").st_uid  # noqa: PTH116
    capabilities = {line.split(":\t")[1] for line in status.splitlines() if line.startswith(("CapEff", "CapPrm"))}
    assert len(capabilities) == 1
    assert int(capabilities.pop(), 16) in ([0, 1 << 1, 1 << 2] if IS_ROOT else [0])


# --- whose folder it is


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_no_folder_of_the_users_changes(tmp_path: Path, pattern: Path, mode: int):
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    folder = closed / "data"
    folder.mkdir()
    folder.chmod(mode)
    for path in pattern.iterdir():
        subprocess.run(["cp", "-a", path, folder], check=True)
    before = state_of_parents(folder / "inside")
    for _ in range(2):
        with EmbeddedServer.start(folder) as server:
            assert answers(server)
            assert state_of_parents(folder / "inside") == before
    assert state_of_parents(folder / "inside") == before


def test_an_empty_folder_of_the_users_is_taken_as_it_is(tmp_path: Path):
    before = state_of_parents(tmp_path / "inside")
    with EmbeddedServer.start(tmp_path) as server:
        assert answers(server)
    assert state_of_parents(tmp_path / "inside") == before


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(EmbeddedServerError, match=r"not empty and not a data folder of AsAt\. Name an empty one"):
        EmbeddedServer.start(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_everyone_may_write_to_is_refused(tmp_path: Path):
    tmp_path.chmod(0o777)
    with pytest.raises(EmbeddedServerError, match="chmod o-w"):
        EmbeddedServer.start(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "data").touch()
    with pytest.raises(EmbeddedServerError, match="cannot be used"):
        EmbeddedServer.start(tmp_path / "data")


@pytest.mark.skipif(IS_ROOT, reason="root may use every folder")
def test_a_folder_of_another_user_is_refused():
    with pytest.raises(EmbeddedServerError, match="belongs to root"):
        server_account(Path("/usr"))


def test_a_database_of_another_version_is_refused(folder: Path):
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedServerError, match="PostgreSQL version 17; this AsAt has version 18"):
        EmbeddedServer.start(folder)


@as_root
@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
@pytest.mark.parametrize(
    ("dropped", "said"),
    [("-dac_read_search", "ready"), ("-setpcap", "ready"), ("-dac_read_search,-dac_override", "may not enter")],
)
def test_root_with_fewer_capabilities_still_reaches_its_folder_or_says_why_not(tmp_path: Path, dropped: str, said: str):
    user = process(USER, tmp_path, "setpriv", "--bounding-set", dropped)
    output, _ = user.communicate(timeout=120)
    assert said in output
    closed = next(str(one) for one in reversed(tmp_path.parents) if not one.stat().st_mode & 0o001)
    assert (closed if said != "ready" else "") in output


# --- where the socket is


@pytest.fixture
def long_folder(tmp_path: Path) -> Path:
    parent = tmp_path / ("long" * 20)
    parent.mkdir()
    return parent / 'it\'s, "quoted" $HOME'


def test_a_path_too_long_for_a_socket_gets_a_private_folder_elsewhere(pattern: Path, long_folder: Path):
    with another_user_of(copied(pattern, long_folder)) as user, EmbeddedServer.start(long_folder) as server:
        socket_folder = socket_folder_of(server)
        state = socket_folder.stat()
        assert (state.st_mode & 0o777, state.st_uid) == (0o700, (long_folder / "postgres").stat().st_uid)
        leave(user)
        assert answers(server)
    assert not socket_folder.exists()


def test_a_socket_folder_elsewhere_does_not_outlive_a_crash(pattern: Path, long_folder: Path):
    server = EmbeddedServer.start(copied(pattern, long_folder))
    left = socket_folder_of(server)
    crash(long_folder, signal.SIGKILL)
    server.close()
    with EmbeddedServer.start(long_folder) as again:
        assert answers(again)
        assert not left.exists()


def test_a_copy_made_while_the_server_ran_is_not_taken_for_the_original(pattern: Path, long_folder: Path):
    with EmbeddedServer.start(copied(pattern, long_folder)):
        copy = copied(long_folder, long_folder.parent / "copy")
        with pytest.raises(EmbeddedServerError, match="was copied while the server"):
            EmbeddedServer.start(copy)


# --- what was interrupted


def crash(folder: Path, how: signal.Signals) -> None:
    pid = postmaster(folder)
    os.kill(pid, how)
    gone(pid)


def gone(pid: int) -> None:
    until(lambda: not is_running(pid))


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL])
def test_what_was_committed_is_there_after_a_crash(folder: Path, how: signal.Signals):
    server = EmbeddedServer.start(folder)
    ask(server.owner_conninfo, "create table fact as select 'recorded' as it")
    crash(folder, how)
    with EmbeddedServer.start(folder) as again:
        assert ask(again.owner_conninfo, "select it from fact") == "recorded"
        server.close()
        assert answers(again)
    assert not answers(again)


@pytest.mark.parametrize("crashed", [False, True])
def test_a_machine_that_stood_still_while_the_server_started(
    folder: Path, monkeypatch: pytest.MonkeyPatch, crashed: bool
):
    # The clock of a machine that was paused jumps: the seconds are gone before the first look.
    monkeypatch.setattr(cluster, "PATIENCE", 0.0)
    if crashed:
        left = EmbeddedServer.start(folder)
        crash(folder, signal.SIGKILL)
        left.close()
    with EmbeddedServer.start(folder) as server:
        assert answers(server)


@on_linux
@pytest.mark.parametrize("alive", [True, False], ids=["another process has it", "nobody waited for the dead server"])
def test_the_number_of_a_dead_server_does_not_keep_it_from_starting(folder: Path, alive: bool):
    server = EmbeddedServer.start(folder)
    crash(folder, signal.SIGKILL)
    server.close()
    owner = (folder / "postgres").stat().st_uid
    with subprocess.Popen(["sleep", "600"], user=owner if IS_ROOT else None) as other:
        try:
            if not alive:
                other.kill()
                os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
            stale = (folder / "postgres" / "postmaster.pid").read_text().splitlines()[1:]
            (folder / "postgres" / "postmaster.pid").write_text("\n".join([str(other.pid), *stale, ""]))
            with EmbeddedServer.start(folder) as again:
                assert answers(again)
            assert not alive or other.poll() is None
        finally:
            other.kill()


@on_linux
def test_the_watching_process_waits_for_every_process_of_a_killed_server(folder: Path):
    # Where the system's first process waits for nobody, as in many containers, they would stay for ever.
    for _ in range(5):
        server = EmbeddedServer.start(folder)
        pid = postmaster(folder)
        watching = parent_of(pid)
        crash(folder, signal.SIGKILL)
        server.close()
        gone(watching)
        assert not Path(f"/proc/{pid}").exists()


def test_the_remains_of_an_interrupted_first_start_are_cleared(tmp_path: Path):
    folder = tmp_path / "data"
    with process(USER, folder) as user:
        while not (folder / "postgres.new" / "base").exists():
            time.sleep(0.001)
        user.kill()
        user.wait()
        assert not (folder / "postgres").exists()
        with EmbeddedServer.start(folder) as server:  # at once, while initdb may still be writing
            assert answers(server)
    assert not (folder / "postgres.new").exists()


def test_a_server_that_does_not_start_says_why(folder: Path):
    with (folder / "postgres" / "postgresql.conf").open("a") as configuration:
        configuration.write("max_conections = 3\n")
    with pytest.raises(EmbeddedServerError, match=r"(?s)stopped while starting.*max_conections"):
        EmbeddedServer.start(folder)


def test_a_data_folder_deleted_under_a_running_server_is_no_error_when_leaving(folder: Path):
    server = EmbeddedServer.start(folder)
    running = postmaster(folder)
    shutil.rmtree(folder)
    server.close()
    os.kill(running, signal.SIGQUIT)


@pytest.mark.parametrize("said", ["No space left on device", "Disk quota exceeded"])
def test_a_disk_that_is_full_is_said_in_a_sentence_and_not_by_a_log(folder: Path, said: str):
    cluster = Cluster(folder)
    with cluster.new_file("start.log") as log:
        log.write("LOG:  starting\n" * 20 + f'FATAL:  could not write lock file "postmaster.pid": {said}\n')
    told = str(cluster.log.failure("stopped while starting"))
    assert told == f"the disk of the database is full ({folder}): make room and start again; nothing recorded is lost"


def test_a_disk_on_which_no_lock_can_be_made_is_full_too(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Cluster, "open_lock", full)
    with pytest.raises(EmbeddedServerError, match="the disk of the database is full"):
        EmbeddedServer.start(folder)
