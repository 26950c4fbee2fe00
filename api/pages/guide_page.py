"""The guide: the tasks that the pages support, with links."""

from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from api.http import patterns
from api.http.access.callers import caller_of
from api.http.question_addresses import Ask
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.questions.asker import Asker
from api.questions.history_question import HISTORY
from api.questions.plan_question import PLAN_AS_AT
from api.questions.plans_question import PLANS
from projections.document_history import HistoryDocument
from projections.register import RegisterEntry

guide = page_routes("reader", Known())


@guide.get("/", name="start")
def start() -> Response:
    """The first page: the plans."""
    return RedirectResponse("/plans", 303)


@guide.get("/guide", name="guide")
def guide_page(
    request: Request,
    ask: Ask,
    slug: Annotated[
        str | None, Query(alias="plan", max_length=63, pattern=patterns.SLUG, description="The plan it leads into.")
    ] = None,
) -> Response:
    """A list of all that can be done here, each with a way into the plan it was opened from, or into another."""
    plans = PLANS.ask(ask).document["plans"]
    if slug is not None:
        caller_of(request).require("reader", slug)
    if slug is None:
        plan = _example(plans)
    else:
        asked = HISTORY.ask(ask, slug).document["plan"]  # raises PlanUnknown
        plan = next((one for one in plans if one["plan"] == asked), None)
    if plan is None:
        return page(request, "guide.html", plan=None)
    history = HISTORY.ask(ask, plan["plan"]).document
    now, issues, told = Here(plan["plan"]), history["versions"], history["presented"]
    return page(
        request,
        "guide.html",
        plan=plan,
        now=now,
        issues=issues[-2:],
        compared=(compared := _compared(now, history)),
        papers=_papers(compared),
        issued=Here(plan["plan"], "", f"issue:{issues[-1]['label']}") if issues else None,
        told=told[-1] if told else None,
        was_told=Here(plan["plan"], "", f"told:{told[-1]['forum']}@{told[-1]['on']}") if told else None,
        action=_action(ask, plan["plan"]),
    )


def _example(plans: list[RegisterEntry]) -> RegisterEntry | None:
    """The example plan that the guide links to: the one with the most to show; None if there are no plans."""
    rated = [plan for plan in plans if any(rating["count"] for rating in plan["ratings"])]
    return max(rated or plans, key=lambda plan: (plan["presented"] is not None, plan["actions"]), default=None)


def _compared(now: Here, history: HistoryDocument) -> Here:
    """The most useful comparison: of the last two document versions, or else of the plan as it is now."""
    if len(issues := history["versions"]) > 1:
        return Here(now.plan, "comparison", f"issue:{issues[-1]['label']}", f"issue:{issues[-2]['label']}")
    return Here(now.plan, "comparison")


def _papers(compared: Here) -> dict[str, str]:
    """The addresses of the committee's paper by format; empty without two points."""
    if compared.previous is None:
        return {}
    points = {"previous": compared.previous, "current": compared.at}
    return dict(Here(compared.plan, "paper").forms("paper", points))


def _action(ask: Asker, slug: str) -> str | None:
    """The number of an example action: the first with a rating, or else the first."""
    actions = [
        action for priority in PLAN_AS_AT.ask(ask, slug).document["priorities"] for action in priority["actions"]
    ]
    rated = [action for action in actions if action["rating"]]
    return next((action["number"] for action in [*rated, *actions]), None)
