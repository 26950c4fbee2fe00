"""Parts that 0.1.0 let nest without end: shown, packed and checked, and no question runs out of stack."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from api.formats import addressed
from api.packing import make_pack, papers_named
from api.questions.asker import Asker
from api.signing import new_signer
from domain.envelopes import Proposal
from domain.events import EVENTS, ActionAdded
from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from domain.proofs.verify import FIGURES, verify
from domain.rules import structure
from projections.action import DEEPEST
from tests.api.conftest import BY, OPENING, asking
from tests.api.signed_in import PAGE

pytestmark = pytest.mark.slow

#: More levels than calls can be nested in one another.
LEVELS = 1000
TODAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def deep(server_folder: Path) -> Iterator[Ledger]:
    """A ledger with a plan whose action 2.4 has a part, which has a part, and so on; the last is rated and late."""
    said = [(one["type"], {name: value for name, value in one.items() if name != "type"}) for one in OPENING]
    events = [EVENTS[kind].model_validate_json(json.dumps(fields)) for kind, fields in said]
    for level in range(1, LEVELS + 1):
        parent = "2.4" if level == 1 else f"part-{level - 1}"
        events.append(
            ActionAdded(number=f"part-{level}", parent=parent, text=f"Level {level}", effective_on=date(2019, 2, 1))
        )
    last = {"action": f"part-{LEVELS}", "effective_on": "2019-03-01"}
    for kind, more in (("ActionRated", {"rating": "red"}), ("ProgressReported", {"text": "Begun in March"}),
                       ("ActionRescheduled", {"timescale": "31/05/19", "reason": "Late"})):  # fmt: skip
        events.append(EVENTS[kind].model_validate({**last, **more}))
    with Ledger.open(data=server_folder, schema="deep") as ledger:
        limit, structure.DEEPEST_PARTS = structure.DEEPEST_PARTS, LEVELS  # as 0.1.0 recorded them
        try:
            ledger.record([Proposal("plan", event) for event in events], by=BY, today=TODAY)
        finally:
            structure.DEEPEST_PARTS = limit
        yield ledger


@pytest.fixture(scope="module")
def client(deep: Ledger) -> TestClient:
    return asking(make_application(deep, BY))


QUESTIONS = {
    "plans": "", "plans/plan": "", f"plans/plan/actions/part-{LEVELS}": "", "plans/plan/actions/2.4": "",
    "plans/plan/overdue": "", "plans/plan/gaps": "", "plans/plan/stale": "", "plans/plan/history": "",
    "plans/plan/trail": "?limit=50&action=2.4", "plans/plan/ratings": "", f"plans/plan/events/{LEVELS}": "",
    "plans/plan/replay": f"?after={LEVELS}", "plans/plan/comparison": "?previous=2019-01-20",
    "plans/plan/changes": "?previous=2019-02-20", "plans/plan/counted": "?previous=2019-02-20",
    "plans/plan/paper": "?previous=2019-02-20",
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered_as_data_and_as_a_page(client: TestClient, question: str) -> None:
    asked = QUESTIONS[question]
    page = asked.replace("after", "step")
    for address, headers in ((f"/{question}.json{asked}", {}), (f"/{question}{page}", PAGE)):
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200, (address, answer.text[:500])


@pytest.mark.parametrize("form", addressed())
def test_the_plan_comes_in_every_form(client: TestClient, form: str) -> None:
    answer = client.get(f"/plans/plan.{form}")
    assert answer.status_code == 200, answer.text[:500]


def numbers(documents: list[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    below = [(1, one) for one in reversed(documents)]
    while below:
        level, one = below.pop()
        yield level, one["number"]
        below += [(level + 1, part) for part in reversed(one["actions"])]


def test_every_part_is_shown_and_nests_so_deep_and_no_deeper(client: TestClient) -> None:
    [priority] = client.get("/plans/plan.json").json()["priorities"]
    found = list(numbers(priority["actions"]))
    assert [number for _, number in found] == ["2.4", *(f"part-{level}" for level in range(1, LEVELS + 1))]
    assert [level for level, _ in found] == [min(level, DEEPEST) for level in range(1, LEVELS + 2)]


def test_of_each_part_it_is_told_what_it_is_part_of(client: TestClient) -> None:
    rows = list(csv.DictReader(client.get("/plans/plan.csv").text.splitlines()))
    said = [(row["action"], row["part of"]) for row in rows]
    above = ["", "2.4", *(f"part-{level}" for level in range(1, LEVELS))]
    assert said == list(zip([row["action"] for row in rows], above, strict=True))
    assert len(said) == LEVELS + 1


def test_what_is_late_at_the_bottom_is_late_at_the_top(client: TestClient) -> None:
    document = client.get("/plans/plan/actions/2.4.json").json()["action"]
    assert document["overdue"] is True
    overdue = client.get("/plans/plan/overdue.json").json()["overdue"]
    assert [one["number"] for one in overdue] == [f"part-{LEVELS}"]


def test_the_ledger_is_checked_and_the_plan_packed_and_verified(deep: Ledger) -> None:
    assert list(broken_invariants(deep)) == []
    asker = Asker(deep, TODAY, lambda _: True)
    made = make_pack(asker, "plan", new_signer("council.example/asat"), "now", papers=papers_named([*FIGURES]))
    assert sum("Worked out anew" in line for line in verify(made).proved) == len(FIGURES)
