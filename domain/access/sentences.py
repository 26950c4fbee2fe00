"""What an event of access says, as a line of the audit of access."""

from datetime import datetime, time, timedelta

from domain.access import events
from domain.points import LONDON

_MEANS = {"password": "with a password", "identity": "by an identity vouched for", "link": "by a link"}


def sentence(event: events.AccessEvent) -> str:
    """The event in words; who did it, and when, stand before it."""
    match event:
        case events.PrincipalAdded():
            return f"{event.principal} was added"
        case events.RoleGranted():
            return f"{event.principal} was granted {grant_text(event.role, event.plan, event.until)}"
        case events.RoleEnded():
            return f"{event.principal} is no longer {grant_text(event.role, event.plan, None)}"
        case events.PasswordSet():
            return f"{event.principal} was given a password"
        case events.IdentityLinked():
            return f"{event.principal} was linked to {event.subject} at {event.issuer}"
        case events.PrincipalLeft():
            return f"{event.principal} left"
        case events.TokenNamed():
            return f"a token was named {event.name}"
        case events.TokenCreated():
            return f"the token {event.name} was made: {grant_text(event.role, event.plan, event.until)}"
        case events.TokenRevoked():
            return f"the token {event.name} was revoked"
        case _:
            return _coming_in(event)


def _coming_in(event: events.AccessEvent) -> str:
    match event:
        case events.LinkMade():
            return f"a link was made by which {event.principal} can sign in, for {event.minutes} minutes"
        case events.LinkUsed():
            return f"the link for {event.principal} was used"
        case events.LinkEnded():
            return f"the link for {event.principal} was ended unused"
        case events.SignedIn():
            return f"{event.principal} signed in {_MEANS[event.means]}{_from(event.address)}"
        case events.SignedOut():
            return f"{event.principal} signed out"
        case events.SignInRefused():
            whom = event.principal or "somebody unknown"
            return f"signing in as {whom} {_MEANS[event.means]} was refused{_from(event.address)}"
        case events.RequestRefused():
            return f"{event.what} was refused: it needs {grant_text(event.role, event.plan, None)}"
        case events.Exported():
            return f"{event.what} was taken away as {event.form}"
        case events.CommandBegun():
            return f"asat {event.command} was begun on the machine"
        case _:
            return type(event).__name__


def grant_text(role: str, plan: str | None, until: datetime | None) -> str:
    """A role as it is granted, in words; a day until whose end it counts is named without the hour."""
    where = "all plans" if plan is None else f"plan {plan}"
    if until is None:
        return f"{role} for {where}"
    local = until.astimezone(LONDON)
    if local.time() == time():
        return f"{role} for {where} until {local - timedelta(days=1):%d/%m/%Y}"
    return f"{role} for {where} until {local:%d/%m/%Y %H:%M}"


def _from(address: str | None) -> str:
    return "" if address is None else f", from {address}"
