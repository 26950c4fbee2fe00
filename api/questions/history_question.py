"""Which versions were issued, and who was told?"""

from api.papers.compose.history_paper import history_paper
from api.questions.question import OfAPoint, Page
from projections.document_history import document_history

HISTORY = OfAPoint(
    name="history",
    place=80,
    sentence="Show the document versions issued, and who was told.",
    help="""Show a PLAN's document history: the document versions issued, and to whom it was presented.

Each with the point that froze it, which can be asked about with --at in the other commands.""",
    projection=document_history,
    compose=history_paper,
    page=Page(name="Document history", among="navigation", own=True),
    packed=True,
)
