"""Pages that compare two points: previous against current, and what changed."""

from dataclasses import replace
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from markupsafe import Markup

from api.http.question_addresses import Ask
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.page_points import comparing_at
from api.pages.paging import Page, page_of
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
from projections.comparison_tables import ComparisonDocument, RowDocument
from projections.point import PointDocument

comparing = page_routes("reader", Known(by_points=True))

#: Changed ratings per page.
_RATINGS = 15
#: The length of a page of changes, in letters; and the letters counted for the markup of each change.
_LETTERS, _MARKUP = 40_000, 350


@comparing.get("/plans/{plan}/comparison", name="comparison page")
def comparison_page(
    request: Request, ask: Ask, here: Annotated[Here, Depends(comparing_at("comparison"))], number: Page = 1
) -> Response:
    """Previous against current: the table that reconciles, what is due, the changes and the narrative."""
    shown = COMPARISON.ask(ask, here.plan, previous=here.previous, current=here.at)
    document = shown.document

    def near(path: str) -> str:
        """The relative address of another page of the plan: short, because this page has hundreds of them."""
        return here.to(path).removeprefix(f"/plans/{here.plan}/")

    return page(
        request,
        "comparison.html",
        here=here,
        document=document,
        sentence=as_at_both(document["previous"], document["current"]),
        tags=Tags(document["ratings"]),
        bars=[(name, _bar(document, name)) for name in ("previous", "current")],
        rows=[_row(document, row) for row in document["rows"]],
        whole={"link": "", "place": " in all"},
        counted=near("counted"),
        near=near,
        reconciliation=reconciliation(document["totals"]),
        due_by=due_by(document),
        changes=page_of(document["changes"], number, _RATINGS),
        direction=direction,
        opening=document["narrative"][: -len(document["rows"]) or None],
        told=_told(document),
        paper=dict(replace(here, path="paper").forms("paper", shown.fixed)),
        forms=here.forms("comparison", shown.fixed),
    )


def _row(document: ComparisonDocument, row: RowDocument) -> dict[str, object]:
    """A row of the table, with what leads to the actions behind its figures."""
    return {
        "table": row,
        "link": f"&priority={quote(row['priority'])}",
        "place": f" in {document['priority_word']} {row['priority']}",
    }


def _told(document: ComparisonDocument) -> list[tuple[RowDocument, str]]:
    """The rows with their paragraphs of the narrative, which begins with some on the whole plan."""
    first = len(document["narrative"]) - len(document["rows"])
    return list(zip(document["rows"], document["narrative"][first:], strict=True))


def _bar(document: ComparisonDocument, name: str) -> Markup:
    """The bar of the ratings at one of the points."""
    totals: Any = document["totals"]
    counts: Any = [{**rating, "count": totals["ratings"][rating["code"]][name]} for rating in document["ratings"]]
    return Markup(rating_bar(counts, totals["unrated"][name]))  # noqa: S704  # made and escaped by us


@comparing.get("/plans/{plan}/changes", name="changes page")
def changes_page(
    request: Request, ask: Ask, here: Annotated[Here, Depends(comparing_at("changes"))], number: Page = 1
) -> Response:
    """Everything that changed between two points, with the events behind each change."""
    shown = CHANGES.ask(ask, here.plan, previous=here.previous, current=here.at)
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
        between=None
        if document["changes"]
        else _recorded_between(ask, here, document["previous"], document["current"]),
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


def _recorded_between(ask: Asker, here: Here, *points: PointDocument) -> dict[str, Any] | None:
    """The number of events recorded between the versions of the points, and their address; None if there are none."""
    first, last = sorted(point["basis"] for point in points)
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
