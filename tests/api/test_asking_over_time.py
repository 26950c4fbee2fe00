"""Asking how the ratings moved: over time, and event by event."""

from datetime import date

import pytest

from api.questions import Asker
from domain.points import PointUnknown

TODAY = date(2020, 6, 30)


def test_ratings_over_time_are_asked_for_up_to_any_point(examples):
    answer = Asker(examples, TODAY).ratings("sunderland", "issue:3.0")
    compared = Asker(examples, TODAY).comparison("sunderland", "issue:2.0", "issue:3.0").document["totals"]
    assert answer.document["counts"][-1]["total"] == compared["total"]["current"]
    assert answer.document["counts"][-1]["unrated"] == compared["unrated"]["current"]
    assert answer.fixed == {"at": "2019-05-31@" + str(answer.document["point"]["basis"])}


def test_ratings_at_a_version_can_never_come_out_differently(examples):
    assert Asker(examples, TODAY).ratings("sunderland", "2019-05-31@200").immutable
    assert not Asker(examples, TODAY).ratings("sunderland", "2019-05-31").immutable


def test_a_replay_is_asked_for_page_by_page(examples):
    asker = Asker(examples, TODAY)
    pages = [asker.replay("sunderland", limit=100).document]
    while (after := pages[-1]["next"]) is not None:
        pages.append(asker.replay("sunderland", after, 100).document)
    versions = [step["version"] for page in pages for step in page["steps"]]
    assert versions == list(range(1, pages[0]["basis"] + 1))
    whole = asker.replay("sunderland", limit=None).document
    assert [step["version"] for step in whole["steps"]] == versions


def test_a_replay_up_to_a_version_can_never_come_out_differently(examples):
    asker = Asker(examples, TODAY)
    answer = asker.replay("sunderland", 190, 50, up_to=200)
    assert (answer.immutable, answer.fixed, answer.document["next"]) == (True, {"up_to": "200"}, None)
    assert [step["version"] for step in answer.document["steps"]] == list(range(191, 201))
    assert not asker.replay("sunderland").immutable


@pytest.mark.parametrize("version", [0, 100_000])
def test_a_replay_up_to_a_version_that_is_not_there_is_refused(examples, version):
    with pytest.raises(PointUnknown, match=f"no version {version}"):
        Asker(examples, TODAY).replay("sunderland", up_to=version)
