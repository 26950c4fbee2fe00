"""The last steward who can sign in stays one, unless the operator of the machine decides otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.access.access_errors import AccessRefused
from domain.access.access_streams import AccessStreams
from domain.access.principal_names import is_operator
from domain.access.principal_streams import LinkedIdentity, all_principals, linked_identities
from domain.access.principals import Grant
from domain.names import name_key


@contextmanager
def keeping_a_steward(
    streams: AccessStreams, by: str, ended: str = "", unlinked: LinkedIdentity | None = None
) -> Iterator[None]:
    """Raises AccessRefused where the block would leave no steward who can sign in.

    Args:
        by: who decides; an operator may.
        ended: the name of the principal whose role as a steward the block ends.
        unlinked: the identity that the block unlinks.
    """
    if is_operator(by) or not streams.have_begun():
        yield
        return
    # One at a time, or of two stewards each could end the other.
    with streams.locked("stewards") as alone:
        if not alone:
            raise AccessRefused("somebody else is deciding about stewards at this moment: try again")
        if _stewards(streams) and not _stewards(streams, unlinked) - {name_key(ended)}:
            raise AccessRefused(
                "then no steward would be left who can sign in again, with a password or an organisation's account,"
                " and whose role has no last day: first see that there is another, or have it done on the machine"
            )
        yield


def not_ones_own(name: str, by: str) -> None:
    """Raises AccessRefused where somebody would end their own access."""
    if name_key(name) == name_key(by):
        raise AccessRefused("another steward must end your own access")


def _stewards(streams: AccessStreams, unlinked: LinkedIdentity | None = None) -> set[str]:
    """The keys of the stewards for good who can sign in by themselves, were this identity unlinked."""
    accounts = {name_key(one.principal) for one in linked_identities(streams) if one != unlinked}
    can_sign_in = accounts | streams.with_password()
    stewards = {
        name_key(one.name) for one in all_principals(streams) if not one.left and Grant("steward") in one.grants
    }
    return stewards & can_sign_in
