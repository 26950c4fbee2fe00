"""The pages of forms that record: each form proposes one event, can check it first, and shows errors by field."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.forms.current_values import filled_in, standing
from api.forms.drafts import Draft, Named, new_draft, read_draft
from api.forms.dry_run import Since, recorded_since
from api.forms.event_forms import FORMS, GROUPS, Form
from api.forms.form_roles import NeedsOfForm
from api.forms.form_views import check_shown, form_shown, in_plan_words, overtaken_shown
from api.forms.form_words import NOT_KNOWN, Unfit, refused
from api.forms.proposing import Typed, propose
from api.forms.recorded_page import remember
from api.forms.redaction_form import asked_first
from api.http.access.address_roles import is_of_before
from api.http.access.callers import caller_of, recorded_by
from api.http.form_bodies import sent_form
from api.http.question_addresses import Ask, At, Plan
from api.http.request_refusals import RequestCode, Unreadable
from api.pages.here import Here
from api.pages.plan_pages import Kept
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.visitors import may_confirm
from api.questions.asker import Asker
from domain.envelopes import Proposal
from domain.points import read_instant
from domain.refusals import InDoubt, NothingRecorded, Refused, RuleCode, VersionConflict

recording = page_routes(NeedsOfForm("recording"))
#: Signing in again does not lose the values of a form.
sending = page_routes(NeedsOfForm("recording", shows_again=True))

Past = Annotated[bool, Query(description="The form was opened to name a past point.")]
Sent = Annotated[dict[str, str], Depends(sent_form)]

# How many times recording is tried again when others record between the check and the write.
_TRIES = 20


@recording.get("/plans/{plan}/record", name="what can be recorded")
def record_page(
    request: Request, ask: Ask, plan: Plan, named: Named, at: At = "now", previous: Kept = None
) -> Response:
    """The list of forms for a plan, or for one of its actions."""
    here = Here(plan, "record", at, previous)
    stands = standing(ask, plan, {name: value for name, value in named.items() if name == "action"})
    caller = caller_of(request)

    by = recorded_by(request)
    of = [stands.action["action"]] if stands.action else stands.actions
    waits = any(may_confirm(action, by) for action in of)

    def may(form: Form) -> bool:
        return caller.may_record(form.event, plan) and (waits or form.name != "confirm")

    groups = [
        (name, [(in_plan_words(form.title, stands.word), _to(here, form, named)) for form in forms if may(form)])
        for name, forms in GROUPS
    ]
    return page(
        request,
        "record.html",
        here=here,
        plan_title=stands.plan["title"],
        groups=[(name, forms) for name, forms in (groups[:1] if stands.action else groups) if forms],
        action=stands.action,
        by=by,
    )


def _to(here: Here, form: Form, named: dict[str, str]) -> str:
    kept = {"action": named["action"]} if form.about == "action" and "action" in named else {}
    return here.to(f"record/{form.name}", **kept)


@recording.get("/plans/{plan}/record/{what}", name="form")
def form_page(
    request: Request,
    ask: Ask,
    plan: Plan,
    what: str,
    named: Named,
    past: Past = False,
    at: At = "now",
    previous: Kept = None,
) -> Response:
    """A form that records, as it is when it is opened."""
    form, here = _form(request, what, plan), Here(plan, f"record/{what}", at, previous)
    draft = new_draft(here, form, named, past, 0)
    stands = standing(ask, plan, draft.about)
    if first := asked_first(request, ask, draft, stands):
        return first
    version = stands.plan["point"]["basis"]
    started = {"effective_on": ask.today.isoformat(), "current": "met", "current_day": "", "previous": ""}
    said = {**started, **filled_in(form, {**named, **draft.about}, stands), **draft.about}
    return form_shown(request, ask, replace(draft, said=said, shown=version, seen=version), stands)


@sending.post("/plans/{plan}/record/{what}", name="send form")
def send_form(
    request: Request,
    ask: Ask,
    plan: Plan,
    what: str,
    named: Named,
    sent: Sent,
    past: Past = False,
    at: At = "now",
    previous: Kept = None,
) -> Response:
    """Check or record what a form proposes, or say what is wrong with it."""
    form, here = _form(request, what, plan), Here(plan, f"record/{what}", at, previous)
    draft = read_draft(here, form, named, past, sent)
    do = sent.get("do", "check")
    if do not in ("check", "record", "change"):
        raise Unreadable(RequestCode.NOT_A_FORM, "", "a form is checked, recorded or changed; nothing was recorded")
    stands = standing(ask, plan, draft.about, draft.day)
    if first := asked_first(request, ask, draft, stands):
        return first
    if is_of_before(request):
        return form_shown(request, ask, draft, stands, {"": _SIGNED_IN_ANEW}, 403)
    if do == "change":
        return form_shown(request, ask, draft, stands)
    try:
        proposal = propose(_typed(ask, draft), plan, draft.event_id, ask.today)
    except Unfit as unfit:
        return form_shown(request, ask, draft, stands, unfit.problems, 422)
    since = _since(ask, draft)
    if since.others and since.own is None:
        return overtaken_shown(request, ask, replace(draft, seen=since.newest), stands, since)
    try:
        if do == "check" and since.own is None:
            return check_shown(request, ask, draft, stands, proposal)
        recorded = _record(request, ask, draft, proposal, since)
    except Refused as error:
        if error.code in _ID_USED:
            used = {"": _ID_USED[error.code]}
            return form_shown(request, ask, replace(draft, event_id=str(uuid4())), stands, used, 409)
        return form_shown(request, ask, draft, stands, refused(error, form).problems, 409)
    except InDoubt:
        # The form keeps its event_id, so sending it again is safe.
        return form_shown(request, ask, draft, stands, {"": NOT_KNOWN}, 503)
    if isinstance(recorded, Since):
        return overtaken_shown(request, ask, replace(draft, seen=recorded.newest), stands, recorded)
    response = RedirectResponse(here.to(f"recorded/{recorded}"), 303)
    remember(request, response, plan, recorded)
    return response


_SIGNED_IN_ANEW = "your sign-in had ended, so nothing was recorded: check what the form says, and send it again"
#: Reason why a form's event_id cannot be used -> message; the form gets a new one.
_ID_USED: dict[str, str] = {
    RuleCode.EVENT_ID_TAKEN: "nothing was recorded, as the form bore an id that is taken; it has a new one now: "
    "send it again",
    RuleCode.EVENT_ID_REUSED: "this form was recorded already, with something else in it; nothing more was recorded by "
    "now. Send it again if this is to be recorded as well",
}


def _form(request: Request, what: str, plan: str) -> Form:
    """The form of that name; raises if the caller may not record its event."""
    if what not in FORMS:
        raise HTTPException(404)
    caller_of(request).require_to_record(FORMS[what].event, plan)
    return FORMS[what]


def _typed(ask: Asker, draft: Draft) -> Typed:
    """The typed values, and those that the form had when it was opened."""
    stood: dict[str, str] = {}
    if draft.about:
        at = f"{ask.today.isoformat()}@{draft.shown}"
        stood = filled_in(draft.form, draft.about, standing(ask, draft.here.plan, draft.about, at=at))

    def known_by(day: date) -> int:
        """The version known by the end of a day; if no event was recorded after that, the version last seen."""
        end = read_instant(day.isoformat())
        record = ask.ledger.plan(draft.here.plan)
        return record.basis_at(end) if record.is_past(end) else draft.seen

    return Typed(draft.form, draft.said, stood, known_by)


def _since(ask: Asker, draft: Draft) -> Since:
    return recorded_since(ask, draft.here.plan, draft.form, draft.said, draft.shown, draft.seen, draft.event_id)


def _record(request: Request, ask: Asker, draft: Draft, proposal: Proposal, since: Since) -> int | Since:
    """Record the event; return its version, or others' events with the same subject recorded meanwhile.

    The write expects the version of the last check (optimistic locking). If others record in between, it checks again.

    Raises:
        Refused: a rule refuses the event.
    """
    for _ in range(_TRIES):
        try:
            [stored] = ask.ledger.record(
                [proposal], by=recorded_by(request), today=ask.today, expect=None if since.own else since.newest
            )
            request.app.state.forgetting.after([stored])
            return stored.version
        except VersionConflict:
            since = _since(ask, draft)
            if since.others:
                return since
    raise NothingRecorded("others kept recording first; nothing was recorded, try again")
