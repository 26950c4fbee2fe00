"""The page after recording: the event, and the next steps."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.forgetting import still_on_disk
from api.forms.current_values import Standing, standing
from api.forms.dry_run import action_of, entry_at
from api.forms.event_forms import all_forms
from api.forms.field_words import in_plan_words
from api.http.access.callers import recorded_by
from api.http.question_addresses import Ask, At, Plan
from api.http.whole_numbers import is_whole
from api.pages.action_pages import NOT_WITHDRAWN
from api.pages.here import Here
from api.pages.plan_pages import Kept
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.visitors import may_confirm
from domain.points import PointUnknown
from projections.trail import TrailEntry

recorded = page_routes()

# Lifetime in seconds of the cookie that marks the reader's own event.
_FRESH = 600


def remember(request: Request, response: Response, plan: str, version: int) -> None:
    """Set the cookie that marks this version of the plan as recorded by the reader."""
    path = f"/plans/{plan}/recorded"
    response.set_cookie(
        f"recorded-{plan}",
        str(version),
        max_age=_FRESH,
        path=path,
        secure=request.app.state.https,
        httponly=True,
        samesite="lax",
    )


@recorded.get("/plans/{plan}/recorded/{version}", name="recorded")
def recorded_page(
    request: Request, ask: Ask, plan: Plan, version: str, at: At = "now", previous: Kept = None
) -> Response:
    """The event that its reader has just recorded, and what may be done next; others see an event."""
    here = Here(plan, f"recorded/{version[:12]}", at, previous)
    stands = standing(ask, plan)
    entry = entry_at(ask, plan, version)
    if entry is None:
        newest = stands.plan["point"]["basis"]
        if is_whole(version, 15):
            raise ask.ledger.no_version(plan, int(version), newest)
        raise PointUnknown(f"plan {plan} has no record number {version[:20]}; its newest is {newest}")
    if request.cookies.get(f"recorded-{plan}") != str(entry["version"]):
        return RedirectResponse(here.to(f"events/{entry['version']}"), 303)
    form = next((form for form in all_forms().values() if form.event == entry["type"]), None)
    again = form and (form.among != "awaiting" or _waits(request, stands))
    return page(
        request,
        "recorded.html",
        here=here,
        plan_title=stands.plan["title"],
        entry=entry,
        action=action_of(entry),
        paper=_paper(plan, entry),
        on_disk=still_on_disk(ask.ledger, entry["position"]) if entry["type"] == "TextRedacted" else None,
        again=here.to(f"record/{form.name}") if form and again else None,
        again_title=in_plan_words(form.title, stands.word) if form else "",
        withdrawable=entry["withdrawn_by"] is None and entry["type"] not in NOT_WITHDRAWN,
    )


def _waits(request: Request, stands: Standing) -> bool:
    """Whether another rating awaits confirmation by the caller."""
    return any(may_confirm(action, recorded_by(request)) for action in stands.actions)


def _paper(plan: str, entry: TrailEntry) -> str | None:
    """The address of the committee's paper for a version issued or a presentation; None for other events."""
    if entry["type"] == "VersionIssued":
        return Here(plan, "paper", f"issue:{entry['label']}").this
    if entry["type"] == "ReportPresented":
        return Here(plan, "paper", entry["current"], entry.get("previous")).this
    return None
