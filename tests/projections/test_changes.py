"""What changed between two points: which kinds, in which order, with which events behind them."""

from datetime import date
from pathlib import Path
from typing import Any

from projections.changes import ChangesDocument, changes_between
from projections.rag_comparison import rag_comparison
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
    OPENED,
    Story,
    added,
    assured,
    closed,
    completed,
    evidenced,
    fold,
    given,
    in_error,
    inspected,
    issued,
    measure,
    measured,
    part,
    plan_at,
    plan_closed,
    presented,
    priority,
    priority_reworded,
    progressed,
    rated,
    read_history,
    reassigned,
    recommended,
    reinstated,
    renumbered,
    rescaled,
    rescheduled,
    reworded,
    withdrawn,
)  # fmt: skip

EXAMPLES = Path(__file__).parents[2] / "examples"


def changes(
    story: Story, previous: Any, current: Any, previous_basis: int | None = None, current_basis: int | None = None
) -> Any:  # a ChangesDocument, of whose values each test knows the shape
    story.then_accepted()
    return changes_between(story.at(previous, previous_basis), story.at(current, current_basis))


def told(document: ChangesDocument) -> list[tuple[Any, ...]]:
    return [
        (
            change["kind"],
            change["action"] or change["priority"],
            change["previous"],
            change["current"],
            *change["versions"],
        )
        for change in document["changes"]
    ]


def test_a_rating_is_told_with_the_event_behind_it():
    story = given(added("2.4"), rated("2.4", "green", MARCH), rated("2.4", "amber", MAY))
    assert told(changes(story, APRIL, JUNE)) == [("rating", "2.4", "green", "amber", 7)]


def test_nothing_changed_between_a_point_and_itself():
    story = given(added("2.4"), rated("2.4"), progressed("2.4"), issued(), measure(), measured())
    assert changes(story, MARCH, MARCH)["changes"] == []


def test_the_same_rating_again_is_a_review():
    story = given(added("2.4"), rated("2.4", "amber", MARCH), rated("2.4", "amber", MAY))
    (change,) = changes(story, APRIL, JUNE)["changes"]
    assert (change["kind"], change["fact"], change["current"], change["versions"]) == (
        "reviewed",
        "rating",
        "amber",
        [7],
    )


def test_every_fact_of_an_action_has_its_kind():
    story = given(
        added("2.4", timescale="31/03/19", leads=["Head"], outcome="Better"),
        reworded("2.4", "Do more", MAY, outcome="Best"),
        renumbered("2.4", "3.1", MAY, priority="3"),
        rescheduled("3.1", "June 2019", MAY, approved_by="Board"),
        reassigned("3.1", ["Deputy"], MAY),
        progressed("3.1", "Going", MAY),
        evidenced("3.1", "Minutes", MAY),
        rated("3.1", "green", MAY),
    )
    document = changes(story, APRIL, JUNE)
    kinds = ["number", "priority", "wording", "wording", "timescale", "leads", "rating", "progress", "evidence"]
    assert [change["kind"] for change in document["changes"]] == kinds
    assert {
        (c["action"], c["previous_action"], c["priority"], c["previous_priority"]) for c in document["changes"]
    } == {("3.1", "2.4", "3", "2")}
    timescale = document["changes"][4]
    assert timescale["previous"]["due"] == "2019-03-31"
    assert timescale["current"] == {
        "text": "June 2019", "due": "2019-06-30", "approved_by": "Board", "reason": "Agreed by the board",
    }  # fmt: skip
    assert document["counts"]["wording"] == 2


def test_evidence_goes_with_the_rating_that_rested_on_it():
    story = given(added("2.4"), completed("2.4", on=MARCH), rated("2.4", "amber", MAY, reason="Not so"))
    _, gone = changes(story, APRIL, JUNE)["changes"]
    assert (gone["kind"], gone["previous"]["title"], gone["current"], gone["versions"]) == (
        "evidence", "Audit", None, [7],
    )  # fmt: skip


def test_evidence_that_went_because_its_rating_was_withdrawn_says_so():
    wrong = completed("2.4", on=MARCH)
    story = given(added("2.4"), wrong, in_error(wrong))
    rating, gone = changes_between(story.at("2019-04-15@6"), story.at("2019-04-15@7"))["changes"]
    assert (rating["fact"], gone["fact"], gone["current"], gone["versions"]) == ("rating", "evidence", None, [7])
    assert gone["by_withdrawal"]


def test_an_action_added_is_told_whole_with_every_event_behind_it():
    story = given(added("2.4", MAY, timescale="July 2019"), reworded("2.4", "Do more", MAY), rated("2.4", "red", MAY))
    new, rating = changes(story, APRIL, JUNE)["changes"]
    assert (new["kind"], new["previous"], new["current"]["text"], new["versions"]) == ("added", None, "Do more", [5, 6])
    assert (rating["kind"], rating["previous"], rating["current"]) == ("rating", None, "red")


