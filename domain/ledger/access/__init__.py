"""The access ledger: who may do what, who came in, and the audit of both, in an append-only ledger of its own."""

from domain.ledger.access.ledger import AccessLedger
from domain.ledger.access.said import (
    AccessRecord,
    AccessRefused,
    NotSignedIn,
    PrincipalUnknown,
    Session,
    SignInRefused,
    TokenRecord,
)

__all__ = [
    "AccessLedger",
    "AccessRecord",
    "AccessRefused",
    "NotSignedIn",
    "PrincipalUnknown",
    "Session",
    "SignInRefused",
    "TokenRecord",
]
