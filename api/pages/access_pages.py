"""The steward's pages: principals and their roles, the forms to change them, and the audit of access."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api import clock, log
from api.http.access.callers import access_of, caller_of
from api.http.form_bodies import only_known
from api.http.whole_numbers import DIGITS
from api.pages.access_forms import AFTERWARDS, CHANGES, Typed, Wrong
from api.pages.rendering import Said, capital, page
from api.pages.routes import page_routes
from api.pages.sign_in_pages import Sent
from domain.access.access_errors import AccessRefused, PrincipalUnknown
from domain.access.principals import ANYONE, Grant
from domain.access.roles import ROLES
from domain.access.sentences import grant_text, sentence, until_text
from domain.names import name_key

access = page_routes("steward")

#: The entries on a page of the audit; and the newest entries that are searched for a change.
LISTED, _LOOKED_THROUGH = 50, 100

_NO_STORE = {"Cache-Control": "no-store"}
_LABELS = {
    "name": "Name",
    "role": "Role",
    "plan": "Plan",
    "until": "Last day",
    "issuer": "Issuer",
    "subject": "Subject",
}
#: Field of a form, such as "add-name" -> its label.
_LABELS_IN_FORMS = {
    f"{form}-{name}": _LABELS[name] for form, change in CHANGES.items() for name in change.fields if name in _LABELS
}


@access.get("/access", name="access page")
def access_page(
    request: Request,
    done: Annotated[
        int | None, Query(ge=1, le=10**12, description="Which entry of the audit was just made."), DIGITS
    ] = None,
) -> Response:
    """Principals with their roles, tokens, and the forms to change them."""
    return _shown(request, done=_done(request, done) if done else "")


def _done(request: Request, position: int) -> str:
    """The sentence of the caller's own latest change; empty if another principal made it."""
    for one in access_of(request).audit.records(position - 1, 1):
        if (one.position, one.recorded_by) == (position, caller_of(request).principal.name):
            return f"{capital(sentence(one.event))}. {AFTERWARDS.get(type(one.event), '')}".strip()
    return ""


def _shown(request: Request, status: int = 200, **shown: Any) -> Response:
    """The page; for the form that was sent, `given` holds its values and `errors` its problems."""
    ledger, now = access_of(request), clock.now()
    people, identities = ledger.principals.all(), ledger.identities.all()
    own = name_key(caller_of(request).principal.name)
    names = [one.name for one in people if not one.left]
    persons = [name for name in names if name != ANYONE]
    blank = {"done": "", "form": "", "given": Said(), "errors": Said(), "secret": "", "link": ""}
    return page(
        request,
        "access.html",
        status,
        _NO_STORE,
        people=[
            (
                one,
                name_key(one.name) == own,
                [(grant, _granted(grant, now)) for grant in one.grants],
                [identity for identity in identities if identity.principal == one.name],
            )
            for one in people
        ],
        tokens=[(one, _granted(one.grant, now)) for one in ledger.tokens.all()],
        roles=ROLES,
        names=names,
        persons=persons,
        others=[name for name in persons if name_key(name) != own],
        plans=request.app.state.ledger.plans(),
        openid=request.app.state.openid is not None,
        called=_LABELS_IN_FORMS,
        **blank | shown,
    )


@access.post("/access/{what}", name="change access")
def change(request: Request, what: str, sent: Sent) -> Response:
    """Make a change. An ending is asked about first; a secret is shown once, in the answer."""
    if what not in CHANGES:
        raise HTTPException(404)
    asked, ledger, by = CHANGES[what], access_of(request), caller_of(request).principal.name
    only_known(sent, (*asked.fields, "sure") if asked.sure else asked.fields)
    typed = {name: sent.get(name, "").strip() for name in asked.fields}
    size = ledger.audit.size()
    try:
        if asked.sure and sent.get("sure") != "yes":
            sure = asked.sure(ledger, typed, by)
            return page(request, "access-sure.html", 200, _NO_STORE, what=what, said=typed, sure=sure)
        secret = asked.do(ledger, typed, by)
    except Wrong as wrong:
        return _again(request, 422, what, typed, wrong.field, str(wrong))
    except PrincipalUnknown:
        return _again(request, 409, what, typed, asked.about, "there is nobody of that name: choose one of the list")
    except AccessRefused as error:
        return _again(request, 409, what, typed, asked.about, str(error))
    log.told("access changed", what=what, by=by, about=typed.get("name") or typed.get("id"))
    if secret is None:
        made = [one.position for one in ledger.audit.records(size, _LOOKED_THROUGH) if one.recorded_by == by]
        return RedirectResponse(f"/access?done={made[0]}" if made else "/access", 303, _NO_STORE)
    name = typed["name"]
    if what == "link":
        root = request.app.state.url or f"http://{request.headers['host']}"
        done = f"This link signs in {name} once, within an hour. Give it to nobody else; it is not shown again."
        return _shown(request, done=done, link=f"{root}/sign-in/once?key={secret}")
    done = f"This is the token {name}. It is not shown again: put it into the program that is to use it."
    return _shown(request, done=done, secret=secret)


def _again(request: Request, status: int, what: str, typed: Typed, field: str, error: str) -> Response:
    """The page with the sent form as filled in, and the error beside its field."""
    name = f"{what}-{field}" if CHANGES[what].about and field else ""
    return _shown(request, status, form=what, given=Said(typed), errors=Said({name: capital(error)}))


def _granted(grant: Grant, now: datetime) -> str:
    """A role in words, and whether it has expired."""
    if grant.until is None or grant.counts(now):
        return grant_text(grant.role, grant.plan, grant.until)
    return f"{grant_text(grant.role, grant.plan, None)}, over since {until_text(grant.until)}"


@access.get("/access/log", name="access log page")
def log_page(
    request: Request,
    before: Annotated[int | None, Query(ge=1, le=10**12, description="Only what is older."), DIGITS] = None,
) -> Response:
    """The audit of access, newest first, a page at a time."""
    records = access_of(request).audit.newest(before, LISTED + 1)
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
