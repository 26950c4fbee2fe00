"""The page of the document history: document versions issued, presentations, and past points named afterwards."""

from itertools import pairwise
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from api.http.question_addresses import Ask
from api.http.whole_numbers import DIGITS
from api.pages.here import Here, form_links
from api.pages.known_pages import Known
from api.pages.page_points import shown_at
from api.pages.plan_pages import is_past
from api.pages.point_pages import sees_all
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.papers.wording import as_at, fixed
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from projections.document_history import HistoryDocument, PresentedDocument, VersionDocument, document_history

documents = page_routes("reader", Known())

#: Versions, and presentations, per page.
LISTED = 25

Page = Annotated[int, Query(ge=1, le=10**6), DIGITS]


@documents.get("/plans/{plan}/history", name="history page")
def history_page(
    request: Request,
    ask: Ask,
    here: Annotated[Here, Depends(shown_at("history"))],
    versions: Page = 1,
    presented: Page = 1,
) -> Response:
    """The document versions issued and to whom the plan was presented, newest first, each to be had again."""

    def answers(at: PlanAt, newest: PlanRecord) -> tuple[HistoryDocument, int]:
        return document_history(at), newest.version

    answer = ask.at(here.plan, here.at, answers)
    document, newest = answer.document
    issues, told = document["versions"], document["presented"]
    before = {later["version"]: earlier for earlier, later in pairwise(issues)}
    everything = sees_all(here.at)
    return page(
        request,
        "history.html",
        here=here,
        document=document,
        sentence=as_at(document["point"]),
        past=is_past(document["point"], newest),
        versions=[_issued(here, one, before.get(one["version"]), everything) for one in _listed(issues, versions)],
        presented=[_presented(here, one, everything and _is_last(one, told)) for one in _listed(told, presented)],
        more_versions=_pages(here, "versions", versions, len(issues), presented=None if presented == 1 else presented),
        more_presented=_pages(here, "presented", presented, len(told), versions=None if versions == 1 else versions),
        name_past=here.to("record/presentation", past=1),
        pack=request.app.state.key is not None,
        forms=here.forms("history", answer.fixed),
    )


def _listed(entries: list[Any], number: int) -> list[Any]:
    """The entries of one page, newest first."""
    return entries[::-1][(number - 1) * LISTED : number * LISTED]


def _pages(here: Here, name: str, number: int, entries: int, **kept: object) -> dict[str, str]:
    """The addresses of the pages before and after, by the text of their links."""
    pages = {}
    if number > 1:
        pages["Newer"] = here.to("history", **{**kept, name: None if number == 2 else number - 1}) + f"#{name}"
    if number * LISTED < entries:
        pages["Older"] = here.to("history", **{**kept, name: number + 1}) + f"#{name}"
    return pages


def _issued(here: Here, issue: VersionDocument, before: VersionDocument | None, everything: bool) -> dict[str, Any]:
    """A document version with links to the plan as issued, and to the comparison with the version before.

    At a past state of the record the links have fixed points, because a label may mean another version by now.
    """

    def point(one: VersionDocument) -> str:
        return f"issue:{one['label']}" if everything else fixed(one["point"])

    there = Here(here.plan, "", point(issue))
    return {
        **issue,
        "plan": there.to(),
        "papers": _papers("plan", f"/plans/{here.plan}{{}}?at={fixed(issue['point'])}"),
        "before": before and before["label"],
        "comparison": before and there.to("comparison", previous=point(before)),
    }


def _presented(here: Here, told: PresentedDocument, by_forum: bool) -> dict[str, Any]:
    """A presentation with links to the plan or the comparison that was shown, and to its paper.

    The link to the plan names the forum if `by_forum`: then that certainly gives the point that was shown.
    """
    previous, current = told["previous"], told["current"]
    there = Here(here.plan, "", f"told:{told['forum']}@{told['on']}" if by_forum else fixed(current))
    shown = {**told, "plan": there.to(), "comparison": None, "papers": []}
    if previous is not None:
        there = Here(here.plan, "comparison", fixed(current), fixed(previous))
        query = f"?previous={fixed(previous)}&current={fixed(current)}"
        shown |= {"comparison": there.this, "papers": _papers("paper", f"/plans/{here.plan}/paper{{}}{query}")}
    else:
        shown["papers"] = _papers("plan", f"/plans/{here.plan}{{}}?at={fixed(current)}")
    return shown


def _papers(question: str, address: str) -> list[tuple[str, str]]:
    """The links to the file formats of a paper."""
    return [link for link in form_links(question, address) if link[0] in ("Word", "PDF", "Excel")]


def _is_last(told: PresentedDocument, presented: list[PresentedDocument]) -> bool:
    """Whether it was the forum's last presentation on its day: there may have been two on one day."""
    forum, on = told["forum"].casefold(), told["on"]
    same = [one["version"] for one in presented if one["forum"].casefold() == forum and one["on"] == on]
    return same[-1] == told["version"]
