"""Tokens: the credentials of programs, each with one role and a name of its own."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from domain.access.access_errors import AccessCode, AccessRefused, NotSignedIn, PrincipalUnknown
from domain.access.access_events import TokenCreated, TokenNamed, TokenRevoked, new_event
from domain.access.access_streams import AccessRecord, AccessStreams, StreamTaken, secret_stream
from domain.access.known_principals import KnownPrincipals, principal_stream
from domain.access.principal_names import read_name
from domain.access.principals import Grant, Principal
from domain.names import name_key

#: The prefix of a token, by which people and scanners recognise one.
TOKEN_PREFIX = "asat_"  # noqa: S105  # the prefix, not a token

_REFUSED = "this token opens nothing: it is not one of this ledger, has expired, or was revoked"


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token without its secret; `id` is the first 16 hexadecimal digits of the secret's SHA-256."""

    id: str
    name: str
    grant: Grant
    created_at: datetime
    created_by: str
    revoked: bool = False


class Tokens:
    """The tokens of a ledger."""

    def __init__(self, streams: AccessStreams, principals: KnownPrincipals) -> None:
        self._streams, self._principals = streams, principals

    def create(self, name: str, grant: Grant, until: datetime | None, by: str) -> tuple[str, TokenRecord]:
        """A token with this grant, until the earlier of the grant's end and `until`, and its record.

        Raises AccessRefused: the name is taken or cannot be given, the role is not for programs, or the ledger is open.
        """
        name = read_name(name)
        if grant.role == "steward":
            raise AccessRefused(
                AccessCode.TOKEN_NOT_STEWARD,
                "a token is not given the role steward: a program that needs it is run on the machine, without a token",
            )
        if self._principals.is_open():
            raise AccessRefused(
                AccessCode.LEDGER_OPEN, "this ledger is open to everybody, and needs no tokens: add a principal first"
            )
        ends = [end for end in (grant.until, until) if end is not None]
        grant = replace(grant, until=min(ends, default=None))
        secret = secrets.token_urlsafe(32)
        stream = secret_stream("token", secret)
        created = new_event(TokenCreated, name=name, role=grant.role, plan=grant.plan, until=grant.until)
        named = new_event(TokenNamed, name=name, token=stream.removeprefix("token:"))
        try:
            self._streams.append([(principal_stream(name), 1, named), (stream, 1, created)], by)
        except StreamTaken:
            raise AccessRefused(
                AccessCode.NAME_TAKEN, f"the name {name} was already given, and a name is not given twice: take another"
            ) from None
        return TOKEN_PREFIX + secret, _token(self._streams.of(stream))

    def all(self) -> list[TokenRecord]:
        """Every token ever created, by name."""
        return sorted(map(_token, self._streams.of_kind("token")), key=lambda token: name_key(token.name))

    def revoke(self, name_or_id: str, by: str) -> None:
        """Revoke a token; raises PrincipalUnknown, AccessRefused."""
        records = self._find(name_or_id)
        token = _token(records)
        if not token.revoked:
            with suppress(StreamTaken):
                self._streams.append([(records[0].stream, 2, TokenRevoked(name=token.name))], by)
                return
        raise AccessRefused(AccessCode.ALREADY_REVOKED, f"the token {token.name} was already revoked")

    def principal(self, token: str, now: datetime) -> Principal:
        """The principal that a token is; raises NotSignedIn."""
        secret = token.removeprefix(TOKEN_PREFIX)
        records = self._streams.of(secret_stream("token", secret)) if secret != token else []
        if not records:
            raise NotSignedIn(_REFUSED)
        record = _token(records)
        if record.revoked or not record.grant.counts(now):
            raise NotSignedIn(_REFUSED)
        return Principal(record.name, (record.grant,), program=True)

    def _find(self, name_or_id: str) -> list[AccessRecord]:
        named = self._streams.of(principal_stream(name_or_id))
        if named and isinstance(named[0].event, TokenNamed):
            return self._streams.of(f"token:{named[0].event.token}")
        for records in self._streams.of_kind("token"):
            if _token(records).id == name_or_id:
                return records
        raise PrincipalUnknown(f"there is no token {name_or_id!r}; `asat token list` lists those there are")


def _token(records: Sequence[AccessRecord]) -> TokenRecord:
    first = records[0]
    created = first.event
    assert isinstance(created, TokenCreated), "a token's stream begins with its creation"
    return TokenRecord(
        id=first.stream.removeprefix("token:")[:16],
        name=created.name,
        grant=Grant(created.role, created.plan, created.until),
        created_at=first.recorded_at,
        created_by=first.recorded_by,
        revoked=len(records) > 1,
    )
