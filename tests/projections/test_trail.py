"""The trail: every event as it was recorded, how late it came, and the pages it is read in."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.envelopes import Recorded
from projections.action import ActionUnknown
from projections.not_known import action_not_known
from projections.trail import TrailQuery, matching_versions, trail_page
from tests.kit import (
    MARCH,
    Story,
    added,
    fold,
    given,
    in_error,
    part,
    progressed,
    rated,
    recorded,
    renumbered,
)  # fmt: skip


def records(story: Story) -> list[Recorded]:
    return [
        Recorded("plan", version, version + 1000, recorded(version), "An Officer", UUID(int=version), event)
        for version, event in enumerate(story.events, 1)
    ]


def versions(story: Story, limit: int | None = None, **query: Any) -> list[int]:
    page = trail_page(story.record(), records(story), TrailQuery(**query), limit)
    return [event["version"] for event in page["events"]]


def test_an_event_is_told_as_it_was_recorded():
    story = given(added("2.4"), rated("2.4", "green", MARCH))
    *_, event = trail_page(story.record(), records(story), TrailQuery())["events"]
    assert event == {
        "version": 6, "position": 1006, "recorded_at": "2021-02-08T09:30:00.000000Z", "recorded_by": "An Officer",
        "event_id": str(UUID(int=6)), "type": "ActionRated", "effective_on": "2019-03-15", "action": "2.4",
        "rating": "green", "withdrawn_by": None, "withdrawal": None, "late_by_days": 696,
        "missing_from": [], "sentence": "2.4 rated Green for the first time",
    }  # fmt: skip


def test_a_withdrawn_event_stays_in_the_trail_and_names_what_withdrew_it():
    wrong = rated("2.4")
    story = given(added("2.4"), wrong, in_error(wrong))
    *_, event, withdrawal = trail_page(story.record(), records(story), TrailQuery())["events"]
    assert (event["version"], event["withdrawn_by"]) == (6, 7)
    assert (withdrawal["version"], withdrawal["withdraws"], withdrawal["withdrawn_by"]) == (7, 6, None)


def test_a_withdrawn_event_says_who_withdrew_it_when_and_why():
    wrong = rated("2.4")
    story = given(added("2.4"), wrong, rated("2.4"), in_error(wrong, reason="The wrong action"))
    first, *_ = trail_page(story.record(), records(story), TrailQuery(action="2.4"), 1, 5)["events"]
    assert first["withdrawal"] == {
        "version": 8, "recorded_at": "2021-02-22T09:30:00.000000Z", "recorded_by": "An Officer",
        "reason": "The wrong action",
    }  # fmt: skip
    [known_then] = trail_page(story.record(7), records(story), TrailQuery(action="2.4"), 1, 5)["events"]
    assert (known_then["withdrawn_by"], known_then["withdrawal"]) == (None, None)


def test_an_action_is_followed_under_every_number_it_bore():
    story = given(added("2.4"), added("2.5"), rated("2.5"), renumbered("2.4", "3.1", priority="3"), rated("3.1"))
    assert versions(story, action="2.4") == versions(story, action="3.1") == [5, 8, 9]


def test_withdrawing_one_of_its_events_belongs_to_an_action():
    wrong, other = rated("2.4"), rated("2.5")
    story = given(added("2.4"), added("2.5"), wrong, other, in_error(wrong), in_error(other))
    assert versions(story, action="2.4") == [5, 7, 9]


def test_the_parts_of_an_action_have_trails_of_their_own():
    wrong = part("2.4b", "2.4")
    story = given(added("2.4"), part("2.4a", "2.4"), rated("2.4a"), wrong, in_error(wrong), progressed("2.4"))
    assert versions(story, action="2.4") == [5, 10]
    assert versions(story, action="2.4a") == [6, 7]


def test_an_action_added_in_error_still_has_a_trail():
    wrong = added("2.4")
    story = given(wrong, in_error(wrong))
    assert versions(story, action="2.4") == [5, 6]


def test_an_unknown_action_has_no_trail():
    with pytest.raises(ActionUnknown, match=r"never had an action 9\.9"):
        versions(given(), action="9.9")


def test_what_was_recorded_since_leaves_out_the_instant_itself():
    story = given(added("2.4"), rated("2.4"))
    assert versions(story, recorded_after=recorded(5)) == [6]
    assert versions(story, recorded_after=recorded(5) - timedelta(microseconds=1)) == [5, 6]


def test_pages_follow_one_another_without_gap_and_the_last_says_so():
    story = given(added("2.4"), *[rated("2.4") for _ in range(4)])
    read, after = [], 0
    while True:
        page = trail_page(story.record(), records(story)[after:], TrailQuery(action="2.4"), 2, after)
        read.append([event["version"] for event in page["events"]])
        before = sum(map(len, read[:-1]))
        assert (page["matching"], page["before"], page["rest"]) == (5, before, 5 - before)
        if page["next"] is None:
            break
        after = page["next"]
    assert read == [[5, 6], [7, 8], [9]]


def test_a_page_names_the_page_before_it():
    story = given(added("2.4"), added("2.5"), *[rated("2.4") for _ in range(4)])

    def previous(after: int) -> int | None:
        return trail_page(story.record(), records(story), TrailQuery(action="2.4"), 2, after)["previous"]

    assert [previous(after) for after in (0, 4, 5, 7, 8, 9, 10)] == [None, None, 0, 0, 5, 7, 8]


def test_of_the_events_asked_for_only_those_shown_need_be_given():
    story = given(added("2.4"), added("2.5"), *[rated("2.4") for _ in range(4)])
    assert matching_versions(story.record(9), TrailQuery(action="2.4")) == [5, 7, 8, 9]
    given_two = [one for one in records(story) if one.version in (7, 8)]
    page = trail_page(story.record(), given_two, TrailQuery(action="2.4"), 2, 5)
    assert page == trail_page(story.record(), records(story), TrailQuery(action="2.4"), 2, 5)
    assert [event["version"] for event in page["events"]] == [7, 8]


def test_a_trail_at_a_basis_is_what_it_was_then():
    wrong = rated("2.4")
    events = [added("2.4"), wrong, added("2.5"), renumbered("2.4", "2.6"), in_error(wrong), rated("2.5")]
    story = given(*events)
    for basis in range(1, story.plan.version + 1):
        then = given()
        then.plan, then.events = fold(story.events[:basis]), story.events[:basis]
        for query in (TrailQuery(), TrailQuery(late_by=700), TrailQuery(recorded_after=recorded(5))):
            known = trail_page(story.record(basis), records(story), query, 3, 2)
            assert known == trail_page(then.record(), records(then), query, 3, 2)
        if basis >= 5:
            matching = matching_versions(story.record(basis), TrailQuery(action="2.4"))
            assert list(matching) == versions(then, action="2.4")


def test_a_number_that_was_not_yet_borne_at_the_basis_is_unknown():
    story = given(added("2.4"), renumbered("2.4", "2.6"))
    with pytest.raises(ActionUnknown, match=r"^plan plan has never had an action 2\.6$") as unknown:
        matching_versions(story.record(5), TrailQuery(action="2.6"))
    why = action_not_known(story.record(), unknown.value.number, story.record(5))
    said = r"action 2\.6 was not known at this point \(record number 5\): .*, by event 6; it bore the number 2\.4 then"
    assert re.fullmatch(said, why or "")


def test_an_action_added_in_error_has_a_trail_at_a_basis_after_its_number_was_given_again():
    wrong = added("2.4")
    story = given(wrong, in_error(wrong), added("2.4"))
    assert list(matching_versions(story.record(6), TrailQuery(action="2.4"))) == [5, 6]
    assert list(matching_versions(story.record(7), TrailQuery(action="2.4"))) == [7]


def test_a_page_that_ends_with_the_last_match_is_the_last_page():
    story = given(added("2.4"), rated("2.4"), added("2.5"), added("2.6"))
    assert trail_page(story.record(), records(story), TrailQuery(action="2.4"), 2)["next"] is None


def test_the_ledger_is_read_no_further_than_needed():
    story, taken = given(*[added(f"2.{n}") for n in range(20)]), []

    def stream() -> Iterator[Recorded]:
        for one in records(story):
            taken.append(one.version)
            yield one

    assert trail_page(story.record(), stream(), TrailQuery(), 3)["next"] == 3
    assert taken == [1, 2, 3]


def test_what_came_after_the_plan_was_read_is_left_out():
    story, later = given(added("2.4")), given(added("2.4"), rated("2.4"))
    assert trail_page(story.record(), records(later), TrailQuery())["events"][-1]["version"] == 5


def test_filters_must_all_match():
    story = given(added("2.4"), rated("2.4"))
    query = TrailQuery(action="2.4", recorded_after=recorded(5), late_by=10)
    assert matching_versions(story.record(6), query) == [6]


def test_a_trail_says_what_was_asked_and_up_to_which_version():
    story = given(added("2.4"), rated("2.4"))
    query = TrailQuery(action="2.4", recorded_after=recorded(5), late_by=30)
    page = trail_page(story.record(), records(story), query, 1)
    assert (page["basis"], page["known_at"]) == (6, "2021-02-08T09:30:00.000000Z")
    assert page["query"] == {"action": "2.4", "recorded_after": "2021-02-01T09:30:00.000000Z", "late_by": 30}
    whole = trail_page(story.record(), records(story), TrailQuery())
    assert whole["query"] == {"action": None, "recorded_after": None, "late_by": None}
