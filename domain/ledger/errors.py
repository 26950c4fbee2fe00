"""What can go wrong between a question or a proposal and the ledger."""


class LedgerUnusable(Exception):
    """The ledger cannot be opened or reached; the message says why and what to do."""


class LedgerDamaged(LedgerUnusable):
    """The ledger holds what cannot be one of its events; `asat check` says what and where."""


class PlanUnknown(LookupError):
    """The ledger holds nothing of a plan with this name."""


class VersionConflict(Exception):
    """The plan is not at the version that the proposer expected: somebody else recorded in between."""

    def __init__(self, plan: str, expected: int, actual: int) -> None:
        self.plan, self.expected, self.actual = plan, expected, actual
        super().__init__(
            f"plan {plan} is at version {actual}, not {expected}: read what was recorded since, and decide again"
        )
