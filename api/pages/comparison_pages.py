"""Pages that compare two points: previous against current, and what changed."""

from itertools import groupby
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api.http.question_addresses import Ask, Current, Plan
from api.pages.here import Here
from api.pages.paging import Page, page_of
from api.pages.plan_pages import Kept
from api.pages.point_pages import first_previous
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.papers.chart import rating_bar
from api.papers.compose.comparison_paper import due_by
from api.papers.paper import pieces_of
from api.papers.revision import revised
from api.papers.wording import Labels, as_at_both, direction, reconciliation, safe_lines
from api.papers.wording_changes import change_words, kind_words
from api.questions.asker import Asker
from api.questions.changes_question import CHANGES
from api.questions.comparison_question import COMPARISON
from api.questions.trail_question import TRAIL
from projections.change import Change, is_revision
from projections.comparison_tables import ComparisonDocument
from projections.point import PointDocument
from projections.rag_comparison import PointsReversed

comparing = page_routes()

#: Changed ratings per page.
_RATINGS = 15
#: The length of a page of changes, in letters; and the letters counted for the markup of each change.
_LETTERS, _MARKUP = 40_000, 350


@comparing.get("/plans/{plan}/comparison", name="comparison page")
def comparison_page(
    request: Request, ask: Ask, plan: Plan, previous: Kept = None, current: Current = "now", number: Page = 1
) -> Response:
    """Previous against current: the table that reconciles, what is due, the changes and the narrative."""
    here = Here(plan, "comparison", current, previous)
    if previous is None:
        return RedirectResponse(with_previous(ask, here).this, 303)
    try:
        shown = COMPARISON.ask(ask, plan, previous=previous, current=current)
        document = shown.document
    except PointsReversed as error:
        return points_reversed(request, here, error)

    def near(path: str) -> str:
        """The relative address of another page of the plan: short, because this page has hundreds of them."""
        return here.to(path).removeprefix(f"/plans/{plan}/")

    # The narrative has paragraphs on the whole plan first, then one for every row.
    first = len(document["narrative"]) - len(document["rows"])
    return page(
        request,
        "comparison.html",
        here=here,
        document=document,
        sentence=as_at_both(document["previous"], document["current"]),
        tags=Tags(document["ratings"]),
        bars=[(name, _bar(document, name)) for name in ("previous", "current")],
        rows=[
            {
                "table": row,
                "link": f"&priority={quote(row['priority'])}",
                "place": f" in {document['priority_word']} {row['priority']}",
            }
            for row in document["rows"]
        ],
        whole={"link": "", "place": " in all"},
        counted=near("counted"),
        near=near,
        reconciliation=reconciliation(document["totals"]),
        due_by=due_by(document),
        changes=page_of(document["changes"], number, _RATINGS),
        direction=direction,
        opening=document["narrative"][:first],
        told=list(zip(document["rows"], document["narrative"][first:], strict=True)),
        paper=dict(Here(plan, "paper", current, previous).forms("paper", shown.fixed)),
        forms=here.forms("comparison", shown.fixed),
    )


def with_previous(ask: Ask, here: Here) -> Here:
    """The same page with the default previous point."""
    return Here(here.plan, here.path, here.at, first_previous(ask, here.plan, here.at))


def points_reversed(request: Request, here: Here, error: PointsReversed) -> Response:
    """The page that says that the points are reversed, with a link that swaps them."""
    swapped = Here(here.plan, here.path, here.previous or "now", here.at)
    return page(request, "reversed.html", 422, here=here, swapped=swapped.this, detail=str(error))


def _bar(document: ComparisonDocument, name: str) -> Markup:
    """The bar of the ratings at one of the points."""
    totals: Any = document["totals"]
    counts: Any = [{**rating, "count": totals["ratings"][rating["code"]][name]} for rating in document["ratings"]]
    return Markup(rating_bar(counts, totals["unrated"][name]))  # noqa: S704  # made and escaped by us


@comparing.get("/plans/{plan}/changes", name="changes page")
def changes_page(
    request: Request, ask: Ask, plan: Plan, previous: Kept = None, current: Current = "now", number: Page = 1
) -> Response:
    """Everything that changed between two points, with the events behind each change."""
    here = Here(plan, "changes", current, previous)
    if previous is None:
        return RedirectResponse(with_previous(ask, here).this, 303)
    shown = CHANGES.ask(ask, plan, previous=previous, current=current)
    document = shown.document
    labels, word = Labels(document), document["priority_word"]
    pages = _pages(document["changes"])
    shown_here = pages[number - 1] if number <= len(pages) else []
    # The page shows a withdrawal beside the change, with its event, so the sentence leaves it out.
    told = [(one, change_words({**one, "by_withdrawal": False}, word, labels)) for one in shown_here]
    places = [
        (place, [(subject, list(under)) for subject, under in groupby(of_place, lambda one: _subject(*one))])
        for place, of_place in groupby(told, lambda one: one[0]["priority"])
    ]
    return page(
        request,
        "changes.html",
        here=here,
        document=document,
        sentence=as_at_both(document["previous"], document["current"]),
        tags=Tags(document["ratings"]),
        reversed=_reversed(document["previous"], document["current"]),
        between=_recorded_between(ask, here, shown.fixed) if not document["changes"] else None,
        kinds=[(kind_words(kind), many) for kind, many in document["counts"].items()],
        places=places,
        pieces=_pieces,
        number=number,
        last=len(pages),
        forms=here.forms("changes", shown.fixed),
    )


def _reversed(previous: PointDocument, current: PointDocument) -> str:
    """The note on reversed points: the list shows what going back would undo. Empty if they are in order."""
    if current["effective_on"] < previous["effective_on"]:
        return "The current point is before the previous one: this says what going back would undo."
    if current["basis"] < previous["basis"]:
        return (
            "At the current point less of the record was known than at the previous one: "
            "this says what leaving out the rest would undo."
        )
    return ""


def _recorded_between(ask: Asker, here: Here, fixed: dict[str, str]) -> dict[str, Any] | None:
    """The number of events recorded between the versions of the points, and their address; None if there are none."""
    first, last = sorted(int(point.rpartition("@")[2]) for point in fixed.values())
    if first == last:
        return None
    document = TRAIL.ask(ask, here.plan, after=first, limit=1, up_to=last).document
    return {"events": document["rest"], "address": here.to("trail", after=first, up_to=last)}


def _pages(changes: list[Change]) -> list[list[Change]]:
    """Split the changes into pages of similar length: some changes have one word, others ten thousand letters."""
    pages: list[list[Change]] = []
    full = 0
    for change in changes:
        length = len(str(change["previous"])) + len(str(change["current"])) + _MARKUP
        if not pages or full + length > _LETTERS:
            pages.append([])
            full = 0
        pages[-1].append(change)
        full += length
    return pages


def _subject(change: Change, words: Any) -> tuple[str | None, str, str]:
    """The subject of a change: the number of its action, if any, its name, and its text."""
    return change["action"], words.subject, words.text if change["action"] or words.subject else ""


def _pieces(change: Change) -> Any:
    """The word-by-word revision of a text; None if the change is no revision of running text."""
    previous, current = change["previous"], change["current"]
    if not is_revision(change) or previous == current:
        return None
    return pieces_of(revised(safe_lines(str(previous)), safe_lines(str(current))))
