"""The memory budget of cached plans and answers."""

import os


class Budget:
    """A number of bytes: the given one, or a quarter of the machine's memory and at most 1 GB."""

    __slots__ = ("size",)

    def __init__(self, size: int | None = None) -> None:
        self.size = min(_memory() // 4, 1_000_000_000) if size is None else size


def _memory() -> int:
    """The machine's memory in bytes, or its container's limit if that is less."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        with open("/sys/fs/cgroup/memory.max", encoding="ascii") as file:  # noqa: PTH123
            allowed = file.read().strip()
    except OSError:
        return physical
    return min(physical, int(allowed)) if allowed.isdigit() else physical
