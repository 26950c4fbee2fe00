"""Principals and the identities linked to them, as the streams of the access ledger hold them."""

from collections.abc import Callable, Sequence
from hashlib import sha256

from domain.access.access_errors import AccessRefused, PrincipalUnknown
from domain.access.access_events import AccessEvent, IdentityLinked, PasswordSet, TokenNamed
from domain.access.access_streams import AccessRecord, AccessStreams
from domain.access.principals import ANYONE, Principal, fold
from domain.names import name_key


def principal_stream(name: str) -> str:
    """The stream of a principal, or of the name of a token."""
    return f"principal:{name_key(name)}"


def identity_stream(issuer: str, subject: str) -> str:
    """The stream of an identity: issuer and subject are each of any length."""
    return "identity:" + sha256(f"{len(issuer)} {issuer} {subject}".encode("utf-8", "surrogatepass")).hexdigest()


def is_token(records: Sequence[AccessRecord]) -> bool:
    """Whether the stream of a name belongs to a token."""
    return bool(records) and isinstance(records[0].event, TokenNamed)


def folded(records: Sequence[AccessRecord], name: str = ANYONE) -> Principal:
    """The principal after these records of its stream."""
    return fold(name, (one.event for one in records))


def find_principal(streams: AccessStreams, name: str) -> tuple[Principal, list[AccessRecord]]:
    """The principal of this name, however it is written, and its records; raises PrincipalUnknown."""
    records = streams.of(principal_stream(name))
    return _principal(records, name), records


def find_account(streams: AccessStreams, name: str) -> tuple[Principal | None, list[AccessRecord]]:
    """As `find_principal`; None and no records where nobody of this name can sign in."""
    try:
        principal, records = find_principal(streams, name)
    except PrincipalUnknown:
        return None, []
    return (None, []) if principal.left or principal.name == ANYONE else (principal, records)


def person(principal: Principal) -> str:
    """The name of a person; raises AccessRefused where the principal is `anyone`."""
    if principal.name == ANYONE:
        raise AccessRefused(f"{ANYONE} is whoever is not signed in, and cannot sign in")
    return principal.name


def not_left(principal: Principal) -> Principal:
    """The principal; raises AccessRefused where it has left."""
    if principal.left:
        raise AccessRefused(f"{principal.name} has left, for good; whoever comes back is added under another name")
    return principal


def all_principals(streams: AccessStreams) -> list[Principal]:
    """Every principal ever added, by name, with those who left and, where it was granted something, `anyone`."""
    found = [folded(records) for records in streams.of_kind("principal") if not is_token(records)]
    return sorted(found, key=lambda principal: name_key(principal.name))


def linked_identities(streams: AccessStreams) -> list[IdentityLinked]:
    """Every linked identity, by the name of its principal."""
    last = [records[-1].event for records in streams.of_kind("identity")]
    found = [one for one in last if isinstance(one, IdentityLinked)]
    return sorted(found, key=lambda one: (name_key(one.principal), one.issuer, one.subject))


def password_position(records: Sequence[AccessRecord]) -> int:
    """The position at which a principal was last given a password; 0 where it never was."""
    return max((one.position for one in records if isinstance(one.event, PasswordSet)), default=0)


def decide_about(
    streams: AccessStreams,
    name: str,
    decide: Callable[[Principal], Sequence[AccessEvent]],
    by: str,
    password_hash: str | None = None,
) -> None:
    """Record what is decided about a principal; raises PrincipalUnknown, and AccessRefused where it has left."""
    streams.decide(
        principal_stream(name), lambda records: decide(not_left(_principal(records, name))), by, password_hash
    )


def _principal(records: Sequence[AccessRecord], name: str) -> Principal:
    key = name_key(name)
    if key != ANYONE and (not records or is_token(records)):
        raise PrincipalUnknown(f"there is no principal {name!r}; `asat principal list` lists those there are")
    return folded(records, key)
