"""Asking over HTTP: `GET` at one address per question, in the form its suffix names."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api import clock
from api.http import patterns
from api.http.answering import described_answers, respond
from api.http.parameters import only_its_own
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

Plan = Annotated[
    str,
    Path(
        pattern=patterns.SLUG, max_length=63, description="The plan's name, such as `sunderland`.",
        examples=["sunderland"],
    ),
]  # fmt: skip
Number = Annotated[
    str,
    Path(
        min_length=1, max_length=32, description="The action's number, or one it once bore.", examples=["2.4"]
    ),
]  # fmt: skip


def _point(description: str, example: str) -> Any:
    return Query(
        max_length=600,
        description=f"{description}: `now`, `2019-05-31`, `2019-05-31@212`, `2019-05-31@2019-06-04T09:00:00Z`, "
        "`issue:3.0` or `told:Scrutiny Committee@2019-07-04`.",
        examples=[example],
        json_schema_extra={"pattern": patterns.POINT},
    )


At = Annotated[str, _point("A point in time", "issue:3.0")]
Previous = Annotated[str, _point("The point compared from", "issue:2.0")]
Current = Annotated[str, _point("The point compared with it", "issue:3.0")]
Since = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Only what was recorded after this instant (`2019-06-04T09:00:00Z`), or after the end of this day "
        "in London (`2019-06-04`).",
        examples=["2019-06-04T09:00:00Z"],
        json_schema_extra={"pattern": patterns.INSTANT},
    ),
]

reading = APIRouter(dependencies=[Depends(only_its_own)])


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
                responses=described_answers(document, form or "json", of_a_plan="{plan}" in path),
            )
        return ask

    return register


def _endpoint(ask: Callable[..., Answer], form: str) -> Callable[..., Response]:
    def endpoint(request: Request, answer: Annotated[Answer, Depends(ask)]) -> Response:
        return respond(request, answer, form)

    return endpoint


@_question("/plans", "plans", RegisterDocument)
def plans(ask: Ask) -> Answer:
    """All plans, as they stand today."""
    return ask.plans()


# The addresses below a plan come before the plan's own, whose suffix would otherwise match them.


@_question("/plans/{plan}/comparison", "comparison", ComparisonDocument)
def comparison(ask: Ask, plan: Plan, previous: Previous, current: Current = "now") -> Answer:
    """Previous against current: ratings by priority at two points, with the changes behind them."""
    return ask.comparison(plan, previous, current)


@_question("/plans/{plan}/changes", "changes", ChangesDocument)
def changes(ask: Ask, plan: Plan, previous: Previous, current: Current = "now") -> Answer:
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
    recorded_after: Since = None,
    late_by: Annotated[
        int | None, Query(ge=0, le=10**6, description="Only what was recorded so many days late.")
    ] = None,
    after: Annotated[int, Query(ge=0, le=10**12, description="Go on after this version.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LONGEST_TRAIL_PAGE, description="Events a page.")] = TRAIL_PAGE,
    up_to: Annotated[
        int | None,
        Query(ge=1, le=10**12, description="The trail as it was when this version of the plan was the newest."),
    ] = None,
) -> Answer:
    """The plan's events, oldest first, a page at a time; `next` is the `after` of the page that follows."""
    return ask.trail(plan, action, recorded_after, late_by, after, limit, up_to)


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
