"""One action at a point with its events, ordered by recording or by effective date, a page at a time."""

from typing import TypedDict

from api.questions.asker import Answer, Asker
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from projections.action import SingleActionDocument, action_at, confirmed_rating
from projections.trail import TrailEntry, trail_action, trail_entry, with_withdrawals

#: Events per page.
LIFE_PAGE = 50


class Life(TypedDict):
    """An action at a point, with a page of the `total` events that it has there.

    `people` gave and confirmed the rating that counts, where somebody confirmed it; `newest` is the plan's version.
    """

    document: SingleActionDocument
    people: list[str]
    events: list[TrailEntry]
    total: int
    newest: int


def life(ask: Asker, slug: str, number: str, at: str = "now", *, by_day: bool = False, page: int = 1) -> Answer[Life]:
    """An action at a point with a page of its events as known there.

    Args:
        ask: asks the ledger.
        slug: the plan.
        number: the action's current or a former number.
        at: the point.
        by_day: order the events by effective date instead of by recording.
        page: the page of events, from 1.
    """

    def answer(plan: PlanAt, newest: PlanRecord) -> Life:
        record = newest.up_to(plan.basis)
        document = action_at(plan, number)
        versions = record.events_about(trail_action(record, number))
        if by_day:
            versions.sort(key=lambda version: (record.logged(version).effective_on, version))
        shown = versions[(page - 1) * LIFE_PAGE : page * LIFE_PAGE]
        records = {one.version: one for one in ask.ledger.events_of(slug, with_withdrawals(record, shown))}
        people = ask.ledger.events_of(slug, confirmed_rating(plan, number))
        return {
            "document": document,
            "people": [one.recorded_by for one in people],
            "events": [trail_entry(record, version, records) for version in shown],
            "total": len(versions),
            "newest": newest.version,
        }

    return ask.at(slug, at, answer)
