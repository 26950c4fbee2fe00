"""The vocabulary of access: everything that is recorded of who may do what, and of who came in.

It goes into a ledger of its own, which is append-only like the plans'. No secret ever stands in it: not a password, not
a token, not the secret of a session or a link.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from domain.access.roles import Role
from domain.texts import Line, Slug

#: A name of a principal or a token: one line of at most 100 characters.
Name = Annotated[Line, StringConstraints(max_length=100)]


def _asked(said: object) -> object:
    """What somebody asked for as one line can hold it, or a refusal of it could not be noted: cut, and escaped."""
    if not isinstance(said, str):
        return said
    shown = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in said[:_LONGEST_ASKED])
    return (shown if shown.strip() else repr(shown))[:_LONGEST_ASKED]


_LONGEST_ASKED = 200
Asked = Annotated[Line, BeforeValidator(_asked)]

#: How somebody came in.
Means = Literal["password", "identity", "link"]

#: What a refusal locks for a while: the account for the network that it came from, or for everybody.
Lock = Literal["network", "account"]


class AccessEvent(BaseModel):
    """Anything recorded of access: it cannot change afterwards, and holds nothing that it does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


# Principals


class PrincipalAdded(AccessEvent):
    """A person or a program was made known to the ledger under this name, which nobody else is ever given."""

    principal: Name


class RoleGranted(AccessEvent):
    """A principal was granted a role, for one plan or for all, for good or until an instant."""

    principal: Name
    role: Role
    plan: Slug | None = Field(default=None, description="The plan it is for; all plans where it is left out.")
    until: AwareDatetime | None = Field(default=None, description="The instant from which it no longer counts.")


class RoleEnded(AccessEvent):
    """A role that a principal had been granted was ended."""

    principal: Name
    role: Role
    plan: Slug | None = Field(default=None, description="As it had been granted: for this plan, or for all.")


class PasswordSet(AccessEvent):
    """A principal was given a password, and the one before it was destroyed."""

    principal: Name


class IdentityLinked(AccessEvent):
    """Whoever the issuer knows as this subject was linked to a principal, and can sign in as it."""

    principal: Name
    issuer: Line
    subject: Line


class IdentityUnlinked(AccessEvent):
    """Whoever the issuer knows as this subject signs in as nobody any more, and whoever so signed in is out."""

    principal: Name
    issuer: Line
    subject: Line


class PrincipalLeft(AccessEvent):
    """A principal left, and from then on may nothing; its name stays with what it recorded."""

    principal: Name


# Tokens


class TokenNamed(AccessEvent):
    """A token was given this name, under which it records and which nobody else is ever given."""

    name: Name
    token: str = Field(description="The SHA-256 of its secret, in hexadecimal digits.")


class TokenCreated(AccessEvent):
    """A token was made for a program, with one role, for one plan or for all, until an instant."""

    name: Name
    role: Role
    plan: Slug | None = None
    until: AwareDatetime | None = None


class TokenRevoked(AccessEvent):
    """A token was revoked: from then on it opens nothing."""

    name: Name


# Coming in and going out


class LinkMade(AccessEvent):
    """A link was made with which a principal can sign in once, within so many minutes."""

    principal: Name
    minutes: int = Field(gt=0, le=7 * 24 * 60)


class LinkUsed(AccessEvent):
    """A link was used to sign in, and cannot be used again."""

    principal: Name


class LinkEnded(AccessEvent):
    """A link that nobody had used was ended, as when the ledger was restored: it cannot be used any more."""

    principal: Name


class SignedIn(AccessEvent):
    """A principal signed in, from this network address, until an instant."""

    principal: Name
    means: Means
    until: AwareDatetime
    address: Line | None = None
    identity: str | None = Field(default=None, description="The SHA-256 of the identity by which, where it was by one.")


class SignedOut(AccessEvent):
    """A principal signed out before the time was over."""

    principal: Name


class SignInRefused(AccessEvent):
    """Somebody at this network address tried to sign in and was refused."""

    principal: Name | None = Field(default=None, description="As whom, where there is such a one.")
    means: Means
    address: Line | None = None
    locks: Lock | None = Field(default=None, description="Where further tries are refused unseen from then on.")


class LockLifted(AccessEvent):
    """Somebody came in by a link: what was refused to them before counts no longer."""

    principal: Name


# What else the audit of access tells


class RequestRefused(AccessEvent):
    """A principal asked for what it may not do, and was refused."""

    what: Asked = Field(description="The method and path, or the command.")
    role: Role
    plan: Asked | None = Field(default=None, description="As it was asked for: it may be none.")


class RefusalsLeftOut(AccessEvent):
    """A principal was refused more often within a minute than is noted here: the rest is only logged."""

    noted: int = Field(gt=0, description="How many of a minute are noted.")


class Exported(AccessEvent):
    """A principal took away an answer as a file of this form."""

    what: Asked = Field(description="The path, or the command.")
    form: Line
    plan: Line | None = None


class CommandBegun(AccessEvent):
    """A command that touches the ledger as a whole was begun on the machine: a key, a checkpoint, a backup."""

    command: Line


#: Every event of access by its name, in the order of this page.
ACCESS_EVENTS: dict[str, type[AccessEvent]] = {
    event.__name__: event
    for event in (
        PrincipalAdded, RoleGranted, RoleEnded, PasswordSet, IdentityLinked, IdentityUnlinked, PrincipalLeft,
        TokenNamed, TokenCreated, TokenRevoked,
        LinkMade, LinkUsed, LinkEnded, SignedIn, SignedOut, SignInRefused, LockLifted,
        RequestRefused, RefusalsLeftOut, Exported, CommandBegun,
    )
}  # fmt: skip
