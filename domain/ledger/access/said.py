"""What the access ledger answers, and what it refuses."""

from dataclasses import dataclass
from datetime import datetime

from domain.access.events import AccessEvent, Means
from domain.access.principals import Grant, Principal
from domain.refusals import Refusal, Unknown


class AccessRefused(Refusal):
    """What was to be recorded of access makes no sense, or is not possible; the sentence says what to do."""

    code = "access-refused"


class PrincipalUnknown(Unknown):
    """The access ledger knows no principal or token of this name."""

    code = "unknown-principal"


class NotSignedIn(Refusal):
    """The credentials shown open nothing, or nothing any more."""

    code = "not-signed-in"


class SignInRefused(Refusal):
    """Signing in was refused; `retry_after`: in how many seconds to try again, None where that does not matter."""

    code = "sign-in-refused"

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in."""

    principal: Principal
    expires_at: datetime
    #: What a form must carry besides the cookie; derived from the session's secret.
    csrf: str
    #: How they signed in.
    means: Means


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """Whom an OpenID Connect issuer knows as this subject, and as whom they sign in here."""

    principal: str
    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token as it is listed, without its secret."""

    #: The first sixteen hexadecimal digits of its secret's SHA-256.
    id: str
    name: str
    #: Its `until` is the token's.
    grant: Grant
    created_at: datetime
    created_by: str
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """An event of access as the ledger holds it."""

    position: int
    recorded_at: datetime
    recorded_by: str
    event: AccessEvent

    @property
    def about(self) -> str:
        """The principal or token that it concerns; empty where there is none."""
        return str(getattr(self.event, "principal", None) or getattr(self.event, "name", None) or "")
