"""What is overdue, and what has slipped?"""

from api.papers.compose.overdue_paper import overdue_paper
from api.questions.question import OfAPoint, Page
from projections.overdue import overdue_at

OVERDUE = OfAPoint(
    name="overdue",
    place=130,
    sentence="List what is overdue, and what has slipped.",
    help="List what is overdue in a PLAN, and what has slipped from its original date.",
    examples=("sunderland --at 2019-12-31",),
    projection=overdue_at,
    compose=overdue_paper,
    page=Page(name="Overdue and rescheduled", among="lists", own=True),
    packed=True,
)
