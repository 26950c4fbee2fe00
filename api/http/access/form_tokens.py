"""The token that every form carries: what another site has a browser send cannot know it.

It is derived from the session, so nothing needs to be kept. A program that shows a bearer token needs none, as no
browser sends that by itself.
"""

import hmac
import re

from fastapi import Request

from api.http.access.callers import Caller
from api.http.bodies import FORM, media_type
from api.http.request_refusals import Forged

#: The field of a form that carries it, and the header for what a page sends otherwise.
FIELD, HEADER = "csrf", "x-asat-csrf"
#: It in a form as browsers send it; of itself it has nothing that would be escaped.
_FIELD = re.compile(rb"(?:^|&)csrf=([A-Za-z0-9_-]{0,200})(?:&|$)")


async def carries_its_token(request: Request, caller: Caller) -> None:
    """Raises Forged where a session is used to change something without its token."""
    if caller.session is None:
        return
    sent = request.headers.get(HEADER) or await _in_form(request)
    if not hmac.compare_digest(sent.encode(), caller.session.csrf.encode()):
        raise Forged("this form was opened before you signed in, or on another site; nothing was done: open it anew")


def is_of_a_page_here(request: Request) -> bool:
    """Whether a browser says that a page of this site sent it; what says that of another was refused before."""
    return "origin" in request.headers or request.headers.get("sec-fetch-site") == "same-origin"


async def _in_form(request: Request) -> str:
    """The token in a form; the body may be read again afterwards."""
    if media_type(request) != FORM:
        return ""
    found = _FIELD.search(await request.body())  # which is no longer than a form may be: see `bodies.largest`
    return found[1].decode() if found else ""
