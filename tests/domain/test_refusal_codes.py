"""Every rule refuses by its own code, and names the field that it is about."""

import pytest
from pydantic import ValidationError

from domain.envelopes import read_proposal, read_proposal_json
from domain.events import ActionRated
from domain.misfits import problems_of
from domain.refusals import EventCode, NotAnEvent, RuleCode
from tests.kit import (
    APRIL,
    FEBRUARY,
    JUNE,
    MARCH,
    OFFICER,
    SECONDED,
    Story,
    added,
    assured,
    closed,
    completed,
    confirmed,
    given,
    in_error,
    issued,
    measure,
    measured,
    nothing_recorded,
    opened,
    part,
    plan_closed,
    presented,
    priority,
    priority_reworded,
    progressed,
    rated,
    recommended,
    redacted,
    reinstated,
    renumbered,
    rescheduled,
    withdrawn,
)

DEEP = [added("2.4"), *(part("2.4" + "a" * level, "2.4" + "a" * (level - 1)) for level in range(1, 6))]
CLOSED = [added("2.4"), completed("2.4"), closed("2.4", on=JUNE)]
PARTED = [added("2.4"), part("2.4a", "2.4")]
AHEAD = progressed("2.4", on=JUNE.replace(year=2999))
LATE_PRIORITY = priority("7", on=APRIL)

#: Version 6 awaits a second person from March on.
WAITING = (added("2.4"), completed("2.4", on=MARCH, evidence=["Audit"]))

R = RuleCode
REFUSED = [
    (R.DAY_IN_THE_FUTURE, "effective_on", given(added("2.4")).when(AHEAD)),
    (R.PLAN_NOT_OPENED, "plan", nothing_recorded().when(added("2.4"))),
    (R.PLAN_ALREADY_OPENED, "plan", given().when(opened())),
    (R.BEFORE_THE_OPENING, "effective_on", given().when(issued(on=FEBRUARY.replace(year=2018)))),
    (R.PLAN_CLOSED, "effective_on", given(plan_closed(on=MARCH)).when(priority("7", on=APRIL))),
    (R.PLAN_ALREADY_CLOSED, "plan", given(plan_closed(on=MARCH)).when(plan_closed(on=APRIL))),
    (R.CLOSED_BEFORE_ITS_EVENTS, "effective_on", given(priority("7", on=JUNE)).when(plan_closed(on=APRIL))),
    (R.REASON_NEEDED, "reason", given(added("2.4")).when(rescheduled("2.4", reason=None))),
    (R.EVIDENCE_NEEDED, "evidence", given(added("2.4")).when(rated("2.4", "completed"))),
    (R.UNKNOWN_ACTION, "action", given().when(rated("9.9"))),
    (R.UNKNOWN_ACTION, "parent", given().when(part("9.9a", "9.9"))),
    (R.UNKNOWN_PRIORITY, "priority", given().when(assured("7"))),
    (R.UNKNOWN_PRIORITY, "number", given().when(priority_reworded("7"))),
    (R.UNKNOWN_MEASURE, "measure", given().when(measured("visits"))),
    (R.UNKNOWN_VERSION, "version", given().when(in_error(99))),
    (R.UNKNOWN_VERSION, "version", given().when(redacted(99, "text"))),
    (R.UNKNOWN_POINT, "current", given().when(presented(current="issue:9.0"))),
    (R.UNKNOWN_POINT, "previous", given().when(presented(previous="issue:9.0", current="2019-03-01"))),
    (R.NOT_YET_ADDED, "effective_on", given(added("2.4", on=APRIL)).when(rated("2.4", on=MARCH))),
    (R.NOT_YET_ADDED, "effective_on", given(LATE_PRIORITY).when(assured("7", on=MARCH))),
    (R.ACTION_LEFT, "effective_on", given(added("2.4"), withdrawn("2.4", on=MARCH)).when(rated("2.4", on=APRIL))),
    (R.CLOSED_LATER, "effective_on", given(*CLOSED).when(withdrawn("2.4", on=APRIL))),
    (R.PARENT_LEFT, "action", given(*PARTED, withdrawn("2.4")).when(reinstated("2.4a"))),
    (R.NOTHING_TO_REINSTATE, "action", given(added("2.4")).when(reinstated("2.4"))),
    (R.NUMBER_TAKEN, "number", given(added("2.4")).when(added("2.4"))),
    (R.NUMBER_TAKEN, "number", given().when(priority("2"))),
    (R.NUMBER_TAKEN, "number", given(recommended("R1")).when(recommended("R1"))),
    (R.LABEL_TAKEN, "label", given(issued("1.0")).when(issued("1.0"))),
    (R.OTHER_PRIORITY, "priority", given(added("2.4")).when(part("2.4a", "2.4", priority="3"))),
    (R.OTHER_PRIORITY, "priority", given(*PARTED).when(renumbered("2.4a", "3.1", priority="3"))),
    (R.PARTS_TOO_DEEP, "parent", given(*DEEP).when(part("2.4aaaaaa", "2.4aaaaa"))),
    (R.NOT_ON_SCALE, "rating", given(added("2.4")).when(rated("2.4", "purple"))),
    (R.NOT_COMPLETE, "action", given(added("2.4")).when(closed("2.4"))),
    (R.NOT_A_RATING, "version", given(added("2.4")).when(confirmed("2.4", 2))),
    (R.NOT_AWAITED, "version", given(added("2.4"), rated("2.4")).when(confirmed("2.4", 6))),
    (R.OWN_RATING, "version", given(*WAITING, scale=SECONDED).when(confirmed("2.4", 6), by=OFFICER)),
    (
        R.CONFIRMED_BEFORE_ITS_DAY,
        "effective_on",
        given(*WAITING, scale=SECONDED).when(confirmed("2.4", 6, on=FEBRUARY)),
    ),
    (R.ALREADY_DEFINED, "measure", given(measure()).when(measure())),
    (R.PRESENTED_BEFORE_ITS_DAY, "effective_on", given().when(presented(current="2019-04-15", on=MARCH))),
    (R.POINT_NOT_SETTLED, "current", given().when(presented(current="2019-03-01@2099-01-01T00:00:00Z"))),
    (R.NOT_WITHDRAWABLE, "version", given().when(in_error(1))),
    (R.ALREADY_WITHDRAWN, "version", given(LATE_PRIORITY, in_error(5)).when(in_error(5))),
    (R.OTHERS_DEPEND, "version", given(added("2.4")).when(in_error(3))),
    (R.NOT_REDACTABLE, "fields", given().when(redacted(1, "scale"))),
    (R.ALREADY_REDACTED, "fields", given(redacted(1, "title")).when(redacted(1, "title"))),
]

