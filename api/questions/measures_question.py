"""What do the measures say?"""

from api.papers.compose.measures_paper import measures_paper
from api.questions.question import OfAPoint, Page
from projections.measures import measures_over_time

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
        links=lambda document: [
            [{3: f"events/{one['version']}"} for one in measure["readings"]] for measure in document["measures"]
        ],
        anchors=lambda document: [f"m-{measure['measure']}" for measure in document["measures"]],
    ),
    packed=True,
)
