"""Refusals about access; a principal that lacks a role is `principals.NotAllowed`."""

from datetime import datetime

from domain.refusals import LedgerDamaged, Refusal, Unknown


class AccessRefused(Refusal):
    """A change of access makes no sense or is not possible; the sentence names the remedy."""

    code = "access-refused"


class AccessLost(LedgerDamaged):
    """The access ledger that this ledger once had is gone, or is another one by now."""

    code = "access-lost"

    def __init__(self, since: datetime) -> None:
        super().__init__(
            "the audit of access, which says who may do what, is not the one that this ledger had on"
            f" {since.date().isoformat()}: it was removed or altered. Nobody is let in and nothing is recorded; restore"
            " a backup into an empty database (docs/safekeeping.md)"
        )


class PrincipalUnknown(Unknown):
    """The access ledger holds no principal or token of this name."""

    code = "unknown-principal"


class NotSignedIn(Refusal):
    """The token shown is unknown, expired or revoked."""

    code = "not-signed-in"


class SignInFailed(Refusal):
    """Nobody was signed in; `retry_after` is in seconds, None where waiting does not help."""

    code = "sign-in-refused"

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(sentence)
