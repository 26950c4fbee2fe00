"""The cookie of a session, which no script can read."""

from fastapi import Request, Response

from api import clock, log
from api.http.access.callers import access_of, cookie_name
from api.http.access.rate_limits import address_of


def begin_session(request: Request, response: Response, secret: str) -> None:
    """Set the cookie of a session that has just begun, and end the browser's former session."""
    sessions, now = access_of(request).sessions, clock.now()
    if former := request.cookies.get(cookie_name(request.app)):
        sessions.end(former, now)
    session = sessions.find(secret, now)
    if session is None:
        return  # ended in the meantime
    log.told("signed in", by=session.principal.name, address=address_of(request))
    response.set_cookie(
        cookie_name(request.app), secret, max_age=int((session.expires_at - now).total_seconds()), path="/",
        secure=request.app.state.https, httponly=True, samesite="lax",
    )  # fmt: skip


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
