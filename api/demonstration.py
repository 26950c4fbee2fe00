"""The one named principal of the demo: an officer, signed in by the link that the demo prints."""

from domain.access.access_errors import PrincipalUnknown
from domain.access.access_ledger import AccessLedger

#: The principal that may record in the demo.
OFFICER = "demo officer"


def is_demonstration(access: AccessLedger) -> bool:
    """Whether this is a ledger of the demo; then a restart prints another link."""
    try:
        return not access.principals.find(OFFICER).left
    except PrincipalUnknown:
        return False
