"""What a browser may keep as `immutable` stays what it is: served by the real program, from the real ledger.

tests/laws/test_fixed_points.py holds the same of any history, in memory.
"""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from api.formats import addressed, formats_of
from api.packing import PAPERS
from api.signing import write_signer
from domain.opened_ledger import Ledger
from domain.proofs.keys import SignerKey
from domain.proofs.verify import zip_files
from tests.api.conftest import BY, OPENING, asking
from tests.asked import AT, BETWEEN

#: A whole with two timescales, and a part that has none of its own until record 6.
WHOLE: list[dict[str, Any]] = [
    {**OPENING[0], "effective_on": "2020-01-06"},
    {"type": "PriorityAdded", "effective_on": "2020-01-06", "number": "1", "title": "One"},
    {"type": "ActionAdded", "effective_on": "2020-01-06", "number": "1.1", "priority": "1", "text": "Whole",
     "timescale": "12/08/2020"},
    {"type": "ActionRescheduled", "effective_on": "2020-01-06", "action": "1.1", "timescale": "05/05/2020",
     "reason": "Sooner"},
    {"type": "ActionAdded", "effective_on": "2020-01-06", "number": "1.1a", "parent": "1.1", "text": "Part"},
]  # fmt: skip
RESCHEDULED = {"type": "ActionRescheduled", "effective_on": "2020-11-01", "action": "1.1a", "timescale": "31/12/2020",
               "reason": "Late"}  # fmt: skip
#: More of the kind: late news and early, of days around the point, and a withdrawal of what the point rests on.
MORE: list[dict[str, Any]] = [
    {"type": "ActionRescheduled", "effective_on": "2020-02-01", "action": "1.1a", "timescale": "30/06/2020",
     "reason": "Late news"},
    {"type": "ActionRenumbered", "effective_on": "2020-01-20", "action": "1.1a", "number": "1.9"},
    {"type": "ActionRated", "effective_on": "2020-03-01", "action": "1.9", "rating": "red"},
    {"type": "EventWithdrawn", "effective_on": "2020-04-01", "version": 4, "reason": "Slip"},
    {"type": "VersionIssued", "effective_on": "2020-05-31", "label": "1.0", "summary": "First"},
]  # fmt: skip

POINT = "2020-06-01@5"
#: Question -> its address, without the form, and its query.
ADDRESSES: dict[str, tuple[str, str]] = {
    **{question: (f"/plans/plan/{question}", f"at={POINT}") for question in AT},
    "plan": ("/plans/plan", f"at={POINT}&all=1"),
    "action": ("/plans/plan/actions/1.1a", f"at={POINT}"),
    **{question: (f"/plans/plan/{question}", f"previous=2020-01-31@3&current={POINT}") for question in BETWEEN},
    "event": ("/plans/plan/events/4", "up_to=5"),
    "trail": ("/plans/plan/trail", "up_to=5&action=1.1"),
    "replay": ("/plans/plan/replay", "up_to=5"),
}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "asat.key"
    write_signer(SignerKey("council.example/asat", b"key1" * 8), file)
    return file


@pytest.fixture
def served(ledger: Ledger, key: Path) -> TestClient:
    client = asking(make_application(ledger, BY, key=key))
    record(client, *WHOLE)
    return client


def record(client: TestClient, *events: dict[str, Any]) -> None:
    answer = client.post("/plans/plan/events", json=list(events))
    assert answer.status_code == 201, answer.text


def every_answer(client: TestClient, question: str) -> dict[str, tuple[str, bytes]]:
    """The tag and the bytes of the answer to a question at its fixed point, by form."""
    path, query = ADDRESSES[question]
    found = {}
    for form in formats_of(question):
        answer = client.get(f"{path}.{form}?{query}")
        assert answer.status_code == 200, answer.text
        assert "immutable" in answer.headers["cache-control"]
        found[form] = answer.headers["etag"], answer.content
    return found


def changed(client: TestClient, first: dict[str, dict[str, tuple[str, bytes]]]) -> list[str]:
    """The answers that are no longer what they were first, each with its form."""
    now = {question: every_answer(client, question) for question in first}
    return [f"{one}.{form}" for one, forms in first.items() for form, was in forms.items() if now[one][form] != was]


@pytest.mark.slow
def test_what_is_kept_as_immutable_is_not_changed_by_what_is_recorded_later(
    served: TestClient, server_folder: Path, ledger: Ledger
) -> None:
    first = {question: every_answer(served, question) for question in ADDRESSES}
    assert b'"original":"12/08/2020"' in first["action"]["json"][1]
    assert set(first["plan"]) == set(addressed())
    record(served, RESCHEDULED)
    assert changed(served, first) == []
    for event in MORE:
        record(served, event)
    assert changed(served, first) == []
    with Ledger.open(data=server_folder, schema=ledger.datastore.schema) as again:
        assert changed(asking(make_application(again, BY)), first) == [], "nor in a program that was started since"


@pytest.mark.slow
def test_the_papers_of_a_pack_at_a_fixed_point_are_not_changed_by_what_is_recorded_later(served: TestClient) -> None:
    papers = ",".join(f"{name}.{form}" for name in PAPERS for form in (("json", "xlsx") if name == "plan" else ("md",)))
    address = f"/plans/plan/pack.zip?at={POINT}&previous=2020-01-31@3&papers={papers},paper.pdf,paper.docx"

    def in_pack() -> dict[str, bytes]:
        answer = served.get(address)
        assert answer.status_code == 200, answer.text
        return {name: body for name, body in zip_files(answer.content).items() if name.startswith("papers/")}

    first = in_pack()
    assert len(first) == len(PAPERS) + 3
    assert b'"original":"12/08/2020"' in first["papers/plan.json"]
    for events in ([RESCHEDULED], MORE):
        record(served, *events)
        now = in_pack()
        assert [name for name, body in first.items() if now[name] != body] == []
