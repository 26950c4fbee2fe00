"""The steward's pages: who may do what, giving and ending it, and the audit of access."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api import clock, log
from api.forms.form_bodies import only_known
from api.http.access.callers import caller_of
from api.pages.access_forms import AFTERWARDS, CHANGES, Sure, Typed, Wrong
from api.pages.rendering import Said, capital, page
from api.pages.routes import page_routes
from api.pages.sign_in_pages import Sent
from domain.access.principals import ANYONE, Grant
from domain.access.roles import ROLES
from domain.access.sentences import grant_text, sentence, until_text
from domain.ledger.access import AccessLedger, AccessRecord, AccessRefused, LinkedIdentity, PrincipalUnknown
from domain.names import name_key

access = page_routes("steward")

#: How many events of the audit a page shows, and among how many newest ones it looks for what was just done.
LISTED, _LOOKED_THROUGH = 50, 100

_NO_STORE = {"Cache-Control": "no-store"}
#: What the fields are called where they are wrong; "add-name" is the name in the form "add".
_CALLED = {
    "name": "Name", "role": "Role", "plan": "Plan", "until": "Last day", "issuer": "Issuer", "subject": "Subject",
}  # fmt: skip
_CALLED_IN_FORMS = {f"{form}-{name}": _CALLED[name] for form, one in CHANGES.items() for name in one.fields
                    if name in _CALLED}  # fmt: skip
#: The field by which a form asks once more.
_SURE = "sure"


@access.get("/access", name="access page")
def access_page(
    request: Request,
    done: Annotated[int | None, Query(ge=1, le=10**12, description="Which entry of the audit was just made.")] = None,
) -> Response:
    """Who may do what: principals with their roles, tokens, and the forms to change it."""
    return _shown(request, done=_done(request, done) if done else "")


def _done(request: Request, position: int) -> str:
    """What an entry of the audit says that whoever asks has just made; nothing of what others did."""
    ledger: AccessLedger = request.app.state.ledger.access
    for one in ledger.log(position - 1, 1):
        if (one.position, one.recorded_by) == (position, caller_of(request).principal.name):
            said = sentence(one.event)
            return f"{capital(said)}. {AFTERWARDS.get(type(one.event), '')}".strip()
    return ""


def _shown(request: Request, status: int = 200, **said: Any) -> Response:
    """The page; of `form`, the one that was sent, what was typed is `given`, and what is wrong with it `errors`."""
    ledger: AccessLedger = request.app.state.ledger.access
    now, people, identities = clock.now(), ledger.principals(), ledger.identities()
    own = name_key(caller_of(request).principal.name)
    there = [one.name for one in people if not one.left]
    persons = [name for name in there if name != ANYONE]
    shown = {"done": "", "form": "", "given": Said(), "errors": Said(), "secret": "", "link": ""} | said
    return page(
        request, "access.html", status, _NO_STORE,
        people=[
            (one, name_key(one.name) == own, [(grant, _granted(grant, now)) for grant in one.grants],
             _linked(identities, one.name))
            for one in people
        ],
        tokens=[(one, _granted(one.grant, now)) for one in ledger.tokens()],
        roles=ROLES,
        names=there,
        persons=persons,
        others=[name for name in persons if name_key(name) != own],
        plans=request.app.state.ledger.plans(),
        openid=request.app.state.openid is not None,
        called=_CALLED_IN_FORMS,
        **shown,
    )  # fmt: skip


@access.post("/access/{what}", name="change access")
def change(request: Request, what: str, sent: Sent) -> Response:
    """Add, grant, end, link or revoke; what ends something asks first, and a secret is shown once, in the answer."""
    if what not in CHANGES:
        raise HTTPException(404)
    asked = CHANGES[what]
    only_known(sent, (*asked.fields, _SURE) if asked.sure else asked.fields)
    by = caller_of(request).principal.name
    ledger: AccessLedger = request.app.state.ledger.access
    said = {name: sent.get(name, "").strip() for name in asked.fields}
    size = ledger.size()
    try:
        if asked.sure and sent.get(_SURE) != "yes":
            return _ask(request, what, said, asked.sure(ledger, said, by))
        secret = asked.do(ledger, said, by)
    except Wrong as wrong:
        return _again(request, 422, what, said, wrong.field, str(wrong))
    except PrincipalUnknown:
        return _again(request, 409, what, said, asked.about, "there is nobody of that name: choose one of the list")
    except AccessRefused as error:
        return _again(request, 409, what, said, asked.about, str(error))
    log.told("access changed", what=what, by=by, about=said.get("name") or said.get("id"))
    if secret is None:
        made = [one.position for one in ledger.log(size, _LOOKED_THROUGH) if one.recorded_by == by]
        return RedirectResponse(f"/access?done={made[0]}" if made else "/access", 303, _NO_STORE)
    if what == "link":
        root = request.app.state.url or f"http://{request.headers['host']}"
        told = f"This link signs in {said['name']} once, within an hour. Give it to nobody else; it is not shown again."
        return _shown(request, done=told, link=f"{root}/sign-in/once?key={secret}")
    told = f"This is the token {said['name']}. It is not shown again: put it into the program that is to use it."
    return _shown(request, done=told, secret=secret)


def _ask(request: Request, what: str, said: Typed, sure: Sure) -> Response:
    """The page that says what will be done, with the button that does it."""
    return page(request, "access-sure.html", 200, _NO_STORE, what=what, said=said, sure=sure)


def _again(request: Request, status: int, what: str, said: Typed, field: str, error: str) -> Response:
    """The page with the form that was sent, open and as it was filled in, and what is wrong beside its field."""
    name = f"{what}-{field}" if CHANGES[what].about and field else ""
    return _shown(request, status, form=what, given=Said(said), errors=Said({name: capital(error)}))


def _granted(grant: Grant, now: datetime) -> str:
    """A role as it was granted, in words."""
    if grant.until is None or grant.counts(now):
        return grant_text(grant.role, grant.plan, grant.until)
    return f"{grant_text(grant.role, grant.plan, None)}, over since {until_text(grant.until)}"


def _linked(identities: list[LinkedIdentity], name: str) -> list[LinkedIdentity]:
    return [one for one in identities if one.principal == name]


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
