"""The page that replays a plan's history, event by event, with the ratings over time."""

from dataclasses import replace
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api.http.question_addresses import Ask, At, Plan
from api.http.whole_numbers import is_whole
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.page_points import shown_at
from api.pages.plan_pages import Kept
from api.pages.rendering import Said, page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.pages.trail_parts import record_sentence, unlimited_by
from api.papers.chart import alternative, over_time_table, rating_bar, ratings_chart
from api.papers.drawing import OUTLINE, UNRATED, fills, is_pale
from api.papers.paper import Table
from api.papers.wording_events import withdrawal_words
from api.questions.question_parameters import LONGEST_PAGE
from api.questions.replay_question import REPLAY, REPLAY_PAGE
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from projections.ratings_over_time import RatingsOverTimeDocument, ratings_over_time
from projections.register import RatingCount
from projections.replay import PageStep, ReplayDocument

replaying = page_routes("reader", Known())


@replaying.get("/plans/{plan}/replay", name="replay page")
def replay_page(
    request: Request,
    ask: Ask,
    here: Annotated[Here, Depends(shown_at("replay"))],
    step: Annotated[str, Query(max_length=20, description="The record number of the event shown.")] = "1",
) -> Response:
    """One event of the plan's history, with the ratings after it, and the way to the next."""
    chart, basis, newest = _drawn(ask, here)
    number = _number(step.strip() or "1")
    errors = {} if 1 <= number <= basis else {"step": f"write a number from 1 to {basis}"}
    answer = REPLAY.ask(ask, here.plan, after=0 if errors else number - 1, limit=1, up_to=basis)
    document = answer.document
    shown = document["steps"][0]
    counts = _counts(document, shown)
    return page(
        request,
        "replay.html",
        422 if errors else 200,
        here=here,
        document=document,
        sentence=record_sentence(document["basis"], document["known_at"]),
        past=basis < newest,
        unlimited=unlimited_by(ask, here),
        step=shown,
        given=step,
        errors=Said(errors),
        names={"step": "Go to event"},
        tags=Tags(document["ratings"]),
        counts=counts,
        bar=Markup(rating_bar([one["rating"] for one in counts], shown["unrated"])),  # noqa: S704
        outline=OUTLINE,
        unrated=UNRATED,
        withdrawal=withdrawal_words(shown),
        steps=_steps(here, shown["version"], basis),
        window=f"/plans/{here.plan}/replay.json?up_to={basis}&limit={REPLAY_PAGE}&after=",
        chart=chart,
        forms=here.forms("replay", answer.fixed, limit=LONGEST_PAGE),
        most=LONGEST_PAGE,
    )


@replaying.get("/plans/{plan}/ratings", name="ratings page")
def ratings_page(plan: Plan, at: At = "now", previous: Kept = None) -> Response:
    """The ratings over time stand on the page of the replay."""
    return RedirectResponse(Here(plan, "replay", at, previous).this + "#over", 303)


class Chart(NamedTuple):
    """The chart of the ratings, with the same in words and as a table, the day on which it ends, and its forms."""

    svg: Markup
    alternative: str
    table: Table
    ends: str
    forms: list[tuple[str, str]]


def _drawn(ask: Ask, here: Here) -> tuple[Chart, int, int]:
    """The chart at the point of a page, the version that the point takes in, and the plan's newest."""

    def answers(shown: PlanAt, newest: PlanRecord) -> tuple[RatingsOverTimeDocument, str, int]:
        drawn = shown if here.is_past else _as_far_as_told(shown, newest)
        return ratings_over_time(drawn), drawn.point.fixed, newest.version

    ratings, drawn, newest = ask.at(here.plan, here.at, answers).document
    forms = replace(here, path="ratings").forms("ratings", {"at": drawn})
    svg = Markup(ratings_chart(ratings))  # noqa: S704  # made and escaped by us, like the bar
    point = ratings["point"]
    chart = Chart(svg, alternative(ratings), over_time_table(ratings), point["effective_on"], forms)
    return chart, point["basis"], newest


def _number(typed: str) -> int:
    """The number typed; 0 if it is none."""
    return int(typed) if is_whole(typed, len(typed)) else 0


def _as_far_as_told(plan: PlanAt, newest: PlanRecord) -> PlanAt:
    """The plan on the last day that any event is about: after it, a chart would be a straight line."""
    return plan.earlier(min(plan.effective_on, newest.up_to(plan.basis).latest_day()))


def _counts(document: ReplayDocument, step: PageStep) -> list[dict[str, Any]]:
    """A line for each rating of the key: its count after the step, and the change of that count."""
    key = document["ratings"]
    lines = []
    for rating, fill in zip(key, fills([one["colour"] for one in key]), strict=True):
        code = rating["code"]
        counted: RatingCount = {
            "code": code,
            "label": rating["label"],
            "colour": rating["colour"],
            "count": step["ratings"].get(code, 0),
        }
        lines.append(
            {
                "rating": counted,
                "change": step["change"]["ratings"].get(code, 0),
                "fill": fill,
                "pale": is_pale(fill),
                "stands": code in step["ratings"] or code in step["change"]["ratings"],
            }
        )
    return lines


def _steps(here: Here, step: int, last: int) -> list[tuple[str, str, str | None]]:
    """The links to other steps: name, text, and the address, if there is such a step."""
    places = (("first", "First", 1), ("back", "Back", step - 1), ("next", "Next", step + 1), ("last", "Last", last))
    return [
        (name, said, here.to("replay", step=place) if 1 <= place <= last and place != step else None)
        for name, said, place in places
    ]
