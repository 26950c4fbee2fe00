"""Refusals about access; a principal that lacks a role is `principals.NotAllowed`."""

from domain.refusals import Code, Coded, Refusal, Unknown


class AccessCode(Code):
    """Why access is not changed."""

    NAME_UNUSABLE = "name-unusable", "A name is one line of 1 to 100 characters that can be seen.", "name"
    NAME_MIXED = "name-mixed", "The name mixes letters of several alphabets.", "name"
    NAME_RESERVED = "name-reserved", "The name means somebody already.", "name"
    NAME_TAKEN = "name-taken", "The name was given before, and is not given twice.", "name"
    HAS_LEFT = "has-left", "The principal has left for good.", "name"
    PASSWORD_TOO_SHORT = "password-too-short", "The password is too short.", "password"
    PASSWORD_TOO_LONG = "password-too-long", "The password is too long.", "password"
    PASSWORD_GUESSABLE = "password-guessable", "The password would be among the first to be tried.", "password"
    HAS_NO_PASSWORD = "has-no-password", "The principal signs in with an account of the organisation."
    ANYONE_CANNOT_SIGN_IN = "anyone-cannot-sign-in", "`anyone` is whoever is not signed in.", "name"
    ANYONE_READS_ONLY = "anyone-reads-only", "`anyone` can be granted the role reader only.", "role"
    ANYONE_STAYS = "anyone-stays", "`anyone` does not leave.", "name"
    GRANTED_TWICE = "granted-twice", "The same role for the same plan is named twice.", "role"
    ALREADY_GRANTED = "already-granted", "The principal has just this role.", "role"
    NOT_GRANTED = "not-granted", "The principal does not hold the role.", "role"
    OWN_GRANT = "own-grant", "Nobody grants a role to themselves.", "name"
    OWN_ACCESS = "own-access", "Nobody ends their own access.", "name"
    LAST_STEWARD = "last-steward", "No steward would be left who can sign in."
    DECIDED_ELSEWHERE = "decided-elsewhere", "Somebody else is deciding about stewards at the moment."
    DECIDER_NEEDED = "decider-needed", "A change names who decides it."
    IDENTITY_UNUSABLE = "identity-unusable", "The identity holds a mark that turns the direction of writing."
    ALREADY_LINKED = "already-linked", "The principal is linked to the identity.", "subject"
    NOT_LINKED = "not-linked", "The principal is not linked to the identity.", "subject"
    TOKEN_NOT_STEWARD = "token-not-steward", "No token has the role steward.", "role"
    LEDGER_OPEN = "ledger-open", "An open ledger needs no tokens."
    ALREADY_REVOKED = "already-revoked", "The token was revoked."
    NOT_RECORDABLE = "not-recordable", "A value is not one that the audit of access holds."


class AccessRefused(Coded[AccessCode]):
    """A change of access makes no sense or is not possible; the sentence names the remedy."""


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