def test_leaving_the_plan_and_coming_back_are_told():
    story = given(
        added("2.1"), completed("2.1"), closed("2.1", MAY), added("2.2"), withdrawn("2.2", MAY), reinstated("2.2", JULY)
    )
    assert told(changes(story, APRIL, JUNE)) == [
        ("closed", "2.1", "open", "closed", 7),
        ("withdrawn", "2.2", "open", "withdrawn", 9),
    ]
    assert told(changes(story, JUNE, AUGUST)) == [("reinstated", "2.2", "withdrawn", "open", 10)]


def test_a_part_leaves_with_the_action_it_is_part_of():
    story = given(added("2.1"), part("2.1a", "2.1"), withdrawn("2.1", MAY))
    assert [(c["kind"], c["action"], c["versions"]) for c in changes(story, APRIL, JUNE)["changes"]] == [
        ("withdrawn", "2.1", [7]),
        ("withdrawn", "2.1a", [7]),
    ]


def test_a_change_made_only_by_withdrawing_an_event_names_the_withdrawal():
    wrong = rated("2.4", "red", APRIL)
    story = given(added("2.4"), rated("2.4", "green", MARCH), wrong, in_error(wrong))
    (change,) = changes(story, JUNE, JUNE, 7, 8)["changes"]
    assert (change["previous"], change["current"], change["versions"]) == ("red", "green", [8])
    assert change["by_withdrawal"]


def test_a_correction_names_the_withdrawal_and_what_was_recorded_instead():
    wrong = rated("2.4", "red", APRIL)
    story = given(added("2.4"), wrong, in_error(wrong), rated("2.4", "amber", MARCH))
    assert told(changes(story, JUNE, JUNE, 6, 8)) == [("rating", "2.4", "red", "amber", 7, 8)]


def test_an_action_whose_adding_was_withdrawn_is_removed():
    wrong = added("2.4")
    story = given(wrong, in_error(wrong))
    (change,) = changes(story, JUNE, JUNE, 5, 6)["changes"]
    assert (change["kind"], change["current"], change["versions"]) == ("removed", None, [6])


def test_late_news_is_a_change_of_what_was_known_on_the_same_day():
    story = given(added("2.4"), rated("2.4", "green", MARCH), rated("2.4", "red", FEBRUARY))
    assert told(changes(story, FEBRUARY, FEBRUARY, 6, 7)) == [("rating", "2.4", None, "red", 7)]
    assert told(changes(story, MARCH, MARCH, 6, 7)) == []


def test_backwards_says_what_would_be_undone():
    story = given(added("2.4"), rated("2.4", "green", MARCH), rated("2.4", "amber", MAY), progressed("2.4", "Up", MAY))
    assert told(changes(story, JUNE, APRIL)) == [
        ("rating", "2.4", "amber", "green", 6),
        ("progress", "2.4", "Up", None, 8),
    ]


def test_the_plan_itself_is_told_about():
    story = given(
        rescaled(on=MAY), inspected(on=MAY), recommended(on=MAY), priority("4", on=MAY, answers=["R1"]),
        priority_reworded("2", "Other words", MAY), assured("2", on=MAY), measure(on=MAY), measured(on=MAY),
        issued(on=MAY), presented(on=MAY), plan_closed(DECEMBER),
    )  # fmt: skip
    assert [change["kind"] for change in changes(story, APRIL, LATER)["changes"]] == [
        "scale adopted", "plan closed", "inspection", "recommendation made", "priority reworded", "assurance",
        "priority added", "answers", "measure defined", "measure reported", "version issued", "report presented",
    ]  # fmt: skip


def test_a_measure_is_told_against_its_value_before():
    story = given(measure(), measured(value="80%", on=MARCH), measured(value="85%", period="May 2019", on=MAY))
    (change,) = changes(story, APRIL, JUNE)["changes"]
    assert (change["measure"], change["previous"]["value"], change["current"]["value"]) == ("visits", "80%", "85%")


def test_before_the_plan_was_opened_there_was_nothing():
    document = changes(given(added("2.4")), date(2018, 1, 1), JANUARY)
    assert document["counts"] == {"plan opened": 1, "priority added": 3, "added": 1}


def test_changes_come_in_the_order_of_the_plan():
    story = given(*[added(number) for number in ("2.10", "2.9", "1.2")])
    assert [change["action"] for change in changes(story, OPENED, JUNE)["changes"]] == ["1.2", "2.9", "2.10"]


def test_every_rating_that_differs_in_the_comparison_is_among_the_changes():
    plan = fold(read_history(EXAMPLES / "sunderland.jsonl"), "sunderland")
    previous, current = plan_at(plan, "2019-03-29"), plan_at(plan, "2019-05-31")
    rows = changes_between(previous, current)["changes"]
    compared = [
        (change["action"], change["previous"], change["current"], [change["current_version"]])
        for change in rag_comparison(previous, current)["changes"]
        if change["why"] == "changed"
    ]
    assert compared == [
        (row["action"], row["previous"], row["current"], row["versions"]) for row in rows if row["kind"] == "rating"
    ]
