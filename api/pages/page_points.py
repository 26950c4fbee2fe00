"""The points of a page, as dependencies: one point with the previous one kept, or two that are compared."""

from collections.abc import Callable, Iterator
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import RedirectResponse

from api.http.question_addresses import Ask, At, Current, Plan
from api.pages.here import Here
from api.pages.plan_pages import Kept
from api.pages.point_pages import first_previous
from api.pages.rendering import page
from api.pages.routes import Instead
from projections.rag_comparison import PointsReversed

Compared = Annotated[str | None, Query(max_length=600, description="The point compared from.")]


def shown_at(path: str) -> Callable[..., Here]:
    """A dependency that gives the page at this path below a plan, with its point."""

    def shown(plan: Plan, at: At = "now", previous: Kept = None) -> Here:
        return Here(plan, path, at, previous)

    return shown


def comparing_at(path: str) -> Callable[..., Iterator[Here]]:
    """A dependency that gives the page at this path below a plan, with both of its points.

    Without a previous point it leads to the page with the usual one; where the points are reversed, the page says so
    and offers to swap them.
    """

    def between(
        request: Request, ask: Ask, plan: Plan, previous: Compared = None, current: Current = "now"
    ) -> Iterator[Here]:
        if previous is None:
            usual = Here(plan, path, current, first_previous(ask, plan, current))
            raise Instead(RedirectResponse(usual.this, 303))
        here = Here(plan, path, current, previous)
        try:
            yield here
        except PointsReversed as error:
            swapped = Here(plan, path, previous, current).this
            raise Instead(page(request, "reversed.html", 422, here=here, swapped=swapped, detail=str(error))) from None

    return between
