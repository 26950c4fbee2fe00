"""Choosing a point: the day, and the state of the record. The choice is kept while moving between pages."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from api import clock
from api.http.question_addresses import Ask, At, Plan
from api.pages.choices import unheard, which_is_meant, written
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.plan_pages import Kept, day_recorded
from api.pages.rendering import Said, capital, page
from api.pages.routes import page_routes
from api.papers.wording import day_in_words
from api.questions.asker import Asker
from api.questions.default_previous import default_previous
from api.questions.history_question import HISTORY
from domain.points import PointUnknown, PointUnreadable, read_point
from projections.document_history import HistoryDocument

points = page_routes("reader", Known())

#: A path below the plan. It excludes `..` and `//`, so that no browser resolves it to an address elsewhere.
PATH = r"^/?([A-Za-z0-9()_-][A-Za-z0-9()_.-]*(/[A-Za-z0-9()_-][A-Za-z0-9()_.-]*)*/?)?$"
To = Annotated[str, Query(max_length=200, pattern=PATH, description="The page of the plan to come back to.")]
Of = Annotated[Literal["current", "previous"], Query(description="Which of the two points of that page.")]
Typed = Annotated[str, Query(max_length=600)]

#: The fields of each choice.
_UNDER = {"day": ("day",), "known": ("known_day", "known_at"), "issue": ("issue",), "told": ("forum", "told_by")}
#: The choices, by their labels in the form.
_CHOICES = {
    "today": "How the plan stands today",
    "day": "The plan on another day, with everything that is recorded by now",
    "known": "The plan on a day, as it was known at the time",
    "issue": "A document version, as it was issued",
    "told": "What a forum had been told",
}
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
    was: Annotated[str | None, Query(max_length=20_000, description="What the form was filled in with.")] = None,
) -> Response:
    """Go to the page at the point chosen, or say what is wrong with the choice."""
    here = Here(plan, to.strip("/"), at, previous)
    typed = {"day": day, "known_day": known_day, "known_at": known_at, "told_by": told_by}
    given = {"show": show, "issue": issue, "forum": forum, **{name: text.strip() for name, text in typed.items()}}
    point, field = _written(given)
    if was is None:
        asked = at if of == "current" else previous or "now"
        was = _was(_given(asked, ask, plan), HISTORY.ask(ask, plan).document)
    if point and (other := unheard(show, _UNDER, given, was)):
        return _form(request, ask, here, of, given, {"show": which_is_meant(_CHOICES[other], _CHOICES[show])})
    try:
        if not point:
            raise PointUnreadable("choose one of these" if field == "show" else "give a day, such as 2019-05-31")
        ask.at(plan, point, lambda _plan, _point: None)
    except (PointUnreadable, PointUnknown) as error:
        return _form(request, ask, here, of, given, {field: str(error)}, was)
    there = replace(here, **{"at" if of == "current" else "previous": point})
    return RedirectResponse(there.this, 303)


def _written(given: dict[str, str]) -> tuple[str, str]:
    """The chosen point in the notation, empty if something is missing; and the field that decides it."""
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
    """The initial values of the form: the parts of the point shown, and the usual default for everything else."""
    today = clock.today().isoformat()
    given = {
        "show": "today",
        "day": today,
        "known_day": today,
        "known_at": "",
        "issue": "",
        "forum": "",
        "told_by": today,
    }
    try:
        point = ask.at(plan, asked, lambda shown, _: shown.point).document
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


def _issues(history: HistoryDocument) -> list[tuple[str, str]]:
    """The document versions to choose from, newest first."""
    return [
        (one["label"], f"{one['label']}, issued {day_in_words(one['issued_on'])}")
        for one in reversed(history["versions"])
    ]


def _forums(history: HistoryDocument) -> list[str]:
    """The forums to choose from, by name."""
    return sorted({told["forum"] for told in history["presented"]}, key=str.casefold)


def _was(given: dict[str, str], history: HistoryDocument) -> str:
    """The values of the form when it is shown, as text; a list without a choice shows its first entry."""
    first = {"issue": [label for label, _ in _issues(history)], "forum": _forums(history)}
    listed = {name: given[name] or next(iter(options), "") for name, options in first.items()}
    return written({name: value for name, value in {**given, **listed}.items() if name != "show"})


def _form(
    request: Request,
    ask: Asker,
    here: Here,
    of: str,
    given: dict[str, str],
    errors: dict[str, str],
    was: str | None = None,
) -> Response:
    """The form; `was` holds its values before they were edited, by default the current ones."""
    history = HISTORY.ask(ask, here.plan).document
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
        errors=Said({name: capital(sentence) for name, sentence in errors.items()}),
        names=_NAMES,
        choices=_CHOICES,
        issues=_issues(history),
        forums=[(forum, forum) for forum in _forums(history)],
        was=was if was is not None else _was(given, history),
        kept=[(name, value) for name, value in kept.items() if value is not None],
        back=here.this,
        began=ask.at(here.plan, "now", lambda _, newest: day_recorded(newest, 1)).document,
    )


def sees_all(at: str) -> bool:
    """Whether a point takes in everything recorded by now. Pages at other points must not show later news."""
    asked = read_point(at)
    return asked.version is None and asked.instant is None and asked.label is None and asked.forum is None


def first_previous(ask: Asker, slug: str, current: str) -> str:
    """The default previous point; it takes in no more of the record than the current one."""
    before, label = default_previous(ask, slug, current, read_point(current).label)
    if not sees_all(current):
        return before
    return before.partition("@")[0] if label is None else f"issue:{label}"
