"""Reading what a form sends: the fields by name, as they were typed."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from fastapi import Request

from api.http.access.form_tokens import FIELD
from api.http.bodies import body_up_to
from api.http.problems import Unreadable

#: Largest form sent, in bytes: every text field filled with the longest text there can be, in any script.
LARGEST_FORM = 2 * 1024 * 1024
#: Largest form sent by somebody who is not known, in bytes: a name, the longest password and a place to come to.
LARGEST_SIGN_IN = 64 * 1024
_MOST_FIELDS = 60
_MEDIA = "application/x-www-form-urlencoded"


async def sent_form(request: Request) -> dict[str, str]:
    """The fields of a form by name, as `read_form` gives them."""
    return await read_form(request, LARGEST_FORM, "nothing was recorded")


async def sent_sign_in(request: Request) -> dict[str, str]:
    """The fields of a form that anyone may send: looking at it is work for a stranger, so it is short."""
    return await read_form(request, LARGEST_SIGN_IN, "nobody was signed in")


async def read_form(request: Request, most: int, outcome: str) -> dict[str, str]:
    """The fields of a form by name; the line ends of browsers become those of the record.

    Args:
        request: the request.
        most: how many bytes the form may have.
        outcome: what did not come of a form that cannot be read.

    The token that a form carries was looked at before anything else was done, and is left out.

    Raises:
        Unreadable: it is no form (415), too large (413), not in UTF-8, or says a field twice (422).
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != _MEDIA:
        raise Unreadable(f"the body is {media[:100] or 'of no stated kind'}; a form sends {_MEDIA}", status=415)
    body = await body_up_to(request, most, f"what was typed is larger than {most} bytes; {outcome}")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), True, bool(body), encoding="utf-8", errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise Unreadable(f"this is not what a form sends, in UTF-8; {outcome}") from None
    typed = {name: value.replace("\r\n", "\n").replace("\r", "\n") for name, value in pairs}
    if len(typed) < len(pairs):
        raise Unreadable(f"a field stands twice in what was sent; {outcome}")
    typed.pop(FIELD, None)
    return typed


def only_known(typed: Iterable[str], known: Iterable[str]) -> None:
    """Raises Unreadable where something was sent that the form does not ask for."""
    if unknown := sorted(set(typed) - set(known)):
        raise Unreadable(f"the form has no field {unknown[0][:60]!r}; nothing was recorded")
