"""One line of plain English for every event there is."""

import pytest

from domain.events import EVENTS
from projections.sentence import sentence, sentence_in
from tests.kit import (
    APRIL,
    FEBRUARY,
    MARCH,
    MAY,
    SECONDED,
    added,
    assured,
    closed,
    completed,
    confirmed,
    evidenced,
    given,
    in_error,
    inspected,
    issued,
    measure,
    measured,
    opened,
    part,
    plan_closed,
    presented,
    priority,
    priority_reworded,
    progressed,
    rated,
    reassigned,
    recommended,
    redacted,
    reinstated,
    renumbered,
    rescaled,
    rescheduled,
    reworded,
    withdrawn,
)  # fmt: skip

BEFORE = (
    added("2.4", timescale="31/03/19", leads=["Head"]), rated("2.4", "green", FEBRUARY),
    assured("2", "limited", FEBRUARY), measure("visits"),
)  # fmt: skip

SAID = [
    (rescaled(), "Rating scale Grades adopted: Not achieved, Slipped, On track and Achieved"),
    (plan_closed(), "Plan closed"),
    (inspected(judgements=[{"area": "All", "grade": "Good"}]), "Inspection by Ofsted reported, with 1 judgement"),
    (recommended(made_by="Ofsted"), "Recommendation R1 made by Ofsted: Improve"),
    (priority("4", "Homes", answers=["1", "2"]), "Priority 4 added: Homes, answering recommendations 1 and 2"),
    (priority_reworded("2", "Care"), "Priority 2 reworded: Care, was: Priority 2"),
    (priority_reworded("2", None, answers=["7"]), "Priority 2 answers recommendation 7"),
    (added("2.5", timescale="May 2019"), "2.5 added to Priority 2: Do 2.5, due May 2019"),
    (part("2.4a", "2.4"), "2.4a added as part of 2.4: Do 2.4a"),
    (reworded("2.4", "Do more\nand more."), "2.4 reworded: Do more and more, was: Do 2.4"),
    (reworded("2.4", None, outcome="Better"), "2.4 given the outcome: Better"),
    (renumbered("2.4", "3.1", priority="3"), "2.4 renumbered 3.1 and moved to Priority 3"),
    (
        rescheduled("2.4", "May 2019", approved_by="Board", reason="Late start."),
        "2.4 rescheduled to May 2019, was 31/03/19, approved by Board, because: Late start",
    ),
    (reassigned("2.4", ["Deputy", "Clerk"]), "2.4 assigned to Deputy and Clerk, was Head"),
    (rated("2.4", "amber"), "2.4 rated Amber, was Green"),
    (rated("2.4", "green"), "2.4 reviewed, remains Green"),
    (confirmed("2.4", 99), "2.4 rating of version 99 confirmed"),
    (progressed("2.4", "Under way"), "2.4 progress reported: Under way"),
    (evidenced("2.4", "Minutes"), "2.4 evidence filed: Minutes"),
    (closed("2.4"), "2.4 closed as complete"),
    (withdrawn("2.4", reason="Not ours"), "2.4 withdrawn from the plan, because: Not ours"),
    (reinstated("2.4"), "2.4 reinstated"),
    (assured("2", "partial", report="Audit"), "Priority 2 given assurance: partial, was limited, by Audit"),
    (measure("posts", "Posts filled", target="95%"), "Measure posts defined: Posts filled, target 95%"),
    (measure("visits", "Visits", MARCH, baseline="80%"), "Measure visits revised: Visits, baseline 80%"),
    (measured(standing="On track"), "Measure Visits in time reported for March 2019: 81.7% (On track)"),
    (issued("3.0", summary="Reviewed"), "Document version 3.0 issued: Reviewed"),
    (presented("Board", "2019-04-15", MAY, previous="2019-03-15"),
     "Plan as at 15 April 2019, against 15 March 2019, presented to Board"),
    (in_error(6, reason="Typo"),
     "Version 6 (ActionRated of 15 February 2019) withdrawn as recorded in error, because: Typo"),
    (redacted(5, "text", "leads", reason="It named a child"),
     "Texts of event 5 (action added, 15 January 2019) destroyed: text and leads, because: It named a child"),
    (redacted(5, "reports_to", reason="It named a child"),
     "Text of event 5 (action added, 15 January 2019) destroyed: reports to, because: It named a child"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "said"), SAID, ids=[said for _, said in SAID])
def test_an_event_is_told_in_one_line(event, said):
    assert sentence(event, given(*BEFORE).record()) == said


def test_a_plan_is_opened_before_there_is_one():
    said = "Plan opened: The plan, of The council, rated on RAG"
    assert sentence(opened(), None) == said


def test_every_event_has_a_sentence():
    assert {type(event).__name__ for event, _ in SAID} | {"PlanOpened"} == set(EVENTS)


def test_what_was_before_is_looked_up_on_the_events_own_day():
    story = given(added("2.4"), rated("2.4", "red", FEBRUARY), rated("2.4", "amber", MAY))
    assert sentence(rated("2.4", "green", APRIL), story.record()) == "2.4 rated Green, was Red"


def test_a_rating_that_needs_a_second_person_says_so_and_its_confirmation_who_gave_it():
    story = given(added("2.4"), rated("2.4", "amber", FEBRUARY), completed("2.4", MARCH), scale=SECONDED)
    assert sentence_in(story.record(), 7, story.events[6]) == "2.4 rated Completed (counts once confirmed), was Amber"
    story.when(confirmed("2.4", 7, APRIL)).then_accepted()
    said = "2.4 confirmed as Completed, rated on 15 March 2019 by An Officer (version 7), was Amber"
    assert sentence_in(story.record(), 8, story.events[7]) == said


def test_a_plan_folded_further_tells_the_same_sentence():
    story = given(added("2.4"), rated("2.4", "red", FEBRUARY), rated("2.4", "green", MARCH))
    story.when(rated("2.4", "amber", FEBRUARY), completed("2.4", APRIL)).then_accepted()
    assert sentence_in(story.record(), 7, story.events[6]) == "2.4 rated Green, was Red"


def test_a_long_text_is_cut_at_a_word():
    said = sentence(progressed("2.4", "word " * 100), given(added("2.4")).record())
    assert said.endswith("word…")
    assert len(said) < 160
