"""What an event of access says, as a line of the audit of access; and until when a role counts, in words."""

from datetime import datetime, time, timedelta

from domain.access import events
from domain.points import LONDON

#: What a refusal has locked, for how long.
_LOCKS = {
    "network": "; further tries from that network are refused for 15 minutes",
    "account": "; further tries from anywhere are refused for 15 minutes",
}
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
            return f"a password was set for {event.principal}"
        case events.IdentityLinked():
            return f"{event.principal} was linked to {event.subject} at {event.issuer}"
        case events.IdentityUnlinked():
            return f"{event.principal} is no longer linked to {event.subject} at {event.issuer}"
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
            whom, locked = event.principal or "somebody unknown", _LOCKS[event.locks] if event.locks else ""
            return f"signing in as {whom} {_MEANS[event.means]} was refused{_from(event.address)}{locked}"
        case events.LockLifted():
            return f"{event.principal} came in by a link: refusals before it count no longer"
        case events.RequestRefused():
            return f"{event.what} was refused: it needs {grant_text(event.role, event.plan, None)}"
        case events.RefusalsLeftOut():
            return f"more than {event.noted} requests were refused within a minute: the others stand in the log only"
        case events.Exported():
            return f"{event.what} was taken away as {event.form}"
        case events.CommandBegun():
            return f"asat {event.command} was begun on the machine"
        case _:
            return type(event).__name__


def grant_text(role: str, plan: str | None, until: datetime | None) -> str:
    """A role as it is granted, in words."""
    granted = f"{role} for {'all plans' if plan is None else f'plan {plan}'}"
    return granted if until is None else f"{granted} until {until_text(until)}"


def until_text(until: datetime) -> str:
    """Until when something counts: a midnight is the end of the day before it."""
    local = until.astimezone(LONDON)
    if local.time() == time():
        last = local - timedelta(days=1)
        return f"the end of {last.day} {last:%B %Y}"
    return f"{local.day} {local:%B %Y %H:%M}"


def _from(address: str | None) -> str:
    return "" if address is None else f", from {address}"
