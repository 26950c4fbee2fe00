"""The report of a verification: what holds, what that does not show, and what could not be checked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.proofs.verifying.pack_events import Event


@dataclass
class Report:
    """The findings about a pack that holds, as sentences."""

    proved: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    #: Questions of the reader for which this pack does not bring the means.
    unchecked: list[str] = field(default_factory=list)
    #: Of a pack of another edition: that its figures were not worked out anew.
    other_edition: str | None = None
    events: list[Event] = field(default_factory=list, repr=False)
    #: The number of entries that its checkpoint is of.
    size: int = 0
    #: The verify.py in the pack.
    program: bytes | None = field(default=None, repr=False)


def several(things: Sequence[object], name: str) -> str:
    """A number of things: `1 event`, `1,200 events`."""
    return f"{len(things):,} {name}{'' if len(things) == 1 else 's'}"
