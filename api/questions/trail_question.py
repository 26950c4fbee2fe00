"""Who recorded what, when?"""

from bisect import bisect_right

from api.papers.compose.trail_paper import trail_paper
from api.questions.asker import in_parameter
from api.questions.question import OfTheRecord, Page
from api.questions.question_parameters import AFTER, Parameter, limit, up_to
from domain.opened_ledger import Ledger
from domain.plan.record import PlanRecord
from domain.points import read_instant
from projections.trail import TrailDocument, TrailQuery, matching_versions, trail_page, with_withdrawals

_ACTION = Parameter(
    name="action", longest=32, metavar="NUMBER", help="Only what concerns this action, whatever number it bore"
)
_RECORDED_AFTER = Parameter(
    name="recorded_after",
    kind="instant",
    example="2019-06-04T09:00:00Z",
    help="Only what was recorded after this instant (`2019-06-04T09:00:00Z`), or after the end of this day in London"
    " (`2019-06-04`)",
)
_LATE_BY = Parameter(
    name="late_by", kind="number", least=0, most=10**6, metavar="DAYS", help="Only what was recorded so many days late"
)


def _trail(
    record: PlanRecord,
    ledger: Ledger,
    *,
    action: str | None,
    recorded_after: str | None,
    late_by: int | None,
    after: int,
    limit: int | None,
) -> TrailDocument:
    with in_parameter("recorded_after"):
        instant = None if recorded_after is None else read_instant(recorded_after)
    query = TrailQuery(action=action, recorded_after=instant, late_by=late_by)
    found = matching_versions(record, query)
    first = bisect_right(found, after)
    shown = found[first:] if limit is None else found[first : first + limit]
    events = ledger.events_of(record.slug, with_withdrawals(record, shown))
    return trail_page(record, events, query, limit, after)


TRAIL = OfTheRecord(
    name="trail",
    place=90,
    sentence="Show every event: who recorded what, and when.",
    help="Show a PLAN's events, oldest first: all of them, however many, unless --limit says how many.",
    examples=(
        "sunderland --action 2.5",
        "sunderland --recorded-after 2019-06-04 --late-by 30",
        "sunderland --up-to 282",
    ),
    points=(up_to("trail"),),
    own=(_ACTION, _RECORDED_AFTER, _LATE_BY, AFTER, limit(a_page=100)),
    projection=_trail,
    compose=trail_paper,
    page=Page(name="Trail", among="navigation", own=True),
)
