"""Events of access in words, as lines of the audit of access."""

from datetime import datetime, time, timedelta

from domain.access import access_events as events
from domain.points import LONDON

_LOCKS = {
    None: "",
    "network": "; further tries from that network are refused for 15 minutes",
    "account": "; further tries from anywhere are refused for 15 minutes",
}
_MEANS = {"password": "with a password", "identity": "by an identity vouched for", "link": "by a link"}

_SENTENCES: dict[type[events.AccessEvent], str] = {
    events.PrincipalAdded: "{principal} was added",
    events.RoleGranted: "{principal} was granted {grant}",
    events.RoleEnded: "{principal} is no longer {grant}",
    events.PasswordSet: "a password was set for {principal}",
    events.IdentityLinked: "{principal} was linked to {subject} at {issuer}",
    events.IdentityUnlinked: "{principal} is no longer linked to {subject} at {issuer}",
    events.PrincipalLeft: "{principal} left",
    events.TokenNamed: "a token was named {name}",
    events.TokenCreated: "the token {name} was made: {grant}",
    events.TokenRevoked: "the token {name} was revoked",
    events.LinkMade: "a link was made by which {principal} can sign in, for {minutes} minutes",
    events.LinkUsed: "the link for {principal} was used",
    events.LinkEnded: "the link for {principal} was ended unused",
    events.SignedIn: "{principal} signed in {means}{origin}",
    events.SignedOut: "{principal} signed out",
    events.SignInRefused: "signing in as {account} {means} was refused{origin}{locked}",
    events.LockLifted: "{principal} came in by a link: refusals before it count no longer",
    events.RequestRefused: "{what} was refused: it needs {grant}",
    events.RefusalsLeftOut: "more than {noted} requests were refused within a minute: the others stand in the log only",
    events.Exported: "{what} was taken away as {form}",
    events.CommandBegun: "asat {command} was begun on the machine",
}


def sentence(event: events.AccessEvent) -> str:
    """The event in words, without its author and instant."""
    words = dict(event)
    if "role" in words:
        words["grant"] = grant_text(words["role"], words["plan"], words.get("until"))
    if "means" in words:
        words["means"] = _MEANS[words["means"]]
        words["origin"] = "" if words["address"] is None else f", from {words['address']}"
        words["account"] = words["principal"] or "somebody unknown"
        words["locked"] = _LOCKS[words.get("locks")]
    return _SENTENCES[type(event)].format_map(words)


def grant_text(role: str, plan: str | None, until: datetime | None) -> str:
    """A role as it is granted, in words."""
    granted = f"{role} for {'all plans' if plan is None else f'plan {plan}'}"
    return granted if until is None else f"{granted} until {until_text(until)}"


def until_text(until: datetime) -> str:
    """When something expires, in London time; a midnight is the end of the day before it."""
    local = until.astimezone(LONDON)
    if local.time() == time():
        last = local - timedelta(days=1)
        return f"the end of {last.day} {last:%B %Y}"
    return f"{local.day} {local:%B %Y %H:%M}"
