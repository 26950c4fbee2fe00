"""Previous against current. `compare` also checks that every row and the totals reconcile."""

import pytest

from projections.rag_comparison import PointsReversed
from tests.kit import (
    APRIL,
    AUGUST,
    FEBRUARY,
    GRADES,
    JANUARY,
    JULY,
    JUNE,
    MARCH,
    MAY,
    SCALE,
    added,
    as_bytes,
    closed,
    completed,
    given,
    in_error,
    part,
    priority,
    rated,
    reinstated,
    renumbered,
    rescaled,
    reworded,
    withdrawn,
)


def movements(table):
    return {name: table[name] for name in ("new", "closed", "withdrawn", "moved") if table[name]}


def totals(table):
    return (table["total"]["previous"], table["total"]["current"])


def counts(table, code):
    pair = table["ratings"][code] if code else table["unrated"]
    return (pair["previous"], pair["current"])


def changes(document, *fields):
    return [tuple(change[field] for field in fields) for change in document["changes"]]


# Counting


def test_an_empty_plan_compares_to_nothing():
    document = given().compare(FEBRUARY, MAY)
    assert totals(document["totals"]) == (0, 0)
    assert [row["priority"] for row in document["rows"]] == ["1", "2", "3"]
    assert document["changes"] == []


def test_every_action_counts_once_under_its_rating_or_as_unrated():
    story = given(added("2.1"), added("2.2"), added("2.3"), rated("2.1", "red"), rated("2.2", "green", on=MAY))
    row = story.row("2", APRIL, MAY)
    assert (counts(row, "red"), counts(row, "green"), counts(row, None)) == ((1, 1), (0, 1), (2, 1))
    assert totals(row) == (3, 3)


def test_a_backdated_rating_is_compared_with_its_own_day():
    story = given(added("2.4"), rated("2.4", "green", on=APRIL)).when(rated("2.4", "amber", on=FEBRUARY))
    assert changes(story.compare(MARCH, MAY), "previous", "current") == [("amber", "green")]
    assert changes(story.compare(MARCH, MAY, 6, 6), "previous", "current") == [(None, "green")]


def test_a_comparison_at_a_basis_does_not_move():
    story = given(added("2.4"), rated("2.4", "amber"))
    before = as_bytes(story.compare(FEBRUARY, APRIL, 6, 6))
    story.when(rated("2.4", "green", on=MARCH), added("2.5", on=FEBRUARY), in_error(6), withdrawn("2.4", on=MARCH))
    assert as_bytes(story.compare(FEBRUARY, APRIL, 6, 6)) == before


def test_the_same_day_as_known_before_and_after_late_news():
    story = given(added("2.4"), rated("2.4", "green", on=MARCH), rated("2.4", "amber", on=MARCH))
    document = story.compare(APRIL, APRIL, 6, 7)
    assert changes(document, "previous", "current", "previous_version", "current_version") == [("green", "amber", 6, 7)]


# Movements


def test_a_new_action_is_new_and_unrated():
    row = given(added("2.4"), added("2.5", on=APRIL)).row("2", MARCH, MAY)
    assert (movements(row), totals(row), counts(row, None)) == ({"new": 1}, (1, 2), (1, 2))


def test_a_closed_action_left_the_table():
    row = given(added("2.4"), completed("2.4"), closed("2.4", on=APRIL)).row("2", MARCH, MAY)
    assert (movements(row), totals(row), counts(row, "completed")) == ({"closed": 1}, (1, 0), (1, 0))


def test_a_withdrawn_action_left_the_table():
    row = given(added("2.4"), withdrawn("2.4", on=APRIL)).row("2", MARCH, MAY)
    assert (movements(row), totals(row)) == ({"withdrawn": 1}, (1, 0))


def test_an_action_that_came_and_went_between_is_not_counted():
    row = given(added("2.4", on=MARCH), withdrawn("2.4", on=APRIL)).row("2", FEBRUARY, MAY)
    assert (movements(row), totals(row)) == ({}, (0, 0))


def test_an_action_withdrawn_and_reinstated_between_never_left():
    row = given(added("2.4"), withdrawn("2.4", on=MARCH), reinstated("2.4", on=APRIL)).row("2", FEBRUARY, MAY)
    assert (movements(row), totals(row)) == ({}, (1, 1))


