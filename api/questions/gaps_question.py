"""What has nobody answered?"""

from api.papers.compose.gaps_paper import gaps_paper
from api.questions.question import OfAPoint, Page
from projections.gaps import gaps_at

GAPS = OfAPoint(
    name="gaps",
    place=140,
    sentence="List the recommendations that nothing answers.",
    help="List the recommendations that no action of a PLAN answers.",
    examples=("stockton-2016 --at 2019-12-31",),
    projection=gaps_at,
    compose=gaps_paper,
    page=Page(
        name="Gaps",
        among="lists",
        title="Gaps: recommendations that no action answers",
        anchors=lambda _: ("gaps", "unknown"),
        links=lambda document: [[{3: f"events/{one['version']}"} for one in document["gaps"]]],
    ),
    packed=True,
)
