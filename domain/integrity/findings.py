"""The findings of a check, and checks that fail."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from textwrap import shorten

from domain.refusals import LedgerDamaged, LedgerUnusable


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and where."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Noted:
    """An irregularity that the record explains and that breaks nothing, and where."""

    where: str
    what: str


#: Receives what is noted.
Notes = Callable[[Noted], None]


def to_its_end(where: str, check: Callable[[], Iterable[Broken]]) -> Iterator[Broken]:
    """The findings of a check. If the check itself fails, that is a finding too, and the checks after it still run.

    Raises:
        LedgerUnusable: the database does not answer.
    """
    try:
        yield from check()
    except Exception as error:
        if isinstance(error, LedgerUnusable) and not isinstance(error, LedgerDamaged):
            raise
        reason = shorten(str(error), 300) or "no more is known"
        yield Broken(where, f"it cannot be checked to its end: {reason} ({type(error).__name__})")