def test_an_action_reinstated_since_is_new_against_when_it_was_out():
    story = given(added("2.4"), withdrawn("2.4", on=MARCH), reinstated("2.4", on=MAY))
    assert movements(story.row("2", APRIL, JUNE)) == {"new": 1}
    assert movements(story.row("2", FEBRUARY, APRIL)) == {"withdrawn": 1}


def test_an_action_added_in_error_counts_as_withdrawn_against_what_was_known():
    wrong = added("2.4")
    document = given(wrong, in_error(wrong)).compare(MARCH, MARCH, 5, 6)
    assert movements(document["totals"]) == {"withdrawn": 1}


def test_a_moved_action_moves_between_rows_and_not_in_the_totals():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY), renumbered("2.4", "3.1", priority="3", on=APRIL))
    document = story.compare(MARCH, MAY)
    rows = {row["priority"]: (movements(row), totals(row)) for row in document["rows"]}
    assert rows == {"1": ({}, (0, 0)), "2": ({"moved": -1}, (1, 0)), "3": ({"moved": 1}, (0, 1))}
    assert movements(document["totals"]) == {}
    assert changes(document, "action", "priority", "why") == [("3.1", "3", "unchanged concern")]


def test_actions_are_compared_by_identity_and_not_by_number():
    wrong = renumbered("2.4", "2.5", on=MARCH)
    story = given(added("2.4"), rated("2.4", "red", on=FEBRUARY), wrong, in_error(wrong), added("2.5", on=MARCH))
    story.when(rated("2.5", "green", on=APRIL))
    found = changes(story.compare(FEBRUARY, MAY), "action", "previous", "current")
    assert found == [("2.4", "red", "red"), ("2.5", None, "green")]


def test_an_action_moved_and_then_withdrawn_left_from_where_it_stood():
    story = given(added("2.4"), renumbered("2.4", "3.1", priority="3", on=MARCH), withdrawn("3.1", on=APRIL))
    assert movements(story.row("2", FEBRUARY, MAY)) == {"withdrawn": 1}
    assert movements(story.row("3", FEBRUARY, MAY)) == {}


def test_the_points_may_not_be_asked_the_wrong_way_round():
    story = given(added("2.4"), added("2.5", on=APRIL))
    with pytest.raises(PointsReversed) as refused:
        story.compare("2019-05-31", "2019-03-29")
    assert str(refused.value) == (
        "the current point (29 March 2019) is before the previous one (31 May 2019); give the earlier first"
    )


def test_one_day_may_be_compared_as_known_later_and_before():
    assert movements(given(added("2.4")).compare(MARCH, MARCH, 5, 4)["totals"]) == {"withdrawn": 1}


def test_a_priority_that_came_later_has_its_row():
    document = given(priority("9", on=APRIL), added("9.1", on=APRIL)).compare(MARCH, MAY)
    assert [(row["priority"], movements(row)) for row in document["rows"]][3:] == [("9", {"new": 1})]


def test_a_priority_added_in_error_has_a_row_only_against_what_was_known():
    wrong = priority("9", "Wrong")
    story = given(wrong, added("9.1"), in_error(6), in_error(wrong), priority("9", "Right", on=APRIL))
    assert [row["title"] for row in story.compare(MARCH, MAY)["rows"]][3:] == ["Right"]
    assert len(story.compare(MARCH, MARCH)["rows"]) == 3
    known = story.compare(MARCH, MARCH, 6, 8)
    assert [(row["title"], movements(row)) for row in known["rows"][3:]] == [("Wrong", {"withdrawn": 1})]


# Parts


def test_an_action_with_parts_is_counted_by_its_parts():
    story = given(added("2.4"), part("2.4a", "2.4"), part("2.4b", "2.4"), part("2.4c", "2.4"))
    story.when(rated("2.4", "red"), rated("2.4a", "amber"), rated("2.4b", "amber"), rated("2.4c", "green"))
    row = story.row("2", FEBRUARY, APRIL)
    assert (counts(row, "red"), counts(row, "amber"), counts(row, "green"), totals(row)) == (
        (0, 0),
        (0, 2),
        (0, 1),
        (3, 3),
    )


