"""Event by event: what was said, and how the ratings stood after it."""

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain import events
from domain.envelopes import Recorded
from domain.plan.evolve import evolve
from domain.plan.plan import Plan
from projections.rag_comparison import counted_at
from projections.replay import replay, replay_page, withdrawals_of
from tests.kit import (
    APRIL,
    FEBRUARY,
    JUNE,
    MARCH,
    MAY,
    OFFICER,
    added,
    as_bytes,
    closed,
    completed,
    fold,
    given,
    in_error,
    opened,
    part,
    plan_at,
    priority,
    progressed,
    rated,
    read_history,
    record_at,
    recorded,
    reinstated,
    renumbered,
    rescaled,
    withdrawn,
)  # fmt: skip
from tests.measuring import calls

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE_NAMES = ["sunderland", "stockton-ilacs", "stockton-scrutiny", "stockton-strategy", "ofsted-2016"]

#: A scale that is adopted in error.
OTHER = {"name": "Other", "ratings": [{"code": "far", "label": "Far"}, {"code": "near", "label": "Near"}]}


def records(told):
    return [
        Recorded("plan", version, version, recorded(version), "An Officer", UUID(int=version), event)
        for version, event in enumerate(told, 1)
    ]


def check_against_counting_anew(told):
    """After every event the counts are those of the plan at that version, counted without any memory."""
    plan = Plan("plan")
    steps = list(replay(record_at(fold(told)), records(told)))
    assert len(steps) == len(told)
    latest = told[0].effective_on
    for event, step in zip(told, steps, strict=True):
        evolve(plan, event, recorded(plan.version + 1), OFFICER)
        latest = max(latest, event.effective_on)
        counted = counted_at(plan_at(plan, latest))
        codes = Counter(one.rating.code for one in counted.values() if one.rating)
        assert (step["version"], step["as_at"]) == (plan.version, latest.isoformat())
        assert {code: count for code, count in step["ratings"].items() if count} == dict(codes)
        assert (step["total"], step["unrated"]) == (len(counted), len(counted) - codes.total())


def test_every_step_says_what_happened_and_how_it_then_stood():
    story = given(added("2.4"), rated("2.4", "green", MARCH), rated("2.4", "amber", MAY))
    *_, step = replay(story.record(), records(story.events))
    assert step == {
        "version": 7, "effective_on": "2019-05-15", "recorded_at": "2021-02-15T09:30:00.000000Z",
        "recorded_by": "An Officer", "type": "ActionRated", "sentence": "2.4 rated Amber, was Green",
        "as_at": "2019-05-15", "ratings": {"red": 0, "amber": 1, "green": 0, "completed": 0}, "unrated": 0, "total": 1,
    }  # fmt: skip


def test_late_news_does_not_take_the_day_back():
    story = given(added("2.4"), rated("2.4", "amber", MAY), rated("2.4", "red", FEBRUARY))
    *_, step = replay(story.record(), records(story.events))
    assert (step["effective_on"], step["as_at"], step["ratings"]["amber"]) == ("2019-02-15", "2019-05-15", 1)


def test_nothing_is_replayed_of_nothing():
    assert list(replay(given().record(), [])) == []


def without_withdrawals(steps):
    since = ("withdrawn_by", "withdrawal", "change")
    return [{name: said for name, said in step.items() if name not in since} for step in steps]


def check_against_the_replay(told, pages):
    """A page beginning anywhere holds the very steps of the replay of all."""
    stream, record = records(told), record_at(fold(told))
    steps = list(replay(record, stream))
    for after, limit in pages:
        withdrawals = [one for one in stream if one.version in withdrawals_of(record, after, limit)]
        document = replay_page(record, stream[after:], after, limit, withdrawals=withdrawals)
        expected = steps[after:] if limit is None else steps[after : after + limit]
        assert as_bytes(without_withdrawals(document["steps"])) == as_bytes(expected)
        last = len(steps) if limit is None else after + limit
        assert document["next"] == (last if last < len(steps) else None)
        before: dict[str, Any] = {"ratings": {}, "unrated": 0, "total": 0}
        if 0 < after <= len(steps):
            before = {**steps[after - 1]}
        for step in document["steps"]:
            differ = {code: step["ratings"].get(code, 0) - before["ratings"].get(code, 0)
                      for code in {*before["ratings"], *step["ratings"]}}  # fmt: skip
            assert step["change"] == {
                "ratings": {code: by for code, by in differ.items() if by},
                "unrated": step["unrated"] - before["unrated"], "total": step["total"] - before["total"],
            }  # fmt: skip
            before = {**step}
        codes = {rating["code"] for rating in document["ratings"]}
        assert all(codes.issuperset(step["ratings"]) for step in expected)


@pytest.fixture
def eventful():
    """A plan to which everything happened that can change a count."""
    wrong_rating, wrong_action, wrong_scale = rated("2.2", "red", MAY), added("3.9"), rescaled(OTHER, on=JUNE)
    wrong_number = renumbered("3.1", "1.1", APRIL, priority="1")
    return given(
        added("2.1"), part("2.1a", "2.1"), part("2.1b", "2.1"), rated("2.1", "red"), rated("2.1a", "green", APRIL),
        completed("2.1b", APRIL), closed("2.1b", MAY), withdrawn("2.1", MAY), reinstated("2.1", JUNE),
        withdrawn("2.1a", JUNE), added("2.2"), wrong_rating, progressed("2.2"), in_error(wrong_rating),
        wrong_action, in_error(wrong_action), added("3.1"), wrong_number, rated("1.1", "amber", APRIL),
        in_error(wrong_number), rated("3.1", "green", MAY), wrong_scale, in_error(wrong_scale), rescaled(on=JUNE),
        rated("2.2", "1", JUNE), reinstated("2.1a", JUNE),
    ).events  # fmt: skip


