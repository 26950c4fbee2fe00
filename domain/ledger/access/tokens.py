"""Tokens: by which programs are principals, each with one role and under a name of its own."""

import secrets
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import groupby

from domain.access.events import TokenCreated, TokenNamed, TokenRevoked
from domain.access.names import can_be_known
from domain.access.principals import Grant, Principal
from domain.ledger.access.beginning import stream_of
from domain.ledger.access.checking import checked, checked_name
from domain.ledger.access.principals import Principals
from domain.ledger.access.said import AccessRefused, NotSignedIn, PrincipalUnknown, TokenRecord
from domain.ledger.access.streams import Kept, Taken, Told
from domain.names import name_key

#: How a token begins, so that people and scanners know it for one wherever it turns up.
TOKEN_PREFIX = "asat_"  # noqa: S105  # what stands before a token, not one

_REFUSED = "this token opens nothing: it is not one of this ledger, has expired, or was revoked"


class Tokens(Principals):
    """The tokens of an access ledger."""

    def make_token(self, name: str, grant: Grant, until: datetime | None, by: str) -> tuple[str, TokenRecord]:
        """A token with this grant, until the earlier of the grant's end and `until`; only here is it shown.

        Raises AccessRefused: the name is taken or cannot be given, the role is not for programs, or the ledger is open.
        """
        name = checked_name(name)
        if grant.role == "steward":
            raise AccessRefused(
                "a token is not given the role steward: a program that needs it is run on the machine, without a token"
            )
        if self.is_open():
            raise AccessRefused("this ledger is open to everybody, and needs no tokens: add a principal first")
        ends = [end for end in (grant.until, until) if end is not None]
        grant = replace(grant, until=min(ends, default=None))
        secret = secrets.token_urlsafe(32)
        digest = secret_digest(secret)
        created = checked(TokenCreated, name=name, role=grant.role, plan=grant.plan, until=grant.until)
        named = checked(TokenNamed, name=name, token=digest)
        told = [Told(stream_of(name_key(name)), 1, named), Told(f"token:{digest}", 1, created)]
        try:
            self._streams.tell(told, by)
        except Taken:
            raise AccessRefused(
                f"the name {name} was already given, and a name is not given twice: take another"
            ) from None
        return TOKEN_PREFIX + secret, _record(self._of(f"token:{digest}"))

    def tokens(self) -> list[TokenRecord]:
        """Every token ever made, by name."""
        kept = self._streams.beginning_with("token:") if self._begun() else []
        found = [_record(list(told)) for _, told in groupby(kept, key=lambda one: one.stream)]
        return sorted(found, key=lambda token: name_key(token.name))

    def revoke_token(self, id: str, by: str) -> None:  # noqa: A002 - what it is called everywhere
        """Revoke a token by its id or its name; raises PrincipalUnknown, AccessRefused."""
        stream = self._token_stream(id)
        told = self._of(stream)
        token = _record(told)
        try:
            if not token.revoked:
                self._tell(stream, told, [checked(TokenRevoked, name=token.name)], by)
                return
        except Taken:
            pass
        raise AccessRefused(f"the token {token.name} was already revoked")

    def by_token(self, secret: str, now: datetime) -> Principal:
        """The principal that a token is, with the token's name; raises NotSignedIn."""
        bare = secret.removeprefix(TOKEN_PREFIX)
        told = self._of(f"token:{secret_digest(bare)}") if bare != secret else []
        if not told:
            raise NotSignedIn(_REFUSED)
        token = _record(told)
        if token.revoked or not token.grant.counts(now):
            raise NotSignedIn(_REFUSED)
        return Principal(token.name, (token.grant,), program=True)

    def _token_stream(self, wanted: str) -> str:
        named = self._of(stream_of(name_key(wanted))) if can_be_known(wanted) else []
        if named and isinstance(named[0].event, TokenNamed):
            return f"token:{named[0].event.token}"
        for token in self.tokens():
            if token.id == wanted:
                return self._streams.beginning_with(f"token:{wanted}")[0].stream
        raise PrincipalUnknown(f"there is no token {wanted!r}; `asat token list` lists those there are")


def secret_digest(secret: str) -> str:
    """What is stored of a secret: its SHA-256, enough as it is random and too long to be tried out."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _record(told: list[Kept]) -> TokenRecord:
    created = told[0].event
    assert isinstance(created, TokenCreated), "a token's stream begins with its creation"
    return TokenRecord(
        id=told[0].stream.removeprefix("token:")[:16],
        name=created.name,
        grant=Grant(created.role, created.plan, created.until),
        created_at=told[0].recorded_at,
        created_by=told[0].recorded_by,
        revoked=len(told) > 1,
    )
