"""Which words has nobody touched?"""

from api.papers.compose.stale_paper import stale_paper
from api.questions.question import OfAPoint, Page
from projections.stale_text import stale_texts_at

STALE = OfAPoint(
    name="stale",
    place=170,
    sentence="List the progress texts that time has overtaken.",
    help="List the progress texts of a PLAN that name a month gone by, or are older than its reporting cycle.",
    examples=("stockton-ilacs --at 2019-12-31",),
    projection=stale_texts_at,
    compose=stale_paper,
    page=Page(
        name="Out-of-date texts",
        among="lists",
        lead="Progress that speaks of a month gone by, or that is older than the plan’s reporting cycle, of actions"
        " that are not complete.",
        anchors=lambda _: ("stale", "silent"),
        links=lambda document: [
            [{0: f"actions/{one['number']}", 2: f"events/{one['version']}"} for one in listed]
            for listed in (document["stale"], document["silent"])
        ],
    ),
    packed=True,
)
