"""Refusals about access; a principal that lacks a role is `principals.NotAllowed`."""

from domain.refusals import Refusal, Unknown


class AccessRefused(Refusal):
    """A change of access makes no sense or is not possible; the sentence names the remedy."""

    code = "access-refused"


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
