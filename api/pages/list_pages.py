"""The lists of a plan that say more than the answer: what is overdue, page by page, and measures with their latest."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query, Request, Response

from api.http.question_addresses import Ask, At, Plan
from api.pages.here import Here
from api.pages.plan_pages import Kept, is_past
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.papers.wording import as_at
from api.papers.wording_lines import days_moved, due_as_written, undated_words
from api.questions.asker import Asker
from domain.plan.plan_at import PlanAt
from projections.measures import measures_over_time
from projections.overdue import overdue_at

lists = page_routes()

#: How many actions the page of overdue and rescheduled actions lists, so that it loads at once.
ACTIONS_A_PAGE = 75


@lists.get("/plans/{plan}/overdue", name="overdue page")
def overdue_page(
    request: Request,
    ask: Ask,
    plan: Plan,
    at: At = "now",
    previous: Kept = None,
    number: Annotated[int, Query(alias="page", ge=1, le=10**6)] = 1,
) -> Response:
    """What is overdue, and what has slipped from its original date."""
    here = Here(plan, "overdue", at, previous)
    shown = _shown(ask, here, overdue_at)
    document = shown["document"]
    overdue, moved = document["overdue"], {one["number"]: one for one in document["rescheduled"]}
    late = {one["number"] for one in overdue}
    others = [one for one in document["rescheduled"] if one["number"] not in late]
    first, last = (number - 1) * ACTIONS_A_PAGE, number * ACTIONS_A_PAGE
    pages = {}
    if number > 1:
        pages["Previous page"] = here.to("overdue", page=None if number == 2 else number - 1)
    if last < len(overdue) + len(others):
        pages["Next page"] = here.to("overdue", page=number + 1)
    return page(
        request,
        "overdue.html",
        **shown,
        tags=Tags(document["ratings"]),
        due_as_written=due_as_written,
        days_moved=days_moved,
        overdue=overdue[first:last],
        moved=moved,
        others=others[max(0, first - len(overdue)) : max(0, last - len(overdue))],
        apart=len(others) < len(moved),
        pages=pages,
        undated=undated_words(document),
    )


@lists.get("/plans/{plan}/measures", name="measures page")
def measures_page(request: Request, ask: Ask, plan: Plan, at: At = "now", previous: Kept = None) -> Response:
    """The measures, with their values over time."""
    return page(request, "measures.html", **_shown(ask, Here(plan, "measures", at, previous), measures_over_time))


def _shown(ask: Asker, here: Here, project: Callable[[PlanAt], Any]) -> dict[str, Any]:
    """What every list shows: its document, the point in a sentence, and the other forms of the answer."""
    answer = ask.at(here.plan, here.at, lambda plan, newest: (project(plan), newest.version))
    document, newest = answer.document
    return {
        "document": document,
        "here": here,
        "sentence": as_at(document["point"]),
        "past": is_past(document["point"], newest),
        "forms": here.forms(here.path, answer.fixed),
    }
