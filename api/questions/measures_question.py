"""What do the measures say?"""

from collections.abc import Iterator, Sequence

from api.papers.compose.measures_paper import defined, measures_paper
from api.questions.question import Links, OfAPoint, Page
from projections.measures import MeasuresDocument, measures_over_time


def _links(document: MeasuresDocument) -> Iterator[Sequence[Links]]:
    for measure in document["measures"]:
        others: list[Links] = [{} for _ in defined({**measure, "priority": None}, "")]
        yield [*([{1: f"#p{measure['priority']}"}] if measure["priority"] else []), *others]
        yield [{3: f"events/{one['version']}"} for one in measure["readings"]]


MEASURES = OfAPoint(
    name="measures",
    place=150,
    sentence="Show the measures, with their values over time.",
    help="Show the measures of a PLAN, with their values over time.",
    examples=("stockton-strategy --at 2019-12-31",),
    projection=measures_over_time,
    compose=measures_paper,
    page=Page(
        name="Measures",
        among="lists",
        links=_links,
        anchors=lambda document: [f"m-{measure['measure']}" for measure in document["measures"]],
    ),
    packed=True,
)
