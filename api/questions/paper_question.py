"""What is the committee told?"""

from api.papers.compose.committee_report_paper import committee_paper as compose_paper
from api.questions.question import OfTwoPoints, Page
from projections.committee_paper import committee_paper

PAPER = OfTwoPoints(
    name="paper",
    place=40,
    sentence="Make the committee's paper between two points in time.",
    help="""Make the report of progress of a PLAN for a committee: PREVIOUS against CURRENT.

The key to the ratings, their summary, the previous-against-current table, progress by priority with every action
of concern, and appendices of changes and document history. Without CURRENT it is now.""",
    examples=("sunderland issue:2.0 issue:3.0 -o paper.docx", "sunderland issue:2.0 issue:3.0 -o paper.pdf"),
    projection=committee_paper,
    compose=compose_paper,
    page=Page(name="Committee paper", own=True),
    packed=True,
)
