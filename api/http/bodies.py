"""Reading what is sent: the body of a request, the events in it, and the name of who sends it."""

from datetime import date

from fastapi import Request

from api.http.problems import FieldProblem, Unreadable
from api.settings import NO_AUTHOR, author
from domain.envelopes import NotAnEvent, Proposal, read_proposal
from domain.strict_json import NotJson, read_json

#: Largest request body, in bytes: some 100,000 events.
LARGEST_BODY = 32 * 1024 * 1024
#: So many problems are counted; what has more is not read on, as that could take minutes.
_MOST_PROBLEMS = 10_000


async def body_up_to(request: Request, most: int, otherwise: str) -> bytes:
    """The body of a request, read no further than it may be long.

    Args:
        request: the request.
        most: how many bytes it may have.
        otherwise: what to say of a longer one.

    Raises:
        Unreadable: it is longer (413).
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Unreadable(otherwise, status=413)
    return bytes(body)


async def read_body(request: Request) -> bytes:
    """The body of a request, which must say that it is JSON and be of a size that can be worked on.

    Raises:
        Unreadable: it is too large (413), or something else than JSON (415).
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise Unreadable(f"the body is {media[:100] or 'of no stated kind'}; send application/json", status=415)
    return await body_up_to(request, LARGEST_BODY, f"the body is larger than {LARGEST_BODY} bytes; send it in parts")


def read_proposals(body: bytes, plan: str, today: date) -> list[Proposal]:
    """Every proposed event of a body, in order; `today` is the day of those that say none.

    Raises:
        Unreadable: it is not JSON, or something in it is no event of this plan; every problem with any is named.
    """
    try:
        data = read_json(body)
    except NotJson as error:
        raise Unreadable(f"{error}; nothing was recorded") from None
    proposals: list[Proposal] = []
    problems: list[FieldProblem] = []
    for index, one in enumerate(data if isinstance(data, list) else [data]):
        if len(problems) > _MOST_PROBLEMS:
            break
        try:
            proposals.append(read_proposal(one, today, plan))
        except NotAnEvent as error:
            problems += [{"field": name, "detail": sentence, "index": index} for name, sentence in error.problems]
    if problems:
        of = f" of {len(data)}" if isinstance(data, list) and len(data) > 1 else ""
        told = ((f"event {one['index'] + 1}{of}, {one['field'] or 'itself'}", one["detail"]) for one in problems[:5])
        sentences = (f"{which}: {detail}" for which, detail in told)
        least = "more than " if len(problems) > _MOST_PROBLEMS else ""
        more = f"; and {least}{len(problems) - 5} more" if len(problems) > 5 else ""
        raise Unreadable("; ".join(sentences) + more + "; nothing was recorded", problems[:100])
    if not proposals:
        raise Unreadable("the list holds no event; nothing was recorded")
    return proposals


def read_author(header: str | None, otherwise: str) -> str:
    """Who records; raises Unreadable where the header holds no name."""
    if header is None:
        return otherwise
    try:
        # Headers arrive as Latin-1; names are sent in UTF-8.
        return author(header.encode("latin-1").decode("utf-8"))
    except ValueError:
        raise Unreadable(
            f"X-Recorded-By {NO_AUTHOR}, in UTF-8",
            [{"field": "X-Recorded-By", "detail": f"{NO_AUTHOR}, in UTF-8"}],
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
