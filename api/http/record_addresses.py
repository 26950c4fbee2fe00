"""Recording over HTTP: `POST` one event or a list to a plan; the list is recorded whole or not at all."""

from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from typing_extensions import TypedDict

from api.formats import render
from api.http import patterns
from api.http.access.address_roles import may_record, needs
from api.http.access.callers import caller_of, recorded_by
from api.http.bodies import (
    LARGEST_AUDIT,
    LARGEST_UNKNOWN_AUDIT,
    read_expected,
    read_proposals,
    received_json,
    whole_body,
)
from api.http.parameters import only_its_own
from api.http.problem_documents import documented
from api.http.question_addresses import Ask, Plan
from api.questions.audit_question import AUDIT
from api.waiting import PATIENCE, one_of, waiting_at_most
from domain.envelopes import Recorded
from domain.opened_ledger import Ledger
from projections.audit import AuditDocument
from projections.claims import read_claims

recording = APIRouter()

#: Concurrent audits of unknown callers.
_OF_UNKNOWN_AT_ONCE = BoundedSemaphore(2)


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
    """The stored events, in order."""

    plan: str
    version: int
    events: list[StoredEvent]


# It is described in text and not as a parameter: generated API tests would send arbitrary versions, which are rightly
# answered with 412.
IfMatch = Annotated[str | None, Header(include_in_schema=False)]
RecordedBy = Annotated[
    str | None,
    Header(
        description="Who records, in UTF-8; only where nobody signs in yet, on an open ledger.",
        json_schema_extra={"pattern": patterns.AUTHOR, "maxLength": 500},
    ),
]


def _body_described(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "content": content}}


def _schema(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _text(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


@recording.post(
    "/plans/{plan}/events",
    dependencies=[Depends(needs("recording")), Depends(only_its_own)],
    status_code=201,
    name="record",
    summary="Record one event or a list of them, whole or not at all.",
    response_class=Response,
    responses={
        201: {
            "model": RecordedDocument,
            "description": "Stored, or stored already by the same event_id.",
            "headers": {
                "ETag": _text('The plan\'s newest record number by then, such as `"212"`; send it as If-Match.'),
                "Location": _text("Where what was stored can be read again."),
            },
        },
        **documented(
            {
                409: "A rule refuses; nothing was recorded.",
                412: "The plan is not at the record number of If-Match; nothing was recorded.",
                413: "The body is too large.",
                415: "The body is not JSON.",
                422: "Not a valid event of this plan; nothing was recorded.",
                503: "The database cannot be used, or has not answered: `event_ids` are those to send it again with.",
            }
        ),
    },
    openapi_extra=_body_described(
        {"anyOf": [_schema("Proposal"), {"type": "array", "minItems": 1, "items": _schema("Proposal")}]},
        {"type": "ProgressReported", "action": "2.4", "text": "Workspace in use by all teams"},
    ),
)
async def record(request: Request, plan: Plan, if_match: IfMatch = None, x_recorded_by: RecordedBy = None) -> Response:
    """Judge the proposed events against the plan and store them.

    A proposal with an `event_id` (a UUID) may be sent again, also when the first answer was lost: it is answered as the
    first was, and nothing is stored twice. Where the outcome is not known (503, `outcome-not-known`) the answer names
    the `event_id` of each event, the ones that it was given here too: send them again with those.

    With the header `If-Match: "212"`, the ETag of what was recorded last, nothing is recorded when the plan is at
    another version by now (412); without it the proposal is judged against the newer plan.
    """
    by, expect = recorded_by(request, x_recorded_by), read_expected(if_match)
    ledger: Ledger = request.app.state.ledger

    def read_and_record() -> list[Recorded]:
        today = ledger.today()
        with whole_body(body) as sent:
            proposals = read_proposals(sent, plan, today)
            may_record(caller_of(request), proposals)
            stored = ledger.record(proposals, by=by, today=today, expect=expect)
            request.app.state.forgetting.after(stored)
            return stored

    with await received_json(request) as body:
        # A long body takes seconds to read: not here, where everybody waits.
        stored = await run_in_threadpool(read_and_record)
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
    dependencies=[Depends(needs("reader")), Depends(only_its_own)],
    name="audit",
    summary=AUDIT.sentence,
    response_class=Response,
    responses={
        200: {"model": AuditDocument, "description": "What the record does not bear out, and what contradicts itself."},
        **documented(
            {
                404: "The plan, or a point, is not known.",
                409: "A claim speaks of a priority or rating that the plan does not have.",
                413: "The body is too large.",
                415: "The body is not JSON.",
                422: "The claims cannot be read.",
                503: "The database cannot be reached.",
            }
        ),
    },
    openapi_extra=_body_described(
        _schema("Claims"),
        {
            "previous": "issue:2.0",
            "current": "issue:3.0",
            "claims": [{"where": "headline", "population": "due", "at": "current", "rating": "completed", "count": 33}],
        },
    ),
)
async def audit(request: Request, plan: Plan, ask: Ask) -> Response:
    """The claims that the record does not bear out, and those that contradict one another."""
    known = caller_of(request).way != "anyone"

    def read_and_audit() -> bytes:
        with ExitStack() as places:
            if not known:
                places.enter_context(waiting_at_most(PATIENCE))
                places.enter_context(one_of(_OF_UNKNOWN_AT_ONCE, "audits"))
            claims = read_claims(places.enter_context(whole_body(body)))
            return render("audit", "json", AUDIT.ask(ask, plan, claims=claims).document)

    with await received_json(request, LARGEST_AUDIT if known else LARGEST_UNKNOWN_AUDIT) as body:
        audited = await run_in_threadpool(read_and_audit)
    return Response(audited, media_type="application/json")
