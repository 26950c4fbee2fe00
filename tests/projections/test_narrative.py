"""The comparison in sentences."""

from tests.kit import (
    APRIL,
    FEBRUARY,
    GRADES,
    MARCH,
    MAY,
    added,
    closed,
    completed,
    given,
    in_error,
    opened,
    part,
    rated,
    renumbered,
    rescaled,
    withdrawn,
)


def told(story, previous=MARCH, current=MAY):
    return story.compare(previous, current)["narrative"]


def of_priority(number, story, previous=MARCH, current=MAY):
    document = story.compare(previous, current)
    rows = [row["priority"] for row in document["rows"]]
    return document["narrative"][-len(rows) :][rows.index(number)]


def size(story):
    """The sentence that says how many actions the plan has."""
    return told(story)[0].split(". ")[0]


def due(story):
    """What is said after it: how many of them are due."""
    return told(story)[0].removeprefix(f"{size(story)}. ")


def test_an_unchanged_plan_is_as_it_was():
    assert size(given(added("2.4"))) == "The plan has one action, as it had at the previous point"


def test_the_first_sentence_reconciles_the_number_of_actions():
    numbers = [f"2.{n}" for n in range(1, 13)]
    story = given(*[added(number) for number in numbers], added("3.1", on=APRIL), withdrawn("2.2", on=APRIL))
    story.when(completed("2.1"), closed("2.1", on=APRIL))
    assert (
        size(story)
        == "The plan has 11 actions, against 12 at the previous point: one added, one closed and one withdrawn"
    )


def test_a_swap_that_leaves_the_number_the_same_is_still_told():
    story = given(added("2.4"), withdrawn("2.4", on=APRIL), added("2.5", on=APRIL))
    assert size(story) == "The plan has one action, against one at the previous point: one added and one withdrawn"


def test_due_actions_are_told_by_rating_best_first():
    four = [added(f"2.{n}", timescale="31/03/19") for n in range(1, 5)]
    story = given(*four, added("2.9"), rated("2.1", "green"), rated("2.2", "amber"), completed("2.3"))
    assert told(story)[0] == (
        "The plan has five actions, as it had at the previous point. Of the five actions, four were due by 15 May 2019:"
        " one Completed, one Green, one Amber and one not rated."
    )


def test_where_none_is_due_it_says_so():
    assert due(given(added("2.4"))) == "It was not due by 15 May 2019."
    assert due(given(added("2.4"), added("2.5"))) == "None of them was due by 15 May 2019."


def test_where_all_are_due_it_says_so():
    story = given(added("2.1", timescale="31/03/2019"), completed("2.1"))
    assert due(story) == "It was due by 15 May 2019: one Completed."
    story.when(added("2.2", timescale="31/03/2019"))
    assert due(story) == "Both were due by 15 May 2019: one Completed and one not rated."
    story.when(added("2.3", timescale="31/03/2019"))
    assert due(story) == "All of them were due by 15 May 2019: one Completed and two not rated."
    story.when(added("2.4"), rated("2.2"), rated("2.3"))
    assert due(story) == "Of the four actions, three were due by 15 May 2019: one Completed and two Green."


def test_a_plan_without_actions_has_none_due():
    assert told(given())[0] == "The plan has no actions, as it had at the previous point."


def test_an_empty_priority_says_no_more_than_that():
    assert of_priority("1", given()) == "Priority 1 has no actions."


def test_concerns_that_nobody_has_are_named():
    assert "No action is rated Red or Amber." in told(given(added("2.4")))
    assert "No action is rated Red." in told(given(added("2.4"), rated("2.4", "amber")))
    both = given(added("2.4"), added("2.5"), rated("2.4", "amber"), rated("2.5", "red"))
    assert not [sentence for sentence in told(both) if sentence.startswith("No action")]


def test_unrated_actions_are_told():
    assert "One action has not been rated yet." in told(given(added("2.4")))
    assert "Two actions have not been rated yet." in told(given(added("2.4"), added("2.5")))
    assert not [s for s in told(given(added("2.4"), rated("2.4"))) if "not been rated" in s]


def test_a_priority_tells_which_actions_moved_and_which_way():
    numbers = ("2.1", "2.2", "2.3")
    story = given(*[added(n) for n in numbers], *[rated(n, "amber", on=FEBRUARY) for n in numbers])
    story.when(rated("2.1", "green", on=APRIL), rated("2.2", "green", on=APRIL), rated("2.3", "red", on=APRIL))
    said = of_priority("2", story)
    assert "Two actions (2.1 and 2.2) have moved from Amber to Green, for the better." in said
    assert "One action (2.3) has moved from Amber to Red, for the worse." in said


