"""Reading requests: the body, the events in it, and the author's name."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from os import SEEK_END
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import IO

from fastapi import Request

from api import log
from api.http.request_refusals import FieldProblem, RequestCode, Unreadable
from api.http.whole_numbers import is_whole
from api.settings import NO_AUTHOR, author
from api.waiting import PATIENCE, NoPlace, one_of, waiting_at_most
from domain.envelopes import Proposal, read_proposal
from domain.refusals import NotAnEvent
from domain.strict_json import NotJson, read_json

#: The largest request body, in bytes: some 100,000 events.
LARGEST_BODY = 32 * 1024 * 1024
#: The largest form, in bytes: every text field filled with the longest text allowed, in any script.
LARGEST_FORM = 2 * 1024 * 1024
#: The largest form of a sign-in, in bytes, which anybody may send: a name and three passwords of full length.
LARGEST_SIGN_IN = 64 * 1024
#: The largest audit, in bytes: ten thousand claims of hundreds of bytes each; and that of an unknown caller.
LARGEST_AUDIT, LARGEST_UNKNOWN_AUDIT = 4 * 1024 * 1024, 1024 * 1024

#: The media type of a form.
FORM = "application/x-www-form-urlencoded"
_AROUND_SIGN_IN = ("/sign-in", "/sign-out", "/password")
#: A body up to this size, in bytes, is received in memory, a larger one in an unnamed temporary file.
_IN_MEMORY = 256 * 1024
#: From this size on, in bytes, few bodies are processed at once: each takes many times its size in memory.
_LARGE = 1024 * 1024
_LARGE_AT_ONCE = BoundedSemaphore(2)
#: The most problems counted in a body; reading stops there, because more could take minutes.
_MOST_PROBLEMS = 10_000


def largest(path: str, media: str) -> tuple[int, str]:
    """The largest body that a path accepts, in bytes, and the message for a larger one."""
    if media != FORM:
        return LARGEST_BODY, f"the body is larger than {LARGEST_BODY} bytes; send it in parts"
    most = min(LARGEST_BODY, LARGEST_SIGN_IN if path.startswith(_AROUND_SIGN_IN) else LARGEST_FORM)
    return most, f"what was typed is larger than {most} bytes; nothing was recorded"


def media_type(request: Request) -> str:
    """The media type of a request's body, without parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def body_up_to(request: Request, most: int, otherwise: str) -> bytes:
    """Read the body of a request, up to a limit.

    Args:
        most: the limit, in bytes.
        otherwise: the message for a longer body.

    Raises:
        Unreadable: the body is longer (413).
    """
    with await _received(request, most, otherwise) as body:
        return body.read()


