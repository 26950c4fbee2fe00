"""The pages that show just an answer: the composed paper with its points, and links in its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api.http.question_addresses import Ask, signature
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.plan_pages import is_past
from api.pages.point_pages import first_previous
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.papers import paper as made_of
from api.papers.paper import Cell, Paper, pieces_of
from api.papers.wording import as_at_each
from api.questions.asker import Asker
from api.questions.question import Links, OfAPoint, OfSeveralPoints, Page
from api.questions.question_parameters import AT, PREVIOUS
from api.questions.question_registry import QUESTIONS, compose

answers = page_routes("reader", Known(by_points=True))

_KEPT = replace(PREVIOUS, stands="option", required=False, help="The previous point, kept while moving between pages")


class Line(NamedTuple):
    """A line of a cell: its kind, its content, and its link."""

    kind: str
    value: Any
    link: str | None


class Section(NamedTuple):
    """A heading and the blocks under it, each a kind with the values for its template."""

    anchor: str
    heading: str
    blocks: list[tuple[str, Any]]


def _serve(question: OfAPoint[Any] | OfSeveralPoints[Any], shown: Page[Any]) -> None:
    """Register the page of a question about a point, or about several."""
    several = isinstance(question, OfSeveralPoints)

    def endpoint(request: Request, ask: Asker, at: str, previous: str | None, **given: Any) -> Response:
        own = {one.called: given[one.name] for one in question.own}
        here = Here(given["plan"], question.below.strip("/").format(**own), at, previous)
        kept = {one.called: _written(own[one.called]) for one in question.own if one.stands != "path"}
        if several and not given["points"]:
            points = [previous or first_previous(ask, here.plan, at), at]
            return RedirectResponse(here.to(here.path, **kept, points=points), 303)
        answer = question.ask(ask, **given, **({} if several else {"at": at}))
        document, paper = answer.document, compose(question.name, answer.document)
        return page(
            request,
            "answer.html",
            here=here,
            title=document["title"],
            shown=shown,
            sentence=as_at_each(document["points"] if several else [document["point"]]),
            several=several,
            past=not several and is_past(document["point"], ask.ledger.plan(here.plan).version),
            tags=_tags(paper),
            sections=_sections(here, paper, shown, document),
            forms=here.forms(question.name, answer.fixed, **kept),
        )

    asked = [replace(one, required=False, default=()) if one.kind == "points" else one for one in question.parameters]
    read = signature(asked + [AT] * several + [_KEPT], request=Request, ask=Ask)
    endpoint.__signature__ = read  # type: ignore[attr-defined]  # FastAPI reads it
    answers.add_api_route(question.address, endpoint, methods=["GET"], name=f"{question.name} page")


def _written(value: str | int | None) -> str | int | None:
    """The value of a parameter in an address; a flag that is not set is left out."""
    return (1 if value else None) if isinstance(value, bool) else value


def _sections(here: Here, paper: Paper, shown: Page[Any], document: Any) -> list[Section]:
    links, anchors = iter([rows for rows in shown.links(document) if rows]), iter(shown.anchors(document))
    sections = [Section("", "", [])]
    for block in paper.blocks:
        blocks = sections[-1].blocks
        match block:
            case made_of.Heading(text):
                sections.append(Section(next(anchors, f"s{len(sections)}"), text, []))
            case made_of.Prose(text, strong):
                blocks.append(("prose", (pieces_of(text), strong)))
            case made_of.Facts(_, facts):
                rows = _rows(here, facts, next(links, ()))
                blocks.append(("facts", [(name, cell) for (name, _), (_, cell) in zip(facts, rows, strict=True)]))
            case made_of.Table():
                blocks.append(("table", (block, list(_rows(here, block.rows, next(links, ()) if block.rows else ())))))
            case made_of.Picture(svg):
                blocks.append(("picture", Markup(svg[svg.index("<svg") :])))  # noqa: S704  # made and escaped by us
    return sections


def _rows(here: Here, rows: Sequence[Sequence[Cell]], links: Sequence[Links]) -> Iterator[list[list[Line]]]:
    """The cells of a table or of facts, row by row, as lists of lines."""
    for place, row in enumerate(rows):
        leads = links[place] if links else {}
        yield [list(_lines(here, cell, leads.get(column))) for column, cell in enumerate(row)]


def _lines(here: Here, cell: Cell, link: str | Sequence[str] | None = None) -> Iterator[Line]:
    """The lines of a cell; for a tuple with several links, each line has its own."""
    if isinstance(cell, tuple):
        for place, one in enumerate(cell):
            yield from _lines(here, one, link if isinstance(link, str | None) else link[place])
        return
    leads = None
    if isinstance(link, str):
        path, sharp, anchor = link.partition("#")
        leads = f"{here.to(path)}{sharp}{anchor}"
    match cell:
        case made_of.Text() | str():
            yield Line("text", pieces_of(cell), leads)
        case made_of.Day(iso):
            yield Line("day", iso, leads)
        case made_of.Instant(iso):
            yield Line("instant", iso, leads)
        case made_of.Tag():
            yield Line("tag", cell, leads)
        case made_of.Pair(before, now):
            yield Line("figure", f"{before} → {now}", leads)
        case figure:
            yield Line("figure", figure, leads)


def _tags(paper: Paper) -> Tags:
    """The tags for the ratings of a paper, taken from its cells."""
    tables = [block for block in paper.blocks if isinstance(block, made_of.Table)]
    tags = {cell for table in tables for row in table.rows for cell in row if isinstance(cell, made_of.Tag)}
    return Tags({"code": one.label, "label": one.label, "colour": one.colour} for one in tags)


for _question in QUESTIONS.values():
    if isinstance(_question, OfAPoint | OfSeveralPoints) and _question.page and not _question.page.own:
        _serve(_question, _question.page)
