"""The data folder of the embedded server: the database in it, its socket, its locks, and the process that serves it.

The caller holds the starting lock while it starts or stops the server. Existing files keep their mode and owner.
"""

import os
import re
import select
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import IO

import psycopg
from psycopg.conninfo import make_conninfo

from domain.postgres.connections import connected, value
from domain.postgres.log_archiving import PATH, SCRIPT, archives, archiving_settings, script
from domain.postgres.programs import POSTGRES_MAJOR, bin_folder, run
from domain.postgres.server_account import EmbeddedServerError, Watching, command, server_account, watched
from domain.postgres.server_log import DAMAGED, FULL, ServerLog, disk_is_full, end_of
from domain.postgres.server_process import end, locked
from domain.postgres.server_settings import ADMITTED, APP, DATABASE, OWNER, PROMISED, ROLES_AND_DATABASE, TUNABLE
from domain.postgres.server_socket import ServerSocket

if sys.platform != "win32":
    import fcntl

# Crash recovery replays at most max_wal_size and mostly takes a second; a laptop's full disk or a slow one takes long.
PATIENCE = 120.0
#: The least number of tries, however long they took: a machine that stood still for minutes has spent the seconds only.
TRIES = 200
#: Seconds between two checks whether anybody uses the server, and seconds for its fast shutdown where nobody waits for
#: it: with the harder shutdowns that may follow they are less than a minute.
LOOK, FAST = 10.0, 25.0


