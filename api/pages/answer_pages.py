"""The pages that show an answer and nothing else: the composed paper with its points, and a link in every row."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api.http.question_addresses import Ask, signature
from api.pages.comparison_pages import points_reversed, with_previous
from api.pages.here import Here
from api.pages.plan_pages import is_past
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.papers.paper import (
    Cell,
    Day,
    Facts,
    Heading,
    Instant,
    Pair,
    Paper,
    Picture,
    Prose,
    Table,
    Tag,
    Text,
    pieces_of,
)
from api.papers.wording import as_at, as_at_both
from api.questions.asker import Asker
from api.questions.parameters import PREVIOUS
from api.questions.question import (
    ActionLink,
    EventLink,
    Links,
    OfAPoint,
    OfTwoPoints,
    Page,
    PriorityLink,
    Question,
)
from api.questions.registry import QUESTIONS, compose
from projections.rag_comparison import PointsReversed

answers = page_routes()

_KEPT = replace(PREVIOUS, stands="option", required=False, help="The previous point, kept while moving between pages")


class Line(NamedTuple):
    """A line of a cell: what kind of thing it is, the thing, and where it leads."""

    kind: str
    value: Any
    link: str | None = None


class Section(NamedTuple):
    """A heading with what stands under it: pairs of a kind and what the template needs of it."""

    anchor: str
    heading: str
    blocks: list[tuple[str, Any]]


def _serve(question: Question[Any], shown: Page[Any]) -> None:
    """Serve the page of a question: at the point, or the two, that its address names."""
    parameters = [*(one for one in question.parameters if one.name != "previous"), _KEPT]

    def endpoint(request: Request, ask: Asker, previous: str | None, **given: Any) -> Response:
        plan, at = given["plan"], given["at" if "at" in given else "current"]
        here = Here(plan, question.below.strip("/").format(**given), at, previous)
        two = isinstance(question, OfTwoPoints)
        if two and previous is None:
            return RedirectResponse(with_previous(ask, here).this, 303)
        try:
            answer = question.ask(ask, **given, **({"previous": previous} if two else {}))
            document = answer.document
        except PointsReversed as error:
            return points_reversed(request, here, error)
        paper, tags = compose(question.name, document), _tags
        points = [document["previous"], document["current"]] if two else [document["point"]]
        return page(
            request,
            "answer.html",
            here=here,
            title=document["title"],
            shown=shown,
            sentence=as_at_both(*points) if two else as_at(points[0]),
            two=two,
            past=not two and is_past(points[0], ask.ledger.plan(plan).version),
            tags=tags(paper),
            sections=_sections(here, paper, shown, document),
            forms=here.forms(question.name, answer.fixed),
        )

    endpoint.__signature__ = signature(parameters, request=Request, ask=Ask)  # type: ignore[attr-defined]
    answers.add_api_route(question.address, endpoint, methods=["GET"], name=f"{question.name} page")


def _sections(here: Here, paper: Paper, shown: Page[Any], document: Any) -> list[Section]:
    links = iter([rows for rows in shown.links(document) if rows])
    anchors = iter(shown.anchors)
    sections = [Section("", "", [])]
    for block in paper.blocks:
        match block:
            case Heading(text):
                sections.append(Section(next(anchors, f"s{len(sections)}"), text, []))
            case Prose(text, strong):
                sections[-1].blocks.append(("prose", (pieces_of(text), strong)))
            case Facts():
                facts = [(name, list(_lines(here, cell, None))) for name, cell in block.facts]
                sections[-1].blocks.append(("facts", facts))
            case Table():
                rows = _rows(here, block, next(links, ()) if block.rows else ())
                sections[-1].blocks.append(("table", (block, rows)))
            case Picture():
                sections[-1].blocks.append(("picture", Markup(block.svg[block.svg.index("<svg") :])))  # noqa: S704
    return sections


def _rows(here: Here, table: Table, links: Sequence[Links]) -> list[list[list[Line]]]:
    """The cells of a table, each as its lines."""
    rows = []
    for place, row in enumerate(table.rows):
        of_row: Links = links[place] if place < len(links) else {}
        rows.append([list(_lines(here, cell, of_row.get(column))) for column, cell in enumerate(row)])
    return rows


def _lines(here: Here, cell: Cell, link: Any) -> Iterator[Line]:
    """The lines of a cell; of a tuple with several links each line has its own."""
    if isinstance(cell, tuple):
        several = link if isinstance(link, Sequence) else [link] * len(cell)
        for one, its in zip(cell, several, strict=True):
            yield from _lines(here, one, its)
        return
    leads = _address(here, link)
    match cell:
        case Text() | str():
            yield Line("text", pieces_of(cell), leads)
        case Day(iso):
            yield Line("day", iso, leads)
        case Instant(iso):
            yield Line("instant", iso, leads)
        case Tag():
            yield Line("tag", cell, leads)
        case Pair(previous, current):
            yield Line("figure", f"{previous} → {current}", leads)
        case _:
            yield Line("figure", cell, leads)


def _address(here: Here, link: object) -> str | None:
    match link:
        case ActionLink(number):
            return here.to(f"actions/{number}")
        case EventLink(version):
            return here.to(f"events/{version}")
        case PriorityLink(number):
            return f"{here.to()}#p{number}"
    return None


def _tags(paper: Paper) -> Tags:
    """The ratings of a paper, by the cells that show them."""
    cells = {cell for block in paper.blocks if isinstance(block, Table) for row in block.rows for cell in row}
    return Tags({"code": one.label, "label": one.label, "colour": one.colour} for one in cells if isinstance(one, Tag))


for _question in QUESTIONS.values():
    if isinstance(_question, OfAPoint | OfTwoPoints) and _question.page and not _question.page.own:
        _serve(_question, _question.page)
