"""The law of packs: whatever was recorded, verify.py works out from the events alone what the papers say."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from domain import events
from domain.plan.plan_at import PlanAt
from domain.proofs.verify import FIGURES, Entry, Event, Fold, Paper, compared_figures
from projections.committee_paper import committee_paper
from projections.overdue import overdue_at
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import rag_comparison
from projections.ratings_over_time import ratings_over_time
from tests.laws.histories import author
from tests.laws.test_laws import LAWFUL, AnyPlan


def papers(previous: PlanAt, current: PlanAt) -> dict[str, Any]:
    """The papers whose figures verify.py works out, as data."""
    made = {
        "plan.json": plan_as_at(current),
        "comparison.json": rag_comparison(previous, current),
        "paper.json": committee_paper(previous, current),
        "ratings.json": ratings_over_time(current),
        "overdue.json": overdue_at(current),
    }
    assert set(made) == set(FIGURES)
    return {name: json.loads(json.dumps(document)) for name, document in made.items()}


def stored(told: list[events.Event], instants: Sequence[datetime]) -> list[Event]:
    """The events as a pack holds them, recorded at these instants."""
    found = []
    for version, event in enumerate(told, 1):
        state = event.model_dump_json(exclude_unset=True).encode()
        kind, at = type(event).__name__, instants[version - 1]
        entry = Entry(version, "plan", version, at, author(version), UUID(int=version), kind, state)
        found.append(Event(entry, json.loads(state), ()))
    return found


class VerifiedPlan(AnyPlan):
    """Of a plan of which anything is recorded, the papers pass; one of them with a figure altered does not."""

    @rule(data=st.data())
    def what_the_papers_say_follows_from_the_events(self, data: st.DataObject) -> None:
        points = sorted((self.point(data), self.point(data)), key=lambda point: point.effective_on)
        held = stored(self.events, self.plan.recorded_at)
        fold = Fold(held)
        for name, document in papers(*self.at(*points)).items():
            compared = compared_figures(Paper(f"papers/{name}", fold, held), document)
            assert compared or not document.get("ratings")


@pytest.mark.slow
def test_the_papers_of_any_plan_follow_from_its_events():
    run_state_machine_as_test(VerifiedPlan, settings=settings(LAWFUL, max_examples=LAWFUL.max_examples // 4))
