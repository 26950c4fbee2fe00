"""What did one action say?"""

from api.papers.compose.action_paper import action_paper
from api.questions.question import OfAPoint, Page
from api.questions.question_parameters import Parameter
from projections.action import action_at

NUMBER = Parameter(
    name="number",
    word="action",
    stands="path",
    required=True,
    longest=32,
    example="2.4",
    help="The action's number, or one it once bore",
)

ACTION = OfAPoint(
    name="action",
    place=120,
    sentence="Show one action as at a point in time.",
    help="Show one action of a PLAN by its NUMBER, or by one it once bore.",
    examples=("sunderland 2.4 --at 2019-03-29",),
    own=(NUMBER,),
    projection=action_at,
    compose=action_paper,
    path="/actions/{action}",
    page=Page(name="One action", own=True),
    named_by=lambda document: document["action"]["number"],
)
