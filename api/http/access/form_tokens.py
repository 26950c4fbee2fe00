"""The cross-site request forgery token of every form, derived from the session."""

import hmac
import re

from fastapi import Request

from api.http.access.callers import Caller
from api.http.bodies import FORM, media_type
from api.http.request_refusals import Forged

#: The field of a form, and the header of a script.
FIELD, HEADER = "csrf", "x-asat-csrf"
#: In a form as browsers send it: nothing in a token is escaped.
_FIELD = re.compile(rb"(?:^|&)csrf=([A-Za-z0-9_-]{0,200})(?:&|$)")


async def carries_its_token(request: Request, caller: Caller) -> None:
    """Raises Forged where a request with a session lacks its token; no browser sends a bearer token by itself."""
    if caller.session is None:
        return
    sent = request.headers.get(HEADER) or await _in_form(request)
    if not hmac.compare_digest(sent.encode(), caller.session.csrf.encode()):
        raise Forged("this form was opened before you signed in, or on another site; nothing was done: open it anew")


def is_of_a_page_here(request: Request) -> bool:
    """Whether a browser says that a page of this site sent it; another site's was refused before (`hosts`)."""
    return "origin" in request.headers or request.headers.get("sec-fetch-site") == "same-origin"


async def _in_form(request: Request) -> str:
    """The token in the body, which starlette keeps to be read again."""
    if media_type(request) != FORM:
        return ""
    found = _FIELD.search(await request.body())
    return found[1].decode() if found else ""