#: Codes of what the ledger and the audit look at, and of a rule of 0.1.0; their own tests hold them.
ELSEWHERE = {
    R.NO_SCALE,
    R.EVENT_ID_TWICE,
    R.EVENT_ID_REUSED,
    R.EVENT_ID_TAKEN,
    R.BATCH_CHANGED,
    R.NOT_IN_THE_COMPARISON,
}


@pytest.mark.parametrize(("code", "field", "story"), REFUSED, ids=lambda one: str(one) if isinstance(one, str) else "")
def test_a_rule_refuses_by_its_code_and_names_the_field(code: RuleCode, field: str, story: Story) -> None:
    assert story.refused is not None
    assert (story.refused.code, story.refused.field) == (code, field)


def _nested(depth: int) -> dict[str, object]:
    nested: dict[str, object] = {}
    for _ in range(depth):
        nested = {"a": nested}
    return nested


RATED = {"type": "ActionRated", "plan": "p", "action": "2.4", "rating": "green"}
ADDED = {"type": "ActionAdded", "plan": "p", "number": "2.4", "priority": "2", "text": "Do it"}
OPENED = {"type": "PlanOpened", "plan": "p", "title": "A plan", "organisation": "A council"}
INSPECTED = {"type": "InspectionReported", "plan": "p", "body": "Ofsted"}
WITHDRAWN = {"type": "EventWithdrawn", "plan": "p", "version": 2}
RED = {"code": "red", "label": "Red"}
E = EventCode
WRONG: list[tuple[EventCode, str, object]] = [
    (E.NOT_JSON, "", "{"),
    (E.NOT_AN_OBJECT, "", []),
    (E.TOO_DEEP, "", _nested(5000)),
    (E.TOO_MANY_PROBLEMS, "", {**INSPECTED, "judgements": [{}] * 600}),
    (E.MISSING, "type", {}),
    (E.MISSING, "rating", {**RATED, "rating": None}),
    (E.UNKNOWN_EVENT, "type", {**RATED, "type": "ActionGraded"}),
    (E.UNKNOWN_FIELD, "ratting", {**RATED, "ratting": "red"}),
    (E.OTHER_PLAN, "plan", {**RATED, "plan": "q"}),
    (E.NOT_TEXT, "action", {**RATED, "action": 2.4}),
    (E.HALF_A_CHARACTER, "reason", {**RATED, "reason": "\ud800"}),
    (E.WRONG_FORM, "rating", {**RATED, "rating": "Not started"}),
    (E.WRONG_FORM, "event_id", {**RATED, "event_id": "7"}),
    (E.WRONG_FORM, "plan", {**RATED, "plan": "P 1"}),
    (E.EMPTY, "reason", {**RATED, "reason": " "}),
    (E.EMPTY, "leads", {"type": "ActionReassigned", "plan": "p", "action": "2.4", "leads": []}),
    (E.TOO_LONG, "reason", {**RATED, "reason": "x" * 20_001}),
    (E.TOO_LONG, "evidence", {**RATED, "evidence": ["x"] * 1001}),
    (E.UNPAIRED_DIRECTION, "reason", {**RATED, "reason": "\u202e"}),
    (E.NOT_A_LIST, "evidence", {**RATED, "evidence": "Minutes"}),
    (E.NOT_AN_OBJECT, "source", {**RATED, "source": "Minutes"}),
    (E.NOT_TRUE_OR_FALSE, "scale.ratings.0.complete", {
        **OPENED, "scale": {"name": "RAG", "ratings": [{**RED, "complete": 1}]}}),
    (E.NOT_A_WHOLE_NUMBER, "version", {**WITHDRAWN, "version": "2"}),
    (E.OUT_OF_RANGE, "version", {**WITHDRAWN, "version": 0}),
    (E.NOT_A_DAY, "effective_on", {**RATED, "effective_on": "31/05/2019"}),
    (E.NOT_A_DAY, "effective_on", {**RATED, "effective_on": "2019-02-30"}),
    (E.NOT_A_POINT, "current", {"type": "ReportPresented", "plan": "p", "forum": "Cabinet", "current": "soon"}),
    (E.CODE_TWICE, "scale", {**OPENED, "scale": {"name": "RAG", "ratings": [RED, RED]}}),
    (E.CODE_RESERVED, "scale", {**OPENED, "scale": {"name": "RAG", "ratings": [{**RED, "code": "total"}]}}),
    (E.ENDS_BEFORE_IT_BEGINS, "inspected_to", {
        **INSPECTED, "inspected_from": "2019-05-31", "inspected_to": "2019-05-01"}),
    (E.NOTHING_CHANGED, "text", {"type": "ActionReworded", "plan": "p", "action": "2.4"}),
    (E.NOTHING_CHANGED, "title", {"type": "PriorityReworded", "plan": "p", "number": "2"}),
    (E.PLACE_NEEDED, "priority", {**ADDED, "priority": None}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "field", "data"), WRONG, ids=lambda one: str(one)[:30] if isinstance(one, str) else ""
)
def test_what_is_no_event_is_told_by_a_code_and_its_field(code: EventCode, field: str, data: object) -> None:
    with pytest.raises(NotAnEvent) as refused:
        if isinstance(data, str):
            read_proposal_json(data, MARCH)
        else:
            read_proposal(data, MARCH, "p" if code is E.OTHER_PLAN else None)
    assert [(one.code, one.field) for one in refused.value.problems] == [(code, field)]
    assert (refused.value.code, refused.value.field) == (code, field)


def test_what_a_later_pydantic_finds_wrong_is_told_too() -> None:
    wrong = ValidationError.from_exception_data("ActionRated", [{"type": "time_type", "loc": ("rating",), "input": 1}])
    [found] = problems_of(wrong, ActionRated)
    assert (found.code, found.field) == (E.NOT_ACCEPTED, "rating")


def test_every_code_is_held_to() -> None:
    assert {code for code, *_ in REFUSED} | ELSEWHERE == set(RuleCode)
    assert {code for code, *_ in WRONG} | {E.NO_EVENT, E.NOT_ACCEPTED} == set(
        EventCode
    )  # a file without any: tests/api
