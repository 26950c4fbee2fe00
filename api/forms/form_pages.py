"""The pages of forms that record: each form proposes one event, can check it first, and shows errors by field."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api.forms.current_values import Standing, filled_in, standing
from api.forms.drafts import Draft, Named, asked_to, read_draft
from api.forms.dry_run import Since, recorded_since
from api.forms.event_forms import Form, all_forms, grouped_forms
from api.forms.field_words import in_plan_words
from api.forms.form_views import asked_first, check_shown, form_shown, overtaken_shown
from api.forms.proposing import NOT_KNOWN, Typed, Unfit, beside, propose
from api.forms.recorded_page import remember
from api.http.access.address_roles import Needs, is_of_before
from api.http.access.callers import caller_of, recorded_by
from api.http.form_bodies import sent_form
from api.http.question_addresses import Ask, At, Plan
from api.pages.here import Here
from api.pages.plan_pages import Kept
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.visitors import may_confirm
from api.questions.asker import Asker
from domain.access.principals import NotAllowed
from domain.envelopes import Proposal
from domain.points import read_instant
from domain.refusals import InDoubt, NothingRecorded, Refused, RuleCode, VersionConflict


class NeedsOfForm(Needs):
    """As for any recording route; but a caller who may record nothing is told the role that this form needs."""

    async def __call__(self, request: Request) -> None:
        """Raises if the caller may not record anything; see `Needs`."""
        try:
            await super().__call__(request)
        except NotAllowed:
            if form := all_forms().get(request.path_params.get("what", "")):
                caller_of(request).require_to_record(form.event, request.path_params["plan"])
            raise


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
    stands = standing(ask, plan, named.get("action"))
    caller, by = caller_of(request), recorded_by(request)
    of = [stands.action["action"]] if stands.action else stands.actions
    waits = any(may_confirm(action, by) for action in of)

    def may(form: Form) -> bool:
        return caller.may_record(form.event, plan) and (waits or form.among != "awaiting")

    groups = [
        (name, [(in_plan_words(form.title, stands.word), _to(here, form, named)) for form in forms if may(form)])
        for name, forms in grouped_forms().items()
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


def _opened(
    request: Request, plan: Plan, what: str, named: Named, past: Past = False, at: At = "now", previous: Kept = None
) -> Draft:
    """The form of an address, still empty; raises if the caller may not record its event."""
    form = all_forms().get(what)
    if form is None:
        raise HTTPException(404)
    caller_of(request).require_to_record(form.event, plan)
    return Draft(Here(plan, f"record/{what}", at, previous), form, named, past, {}, str(uuid4()), 0, 0)


Opened = Annotated[Draft, Depends(_opened)]


@recording.get("/plans/{plan}/record/{what}", name="form")
def form_page(request: Request, ask: Ask, draft: Opened) -> Response:
    """A form that records, as it is when it is opened."""
    stands = _standing(ask, draft)
    if first := asked_first(request, ask, draft, stands):
        return first
    said = {field.name: draft.named.get(field.name, field.default) for field in draft.form.fields}
    said |= {"effective_on": ask.today.isoformat(), **_stood(draft, stands), **draft.about}
    version = stands.plan["point"]["basis"]
    return form_shown(request, ask, replace(draft, said=said, shown=version, seen=version), stands)


@sending.post("/plans/{plan}/record/{what}", name="send form")
def send_form(request: Request, ask: Ask, opened: Opened, sent: Sent) -> Response:
    """Check or record what a form proposes, or say what is wrong with it."""
    draft, do = read_draft(opened, sent), asked_to(sent)
    stands = _standing(ask, draft, draft.day)
    if first := asked_first(request, ask, draft, stands):
        return first
    if is_of_before(request):
        return form_shown(request, ask, draft, stands, {"": _SIGNED_IN_ANEW}, 403)
    if do == "change":
        return form_shown(request, ask, draft, stands)
    try:
        proposal = propose(draft.form.event, _typed(ask, draft), draft.here.plan, draft.event_id, ask.today)
        since = recorded_since(ask, draft)
        if do == "check" and since.own is None and not since.others:
            return check_shown(request, ask, draft, stands, proposal)
        recorded = _record(request, ask, draft, proposal, since)
    except Unfit as unfit:
        return form_shown(request, ask, draft, stands, unfit.problems, 422)
    except Refused as error:
        if error.code in _ID_USED:
            used = {"": _ID_USED[error.code]}
            return form_shown(request, ask, replace(draft, event_id=str(uuid4())), stands, used, 409)
        return form_shown(request, ask, draft, stands, {beside(error.field, draft.form.fields)[0]: str(error)}, 409)
    except InDoubt:
        # The form keeps its event_id, so sending it again is safe.
        return form_shown(request, ask, draft, stands, {"": NOT_KNOWN}, 503)
    if isinstance(recorded, Since):
        return overtaken_shown(request, ask, replace(draft, seen=recorded.newest), stands, recorded)
    response = RedirectResponse(draft.here.to(f"recorded/{recorded}"), 303)
    remember(request, response, draft.here.plan, recorded)
    return response


_SIGNED_IN_ANEW = "your sign-in had ended, so nothing was recorded: check what the form says, and send it again"
#: Reason why a form's event_id cannot be used -> message; the form gets a new one.
_ID_USED: dict[str, str] = {
    RuleCode.EVENT_ID_TAKEN: "nothing was recorded, as the form bore an id that is taken; it has a new one now: "
    "send it again",
    RuleCode.EVENT_ID_REUSED: "this form was recorded already, with something else in it; nothing more was recorded by "
    "now. Send it again if this is to be recorded as well",
}


def _standing(ask: Asker, draft: Draft, day: date | None = None, at: str = "now") -> Standing:
    return standing(ask, draft.here.plan, draft.named.get("action") if draft.form.about == "action" else None, day, at)


def _stood(draft: Draft, stands: Standing) -> dict[str, str]:
    """The values of the subject that the form offers for editing."""
    key = draft.form.key
    return filled_in(draft.form, stands.subject(key.of, draft.named.get(key.of, ""))) if key else {}


def _typed(ask: Asker, draft: Draft) -> Typed:
    """The typed values and, if the event leaves out what is unchanged, the values that the form was opened with."""
    stood: dict[str, str] = {}
    if draft.form.partial and draft.about:
        stood = _stood(draft, _standing(ask, draft, at=f"{ask.today.isoformat()}@{draft.shown}"))

    def known_by(day: date) -> int:
        """The version known by the end of a day; if no event was recorded after that, the version last seen."""
        end = read_instant(day.isoformat())
        record = ask.ledger.plan(draft.here.plan)
        return record.basis_at(end) if record.is_past(end) else draft.seen

    return Typed(draft.form.fields, draft.said, known_by, stood)


def _record(request: Request, ask: Asker, draft: Draft, proposal: Proposal, since: Since) -> int | Since:
    """Record the event; return its version, or what others recorded about the same since the form was opened.

    The write expects the version of the last check (optimistic locking). If others record in between, it checks again.

    Raises:
        Refused: a rule refuses the event.
    """
    for _ in range(_TRIES):
        if since.others and since.own is None:
            return since
        try:
            [stored] = ask.ledger.record(
                [proposal], by=recorded_by(request), today=ask.today, expect=None if since.own else since.newest
            )
            request.app.state.forgetting.after([stored])
            return stored.version
        except VersionConflict:
            since = recorded_since(ask, draft)
    raise NothingRecorded("others kept recording first; nothing was recorded, try again")
