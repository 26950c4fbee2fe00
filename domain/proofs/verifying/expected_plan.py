"""The paper plan.json, as it follows from the events."""

from domain.proofs.verifying.compared_paper import UNCHECKED, Paper, Rows
from domain.proofs.verifying.json_values import Json
from domain.proofs.verifying.paper_parts import action_rows, expected, former_key, natural_order, scale_at
from domain.proofs.verifying.plan_fold import Action


def expected_plan(paper: Paper, document: dict[str, Json]) -> dict[str, Json]:
    """The priorities, and every action with its words, its place, its rating and its status."""
    now = paper.at(document["point"])
    under: dict[str | None, list[Action]] = {}
    for action in now.open:
        if action.parent is None:
            under.setdefault(now.priority(action), []).append(action)
    priorities = [
        {
            "number": one,
            "title": now.priorities[one],
            "answers": UNCHECKED,
            "assurance": UNCHECKED,
            "actions": action_rows(now, under.get(one, []), f"priority {one}"),
        }
        for one in sorted(now.priorities, key=natural_order)
    ]
    return expected(
        paper,
        document,
        unchecked=("status", "document_version", "recommendations", "measures", "inspections"),
        opened_on=now.fold.opened,
        scale=scale_at(now),
        ratings=former_key(now),
        priorities=Rows("priority", "it", "number", priorities),
    )
