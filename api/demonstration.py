"""Whom the demo knows besides everybody: one officer, whom the link that it prints signs in."""

from domain.access.access_errors import PrincipalUnknown
from domain.access.access_ledger import AccessLedger

#: Who may record in the demo.
OFFICER = "demo officer"


def is_demonstration(access: AccessLedger) -> bool:
    """Whether this is a ledger of the demo, so that starting it again gives another link."""
    try:
        return not access.principals.find(OFFICER).left
    except PrincipalUnknown:
        return False
