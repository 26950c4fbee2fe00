"""Browser sessions: the cookie, which scripts cannot read, and the cross-site request forgery token of forms."""

import hmac
import re

from fastapi import Request, Response

from api import clock, log
from api.http.access.callers import Caller, access_of, cookie_name
from api.http.access.rate_limits import address_of
from api.http.bodies import FORM, media_type
from api.http.request_refusals import Forged

#: Name of the token's form field, and of its header, for scripts.
FIELD, HEADER = "csrf", "x-asat-csrf"
#: The field in the body as browsers send it: no character of a token needs escaping.
_FIELD = re.compile(rb"(?:^|&)csrf=([A-Za-z0-9_-]{0,200})(?:&|$)")


def begin_session(request: Request, response: Response, secret: str) -> None:
    """Set the cookie of a new session, and end the browser's previous session."""
    sessions, now = access_of(request).sessions, clock.now()
    if former := request.cookies.get(cookie_name(request.app)):
        sessions.end(former, now)
    session = sessions.find(secret, now)
    if session is None:
        return  # ended in the meantime
    log.told("signed in", by=session.principal.name, address=address_of(request))
    response.set_cookie(
        cookie_name(request.app),
        secret,
        max_age=int((session.expires_at - now).total_seconds()),
        path="/",
        secure=request.app.state.https,
        httponly=True,
        samesite="lax",
    )


def end_session(request: Request, response: Response) -> None:
    """End the session of a browser, in the ledger and in the browser."""
    if secret := request.cookies.get(cookie_name(request.app)):
        access_of(request).sessions.end(secret, clock.now())
        log.told("signed out", address=address_of(request))
    forget(request, response)


def forget(request: Request, response: Response) -> None:
    """Delete the cookie of a session."""
    app = request.app
    response.delete_cookie(cookie_name(app), path="/", secure=app.state.https, httponly=True, samesite="lax")


async def carries_its_token(request: Request, caller: Caller) -> None:
    """Raises Forged if a request with a session lacks its token; no browser sends a bearer token by itself."""
    if caller.session is None:
        return
    sent = request.headers.get(HEADER) or ""
    if not sent and media_type(request) == FORM and (found := _FIELD.search(await request.body())):
        sent = found[1].decode()
    if not hmac.compare_digest(sent.encode(), caller.session.csrf.encode()):
        raise Forged("this form was opened before you signed in, or on another site; nothing was done: open it anew")


def is_of_a_page_here(request: Request) -> bool:
    """Whether the browser says that a page of this site sent it; other sites were refused before (`hosts`)."""
    return "origin" in request.headers or request.headers.get("sec-fetch-site") == "same-origin"
