"""What changed between two points?"""

from api.papers.compose.changes_paper import changes_paper
from api.questions.question import OfTwoPoints, Page
from projections.changes import changes_between

CHANGES = OfTwoPoints(
    name="changes",
    place=50,
    sentence="List every change between two points in time.",
    help="""List every change of a PLAN between two points in time, with the events behind it.

Without CURRENT it is everything that changed since PREVIOUS.""",
    examples=("sunderland issue:2.0 issue:3.0", "sunderland 2019-05-31"),
    projection=changes_between,
    compose=changes_paper,
    page=Page(name="What changed", among="navigation", own=True),
    packed=True,
)
