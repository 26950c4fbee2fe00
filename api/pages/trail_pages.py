"""The pages of the record: all events, those since the last visit, and those recorded late."""

import re
from typing import Annotated, NamedTuple

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.http.bodies import body_up_to
from api.http.question_addresses import Ask, At, Plan
from api.http.request_refusals import RequestCode, Unreadable
from api.http.whole_numbers import DIGITS
from api.pages.here import Here
from api.pages.known_pages import Known
from api.pages.page_points import shown_at
from api.pages.plan_pages import Kept
from api.pages.rendering import Said, page
from api.pages.routes import page_routes
from api.pages.trail_parts import (
    asked_for,
    changes_since,
    known_and_newest,
    pages_of,
    read_up_to,
    record_sentence,
    unlimited_by,
    view_of,
    what_is_wrong,
)
from api.papers.wording import day_in_words
from api.questions.asker import Answer
from api.questions.question_parameters import LONGEST_PAGE
from api.questions.trail_question import TRAIL
from projections.action import ActionUnknown
from projections.trail import TrailDocument, TrailEntry

trail = page_routes("reader", Known())

#: The default number of events on a page: as many as load at once.
EVENTS_A_PAGE = 50
#: The days between effective date and recording from which the view "Recorded late" shows an event.
LATE_BY = 30
#: The lifetime of the cookie with the version last read, in seconds: 400 days, the longest that browsers allow.
_REMEMBERED = 400 * 24 * 60 * 60
_LARGEST_FORM = 1000

After = Annotated[int, Query(ge=0, le=10**12, description="Go on after this record number."), DIGITS]
UpTo = Annotated[int | None, Query(ge=1, le=10**12, description="The trail as known at this record number."), DIGITS]
Typed = Annotated[str, Query(max_length=60)]
Sent = Annotated[str | None, Query(max_length=60)]

_DAY_NEEDED = "give a day, such as 2019-06-04"
_NAMES = {"action": "Action number", "recorded_after": "Recorded after", "late_by": "Recorded late by"}


@trail.get("/plans/{plan}/trail", name="trail page")
def trail_page(
    request: Request,
    ask: Ask,
    plan: Plan,
    at: At = "now",
    previous: Kept = None,
    action: Typed = "",
    recorded_after: Typed = "",
    late_by: Typed = "",
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Events a page."), DIGITS] = EVENTS_A_PAGE,
    up_to: UpTo = None,
) -> Response:
    """The plan's events in the order they were recorded."""
    here = Here(plan, "trail", at, previous)
    given = {"action": action.strip(), "recorded_after": recorded_after.strip(), "late_by": late_by.strip()}
    known, newest = known_and_newest(ask, plan, at)
    basis = known if up_to is None else up_to
    answer, asked, errors = _trail_of(ask, plan, given, after=after, limit=limit, up_to=basis)
    document, kept = answer.document, {**asked, "limit": None if limit == EVENTS_A_PAGE else limit, "up_to": up_to}
    return page(
        request,
        "trail.html",
        422 if errors else 200,
        here=here,
        document=document,
        view="" if errors else view_of(given),
        given=given,
        errors=Said(errors),
        names=_NAMES,
        what=asked_for(document),
        after=after,
        sentence=record_sentence(document["basis"], document["known_at"]),
        past=basis < newest,
        unlimited=unlimited_by(ask, here),
        late_days=LATE_BY,
        pages=pages_of(here, document, kept, after),
        forms=[] if errors else here.forms("trail", answer.fixed, **asked, limit=LONGEST_PAGE),
        most=LONGEST_PAGE,
    )


def _trail_of(
    ask: Ask, plan: str, given: dict[str, str], **page: int
) -> tuple[Answer[TrailDocument], dict[str, str | int | None], dict[str, str]]:
    """The trail for the values typed, what was asked for, and what is wrong: then it is the whole trail."""
    asked: dict[str, str | int | None] = {name: value or None for name, value in given.items()}
    if errors := what_is_wrong(given):
        asked["late_by"] = None
        return TRAIL.ask(ask, plan, **page), asked, errors
    asked["late_by"] = int(given["late_by"]) if given["late_by"] else None
    try:
        answer = TRAIL.ask(ask, plan, **asked, **page)
        _ = answer.document  # made here, where an unknown action can still be told of
    except ActionUnknown as error:
        return TRAIL.ask(ask, plan, limit=1, up_to=page["up_to"]), asked, {"action": str(error)}
    return answer, asked, {}


