"""How did the plan come to stand where it does?"""

from api.papers.compose.replay_paper import replay_paper
from api.questions.question import OfTheRecord, Page
from api.questions.question_parameters import AFTER, limit, up_to
from domain.opened_ledger import Ledger
from domain.plan.record import PlanRecord
from projections.replay import ReplayDocument, replay_page, withdrawals_of

#: How many events an answer over HTTP has, and the page of the replay fetches at a time.
REPLAY_PAGE = 50


def _replay(record: PlanRecord, ledger: Ledger, *, after: int, limit: int | None) -> ReplayDocument:
    slug = record.slug
    events = ledger.every_event(slug, after) if limit is None else ledger.events(slug, after, limit)
    withdrawals = ledger.events_of(slug, withdrawals_of(record, after, limit))
    return replay_page(record, events, after, limit, withdrawals)


REPLAY = OfTheRecord(
    name="replay",
    place=100,
    sentence="Replay a plan's history, event by event.",
    help="""Replay a PLAN's history event by event, the table of ratings changing as it goes.

Off a terminal it prints a line of text an event; with -f json, a JSON object. The other forms are papers.""",
    examples=("sunderland --after 128", "sunderland --step", "sunderland --up-to 282 -o replay.docx"),
    points=(up_to("replay"),),
    own=(AFTER, limit(a_page=REPLAY_PAGE)),
    projection=_replay,
    compose=replay_paper,
    page=Page(name="Replay", among="navigation", own=True),
)
