"""Recording over HTTP: `POST` one event or a list to a plan; the list is recorded whole or not at all."""

import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from api import clock
from api.forms import render
from api.http.problems import FieldProblem, Unreadable
from api.http.reading import Ask, Plan
from domain.envelopes import NotAnEvent, Proposal, Recorded, read_proposal
from domain.texts import Line
from projections.claims import read_claims

#: Largest request body, in bytes: some 100,000 events.
LARGEST_BODY = 32 * 1024 * 1024

_AUTHOR = TypeAdapter(Line)
_PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}}

recording = APIRouter()


class StoredEvent(TypedDict):
    """The envelope of a stored event; its own fields stand beside."""

    plan: str
    version: int
    position: int
    recorded_at: str
    recorded_by: str
    event_id: str
    type: str
    effective_on: str


class RecordedDocument(TypedDict):
    """What was stored, in order."""

    plan: str
    version: int
    events: list[StoredEvent]


@recording.post(
    "/plans/{plan}/events",
    status_code=201,
    name="record",
    summary="Record one event or a list of them, whole or not at all.",
    response_class=Response,
    responses={
        201: {"model": RecordedDocument, "description": "Stored, or stored already by the same event_id."},
        409: {"description": "A rule refuses; nothing was recorded.", **_PROBLEM},
        412: {"description": "The plan is not at the version of If-Match; nothing was recorded.", **_PROBLEM},
        413: {"description": "The body is too large.", **_PROBLEM},
        415: {"description": "The body is not JSON.", **_PROBLEM},
        422: {"description": "Not a valid event; nothing was recorded.", **_PROBLEM},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "anyOf": [
                            {"$ref": "#/components/schemas/Proposal"},
                            {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Proposal"}},
                        ]
                    }
                }
            },
        }
    },
)
async def record(
    request: Request,
    plan: Plan,
    if_match: Annotated[
        str | None,
        Header(pattern=r'^"(0|[1-9][0-9]{0,17})"$', description="The version the plan is believed to be at."),
    ] = None,
    x_recorded_by: Annotated[str | None, Header(max_length=500, description="Who records.")] = None,
) -> Response:
    """Judge the proposed events against the plan and store them."""
    proposals = _proposals(_json(await _body(request)), plan)
    by = _author(x_recorded_by, request.app.state.by)
    expect = int(re.sub(r'"', "", if_match)) if if_match else None
    ledger = request.app.state.ledger
    stored: list[Recorded] = await run_in_threadpool(
        ledger.record, proposals, by=by, today=clock.today(), expect=expect
    )
    version = stored[-1].version
    document = {"plan": plan, "version": version, "events": [one.fields() for one in stored]}
    return Response(
        render("record", "json", document),
        201,
        {"ETag": f'"{version}"', "Location": f"/plans/{plan}/trail.json?after={stored[0].version - 1}"},
        "application/json",
    )


@recording.post(
    "/plans/{plan}/audit",
    name="audit",
    summary="Read a published paper's counts against the record.",
    response_class=Response,
    responses={
        200: {"description": "What the record does not bear out, and what contradicts itself."},
        404: {"description": "The plan, or a point, is not known.", **_PROBLEM},
        413: {"description": "The body is too large.", **_PROBLEM},
        415: {"description": "The body is not JSON.", **_PROBLEM},
        422: {"description": "The claims cannot be read.", **_PROBLEM},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Claims"}}},
        }
    },
)
async def audit(request: Request, plan: Plan, ask: Ask) -> Response:
    """The claims that the record does not bear out, and those that contradict one another."""
    claims = read_claims(await _body(request))
    answer = await run_in_threadpool(ask.audit, plan, claims)
    return Response(render("audit", "json", answer.document), media_type="application/json")


async def _body(request: Request) -> bytes:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise Unreadable(f"the body is {media or 'of no stated kind'}; send application/json", status=415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Unreadable(f"the body is larger than {LARGEST_BODY} bytes; send it in parts", status=413)
    return bytes(body)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the body is not JSON ({error})") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


def _proposals(data: Any, plan: str) -> list[Proposal]:
    """Every proposed event, or every problem with any of them."""
    today, proposals = clock.today(), []
    problems: list[FieldProblem] = []
    listed = data if isinstance(data, list) else [data]
    for index, one in enumerate(listed):
        try:
            proposals.append(read_proposal(one, today, plan))
        except NotAnEvent as error:
            problems += [{"field": name, "detail": sentence, "index": index} for name, sentence in error.problems]
    if problems:
        sentences = (f"event {one['index'] + 1}, {one['field'] or 'itself'}: {one['detail']}" for one in problems[:5])
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise Unreadable("; ".join(sentences) + more, problems[:100])
    if not proposals:
        raise Unreadable("the list holds no event; nothing was recorded")
    return proposals


def _author(header: str | None, otherwise: str) -> str:
    if header is None:
        return otherwise
    try:
        # Headers arrive as Latin-1; names are sent in UTF-8.
        return _AUTHOR.validate_python(header.encode("latin-1").decode("utf-8").strip())
    except (ValidationError, UnicodeError):
        raise Unreadable(
            "X-Recorded-By is empty or holds a character that a name cannot have",
            [{"field": "X-Recorded-By", "detail": "say who records, in UTF-8", "index": 0}],
        ) from None
