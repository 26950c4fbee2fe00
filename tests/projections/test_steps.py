"""A question takes no more steps than in 0.1.0: what each action costs is paid a hundred times in every answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from bench.event_history import ACTIONS, generate
from bench.measure import random_points
from domain.plan.evolve import evolve
from domain.plan.plan import Plan
from domain.plan.plan_at import PlanAt
from domain.plan.record import record_of
from domain.points import Point
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import rag_comparison
from tests.measuring import calls

SIZE, POINTS = 1_000, 40


@pytest.fixture(scope="module")
def at_points() -> Callable[[], list[PlanAt]]:
    """A plan at random points, which nobody has looked at yet."""
    workload, plan = generate(SIZE, "bench"), Plan("bench")
    for proposal in workload.proposals:
        evolve(plan, proposal.event, datetime(2016, 4, 1, tzinfo=UTC) + timedelta(hours=plan.version), "bench")
    record = record_of(plan)
    points = list(islice(random_points(workload.opening, SIZE), POINTS))
    return lambda: [record.at(Point(day, basis, record.known_at(basis), "")) for day, basis in points]


def test_a_plan_as_at_takes_no_more_steps_an_action_than_in_0_1_0(at_points):
    [plan_as_at(plan) for plan in at_points()]
    plans = at_points()
    assert calls(lambda: [plan_as_at(plan) for plan in plans]) / POINTS / ACTIONS < 50


def test_a_comparison_takes_no_more_steps_an_action_than_in_0_1_0(at_points):
    def compare() -> None:
        plans = sorted(at_points(), key=lambda plan: (plan.effective_on, plan.basis))
        for previous, current in zip(plans[::2], plans[1::2], strict=True):
            rag_comparison(previous, current)

    compare()
    assert calls(compare) / (POINTS / 2) / ACTIONS < 66
