"""One event: what it says, who recorded it, whether it still counts, and what stands around it."""

from typing import Any
from uuid import UUID

import pytest

from domain.envelopes import Recorded
from projections.event import EventDocument, EventUnknown, event_in_trail, event_versions
from projections.trail import TrailQuery, trail_page
from tests.kit import (
    GRADES,
    MAY,
    Story,
    added,
    as_bytes,
    given,
    in_error,
    issued,
    part,
    progressed,
    rated,
    recorded,
    renumbered,
    rescaled,
)


def records(story: Story) -> list[Recorded]:
    return [
        Recorded("plan", version, version, recorded(version), "An Officer", UUID(int=version), event)
        for version, event in enumerate(story.events, 1)
    ]


def shown(story: Story, version: int, basis: int | None = None) -> Any:  # an EventDocument, which each test knows
    """The event, read from no more than the records it says it needs."""
    record = story.record(basis)
    needed = event_versions(record, version)
    return event_in_trail(record, version, [one for one in records(story) if one.version in needed])


def around(document: EventDocument) -> tuple[Any, ...]:
    action = document["action"]
    assert action is not None
    return action["number"], action["previous"], action["next"]


def test_an_event_is_told_as_the_trail_tells_it():
    wrong = rated("2.4")
    story = given(added("2.4"), wrong, in_error(wrong))
    trail = trail_page(story.record(), records(story), TrailQuery())["events"]
    assert [shown(story, version)["event"] for version in range(1, 8)] == trail


def test_an_event_knows_the_ones_before_and_after_it():
    story = given(added("2.4"))
    assert [(shown(story, version)["previous"], shown(story, version)["next"]) for version in (1, 3, 5)] == [
        (None, 2), (2, 4), (4, None),
    ]  # fmt: skip


def test_the_event_of_an_action_knows_that_actions_events_before_and_after_it():
    story = given(added("2.4"), added("2.5"), rated("2.4"), rated("2.5"), progressed("2.4"))
    assert [around(shown(story, version)) for version in (5, 7, 9)] == [
        ("2.4", None, 7), ("2.4", 5, 9), ("2.4", 7, None),
    ]  # fmt: skip


def test_an_event_that_is_about_no_action_has_none():
    assert shown(given(issued()), 5)["action"] is None


def test_the_events_of_a_part_are_not_those_of_its_action():
    story = given(added("2.4"), part("2.4a", "2.4"), rated("2.4a"), progressed("2.4"))
    assert [around(shown(story, version)) for version in (6, 7, 8)] == [
        ("2.4a", None, 7), ("2.4a", 6, None), ("2.4", 5, None),
    ]  # fmt: skip


def test_an_action_is_called_by_the_number_it_was_given_last():
    story = given(added("2.4"), renumbered("2.4", "3.1", priority="3"))
    assert (around(shown(story, 5)), around(shown(story, 5, basis=5))) == (("3.1", None, 6), ("2.4", None, None))


def test_a_withdrawn_event_leads_to_its_withdrawal_and_back():
    wrong = rated("2.4")
    story = given(added("2.4"), wrong, in_error(wrong, reason="The wrong action"))
    event, withdrawal = shown(story, 6), shown(story, 7)
    assert event["event"]["withdrawal"]["version"] == 7
    assert event["event"]["withdrawal"]["reason"] == "The wrong action"
    assert withdrawal["withdrawn"] == event["event"]
    assert (around(event), around(withdrawal)) == (("2.4", 5, 7), ("2.4", 6, None))


def test_an_action_whose_being_added_was_withdrawn_is_named_and_no_longer_known():
    wrong = added("2.4")
    story = given(wrong, in_error(wrong), added("2.4"))
    known = [action["known"] for version in (5, 6, 7) if (action := shown(story, version)["action"])]
    assert known == [False, False, True]
    assert around(shown(story, 6)) == ("2.4", 5, None)


def test_a_rating_is_keyed_by_the_scale_it_was_judged_by():
    story = given(added("2.4"), rated("2.4", "amber"), rescaled(GRADES, on=MAY))
    assert [rating["label"] for rating in shown(story, 6)["ratings"]] == ["Amber"]
    assert shown(story, 5)["ratings"] == []


def test_an_event_as_known_at_a_basis_does_not_move():
    wrong = rated("2.4")
    story = given(added("2.4"), wrong)
    before = as_bytes(shown(story, 6, basis=6))
    story.when(progressed("2.4"), in_error(wrong), renumbered("2.4", "2.9")).then_accepted()
    assert as_bytes(shown(story, 6, basis=6)) == before
    assert shown(story, 6)["event"]["withdrawn_by"] == 8


@pytest.mark.parametrize(("version", "basis"), [(0, None), (6, None), (5, 4), (-1, None)])
def test_a_version_that_the_plan_does_not_have_is_unknown(version, basis):
    with pytest.raises(EventUnknown, match=f"plan plan has no record number {version}; its newest is {basis or 5}"):
        event_versions(given(added("2.4")).record(basis), version)
