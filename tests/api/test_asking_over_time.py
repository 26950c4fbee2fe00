"""Asking how the ratings moved: over time, and event by event."""

from datetime import date

import pytest

from api.questions.asker import Asker
from api.questions.comparison_question import COMPARISON
from api.questions.ratings_question import RATINGS
from api.questions.replay_question import REPLAY
from domain.points import PointUnknown

TODAY = date(2020, 6, 30)


def test_ratings_over_time_are_asked_for_up_to_any_point(examples):
    answer = RATINGS.ask(Asker(examples, TODAY), "sunderland", at="issue:3.0")
    points = {"previous": "issue:2.0", "current": "issue:3.0"}
    compared = COMPARISON.ask(Asker(examples, TODAY), "sunderland", **points).document["totals"]
    assert answer.document["counts"][-1]["total"] == compared["total"]["current"]
    assert answer.document["counts"][-1]["unrated"] == compared["unrated"]["current"]
    assert answer.fixed == {"at": "2019-05-31@" + str(answer.document["point"]["basis"])}


def test_ratings_at_a_version_can_never_come_out_differently(examples):
    assert RATINGS.ask(Asker(examples, TODAY), "sunderland", at="2019-05-31@200").immutable
    assert not RATINGS.ask(Asker(examples, TODAY), "sunderland", at="2019-05-31").immutable


def test_a_replay_is_asked_for_page_by_page(examples):
    asker = Asker(examples, TODAY)
    pages = [REPLAY.ask(asker, "sunderland", limit=100).document]
    while (after := pages[-1]["next"]) is not None:
        pages.append(REPLAY.ask(asker, "sunderland", after=after, limit=100).document)
    versions = [step["version"] for page in pages for step in page["steps"]]
    assert versions == list(range(1, pages[0]["basis"] + 1))
    whole = REPLAY.ask(asker, "sunderland", limit=None).document
    assert [step["version"] for step in whole["steps"]] == versions


def test_a_replay_up_to_a_version_can_never_come_out_differently(examples):
    asker = Asker(examples, TODAY)
    answer = REPLAY.ask(asker, "sunderland", after=190, limit=50, up_to=200)
    assert (answer.immutable, answer.fixed, answer.document["next"]) == (True, {"up_to": "200"}, None)
    assert [step["version"] for step in answer.document["steps"]] == list(range(191, 201))
    assert not REPLAY.ask(asker, "sunderland").immutable


@pytest.mark.parametrize("version", [0, 100_000])
def test_a_replay_up_to_a_version_that_is_not_there_is_refused(examples, version):
    with pytest.raises(PointUnknown, match=f"no record number {version}"):
        REPLAY.ask(Asker(examples, TODAY), "sunderland", up_to=version)
