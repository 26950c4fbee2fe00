"""What a steward can change by page: the fields of each form, what is done with them, and what is asked before."""

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

#: How long a link to sign in once can be used, in minutes: long enough to reach its reader by hand.
_LINK_MINUTES = 60

Typed = dict[str, str]


class Wrong(ValueError):
    """What was typed into a field cannot be; the sentence says what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Sure:
    """What is asked before something is ended: a heading, what it will do, and what the button says."""

    title: str
    what: str
    button: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change that a form makes.

    Attributes:
        fields: what the form sends.
        do: does it in the name of who decides; returns the secret to be shown, if any.
        about: the field that a refusal is said of; empty where the form has none to be shown beside.
        sure: what is asked first, if anything; raises Wrong where it cannot be done at all.
    """

    fields: tuple[str, ...]
    do: Callable[[AccessLedger, Typed, str], str | None]
    about: str = ""
    sure: Callable[[AccessLedger, Typed, str], Sure] | None = None


def _name(said: Typed) -> str:
    if not said["name"]:
        raise Wrong("name", "choose a name")
    return said["name"]


def _new_name(said: Typed) -> str:
    if not said["name"]:
        raise Wrong("name", "enter a name")
    return said["name"]


def _grant(said: Typed) -> Grant:
    role = next((one for one in ROLES if one == said["role"]), None)
    if role is None:
        raise Wrong("role", "choose a role")
    try:
        until = end_of_last_day(day, clock.now()) if (day := said.get("until", "")) else None
    except ValueError as error:
        raise Wrong("until", str(error)) from None
    return Grant(role, said["plan"] or None, until)


def _end_surely(ledger: AccessLedger, said: Typed, by: str) -> Sure:
    grant, name = _grant(said), ledger.principals.find(_name(said)).name
    if grant.role == "steward":
        _not_ones_own(name, by)
    what = f"{name} will no longer be {grant_text(grant.role, grant.plan, None)}."
    return Sure(f"End a role of {name}", f"{what} It counts at once, also where they are signed in.", "End the role")


def _leave_surely(ledger: AccessLedger, said: Typed, by: str) -> Sure:
    name = ledger.principals.find(_name(said)).name
    _not_ones_own(name, by)
    what = (
        f"{name} will be signed out and may nothing any more, for good. The name stays with what was recorded under it,"
        " and is never given again: whoever comes back is added under another."
    )
    return Sure(f"{name} has left", what, f"{name} has left")


def _revoke_surely(ledger: AccessLedger, said: Typed, by: str) -> Sure:
    token = next((one for one in ledger.tokens.all() if one.id == said["id"]), None)
    if token is None:
        raise Wrong("", "there is no such token")
    what = f"The token {token.name} will open nothing any more, at once and for good. A new one needs another name."
    return Sure(f"Revoke the token {token.name}", what, "Revoke the token")


def _unlink_surely(ledger: AccessLedger, said: Typed, by: str) -> Sure:
    name = ledger.principals.find(_name(said)).name
    what = (
        f"Whom {said['issuer']} knows as {said['subject']} will not sign in as {name} any more, and is signed out where"
        " they came in so. The account can be linked again."
    )
    return Sure(f"Unlink an account of {name}", what, "Unlink the account")


def _not_ones_own(name: str, by: str) -> None:
    if name_key(name) == name_key(by):
        raise Wrong("name", "another steward must end your own access")


def _end(ledger: AccessLedger, said: Typed, by: str) -> None:
    grant = _grant(said)
    ledger.principals.end_grant(_name(said), grant.role, grant.plan, by)


def _token(ledger: AccessLedger, said: Typed, by: str) -> str:
    name, grant = _new_name(said), _grant(said)
    return ledger.tokens.create(name, grant, grant.until, by)[0]


def _identity(said: Typed) -> tuple[str, str, str]:
    name = _name(said)
    for field in ("issuer", "subject"):
        if not said[field]:
            raise Wrong(field, f"enter the {field}, as it was sent to you")
    return name, said["issuer"], said["subject"]


_GRANTED, _LINKED = ("name", "role", "plan", "until"), ("name", "issuer", "subject")

CHANGES: dict[str, Change] = {
    "add": Change(
        _GRANTED, lambda ledger, said, by: ledger.principals.add(_new_name(said), [_grant(said)], by), "name"
    ),
    "grant": Change(_GRANTED, lambda ledger, said, by: ledger.principals.grant(_name(said), _grant(said), by), "name"),
    "end": Change(("name", "role", "plan"), _end, "", _end_surely),
    "leave": Change(
        ("name",), lambda ledger, said, by: ledger.principals.leave(_name(said), by), "name", _leave_surely
    ),
    "link": Change(("name",), lambda ledger, said, by: ledger.links.make(_name(said), by, _LINK_MINUTES), "name"),
    "identity": Change(_LINKED, lambda ledger, said, by: ledger.identities.link(*_identity(said), by), "subject"),
    "unlink": Change(
        _LINKED, lambda ledger, said, by: ledger.identities.unlink(*_identity(said), by), "", _unlink_surely
    ),
    "token": Change(_GRANTED, _token, "name"),
    "revoke": Change(("id",), lambda ledger, said, by: ledger.tokens.revoke(said["id"], by), "", _revoke_surely),
}

#: What is said once something is done, behind the sentence of the audit.
AFTERWARDS: dict[type[events.AccessEvent], str] = {
    events.PrincipalAdded: "Give them a link to sign in once: with it they can set a password of their own.",
    events.RoleGranted: "It counts at once.",
    events.RoleEnded: "It counts at once.",
    events.PrincipalLeft: "They may nothing any more. What they recorded stays under their name.",
    events.IdentityLinked: "They can sign in with that account from now on.",
    events.IdentityUnlinked: "Whoever had signed in with that account is signed out.",
    events.TokenRevoked: "It opens nothing any more.",
}
