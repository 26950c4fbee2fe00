"""A check goes on after what it finds: nothing that whoever may append can store hides what else is broken."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest

from domain.integrity.findings import Broken, to_its_end
from domain.integrity.invariants import broken_invariants
from domain.ledger.schema import app_role
from domain.opened_ledger import Ledger
from tests.real_ledgers import Server, begin, connected

#: Events that no rule accepts, as whoever has the serving login can append them past the program.
UNLAWFUL = [
    ("EventWithdrawn", {"version": 9999, "reason": "x"}),
    ("EventWithdrawn", {"version": 1, "reason": "x"}),
    ("RatingConfirmed", {"action": "2.4", "version": 9999}),
    ("RatingConfirmed", {"action": "9.9", "version": 3}),
    ("ActionRated", {"action": "9.9", "rating": "red"}),
    ("ActionRated", {"action": "2.4", "rating": "purple"}),
    ("ReportPresented", {"forum": "Cabinet", "current": "2019-05-31@9999"}),
    ("ReportPresented", {"forum": "Cabinet", "current": "issue:9.9"}),
    ("PriorityReworded", {"number": "9", "title": "x"}),
    ("MeasureReported", {"measure": "none", "period": "x", "value": "1"}),
    ("ActionAdded", {"number": "2.4a", "parent": "9.9", "text": "x"}),
    ("PlanOpened", {"title": "x", "organisation": "x", "scale": {"name": "x", "ratings": []}}),
    ("NoSuchEvent", {}),
]


@pytest.mark.parametrize(("kind", "fields"), UNLAWFUL, ids=lambda one: one if isinstance(one, str) else "")
def test_what_is_appended_past_the_program_is_named_and_hides_nothing(
    open_ledger: Callable[[], Ledger], schema: str, server: Server, kind: str, fields: dict[str, object]
) -> None:
    """The plan that it stands in comes first, and another plan is altered as its owner could."""
    ledger = open_ledger()
    begin(ledger, "a-plan")
    begin(ledger, "z-plan")
    state = json.dumps({"effective_on": "2019-03-15", **fields}, separators=(",", ":"))
    with connected(server.app_conninfo, schema, app_role(schema)) as app:
        app.execute(
            "select append_one('a-plan', 4, %s, %s, %s, 'Mallory', null, null, null)", (kind, uuid4(), state.encode())
        )
    with connected(server.owner_conninfo, schema) as owner:
        owner.execute("alter table events disable trigger all")
        owner.execute("update events set recorded_by = 'Somebody else' where plan = 'z-plan' and version = 2")
        owner.execute("alter table events enable trigger all")
    found = [f"{one.where}: {one.what}" for one in broken_invariants(ledger)]
    assert any("a-plan" in one for one in found), found
    assert any(one.startswith("position 5 (z-plan version 2)") for one in found), found
    assert not any("to its end" in one for one in found), found


def test_a_check_that_fails_is_a_finding_and_the_others_go_on(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for slug in ("a", "b", "c"):
        begin(ledger, slug)
    select = ledger.recorder.select_events

    def fails_for_b(plan: str, **options: object):
        if plan == "b":
            raise IndexError("list index out of range")
        return select(plan, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger.recorder, "select_events", fails_for_b)
    looked: list[int] = []
    found = list(broken_invariants(ledger, looked.append))
    assert [str(one.where) for one in found] == ["plan b"]
    assert found[0].what == "it cannot be checked to its end: list index out of range (IndexError)"
    assert sum(looked) == 9 + 3 + 3


def test_what_is_found_before_a_check_fails_is_told() -> None:
    def checks():
        yield Broken("here", "it is broken")
        raise ValueError("no\n more")

    assert [(one.where, one.what) for one in to_its_end("there", checks)] == [
        ("here", "it is broken"),
        ("there", "it cannot be checked to its end: no more (ValueError)"),
    ]
