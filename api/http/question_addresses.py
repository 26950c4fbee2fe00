"""Asking over HTTP: `GET` at one address per question, in the form its suffix names."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.formats import addressed
from api.http import patterns
from api.http.access.access_audit import noting_export
from api.http.access.address_roles import needs
from api.http.access.callers import known_caller
from api.http.answering import described_answers, respond
from api.http.parameters import only_its_own
from api.questions import LONGEST_TRAIL_PAGE, REPLAY_PAGE, TRAIL_PAGE, Answer, Asker
from projections import counted as counted_by
from projections.action import SingleActionDocument
from projections.assurance import AssurancesDocument
from projections.changes import ChangesDocument
from projections.committee_paper import CommitteePaperDocument
from projections.counted import CountedDocument, CountQuery
from projections.document_history import HistoryDocument
from projections.event import EventDocument
from projections.gaps import GapsDocument
from projections.measures import MeasuresDocument
from projections.overdue import OverdueDocument
from projections.plan_as_at import PlanDocument
from projections.rag_comparison import ComparisonDocument
from projections.ratings_over_time import RatingsOverTimeDocument
from projections.register import RegisterDocument
from projections.replay import ReplayDocument
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

Version = Annotated[
    int, Path(ge=1, le=10**12, description="The event's version: its place in the plan.", examples=[6])
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
When = Annotated[counted_by.When, Query(description="At which of the two points.")]
Population = Annotated[
    counted_by.Population,
    Query(description="All actions, those due by the point's day, or those that came, left or moved in between."),
]
RatingAsked = Annotated[
    str | None,
    Query(max_length=63, description="Only those with this rating; `unrated`: with none.", examples=["green"]),
]
PriorityAsked = Annotated[
    str | None, Query(max_length=32, description="Only those in the priority of this number.", examples=["2"])
]

reading = APIRouter(dependencies=[Depends(needs("reader")), Depends(only_its_own)])


def asker(request: Request) -> Asker:
    """Asks this application's ledger, today, for whoever was found to ask."""
    caller, ledger = known_caller(request), request.app.state.ledger
    return Asker(ledger, ledger.today(), caller.may_read if caller else lambda _: False)


Ask = Annotated[Asker, Depends(asker)]


def _question(path: str, name: str, document: Any, forms: tuple[str, ...] = tuple(addressed())) -> Callable[..., Any]:
    """Serve a question at its address with the suffix of each form. At the plain address is its page (`api.pages`)."""

    def register(ask: Callable[..., Answer]) -> Callable[..., Answer]:
        for form in forms:
            reading.add_api_route(
                f"{path}.{form}",
                _endpoint(ask, form),
                methods=["GET"],
                name=f"{name}.{form}",
                summary=(ask.__doc__ or "").strip(),
                response_class=Response,
                responses=described_answers(document, form, of_a_plan="{plan}" in path),
            )
        return ask

    return register


def _endpoint(ask: Callable[..., Answer], form: str) -> Callable[..., Response]:
    def endpoint(request: Request, answer: Annotated[Answer, Depends(ask)]) -> Response:
        return noting_export(request, respond(request, answer, form), form)

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


@_question("/plans/{plan}/paper", "paper", CommitteePaperDocument)
def paper(ask: Ask, plan: Plan, previous: Previous, current: Current = "now") -> Answer:
    """The committee's paper: the report of progress between two points."""
    return ask.paper(plan, previous, current)


@_question("/plans/{plan}/changes", "changes", ChangesDocument)
def changes(ask: Ask, plan: Plan, previous: Previous, current: Current = "now") -> Answer:
    """Every change between two points."""
    return ask.changes(plan, previous, current)


@_question("/plans/{plan}/counted", "counted", CountedDocument)
def counted(
    ask: Ask,
    plan: Plan,
    previous: Annotated[
        str | None, _point("The point compared from; left out, it is the current one", "issue:2.0")
    ] = None,
    current: Current = "now",
    when: When = "current",
    population: Population = "all",
    rating: RatingAsked = None,
    priority: PriorityAsked = None,
) -> Answer:
    """The actions that a figure of the comparison counts."""
    return ask.counted(plan, CountQuery(when, population, rating, priority), previous, current)


@_question("/plans/{plan}/events/{version}", "event", EventDocument)
def event(
    ask: Ask,
    plan: Plan,
    version: Version,
    up_to: Annotated[
        int | None,
        Query(ge=1, le=10**12, description="The event as it stood when this version of the plan was the newest."),
    ] = None,
) -> Answer:
    """One event: what it says, who recorded it when, and whether it still counts."""
    return ask.event(plan, version, up_to)


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


@_question("/plans/{plan}/replay", "replay", ReplayDocument)
def replay(
    ask: Ask,
    plan: Plan,
    after: Annotated[int, Query(ge=0, le=10**12, description="Go on after this version.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LONGEST_TRAIL_PAGE, description="Events a page.")] = REPLAY_PAGE,
    up_to: Annotated[
        int | None,
        Query(ge=1, le=10**12, description="The replay as it was when this version of the plan was the newest."),
    ] = None,
) -> Answer:
    """The plan's events, each with the ratings after it, a page at a time; `next` is the `after` of the next page."""
    return ask.replay(plan, after, limit, up_to)


@_question("/plans/{plan}/ratings", "ratings", RatingsOverTimeDocument)
def ratings(ask: Ask, plan: Plan, at: At = "now") -> Answer:
    """The counts by rating over time, up to a point."""
    return ask.ratings(plan, at)


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
