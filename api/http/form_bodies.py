"""Reading the body of a sent form."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.http.access.browser_sessions import FIELD
from api.http.bodies import FORM, body_up_to, largest, media_type
from api.http.request_refusals import RequestCode, Unreadable

_MOST_FIELDS = 60
#: A longer form, in bytes, is parsed in a thread, because that may take a second.
_LONG = 64 * 1024


async def sent_form(request: Request) -> dict[str, str]:
    """The fields of a form by name, with LF as the line end.

    The form token, which was checked earlier, is left out.

    Raises:
        Unreadable: it is no form (415), too large (413), not in UTF-8, or has a duplicate field (422).
    """
    media = media_type(request)
    if media != FORM:
        kind = media[:100] or "of no stated kind"
        raise Unreadable(RequestCode.WRONG_MEDIA_TYPE, "", f"the body is {kind}; a form sends {FORM}")
    body = await body_up_to(request, *largest(request.url.path, media))
    return await run_in_threadpool(_fields, body) if len(body) > _LONG else _fields(body)


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), True, bool(body), encoding="utf-8", errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise Unreadable(
            RequestCode.NOT_A_FORM, "", "this is not what a form sends, in UTF-8; nothing was recorded"
        ) from None
    typed = {name: value.replace("\r\n", "\n").replace("\r", "\n") for name, value in pairs}
    if len(typed) < len(pairs):
        raise Unreadable(RequestCode.NOT_A_FORM, "", "a field stands twice in what was sent; nothing was recorded")
    typed.pop(FIELD, None)
    return typed


def only_known(typed: Iterable[str], known: Iterable[str]) -> None:
    """Raises Unreadable if a field is sent that the form does not have."""
    if unknown := sorted(set(typed) - set(known)):
        raise Unreadable(RequestCode.NOT_A_FORM, "", f"the form has no field {unknown[0][:60]!r}; nothing was recorded")
