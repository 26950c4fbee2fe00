"""The page of the committee's paper: its points, its contents, and a button for each format."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.http.question_addresses import Ask, Current, Plan
from api.pages.comparison_pages import points_reversed, with_previous
from api.pages.here import Here
from api.pages.plan_pages import Kept
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.papers.compose.comparison_paper import due_by
from api.papers.wording import as_at_both, reconciliation
from api.questions.comparison_question import COMPARISON
from projections.rag_comparison import PointsReversed

committee = page_routes()


@committee.get("/plans/{plan}/paper", name="paper page")
def paper_page(
    request: Request, ask: Ask, plan: Plan, previous: Kept = None, current: Current = "now"
) -> Response:  # fmt: skip
    """The contents of the committee's paper, between which points, and each of its forms."""
    here = Here(plan, "paper", current, previous)
    if previous is None:
        return RedirectResponse(with_previous(ask, here).this, 303)
    try:
        # The paper itself takes long to make, so the page describes it from the comparison in it.
        shown = COMPARISON.ask(ask, plan, previous=previous, current=current)
        document = shown.document
    except PointsReversed as error:
        return points_reversed(request, here, error)
    return page(
        request,
        "paper.html",
        here=here,
        document=document,
        sentence=as_at_both(document["previous"], document["current"]),
        reconciliation=reconciliation(document["totals"]),
        due_by=due_by(document),
        forms=here.forms("paper", shown.fixed),
    )
