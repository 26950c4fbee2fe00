"""The entry pages: all plans, and one plan at a point."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query, Request, Response
from markupsafe import Markup

from api import clock
from api.http.question_addresses import Ask, At, Plan
from api.pages.here import Here, form_links
from api.pages.known_pages import Known
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.pages.visitors import may_open_some
from api.papers.chart import rating_bar
from api.papers.compose.action_tables import every
from api.papers.drawing import UNRATED, box, fills
from api.papers.wording import NOT_RATED, as_at, fixed
from api.questions.plans_question import PLANS
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from domain.points import LONDON
from projections.gaps import gaps_at
from projections.plan_as_at import PlanDocument, plan_as_at
from projections.point import PointDocument
from projections.register import RegisterEntry, register_entry

pages = page_routes("reader", Known(by_points=True))

#: The previous point. Pages that do not compare take it too, so that it is kept while moving between pages.
Kept = Annotated[str | None, Query(max_length=600, description="The previous point, kept while moving between pages.")]


@pages.get("/plans", name="plans page")
def plans_page(request: Request, ask: Ask) -> Response:
    """All plans, as they stand today."""
    document = PLANS.ask(ask).document
    bars = {one["plan"]: Markup(rating_bar(one["ratings"], one["unrated"])) for one in document["plans"]}  # noqa: S704
    keys = {one["plan"]: _key(one) for one in document["plans"]}
    forms = form_links("plans", "/plans{}")
    return page(
        request,
        "plans.html",
        plans=document["plans"],
        unreadable=document.get("unreadable", ()),
        bars=bars,
        keys=keys,
        forms=forms,
        opens=may_open_some(request, ask),
    )


def _key(entry: RegisterEntry) -> list[tuple[Markup, str, int]]:
    """The legend of a plan's bar, in its order: swatch, word and count of each part that has actions."""
    coloured = zip(entry["ratings"], fills([one["colour"] for one in entry["ratings"]]), strict=True)
    parts = [(fill, one["label"], one["count"]) for one, fill in coloured][::-1]
    parts.append((UNRATED, NOT_RATED, entry["unrated"]))
    return [
        (Markup(f'<svg width="14" height="14" aria-hidden="true">{box(0, 0, 14, 14, fill)}</svg>'), label, many)  # noqa: S704
        for fill, label, many in parts
        if many
    ]


@pages.get("/plans/{plan}", name="plan page")
def plan_page(
    request: Request,
    ask: Ask,
    plan: Plan,
    at: At = "now",
    everything: Annotated[bool, Query(alias="all", description="Also what was closed or withdrawn.")] = False,
    previous: Kept = None,
) -> Response:
    """A plan as at a point."""

    def answers(shown: PlanAt, newest: PlanRecord) -> dict[str, Any]:
        return {
            "plan": plan_as_at(shown, everything=everything),
            "summary": register_entry(shown),
            "gaps": gaps_at(shown),
            "newest": newest.version,
            "recorded": [day_recorded(newest, version) for version in (1, shown.basis)],
        }

    shown = ask.at(plan, at, answers)
    document, here = shown.document["plan"], Here(plan, "", at, previous)
    summary = shown.document["summary"]
    return page(
        request,
        "plan.html",
        **shown.document,
        here=here,
        # A long point in so many links would double the page, so they use its fixed form.
        rows=here if len(at) <= _SHORT else replace(here, at=fixed(document["point"])),
        sentence=as_at(document["point"]),
        past=is_past(document["point"], shown.document["newest"]),
        tags=Tags(document["ratings"]),
        meanings={rating["code"]: rating["meaning"] for rating in document["ratings"]},
        meant=any(rating["meaning"] for rating in document["ratings"]),
        bar=Markup(rating_bar(summary["ratings"], summary["unrated"])),  # noqa: S704  # made and escaped by us
        awaiting=_awaiting(document),
        everything=everything,
        forms=here.forms("plan", shown.fixed, all=1 if everything else None),
    )


def _awaiting(document: PlanDocument) -> list[str]:
    """The numbers of the actions whose ratings await confirmation."""
    actions = (action for priority in document["priorities"] for action in every(priority["actions"]))
    return [action["number"] for action in actions if "awaiting" in action]


def day_recorded(record: PlanRecord, version: int) -> str:
    """The day in London on which a version was recorded, in ISO format."""
    return record.known_at(version).astimezone(LONDON).date().isoformat()


#: The longest point, in letters, that every link may repeat.
_SHORT = 20


def is_past(point: PointDocument, newest: int) -> bool:
    """Whether a point shows another state than the current one."""
    return point["basis"] < newest or point["effective_on"] != clock.today().isoformat()
