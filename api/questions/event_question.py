"""What does one event say, and does it still count?"""

from api.papers.compose.event_paper import event_paper
from api.questions.question import OfTheRecord, Page
from api.questions.question_parameters import Parameter, up_to
from domain.opened_ledger import Ledger
from domain.plan.record import PlanRecord
from projections.event import EventDocument, event_in_trail, event_versions

VERSION = Parameter(
    name="version",
    kind="number",
    stands="path",
    required=True,
    example=6,
    help="The event's record number: its place in the plan's record",
)


def _event(record: PlanRecord, ledger: Ledger, *, version: int) -> EventDocument:
    return event_in_trail(record, version, ledger.events_of(record.slug, event_versions(record, version)))


EVENT = OfTheRecord(
    name="event",
    place=70,
    sentence="Show one event, and whether it still counts.",
    help="Show one event of a PLAN by its VERSION: what it says, who recorded it when, and whether it still counts.",
    examples=("sunderland 285",),
    points=(up_to("event"),),
    own=(VERSION,),
    projection=_event,
    compose=event_paper,
    path="/events/{version}",
    page=Page(name="One event", own=True),
    named_by=lambda document: str(document["event"]["version"]),
)
