"""The form that opens a plan, which has no point and no subject yet."""

from collections.abc import Mapping
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import escape

from api.forms.drafts import asked_to, id_in
from api.forms.event_forms import OPENING
from api.forms.field_words import Words
from api.forms.form_fields import Field
from api.forms.form_views import fields_shown
from api.forms.proposing import NOT_KNOWN, Typed, Unfit, beside, propose
from api.forms.recorded_page import remember
from api.http.access.callers import caller_of, recorded_by
from api.http.form_bodies import only_known, sent_form
from api.http.question_addresses import Ask
from api.pages.here import Here
from api.pages.rendering import page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.pages.visitors import may_open_some
from api.questions.asker import Asker
from domain.envelopes import Proposal
from domain.events import PlanOpened
from domain.refusals import InDoubt, Refused
from projections.scale import scale_document
from projections.sentence import sentence_in

opening = page_routes()

Sent = Annotated[dict[str, str], Depends(sent_form)]

_ADDRESS = Field(
    "plan",
    "line",
    needed=True,
    words=Words(
        "Name in addresses",
        "Lower-case words joined by hyphens, such as improvement-2027. It is part of every address of the plan and "
        "cannot be changed.",
        "enter a name for addresses, such as improvement-2027",
    ),
)
_TITLE, _ORGANISATION, *_OTHERS = OPENING.fields
_FIELDS = [_TITLE, _ORGANISATION, _ADDRESS, *_OTHERS]


def _must_open_some(request: Request, ask: Ask) -> None:
    if not may_open_some(request, ask):
        caller_of(request).require("keeper", None)


@opening.get("/open-plan", name="open plan")
def open_plan_page(request: Request, ask: Ask) -> Response:
    """The form, as it is when it is opened."""
    _must_open_some(request, ask)
    started = {field.name: field.default for field in _FIELDS}
    return _form(request, {**started, "effective_on": ask.today.isoformat(), "event_id": str(uuid4())}, {})


@opening.post("/open-plan", name="send open plan", dependencies=[Depends(_must_open_some)])
def send_open_plan(request: Request, ask: Ask, sent: Sent) -> Response:
    """Check or record what the form proposes, or say what is wrong with it."""
    only_known(sent, [*(name for field in _FIELDS for name in field.names), "event_id", "do"])
    do, event_id = asked_to(sent), id_in(sent)
    said = {name: value for name, value in sent.items() if name != "do"}
    if do == "change":
        return _form(request, said, {})
    try:
        proposal = propose(OPENING.event, Typed(_FIELDS, said), None, event_id, ask.today)
        if not caller_of(request).may_record(OPENING.event, proposal.plan):
            return _form(request, said, {"plan": f"you are no keeper of a plan that is called {proposal.plan}"}, 403)
        if do == "check":
            return _check(request, ask, said, proposal)
        [stored] = ask.ledger.record([proposal], by=recorded_by(request), today=ask.today)
    except Unfit as unfit:
        return _form(request, said, unfit.problems, 422)
    except InDoubt:
        return _form(request, said, {"plan": NOT_KNOWN}, 503)
    except Refused as error:
        field = beside(error.field, _FIELDS)[0] or "plan"
        return _form(request, {**said, "event_id": str(uuid4())}, {field: str(error)}, 409)
    response = RedirectResponse(Here(proposal.plan).to(f"recorded/{stored.version}"), 303)
    remember(request, response, proposal.plan, stored.version)
    return response


def _form(request: Request, said: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> Response:
    asked = fields_shown(OPENING, _FIELDS, said, errors)
    return page(request, "open-plan.html", status, **asked, by=recorded_by(request))


def _check(request: Request, ask: Asker, said: Mapping[str, str], proposal: Proposal) -> Response:
    """The page with the plan to be opened; raises Refused if a rule refuses it."""
    event, by = proposal.event, recorded_by(request)
    assert isinstance(event, PlanOpened), "the form proposes nothing else"
    with ask.ledger.rehearse([proposal], today=ask.today, by=by) as record:
        sentence = sentence_in(record, record.version, event)
    scale = scale_document(event.scale)
    return page(
        request,
        "open-plan-check.html",
        sentence=sentence,
        plan=proposal.plan,
        event=event.model_dump(mode="json"),
        scale=scale,
        tags=Tags(scale["ratings"]),
        typed=[(name, escape(value)) for name, value in said.items()],
        by=by,
    )
