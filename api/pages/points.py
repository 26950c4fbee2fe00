"""Choosing a point in time: which day, and what was known; the choice then stays while one moves between pages."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from api import clock
from api.http.reading import Ask, At, Plan
from api.pages.here import Here
from api.pages.plans import Kept
from api.pages.rendering import Said, page
from api.pages.routes import page_routes
from api.papers.wording import day_in_words
from api.questions import Asker
from domain.points import PointUnknown, PointUnreadable, read_point

points = page_routes()

To = Annotated[
    str, Query(max_length=200, pattern=r"^[A-Za-z0-9()_./-]*$", description="The page of the plan to come back to.")
]
Of = Annotated[Literal["current", "previous"], Query(description="Which of the two points of that page.")]
Typed = Annotated[str, Query(max_length=600)]

_NAMES = {
    "show": "What to show",
    "day": "Day",
    "known_day": "Day",
    "known_at": "What was known by",
    "issue": "Document version",
    "forum": "Forum",
    "told_by": "By the end of",
}


@points.get("/plans/{plan}/point", name="choose a point")
def choose(
    request: Request, ask: Ask, plan: Plan, to: To = "", of: Of = "current", at: At = "now", previous: Kept = None
) -> Response:
    """Choose another point in time for a page."""
    here = Here(plan, to.strip("/"), at, previous)
    asked = at if of == "current" else previous or "now"
    return _form(request, ask, here, of, _given(asked, ask, plan), {})


@points.get("/plans/{plan}/point/chosen", name="chosen point")
def chosen(
    request: Request,
    ask: Ask,
    plan: Plan,
    to: To = "",
    of: Of = "current",
    at: At = "now",
    previous: Kept = None,
    show: Typed = "",
    day: Typed = "",
    known_day: Typed = "",
    known_at: Typed = "",
    issue: Typed = "",
    forum: Typed = "",
    told_by: Typed = "",
) -> Response:
    """Go to the page at the point chosen, or say what is wrong with the choice."""
    here = Here(plan, to.strip("/"), at, previous)
    given = {
        "show": show, "day": day.strip(), "known_day": known_day.strip(), "known_at": known_at.strip(),
        "issue": issue, "forum": forum, "told_by": told_by.strip(),
    }  # fmt: skip
    point, field = _written(given)
    try:
        if not point:
            raise PointUnreadable("choose one of these" if field == "show" else "give a day, such as 2019-05-31")
        ask.together(plan, point, lambda _plan, _point: None)
    except (PointUnreadable, PointUnknown) as error:
        return _form(request, ask, here, of, given, {field: str(error.args[0])})
    there = replace(here, **{"at" if of == "current" else "previous": point})
    return RedirectResponse(there.this, 303)


def _written(given: dict[str, str]) -> tuple[str, str]:
    """The point as it is written, or nothing where something is missing; and the field that it depends on."""
    match given["show"]:
        case "today":
            return "now", "show"
        case "day":
            return given["day"], "day"
        case "known":
            known = given["known_at"] or given["known_day"]
            return given["known_day"] and f"{given['known_day']}@{known}", "known_at" if known else "known_day"
        case "issue":
            return given["issue"] and f"issue:{given['issue']}", "issue"
        case "told":
            return given["told_by"] and f"told:{given['forum']}@{given['told_by']}", "told_by"
    return "", "show"


def _given(asked: str, ask: Asker, plan: str) -> dict[str, str]:
    """What the form holds at first: the point shown by now, taken apart, and else what would be asked most often."""
    today = clock.today().isoformat()
    given = {"show": "today", "day": today, "known_day": today, "known_at": "", "issue": "", "forum": "",
             "told_by": today}  # fmt: skip
    try:
        point = ask.together(plan, asked, lambda _, point: point).document
        read = read_point(asked)
    except (PointUnreadable, PointUnknown):
        return given
    given["day"] = given["known_day"] = point.effective_on.isoformat()
    kind, _, said = asked.partition(":")
    if kind == "issue":
        given |= {"show": "issue", "issue": said.strip()}
    elif kind == "told":
        forum, _, by = said.rpartition("@")
        given |= {"show": "told", "forum": forum.strip(), "told_by": by.strip()}
    elif read.version is not None or read.instant is not None:
        given |= {"show": "known", "known_at": asked.partition("@")[2]}
    elif asked != "now":
        given["show"] = "day"
    return given


def _form(
    request: Request, ask: Asker, here: Here, of: str, given: dict[str, str], errors: dict[str, str]
) -> Response:  # fmt: skip
    history = ask.history(here.plan).document
    issues = [
        (one["label"], f"{one['label']}, issued {day_in_words(one['issued_on'])}")
        for one in reversed(history["versions"])
    ]
    forums = sorted({told["forum"] for told in history["presented"]}, key=str.casefold)
    which = {"current": "What do you want to see?", "previous": "What do you want to compare with?"}[of]
    kept = {"to": here.path or None, "of": of, "at": here.at, "previous": here.previous}
    return page(
        request,
        "point.html",
        422 if errors else 200,
        here=here,
        title=which,
        plan_title=history["title"],
        given=given,
        errors=Said(errors),
        names=_NAMES,
        issues=issues,
        forums=[(forum, forum) for forum in forums],
        kept=[(name, value) for name, value in kept.items() if value is not None],
        back=here.this,
    )


def first_previous(ask: Asker, slug: str, current: str) -> str:
    """The point that a comparison starts from where none was chosen: the last version issued before the current day.

    Where none was, it is the day on which the plan was opened.
    """
    history = ask.history(slug, current).document
    day: str = history["point"]["effective_on"]
    if before := [one for one in history["versions"] if one["issued_on"] < day]:
        return f"issue:{before[-1]['label']}"
    opened: str = ask.plan(slug, current).document["opened_on"]
    return min(opened, day, key=date.fromisoformat)
