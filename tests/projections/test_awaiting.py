"""A rating that awaits a second person: where it shows, and that it counts nowhere until it is confirmed."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.envelopes import Recorded
from domain.events import ActionRated
from projections.change import Change
from projections.changes import changes_between
from projections.counted import CountQuery, counted_actions
from projections.overdue import overdue_at
from projections.ratings_over_time import ratings_over_time
from projections.register import plans_register
from projections.replay import replay
from projections.trail import TrailQuery, trail_page
from tests.kit import (
    APRIL,
    FEBRUARY,
    JANUARY,
    LATER,
    MARCH,
    MAY,
    OFFICER,
    SCALE,
    SECOND,
    SECONDED,
    Story,
    added,
    as_bytes,
    completed,
    confirmed,
    given,
    in_error,
    part,
    rated,
    recorded,
)

WAITS: dict[str, Any] = {
    "rating": "completed", "rated_on": "2019-03-15", "rated_by": OFFICER, "version": 7, "evidence": ["Audit"],
}  # fmt: skip


def waiting() -> Story:
    """Amber from February and due in March; completed from March as version 7, which nobody has confirmed."""
    due = added("2.4", timescale="31/03/19")
    return given(due, rated("2.4", "amber", FEBRUARY), completed("2.4", MARCH), scale=SECONDED)


def counts(story: Story, day: date = LATER, basis: int | None = None) -> dict[str, int]:
    [entry] = plans_register([story.at(day, basis)])["plans"]
    return {rating["code"]: rating["count"] for rating in entry["ratings"] if rating["count"]}


def changes(story: Story, *bases: int) -> list[Change]:
    previous, current = (story.at(LATER, basis) for basis in bases)
    return changes_between(previous, current)["changes"]


def test_an_action_shows_the_rating_that_counts_and_the_one_that_waits():
    action = waiting().action("2.4")["action"]
    assert (action["rating"], action["rated_on"], action["status"], action["overdue"]) == (
        "amber", "2019-02-15", "open", True,
    )  # fmt: skip
    assert action["awaiting"] == WAITS


def test_in_the_plan_it_shows_from_the_day_it_was_given():
    story = waiting()
    [action] = story.show(LATER)["priorities"][1]["actions"]
    assert action["awaiting"] == WAITS
    [before] = story.show(FEBRUARY)["priorities"][1]["actions"]
    assert "awaiting" not in before


def test_where_nothing_waits_no_answer_says_anything_of_it():
    story = given(added("2.4"), rated("2.4", "amber", FEBRUARY), completed("2.4", MARCH), scale=SCALE)
    said = [
        story.show(),
        story.action("2.4"),
        story.compare(JANUARY, LATER),
        overdue_at(story.at(LATER)),
    ]
    assert all(word not in as_bytes(one) for one in said for word in (b"awaiting", b"second_person", b"confirm"))


def test_the_key_says_which_rating_needs_a_second_person():
    key = {rating["code"]: rating for rating in waiting().show()["ratings"]}
    assert key["completed"]["needs_second_person"] is True
    assert "needs_second_person" not in key["amber"]


def test_no_count_counts_it_before_it_is_confirmed():
    story = waiting()
    assert counts(story) == {"amber": 1}
    story.when(confirmed("2.4", 7, APRIL)).then_accepted()
    assert (counts(story, MARCH), counts(story, APRIL), counts(story, LATER, 7)) == (
        {"amber": 1}, {"completed": 1}, {"amber": 1},
    )  # fmt: skip
    over_time = ratings_over_time(story.at(MAY))["counts"]
    assert [one["on"] for one in over_time if one["ratings"]["completed"]] == ["2019-04-30", "2019-05-15"]


def test_a_comparison_says_how_many_wait_and_compares_what_counts():
    story = waiting()
    document = story.compare(JANUARY, LATER)
    assert "One rating awaits confirmation by a second person and does not count yet." in document["narrative"]
    [change] = document["changes"]
    assert (change["current"], change["current_version"]) == ("amber", 6)
    story.when(confirmed("2.4", 7, APRIL)).then_accepted()
    document = story.compare(FEBRUARY, LATER)
    assert not any("second person" in said for said in document["narrative"])
    [change] = document["changes"]
    assert (change["previous"], change["current"], change["current_version"]) == ("amber", "completed", 8)


def test_several_that_wait_are_counted_in_one_sentence_and_a_whole_is_counted_by_its_parts():
    story = given(
        added("2.4"), part("2.4a", "2.4"), part("2.4b", "2.4"),
        *[completed(number, MARCH) for number in ("2.4", "2.4a", "2.4b")], scale=SECONDED,
    )  # fmt: skip
    said = "Two ratings await confirmation by a second person and do not count yet."
    assert said in story.compare(JANUARY, LATER)["narrative"]


def test_what_stands_behind_a_figure_and_what_is_late_say_what_waits():
    story = waiting()
    plan = story.at(LATER)
    [entry] = counted_actions(story.at(JANUARY), plan, CountQuery())["actions"]
    assert (entry["rating"], entry["rating_version"], entry["awaiting"]) == ("amber", 6, WAITS)
    [late] = overdue_at(plan)["overdue"]
    assert (late["rating"], late["awaiting"]) == ("amber", WAITS)
    story.when(confirmed("2.4", 7, APRIL)).then_accepted()
    assert overdue_at(story.at(LATER))["overdue"] == []


def test_what_changed_says_that_a_rating_waits_and_then_that_it_counts():
    story = waiting().when(confirmed("2.4", 7, APRIL))
    [came] = changes(story, 6, 7)
    assert (came["kind"], came["fact"], came["previous"], came["current"], came["versions"]) == (
        "awaiting confirmation", "awaiting", None, "completed", [7],
    )  # fmt: skip
    rating, evidence = changes(story, 7, 8)
    assert (rating["kind"], rating["previous"], rating["current"], rating["versions"]) == (
        "rating", "amber", "completed", [8],
    )  # fmt: skip
    assert evidence["kind"] == "evidence"


def test_what_changed_says_that_a_rating_waits_no_more_as_it_was_withdrawn():
    story = waiting().when(in_error(7))
    [gone] = changes(story, 7, 8)
    assert (gone["kind"], gone["previous"], gone["current"], gone["by_withdrawal"]) == (
        "awaiting confirmation", "completed", None, True,
    )  # fmt: skip


def test_a_correction_of_a_confirmation_is_told_as_one_of_the_record():
    story = waiting().when(confirmed("2.4", 7, APRIL), in_error(8)).then_accepted()
    [change] = story.compare(LATER, LATER, 8, 9)["changes"]
    assert (change["previous"], change["current"], change["corrected_by"]) == ("completed", "amber", 9)


def records(story: Story) -> list[Recorded]:
    return [
        Recorded("plan", n, n, recorded(n), OFFICER if isinstance(event, ActionRated) else SECOND, UUID(int=n), event)
        for n, event in enumerate(story.events, 1)
    ]


def test_a_confirmation_is_among_the_events_of_its_action_and_names_the_one_it_confirms():
    story = waiting().when(confirmed("2.4", 7, APRIL))
    trail = trail_page(story.record(), records(story), TrailQuery(action="2.4"))
    assert [event["version"] for event in trail["events"]] == [5, 6, 7, 8]
    last = trail["events"][-1]
    assert (last["type"], last["version"], last["confirms"], last["action"]) == ("RatingConfirmed", 8, 7, "2.4")


def test_a_replay_counts_a_rating_from_the_step_that_confirmed_it():
    story = waiting().when(confirmed("2.4", 7, APRIL))
    steps = [step["ratings"]["completed"] for step in replay(story.record(), records(story))]
    assert steps == [0, 0, 0, 0, 0, 0, 0, 1]