def _is_plain(request: Request) -> None:
    """Raises Unreadable (415) if a body is declared as compressed, or not as UTF-8."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise Unreadable(
            RequestCode.WRONG_MEDIA_TYPE, "", "the body is compressed; send it as it is, without Content-Encoding"
        )
    _, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.strip() == "charset" and value.strip(" \"'") not in ("utf-8", "utf8", "us-ascii"):
            raise Unreadable(RequestCode.WRONG_MEDIA_TYPE, "", "the body is not in UTF-8; send it in UTF-8")


async def _received(request: Request, most: int, otherwise: str) -> IO[bytes]:
    _is_plain(request)
    if _said_length(request) > most:
        raise Unreadable(RequestCode.TOO_LARGE, "", otherwise)
    body: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - whoever asks for it closes it
    try:
        seen = 0
        async for chunk in request.stream():
            seen += len(chunk)
            if seen > most:
                raise Unreadable(RequestCode.TOO_LARGE, "", otherwise)
            body.write(chunk)
        body.seek(0)
    except OSError as error:  # the disk of the temporary file is full
        body.close()
        log.told("body not kept", why=str(error))
        raise NoPlace("large bodies") from error
    except BaseException:
        body.close()
        raise
    return body


def _said_length(request: Request) -> int:
    said = request.headers.get("content-length", "")
    return int(said) if is_whole(said) else 0


async def received_json(request: Request, most: int = LARGEST_BODY) -> IO[bytes]:
    """Receive a JSON body as a file, which the caller reads and closes.

    Large bodies are not kept in memory while they arrive, however many there are.

    Args:
        most: the limit, in bytes.

    Raises:
        Unreadable: it is longer (413), or not declared as JSON (415).
        NoPlace: the disk of the temporary file is full (503).
    """
    media = media_type(request)
    if media != "application/json" and not media.endswith("+json"):
        kind = media[:100] or "of no stated kind"
        raise Unreadable(RequestCode.WRONG_MEDIA_TYPE, "", f"the body is {kind}; send application/json")
    most = min(most, LARGEST_BODY)
    return await _received(request, most, f"the body is larger than {most} bytes; send it in parts")


@contextmanager
def whole_body(body: IO[bytes]) -> Iterator[bytes]:
    """The whole body, while it is processed; large bodies wait for one of few slots.

    Raises:
        NoPlace: too many large bodies are being processed (503).
    """
    body.seek(0, SEEK_END)
    size = body.tell()
    body.seek(0)
    if size <= _LARGE:
        yield body.read()
        return
    with waiting_at_most(PATIENCE), one_of(_LARGE_AT_ONCE, "large bodies"):
        yield body.read()


def read_proposals(body: bytes, plan: str, today: date) -> list[Proposal]:
    """The proposed events of a body, in order; `today` is the default day.

    Raises:
        Unreadable: it is not JSON, or not only valid events of this plan; every problem is named.
    """
    try:
        data = read_json(body)
    except NotJson as error:
        raise Unreadable(RequestCode.NOT_JSON, "", f"{error}; nothing was recorded") from None
    proposals: list[Proposal] = []
    problems: list[FieldProblem] = []
    for index, one in enumerate(data if isinstance(data, list) else [data]):
        if len(problems) > _MOST_PROBLEMS:
            break
        try:
            proposals.append(read_proposal(one, today, plan))
        except NotAnEvent as error:
            problems += [
                {"field": name, "detail": sentence, "code": code, "index": index}
                for code, name, sentence in error.problems
            ]
    if problems:
        of = f" of {len(data)}" if isinstance(data, list) and len(data) > 1 else ""
        told = ((f"event {one['index'] + 1}{of}, {one['field'] or 'itself'}", one["detail"]) for one in problems[:5])
        sentences = (f"{which}: {detail}" for which, detail in told)
        least = "more than " if len(problems) > _MOST_PROBLEMS else ""
        more = f"; and {least}{len(problems) - 5} more" if len(problems) > 5 else ""
        raise Unreadable(
            RequestCode.NOT_AN_EVENT, "", "; ".join(sentences) + more + "; nothing was recorded", problems[:100]
        )
    if not proposals:
        raise Unreadable(RequestCode.NO_EVENT, "", "the list holds no event; nothing was recorded")
    return proposals


def read_author(header: str | None, otherwise: str) -> str:
    """The author that the header names, or the default; raises Unreadable for an invalid name."""
    if header is None:
        return otherwise
    try:
        # Headers are decoded as Latin-1; clients send names in UTF-8.
        return author(header.encode("latin-1").decode("utf-8"))
    except ValueError:
        raise Unreadable(
            RequestCode.NO_AUTHOR,
            "X-Recorded-By",
            f"X-Recorded-By {NO_AUTHOR}, in UTF-8",
            [{"field": "X-Recorded-By", "detail": f"{NO_AUTHOR}, in UTF-8", "code": RequestCode.NO_AUTHOR}],
        ) from None


def read_expected(header: str | None) -> int | None:
    """The version in If-Match; None without that header. Raises Unreadable if it is malformed."""
    if header is None:
        return None
    version = header[1:-1]
    if header != f'"{version}"' or not is_whole(version):
        detail = 'write the record number as "212", with its quotation marks'
        raise Unreadable(
            RequestCode.NOT_A_VERSION,
            "If-Match",
            f'If-Match {header[:40]} is not a record number: send it as "212", with its quotation marks',
            [{"field": "If-Match", "detail": detail, "code": RequestCode.NOT_A_VERSION}],
        )
    return int(version)
