"""What holds for every event, and what may be recorded of a plan, its recommendations, priorities and measures."""

from datetime import date, timedelta

import pytest

from domain import events
from domain.events import kind_in_words
from domain.plan.draft import Draft
from domain.plan.evolve import evolve
from domain.plan.plan import PENDING
from domain.refusals import Refused
from domain.rules import _RULES, judge
from tests.kit import (
    APRIL,
    AUGUST,
    DECEMBER,
    FEBRUARY,
    JANUARY,
    JULY,
    JUNE,
    LATER,
    MARCH,
    MAY,
    OFFICER,
    OPENED,
    SEPTEMBER,
    added,
    assured,
    closed,
    evidenced,
    given,
    in_error,
    inspected,
    issued,
    measure,
    measured,
    nothing_recorded,
    opened,
    plan_closed,
    presented,
    priority,
    priority_reworded,
    progressed,
    rated,
    reassigned,
    recommended,
    recorded,
    reinstated,
    renumbered,
    rescaled,
    rescheduled,
    reworded,
    today,
    withdrawn,
)


def test_every_event_has_a_rule():
    assert set(_RULES) == set(events.EVENTS.values())


# Days


def test_nothing_is_recorded_for_a_day_in_the_future():
    story = given(added("2.4"))
    assert today(story.plan.version + 1) == date(2021, 2, 8)
    story.when(rated("2.4", on=date(2021, 2, 9))).then_refused("9 February 2021 is in the future", "is 8 February 2021")


def test_something_is_recorded_for_today():
    given(added("2.4")).when(rated("2.4", "amber", on=date(2021, 2, 8))).then_as_at("now", rating="amber")


# The plan


def test_nothing_is_recorded_of_a_plan_that_was_not_opened():
    nothing_recorded().when(priority("1")).then_refused("there is no plan plan", "open it first")


def test_nothing_is_withdrawn_from_a_plan_that_was_not_opened():
    nothing_recorded().when(in_error(1)).then_refused("there is no plan plan")


def test_a_plan_is_opened_once():
    given().when(opened(on=MARCH)).then_refused("plan plan was already opened on 7 January 2019")


def test_a_closed_plan_is_not_opened_again():
    given(plan_closed()).when(opened(on=LATER)).then_refused("already opened on 7 January 2019")


def test_a_plan_is_closed_once():
    given(plan_closed(on=JULY)).when(plan_closed(on=DECEMBER)).then_refused("already closed, from 15 July 2019")


def test_a_plan_whose_closing_was_recorded_in_error_is_closed_again():
    wrong = plan_closed(on=JUNE)
    story = given(wrong, in_error(wrong)).when(plan_closed(on=JULY)).then_accepted()
    assert [story.show(day)["status"] for day in (JUNE, JULY)] == ["open", "closed"]
    assert story.show(JUNE, basis=5)["status"] == "closed"


@pytest.mark.parametrize(
    "later",
    [rated("2.4", on=JULY), progressed("2.4", on=JULY), inspected(on=JULY), measure(on=JULY), rescaled(on=JULY)],
)
def test_a_plan_is_not_closed_before_a_day_for_which_something_is_recorded(later):
    story = given(added("2.4"), rated("2.4", on=MAY), later).when(plan_closed(on=JUNE))
    story.then_refused(
        "plan plan cannot have been closed on 15 June 2019",
        f"last {kind_in_words(type(later).__name__)} for 15 July 2019 (event 7)",
        "close it from that day on, or withdraw what is wrong first",
    )
    story.when(plan_closed(on=JULY)).then_accepted()  # what was recorded for the last day stands


def test_what_was_withdrawn_or_is_no_fact_of_the_plan_does_not_keep_it_from_being_closed():
    wrong = rated("2.4", "red", on=AUGUST)
    story = given(added("2.4"), wrong, in_error(wrong, on=SEPTEMBER), issued(on=JULY), presented(on=JULY))
    story.when(plan_closed(on=JUNE)).then_accepted()


def test_a_closing_that_was_stored_before_later_facts_stays_valid():
    plan = given(added("2.4"), rated("2.4", on=JULY)).plan
    judge(plan, plan_closed(on=JUNE), LATER, OFFICER, proposed=False)


CLOSED_TO = {
    "rescaled": rescaled(on=JULY),
    "inspected": inspected(on=JULY),
    "recommended": recommended(on=JULY),
    "priority": priority("9", on=JULY),
    "priority_reworded": priority_reworded("2", on=JULY),
    "added": added("2.5", on=JULY),
    "reworded": reworded("2.4", on=JULY),
    "renumbered": renumbered("2.4", "2.6", on=JULY),
    "rescheduled": rescheduled("2.4", on=JULY),
    "reassigned": reassigned("2.4", on=JULY),
    "rated": rated("2.4", on=JULY),
    "progressed": progressed("2.4", on=JULY),
    "evidenced": evidenced("2.4", on=JULY),
    "closed": closed("2.4", on=JULY),
    "withdrawn": withdrawn("2.4", on=JULY),
    "reinstated": reinstated("2.4", on=JULY),
    "assured": assured("2", on=JULY),
    "measure": measure(on=JULY),
    "measured": measured(on=JULY),
}


