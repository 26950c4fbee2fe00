"""The laws: what holds for every plan and every point, whatever was recorded in whatever order.

The same examples are tried every time; `HYPOTHESIS_PROFILE=thorough` tries many more, and others each time.
"""

import os
from collections.abc import Callable
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

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

from api.questions.question_registry import QUESTIONS
from domain import events
from domain.plan.draft import Draft
from domain.plan.evolve import evolve
from domain.plan.plan import PENDING, Plan
from domain.plan.plan_at import PlanAt
from domain.plan.record import record_of
from domain.plan.timeline import Place, Timeline, end_of, in_force
from domain.points import Point
from domain.refusals import Refused
from domain.rules import judge
from projections.action import ActionUnknown, action_at
from projections.changes import changes_between
from projections.gaps import gaps_at
from projections.overdue import overdue_at
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import PointsReversed, rag_comparison
from projections.register import register_entry
from tests.asked import AT
from tests.kit import (
    SCALE,
    SECONDED,
    as_bytes,
    contents,
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


class Asked(NamedTuple):
    """A question that was asked, with the plan at its points as it was held then, and the answer."""

    question: Callable[..., Any]
    points: tuple[Point, ...]
    held: list[PlanAt]
    answer: bytes


class AnyPlan(RuleBasedStateMachine):
    """A plan of which anything is recorded, in any order, that the rules accept."""

    def __init__(self) -> None:
        super().__init__()
        self.plan = Plan("plan")
        self.events: list[events.Event] = []
        self.naive = Naive(self.events)
        #: The instant of each version.
        self.instants: list[datetime] = []
        self.asked: list[Asked] = []

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
        self.instants.append(recorded(version))

    def draft(self, batch: list[Told]) -> tuple[Draft, list[events.Event]]:
        """What the rules accept of a batch, one after the other, taken in by a draft; and what that is."""
        draft, accepted = Draft(self.plan), []
        for event in chain.from_iterable(map(self.bound, batch)):
            version = draft.version + 1
            try:
                judge(draft, event, today(version), author(version))
            except Refused:
                continue
            evolve(draft, event, PENDING, author(version))
            accepted.append(event)
        return draft, accepted

    def fresh(self, version: int | None = None) -> Plan:
        """A fold of the events up to a version."""
        plan = Plan("plan")
        for event, instant in list(zip(self.events, self.instants, strict=True))[:version]:
            evolve(plan, event, instant, author(plan.version + 1))
        return plan

    def point(self, data: st.DataObject) -> Point:
        newest = self.plan.version
        basis = data.draw(
            st.integers(1, newest) | st.integers(newest // 2 + 1, newest) | st.just(newest), label="basis"
        )
        return point_of(self.plan, data.draw(DAYS, label="day"), basis)

    def at(self, *points: Point) -> list[PlanAt]:
        """The plan at each of these points."""
        return [record_of(self.plan).at(point) for point in points]

    def ask(self, question: Callable[..., Any], *points: Point) -> Any:
        """Ask, and remember what was answered."""
        plans = self.at(*points)
        answer = question(*plans)
        self.asked.append(Asked(question, points, plans, as_bytes(answer)))
        return answer

    def answers_are_as_they_were(self, newest: int | None = None) -> None:
        """Of whatever was asked, or of what was asked last: who held the plan from before, and who asks anew."""
        for question, points, held, answer in self.asked[-newest if newest else None :]:
            assert as_bytes(question(*held)) == answer
            assert as_bytes(question(*self.at(*points))) == answer

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
        before = contents(self.plan)
        in_error = say(events.EventWithdrawn, date(2019, 1, 1), version=max(2, stored - back), reason="Slip")
        draft, accepted = self.draft([*chain.from_iterable(batch), in_error])
        assert draft.version == stored + len(accepted)
        self.answers_are_as_they_were(3)
        assert contents(self.plan) == before == contents(self.fresh())

    @rule(batch=st.lists(PROPOSALS, min_size=1, max_size=6), back=st.none() | st.integers(0, 3))
    def a_batch_is_taken_in_and_adopted(self, batch: list[list[Told]], back: int | None) -> None:
        """The plan then holds what a fold of the events holds, the instant of the batch included."""
        told = list(chain.from_iterable(batch))
        if back is not None:
            slip = max(2, self.plan.version - back)
            told.append(say(events.EventWithdrawn, date(2019, 1, 1), version=slip, reason="Slip"))
        draft, accepted = self.draft(told)
        if not accepted:
            return
        for event in accepted:
            note(f"in one batch: {event!r}")
        self.answers_are_as_they_were(3)
        assert contents(self.plan) == contents(self.fresh())
        instant = recorded(draft.version)
        draft.give_to_base(instant, UUID(int=draft.version))
        assert self.plan.published == (draft.version, UUID(int=draft.version))
        self.events += accepted
        self.instants += [instant] * len(accepted)
        self.answers_are_as_they_were(3)
        assert contents(self.plan) == contents(self.fresh())

    @rule(data=st.data(), everything=MAYBE)
    def the_plan_says_what_its_events_say(self, data: st.DataObject, everything: bool) -> None:
        point = self.point(data)
        answer = self.ask(lambda plan: plan_as_at(plan, everything=everything), point)
        assert differences(self.naive.plan((point.effective_on, point.basis), everything), answer) == []

    @rule(data=st.data(), number=NUMBERS)
    def an_action_says_what_its_events_say(self, data: st.DataObject, number: str) -> None:
        point = self.point(data)
        expected = self.naive.single_action(number, (point.effective_on, point.basis))
        if expected is None:
            with pytest.raises(ActionUnknown):
                action_at(self.at(point)[0], number)
        else:
            assert differences(expected, self.ask(lambda plan: action_at(plan, number), point)) == []

    @rule(data=st.data())
    def a_comparison_counts_what_the_events_say(self, data: st.DataObject) -> None:
        previous, current = self.point(data), self.point(data)
        if current.effective_on < previous.effective_on:
            with pytest.raises(PointsReversed):
                rag_comparison(*self.at(previous, current))
            previous, current = current, previous
        answer = self.ask(rag_comparison, previous, current)
        reconciles(answer)
        assert all(answer["narrative"])
        at = ((previous.effective_on, previous.basis), (current.effective_on, current.basis))
        assert differences(self.naive.comparison(*at), answer) == []

    @rule(data=st.data())
    def the_other_questions_have_answers(self, data: st.DataObject) -> None:
        previous, point = self.point(data), self.point(data)
        gaps = self.ask(gaps_at, point)
        assert [gap["number"] for gap in gaps["gaps"]] == self.naive.gaps((point.effective_on, point.basis))
        unknown = [(one["priority"], one["recommendation"]) for one in gaps["unknown"]]
        assert unknown == self.naive.unknown((point.effective_on, point.basis))
        for name in AT:
            self.ask(QUESTIONS[name].projection, point)
        self.ask(changes_between, previous, point)

    @rule(data=st.data())
    def what_is_late_is_late_in_every_answer(self, data: st.DataObject) -> None:
        """The plan, the overdue list and the register go by one rule; a whole is late where one of its parts is."""
        point = self.point(data)
        shown = self.ask(plan_as_at, point)
        late: list[str] = []
        left = [action for under in shown["priorities"] for action in under["actions"]]
        while left:
            action = left.pop()
            left += action["actions"]
            if not action["actions"]:
                late += [action["number"]] * action["overdue"]
            else:
                assert action["overdue"] == any(part["overdue"] for part in action["actions"])
        document = self.ask(overdue_at, point)
        assert document["undated"] == self.naive.undated((point.effective_on, point.basis))
        overdue = document["overdue"]
        entry = self.ask(register_entry, point)
        assert sorted(one["number"] for one in overdue) == sorted(late)
        assert sorted(late) == sorted(self.naive.late((point.effective_on, point.basis)))
        assert entry["overdue"] == len(late)

    @invariant()
    def a_number_belongs_to_one_action(self) -> None:
        if self.events:
            actions = [self.naive.bearer(number, self.plan.version) for number in ("1.1", "1.2", "2.1")]
            known = [action for action in actions if action is not None]
            record = record_of(self.plan)
            found = [record.find_action(number) for number in ("1.1", "1.2", "2.1")]
            assert [action for action in found if action is not None] == known
            at = [record.on(date(2019, 6, 1)).find_action(number) for number in ("1.1", "1.2", "2.1")]
            assert [action.id for action in at if action] == known

    @invariant()
    def nobody_has_confirmed_a_rating_of_their_own(self) -> None:
        for version, event in enumerate(self.events, 1):
            assert not isinstance(event, events.RatingConfirmed) or author(version) != author(event.version)

    def teardown(self) -> None:
        """Nothing recorded since changed an answer, and what was tried out left nothing behind."""
        self.answers_are_as_they_were()
        fresh = self.fresh()
        assert contents(self.plan) == contents(fresh)
        for version in (max(0, self.plan.version - 1), self.plan.version // 2):
            plan = self.fresh(version)
            draft = Draft(plan)
            for event, instant in list(zip(self.events, self.instants, strict=True))[version:]:
                evolve(draft, event, instant, author(draft.version + 1))
            assert contents(draft) == contents(fresh)
            assert contents(plan) == contents(self.fresh(version))


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
    copied_at=st.none() | st.integers(0, 40),
)
def test_a_value_is_the_greatest_by_day_and_version_of_those_that_stand(said, in_error, points, copied_at):
    assertions, version = [], 0
    for day, step in said:
        version += step
        assertions.append((day, version))
    withdrawn = {assertions[index][1]: assertions[index][1] + after for index, after in in_error if index < len(said)}
    made: Timeline[str] = Timeline()
    for day, version in assertions:
        if copied_at is not None and version > copied_at:
            # Copied for one who tries out, whose assertions are not to be found in this one.
            copied = made.copy()
            for later, by in assertions:
                copied.add("tried out", later, by + 100)
        made.add(f"said by {version}", day, version)
    for day, basis in points:
        place = Place(end_of(day), basis, withdrawn)
        standing = [(on, by) for on, by in assertions if by <= basis and not withdrawn.get(by, 99) <= basis]
        by_day = sorted((on, by) for on, by in standing if on <= day)
        found = made.at(place)
        assert in_force(place, made, Timeline(), made) == [found, None, found]
        assert (found and (found.effective_on, found.version)) == max(by_day, default=None)
        assert found is None or found.value == f"said by {found.version}"
        assert [(one.effective_on, one.version) for one in made.all(place)] == by_day
        assert [(one.effective_on, one.version) for one in made.known(place)] == sorted(standing)
        first = made.first(place)
        assert (first and first.version) == min((by for _, by in by_day), default=None)
