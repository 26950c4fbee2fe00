"""Asking over HTTP: `GET` at one address per question, in the form its suffix names."""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api import clock
from api.forms import FORMS, render
from api.http.problems import ProblemDocument
from api.questions import LONGEST_TRAIL_PAGE, TRAIL_PAGE, Answer, Asker
from projections.action import SingleActionDocument
from projections.assurance import AssurancesDocument
from projections.changes import ChangesDocument
from projections.document_history import HistoryDocument
from projections.gaps import GapsDocument
from projections.measures import MeasuresDocument
from projections.overdue import OverdueDocument
from projections.plan_as_at import PlanDocument
from projections.rag_comparison import ComparisonDocument
from projections.register import RegisterDocument
from projections.stale_text import StaleDocument
from projections.trail import TrailDocument

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
# Days of the calendar, so that what the description of the API allows is what the program takes.
DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"

Plan = Annotated[str, Path(pattern=SLUG, max_length=63, description="The plan's name, such as `sunderland`.")]
Number = Annotated[str, Path(min_length=1, max_length=32, description="The action's number, or one it once bore.")]
At = Annotated[
    str,
    Query(
        max_length=600,
        description="A point in time: `now`, `2019-05-31`, `2019-05-31@212`, `2019-05-31@2019-06-04T09:00:00Z`, "
        "`issue:3.0` or `told:Scrutiny Committee@2019-07-04`.",
        examples=["2019-05-31"],
    ),
]

reading = APIRouter()


def asker(request: Request) -> Asker:
    """Asks this application's ledger, today."""
    return Asker(request.app.state.ledger, clock.today())


Ask = Annotated[Asker, Depends(asker)]


def _question(
    path: str, name: str, document: Any, forms: tuple[str, ...] = ("json", "csv", "md")
) -> Callable[..., Any]:
    """Serve a question at its address, plain and with the suffix of each form."""

    def register(ask: Callable[..., Answer]) -> Callable[..., Answer]:
        for form in (*forms, None):  # the plain address last, as it would match those with a suffix too
            reading.add_api_route(
                path if form is None else f"{path}.{form}",
                _endpoint(ask, form or "json"),
                methods=["GET"],
                name=name if form is None else f"{name}.{form}",
                summary=(ask.__doc__ or "").strip(),
                response_class=Response,
                responses=_responses(document, form or "json", with_plan="{plan}" in path),
            )
        return ask

    return register


def _endpoint(ask: Callable[..., Answer], form: str) -> Callable[..., Response]:
    def endpoint(request: Request, answer: Annotated[Answer, Depends(ask)]) -> Response:
        return _response(request, answer, form)

    return endpoint


def _responses(document: Any, form: str, with_plan: bool) -> dict[int | str, dict[str, Any]]:
    media = FORMS[form].media_type
    ok: dict[str, Any] = {"description": "The answer."}
    if form == "json":
        ok["model"] = document
    else:
        ok["content"] = {media: {"schema": {"type": "string"}}}
    responses: dict[int | str, dict[str, Any]] = {200: ok, 304: {"description": "Not modified."}}
    for status, what in ((404, "The plan, or the point, is not known."), (422, "The question cannot be read.")):
        if with_plan:
            responses[status] = {"description": what, "content": {"application/problem+json": {
                "schema": {"$ref": "#/components/schemas/ProblemDocument"}}}}  # fmt: skip
    return responses


def _response(request: Request, answer: Answer, form: str) -> Response:
    body = render(answer.question, form, answer.document)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        # What names its basis never changes; anything else may, and is asked for again.
        "Cache-Control": "private, max-age=31536000, immutable" if answer.immutable else "private, no-cache",
    }
    if answer.fixed:
        query = dict(request.query_params) | answer.fixed
        headers["Content-Location"] = f"{quote(request.url.path)}?{urlencode(query)}"
    if answer.question == "trail" and answer.document["next"] is not None:
        query = dict(request.query_params) | {"after": str(answer.document["next"])}
        headers["Link"] = f'<{quote(request.url.path)}?{urlencode(query)}>; rel="next"'
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=FORMS[form].media_type)


@_question("/plans", "plans", RegisterDocument)
def plans(ask: Ask) -> Answer:
    """All plans, as they stand today."""
    return ask.plans()


# The addresses below a plan come before the plan's own, whose suffix would otherwise match them.


@_question("/plans/{plan}/comparison", "comparison", ComparisonDocument)
def comparison(ask: Ask, plan: Plan, previous: At, current: At = "now") -> Answer:
    """Previous against current: ratings by priority at two points, with the changes behind them."""
    return ask.comparison(plan, previous, current)


@_question("/plans/{plan}/changes", "changes", ChangesDocument)
def changes(ask: Ask, plan: Plan, previous: At, current: At = "now") -> Answer:
    """Every change between two points."""
    return ask.changes(plan, previous, current)


@_question("/plans/{plan}/history", "history", HistoryDocument)
def history(ask: Ask, plan: Plan, at: At = "now") -> Answer:
    """The document versions issued, and to whom the plan was presented."""
    return ask.history(plan, at)


@_question("/plans/{plan}/trail", "trail", TrailDocument)
def trail(
    ask: Ask,
    plan: Plan,
    action: Annotated[str | None, Query(max_length=32, description="Only what concerns this action.")] = None,
    recorded_after: Annotated[str | None, Query(max_length=40, description="Only what was recorded since.")] = None,
    late_by: Annotated[
        int | None, Query(ge=0, le=10**6, description="Only what was recorded so many days late.")
    ] = None,
    after: Annotated[int, Query(ge=0, le=10**12, description="Go on after this version.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LONGEST_TRAIL_PAGE, description="Events a page.")] = TRAIL_PAGE,
) -> Answer:
    """The plan's events, oldest first, a page at a time; `next` is the `after` of the page that follows."""
    return ask.trail(plan, action, recorded_after, late_by, after, limit)


@_question("/plans/{plan}/actions/{action}", "action", SingleActionDocument)
def action(ask: Ask, plan: Plan, action: Number, at: At = "now") -> Answer:
    """One action at a point."""
    return ask.action(plan, action, at)


@_question("/plans/{plan}/overdue", "overdue", OverdueDocument)
def overdue(ask: Ask, plan: Plan, at: At = "now") -> Answer:
    """What is overdue at a point, and what has slipped."""
    return ask.overdue(plan, at)


@_question("/plans/{plan}/gaps", "gaps", GapsDocument)
def gaps(ask: Ask, plan: Plan, at: At = "now") -> Answer:
    """The recommendations that no action answers at a point."""
    return ask.gaps(plan, at)


@_question("/plans/{plan}/measures", "measures", MeasuresDocument)
def measures(ask: Ask, plan: Plan, at: At = "now") -> Answer:
    """The measures at a point, with their values over time."""
    return ask.measures(plan, at)


@_question("/plans/{plan}/assurance", "assurance", AssurancesDocument)
def assurance(ask: Ask, plan: Plan, at: At = "now") -> Answer:
    """The assurance given on each priority by a point."""
    return ask.assurance(plan, at)


@_question("/plans/{plan}/stale", "stale", StaleDocument)
def stale(ask: Ask, plan: Plan, at: At = "now") -> Answer:
    """The progress texts that time has overtaken by a point."""
    return ask.stale(plan, at)


@_question("/plans/{plan}", "plan", PlanDocument)
def plan(
    ask: Ask,
    plan: Plan,
    at: At = "now",
    everything: Annotated[bool, Query(alias="all", description="Also what was closed or withdrawn.")] = False,
) -> Answer:
    """A plan as at a point."""
    return ask.plan(plan, at, everything)
