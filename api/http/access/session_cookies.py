"""What a browser keeps of a sign-in: the cookie of the session, which no page can read, until it ends."""

from fastapi import Request, Response

from api import clock, log
from api.http.access.callers import cookie_name
from api.http.access.rate_limits import address_of
from domain.ledger.ledger import Ledger


def begin_session(request: Request, response: Response, secret: str) -> None:
    """Have the browser keep a session that has just begun; one that it kept before ends."""
    ledger: Ledger = request.app.state.ledger
    now = clock.now()
    if former := request.cookies.get(cookie_name(request.app)):
        ledger.access.sessions.end(former, now)
    session = ledger.access.sessions.find(secret, now)
    if session is None:
        return  # revoked between two breaths
    log.told("signed in", by=session.principal.name, address=address_of(request))
    response.set_cookie(
        cookie_name(request.app), secret, max_age=int((session.expires_at - now).total_seconds()), path="/",
        secure=request.app.state.https, httponly=True, samesite="lax",
    )  # fmt: skip


def end_session(request: Request, response: Response) -> None:
    """End the session that the browser keeps, in the ledger and in the browser."""
    ledger: Ledger = request.app.state.ledger
    if secret := request.cookies.get(cookie_name(request.app)):
        ledger.access.sessions.end(secret, clock.now())
        log.told("signed out", address=address_of(request))
    forget(request, response)


def forget(request: Request, response: Response) -> None:
    """Have the browser forget a session that is over."""
    app = request.app
    response.delete_cookie(cookie_name(app), path="/", secure=app.state.https, httponly=True, samesite="lax")
