"""Reading what is sent: the body of a request, the events or claims in it, and the name of who sends it."""

import json
from typing import Any

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from api import clock
from api.http.problems import FieldProblem, Unreadable
from domain.envelopes import NotAnEvent, Proposal, read_proposal
from domain.rules import Refused
from domain.texts import Line, Slug

#: Largest request body, in bytes: some 100,000 events.
LARGEST_BODY = 32 * 1024 * 1024

_AUTHOR = TypeAdapter(Line)
_SLUG = TypeAdapter(Slug)


async def read_body(request: Request) -> bytes:
    """The body of a request, which must say that it is JSON and be of a size that can be worked on.

    Raises:
        Unreadable: it is too large (413), or something else than JSON (415).
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise Unreadable(f"the body is {media or 'of no stated kind'}; send application/json", status=415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Unreadable(f"the body is larger than {LARGEST_BODY} bytes; send it in parts", status=413)
    return bytes(body)


def read_json(body: bytes) -> Any:
    """The JSON that the body is; a field that stands twice in an object is refused, as only one could be kept.

    Raises:
        Unreadable: it is not JSON.
    """
    try:
        return json.loads(
            body.decode(), parse_float=_number, parse_constant=_no_constant, object_pairs_hook=_no_twice
        )  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the body is not JSON ({error}); nothing was recorded") from None


def _number(text: str) -> float | int:
    """JSON has one kind of number: 3.0 is the whole number 3."""
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twice[:100]!r} stands twice in one object")
    return fields


def read_proposals(data: Any, plan: str) -> list[Proposal]:
    """Every proposed event, in order.

    Raises:
        Unreadable: something is no event; every problem with any of them is named.
        Refused: each is an event by itself, and one contradicts itself or its address.
    """
    today, proposals = clock.today(), []
    problems: list[FieldProblem] = []
    refused: list[Refused] = []
    for index, one in enumerate(data if isinstance(data, list) else [data]):
        if other := _other_plan(one, plan):
            refused.append(Refused(f"the event is for plan {other}, its address for plan {plan}", index))
            continue
        try:
            proposals.append(read_proposal(one, today, plan))
        except NotAnEvent as error:
            if _contradicts_itself(error):
                refused.append(Refused(str(error), index))
                continue
            problems += [{"field": name, "detail": sentence, "index": index} for name, sentence in error.problems]
    if problems:
        sentences = (f"event {one['index'] + 1}, {one['field'] or 'itself'}: {one['detail']}" for one in problems[:5])
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise Unreadable("; ".join(sentences) + more + "; nothing was recorded", problems[:100])
    if refused:
        raise refused[0]
    if not proposals:
        raise Unreadable("the list holds no event; nothing was recorded")
    return proposals


def _other_plan(proposed: Any, plan: str) -> str | None:
    """The plan that the event itself names, where it is another than that of the address."""
    named = proposed.get("plan") if isinstance(proposed, dict) else None
    if named is None or named == plan:
        return None
    try:
        return _SLUG.validate_python(named)
    except ValidationError:
        return None


def _contradicts_itself(error: NotAnEvent) -> bool:
    """Whether every field is as it should be, and only two of them do not go together.

    The description of the API cannot say such rules (days in order, codes distinct), so they are refused like the other
    rules: 409 and not 422.
    """
    cause = error.__cause__
    if not isinstance(cause, ValidationError) or cause.title not in {
        "InspectionReported",
        "PlanOpened",
        "ScaleAdopted",
    }:
        return False
    return all(detail["type"] == "value_error" and detail["loc"] in ((), ("scale",)) for detail in cause.errors())


def read_author(header: str | None, otherwise: str) -> str:
    """Who records; raises Unreadable where the header holds no name."""
    if header is None:
        return otherwise
    try:
        # Headers arrive as Latin-1; names are sent in UTF-8.
        return _AUTHOR.validate_python(header.encode("latin-1").decode("utf-8").strip())
    except (ValidationError, UnicodeError):
        raise Unreadable(
            "X-Recorded-By is empty, too long or holds a character that a name cannot have: say who records, in UTF-8",
            [{"field": "X-Recorded-By", "detail": "say who records, in UTF-8"}],
        ) from None


def read_expected(header: str | None) -> int | None:
    """The version that If-Match names; raises Unreadable where it names none."""
    if header is None:
        return None
    version = header[1:-1]
    if header != f'"{version}"' or not version.isascii() or not version.isdigit() or len(version) > 18:
        raise Unreadable(
            f'If-Match {header[:40]} is not a version: send it as "212", with its quotation marks',
            [{"field": "If-Match", "detail": 'write the version as "212", with its quotation marks'}],
        )
    return int(version)
