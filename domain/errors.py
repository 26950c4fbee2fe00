"""What can go wrong between a question or a proposal and the ledger."""

from collections.abc import Sequence
from uuid import UUID


class LedgerUnusable(Exception):
    """The ledger cannot be opened or reached; the message says why and what to do."""


class LedgerDamaged(LedgerUnusable):
    """The ledger holds what cannot be one of its events; `asat check` says what and where."""


class FilesDamaged(LedgerUnusable):
    """The database cannot read its own files, or finds that they are not what it wrote."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"the files of the database are damaged ({said}): stop AsAt, keep a copy of them, look at the disk, and"
            " restore a backup (docs/safekeeping.md)"
        )


class NothingRecorded(LedgerUnusable):
    """The database refuses what is right in itself, and has stored nothing; the message says why and what to do."""


class LedgerLocked(NothingRecorded):
    """Another transaction has kept the ledger locked for longer than is waited for it."""


class InDoubt(LedgerUnusable):
    """The database was lost, or has not answered, while recording; whether the events are stored is not known.

    Attributes:
        event_ids: of the events in the order in which they were proposed; empty where these were no events of a plan.
    """

    def __init__(self, sentence: str, event_ids: Sequence[UUID] = ()) -> None:
        self.event_ids = event_ids
        super().__init__(sentence)


def in_doubt(error: Exception) -> InDoubt:
    """What to say where an earlier try may have stored what the last one did not."""
    lost = str(error).split("\n")[0]  # what follows is where in the database's functions it happened
    return InDoubt(
        f"the database was lost while recording ({lost}); whether the events were stored is not known: look in the "
        "trail before sending them again. Events sent with an event_id of yours can simply be sent again"
    )


class ReplicaOnly(NothingRecorded):
    """This is a replica, which only answers; what is to be recorded goes to the primary."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or "nothing was recorded: this is a replica, record at the primary")


class NotReached(LedgerUnusable):
    """The replica has not got as far as what is asked of it; whether there is such a version it cannot know."""

    def __init__(self, plan: str, version: int, newest: int, behind: float) -> None:
        self.retry_after = max(1, min(60, round(behind)))
        super().__init__(
            f"this replica has version {newest} of plan {plan}, and version {version} was asked for: ask again in "
            f"{self.retry_after} s, or ask the primary"
        )


class BackupUnusable(Exception):
    """The backup cannot be made, read or restored; the message says why and what to do."""


class PlanUnknown(LookupError):
    """The ledger holds nothing of a plan with this name."""


class VersionConflict(Exception):
    """The plan is not at the version that the proposer expected: somebody else recorded in between."""

    def __init__(self, plan: str, expected: int, actual: int) -> None:
        self.plan, self.expected, self.actual = plan, expected, actual
        super().__init__(
            f"plan {plan} is at version {actual}, not {expected}: read what was recorded since, and decide again"
        )
