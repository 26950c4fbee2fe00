"""Plans in memory: within a budget in bytes, freed once nobody holds them, and looked at once in a walk over all."""

import gc
import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from weakref import ref

import pytest

from domain.ledger.folded_plans import size_of
from domain.ledger.mapper import event_state, read_event
from domain.ledger.memory_budget import Budget
from domain.opened_ledger import Ledger
from domain.plan.evolve import evolve
from domain.plan.plan import Action, Plan
from domain.plan.record import PlanRecord
from tests.kit import LATER, added, part, progressed, read_history
from tests.real_ledgers import begin, held_by, record

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.jsonl"))


class Looks:
    """Counts the events that a ledger reads to fold them."""

    def __init__(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows, self.plans, select = 0, list[str](), ledger.recorder.select_fold

        def counted(plan: str, first: int):
            found = select(plan, first)
            self.rows += len(found)
            self.plans.append(plan)
            return found

        monkeypatch.setattr(ledger.recorder, "select_fold", counted)


def says(record: PlanRecord) -> tuple[str, int]:
    return record.slug, record.version


def walk(ledger: Ledger, key: object = LATER) -> list[tuple[str, int]]:
    return ledger.of_every_plan(ledger.states(), key, says)[0]


def test_a_walk_over_all_plans_makes_none_give_way_and_reads_each_of_them_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty plans where there is room for five: those in use stay, and what did not change is not looked at again."""
    for number in range(30):
        begin(ledger, f"plan-{number:02}")
    room = ledger._folded.kept["plan-00"].size * 11 // 2
    monkeypatch.setattr(ledger._folded, "_budget", Budget(room))
    in_use = ["plan-03", "plan-11", "plan-29"]
    ledger._folded.kept.clear()
    for slug in in_use:
        ledger.plan(slug)
    looks = Looks(ledger, monkeypatch)
    assert walk(ledger) == [(f"plan-{number:02}", 3) for number in range(30)]
    assert looks.rows <= 30 * 3
    assert len(ledger._folded.kept) == 5
    assert set(in_use) <= set(ledger._folded.kept)
    looks.rows = 0
    assert walk(ledger) == [(f"plan-{number:02}", 3) for number in range(30)]
    assert looks.rows == 0, "nothing changed, and nothing is read"
    record(ledger, progressed("2.4"), plan="plan-17")
    looks.plans.clear()
    assert walk(ledger)[17] == ("plan-17", 4)
    assert set(looks.plans) == {"plan-17"}
    assert walk(ledger, key="another day") == walk(ledger, key="another day")


def test_the_work_of_a_walk_does_not_grow_with_the_plans_that_find_no_room(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    for plans in (6, 12, 24):
        for number in range(plans):
            if f"plan-{number:02}" not in ledger.plans():
                begin(ledger, f"plan-{number:02}")
        monkeypatch.setattr(ledger._folded, "_budget", Budget(ledger._folded.kept[f"plan-{plans - 1:02}"].size * 7))
        ledger._folded.kept.clear()
        ledger._folded._summaries.clear()
        looks = Looks(ledger, monkeypatch)
        walk(ledger)
        walk(ledger)
        looked.append(looks.rows / plans)
    assert all(more <= fewer for fewer, more in pairwise(looked)), looked


def test_a_plan_that_is_dropped_is_freed_without_the_garbage_collector(ledger: Ledger) -> None:
    begin(ledger)
    record(ledger, part("2.4a", "2.4"), part("2.4b", "2.4"), added("2.5"))
    told = ledger.plan("plan")
    plan = ref(ledger._folded.kept["plan"].plan)
    gc.collect()
    others = {id(one) for one in gc.get_objects() if isinstance(one, Action)} - set(
        map(id, held_by(told).actions.values())
    )
    gc.disable()
    try:
        at = told.on(LATER)
        assert [action.number.value for action in at.actions if action.number] == ["2.4", "2.4a", "2.4b", "2.5"]
        assert [one.id for one in at.actions[0].open_parts] == [4, 5]
        del at, told
        ledger._folded.drop("plan")
        assert plan() is None
        assert not [one for one in gc.get_objects() if isinstance(one, Action) and id(one) not in others]
    finally:
        gc.enable()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_size_that_is_counted_is_about_what_a_plan_takes_up(path: Path) -> None:
    told = [(type(event).__name__, event_state(event)) for event in read_history(path)]
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        plan = Plan("plan")
        for version, (kind, state) in enumerate(told):
            evolve(plan, read_event(kind, state), datetime(2021, 1, 4, tzinfo=UTC) + timedelta(hours=version), "Ann")
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    counted = sum(size_of(kind, state) for kind, state in told)
    assert counted / 2 < taken < counted * 2