class Unread(NamedTuple):
    """A page of the events that a reader has not read: `rest` counts all of them, `read` is the last one shown."""

    document: TrailDocument
    events: list[TrailEntry]
    rest: int
    first: int
    read: int


def _unread(ask: Ask, plan: str, seen: int | None, recorded_after: str | None, after: int | None, up_to: int) -> Unread:
    """The events after the version last read, or else after a day; without either there are none."""
    asked, began = {"recorded_after": recorded_after, "up_to": up_to}, seen or 0
    first = max(after or 0, began)
    document = TRAIL.ask(ask, plan, **asked, after=first, limit=EVENTS_A_PAGE).document
    whole = document if first == began else TRAIL.ask(ask, plan, **asked, after=began, limit=1).document
    events = document["events"] if seen is not None or recorded_after else []
    read = events[-1]["version"] if events and document["next"] is not None else up_to
    return Unread(document, events, whole["rest"], first, read)


@trail.get("/plans/{plan}/since", name="since my last visit")
def since_page(
    request: Request,
    ask: Ask,
    here: Annotated[Here, Depends(shown_at("since"))],
    recorded_after: Sent = None,
    after: Annotated[int | None, Query(ge=0, le=10**12, description="Go on after this record number."), DIGITS] = None,
) -> Response:
    """The events recorded since the reader last marked the record as read."""
    plan, day = here.plan, (recorded_after or "").strip()
    basis, newest = known_and_newest(ask, plan, here.at)
    seen, ignored = read_up_to(request.cookies.get(f"seen-{plan}"), newest)
    is_empty = seen is None and recorded_after is not None and not day
    errors = {"recorded_after": _DAY_NEEDED} if is_empty else what_is_wrong({"recorded_after": day})
    from_day = None if errors or seen is not None else day or None
    new = _unread(ask, plan, seen, from_day, after, basis)
    return page(
        request,
        "since.html",
        422 if errors else 200,
        {"Vary": "Cookie"} if errors else None,
        here=here,
        document=new.document,
        new=new,
        view="since",
        seen=seen,
        ignored=ignored,
        ahead=seen is not None and seen > basis,
        from_day=from_day,
        read=new.read if seen is None or new.read > seen else None,
        given={"recorded_after": day},
        day=day_in_words(day) if from_day and len(day) == len("2019-06-04") else day,
        errors=Said(errors),
        names=_NAMES,
        sentence=record_sentence(new.document["basis"], new.document["known_at"]),
        past=basis < newest,
        unlimited=unlimited_by(ask, here),
        late_days=LATE_BY,
        pages=pages_of(here, new.document, {"recorded_after": from_day}, new.first, seen or 0) if new.events else {},
        changes=changes_since(ask, here, seen),
    )


async def _sent(request: Request) -> bytes:
    """The body of a small form; raises Unreadable if it is large."""
    return await body_up_to(request, _LARGEST_FORM, f"the form is larger than {_LARGEST_FORM} bytes")


@trail.post("/plans/{plan}/since", name="mark as read")
def mark_as_read(
    request: Request,
    ask: Ask,
    plan: Plan,
    sent: Annotated[bytes, Depends(_sent)],
    at: At = "now",
    previous: Kept = None,
) -> Response:
    """Remember in the reader's browser up to which version they have read. Nothing is recorded in the ledger."""
    _, newest = known_and_newest(ask, plan, "now")
    said = re.fullmatch(rb"version=([1-9][0-9]{0,17})(?:&csrf=[A-Za-z0-9_-]{1,200})?", sent)
    if said is None or int(said[1]) > newest:
        raise Unreadable(
            RequestCode.NOT_A_VERSION, "version", f"say up to which record number you have read, from 1 to {newest}"
        )
    response = RedirectResponse(Here(plan, "since", at, previous).this, 303, {"Cache-Control": "no-store"})
    response.set_cookie(
        f"seen-{plan}",
        str(int(said[1])),
        max_age=_REMEMBERED,
        path=f"/plans/{plan}",
        secure=request.app.state.https,
        httponly=True,
        samesite="lax",
    )
    return response
