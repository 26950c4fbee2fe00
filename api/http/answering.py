"""An answer as an HTTP response: what names its basis may be kept a while, and everything can be asked for again."""

import gzip
import hashlib
import re
from contextlib import ExitStack
from importlib.metadata import version
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request, Response

from api.formats import FORMATS, render
from api.http.access.callers import known_caller
from api.http.problem_documents import documented
from api.questions.asker import Answer
from api.questions.question_registry import QUESTIONS
from api.waiting import PATIENCE, one_of, waiting_at_most
from domain.edition import EDITION

#: What names its basis is changed by nothing that is recorded later; anything else may be, and is asked for again. The
#: one exception is a redaction, after which a browser may show for an hour what it has kept, and no longer.
KEPT = "private, max-age=3600, immutable"

#: Files made at once for those who are not known: each takes a processor for a moment, and a large one memory.
_OF_UNKNOWN_AT_ONCE = BoundedSemaphore(4)

#: The release whose program makes the answers.
RELEASE = version("asat")

#: Bodies from this size on are compressed for those who take that.
_WORTH_COMPRESSING = 1000
#: Media types of files that are compressed in themselves.
_COMPRESSED = {form.media_type for form in FORMATS.values() if form.binary}
#: A paper as a web page runs nothing, loads nothing and stands in no other page, whoever opens it where.
_STILL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)


def respond(request: Request, answer: Answer[Any], form: str) -> Response:
    """The answer in a form, or 304 to those who have it already: then nothing is worked out or rendered."""
    headers = {"Cache-Control": KEPT if answer.immutable else "private, no-cache"}
    asked = dict(request.query_params)
    if answer.fixed:
        headers["Content-Location"] = _address(request, asked | answer.fixed)
    tag = _tag_of(request, answer, form)
    if tag is not None and (held := _held(request, tag)):
        return _not_modified(headers, held)
    if QUESTIONS[answer.question].is_paged and answer.document["next"] is not None:
        headers["Link"] = f'<{_address(request, asked | {"after": str(answer.document["next"])})}>; rel="next"'
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


def _tag_of(request: Request, answer: Answer[Any], form: str) -> str | None:
    """What an answer in a form is known by, without making it; None where that takes the answer itself.

    It follows from the address, from what the answer's document follows from, and from the program: at one address the
    same tag means the same bytes, and as long as they are the same, so is the tag.
    """
    if answer.state is None or request.method not in ("GET", "HEAD"):
        return None
    asked = [request.url.path, *(f"{name}={value}" for name, value in sorted(request.query_params.multi_items()))]
    return _digest("\n".join([RELEASE, str(EDITION), form, *asked, answer.state]).encode())


def send(request: Request, body: bytes, media_type: str, headers: dict[str, str], tag: str | None = None) -> Response:
    """These bytes, compressed for those who take that, or 304 to those who have them already.

    `tag` is what they are known by; by default it is made of the bytes.
    """
    tag = tag or _digest(body)
    if held := _held(request, tag):
        return _not_modified(headers, held)
    # An answer is what its media type says, whatever it may look like to a browser.
    headers = {**headers, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if len(body) >= _WORTH_COMPRESSING and media_type not in _COMPRESSED and _takes_gzip(request):
        # Other bytes need another strong tag. Without a time in it, what is compressed again comes out the same.
        tag, body = f"{tag}-gzip", gzip.compress(body, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    headers["ETag"] = f'"{tag}"'
    if _takes_any(request):
        return _not_modified(
            {name: value for name, value in headers.items() if name != "Content-Encoding"}, headers["ETag"]
        )
    return Response(body, headers=headers, media_type=media_type)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _held(request: Request, tag: str) -> str | None:
    """The tag of what the sender has already, as it was or compressed; None where they have something else."""
    known = [held.strip().removeprefix("W/") for held in request.headers.get("if-none-match", "").split(",")]
    return next((one for one in (f'"{tag}"', f'"{tag}-gzip"') if one in known), None)


def _takes_any(request: Request) -> bool:
    """Whether the sender has something of the address already, whatever it is."""
    return "*" in [held.strip() for held in request.headers.get("if-none-match", "").split(",")]


def _not_modified(headers: dict[str, str], tag: str) -> Response:
    same = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff", "ETag": tag}
    return Response(status_code=304, headers={**headers, **same})


def _file_name(answer: Answer[Any]) -> str:
    """What the file of an answer is called when it is kept, with its points: `sunderland-paper-2019-05-31-v282`."""
    document = answer.document
    named = [document["plan"], answer.question] if "plan" in document else [answer.question]
    if named_by := QUESTIONS[answer.question].named_by:
        named.append(named_by(document))
    elif "up_to" in answer.fixed:
        named.append(f"v{answer.fixed['up_to']}")
    named += [said.replace("@", "-v") for name, said in answer.fixed.items() if name != "up_to"]
    written = (re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.") for name in named)
    return "-".join(filter(None, written))


def _takes_gzip(request: Request) -> bool:
    for offered in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, quality = offered.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return quality.strip("0.") != "" if quality else True
    return False


def _address(request: Request, query: dict[str, str]) -> str:
    return f"{quote(request.url.path)}?{urlencode(query)}"


def described_answers(document: Any, form: str, of_a_plan: bool) -> dict[int | str, dict[str, Any]]:
    """What a question may be answered with, for the description of the API."""
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
    "Cache-Control": _header("`immutable` where the address names its basis, as in `2019-05-31@212` or `up_to=212`."),
}
