"""The access ledger: who may do what, who came in, and the audit of both, in an append-only ledger of its own."""

from domain.ledger.access.ledger import AccessLedger
from domain.ledger.access.said import (
    AccessRecord,
    AccessRefused,
    LinkedIdentity,
    NotSignedIn,
    PrincipalUnknown,
    Session,
    SignInRefused,
    TokenRecord,
)
from domain.ledger.access.tokens import TOKEN_PREFIX

__all__ = [
    "TOKEN_PREFIX",
    "AccessLedger",
    "AccessRecord",
    "AccessRefused",
    "LinkedIdentity",
    "NotSignedIn",
    "PrincipalUnknown",
    "Session",
    "SignInRefused",
    "TokenRecord",
]
