"""What the tests ask the system about processes. Linux alone lists them."""

from pathlib import Path


def is_running(process: int) -> bool:
    """Whether there is such a process and it has not ended; one that nobody has asked after yet has ended."""
    try:
        return _state(process)[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def parent_of(process: int) -> int:
    """The process that started it, or that took it over."""
    return int(_state(process)[1])


def _state(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
