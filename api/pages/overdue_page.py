"""The page of overdue and rescheduled actions, paginated."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from api.http.question_addresses import Ask
from api.http.whole_numbers import DIGITS
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.page_points import shown_at
from api.pages.plan_pages import is_past
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.papers.compose.parts import signed
from api.papers.wording import as_at
from api.papers.wording_lines import due_as_written, undated_words
from api.questions.overdue_question import OVERDUE

slipping = page_routes("reader", Known(by_points=True))

#: Actions per page, so that it loads at once.
ACTIONS_A_PAGE = 75


@slipping.get("/plans/{plan}/overdue", name="overdue page")
def overdue_page(
    request: Request,
    ask: Ask,
    here: Annotated[Here, Depends(shown_at("overdue"))],
    number: Annotated[int, Query(alias="page", ge=1, le=10**6), DIGITS] = 1,
) -> Response:
    """The actions that are overdue, and those that have slipped from its original date."""
    answer = OVERDUE.ask(ask, here.plan, at=here.at)
    document = answer.document
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
        document=document,
        here=here,
        sentence=as_at(document["point"]),
        past=is_past(document["point"], ask.ledger.plan(here.plan).version),
        forms=here.forms("overdue", answer.fixed),
        tags=Tags(document["ratings"]),
        due_as_written=due_as_written,
        signed=signed,
        overdue=overdue[first:last],
        moved=moved,
        others=others[max(0, first - len(overdue)) : max(0, last - len(overdue))],
        apart=len(others) < len(moved),
        pages=pages,
        undated=undated_words(document),
    )
