"""The page on which a signed-in principal sets its own password."""

from typing import Annotated, Literal

from fastapi import Depends, Query, Request, Response
from starlette.exceptions import HTTPException

from api import clock, log
from api.http.access.callers import access_of, caller_of
from api.http.access.rate_limits import address_of, sign_in_no_faster
from api.http.form_bodies import only_known
from api.http.request_refusals import SignInNeeded, TooFast
from api.pages.rendering import Said, capital, page
from api.pages.routes import page_routes
from api.pages.sign_in_pages import PRIVATE, Sent, log_refusal, of_own_form, signed_in
from domain.access.access_errors import AccessRefused, SignInFailed
from domain.access.sessions import PrincipalSession

#: It needs a session, but no role.
own_password = page_routes("nobody")


@own_password.get("/password", name="own password")
def password_page(request: Request, done: Annotated[Literal["", "set"], Query()] = "") -> Response:
    """The form to set it with."""
    return _shown(request, done=bool(done))


def _session(request: Request) -> PrincipalSession:
    """The caller's session; raises SignInNeeded if there is none, and HTTPException (404) on an open ledger."""
    caller = caller_of(request)
    if caller.way == "open":
        raise HTTPException(404)
    if caller.session is None:
        raise SignInNeeded("a password is set by whoever has signed in with a browser: sign in at /sign-in")
    return caller.session


def _shown(
    request: Request, status: int = 200, headers: dict[str, str] = PRIVATE, done: bool = False, **wrong: str
) -> Response:
    session, by_link = _session(request), _session(request).means == "link"
    has_one = access_of(request).passwords.has(session.principal.name)
    errors = Said({name: capital(sentence) for name, sentence in wrong.items()})
    return page(
        request,
        "password.html",
        status,
        headers,
        done=done,
        has_one=has_one,
        asks_former=not by_link,
        can=has_one or by_link,
        errors=errors,
    )


@own_password.post("/password", name="set own password", dependencies=[Depends(of_own_form)])
def set_password(request: Request, sent: Sent) -> Response:
    """Set it; the principal's sessions end, and this browser gets a new one."""
    session = _session(request)
    only_known(sent, ("former", "password", "again"))
    former, password = sent.get("former", ""), sent.get("password", "")
    if password != sent.get("again", ""):
        return _shown(request, 422, again="this is not the same as above: type the new password twice")
    try:
        with sign_in_no_faster(request):
            secret = access_of(request).passwords.set_own(session, former, password, clock.now(), address_of(request))
    except AccessRefused as error:
        return _shown(request, 422, password=str(error))
    except (SignInFailed, TooFast) as error:
        return _shown(request, *log_refusal(request, error), former=str(error))
    log.told("password set", by=session.principal.name)
    return signed_in(request, secret, "/password?done=set")
