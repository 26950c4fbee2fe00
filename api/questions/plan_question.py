"""What did the plan say?"""

from api.papers.compose.plan_paper import plan_paper
from api.questions.question import OfAPoint, Page
from api.questions.question_parameters import Parameter
from projections.plan_as_at import plan_as_at

_EVERYTHING = Parameter(
    name="everything", word="all", kind="flag", default=False, help="Also the actions that were closed or withdrawn"
)

PLAN_AS_AT = OfAPoint(
    name="plan",
    command="show",
    place=20,
    sentence="Show a plan as at a point in time.",
    help="Show a PLAN as at a point: its priorities, actions, ratings, measures and inspections.",
    examples=(
        "sunderland",
        "sunderland --at issue:3.0 -o plan.md",
        'stockton-scrutiny --at "told:Select Committee@2020-04-30"',
    ),
    own=(_EVERYTHING,),
    projection=plan_as_at,
    compose=plan_paper,
    path="",
    page=Page(name="Plan", among="navigation", own=True),
    packed=True,
)
