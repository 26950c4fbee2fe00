"""How do the ratings at two points compare?"""

from api.papers.compose.comparison_paper import comparison_paper
from api.questions.question import OfTwoPoints, Page
from projections.rag_comparison import rag_comparison

COMPARISON = OfTwoPoints(
    name="comparison",
    command="compare",
    place=30,
    sentence="Compare the ratings at two points in time.",
    help="""Compare the ratings of a PLAN: PREVIOUS against CURRENT, with the changes and the narrative.

Both are points in time; without CURRENT it is now.""",
    examples=("sunderland issue:2.0 issue:3.0", "sunderland 2019-03-29 2019-05-31 -f csv"),
    projection=rag_comparison,
    compose=comparison_paper,
    page=Page(name="Previous against current", among="navigation", own=True),
    packed=True,
)
