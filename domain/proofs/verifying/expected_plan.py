"""The paper plan.json, as it follows from the events."""

from typing import Any

from domain.proofs.verifying.compared_paper import UNCHECKED, Paper, Rows
from domain.proofs.verifying.paper_parts import action_rows, former_key, heading, natural_order, scale_at
from domain.proofs.verifying.plan_fold import Action

_OF_PLAN = ("status", "document_version", "recommendations", "measures", "inspections")


def check_plan(paper: Paper, document: dict[str, Any]) -> int:
    """The priorities, and every action with its words, its place, its rating and its status."""
    now = paper.at(document["point"])
    under: dict[str | None, list[Action]] = {}
    for action in now.open:
        if action.parent is None:
            under.setdefault(now.priority(action), []).append(action)
    priorities = [
        {"number": one, "title": now.priorities[one], "answers": UNCHECKED, "assurance": UNCHECKED,
         "actions": action_rows(now, under.get(one, []), f"priority {one}")}
        for one in sorted(now.priorities, key=natural_order)
    ]  # fmt: skip
    return paper.compare(document, {
        **heading(paper, document), **dict.fromkeys(_OF_PLAN, UNCHECKED), "opened_on": now.fold.opened,
        "scale": scale_at(now), "ratings": former_key(now), "priorities": Rows("priority", "it", "number", priorities),
    })  # fmt: skip
