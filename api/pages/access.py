"""The steward's pages: who may do what, giving and ending it, and the audit of access."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api import clock, log
from api.http.access.callers import caller_of
from api.pages.form_bodies import only_known
from api.pages.rendering import Said, page
from api.pages.routes import page_routes
from api.pages.signing_in import Sent
from api.papers.wording import instant_in_figures
from domain.access.principals import ANYONE, Grant
from domain.access.roles import ROLES
from domain.access.sentences import sentence
from domain.ledger.access import AccessLedger, AccessRecord, AccessRefused, PrincipalUnknown
from domain.points import LONDON

access = page_routes("steward")

#: How many events of the audit a page shows.
LISTED = 50
#: How long a link to sign in once can be used, in minutes: long enough to reach its reader by hand.
_LINK_MINUTES = 60

_NO_STORE = {"Cache-Control": "no-store"}


@access.get("/access", name="access page")
def access_page(request: Request, done: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Who may do what: principals with their roles, tokens, and the forms to change it."""
    return _shown(request, done=_DONE.get(done, ""))


def _shown(
    request: Request, status: int = 200, done: str = "", error: str = "", secret: str = "", link: str = ""
) -> Response:
    ledger: AccessLedger = request.app.state.ledger.access
    now = clock.now()
    people = ledger.principals()
    return page(
        request,
        "access.html",
        status,
        _NO_STORE,
        people=[(one, [(grant, _granted(grant, now)) for grant in one.grants]) for one in people],
        tokens=[(one, _granted(one.grant, now)) for one in ledger.tokens()],
        roles=ROLES,
        names=[one.name for one in people if not one.left],
        persons=[one.name for one in people if not one.left and one.name != ANYONE],
        plans=request.app.state.ledger.plans(),
        done=done,
        errors=Said({"": error[:1].upper() + error[1:]} if error else {}),
        secret=secret,
        link=link,
        openid=request.app.state.openid is not None,
    )


@access.post("/access/{what}", name="change access")
def change(request: Request, what: str, sent: Sent) -> Response:
    """Add, grant, end, link or revoke; what shows a secret shows it once, on the page that answers."""
    if what not in _CHANGES:
        raise HTTPException(404)
    fields, do = _CHANGES[what]
    only_known(sent, fields)
    by = caller_of(request).principal.name
    ledger: AccessLedger = request.app.state.ledger.access
    said = {name: sent.get(name, "").strip() for name in fields}
    try:
        shown = do(ledger, said, by)
    except (AccessRefused, PrincipalUnknown) as error:
        return _shown(request, 409, error=str(error.args[0]))
    except ValueError as error:
        return _shown(request, 422, error=str(error))
    log.told("access changed", what=what, by=by, about=said.get("name") or said.get("id"))
    if not shown:
        return RedirectResponse(f"/access?done={quote(what)}", 303, _NO_STORE)
    if what == "link":
        root = request.app.state.url or f"http://{request.headers['host']}"
        return _shown(request, done=_DONE[what], link=f"{root}/sign-in/once?key={shown}")
    return _shown(request, done=_DONE[what], secret=shown)


def _granted(grant: Grant, now: datetime) -> str:
    """A role as it was granted, in words."""
    words = f"{grant.role}, {'all plans' if grant.plan is None else f'plan {grant.plan}'}"
    if grant.until is None:
        return words
    return f"{words}, {'until' if grant.counts(now) else 'expired'} {instant_in_figures(grant.until.isoformat())}"


def _grant(said: dict[str, str]) -> Grant:
    role = next((one for one in ROLES if one == said["role"]), None)
    if role is None:
        raise ValueError("choose a role")
    return Grant(role, said["plan"] or None, _end_of(said.get("until", "")))


def _end_of(day: str) -> datetime | None:
    """The end of a day in London: it is the last on which something is valid."""
    if not day:
        return None
    try:
        last = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no zone
        return datetime.combine(last + timedelta(days=1), time(), LONDON)
    except (ValueError, OverflowError):
        raise ValueError("give the last day as 2027-03-31, or leave it empty") from None


