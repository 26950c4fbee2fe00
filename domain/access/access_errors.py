"""Why something about access was not done; a principal that lacks a role is `principals.NotAllowed`."""

from datetime import datetime

from domain.errors import LedgerDamaged


class AccessRefused(Exception):
    """A change of access makes no sense or is not possible; the sentence names the remedy."""


class AccessLost(LedgerDamaged):
    """The access ledger that this ledger once had is gone, or is another one by now."""

    def __init__(self, since: datetime) -> None:
        super().__init__(
            "the audit of access, which says who may do what, is not the one that this ledger had on"
            f" {since.date().isoformat()}: it was removed or altered. Nobody is let in and nothing is recorded; restore"
            " a backup into an empty database (docs/safekeeping.md)"
        )


class PrincipalUnknown(LookupError):
    """The access ledger holds no principal or token of this name."""


class NotSignedIn(Exception):
    """The token shown is unknown, expired or revoked."""


class SignInFailed(Exception):
    """Nobody was signed in; `retry_after` is in seconds, None where waiting does not help."""

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(sentence)