def test_a_split_action_makes_room_for_its_parts():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY), *[part(f"2.4{x}", "2.4", on=APRIL) for x in "abc"])
    row = story.row("2", MARCH, MAY)
    assert (movements(row), totals(row), counts(row, "amber")) == ({"new": 2}, (1, 3), (1, 0))


def test_an_action_with_one_part_is_replaced_by_it():
    row = given(added("2.4"), part("2.4a", "2.4", on=APRIL)).row("2", MARCH, MAY)
    assert (movements(row), totals(row)) == ({}, (1, 1))


def test_a_split_action_may_have_moved():
    story = given(added("2.4"), renumbered("2.4", "3.1", priority="3", on=MARCH))
    story.when(part("3.1a", "3.1", on=APRIL), part("3.1b", "3.1", on=APRIL))
    assert movements(story.row("2", FEBRUARY, MAY)) == {"moved": -1}
    assert movements(story.row("3", FEBRUARY, MAY)) == {"new": 1, "moved": 1}


def test_parts_of_parts_are_counted_at_the_bottom():
    story = given(
        added("2.4"), part("2.4a", "2.4", on=MARCH), part("2.4a-i", "2.4a", on=MAY), part("2.4a-ii", "2.4a", on=MAY)
    )
    assert [totals(story.row("2", FEBRUARY, day)) for day in (FEBRUARY, MARCH, MAY)] == [(1, 1), (1, 1), (1, 2)]
    assert movements(story.row("2", FEBRUARY, MAY)) == {"new": 1}


def test_an_action_whose_parts_have_all_left_counts_again():
    story = given(added("2.4"), part("2.4a", "2.4"), part("2.4b", "2.4"))
    story.when(withdrawn("2.4a", on=APRIL), withdrawn("2.4b", on=APRIL))
    row = story.row("2", MARCH, MAY)
    assert (totals(row), movements(row)) == ((2, 1), {"new": 1, "withdrawn": 2})


def test_parts_close_with_their_action():
    story = given(added("2.4"), part("2.4a", "2.4"), part("2.4b", "2.4"), completed("2.4a"), completed("2.4b"))
    story.when(closed("2.4", on=APRIL))
    assert (movements(story.row("2", MARCH, MAY)), totals(story.row("2", MARCH, MAY))) == ({"closed": 2}, (2, 0))


def test_a_reinstated_part_is_counted_again():
    story = given(added("2.4"), part("2.4a", "2.4"), part("2.4b", "2.4"), withdrawn("2.4a", on=MARCH))
    story.when(reinstated("2.4a", on=MAY))
    assert [movements(story.row("2", *days)) for days in ((FEBRUARY, APRIL), (APRIL, JUNE), (FEBRUARY, JUNE))] == [
        {"withdrawn": 1}, {"new": 1}, {},
    ]  # fmt: skip


def test_parts_added_in_error_leave_the_action_where_it_was():
    wrong = part("2.4a", "2.4")
    story = given(added("2.4"), rated("2.4", "amber"), wrong, in_error(wrong))
    assert movements(story.compare(MARCH, MARCH, 7, 8)["totals"]) == {"new": 1, "withdrawn": 1}
    assert movements(story.compare(FEBRUARY, MAY)["totals"]) == {}


# Due


def test_due_are_those_due_by_the_current_day_by_their_current_rating():
    story = given(
        added("2.1", timescale="31/03/19"), added("2.2", timescale="April 2019"), added("2.3", timescale="15/04/19"),
        added("2.4", timescale="Ongoing"), added("2.5"), rated("2.1", "green"), completed("2.3"),
    )  # fmt: skip
    assert story.row("2", FEBRUARY, APRIL)["due"] == {"total": 2, "red": 0, "amber": 0, "green": 1, "completed": 1}
    assert story.row("2", FEBRUARY, MAY)["due"]["total"] == 3
    assert story.row("2", FEBRUARY, MARCH)["due"]["total"] == 0


def test_what_has_left_is_not_due():
    story = given(added("2.4", timescale="31/03/19"), withdrawn("2.4", on=APRIL))
    assert story.row("2", FEBRUARY, APRIL)["due"]["total"] == 0


def test_an_action_split_after_it_was_due_is_still_due_through_its_parts():
    story = given(added("1.1", timescale="31/03/19"), rated("1.1", "amber"))
    story.when(part("1.1a", "1.1", APRIL), part("1.1b", "1.1", APRIL))
    assert story.row("1", MARCH, MAY)["due"]["total"] == 2