@pytest.mark.parametrize("event", CLOSED_TO.values(), ids=CLOSED_TO)
def test_nothing_happens_in_a_plan_on_a_day_on_which_it_is_closed(event):
    given(added("2.4"), plan_closed(on=JUNE)).when(event).then_refused("plan plan was closed on 15 June 2019")


def test_late_news_is_recorded_of_a_closed_plan_for_days_before():
    story = given(added("2.4"), plan_closed(on=JUNE)).when(rated("2.4", "amber", on=MAY), added("2.5", on=FEBRUARY))
    story.then_as_at(JULY, "2.4", rating="amber").then_in_plan(JULY, "2.4", "2.5")


def test_a_closed_plan_is_still_issued_presented_and_corrected():
    wrong = rated("2.4", "red", on=MAY)
    story = given(added("2.4"), wrong, plan_closed(on=JUNE))
    story.when(issued("9.0", on=JULY), presented(current="issue:9.0", on=JULY), in_error(wrong, on=JULY))
    story.then_accepted().then_as_at(JULY, "2.4", rating=None)


def test_the_closing_day_itself_is_closed():
    given(added("2.4"), plan_closed(on=JUNE)).when(rated("2.4", on=JUNE)).then_refused("was closed on 15 June 2019")


# Recommendations and inspections


def test_a_recommendation_is_made_once():
    given(recommended("R1")).when(recommended("R1", "Again")).then_refused("already has a recommendation R1")


def test_a_recommendation_made_in_error_is_made_again():
    wrong = recommended("R1", "Wrong")
    story = given(wrong, in_error(wrong)).when(recommended("R1", "Right")).then_accepted()
    assert [made["text"] for made in story.show()["recommendations"]] == ["Right"]
    assert [made["text"] for made in story.show(basis=5)["recommendations"]] == ["Wrong"]
    assert story.show(basis=6)["recommendations"] == []


def test_inspections_and_recommendations_may_come_before_the_opening_of_the_plan():
    long_before = date(2018, 7, 25)
    story = given(inspected(on=long_before), recommended(on=long_before))
    document = story.show(long_before)
    assert [len(document["inspections"]), len(document["recommendations"]), document["scale"]["ratings"]] == [1, 1, []]


def test_what_was_measured_before_the_opening_is_recorded():
    before = date(2018, 7, 25)
    given(measure(on=before), measured(on=before)).then_accepted()


_BEFORE = date(2019, 1, 6)
_NOT_BEFORE_IT = [
    rescaled(on=_BEFORE), plan_closed(on=_BEFORE), priority("9", on=_BEFORE), priority_reworded("2", on=_BEFORE),
    added("2.5", on=_BEFORE), rated("2.4", on=_BEFORE), progressed("2.4", on=_BEFORE), assured("2", on=_BEFORE),
    issued(on=_BEFORE), presented(on=_BEFORE), withdrawn("2.4", on=_BEFORE), evidenced("2.4", on=_BEFORE),
]  # fmt: skip


@pytest.mark.parametrize("event", _NOT_BEFORE_IT, ids=lambda event: type(event).__name__)
def test_nothing_else_is_recorded_for_a_day_before_the_opening(event):
    given(added("2.4")).when(event).then_refused(
        "plan plan was opened on 7 January 2019, after 6 January 2019",
        "only inspections, recommendations and measures are recorded",
    )


def test_what_was_stored_for_a_day_before_the_opening_stays_valid():
    plan = given(added("2.4")).plan
    for event in (priority("9", on=_BEFORE), issued(on=_BEFORE), rescaled(on=_BEFORE)):
        judge(plan, event, LATER, OFFICER, proposed=False)


def test_a_correction_may_bear_a_day_before_the_opening():
    given(added("2.4")).when(in_error(5, on=_BEFORE)).then_accepted()


def test_the_same_body_inspects_again():
    given(inspected("Ofsted", on=OPENED)).when(inspected("Ofsted", on=OPENED)).then_accepted()


# Priorities


def test_a_priority_is_added_once():
    given().when(priority("2", on=MARCH)).then_refused(
        "priority 2 was already added on 7 January 2019", "reword it instead"
    )


def test_a_priority_added_in_error_is_added_again_from_another_day():
    wrong = priority("9", "Wrong", on=MARCH)
    story = given(wrong, in_error(wrong)).when(priority("9", "Right", on=MAY)).then_accepted()
    titles = [[one["title"] for one in story.show(day)["priorities"][3:]] for day in (APRIL, MAY)]
    assert titles == [[], ["Right"]]
    assert story.show(APRIL, basis=5)["priorities"][3]["title"] == "Wrong"


