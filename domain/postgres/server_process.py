"""Runs PostgreSQL's programs as the server's account, and watches the server so that it does not outlive its users.

This file runs as a script. It imports only the standard library, and all of it before it becomes the account: the
account may be unable to read root's files.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl
    import pwd
if sys.platform == "linux":
    import ctypes

#: Seconds for the shutdowns after the fast one: the immediate one, after which the next start recovers, and SIGKILL.
_IMMEDIATE, _KILLED = 8.0, 5.0

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def locked(lock: int) -> bool:
    """Take the lock exclusively if nobody else has it; whether we have it now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def signalled(process: int, signal_: int) -> bool:
    """Send a process a signal; False where there is no such process."""
    try:
        os.kill(process, signal_)
        return True
    except ProcessLookupError:
        return False


def end(process: int, ended: Callable[[float], bool], patience: float) -> bool:
    """End a server by the gentlest signal that works; whether it has ended.

    Args:
        process: its first process, the postmaster.
        ended: waits so many seconds at most; whether the server has ended.
        patience: seconds for the fast shutdown, which writes everything.
    """
    for how, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, _IMMEDIATE), (signal.SIGKILL, _KILLED)):
        if not signalled(process, how) or ended(seconds):
            return True
    return False


def _become(name: str, capability: int) -> None:
    """Turn root into the account, for good, keeping nothing but the capability through the coming exec."""
    account = pwd.getpwnam(name)
    # PostgreSQL asks access() about its programs, and the kernel answers that for a user other than root without
    # capabilities, unless NO_SETUID_FIXUP (4) says that capabilities do not follow user ids; KEEP_CAPS is 16.
    prctl_keep_caps, prctl_securebits, prctl_ambient, ambient_raise = 8, 28, 47, 2
    if sys.platform == "linux" and capability:
        try:
            _call("prctl", prctl_securebits, 4 | 16, 0, 0, 0)
        except PermissionError:  # no CAP_SETPCAP: enough when only the data folder is closed, not the programs
            _call("prctl", prctl_keep_caps, 1, 0, 0, 0)
    os.initgroups(name, account.pw_gid)
    os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
    os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
    if sys.platform == "linux":
        version_3 = (ctypes.c_uint32 * 2)(0x20080522, 0)
        effective_permitted_inheritable = (ctypes.c_uint32 * 6)(capability, capability, capability, 0, 0, 0)
        _call("capset", version_3, effective_permitted_inheritable)
        if capability:
            _call("prctl", prctl_ambient, ambient_raise, capability.bit_length() - 1, 0, 0)


def _call(function: str, *arguments: object) -> None:
    """Call a Linux function that Python lacks; raises OSError."""
    if ctypes.CDLL(None, use_errno=True)[function](*arguments) < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{function}: {os.strerror(error)}")


class _Watch:
    """The server as a child of this process, which ends it when nobody uses it any more.

    Each user holds the lock `in-use` shared, and the kernel releases it however the user ends. This process asks for
    it exclusively every so many seconds, under the lock `starting`, so that nobody comes or goes at that moment.
    """

    def __init__(self, argv: list[str], starting: int, in_use: int) -> None:
        self._locks = starting, in_use
        if sys.platform == "linux":
            _call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # children of a killed postmaster become ours
        # Every process of the server holds the other end for as long as it lives.
        self._alive, held = os.pipe()
        watching = os.getpid()
        self.server = os.fork()
        if not self.server:
            os.set_inheritable(held, True)
            for lock in self._locks:
                os.set_inheritable(lock, False)
            _end_with(watching)
            os.execv(argv[0], argv)  # noqa: S606 - no shell is the point
        os.close(held)

    def until_unused(self, look: float, patience: float) -> None:
        """Return when the server has ended, by itself or because nobody used it.

        Args:
            look: seconds between two checks.
            patience: seconds for the fast shutdown.
        """
        while not self._ended(look):
            starting, in_use = self._locks
            if not locked(starting):  # somebody comes or goes
                continue
            if locked(in_use):
                end(self.server, self._ended, patience)
                break
            fcntl.flock(starting, fcntl.LOCK_UN)
        self._end_the_rest()

    def _ended(self, seconds: float) -> bool:
        """Wait for the server to end, so many seconds at most; whether its postmaster has ended."""
        deadline = time.monotonic() + seconds
        while True:
            left = max(0.0, deadline - time.monotonic())
            # The end of the pipe is the end of every process; that of the postmaster alone is seen within a second.
            ready, _, _ = select.select([self._alive], [], [], min(left, 1.0))
            if self._reaped() or ready:
                return True
            if left <= 1.0:
                return False

    def _reaped(self) -> bool:
        """Take note of every child that has ended; whether the postmaster has."""
        with suppress(ChildProcessError):
            while child := os.waitpid(-1, os.WNOHANG)[0]:
                if child == self.server:
                    self.server = 0
            return self.server == 0
        return True

    def _end_the_rest(self) -> None:
        """End the processes that a killed postmaster left; most end by themselves, but not one that computes."""
        for seconds in (5.0, 5.0):
            if select.select([self._alive], [], [], seconds)[0]:
                break
            with suppress(OSError):  # only Linux lists them
                for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                    signalled(int(child), signal.SIGKILL)
        # A process closes its files a moment before it can be waited for, and nobody else may wait for orphans.
        with suppress(ChildProcessError):  # none is left
            for _ in range(100):
                if not os.waitpid(-1, os.WNOHANG)[0]:
                    time.sleep(0.01)


def _end_with(watching: int) -> None:
    """Have the kernel end this process, and the program it becomes, when the one that watches it has ended."""
    if sys.platform == "linux":
        _call("prctl", _PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
        if os.getppid() != watching:  # it ended before the kernel was told
            os._exit(1)


def _watch(look: str, patience: str, starting: str, in_use: str, alive: str, socket_folder: str, *argv: str) -> None:
    if os.fork():
        os._exit(0)
    os.setsid()  # no terminal: neither Ctrl-C nor its closing is for the server
    watch = _Watch(list(argv), int(starting), int(in_use))
    os.close(int(alive))  # whoever reads the other end waits for the server's copy of this one
    watch.until_unused(float(look), float(patience))
    if socket_folder:
        with suppress(OSError):  # gone, or in use again
            Path(socket_folder).rmdir()


def _main(become: str, capability: str, mode: str, *argv: str) -> None:
    try:
        if become:
            _become(become, int(capability))
        if mode == "watched":
            _watch(*argv)
        else:
            os.execv(argv[0], argv)  # noqa: S606 - no shell is the point
    except OSError as problem:
        program = next((one for one in argv if one.startswith("/")), "the program")
        sys.exit(f"{program} cannot be run as {become or 'you'}: {problem}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
