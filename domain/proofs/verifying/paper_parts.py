"""The parts that several papers have in common, as they follow from the events."""

import re
from collections.abc import Iterable, Sequence

from domain.proofs.verifying.compared_paper import UNCHECKED, Paper, Rows
from domain.proofs.verifying.folded_plan import At
from domain.proofs.verifying.json_values import Json
from domain.proofs.verifying.plan_fold import Action

#: So many levels of parts are nested in a paper; their parts stand beside them, each after its whole.
DEEPEST = 100

#: The fields of an action that are not worked out.
_OF_ACTIONS = (
    "outcome",
    "timescale",
    "overdue",
    "leads",
    "reports_to",
    "progress",
    "progress_on",
    "evidence",
    "added_on",
)


def natural_order(number: str) -> list[tuple[int, int, str]]:
    """A key that sorts 2.10 after 2.9, and 6.1b after 6.1a."""
    runs = re.findall("[0-9]+|[^0-9]+", number)
    keys = [(0, int(run), "") if "0" <= run[0] <= "9" else (1, 0, run.casefold()) for run in runs]
    return [*keys, (-1, 0, number)]


def placed(row: dict[str, Json]) -> tuple[Json, Json]:
    """A key that sorts rows by their priorities and the numbers of their actions."""
    return natural_order(row["priority"] or ""), natural_order(row["number"] if "number" in row else row["action"])


def expected(paper: Paper, document: dict[str, Json], unchecked: Sequence[str] = (), **fields: Json) -> dict[str, Json]:
    """A paper with its heading, these fields, and others of any value; its edition and points are compared before."""
    compared = [name for name in ("edition", "point", "previous", "current") if name in document]
    return {**paper.fold.heading, **dict.fromkeys((*compared, *unchecked), UNCHECKED), **fields}


def ratings_key(ratings: Iterable[dict[str, Json]]) -> Rows:
    """The key to the ratings: each as the scale has it, the first of each code."""
    first: dict[str, dict[str, Json]] = {}
    for rating in ratings:
        first.setdefault(rating["code"], rating)
    return Rows("rating", "its key", "code", [*first.values()])


def former_key(now: At) -> Rows:
    """The key to the codes that can stand at a point: the scale's, then those of former scales."""
    return ratings_key(one for scale in now.scales() for one in scale["ratings"])


def scale_at(at: At) -> dict[str, Json]:
    """The scale in force."""
    ratings = at.scale.get("ratings", [])
    return {"name": at.scale.get("name", "None yet"), "ratings": Rows("rating", "its scale", "code", ratings)}


def named_by(now: At, action: Action) -> dict[str, Json]:
    """The fields by which lists name an action."""
    return {**_named(now, action), "priority": now.priority(action)}


def _named(now: At, action: Action) -> dict[str, Json]:
    return {"number": now.number(action), "text": now.text(action), "rating": now.rating(action)}


def awaiting_of(now: At, action: Action) -> dict[str, Json]:
    """The field with the rating that awaits confirmation, if one does."""
    return {"awaiting": awaiting} if (awaiting := now.awaiting(action)) else {}


def action_rows(now: At, those: Sequence[Action], of: str, level: int = 1) -> Rows:
    """Actions with their parts, in the order of their numbers."""
    rows = []
    if level < DEEPEST:
        for one in _in_order(now, those):
            row = _action(now, one)
            rows.append({**row, "actions": action_rows(now, now.parts(one), f"action {row['number']}", level + 1)})
        return Rows("action", of, "number", rows)
    left: list[tuple[Action, dict[str, Json]]] = [(one, {}) for one in reversed(_in_order(now, those))]
    while left:
        one, part_of = left.pop()
        rows.append({**_action(now, one), **part_of, "actions": []})
        left += [(part, {"part_of": now.number(one)}) for part in reversed(_in_order(now, now.parts(one)))]
    return Rows("action", of, "number", rows)


def _in_order(now: At, those: Sequence[Action]) -> list[Action]:
    return sorted(those, key=lambda one: natural_order(now.number(one)))


def _action(now: At, action: Action) -> dict[str, Json]:
    """An action without its parts."""
    rated = now.rated(action)
    return {
        **dict.fromkeys(_OF_ACTIONS, UNCHECKED),
        **_named(now, action),
        "status": "complete" if action in now.complete else "open",
        "rated_on": rated.on if rated else None,
        **awaiting_of(now, action),
    }
