"""Event by event: what was said, and how the ratings stood after it."""

import time
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from domain.envelopes import Recorded
from domain.evolve import evolve
from domain.plan import Plan
from domain.points import Point
from projections.rag_comparison import counted_at
from projections.replay import replay
from tests.kit import (
    APRIL,
    FEBRUARY,
    JUNE,
    MARCH,
    MAY,
    added,
    closed,
    completed,
    given,
    in_error,
    opened,
    part,
    priority,
    progressed,
    rated,
    read_history,
    recorded,
    reinstated,
    renumbered,
    rescaled,
    withdrawn,
)  # fmt: skip

EXAMPLES = Path(__file__).parents[2] / "examples"


def records(told):
    return [
        Recorded("plan", version, version, recorded(version), "An Officer", UUID(int=version), event)
        for version, event in enumerate(told, 1)
    ]


def check_against_counting_anew(told):
    """After every event the counts are those of the plan at that version, counted without any memory."""
    plan = Plan("plan")
    steps = list(replay(records(told)))
    assert len(steps) == len(told)
    latest = told[0].effective_on
    for event, step in zip(told, steps, strict=True):
        evolve(plan, event, recorded(plan.version + 1))
        latest = max(latest, event.effective_on)
        counted = counted_at(plan, Point(latest, plan.version, recorded(plan.version), ""))
        codes = Counter(one.rating.code for one in counted.values() if one.rating)
        assert (step["version"], step["as_at"]) == (plan.version, latest.isoformat())
        assert {code: count for code, count in step["ratings"].items() if count} == dict(codes)
        assert (step["total"], step["unrated"]) == (len(counted), len(counted) - codes.total())


def test_every_step_says_what_happened_and_how_it_then_stood():
    story = given(added("2.4"), rated("2.4", "green", MARCH), rated("2.4", "amber", MAY))
    *_, step = replay(records(story.events))
    assert step == {
        "version": 7, "effective_on": "2019-05-15", "recorded_at": "2021-02-15T09:30:00.000000Z",
        "recorded_by": "An Officer", "type": "ActionRated", "sentence": "2.4 rated Amber, was Green",
        "as_at": "2019-05-15", "ratings": {"red": 0, "amber": 1, "green": 0, "completed": 0}, "unrated": 0, "total": 1,
    }  # fmt: skip


def test_late_news_does_not_take_the_day_back():
    story = given(added("2.4"), rated("2.4", "amber", MAY), rated("2.4", "red", FEBRUARY))
    *_, step = replay(records(story.events))
    assert (step["effective_on"], step["as_at"], step["ratings"]["amber"]) == ("2019-02-15", "2019-05-15", 1)


def test_nothing_is_replayed_of_nothing():
    assert list(replay([])) == []


def test_counts_follow_everything_that_can_change_them():
    wrong_rating, wrong_action, wrong_scale = rated("2.2", "red", MAY), added("3.9"), rescaled(on=JUNE)
    wrong_number = renumbered("3.1", "1.1", APRIL, priority="1")
    story = given(
        added("2.1"), part("2.1a", "2.1"), part("2.1b", "2.1"), rated("2.1", "red"), rated("2.1a", "green", APRIL),
        completed("2.1b", APRIL), closed("2.1b", MAY), withdrawn("2.1", MAY), reinstated("2.1", JUNE),
        withdrawn("2.1a", JUNE), added("2.2"), wrong_rating, progressed("2.2"), in_error(wrong_rating),
        wrong_action, in_error(wrong_action), added("3.1"), wrong_number, rated("1.1", "amber", APRIL),
        in_error(wrong_number), rated("3.1", "green", MAY), wrong_scale, in_error(wrong_scale), rescaled(on=JUNE),
        rated("2.2", "1", JUNE), reinstated("2.1a", JUNE),
    )  # fmt: skip
    check_against_counting_anew(story.events)


@pytest.mark.parametrize(
    "name", ["sunderland", "stockton-ilacs", "stockton-scrutiny", "stockton-strategy", "ofsted-2016"]
)
def test_the_examples_are_replayed_as_they_are_counted(name):
    check_against_counting_anew(read_history(EXAMPLES / f"{name}.jsonl"))


@pytest.mark.slow
def test_a_long_history_is_replayed_in_seconds():
    told = [opened(), *[priority(str(n)) for n in range(1, 4)], *[added(f"{n % 3 + 1}.{n}") for n in range(120)]]
    told += [rated(f"{n % 3 + 1}.{n}", ("red", "amber", "green")[(n + i) % 3]) for i in range(83) for n in range(120)]
    stream, began = records(told), time.perf_counter()
    assert sum(1 for _ in replay(stream)) == len(told) > 10_000
    assert time.perf_counter() - began < 5