def test_a_priority_tells_what_remains_a_concern():
    story = given(added("2.1"), added("2.2"), rated("2.1", "amber", on=FEBRUARY), rated("2.2", "amber", on=FEBRUARY))
    assert "Two actions (2.1 and 2.2) remain Amber." in of_priority("2", story)
    assert "One action (2.1) remains Amber." in of_priority("2", story.when(rated("2.2", "green", on=APRIL)))


def test_a_first_rating_is_told_without_a_direction():
    story = given(added("2.4"), rated("2.4", "green", on=APRIL))
    assert "One action (2.4) has been rated Green, without a rating before." in of_priority("2", story)


def test_a_rating_taken_back_is_told():
    story = given(added("2.4"), rated("2.4", "green"), in_error(6))
    (said,) = [s for s in story.compare(APRIL, APRIL, 6, 7)["narrative"] if s.startswith("Priority 2")]
    assert "One action (2.4) has no rating: Green was recorded in error." in said


def test_a_correction_is_not_told_as_a_worsening():
    story = given(added("2.4"), rated("2.4", "amber"), rated("2.4", "green", on=APRIL), in_error(7))
    (said,) = [s for s in story.compare(MAY, MAY, 7, 8)["narrative"] if s.startswith("Priority 2")]
    assert "One action (2.4) stands at Amber: Green was recorded in error." in said
    assert "worse" not in said


def test_a_change_of_scale_has_no_direction():
    story = given(
        added("2.4"), rated("2.4", "amber", on=FEBRUARY), rescaled(GRADES, on=APRIL), rated("2.4", "1", on=APRIL)
    )
    assert "One action (2.4) has moved from Amber to Achieved." in of_priority("2", story)


def test_a_priority_tells_what_came_left_and_moved():
    story = given(added("2.1"), added("2.2"), added("2.3"), completed("2.1"), withdrawn("2.2", on=APRIL))
    story.when(closed("2.1", on=APRIL), renumbered("2.3", "3.3", priority="3", on=APRIL), added("2.4", on=APRIL))
    said = of_priority("2", story)
    for sentence in (
        "One action (2.4) is new.",
        "One action (2.1) has been closed.",
        "One action (2.2) has been withdrawn.",
    ):
        assert sentence in said
    assert "One action (3.3) has moved to Priority 3." in said
    assert "One action (3.3) has come from Priority 2." in of_priority("3", story)


def test_a_priority_tells_who_went_and_who_came_and_not_the_difference():
    story = given(added("1.2a"), added("1.2b"), added("2.1"))
    story.when(*[renumbered(number, number, priority="2", on=APRIL) for number in ("1.2b", "1.2a")])
    story.when(renumbered("2.1", "2.1", priority="1", on=APRIL))
    assert of_priority("1", story).endswith(
        "Two actions (1.2a and 1.2b) have moved to Priority 2. One action (2.1) has come from Priority 2."
    )
    story.when(renumbered("1.2b", "1.2b", priority="1", on=APRIL))
    assert story.row("1", MARCH, MAY)["moved"] == 0
    assert of_priority("1", story).endswith(
        "One action (1.2a) has moved to Priority 2. One action (2.1) has come from Priority 2."
    )


def test_a_plan_that_had_no_actions_is_told_against_none():
    story = given(added("2.4", on=APRIL))
    assert size(story) == "The plan has one action, against none at the previous point: one added"


def test_a_split_is_told_by_its_parts():
    story = given(
        added("2.4"), part("2.4a", "2.4", on=APRIL), part("2.4b", "2.4", on=APRIL), part("2.4c", "2.4", on=APRIL)
    )
    assert "Two actions are new." in of_priority("2", story)


def test_a_rated_action_that_was_split_is_told_with_the_rating_it_had():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY), added("2.5"), added("2.6"))
    story.when(part("2.4a", "2.4", on=APRIL), part("2.5a", "2.5", on=APRIL))
    assert "Action 2.4, rated Amber, has been given one part." in of_priority("2", story)
    story.when(part("2.4b", "2.4", on=APRIL), part("2.5b", "2.5", on=APRIL))
    assert "Action 2.4, rated Amber, has been split into two parts." in of_priority("2", story)
    assert "Action 2.5" not in of_priority("2", story)


def test_the_narrative_speaks_the_plans_own_word():
    story = given(opening=opened(priority_word="Recommendation"))
    assert of_priority("3", story) == "Recommendation 3 has no actions."


def test_actions_that_are_all_due_are_not_counted_twice():
    story = given(added("2.1", timescale="31/03/2019"), added("2.2", timescale="31/03/2019"))
    assert of_priority("2", story).startswith("Priority 2 has two actions, both due by ")
    story.when(added("2.3", timescale="31/03/2019"))
    assert of_priority("2", story).startswith("Priority 2 has three actions, all due by ")
    story.when(added("2.4", timescale="31/12/2019"))
    assert of_priority("2", story).startswith("Priority 2 has four actions, three of them due by ")
