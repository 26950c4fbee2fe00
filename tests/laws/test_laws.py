"""The laws: what holds for every plan and every point, whatever was recorded in whatever order.

The same examples are tried every time; `HYPOTHESIS_PROFILE=thorough` tries many more, and others each time.
"""

import os
from collections.abc import Callable
from datetime import date
from itertools import chain
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain import events
from domain.evolve import evolve
from domain.plan import Plan
from domain.points import Point
from domain.rules import Refused, judge
from domain.timeline import Timeline, end_of
from projections.action import ActionUnknown, action_at
from projections.assurance import assurances_at
from projections.changes import changes_between
from projections.document_history import document_history
from projections.gaps import gaps_at
from projections.measures import measures_over_time
from projections.overdue import overdue_at
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import PointsReversed, rag_comparison
from projections.register import plans_register
from projections.stale_text import stale_texts_at
from tests.kit import (
    SCALE,
    SECONDED,
    as_bytes,
    contents,
    fold,
    opened,
    point_of,
    reconciles,
    recorded,
    say,
    today,
)
from tests.laws.histories import DAYS, MAYBE, NUMBERS, PROPOSALS, Told, author
from tests.laws.naive import Naive, differences

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
LAWFUL = settings(
    max_examples=3000 if THOROUGH else 250,
    stateful_step_count=60 if THOROUGH else 40,
    derandomize=not THOROUGH,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


class AnyPlan(RuleBasedStateMachine):
    """A plan of which anything is recorded, in any order, that the rules accept."""

    def __init__(self) -> None:
        super().__init__()
        self.plan = Plan("plan")
        self.events: list[events.Event] = []
        self.naive = Naive(self.events)
        self.asked: list[tuple[Callable[[], Any], bytes]] = []

    def record(self, told: Told) -> None:
        """Propose one event; whatever the rules accept, the fold takes."""
        for event in self.bound(told):
            self.propose(event)

    def propose(self, event: events.Event) -> None:
        version = self.plan.version + 1
        try:
            judge(self.plan, event, today(version), author(version))
        except Refused:
            return
        note(f"{version}: {event!r}")
        evolve(self.plan, event, recorded(version), author(version))
        self.events.append(event)

    def point(self, data: st.DataObject) -> Point:
        newest = self.plan.version
        basis = data.draw(
            st.integers(1, newest) | st.integers(newest // 2 + 1, newest) | st.just(newest), label="basis"
        )
        return point_of(self.plan, data.draw(DAYS, label="day"), basis)

    def ask(self, question: Callable[[], Any]) -> Any:
        """Ask, and remember what was answered."""
        answer = question()
        self.asked.append((question, as_bytes(answer)))
        return answer

    def bound(self, told: Told) -> list[events.Event]:
        """The event itself; of a confirmation, that of one of the last ratings, none where none was given."""
        if isinstance(told, events.Event):
            return [told]
        rated = [(n, event) for n, event in enumerate(self.events, 1) if isinstance(event, events.ActionRated)]
        if told.back < 3:  # otherwise also one that counts by itself
            rated = [(n, event) for n, event in rated if self.naive.needs_second_person(n, event)]
        return [
            say(events.RatingConfirmed, event.effective_on + told.after, action=event.action, version=version)
            for version, event in rated[-1 - told.back : len(rated) - told.back]
        ]

    @initialize(batch=st.lists(PROPOSALS, min_size=10, max_size=40), scale=st.sampled_from([SCALE, SECONDED, SECONDED]))
    def the_plan_is_opened(self, batch: list[list[Told]], scale: dict[str, Any]) -> None:
        self.record(opened(scale, on=date(2019, 1, 1)))
        for number in ("1", "2"):
            self.record(say(events.PriorityAdded, date(2019, 1, 1), number=number, title="One", answers=["R1"]))
        for number in ("1.1", "1.2", "2.1"):
            self.record(say(events.ActionAdded, date(2019, 1, 1), number=number, priority=number[0], text="One"))
        for event in chain.from_iterable(batch):
            self.record(event)

    @rule(batch=st.lists(PROPOSALS, min_size=3, max_size=15))
    def something_is_recorded(self, batch: list[list[Told]]) -> None:
        for event in chain.from_iterable(batch):
            self.record(event)

    @precondition(lambda self: self.plan.version > 60)
    @rule(on=st.sampled_from([date(2019, 4, 1), date(2019, 5, 1)]))
    def the_plan_is_closed(self, on: date) -> None:
        self.record(say(events.PlanClosed, on))

    @rule(back=st.integers(0, 12), on=DAYS)
    def something_was_recorded_in_error(self, back: int, on: date) -> None:
        self.record(say(events.EventWithdrawn, on, version=max(1, self.plan.version - back), reason="Slip"))

    @rule(batch=st.lists(PROPOSALS, min_size=1, max_size=4), back=st.integers(0, 3))
    def something_is_tried_out_and_not_stored(self, batch: list[list[Told]], back: int) -> None:
        stored = self.plan.version
        in_error = say(events.EventWithdrawn, date(2019, 1, 1), version=max(2, stored - back), reason="Slip")
        for event in chain.from_iterable(self.bound(one) for one in [*chain.from_iterable(batch), in_error]):
            version = self.plan.version + 1
            try:
                judge(self.plan, event, today(version), author(version))
            except Refused:
                continue
            evolve(self.plan, event, recorded(version), author(version))
        self.plan.forget_after(stored)

    @rule(data=st.data(), everything=MAYBE)
    def the_plan_says_what_its_events_say(self, data: st.DataObject, everything: bool) -> None:
        point = self.point(data)
        answer = self.ask(lambda: plan_as_at(self.plan, point, everything=everything))
        assert differences(self.naive.plan((point.effective_on, point.basis), everything), answer) == []

    @rule(data=st.data(), number=NUMBERS)
    def an_action_says_what_its_events_say(self, data: st.DataObject, number: str) -> None:
        point = self.point(data)
        expected = self.naive.single_action(number, (point.effective_on, point.basis))
        if expected is None:
            with pytest.raises(ActionUnknown):
                action_at(self.plan, number, point)
        else:
            assert differences(expected, self.ask(lambda: action_at(self.plan, number, point))) == []

    @rule(data=st.data())
    def a_comparison_counts_what_the_events_say(self, data: st.DataObject) -> None:
        previous, current = self.point(data), self.point(data)
        if current.effective_on < previous.effective_on:
            with pytest.raises(PointsReversed):
                rag_comparison(self.plan, previous, current)
            previous, current = current, previous
        answer = self.ask(lambda: rag_comparison(self.plan, previous, current))
        reconciles(answer)
        assert all(answer["narrative"])
        at = ((previous.effective_on, previous.basis), (current.effective_on, current.basis))
        assert differences(self.naive.comparison(*at), answer) == []

    @rule(data=st.data())
    def the_other_questions_have_answers(self, data: st.DataObject) -> None:
        previous, point = self.point(data), self.point(data)
        gaps = self.ask(lambda: gaps_at(self.plan, point))
        assert [gap["number"] for gap in gaps["gaps"]] == self.naive.gaps((point.effective_on, point.basis))
        unknown = [(one["priority"], one["recommendation"]) for one in gaps["unknown"]]
        assert unknown == self.naive.unknown((point.effective_on, point.basis))
        for question in (assurances_at, measures_over_time, document_history, overdue_at, stale_texts_at):
            self.ask(lambda question=question: question(self.plan, point))  # type: ignore[misc]
        self.ask(lambda: changes_between(self.plan, previous, point))

    @rule(data=st.data())
    def what_is_late_is_late_in_every_answer(self, data: st.DataObject) -> None:
        """The plan, the overdue list and the register go by one rule; a whole is late where one of its parts is."""
        point = self.point(data)
        shown = self.ask(lambda: plan_as_at(self.plan, point))
        late: list[str] = []
        left = [action for under in shown["priorities"] for action in under["actions"]]
        while left:
            action = left.pop()
            left += action["actions"]
            if not action["actions"]:
                late += [action["number"]] * action["overdue"]
            else:
                assert action["overdue"] == any(part["overdue"] for part in action["actions"])
        document = self.ask(lambda: overdue_at(self.plan, point))
        assert document["undated"] == self.naive.undated((point.effective_on, point.basis))
        overdue = document["overdue"]
        (entry,) = self.ask(lambda: plans_register([(self.plan, point)]))["plans"]
        assert sorted(one["number"] for one in overdue) == sorted(late)
        assert sorted(late) == sorted(self.naive.late((point.effective_on, point.basis)))
        assert entry["overdue"] == len(late)

    @invariant()
    def a_number_belongs_to_one_action(self) -> None:
        if self.events:
            actions = [self.naive.bearer(number, self.plan.version) for number in ("1.1", "1.2", "2.1")]
            known = [action for action in actions if action is not None]
            found = [self.plan.find_action(number, self.plan.version) for number in ("1.1", "1.2", "2.1")]
            assert [action.added for action in found if action] == known

    @invariant()
    def nobody_has_confirmed_a_rating_of_their_own(self) -> None:
        for version, event in enumerate(self.events, 1):
            assert not isinstance(event, events.RatingConfirmed) or author(version) != author(event.version)

    def teardown(self) -> None:
        """Nothing recorded since changed an answer, and what was tried out left nothing behind."""
        for question, answer in self.asked:
            assert as_bytes(question()) == answer
        fresh = fold(self.events, by=author)
        assert contents(self.plan) == contents(fresh)
        for version in (max(0, self.plan.version - 1), self.plan.version // 2):
            fresh.forget_after(version)
            assert contents(fresh) == contents(fold(self.events[:version], by=author))


@pytest.mark.slow
def test_any_plan_answers_as_its_events_say_now_and_ever_after():
    run_state_machine_as_test(AnyPlan, settings=LAWFUL)


# One timeline

SMALL_DAYS = st.integers(1, 6).map(date.fromordinal)


@settings(LAWFUL, max_examples=20_000 if THOROUGH else 400)
@given(
    said=st.lists(st.tuples(SMALL_DAYS, st.integers(1, 3)), max_size=12),
    in_error=st.lists(st.tuples(st.integers(0, 11), st.integers(1, 30)), max_size=5),
    points=st.lists(st.tuples(SMALL_DAYS, st.integers(0, 40)), min_size=1, max_size=8),
    back_to=st.none() | st.integers(0, 40),
)
def test_a_value_is_the_greatest_by_day_and_version_of_those_that_stand(said, in_error, points, back_to):
    assertions, version = [], 0
    for day, step in said:
        version += step
        assertions.append((day, version))
    withdrawn = {assertions[index][1]: assertions[index][1] + after for index, after in in_error if index < len(said)}
    made: Timeline[str] = Timeline(withdrawn)
    for day, version in assertions:
        made.add(f"said by {version}", day, version)
    if back_to is not None:
        made.forget_after(back_to)
        assertions = [(day, version) for day, version in assertions if version <= back_to]
    for day, basis in points:
        standing = [(on, by) for on, by in assertions if by <= basis and not withdrawn.get(by, 99) <= basis]
        by_day = sorted((on, by) for on, by in standing if on <= day)
        found = made.at(end_of(day), basis)
        assert (found and (found.effective_on, found.version)) == max(by_day, default=None)
        assert found is None or found.value == f"said by {found.version}"
        assert [(one.effective_on, one.version) for one in made.all(end_of(day), basis)] == by_day
        assert [(one.effective_on, one.version) for one in made.known(basis)] == sorted(standing)
        first = made.first(end_of(day), basis)
        assert (first and first.version) == min((by for _, by in by_day), default=None)