def test_due_actions_without_a_rating_are_counted_in_every_table_where_there_are_any():
    story = given(added("2.1", timescale="31/03/19"), added("3.1", timescale="31/03/19"), rated("2.1", "green"))
    assert "unrated" not in story.compare(FEBRUARY, MARCH)["totals"]["due"]
    document = story.compare(FEBRUARY, APRIL)
    assert [row["due"]["unrated"] for row in document["rows"]] == [0, 0, 1]
    for table in [*document["rows"], document["totals"]]:
        due = dict(table["due"])
        assert due.pop("total") == sum(due.values())


# Changes


def test_a_rated_action_that_was_split_is_listed_as_split():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY), added("2.5"))
    story.when(*[part(f"{whole}{letter}", whole, APRIL) for whole in ("2.4", "2.5") for letter in "ab"])
    assert story.compare(MARCH, MAY)["changes"] == [{
        "action": "2.4", "priority": "2", "text": "Do 2.4", "previous": "amber", "current": None,
        "direction": "same", "why": "split", "previous_version": 6, "current_version": None,
        "corrected_by": None,
    }]  # fmt: skip


def test_a_split_action_is_listed_where_it_stands_now_before_its_parts():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY), renumbered("2.4", "3.1", priority="3", on=APRIL))
    story.when(part("3.1a", "3.1", APRIL), rated("3.1a", "red", on=APRIL))
    assert changes(story.compare(MARCH, MAY), "action", "priority", "previous", "current", "why") == [
        ("3.1", "3", "amber", None, "split"), ("3.1a", "3", None, "red", "changed"),
    ]  # fmt: skip


def test_a_split_action_that_has_left_since_is_not_listed():
    story = given(
        added("2.4"), rated("2.4", "amber", on=FEBRUARY), part("2.4a", "2.4", APRIL), withdrawn("2.4", on=MAY)
    )
    assert changes(story.compare(MARCH, JUNE), "action") == []


def test_changes_list_what_differs_with_the_versions_behind_it():
    story = given(
        added("2.4"), rated("2.4", "amber", on=FEBRUARY), rated("2.4", "green", on=APRIL), reworded("2.4", on=MAY)
    )
    assert story.compare(MARCH, MAY)["changes"] == [{
        "action": "2.4", "priority": "2", "text": "Do it otherwise", "previous": "amber", "current": "green",
        "direction": "better", "why": "changed", "previous_version": 6, "current_version": 7,
        "corrected_by": None,
    }]  # fmt: skip


def test_a_correction_names_what_withdrew_the_previous_rating():
    story = given(added("2.4"), rated("2.4", "amber"), rated("2.4", "green", on=APRIL), in_error(7))
    found = changes(story.compare(MAY, MAY, 7, 8), "previous", "current", "corrected_by")
    assert found == [("green", "amber", 8)]
    assert changes(story.compare(MARCH, MAY, 8, 8), "corrected_by") == [(None,)], "nothing that stood was withdrawn"


def test_a_concern_is_listed_though_unchanged():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY), added("2.5"), rated("2.5", "green", on=FEBRUARY))
    assert changes(story.compare(MARCH, MAY), "action", "why", "direction") == [("2.4", "unchanged concern", "same")]


def test_a_concern_reviewed_since_is_still_unchanged():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY), rated("2.4", "amber", on=APRIL))
    found = changes(story.compare(MARCH, MAY), "why", "previous_version", "current_version")
    assert found == [("unchanged concern", 6, 7)]


def test_the_direction_is_that_of_the_scale():
    story = given(*[added(f"2.{n}") for n in range(1, 4)])
    story.when(*[rated(f"2.{n}", code, on=FEBRUARY) for n, code in enumerate(("red", "green", "amber"), 1)])
    story.when(*[rated(f"2.{n}", code, on=APRIL) for n, code in enumerate(("amber", "amber", "amber"), 1)])
    assert changes(story.compare(MARCH, MAY), "action", "direction") == [
        ("2.1", "better"),
        ("2.2", "worse"),
        ("2.3", "same"),
    ]


