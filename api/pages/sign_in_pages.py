"""The pages for signing in with a password or a link, and for signing out."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import clock, log
from api.demonstration import is_demonstration
from api.http.access.browser_sessions import begin_session, carries_its_token, end_session
from api.http.access.callers import access_of, caller_of
from api.http.access.rate_limits import address_of, sign_in_no_faster
from api.http.form_bodies import only_known, sent_form
from api.http.request_refusals import SignInNeeded, TooFast
from api.pages.places import START, own_place
from api.pages.rendering import Said, capital, page
from api.pages.routes import page_routes
from domain.access.access_errors import SignInFailed

signing_in = page_routes("nobody")
#: Signing out needs a session, but no role.
signing_out = page_routes("nobody")

#: Pages around a sign-in are not cached, and their addresses are not sent to other sites.
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}
Next = Annotated[str, Query(alias="next", max_length=2000, description="The page to come to once signed in.")]
Sent = Annotated[dict[str, str], Depends(sent_form)]


@signing_in.get("/sign-in", name="sign in")
def sign_in_page(request: Request, next_: Next = "", done: Annotated[Literal["", "out"], Query()] = "") -> Response:
    """The form to sign in with; `done`: the caller has just signed out."""
    if access_of(request).principals.is_open():
        return RedirectResponse(own_place(next_), 303, PRIVATE)
    return sign_in_form(request, own_place(next_), out=bool(done))


@signing_in.post("/sign-in", name="send sign in")
def sign_in(request: Request, sent: Sent) -> Response:
    """Sign in with a name and a password."""
    only_known(sent, ("account", "password", "next"))
    account, password = sent.get("account", "").strip(), sent.get("password", "")
    place = own_place(sent.get("next", ""))
    try:
        with sign_in_no_faster(request):
            secret = access_of(request).passwords.sign_in(account, password, clock.now(), address_of(request))
    except (SignInFailed, TooFast) as error:
        return sign_in_form(request, place, error, account)
    return signed_in(request, secret, place)


def signed_in(request: Request, secret: str, place: str) -> Response:
    """Redirect to a page, in a new session."""
    response = RedirectResponse(place, 303, PRIVATE)
    begin_session(request, response, secret)
    return response


def log_refusal(request: Request, error: Exception) -> tuple[int, dict[str, str]]:
    """Log a failed sign-in; return the status and headers of the answer."""
    wait: int | None = getattr(error, "retry_after", None)
    status = 429 if wait else 403
    log.told("sign-in refused", status=status, address=address_of(request), why=str(error))
    return status, PRIVATE | ({"Retry-After": str(wait)} if wait else {})


def sign_in_form(
    request: Request,
    place: str,
    error: Exception | None = None,
    account: str = "",
    field: str = "account",
    out: bool = False,
) -> Response:
    """The sign-in form and, beside `field`, the reason of a failed sign-in."""
    status, headers = log_refusal(request, error) if error else (200, PRIVATE)
    errors = Said({field: capital(str(error))} if error else {})
    return page(
        request,
        "sign-in.html",
        status,
        headers,
        there=place,
        account=account,
        errors=errors,
        elsewhere=request.app.state.openid is not None,
        out=out,
        **_ways(request),
    )


def _ways(request: Request) -> dict[str, Any]:
    """Whether anybody has a password, and whether this is the demo."""
    access = access_of(request)
    return {"passwords": access.passwords.exist(), "demo": is_demonstration(access)}


@signing_in.get("/sign-in/once", name="sign in once")
def once_page(request: Request, key: Annotated[str, Query(max_length=200)] = "") -> Response:
    """A button, so that a mail scanner that follows a link does not use it up."""
    return page(request, "once.html", 200, PRIVATE, key=key, error=None, **_ways(request))


@signing_in.post("/sign-in/once", name="send sign in once")
def sign_in_once(request: Request, sent: Sent) -> Response:
    """Sign in with a link, and use it up."""
    only_known(sent, ("key",))
    try:
        with sign_in_no_faster(request):
            secret = access_of(request).links.sign_in(sent.get("key", ""), clock.now(), address_of(request))
    except (SignInFailed, TooFast) as error:
        return page(request, "once.html", *log_refusal(request, error), key=None, error=str(error), **_ways(request))
    return signed_in(request, secret, START)


async def of_own_form(request: Request) -> None:
    """Raises Forged if another site has the browser sign out, or set a password."""
    try:
        await carries_its_token(request, caller_of(request))
    except SignInNeeded:
        return  # the session has ended already


@signing_out.post("/sign-out", name="sign out", dependencies=[Depends(of_own_form)])
def sign_out(request: Request, sent: Sent) -> Response:
    """End the session, and clear the pages that the browser has cached."""
    only_known(sent, ())
    cleared = {"Clear-Site-Data": '"cache"'} if request.app.state.https else {}
    response = RedirectResponse("/sign-in?done=out", 303, PRIVATE | cleared)
    end_session(request, response)
    return response
