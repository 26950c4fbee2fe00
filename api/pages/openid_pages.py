"""Signing in by OpenID Connect: the redirect to the provider, and the redirect back."""

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api import clock
from api.http.access.address_roles import needs
from api.http.access.callers import access_of
from api.http.access.openid_client import ON_ITS_WAY, NotVouchedFor, OpenId
from api.http.access.rate_limits import address_of, sign_in_no_faster
from api.http.request_refusals import TooFast
from api.pages.places import own_place
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.sign_in_pages import PRIVATE, Next, log_refusal, sign_in_form, signed_in
from domain.access.access_errors import SignInFailed

openid = page_routes("nobody")
#: It accepts unknown parameters, because a provider may add its own.
openid_back = APIRouter(dependencies=[Depends(needs("nobody"))], include_in_schema=False)


@openid.get("/sign-in/openid", name="sign in elsewhere")
def there(request: Request, next_: Next = "") -> Response:
    """Go to the organisation's own sign-in."""
    provider, place = _provider(request), own_place(next_)
    try:
        with sign_in_no_faster(request):
            address, begun = provider.begin(_back(request), place)
    except (NotVouchedFor, TooFast) as error:
        return sign_in_form(request, place, error, field="")
    response = RedirectResponse(address, 303, PRIVATE)
    response.set_cookie(
        _cookie(request.app),
        provider.cookie(begun, clock.now()),
        max_age=int(ON_ITS_WAY.total_seconds()),
        path="/",
        secure=request.app.state.https,
        httponly=True,
        samesite="lax",
    )
    return response


@openid_back.get("/sign-in/openid/back", name="signed in elsewhere")
def back(request: Request) -> Response:
    """Come back, with the account that the provider vouches for."""
    provider = _provider(request)
    begun = provider.read_cookie(request.cookies.get(_cookie(request.app), ""), clock.now())
    place = own_place(begun.next if begun else "")
    try:
        if begun is None:
            raise NotVouchedFor("this browser has begun no sign-in, or too long ago; begin again")
        with sign_in_no_faster(request, "sign-in brought back"):
            subject = provider.finish(begun, _back(request), dict(request.query_params))
    except TooFast as error:
        return sign_in_form(request, place, error, field="")
    except NotVouchedFor as error:
        return _forgotten(request, sign_in_form(request, place, error, field=""))
    try:
        identities = access_of(request).identities
        secret = identities.sign_in(provider.issuer, subject, clock.now(), address_of(request))
    except SignInFailed as error:
        status, headers = log_refusal(request, error)
        shown = page(request, "unlinked.html", status, headers, issuer=provider.issuer, subject=subject)
        return _forgotten(request, shown)
    return _forgotten(request, signed_in(request, secret, place))


def _forgotten(request: Request, response: Response) -> Response:
    """The response, which also deletes the cookie: each sign-in comes back once."""
    app = request.app
    response.delete_cookie(_cookie(app), path="/", secure=app.state.https, httponly=True, samesite="lax")
    return response


def _provider(request: Request) -> OpenId:
    provider: OpenId | None = request.app.state.openid
    if provider is None:
        raise HTTPException(404)
    return provider


def _back(request: Request) -> str:
    """The redirect address, as registered with the provider."""
    root = request.app.state.url or f"http://{request.headers['host']}"
    return f"{root}/sign-in/openid/back"


def _cookie(app: FastAPI) -> str:
    return "__Host-asat-openid" if app.state.https else "asat-openid"
