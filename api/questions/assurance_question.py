"""How sure is anybody of each priority?"""

from collections.abc import Iterator

from api.papers.compose.list_papers import assurance_paper
from api.questions.question import EventLink, Links, OfAPoint, Page, PriorityLink
from projections.assurance import AssurancesDocument, assurances_at


def _links(document: AssurancesDocument) -> Iterator[Links]:
    for one in document["priorities"]:
        given = one["assurance"]
        latest = EventLink(given["version"]) if given else ()
        yield {0: PriorityLink(one["priority"]), 2: latest, 3: [EventLink(said["version"]) for said in one["earlier"]]}


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
        title="Assurance",
        lead="How sure those who looked were, whatever the ratings say.",
        links=lambda document: [list(_links(document))],
    ),
    packed=True,
)
