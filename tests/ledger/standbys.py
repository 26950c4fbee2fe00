"""A real streaming replica of a test's server, which the test may hold back, cut off and promote."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from domain.postgres.cluster import FAST, LOOK
from domain.postgres.programs import bin_folder
from domain.postgres.server_account import Watching, command, server_account, watched
from domain.postgres.server_settings import APP, DATABASE, OWNER
from tests.measuring import until
from tests.real_ledgers import Server


class Standby:
    """A replica that follows a server over its socket."""

    def __init__(self, primary: Server, folder: Path, name: str = "standby") -> None:
        self._primary, self._folder, self._account = primary, folder, server_account(primary.folder)
        self.data = folder / "data"
        self.socket = folder / "socket"
        self._folders = [folder, primary.folder]
        folder.mkdir(0o755)
        # The one user of the standby: when the tests end, however they do, it ends.
        self._use = (folder / "in-use").open("w")
        fcntl.flock(self._use, fcntl.LOCK_SH)
        for made in (self.data, self.socket):
            made.mkdir(0o700)
        for made in (folder, self.data, self.socket):
            if os.geteuid() == 0:
                os.chown(made, self._account.pw_uid, self._account.pw_gid)
        follow = make_conninfo(primary.owner_conninfo, application_name=name)
        options = ["--wal-method=stream", "--checkpoint=fast", "--write-recovery-conf"]
        self._run("pg_basebackup", *options, "--pgdata", str(self.data), "--dbname", follow)
        for file in ("pg_hba.conf", "pg_ident.conf"):
            (folder / file).write_text((primary.folder / file).read_text())
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        argv = command(self._account, [str(bin_folder() / program), *arguments], self._folders)
        done = subprocess.run(argv, capture_output=True, cwd="/", text=True, check=False)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(self.socket), "port": "5432",
            "hba_file": str(self._folder / "pg_hba.conf"), "ident_file": str(self._folder / "pg_ident.conf"),
            "wal_receiver_status_interval": "1s", "wal_retrieve_retry_interval": "200ms",
        }  # fmt: skip
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = [str(bin_folder() / "postgres"), "-D", str(self.data), *words]
        with ExitStack() as files:
            log = files.enter_context((self._folder / "log").open("w"))
            starting, in_use, alive = (
                files.enter_context((self._folder / name).open("w")) for name in ("starting", "in-use", "alive")
            )
            watching = Watching(starting.fileno(), in_use.fileno(), alive.fileno(), LOOK, FAST)
            subprocess.run(
                watched(self._account, program, self._folders, watching), check=True, cwd="/", stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, pass_fds=watching.files,
            )  # fmt: skip
        until(self._answers)

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self.ask("select")
            return True
        return False

    @property
    def conninfo(self) -> str:
        return make_conninfo(host=str(self.socket), port=5432, dbname=DATABASE, user=OWNER)

    @property
    def app_conninfo(self) -> str:
        """As the login that serves, which owns nothing."""
        return make_conninfo(host=str(self.socket), port=5432, dbname=DATABASE, user=APP)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def hold_back(self) -> None:
        """From now on it receives and takes nothing in."""
        self.ask("select pg_wal_replay_pause()")
        until(lambda: self.ask("select pg_get_wal_replay_pause_state()") == [("paused",)])

    def let_go(self) -> None:
        self.ask("select pg_wal_replay_resume()")

    def promote(self) -> None:
        self.ask("select pg_promote(true, 120)")

    def close(self) -> None:
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)
        until(lambda: not (self.data / "postmaster.pid").exists())
        self._use.close()


@contextmanager
def standby_of(primary: Server, folder: Path, name: str = "standby") -> Iterator[Standby]:
    standby = Standby(primary, folder, name)
    try:
        yield standby
    finally:
        standby.close()


def caught_up(primary: Server, standby: Standby) -> None:
    """Wait until the replica has taken in all that the primary has written."""
    with psycopg.connect(primary.owner_conninfo, autocommit=True) as connection:
        [at] = connection.execute("select pg_current_wal_insert_lsn()::text").fetchone() or [""]
    until(lambda: standby.ask(f"select pg_last_wal_replay_lsn() >= '{at}'") == [(True,)])


def kill_at_once(server: Server) -> None:
    """Kill every process of a server, as when its machine loses power."""
    postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for process in (postmaster, *map(int, children)):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    time.sleep(0.1)
