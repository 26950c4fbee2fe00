"""The page of the actions behind a figure, each with the events behind it."""

from fastapi import Request, Response

from api.http.question_addresses import Ask, Current, Plan, Population, PriorityAsked, RatingAsked, When
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.paging import Page, page_of
from api.pages.plan_pages import Kept
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.papers.compose.parts import signed
from api.papers.wording import as_at, as_at_both
from api.papers.wording_counted import counted_words, figure_words, what_moved
from api.questions.counted_question import COUNTED

counting = page_routes("reader", Known(by_points=True))

#: Actions per page.
_ACTIONS = 50


@counting.get("/plans/{plan}/counted", name="counted page")
def counted_page(
    request: Request,
    ask: Ask,
    plan: Plan,
    previous: Kept = None,
    current: Current = "now",
    when: When = "current",
    population: Population = "all",
    rating: RatingAsked = None,
    priority: PriorityAsked = None,
    number: Page = 1,
) -> Response:
    """The actions behind a figure, each with the events behind it."""
    here = Here(plan, "counted", current, previous)
    asked = {"when": when, "population": population, "rating": rating, "priority": priority}
    shown = COUNTED.ask(ask, plan, previous=previous, current=current, **asked)
    document, words = shown.document, counted_words(shown.document)
    said, _, figure = words.rpartition(": ")
    points = [document["previous"], document["current"]]
    told = {name: value for name, value in asked.items() if value not in (None, "all", "current")}
    moving = population not in ("all", "due")
    return page(
        request,
        "counted.html",
        here=here,
        document=document,
        said=said,
        figure=figure,
        sentence=as_at_both(*points) if moving else as_at(points[when == "current"]),
        adding_up=figure_words(document),
        moving=moving,
        signed=signed,
        what_moved=what_moved,
        tags=Tags(document["ratings"]),
        actions=page_of(document["actions"], number, _ACTIONS),
        told=told,
        forms=here.forms("counted", shown.fixed, **told),
    )