class Cluster:
    """The data folder: `postgres`, the socket, the locks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "postgres"
        self.bin_folder = bin_folder()
        self.socket = ServerSocket(self.folder, self.data)
        self.log = ServerLog(self.folder, self.data)
        made = self._make_or_recognise()
        self.account = server_account(self.folder)
        if made:
            self.give(self.folder)

    def _make_or_recognise(self) -> bool:
        try:
            self.folder.mkdir(0o700, parents=True)
            return True
        except FileExistsError:
            state = self.folder.stat()
        if state.st_mode & 0o002:
            raise EmbeddedServerError(
                f"Every user of this system may write to the data folder {self.folder}. Take that away"
                f" (chmod o-w {self.folder}) or name one that does not exist yet."
            )
        # In this order: another process may be making the folder ours at this moment, and makes the lock first.
        if any(self.folder.iterdir()) and not (self.folder / "starting.lock").exists():
            raise EmbeddedServerError(
                f"The folder {self.folder} is not empty and not a data folder of AsAt. Name an empty one, or one that"
                " does not exist yet."
            )
        return False

    def conninfo(self, role: str) -> str:
        # requirepeer: a socket that another user managed to put in this place is refused.
        return make_conninfo(
            host=str(self.socket.folder()), port=5432, dbname=DATABASE, user=role, requirepeer=self.account.pw_name
        )

    @contextmanager
    def starting(self) -> Iterator[int]:
        """Hold the lock under which the server is started and stopped."""
        lock = self.open_lock("starting.lock")
        try:
            for _ in _patiently(2):
                if locked(lock):
                    break
                time.sleep(0.01)
            else:
                raise EmbeddedServerError(
                    f"Another process holds {self.folder / 'starting.lock'} and does not finish. End it (`fuser` names"
                    " it) and try again."
                )
            try:
                yield lock
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)  # as a forked child may have the same lock open, closing is not enough
        finally:
            os.close(lock)

    def open_lock(self, name: str) -> int:
        """Open a lock file, never inherited by the server."""
        try:
            lock = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            return os.open(self.folder / name, os.O_RDWR | os.O_NOFOLLOW)
        self.give(lock)
        return lock

    def ensure_running(self, starting: int) -> None:
        """Return when the server answers."""
        if self.data.exists():
            self._check()
        else:
            self._initialise(starting)
        for _ in _patiently():
            if self._join_or_launch():
                return
            time.sleep(0.05)  # another server was stopping, or processes of a killed one remain
        raise self.log.failure("does not start")

    def stop(self) -> None:
        """Stop the server, which nobody else uses, and wait until it has written everything."""
        socket_folder, postmaster = self.socket.folder(), self.socket.postmaster()
        if postmaster == 0:  # one in another container
            return
        if postmaster := postmaster or self.socket.unreachable():
            self._end(postmaster, PATIENCE)
        self.socket.forget(socket_folder)

    def _end(self, postmaster: int, patience: float) -> None:
        if not end(postmaster, lambda seconds: self.socket.gone_within(seconds, postmaster), patience):
            raise self.log.failure("does not stop")

    def _join_or_launch(self) -> bool:
        if self.socket.postmaster() is not None:
            return self._wait_for_answer()
        if (unreachable := self.socket.unreachable()) is not None:
            # Its socket was removed, so nobody can join it, and it lets no other server have the data: restart it.
            self._end(unreachable, FAST)
        return self._launch()

    def _check(self) -> None:
        if (owner := self.data.stat().st_uid) != self.account.pw_uid:
            raise EmbeddedServerError(
                f"The database in {self.data} belongs to user id {owner}, but its server would run as"
                f" {self.account.pw_name!r} ({self.account.pw_uid}). Run AsAt as that user, or change the owner of"
                " everything in the folder."
            )
        version_file = self.data / "PG_VERSION"
        version = version_file.read_text().strip() if version_file.exists() else "no"
        if version != POSTGRES_MAJOR:
            raise EmbeddedServerError(
                f"The database in {self.data} says it is of PostgreSQL version {version}; this AsAt has version"
                f" {POSTGRES_MAJOR}. Open it with the AsAt that made it, or with that PostgreSQL by ASAT_DATABASE_URL."
            )

    def _initialise(self, starting: int) -> None:
        new = self.folder / "postgres.new"
        if new.exists():  # what a crash left; under the lock nobody can still be working on it
            shutil.rmtree(new)
        new.mkdir(0o700)
        self.give(new)
        tunable = [word for name, value in TUNABLE.items() for word in ("--set", f"{name}={value}")]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = [f"--username={OWNER}", "--auth-local=peer", "--auth-host=reject", "--data-checksums"]
        self._run(starting, "initdb", "-D", str(new), *access, *locale, *tunable, "--no-sync", "--no-instructions")
        single = ["--single", "-D", str(new), "-c", "exit_on_error=on", "template1"]
        self._run(starting, "postgres", *single, statements=ROLES_AND_DATABASE)
        self._run(starting, "initdb", "-D", str(new), "--sync-only")
        new.rename(self.data)
        folder = os.open(self.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _run(self, starting: int, program: str, *arguments: str, statements: str = "") -> None:
        argv = command(self.account, [str(self.bin_folder / program), *arguments], [self.folder])
        # It inherits the starting lock: if we are killed, the next process waits for it before clearing up.
        done = run(argv, input=statements, stdout=PIPE, stderr=STDOUT, env=_environment(), pass_fds=[starting])
        if done.returncode and FULL.search(done.stdout):
            raise disk_is_full(self.folder)
        if done.returncode:
            raise EmbeddedServerError(
                f"PostgreSQL's {program} failed on the data folder {self.folder}; once its complaint is seen to, just"
                f" start again:\n{end_of(done.stdout)}"
            )

    def _launch(self) -> bool:
        self.socket.forget(self.socket.folder())
        socket_folder = self.socket.make_folder(self.account, self.give)
        users = sorted({self.account.pw_name, "root"})  # they can read the files in any case
        with self.new_file("pg_hba.conf") as file:
            file.write(ADMITTED)
        with self.new_file("pg_ident.conf") as file:
            file.writelines(f'asat  "{user}"  {role}\n' for user in users for role in (OWNER, APP))
        with self.new_file(SCRIPT) as file:
            file.write(script())
        settings = PROMISED | {
            "unix_socket_directories": '"{}"'.format(str(socket_folder).replace('"', '""')),
            "hba_file": str(self.folder / "pg_hba.conf"),
            "ident_file": str(self.folder / "pg_ident.conf"),
            **archiving_settings(self.folder),
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = [str(self.bin_folder / "postgres"), "-D", str(self.data), *options]
        self.log.clear_old()
        alive, held = map(os.fdopen, os.pipe(), "rw")  # the server holds the other end for as long as it lives
        with alive:
            with held, self.new_file("start.log") as log:
                self._run_watched(program, socket_folder, held.fileno(), log)
            try:
                return self._wait_for_answer(alive)
            finally:
                if self.socket.elsewhere:
                    with suppress(OSError):  # not empty: in use
                        socket_folder.rmdir()

    def _run_watched(self, program: list[str], socket_folder: Path, alive: int, log: IO[str]) -> None:
        """Start the server as the child of a process that ends it when nobody uses it any more."""
        starting, in_use = (self.open_lock(name) for name in ("starting.lock", "in-use.lock"))
        own_folder = socket_folder if self.socket.elsewhere else None
        watching = Watching(starting, in_use, alive, LOOK, FAST, own_folder)
        try:
            argv = watched(self.account, program, [self.folder, socket_folder, *archives(self.folder)], watching)
            run(
                argv,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment() | self.socket.stale_pid(),
                pass_fds=watching.files,
            )
        finally:
            os.close(starting)
            os.close(in_use)

    def _wait_for_answer(self, alive: IO[str] | None = None) -> bool:
        for _ in _patiently():
            if self._answers():
                return True
            if alive is None:
                if self.socket.postmaster() is None:
                    return False
                time.sleep(0.01)
            elif select.select([alive], [], [], 0.01)[0]:
                if re.search("lock file .* already exists|shared memory block", self.log.text()):
                    return False
                raise self.log.failure("stopped while starting")
        raise self.log.failure("does not answer")

    def _answers(self) -> bool:
        if self.socket.postmaster() is None:
            return False
        try:
            with connected(self.conninfo(OWNER), connect_timeout=10) as connection:
                running = value(connection, "select current_setting('data_directory')")
        except psycopg.OperationalError as problem:
            if "authentication failed" in str(problem) or "requirepeer" in str(problem):
                raise EmbeddedServerError(
                    f"The server of the data folder {self.folder} does not admit its owner. Stop it and try again:"
                    f" {problem}"
                ) from problem
            if DAMAGED.search(str(problem)):
                raise self.log.failure("lets nobody in") from problem
            return False  # starting or stopping
        if self.socket.elsewhere and running and Path(running).resolve() != self.data.resolve():
            raise EmbeddedServerError(
                f"{self.data} was copied while the server of {running} ran and names that one. Delete"
                f" {self.data / 'postmaster.pid'} from the copy and try again."
            )
        return True

    def new_file(self, name: str) -> IO[str]:
        """A new file in the folder, for the server's account alone; it replaces any of that name."""
        # Removed and made, never overwritten: root must not follow a link that the account made.
        (self.folder / name).unlink(missing_ok=True)
        file = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.give(file)
        return os.fdopen(file, "w")

    def give(self, made: Path | int) -> None:
        """As root, give a file or folder that was just made to the account."""
        if os.geteuid() == 0:
            os.chown(made, self.account.pw_uid, self.account.pw_gid)


def _patiently(times: int = 1) -> Iterator[None]:
    """Yield for each try, until PATIENCE has passed so many times and the number of TRIES is reached."""
    deadline, tries = time.monotonic() + times * PATIENCE, 0
    while tries < TRIES or time.monotonic() < deadline:
        yield
        tries += 1


def _environment() -> dict[str, str]:
    """The server's environment: the caller's LD_LIBRARY_PATH, but not its PG* variables, locale or time zone."""
    libraries = {name: value for name, value in os.environ.items() if name == "LD_LIBRARY_PATH"}
    return {"PATH": PATH, "LC_ALL": "C", "TZ": "UTC"} | libraries
