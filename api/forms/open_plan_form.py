"""The form that opens a plan: name, organisation, and rating scale."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import escape

from api.forms.form_words import NOT_KNOWN
from api.forms.recorded_page import remember
from api.forms.usual_scales import USUAL
from api.http.access.callers import caller_of, recorded_by
from api.http.form_bodies import only_known, sent_form
from api.http.question_addresses import Ask
from api.http.request_refusals import RequestCode, Unreadable
from api.pages.here import Here
from api.pages.rendering import Said, capital, page
from api.pages.routes import page_routes
from api.pages.tags import Tags
from api.pages.visitors import may_open_some
from api.questions.asker import Asker
from domain.envelopes import Proposal, read_proposal
from domain.events import PlanOpened
from domain.refusals import InDoubt, NotAnEvent, Refused
from projections.scale import scale_document
from projections.sentence import sentence_in

opening = page_routes()

Sent = Annotated[dict[str, str], Depends(sent_form)]

#: Field -> its label and the message if it is empty.
_TEXTS = {
    "title": ("Title", "Enter the title of the plan"),
    "organisation": ("Organisation", "Enter whose plan it is"),
    "plan": ("Name in addresses", "Enter a name for addresses, such as improvement-2027"),
    "priority_word": ("Word for a priority", "Enter what the plan calls a group of actions, such as Priority"),
    "effective_on": ("From which day was this true?", "Give a day, such as 2027-03-31"),
}
_NEEDS = ("needs_evidence", "needs_second_person")
_LABELS = {**{name: label for name, (label, _) in _TEXTS.items()}, "scale": "Rating scale", _NEEDS[0]: "Complete"}
_KIND = PlanOpened.__name__


class _Unfit(ValueError):
    """The values make no valid plan: messages by field."""

    def __init__(self, problems: dict[str, str], status: int = 422) -> None:
        self.problems, self.status = problems, status
        super().__init__("; ".join(problems.values()))


def _must_open_some(request: Request, ask: Ask) -> None:
    if not may_open_some(request, ask):
        caller_of(request).require("keeper", None)


@opening.get("/open-plan", name="open plan")
def open_plan_page(request: Request, ask: Ask) -> Response:
    """The form, as it is when it is opened."""
    _must_open_some(request, ask)
    started = {"priority_word": "Priority", "effective_on": ask.today.isoformat(), "event_id": str(uuid4())}
    return _form(request, started)


@opening.post("/open-plan", name="send open plan", dependencies=[Depends(_must_open_some)])
def send_open_plan(request: Request, ask: Ask, sent: Sent) -> Response:
    """Check or record what the form proposes, or say what is wrong with it."""
    only_known(sent, (*_TEXTS, *_NEEDS, "scale", "event_id", "do"))
    do, said = sent.pop("do", "check"), sent
    if do not in ("check", "record", "change"):
        raise Unreadable(RequestCode.NOT_A_FORM, "", "a form is checked, recorded or changed; nothing was recorded")
    if do == "change":
        return _form(request, said)
    try:
        proposal = _proposal(request, ask, said)
        if do == "check":
            return _check(request, ask, said, proposal)
        [stored] = ask.ledger.record([proposal], by=recorded_by(request), today=ask.today)
    except _Unfit as unfit:
        return _form(request, said, unfit.problems, unfit.status)
    except InDoubt:
        return _form(request, said, {"plan": NOT_KNOWN}, 503)
    except Refused as error:
        field = error.field if error.field in _LABELS else "plan"
        return _form(request, {**said, "event_id": str(uuid4())}, {field: str(error)}, 409)
    response = RedirectResponse(Here(proposal.plan).to(f"recorded/{stored.version}"), 303)
    remember(request, response, proposal.plan, stored.version)
    return response


def _proposal(request: Request, ask: Asker, said: Mapping[str, str]) -> Proposal:
    """The proposed event; raises _Unfit if it is invalid, or the caller may not record it."""
    try:
        event_id = str(UUID(said.get("event_id", "")))
    except ValueError:
        raise Unreadable(
            RequestCode.NOT_A_FORM, "", "the form was not sent as it was shown; nothing was recorded: open it anew"
        ) from None
    texts = {name: said.get(name, "").strip() for name in _TEXTS}
    problems = {name: _TEXTS[name][1] for name, text in texts.items() if not text}
    scale, (evidence, second_person) = USUAL.get(said.get("scale", "")), (bool(said.get(name)) for name in _NEEDS)
    if scale is None:
        problems["scale"] = "Choose a rating scale"
    elif (evidence or second_person) and not scale.completes:
        problems[_NEEDS[0]] = "This scale has no rating for what is complete: choose another, or leave these empty"
    if problems or scale is None:
        raise _Unfit(problems)
    given = scale.given(evidence=evidence, second_person=second_person)
    try:
        proposal = read_proposal({"type": _KIND, "event_id": event_id, **texts, "scale": given}, ask.today)
    except NotAnEvent as error:
        raise _Unfit({name: capital(sentence) for _, name, sentence in error.problems}) from None
    if not caller_of(request).may_record(_KIND, proposal.plan):
        raise _Unfit({"plan": f"You are no keeper of a plan that is called {proposal.plan}"}, 403)
    return proposal


def _form(
    request: Request, said: Mapping[str, str], errors: Mapping[str, str] | None = None, status: int = 200
) -> Response:  # fmt: skip
    return page(
        request,
        "open-plan.html",
        status,
        given=Said({name: escape(value) for name, value in said.items()}),
        scales=[(name, scale.name, _in_words(scale.ratings)) for name, scale in USUAL.items()],
        labels=_LABELS,
        errors=Said({name: capital(one) for name, one in (errors or {}).items()}),
        by=recorded_by(request),
    )


def _in_words(ratings: tuple[dict[str, Any], ...]) -> str:
    said = "; ".join(f"{one['label']}: {one['meaning'].lower()}" for one in ratings)
    return said or "The actions of the plan have no ratings"


def _check(request: Request, ask: Asker, said: Mapping[str, str], proposal: Proposal) -> Response:
    """The page with the plan to be opened; raises Refused if a rule refuses it."""
    event, by = proposal.event, recorded_by(request)
    assert isinstance(event, PlanOpened), "the form proposes nothing else"
    with ask.ledger.rehearse([proposal], today=ask.today, by=by) as record:
        told = sentence_in(record, record.version, event)
    scale = scale_document(event.scale)
    return page(
        request,
        "open-plan-check.html",
        sentence=told,
        plan=proposal.plan,
        event=event.model_dump(mode="json"),
        scale=scale,
        tags=Tags(scale["ratings"]),
        typed=[(name, escape(value)) for name, value in said.items()],
        by=by,
    )
