"""The pages of one action and of one event."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response

from api.forgetting import still_on_disk
from api.http.access.callers import recorded_by
from api.http.question_addresses import Ask, At, Number, Plan, Version
from api.pages.action_life import LIFE_PAGE, life
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.paging import Page, around
from api.pages.plan_pages import Kept, is_past
from api.pages.rendering import capital, page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.pages.visitors import may_confirm
from api.papers.wording import Labels, as_at, rated_words
from api.papers.wording_events import event_basis, event_fields, source_words, withdrawal_words
from api.questions.event_question import EVENT
from domain.events import EventWithdrawn, PlanOpened, TextRedacted, kind_in_words
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from domain.redaction import redactable
from projections.action import ActionDocument
from projections.trail import TrailEntry

actions = page_routes("reader", Known())

#: The forms for an action that is in the plan: name and label.
_FORMS = (
    ("rate", "ActionRated", "Rate"),
    ("progress", "ProgressReported", "Report progress"),
    ("evidence", "EvidenceAdded", "File evidence"),
    ("reschedule", "ActionRescheduled", "Reschedule"),
    ("reassign", "ActionReassigned", "Reassign"),
    ("reword", "ActionReworded", "Reword"),
    ("close", "ActionClosed", "Close"),
    ("withdraw", "ActionWithdrawn", "Withdraw"),
)
#: The events that cannot be withdrawn.
NOT_WITHDRAWN = {EventWithdrawn.__name__, PlanOpened.__name__, TextRedacted.__name__}


@actions.get("/plans/{plan}/actions/{action}", name="action page")
def action_page(
    request: Request,
    ask: Ask,
    plan: Plan,
    action: Number,
    at: At = "now",
    previous: Kept = None,
    order: Annotated[
        Literal["recorded", "effective"],
        Query(description="Its events in the order they were recorded, or in the order they were true."),
    ] = "recorded",
    number: Page = 1,
) -> Response:
    """An action as at a point, and its life on both clocks."""
    here = Here(plan, f"actions/{action}", at, previous)
    shown = life(ask, plan, action, at, by_day=order == "effective", page=number)
    document = shown.document["document"]
    return page(
        request,
        "action.html",
        here=here,
        document=document,
        action=document["action"],
        others=[borne for borne in document["numbers"] if borne != document["action"]["number"]],
        rated=rated_words(document["action"], document["rated_since"]),
        people=shown.document["people"],
        sentence=as_at(document["point"]),
        past=is_past(document["point"], shown.document["newest"]),
        tags=Tags(document["ratings"]),
        events=shown.document["events"],
        rows=around((number - 1) * LIFE_PAGE, LIFE_PAGE, shown.document["total"]),
        order=order,
        withdrawal_words=withdrawal_words,
        recording=_recording(document["action"], recorded_by(request)),
        forms=here.forms("action", shown.fixed),
    )


def _recording(action: ActionDocument, by: str) -> list[tuple[str, str, str]]:
    """The forms that apply to an action in its status, for an author of this name."""
    if action["status"] in ("closed", "withdrawn"):
        return [("reinstate", "ActionReinstated", "Reinstate")]
    confirm = [("confirm", "RatingConfirmed", "Confirm this rating")] if may_confirm(action, by) else []
    return [*confirm, *(form for form in _FORMS if form[0] != "close" or action["status"] == "complete")]


def _on_disk(ask: Ask, plan: str, event: TrailEntry) -> str | None:
    """The note on a pending purge, for a redaction or an event with redacted texts."""
    if event["type"] == TextRedacted.__name__:
        return still_on_disk(ask.ledger, event["position"])
    if by := event.get("redacted_by"):
        return still_on_disk(ask.ledger, max(one.position for one in ask.ledger.events_of(plan, by)))
    return None


@actions.get("/plans/{plan}/events/{version}", name="event page")
def event_page(
    request: Request, ask: Ask, plan: Plan, version: Version, at: At = "now", previous: Kept = None
) -> Response:
    """One event: what it says, who recorded it when, and whether it still counts."""
    here = Here(plan, f"events/{version}", at, previous)

    def stands(shown: PlanAt, newest: PlanRecord) -> tuple[int, int, int | None]:
        return shown.basis, newest.version, newest.withdrawn_by(version)

    basis, newest, withdrawn_since = ask.at(plan, at, stands).document
    # An event recorded after the point is shown as of now.
    later = basis < version
    shown = EVENT.ask(ask, plan, version=version, up_to=basis if here.is_past and not later else None)
    document = shown.document
    event = document["event"]
    labels, word = Labels(document), document["priority_word"]
    withdrawable = event["withdrawn_by"] is None and event["type"] not in NOT_WITHDRAWN
    return page(
        request,
        "event.html",
        here=here,
        document=document,
        event=event,
        kind=capital(kind_in_words(event["type"])),
        fields=event_fields(event, word, labels),
        source=source_words(event),
        withdrawal=withdrawal_words(event),
        tags=Tags(document["ratings"]),
        sentence=event_basis(document),
        basis=basis,
        later=later,
        past=basis < newest,
        withdrawn_since=withdrawn_since,
        withdrawable=withdrawable,
        on_disk=_on_disk(ask, plan, event),
        redactable=[name for name in redactable(event["type"], event) if name not in event.get("redacted", ())],
        forms=here.forms("event", shown.fixed),
    )