def _add(ledger: AccessLedger, said: dict[str, str], by: str) -> str:
    ledger.add(said["name"], [_grant(said)], by)
    return ""


def _give(ledger: AccessLedger, said: dict[str, str], by: str) -> str:
    ledger.grant(said["name"], _grant(said), by)
    return ""


def _end(ledger: AccessLedger, said: dict[str, str], by: str) -> str:
    grant = _grant(said)
    ledger.end_grant(said["name"], grant.role, grant.plan, by)
    return ""


def _leave(ledger: AccessLedger, said: dict[str, str], by: str) -> str:
    if said["name"] == by:
        raise ValueError("another steward must end your own access")
    ledger.leave(said["name"], by)
    return ""


def _link(ledger: AccessLedger, said: dict[str, str], by: str) -> str:
    return ledger.make_link(said["name"], by, _LINK_MINUTES)


def _identity(ledger: AccessLedger, said: dict[str, str], by: str) -> str:
    ledger.link_identity(said["name"], said["issuer"], said["subject"], by)
    return ""


def _token(ledger: AccessLedger, said: dict[str, str], by: str) -> str:
    grant = _grant(said)
    secret, _ = ledger.make_token(said["name"], grant, grant.until, by)
    return secret


def _revoke(ledger: AccessLedger, said: dict[str, str], by: str) -> str:
    ledger.revoke_token(said["id"], by)
    return ""


_Change = Callable[[AccessLedger, dict[str, str], str], str]
_GRANTED = ("name", "role", "plan", "until")
#: What can be changed: the fields of its form, and what is done with them; it returns the secret to be shown, if any.
_CHANGES: dict[str, tuple[tuple[str, ...], _Change]] = {
    "add": (_GRANTED, _add),
    "grant": (_GRANTED, _give),
    "end": (("name", "role", "plan"), _end),
    "leave": (("name",), _leave),
    "link": (("name",), _link),
    "identity": (("name", "issuer", "subject"), _identity),
    "token": (_GRANTED, _token),
    "revoke": (("id",), _revoke),
}
#: What is said once it is done.
_DONE = {
    "add": "Added. Give them a link to sign in once, or set a password with the command asat principal password.",
    "grant": "Given. It counts at once.",
    "end": "Ended. It counts at once.",
    "leave": "They may nothing any more. What they recorded stays under their name.",
    "link": "This link signs in once within an hour. Give it to nobody else; it is not shown again.",
    "identity": "Linked. They can sign in with that account from now on.",
    "token": "This is the token. It is not shown again: put it into the program that is to use it.",
    "revoke": "Revoked. It opens nothing any more.",
}


@access.get("/access/log", name="access log page")
def log_page(
    request: Request, before: Annotated[int | None, Query(ge=1, le=10**12, description="Only what is older.")] = None
) -> Response:
    """The audit of access, newest first, a page at a time."""
    ledger: AccessLedger = request.app.state.ledger.access
    records = _newest(ledger, before)
    entries = [
        {
            "position": one.position,
            "recorded_at": one.recorded_at.isoformat(),
            "recorded_by": one.recorded_by,
            "about": one.about,
            "said": sentence(one.event),
        }
        for one in records[:LISTED]
    ]
    older = entries[-1]["position"] if len(records) > LISTED else None
    return page(request, "access-log.html", 200, _NO_STORE, entries=entries, older=older, newest=before is None)


def _newest(ledger: AccessLedger, before: int | None) -> list[AccessRecord]:
    """The newest records before a position, newest first, and one more where there are more.

    The ledger tells them oldest first and positions may have gaps, so what is looked through grows until it is enough.
    """
    span, end = LISTED + 1, before or ledger.size() + 1
    while True:
        after = max(0, end - 1 - span)
        found = [one for one in ledger.log(after, span) if one.position < end]
        if len(found) > LISTED or after == 0:
            return found[: -LISTED - 2 : -1]
        span *= 4
