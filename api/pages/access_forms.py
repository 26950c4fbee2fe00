"""The forms with which a steward changes principals, roles and tokens."""

from collections.abc import Callable
from dataclasses import dataclass

from api import clock
from api.last_day import end_of_last_day
from domain.access import access_events as events
from domain.access.access_ledger import AccessLedger
from domain.access.principals import Grant
from domain.access.roles import ROLES
from domain.access.sentences import grant_text
from domain.names import name_key

Typed = dict[str, str]


class Wrong(ValueError):
    """A field's value is invalid; the message says the remedy."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Sure:
    """The confirmation before an ending: a heading, the consequences, and the text of the button."""

    title: str
    what: str
    button: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change that a form makes.

    Attributes:
        fields: the fields of the form.
        do: makes the change in the name of a steward; returns the secret to show, if any.
        about: the field beside which a refusal is shown; empty for the top of the page.
        sure: makes the confirmation, if any; raises Wrong if the change is impossible.
    """

    fields: tuple[str, ...]
    do: Callable[[AccessLedger, Typed, str], str | None]
    about: str = ""
    sure: Callable[[AccessLedger, Typed, str], Sure] | None = None


def _given(typed: Typed, field: str, otherwise: str) -> str:
    if not typed[field]:
        raise Wrong(field, otherwise)
    return typed[field]


def _name(typed: Typed) -> str:
    return _given(typed, "name", "choose a name")


def _new_name(typed: Typed) -> str:
    return _given(typed, "name", "enter a name")


def _identity(typed: Typed) -> tuple[str, str, str]:
    name = _name(typed)
    issuer, subject = (_given(typed, one, f"enter the {one}, as it was sent to you") for one in ("issuer", "subject"))
    return name, issuer, subject


def _grant(typed: Typed) -> Grant:
    role = next((one for one in ROLES if one == typed["role"]), None)
    if role is None:
        raise Wrong("role", "choose a role")
    try:
        until = end_of_last_day(day, clock.now()) if (day := typed.get("until", "")) else None
    except ValueError as error:
        raise Wrong("until", str(error)) from None
    return Grant(role, typed["plan"] or None, until)


def _token(access: AccessLedger, typed: Typed, by: str) -> str:
    name, grant = _new_name(typed), _grant(typed)
    return access.tokens.create(name, grant, grant.until, by)[0]


def _end(access: AccessLedger, typed: Typed, by: str) -> None:
    grant = _grant(typed)
    access.principals.end_grant(_name(typed), grant.role, grant.plan, by)


def _sure_to_end(access: AccessLedger, typed: Typed, by: str) -> Sure:
    grant, name = _grant(typed), access.principals.find(_name(typed)).name
    if grant.role == "steward":
        _not_ones_own(name, by)
    what = f"{name} will no longer be {grant_text(grant.role, grant.plan, None)}."
    return Sure(f"End a role of {name}", f"{what} It counts at once, also where they are signed in.", "End the role")


def _sure_of_leaving(access: AccessLedger, typed: Typed, by: str) -> Sure:
    name = access.principals.find(_name(typed)).name
    _not_ones_own(name, by)
    what = (
        f"{name} will be signed out and may nothing any more, for good. The name stays with what was recorded under it,"
        " and is never given again: whoever comes back is added under another."
    )
    return Sure(f"{name} has left", what, f"{name} has left")


def _sure_to_revoke(access: AccessLedger, typed: Typed, by: str) -> Sure:
    token = next((one for one in access.tokens.all() if one.id == typed["id"]), None)
    if token is None:
        raise Wrong("", "there is no such token")
    what = f"The token {token.name} will open nothing any more, at once and for good. A new one needs another name."
    return Sure(f"Revoke the token {token.name}", what, "Revoke the token")


def _sure_to_unlink(access: AccessLedger, typed: Typed, by: str) -> Sure:
    name = access.principals.find(_name(typed)).name
    what = (
        f"Whom {typed['issuer']} knows as {typed['subject']} will not sign in as {name} any more, and is signed out"
        " where they came in so. The account can be linked again."
    )
    return Sure(f"Unlink an account of {name}", what, "Unlink the account")


def _not_ones_own(name: str, by: str) -> None:
    if name_key(name) == name_key(by):
        raise Wrong("name", "another steward must end your own access")


_GRANTED, _LINKED = ("name", "role", "plan", "until"), ("name", "issuer", "subject")

#: Last part of a form's address -> its change.
CHANGES: dict[str, Change] = {
    "add": Change(_GRANTED, lambda to, typed, by: to.principals.add(_new_name(typed), [_grant(typed)], by), "name"),
    "grant": Change(_GRANTED, lambda to, typed, by: to.principals.grant(_name(typed), _grant(typed), by), "name"),
    "end": Change(("name", "role", "plan"), _end, "", _sure_to_end),
    "leave": Change(("name",), lambda to, typed, by: to.principals.leave(_name(typed), by), "name", _sure_of_leaving),
    "link": Change(("name",), lambda to, typed, by: to.links.make(_name(typed), by, events.USUAL_LINK), "name"),
    "identity": Change(_LINKED, lambda to, typed, by: to.identities.link(*_identity(typed), by), "subject"),
    "unlink": Change(_LINKED, lambda to, typed, by: to.identities.unlink(*_identity(typed), by), "", _sure_to_unlink),
    "token": Change(_GRANTED, _token, "name"),
    "revoke": Change(("id",), lambda to, typed, by: to.tokens.revoke(typed["id"], by), "", _sure_to_revoke),
}

#: The text shown after a change, behind the sentence of the audit.
AFTERWARDS: dict[type[events.AccessEvent], str] = {
    events.PrincipalAdded: "Give them a link to sign in once: with it they can set a password of their own.",
    events.RoleGranted: "It counts at once.",
    events.RoleEnded: "It counts at once.",
    events.PrincipalLeft: "They may nothing any more. What they recorded stays under their name.",
    events.IdentityLinked: "They can sign in with that account from now on.",
    events.IdentityUnlinked: "Whoever had signed in with that account is signed out.",
    events.TokenRevoked: "It opens nothing any more.",
}
