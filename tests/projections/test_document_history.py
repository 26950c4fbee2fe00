"""The document history: what was issued and presented, each frozen where it was."""

from projections.document_history import document_history
from tests.kit import APRIL, JUNE, LATER, MARCH, MAY, added, given, in_error, issued, presented, rated, recorded, today


def test_a_version_is_frozen_at_the_event_that_issued_it():
    story = given(added("2.4"), issued("1.0", MARCH, author="Board Secretary"), rated("2.4", on=APRIL))
    (version,) = document_history(story.at(LATER))["versions"]
    instant = recorded(6).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert version == {
        "label": "1.0", "issued_on": "2019-03-15", "summary": "Version 1.0", "author": "Board Secretary",
        "point": {"effective_on": "2019-03-15", "basis": 6, "known_at": instant, "asked": "issue:1.0"},
        "recorded_at": instant, "version": 6,
    }  # fmt: skip
    asked = story.point("issue:1.0")
    assert (asked.effective_on, asked.basis) == (MARCH, 6)


def test_versions_come_in_the_order_of_their_days_not_of_their_recording():
    story = given(issued("2.0", MAY), issued("1.0", MARCH))
    assert [v["label"] for v in document_history(story.at(LATER))["versions"]] == ["1.0", "2.0"]


def test_what_was_presented_names_its_points_in_the_form_that_cannot_move():
    story = given(added("2.4"), issued("1.0", MARCH), presented("Board", "2019-04-15", MAY, previous="issue:1.0"))
    story.when(rated("2.4"), rated("2.4", "red"))
    (told,) = document_history(story.at(LATER))["presented"]
    assert (told["forum"], told["on"], told["version"]) == ("Board", "2019-05-15", 7)
    assert told["previous"] is not None
    assert (told["previous"]["asked"], told["current"]["asked"]) == ("2019-03-15@6", "2019-04-15@6")


def test_a_presentation_without_a_comparison_has_no_previous_point():
    story = given(presented("Board", on=MAY))
    assert document_history(story.at(LATER))["presented"][0]["previous"] is None


def test_only_what_was_known_and_effective_is_in_the_history():
    wrong = issued("1.0", MARCH)
    story = given(wrong, issued("2.0", MAY), in_error(wrong), issued("3.0", JUNE))
    labels = {
        (day, basis): [v["label"] for v in document_history(story.at(day, basis))["versions"]]
        for day, basis in ((APRIL, None), (APRIL, 6), (LATER, 6), (LATER, 7), (LATER, 8))
    }
    assert list(labels.values()) == [[], ["1.0"], ["1.0", "2.0"], ["2.0"], ["2.0", "3.0"]]


def test_a_presentation_says_when_it_was_recorded_and_how_many_days_after_it():
    story = given(presented("Board", on=MAY))
    (told,) = document_history(story.at(LATER))["presented"]
    assert told["recorded_at"] == recorded(5).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert told["late_by_days"] == (today(5) - MAY).days