def test_an_unknown_priority_is_not_reworded():
    given().when(priority_reworded("7")).then_refused("plan plan has no priority 7")


def test_a_priority_is_not_reworded_before_it_was_added():
    given(priority("7", on=APRIL)).when(priority_reworded("7", on=MARCH)).then_refused(
        "priority 7 was added on 15 April 2019, after 15 March 2019"
    )


def test_a_priority_keeps_what_is_not_reworded():
    story = given(priority("7", "Title", answers=["R1"])).when(priority_reworded("7", None, answers=["R2"]))
    assert [(one["title"], one["answers"]) for one in story.show()["priorities"][3:]] == [("Title", ["R2"])]
    story.when(priority_reworded("7", "Other", on=MAY))
    assert [(one["title"], one["answers"]) for one in story.show()["priorities"][3:]] == [("Other", ["R2"])]


def test_a_priority_added_in_error_is_unknown_from_then_on():
    wrong = priority("9")
    given(wrong, in_error(wrong)).when(priority_reworded("9")).then_refused("has no priority 9")


# Assurance


def test_no_assurance_is_given_on_an_unknown_priority():
    given().when(assured("7")).then_refused("plan plan has no priority 7")


def test_no_assurance_is_given_on_a_priority_before_it_was_added():
    given(priority("7", on=APRIL)).when(assured("7", on=MARCH)).then_refused(
        "priority 7 was added on 15 April 2019, after 15 March 2019"
    )


def test_assurance_on_the_day_the_priority_was_added_is_accepted():
    story = given(priority("7", on=APRIL)).when(assured("7", "limited", on=APRIL)).then_accepted()
    assurance = story.show(APRIL)["priorities"][3]["assurance"]
    assert assurance == {"level": "limited", "report": None, "on": "2019-04-15"}


# Measures


def test_an_unknown_measure_is_not_reported():
    given().when(measured("visits")).then_refused("has no measure visits", "define it first")


def test_a_measure_is_not_reported_before_it_was_defined():
    given(measure("visits", on=APRIL)).when(measured("visits", on=MARCH)).then_refused(
        "measure visits was defined on 15 April 2019, after 15 March 2019"
    )


def test_a_measure_is_reported_on_the_day_it_was_defined():
    story = given(measure("visits", on=APRIL)).when(measured("visits", "8", on=APRIL)).then_accepted()
    assert [one["latest"] and one["latest"]["value"] for one in story.show(APRIL)["measures"]] == ["8"]


def test_a_measure_of_an_unknown_priority_is_not_defined():
    given().when(measure(priority="7")).then_refused("plan plan has no priority 7")


def test_a_measure_is_not_defined_for_a_priority_before_it_was_added():
    given(priority("7", on=APRIL)).when(measure(priority="7", on=MARCH)).then_refused(
        "priority 7 was added on 15 April"
    )


def test_a_measure_is_not_defined_twice_in_the_same_words():
    given(measure("visits", target="90%")).when(measure("visits", target="90%", on=JUNE)).then_refused(
        "measure visits is already so defined, since 7 January 2019"
    )


def test_a_measure_is_defined_otherwise_from_a_day_on():
    story = given(measure("visits", target="90%")).when(measure("visits", target="95%", on=JUNE)).then_accepted()
    assert [[one["target"] for one in story.show(day)["measures"]] for day in (MAY, JUNE)] == [["90%"], ["95%"]]


def test_a_measure_is_defined_late_for_an_earlier_day():
    story = given(measure("visits", on=JUNE)).when(measure("visits", on=MARCH), measured("visits", on=APRIL))
    story.then_accepted()


# Documents


def test_a_document_version_is_issued_once():
    given(issued("2.0", on=MARCH)).when(issued("2.0", on=JUNE)).then_refused(
        "document version 2.0 was already issued on 15 March 2019"
    )


def test_a_document_version_issued_in_error_is_issued_again():
    wrong = issued("2.0", on=MARCH)
    story = given(wrong, in_error(wrong)).when(issued("2.0", on=JUNE)).then_accepted()
    assert (story.point("issue:2.0").effective_on, story.point("issue:2.0").basis) == (JUNE, 7)
    assert story.point("issue:2.0", basis=5).effective_on == MARCH


def test_nothing_is_presented_as_at_a_version_that_was_never_issued():
    given(issued("1.0")).when(presented(current="issue:2.0", on=JUNE)).then_refused(
        "no document version '2.0'", "issued: 1.0"
    )


def test_nothing_is_compared_from_a_version_that_was_never_issued():
    given().when(presented(previous="issue:1.0", on=JUNE)).then_refused("'1.0'", "none has been issued")


