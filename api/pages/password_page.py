"""The page on which whoever is signed in sets a password of their own."""

from typing import Annotated, Literal

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api import clock, log
from api.forms.form_bodies import only_known
from api.http.access.callers import caller_of
from api.http.access.rate_limits import address_of, sign_in_no_faster
from api.http.access.session_cookies import begin_session
from api.http.request_refusals import SignInNeeded, TooFast
from api.pages.rendering import Said, capital, page
from api.pages.routes import page_routes
from api.pages.sign_in_pages import PRIVATE, Sent, of_own_form
from domain.ledger.access import AccessLedger, AccessRefused, Session, SignInRefused

#: It takes a session, and no role.
own_password = page_routes("nobody")


@own_password.get("/password", name="own password")
def password_page(request: Request, done: Annotated[Literal["", "set"], Query()] = "") -> Response:
    """The form to set it with."""
    return _shown(request, done=bool(done))


def _session(request: Request) -> Session:
    """Raises SignInNeeded where nobody has signed in with a browser; on an open ledger nobody does."""
    caller = caller_of(request)
    if caller.way == "open":
        raise HTTPException(404)
    if caller.session is None:
        raise SignInNeeded("a password is set by whoever has signed in with a browser: sign in at /sign-in")
    return caller.session


def _shown(request: Request, status: int = 200, done: bool = False, **wrong: str) -> Response:
    session, ledger = _session(request), request.app.state.ledger
    has_one = ledger.access.has_password(session.principal.name)
    return page(
        request, "password.html", status, PRIVATE, done=done, has_one=has_one, asks_former=session.means != "link",
        can=has_one or session.means == "link",
        errors=Said({name: capital(sentence) for name, sentence in wrong.items()}),
    )  # fmt: skip


@own_password.post("/password", name="set own password", dependencies=[Depends(of_own_form)])
def set_password(request: Request, sent: Sent) -> Response:
    """Set it; the sessions there were are over, and this browser is signed in anew."""
    session = _session(request)
    only_known(sent, ("former", "password", "again"))
    ledger: AccessLedger = request.app.state.ledger.access
    former, password = sent.get("former", ""), sent.get("password", "")
    if password != sent.get("again", ""):
        return _shown(request, 422, again="this is not the same as above: type the new password twice")
    try:
        with sign_in_no_faster(request):
            secret = ledger.set_own_password(session, former, password, clock.now(), address_of(request))
    except AccessRefused as error:
        return _shown(request, 422, password=str(error))
    except (SignInRefused, TooFast) as error:
        log.told("sign-in refused", status=403, address=address_of(request), why=str(error))
        answer = _shown(request, 429 if error.retry_after else 403, former=str(error))
        if error.retry_after:
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    log.told("password set", by=session.principal.name)
    response = RedirectResponse("/password?done=set", 303, PRIVATE)
    begin_session(request, response, secret)
    return response