def test_a_first_rating_has_no_direction():
    story = given(added("2.4"), rated("2.4", "green", on=APRIL))
    assert changes(story.compare(MARCH, MAY), "previous", "direction", "why") == [(None, "same", "changed")]


def test_a_new_action_is_listed_when_it_was_rated_and_not_before():
    story = given(added("2.4", on=APRIL), added("2.5", on=APRIL), rated("2.4", "green", on=MAY))
    assert changes(story.compare(MARCH, JUNE), "action", "previous", "current") == [("2.4", None, "green")]


def test_a_rating_recorded_in_error_is_a_change_against_what_was_known():
    wrong = rated("2.4", "green")
    story = given(added("2.4"), wrong, in_error(wrong))
    assert changes(story.compare(APRIL, APRIL, 6, 7), "previous", "current") == [("green", None)]


def test_changes_come_in_the_order_of_numbers():
    numbers = ["2.10", "2.9", "10.1", "1.1"]
    story = given(priority("10"), *[added(n) for n in numbers], *[rated(n, "red") for n in numbers])
    assert changes(story.compare(FEBRUARY, MAY), "action") == [("1.1",), ("2.9",), ("2.10",), ("10.1",)]


# Another scale


def test_a_scale_change_keeps_a_column_for_what_was_rated_before():
    story = given(added("2.4"), added("2.5"), rated("2.4", "amber"), rated("2.5", "green"), rescaled(GRADES, on=MAY))
    story.when(rated("2.5", "2", on=JUNE))
    document = story.compare(APRIL, JULY)
    assert [rating["code"] for rating in document["ratings"]] == [
        "4",
        "3",
        "2",
        "1",
        "red",
        "amber",
        "green",
        "completed",
    ]
    row = document["rows"][1]
    assert (counts(row, "amber"), counts(row, "green"), counts(row, "2")) == ((1, 1), (1, 0), (0, 1))
    assert changes(document, "action", "previous", "current", "direction") == [
        ("2.4", "amber", "amber", "same"), ("2.5", "green", "2", "same"),
    ]  # fmt: skip


def test_a_scale_of_neither_point_has_a_column_where_it_is_still_worn():
    other = {"name": "Other", "ratings": [{"code": "parked", "label": "Parked"}]}
    story = given(added("2.4"), rescaled(other, on=MARCH), rated("2.4", "parked", on=MARCH), rescaled(SCALE, on=APRIL))
    document = story.compare(JUNE, JULY)
    assert [rating["code"] for rating in document["ratings"]][-1] == "parked"
    assert counts(document["totals"], "parked") == (1, 1)


def test_a_plan_without_ratings_compares_its_numbers():
    story = given(added("2.4"), added("2.5", on=APRIL), scale={"name": "None", "ratings": []})
    document = story.compare(MARCH, MAY)
    assert (document["ratings"], document["totals"]["ratings"], totals(document["totals"])) == ([], {}, (1, 2))


def test_before_the_plan_was_opened_there_is_nothing_to_count():
    document = given(added("2.4")).compare("2018-01-01", AUGUST)
    assert (totals(document["totals"]), movements(document["totals"])) == ((0, 1), {"new": 1})
    assert document["previous"]["effective_on"] == "2018-01-01"
    assert totals(given(added("2.4")).compare(JANUARY, JANUARY)["totals"]) == (1, 1)


def test_a_former_scale_orders_ratings_that_were_both_given_on_it():
    story = given(added("2.1"), added("2.2"), rated("2.1", "amber", on=FEBRUARY), rated("2.2", "green", on=FEBRUARY))
    story.when(rated("2.1", "green", on=APRIL), rescaled(GRADES, on=MAY), rated("2.2", "2", on=MAY))
    found = changes(story.compare(MARCH, JUNE), "action", "previous", "current", "direction")
    assert found == [("2.1", "amber", "green", "better"), ("2.2", "green", "2", "same")]


def test_a_scale_of_neither_point_orders_ratings_that_were_both_given_on_it():
    wrong = rated("2.1", "red", on=FEBRUARY)
    story = given(added("2.1"), rated("2.1", "amber", on=FEBRUARY), wrong, rescaled(GRADES, on=MARCH), in_error(wrong))
    found = changes(story.compare(APRIL, MAY, 8, 9), "previous", "current", "direction")
    assert found == [("red", "amber", "better")]
