"""Signing in by the organisation's own sign-in: there, and back again."""

from datetime import timedelta

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api import clock, log
from api.http.access.address_roles import needs
from api.http.access.openid_client import Begun, Identity, NotVouchedFor, OpenId
from api.http.access.rate_limits import address_of, sign_in_no_faster
from api.http.access.session_cookies import begin_session
from api.http.request_refusals import TooFast
from api.pages.places import own_place
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.sign_in_pages import PRIVATE, Next, sign_in_form
from domain.ledger.access import SignInRefused
from domain.ledger.ledger import Ledger

openid = page_routes("nobody")
#: A provider may bring back more than it was asked for, so nothing that stands in that address is refused.
openid_back = APIRouter(dependencies=[Depends(needs("nobody"))], include_in_schema=False)

#: How long a sign-in may be on its way; people look for their telephones.
_ON_ITS_WAY = timedelta(minutes=15)


@openid.get("/sign-in/openid", name="sign in elsewhere")
def there(request: Request, next_: Next = "") -> Response:
    """Go to the organisation's own sign-in."""
    provider, place = _provider(request), own_place(next_)
    try:
        with sign_in_no_faster(request):
            begun = provider.begin(_back(request))
    except (NotVouchedFor, TooFast) as error:
        return sign_in_form(request, place, error, field="")
    response = RedirectResponse(begun.address, 303, PRIVATE)
    kept = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": place}
    response.set_cookie(
        _cookie(request.app), provider.seal.sealed(kept, clock.now(), _ON_ITS_WAY),
        max_age=int(_ON_ITS_WAY.total_seconds()), path="/", secure=request.app.state.https, httponly=True,
        samesite="lax",
    )  # fmt: skip
    return response


@openid_back.get("/sign-in/openid/back", name="signed in elsewhere")
def back(request: Request) -> Response:
    """Come back from it, with who the provider says has signed in."""
    provider, ledger = _provider(request), request.app.state.ledger
    kept = provider.seal.opened(request.cookies.get(_cookie(request.app), ""), clock.now())
    place = own_place(kept.get("next", ""))
    begun = Begun("", *(kept.get(name, "") for name in ("state", "nonce", "verifier")))
    try:
        if not (begun.state and begun.nonce and begun.verifier):
            raise NotVouchedFor("this browser has begun no sign-in, or too long ago; begin again")
        with sign_in_no_faster(request, "sign-in brought back"):
            identity = provider.finish(begun, _back(request), dict(request.query_params))
    except TooFast as error:
        return sign_in_form(request, place, error, field="")
    except NotVouchedFor as error:
        return _forgotten(request, sign_in_form(request, place, error, field=""))
    return _forgotten(request, _signed_in(request, ledger, identity, place))


def _signed_in(request: Request, ledger: Ledger, identity: Identity, place: str) -> Response:
    try:
        secret = ledger.access.sign_in_by_identity(
            identity.issuer, identity.subject, clock.now(), address_of(request)
        )  # fmt: skip
    except SignInRefused as error:
        log.told("sign-in refused", status=403, address=address_of(request), why=str(error))
        return page(request, "unlinked.html", 403, PRIVATE, identity=identity, error=str(error))
    response = RedirectResponse(place, 303, PRIVATE)
    begin_session(request, response, secret)
    return response


def _forgotten(request: Request, response: Response) -> Response:
    """A sign-in on its way comes back once."""
    app = request.app
    response.delete_cookie(_cookie(app), path="/", secure=app.state.https, httponly=True, samesite="lax")
    return response


def _provider(request: Request) -> OpenId:
    provider: OpenId | None = request.app.state.openid
    if provider is None:
        raise HTTPException(404)
    return provider


def _back(request: Request) -> str:
    """The address to come back to, which the provider knows."""
    root = request.app.state.url or f"http://{request.headers['host']}"
    return f"{root}/sign-in/openid/back"


def _cookie(app: FastAPI) -> str:
    return "__Host-asat-openid" if app.state.https else "asat-openid"
