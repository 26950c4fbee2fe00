"""Why something about access was not done; a principal that lacks a role is `principals.NotAllowed`."""


class AccessRefused(Exception):
    """A change of access makes no sense or is not possible; the sentence names the remedy."""


class PrincipalUnknown(LookupError):
    """The access ledger holds no principal or token of this name."""


class NotSignedIn(Exception):
    """The token shown is unknown, expired or revoked."""


class SignInFailed(Exception):
    """Nobody was signed in; `retry_after` is in seconds, None where waiting does not help."""

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(sentence)
