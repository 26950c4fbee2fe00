"""The events of access: who may do what, and who signed in. No event holds a secret: no password, token or link."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from domain.access.access_errors import AccessCode, AccessRefused
from domain.access.roles import Role
from domain.texts import Line, Slug

#: A name of a principal or a token: one line of at most 100 characters.
Name = Annotated[Line, StringConstraints(max_length=100)]


#: How long a link can be used, in minutes: by default, and at most.
USUAL_LINK, LONGEST_LINK = 60, 7 * 24 * 60

_LONGEST_REQUEST = 200


def _as_line(text: object) -> object:
    """A text of a request as one line, cut and escaped, so that the refusal of any request can be stored."""
    if not isinstance(text, str):
        return text
    escaped = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text[:_LONGEST_REQUEST])
    return (escaped if escaped.strip() else repr(escaped))[:_LONGEST_REQUEST]


RequestText = Annotated[Line, BeforeValidator(_as_line)]

#: How a principal signed in.
Means = Literal["password", "identity", "link"]

#: The temporary lock of an account after a refused sign-in: for the network of the sender, or for everybody.
Lock = Literal["network", "account"]


class AccessEvent(BaseModel):
    """An event of access. It is immutable and has no other fields than these."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class PrincipalAdded(AccessEvent):
    """A person or a program was added under this name, which is never given again."""

    principal: Name


class RoleGranted(AccessEvent):
    """A principal was granted a role, for one plan or for all, for good or until an instant."""

    principal: Name
    role: Role
    plan: Slug | None = Field(default=None, description="All plans where it is left out.")
    until: AwareDatetime | None = Field(default=None, description="The instant at which it expires.")


class RoleEnded(AccessEvent):
    """A role of a principal was ended."""

    principal: Name
    role: Role
    plan: Slug | None = Field(default=None, description="The plan it was granted for; all plans where it is left out.")


class PasswordSet(AccessEvent):
    """A principal was given a password; the former one was destroyed."""

    principal: Name


class IdentityLinked(AccessEvent):
    """An identity, known to an OpenID Connect issuer as this subject, was linked to a principal."""

    principal: Name
    issuer: Line
    subject: Line


class IdentityUnlinked(AccessEvent):
    """The link between an identity and a principal was removed; its sessions have ended."""

    principal: Name
    issuer: Line
    subject: Line


class PrincipalLeft(AccessEvent):
    """A principal left and lost every role for good; its name stays with what it recorded."""

    principal: Name


class TokenNamed(AccessEvent):
    """A token was given this name, under which it records, and which is never given again."""

    name: Name
    token: str = Field(description="The SHA-256 of its secret, in hexadecimal digits.")


class TokenCreated(AccessEvent):
    """A token was created for a program, with one role, for one plan or for all."""

    name: Name
    role: Role
    plan: Slug | None = None
    until: AwareDatetime | None = None


class TokenRevoked(AccessEvent):
    """A token was revoked."""

    name: Name


class LinkMade(AccessEvent):
    """A link was made with which a principal can sign in once, within so many minutes."""

    principal: Name
    minutes: int = Field(gt=0, le=LONGEST_LINK)


class LinkUsed(AccessEvent):
    """A link was used to sign in, and cannot be used again."""

    principal: Name


class LinkEnded(AccessEvent):
    """An unused link was ended, as when the ledger was restored."""

    principal: Name


class SignedIn(AccessEvent):
    """A principal signed in from this network address; the session lasts until an instant."""

    principal: Name
    means: Means
    until: AwareDatetime
    address: Line | None = None
    identity: str | None = Field(default=None, description="The SHA-256 of the identity, where one was used.")


class SignedOut(AccessEvent):
    """A session was ended before its time."""

    principal: Name


class SignInRefused(AccessEvent):
    """An attempt to sign in from this network address was refused."""

    principal: Name | None = Field(default=None, description="The principal, where the name is one.")
    means: Means
    address: Line | None = None
    locks: Lock | None = Field(default=None, description="Where further attempts are refused unseen.")


class LockLifted(AccessEvent):
    """A principal signed in by a link: earlier refusals of its account no longer count."""

    principal: Name


class RequestRefused(AccessEvent):
    """A request or command of a principal was refused, because the principal lacks a role."""

    what: RequestText = Field(description="The method and path, or the command.")
    role: Role
    plan: RequestText | None = Field(default=None, description="The plan as requested; there may be none of that name.")


class RefusalsLeftOut(AccessEvent):
    """More requests of a principal were refused within a minute than are noted; the rest is only logged."""

    noted: int = Field(gt=0, description="How many refusals of a minute are noted.")


class Exported(AccessEvent):
    """A principal downloaded an answer as a file of this form."""

    what: RequestText = Field(description="The path, or the command.")
    form: Line
    plan: Line | None = None


class CommandBegun(AccessEvent):
    """A command on the whole ledger was begun on the machine: a key, a checkpoint, a backup."""

    command: Line


#: Every event of access by its name, in the order of this page.
ACCESS_EVENTS: dict[str, type[AccessEvent]] = {event.__name__: event for event in AccessEvent.__subclasses__()}


def new_event(kind: type[AccessEvent], /, **fields: object) -> AccessEvent:
    """An event with these fields; raises AccessRefused where one of them is not valid."""
    try:
        return kind.model_validate(fields)
    except ValueError:
        given = ", ".join(f"{name} {value!r}" for name, value in fields.items() if value is not None)
        raise AccessRefused(
            AccessCode.NOT_RECORDABLE,
            f"that cannot be recorded of access: {given}; one of these is not what it must be",
        ) from None
