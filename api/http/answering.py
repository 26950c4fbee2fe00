"""An answer as an HTTP response: at fixed points it may be cached; any other answer is revalidated."""

import gzip
import hashlib
import re
from collections.abc import Mapping
from contextlib import ExitStack
from importlib.metadata import version
from itertools import chain
from operator import itemgetter
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request, Response

from api.formats import FORMATS, render
from api.http.access.callers import known_caller
from api.http.problem_documents import documented
from api.questions.asker import Answer, Fixed
from api.questions.question_registry import QUESTIONS
from api.waiting import PATIENCE, one_of, waiting_at_most
from domain.edition import EDITION

#: An answer at fixed points is not changed by later events; any other may change and is revalidated. One exception:
#: after a redaction, a browser may still show its cached copy for up to an hour.
KEPT = "private, max-age=3600, immutable"

_REVALIDATED = {"Cache-Control": "private, no-cache"}

#: Concurrent files for unknown callers: each takes processor time, and a large one memory.
_OF_UNKNOWN_AT_ONCE = BoundedSemaphore(4)

#: The release of this program, which is part of each ETag.
RELEASE = version("asat")

#: Bodies of at least this size, in bytes, are compressed for clients that accept it.
_WORTH_COMPRESSING = 1000
#: Media types that are compressed already.
_COMPRESSED = {form.media_type for form in FORMATS.values() if form.binary}
#: A paper as a web page runs nothing, loads nothing and cannot be framed, wherever it is opened.
_STILL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)


def respond(request: Request, answer: Answer[Any], form: str) -> Response:
    """The answer in a format, or 304 if the client has it already; then nothing is computed or rendered."""
    headers = {"Cache-Control": KEPT if answer.immutable else "private, no-cache"}
    asked: Fixed = {name: request.query_params.getlist(name) for name in request.query_params}
    if answer.fixed:
        headers["Content-Location"] = _address(request, {**asked, **answer.fixed})
    tag = tag_of(request, form, answer.state) if answer.state and request.method in ("GET", "HEAD") else None
    if tag is not None and (known := already_held(request, tag, headers)):
        return known
    if QUESTIONS[answer.question].is_paged and answer.document["next"] is not None:
        headers["Link"] = f'<{_address(request, {**asked, "after": str(answer.document["next"])})}>; rel="next"'
    if form != "json":
        headers["Content-Disposition"] = f'inline; filename="{_file_name(answer)}{FORMATS[form].suffix}"'
    if form == "html":
        headers["Content-Security-Policy"] = _STILL
    with ExitStack() as places:
        places.enter_context(waiting_at_most(PATIENCE))
        caller = known_caller(request)
        if FORMATS[form].binary and (caller is None or caller.way == "anyone"):
            places.enter_context(one_of(_OF_UNKNOWN_AT_ONCE, "papers"))
        body = render(answer.question, form, answer.document)
    return send(request, body, FORMATS[form].media_type, headers, tag)


def tag_of(request: Request, form: str, state: str) -> str:
    """The ETag of what answers a request in a format, worked out before it is made.

    It is a digest of the address, the format, the state behind the answer, the edition and the release: at one
    address the same tag means the same bytes.
    """
    given = sorted(request.query_params.multi_items(), key=itemgetter(0))  # the order of several points counts
    asked = [request.url.path, *(f"{name}={value}" for name, value in given)]
    return _digest("\n".join([RELEASE, str(EDITION), form, *asked, state]).encode())


def send(request: Request, body: bytes, media_type: str, headers: dict[str, str], tag: str | None = None) -> Response:
    """The body as a response, compressed if the client accepts that; 304 if the client has it already.

    `tag` is the ETag; by default it is a digest of the body.
    """
    tag = tag or _digest(body)
    if known := already_held(request, tag, headers):
        return known
    # Browsers must not guess another media type from the content.
    headers = {**headers, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if len(body) >= _WORTH_COMPRESSING and media_type not in _COMPRESSED and _takes_gzip(request):
        # A strong ETag must differ for other bytes. Without a time stamp, gzip gives the same bytes each time.
        tag, body = f"{tag}-gzip", gzip.compress(body, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    headers["ETag"] = f'"{tag}"'
    if _takes_any(request):
        return _not_modified(
            {name: value for name, value in headers.items() if name != "Content-Encoding"}, headers["ETag"]
        )
    return Response(body, headers=headers, media_type=media_type)


def already_held(request: Request, tag: str, headers: Mapping[str, str] = _REVALIDATED) -> Response | None:
    """The 304 for a client that holds this tag, plain or compressed; None for any other."""
    held = _held(request, tag)
    return None if held is None else _not_modified(headers, held)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _held(request: Request, tag: str) -> str | None:
    """The matching tag that the client sent, plain or compressed; None if none matches."""
    known = [held.strip().removeprefix("W/") for held in request.headers.get("if-none-match", "").split(",")]
    return next((one for one in (f'"{tag}"', f'"{tag}-gzip"') if one in known), None)


def _takes_any(request: Request) -> bool:
    """Whether the client sent `If-None-Match: *`, which any answer matches."""
    return "*" in [held.strip() for held in request.headers.get("if-none-match", "").split(",")]


def _not_modified(headers: Mapping[str, str], tag: str) -> Response:
    same = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff", "ETag": tag}
    return Response(status_code=304, headers={**headers, **same})


def _file_name(answer: Answer[Any]) -> str:
    """The file name of an answer, with its points: `sunderland-paper-2019-05-31-v282`."""
    document = answer.document
    named = [document["plan"], answer.question] if "plan" in document else [answer.question]
    if named_by := QUESTIONS[answer.question].named_by:
        named.append(named_by(document))
    elif "up_to" in answer.fixed:
        named.append(f"v{answer.fixed['up_to']}")
    points = [said for name, said in answer.fixed.items() if name != "up_to"]
    # Many points would make a long name: the first and the last tell enough.
    ends = chain.from_iterable(
        [said] if isinstance(said, str) else dict.fromkeys((said[0], said[-1])) for said in points
    )
    named += [said.replace("@", "-v") for said in ends]
    written = (re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.") for name in named)
    return "-".join(filter(None, written))


def _takes_gzip(request: Request) -> bool:
    for offered in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, quality = offered.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return quality.strip("0.") != "" if quality else True
    return False


def _address(request: Request, query: Fixed) -> str:
    return f"{quote(request.url.path)}?{urlencode(query, doseq=True)}"


def described_answers(document: Any, form: str, of_a_plan: bool) -> dict[int | str, dict[str, Any]]:
    """The responses of a question, for the OpenAPI description."""
    ok: dict[str, Any] = {"description": "The answer.", "headers": _HEADERS}
    if form == "json":
        ok["model"] = document
    else:
        schema = {"type": "string", "format": "binary"} if FORMATS[form].binary else {"type": "string"}
        ok["content"] = {FORMATS[form].media_type: {"schema": schema}}
    unanswered = "The question cannot be read"
    unanswered += ", or its answer is too long for this form." if form == "pdf" else "."
    unmade = "The database cannot be reached"
    unmade += ", or too many papers are being made just now." if form == "pdf" else "."
    plan_errors = {404: "The plan, or the point, is not known."} if of_a_plan else {}
    return {
        200: ok,
        304: {"description": "You have it already, says its If-None-Match.", "headers": _HEADERS},
        **documented(plan_errors | {422: unanswered, 503: unmade}),
    }


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


_HEADERS = {
    "ETag": _header("Strong: the same bytes, the same tag."),
    "Cache-Control": _header(
        "`immutable` where the address names the record number, as in `2019-05-31@212` or `up_to=212`."
    ),
}
