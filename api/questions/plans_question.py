"""Which plans are there?"""

from api.papers.compose.plans_paper import register_paper
from api.questions.question import OfTheLedger, Page
from projections.register import plans_register, register_entry

PLANS = OfTheLedger(
    name="plans",
    place=10,
    sentence="List all plans, as they stand today.",
    help="List all plans, as they stand today.",
    entry=register_entry,
    projection=plans_register,
    compose=register_paper,
    page=Page(name="Plans", own=True),
)
