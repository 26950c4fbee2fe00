"""The account that runs the embedded PostgreSQL, and the command that runs a program as that account."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.postgres import server_process
from domain.refusals import Refusal

if sys.platform != "win32":
    import pwd

SYSTEM_ACCOUNT = "asat"
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


class EmbeddedServerError(Refusal):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""

    code = "embedded-server-unusable"


def server_account(folder: Path) -> "pwd.struct_passwd":
    """The account for the server of this data folder: its owner, or `asat` for root, which PostgreSQL refuses."""
    user, owner = os.geteuid(), folder.stat().st_uid
    if user not in (0, owner):
        raise EmbeddedServerError(
            f"The data folder {folder} belongs to {_name(owner)} and you are {_name(user)}. Name a folder of your own,"
            " or one inside it that does not exist yet."
        )
    if owner == 0:
        return _system_account()
    try:
        return pwd.getpwuid(owner)
    except KeyError:
        raise EmbeddedServerError(
            f"The owner of the data folder {folder} is user id {owner}, which has no name on this system, and"
            " PostgreSQL admits by name. Add the user to /etc/passwd, or set ASAT_DATABASE_URL."
        ) from None


def command(account: "pwd.struct_passwd", argv: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """The command that runs `argv` as the account, able to reach the folders."""
    if os.geteuid() == account.pw_uid:
        return list(argv)
    return [*_as(account, argv[0], folders), "attached", *argv]


@dataclass(frozen=True, slots=True)
class Watching:
    """The arguments of a server's watching process; the first three are open files of the process that starts it."""

    #: The locks of the data folder, each opened for the watching process alone.
    starting: int
    in_use: int
    #: The writing end of a pipe, which every process of the server keeps open.
    alive: int
    #: Seconds between two checks whether anybody uses the server.
    look: float
    #: Seconds for the server's fast shutdown, before a harder one.
    patience: float
    #: A folder made for the socket alone, removed with the server; None: the socket lies in the data folder.
    socket_folder: Path | None = None

    @property
    def files(self) -> tuple[int, int, int]:
        """The open files that the watching process inherits."""
        return self.starting, self.in_use, self.alive


def watched(
    account: "pwd.struct_passwd", argv: Sequence[str], folders: Sequence[Path], watching: Watching
) -> list[str]:
    """The command that starts a server as the account and returns; it ends when nobody holds `in_use` any more."""
    options = [str(watching.look), str(watching.patience), *map(str, watching.files), str(watching.socket_folder or "")]
    return [*_as(account, argv[0], folders), "watched", *options, *argv]


def _as(account: "pwd.struct_passwd", program: str, folders: Sequence[Path]) -> list[str]:
    become = account.pw_name if os.geteuid() != account.pw_uid else ""
    capability = _capability(account, Path(program), folders) if become else 0
    # Isolated and without site-packages: quick, and nobody's environment decides what runs here as root.
    return [sys.executable, "-I", "-S", server_process.__file__, become, str(capability)]


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user id {user}"


def _system_account() -> "pwd.struct_passwd":
    import shutil
    import subprocess

    problem = "useradd is not installed"
    for attempt in range(2):
        try:
            account = pwd.getpwnam(SYSTEM_ACCOUNT)
        except KeyError:
            useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
            if useradd and not attempt:
                options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
                made = subprocess.run(  # noqa: S603 - root's own useradd, fixed words
                    [useradd, *options, "--shell", "/usr/sbin/nologin", SYSTEM_ACCOUNT],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                problem = made.stderr.strip()  # another process may just have made it: look once more
            continue
        # A person of that name must not come to own root's ledger.
        if account.pw_uid and Path(account.pw_shell).name in ("nologin", "false"):
            return account
        problem = "the account exists but somebody can log in with it"
        break
    raise EmbeddedServerError(
        f"PostgreSQL does not run as root, and the system account {SYSTEM_ACCOUNT!r} to run it cannot be used"
        f" ({problem}). Make it a system account without a login shell, or run AsAt as another user than root, or give"
        " the data folder to the user who shall run the server, or set ASAT_DATABASE_URL."
    )


def _capability(account: "pwd.struct_passwd", program: Path, folders: Sequence[Path]) -> int:
    """The mask of the least capability with which the account reaches everything; 0 when the modes let it anyway.

    Root's folders are often closed to others (mktemp -d, /root) and their modes are not ours to change.
    """
    groups = os.getgrouplist(account.pw_name, account.pw_gid)

    def closed(path: Path) -> bool:
        state = path.stat()
        shift = 6 if state.st_uid == account.pw_uid else 3 if state.st_gid in groups else 0
        needed = 0o5 if path == program else 0o1
        return (state.st_mode >> shift) & needed != needed

    # A program in a folder that can be searched only with a capability must be runnable itself: reading is not running.
    obstacles = [path for folder in (program, *folders) for path in (*reversed(folder.parents), folder) if closed(path)]
    if not obstacles:
        return 0
    wanted = [CAP_DAC_OVERRIDE] if program in obstacles else [CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE]
    for capability in wanted:
        if _own_capabilities() & (1 << capability):
            return 1 << capability
    raise EmbeddedServerError(
        f"The account {account.pw_name!r}, which runs PostgreSQL for root, may not enter {obstacles[0]}, and this"
        " system lets root grant it no capability for that. Use a data folder (and an installation of AsAt) below"
        " folders that everyone may enter, such as /var/lib/asat, or run AsAt as another user than root."
    )


def _own_capabilities() -> int:
    if sys.platform != "linux":
        return 0
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    return int(status["CapPrm"], 16) & int(status["CapBnd"], 16)
