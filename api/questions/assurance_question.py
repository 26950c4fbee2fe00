"""How sure is anybody of each priority?"""

from collections.abc import Iterator

from api.papers.compose.assurance_paper import assurance_paper
from api.questions.question import Links, OfAPoint, Page
from projections.assurance import AssurancesDocument, assurances_at


def _links(document: AssurancesDocument) -> Iterator[Links]:
    for one in document["priorities"]:
        given, before = one["assurance"], [f"events/{said['version']}" for said in one["earlier"]]
        yield {0: f"#p{one['priority']}", 2: f"events/{given['version']}" if given else (), 3: before}


ASSURANCE = OfAPoint(
    name="assurance",
    place=160,
    sentence="Show the assurance given on each priority.",
    help="Show the assurance given on each priority of a PLAN, and what was given before.",
    examples=("sunderland --at 2019-12-31",),
    projection=assurances_at,
    compose=assurance_paper,
    page=Page(
        name="Assurance",
        among="lists",
        lead="How sure those who looked were, whatever the ratings say.",
        links=lambda document: [list(_links(document))],
    ),
    packed=True,
)
