"""How did the ratings move over time?"""

from api.papers.compose.ratings_paper import ratings_paper
from api.questions.question import OfAPoint, Page
from projections.ratings_over_time import ratings_over_time

RATINGS = OfAPoint(
    name="ratings",
    place=110,
    sentence="Show how the ratings moved over time.",
    help="Show the actions of a PLAN by rating, month by month up to a point.",
    examples=("sunderland --at 2019-12-31",),
    projection=ratings_over_time,
    compose=ratings_paper,
    page=Page(name="Ratings over time", own=True),
    packed=True,
)