def test_counts_follow_everything_that_can_change_them(eventful):
    check_against_counting_anew(eventful)


def test_a_page_that_begins_anywhere_has_the_steps_of_the_whole(eventful):
    ends = range(len(eventful) + 1)
    check_against_the_replay(eventful, [(after, limit) for after in ends for limit in (1, 3, None)])


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_the_examples_are_replayed_as_they_are_counted(name):
    check_against_counting_anew(read_history(EXAMPLES / f"{name}.jsonl"))


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_pages_of_the_examples_have_the_steps_of_the_whole(name):
    told = read_history(EXAMPLES / f"{name}.jsonl")
    check_against_the_replay(told, [(0, None), *((after, 10) for after in range(0, len(told) + 7, 7))])


def test_a_page_says_which_of_its_events_were_recorded_in_error_and_by_which_version():
    wrong = rated("2.4", "red", MARCH)
    story = given(added("2.4"), wrong, in_error(wrong))
    stream = records(story.events)
    page = replay_page(story.record(), stream[4:], after=4)
    assert [(step["version"], step["withdrawn_by"]) for step in page["steps"]] == [(5, None), (6, 7), (7, None)]


def test_a_page_says_who_withdrew_its_events_and_why_wherever_that_stands():
    wrong = rated("2.4", "red", MARCH)
    story = given(added("2.4"), wrong, rated("2.4", "green", MAY), in_error(wrong, reason="Wrong action"))
    stream = records(story.events)
    assert withdrawals_of(story.record(), 4, 2) == [8]
    assert withdrawals_of(story.record(), 6, 2) == withdrawals_of(story.record(7), 4, 2) == []
    page = replay_page(story.record(), stream[4:], 4, 2, withdrawals=[stream[7]])
    told = page["steps"][1]["withdrawal"]
    assert told is not None
    assert (told["version"], told["reason"], told["recorded_by"]) == (8, "Wrong action", stream[7].recorded_by)
    assert page["steps"][0]["withdrawal"] is None
    assert replay_page(story.record(), stream[4:], after=4)["steps"][1]["withdrawal"] == told
    assert replay_page(story.record(7), stream[4:], 4, 2)["steps"][1]["withdrawal"] is None


def test_a_page_says_by_how_many_each_event_changed_the_counts():
    story = given(added("2.4"), rated("2.4", "green", MARCH), rated("2.4", "amber", MAY))
    page = replay_page(story.record(), records(story.events)[4:], after=4)
    assert [step["change"] for step in page["steps"]] == [
        {"ratings": {}, "unrated": 1, "total": 1},
        {"ratings": {"green": 1}, "unrated": -1, "total": 0},
        {"ratings": {"amber": 1, "green": -1}, "unrated": 0, "total": 0},
    ]


def test_a_page_up_to_a_version_is_what_it_was_then(eventful):
    stream, plan = records(eventful), fold(eventful)
    for basis in range(1, len(eventful) + 1):
        then = replay_page(record_at(fold(eventful[:basis])), stream[:basis])
        assert as_bytes(replay_page(record_at(plan, basis), stream)) == as_bytes(then)


def test_a_page_reads_no_further_than_its_last_step():
    story = given(added("2.4"), rated("2.4", "red", MARCH))
    read = iter(records(story.events))
    assert len(replay_page(story.record(), read, limit=2)["steps"]) == 2
    assert next(read).version == 3


def test_after_the_newest_version_there_is_nothing_more():
    record = given(added("2.4")).record()
    page = replay_page(record, [], after=record.version, limit=10)
    assert (page["steps"], page["next"], page["basis"]) == ([], None, record.version)


def long_history(actions: int, ratings: int) -> list[events.Event]:
    """That many actions, each of which is rated that often."""
    told = [opened(), *[priority(str(n)) for n in range(1, 4)], *[added(f"{n % 3 + 1}.{n}") for n in range(actions)]]
    codes = ("red", "amber", "green")
    return told + [rated(f"{n % 3 + 1}.{n}", codes[(n + i) % 3]) for i in range(ratings) for n in range(actions)]


@pytest.mark.slow
def test_a_step_costs_no_more_in_a_plan_of_many_actions():
    """Only what its event can have changed is counted again: counting all would cost ten times as much."""

    def cost_of_a_step(told: list[events.Event]) -> float:
        record, stream = record_at(fold(told)), records(told)
        return calls(lambda: [*replay(record, stream)]) / len(told)

    assert cost_of_a_step(long_history(200, 20)) < 2 * cost_of_a_step(long_history(20, 200))


@pytest.mark.slow
def test_a_page_far_into_a_long_history_costs_little_more_than_one_near_its_beginning():
    told = long_history(120, 83)
    stream, record = records(told), record_at(fold(told))

    def asked(after: int) -> int:
        return calls(lambda: replay_page(record, stream[after : after + 50], after, 50))

    assert len(told) > 10_000
    assert max(asked(5_000), asked(len(told) - 50)) < 4 * asked(200)
