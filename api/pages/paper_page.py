"""The page of the committee's paper: its points, its contents, and a button for each format."""

from typing import Annotated

from fastapi import Depends, Request, Response

from api.http.question_addresses import Ask
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.page_points import comparing_at
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.papers.compose.comparison_paper import due_by
from api.papers.wording import as_at_both, reconciliation
from api.questions.comparison_question import COMPARISON

committee = page_routes("reader", Known(by_points=True))


@committee.get("/plans/{plan}/paper", name="paper page")
def paper_page(request: Request, ask: Ask, here: Annotated[Here, Depends(comparing_at("paper"))]) -> Response:
    """The contents of the committee's paper, between which points, and each of its forms."""
    # The paper itself takes long to make, so the page describes it from the comparison in it.
    shown = COMPARISON.ask(ask, here.plan, previous=here.previous, current=here.at)
    document = shown.document
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
