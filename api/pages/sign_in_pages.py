"""The pages of signing in with a password or a link, and of signing out."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import clock, log
from api.demonstration import is_demonstration
from api.forms.form_bodies import only_known, sent_form
from api.http.access.callers import caller_of
from api.http.access.form_tokens import carries_its_token
from api.http.access.rate_limits import address_of, sign_in_no_faster
from api.http.access.session_cookies import begin_session, end_session
from api.http.request_refusals import SignInNeeded, TooFast
from api.pages.places import own_place
from api.pages.rendering import Said, capital, page
from api.pages.routes import page_routes
from domain.ledger.access import SignInRefused
from domain.ledger.ledger import Ledger

signing_in = page_routes("nobody")
#: Whoever signs out must have a session, but needs no role.
signing_out = page_routes("nobody")

#: Pages around a sign-in are kept by nobody, and say to nobody what stood in their address.
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}
Next = Annotated[str, Query(alias="next", max_length=2000, description="The page to come to once signed in.")]
Sent = Annotated[dict[str, str], Depends(sent_form)]


@signing_in.get("/sign-in", name="sign in")
def sign_in_page(request: Request, next_: Next = "", done: Annotated[Literal["", "out"], Query()] = "") -> Response:
    """The form to sign in with; `done`: whoever asks has just signed out."""
    ledger: Ledger = request.app.state.ledger
    if ledger.access.is_open():
        return RedirectResponse(own_place(next_), 303, PRIVATE)
    return sign_in_form(request, own_place(next_), out=bool(done))


@signing_in.post("/sign-in", name="send sign in")
def sign_in(request: Request, sent: Sent) -> Response:
    """Sign in with a name and a password."""
    only_known(sent, ("account", "password", "next"))
    there, account = own_place(sent.get("next", "")), sent.get("account", "").strip()
    ledger: Ledger = request.app.state.ledger
    try:
        with sign_in_no_faster(request):
            secret = ledger.access.sign_in(account, sent.get("password", ""), clock.now(), address_of(request))
    except (SignInRefused, TooFast) as error:
        return sign_in_form(request, there, error, account)
    response = RedirectResponse(there, 303, PRIVATE)
    begin_session(request, response, secret)
    return response


def sign_in_form(
    request: Request, there: str, error: Exception | None = None, account: str = "", field: str = "account",
    out: bool = False,
) -> Response:  # fmt: skip
    """The form to sign in with, and why nobody was signed in before; `field` is what that is said of."""
    status, headers, errors = 200, dict(PRIVATE), {}
    if error is not None:
        wait: int | None = getattr(error, "retry_after", None)
        status = 429 if wait else 403
        headers |= {"Retry-After": str(wait)} if wait else {}
        errors = {field: capital(str(error))}
        log.told("sign-in refused", status=status, address=address_of(request), why=str(error))
    return page(
        request, "sign-in.html", status, headers, there=there, account=account, errors=Said(errors),
        elsewhere=request.app.state.openid is not None, out=out, **_ways(request),
    )  # fmt: skip


def _ways(request: Request) -> dict[str, Any]:
    """What the pages say of how one can sign in: whether anybody has a password, and whether this is the demo."""
    ledger: Ledger = request.app.state.ledger
    return {"passwords": ledger.access.has_passwords(), "demo": is_demonstration(ledger.access)}


@signing_in.get("/sign-in/once", name="sign in once")
def once_page(request: Request, key: Annotated[str, Query(max_length=200)] = "") -> Response:
    """One button: what only looks at a link, such as a mail scanner, does not use it up."""
    return page(request, "once.html", 200, PRIVATE, key=key, error=None, **_ways(request))


@signing_in.post("/sign-in/once", name="send sign in once")
def sign_in_once(request: Request, sent: Sent) -> Response:
    """Sign in with a link, which is used up by it."""
    only_known(sent, ("key",))
    ledger: Ledger = request.app.state.ledger
    try:
        with sign_in_no_faster(request):
            secret = ledger.access.use_link(sent.get("key", ""), clock.now(), address_of(request))
    except (SignInRefused, TooFast) as error:
        log.told("sign-in refused", status=403, address=address_of(request), why=str(error))
        status, headers = (429, {"Retry-After": str(error.retry_after)}) if error.retry_after else (403, {})
        return page(request, "once.html", status, PRIVATE | headers, key=None, error=str(error), **_ways(request))
    response = RedirectResponse("/plans", 303, PRIVATE)
    begin_session(request, response, secret)
    return response


async def of_own_form(request: Request) -> None:
    """Raises Forged where another site has the browser sign out, or set a password."""
    try:
        await carries_its_token(request, caller_of(request))
    except SignInNeeded:
        return  # the session is over already


@signing_out.post("/sign-out", name="sign out", dependencies=[Depends(of_own_form)])
def sign_out(request: Request, sent: Sent) -> Response:
    """End the session; the browser also forgets what it kept of the pages read in it."""
    only_known(sent, ())
    cleared = {"Clear-Site-Data": '"cache"'} if request.app.state.https else {}
    response = RedirectResponse("/sign-in?done=out", 303, PRIVATE | cleared)
    end_session(request, response)
    return response