def test_nothing_is_presented_as_known_at_a_version_to_come():
    given().when(presented(current="2019-03-15@5")).then_refused("plan plan has no record number 5; its newest is 4")


def test_nothing_is_presented_as_known_before_anything_was():
    given().when(presented(current="2019-03-15@2020-01-01T00:00:00Z")).then_refused(
        "nothing of plan plan had been recorded", "2021-01-04T09:30:00Z"
    )


@pytest.mark.parametrize("field", ["previous", "current"])
def test_nothing_is_presented_as_known_at_an_instant_after_which_nothing_was_recorded(field: str):
    """What was known then could still become more, and what a forum was told would move."""
    for instant in (recorded(4), recorded(9)):
        point = f"2019-02-15@{instant.isoformat()}"
        given().when(presented(on=MARCH, **{field: point})).then_refused(
            f"{point!r} may still come to mean more, as nothing of plan plan was recorded after that instant; "
            "name the record number that was presented, such as 2019-02-15@4"
        )
    last_moment = recorded(4) - timedelta(microseconds=1)
    story = given().when(presented(on=MARCH, **{field: f"2019-02-15@{last_moment.isoformat()}"})).then_accepted()
    (said,) = story.at(LATER, 5).presentations
    frozen = said.value.current if field == "current" else said.value.previous
    assert frozen == (FEBRUARY, 3)


def test_the_version_that_the_refusal_of_an_instant_names_can_be_presented():
    story = given().when(presented(current=f"2019-02-15@{recorded(4).isoformat()}"))
    story.when(presented(current=str(story.refused).rpartition(" ")[2])).then_accepted()


def test_what_is_only_tried_out_does_not_make_an_instant_past():
    """The events of a batch are stored together: all of them may get an instant before or after the one named."""
    plan = given(added("2.4")).plan
    point = f"2019-02-15@{recorded(5).isoformat()}"
    draft = Draft(plan)
    for event in (rated("2.4"), progressed("2.4")):
        evolve(draft, event, PENDING, OFFICER)
        with pytest.raises(Refused, match="may still come to mean more"):
            judge(draft, presented(current=point), LATER, OFFICER)
    judge(draft, presented(current=f"2019-02-15@{recorded(4).isoformat()}"), LATER, OFFICER)
    with pytest.raises(Refused, match="may still come to mean more"):
        judge(plan, presented(current=point), LATER, OFFICER)
    evolve(plan, rated("2.4"), recorded(6), OFFICER)
    judge(plan, presented(current=point), LATER, OFFICER)


@pytest.mark.parametrize("field", ["previous", "current"])
@pytest.mark.parametrize(
    "point",
    ["2019-04-15", "2019-04-15@4", f"2019-04-15@{recorded(2).isoformat()}", "issue:1.0", "told:Cabinet@2019-04-20"],
)
def test_nothing_is_presented_as_at_a_later_day(point: str, field: str):
    """An issue or a presentation may be recorded before one that was made on an earlier day."""
    story = given(issued("1.0", on=APRIL), presented("Cabinet", on=APRIL))
    story.when(presented(on=MARCH, **{field: point})).then_refused(
        "the plan as at 15 April 2019 cannot have been presented on 15 March 2019, before that day"
    )
    story.when(presented(on=APRIL, **{field: point})).then_accepted()


def test_nothing_is_presented_as_told_to_a_forum_that_was_not():
    given(presented("Cabinet", on=MARCH)).when(presented(current="told:Scrutiny@2019-07-04", on=JULY)).then_refused(
        "'Scrutiny' had not been presented with plan plan by 2019-07-04", "presented to: 'Cabinet' since 15 March 2019"
    )


def test_what_a_forum_was_told_never_moves():
    story = given(added("2.4"), rated("2.4", "amber", on=MARCH), presented("Cabinet", on=APRIL))
    story.when(rated("2.4", "green", on=MARCH)).then_accepted()
    told = story.point("told:cabinet@2019-05-01")
    assert (told.effective_on, told.basis) == (APRIL, 6)
    story.then_as_at("told:Cabinet@2019-05-01", "2.4", rating="amber").then_as_at(APRIL, "2.4", rating="green")


def test_a_presentation_may_show_what_another_forum_was_told():
    story = given(presented("Cabinet", on=MARCH), issued("1.0", on=APRIL))
    story.when(presented("Scrutiny", current="told:Cabinet@2019-04-01", on=JUNE)).then_accepted()
    assert story.point("told:Scrutiny@2019-06-30").fixed == "2019-03-15@4"


def test_the_later_recorded_of_two_presentations_on_a_day_was_the_last():
    story = given(presented("Cabinet", "2019-02-15", on=MARCH), presented("Cabinet", "2019-01-15", on=MARCH))
    assert story.point("told:Cabinet@2019-03-15").effective_on == JANUARY
