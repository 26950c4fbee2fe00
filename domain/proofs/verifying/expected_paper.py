"""The committee's paper, paper.json, as it follows from the events."""

from domain.proofs.verifying.compared_paper import UNCHECKED, Paper, Rows
from domain.proofs.verifying.expected_comparison import expected_comparison
from domain.proofs.verifying.expected_counts import expected_counts
from domain.proofs.verifying.expected_lateness import expected_overdue
from domain.proofs.verifying.folded_plan import At
from domain.proofs.verifying.json_values import Json
from domain.proofs.verifying.paper_parts import action_rows, expected, natural_order, scale_at
from domain.proofs.verifying.plan_fold import Action


def expected_paper(paper: Paper, document: dict[str, Json]) -> dict[str, Json]:
    """The comparison of the points that it is of, and all that stands on that."""
    now, compared = paper.at(document["current"]), expected_comparison(paper, document["comparison"])
    awaiting = Rows("action", "its actions awaiting confirmation", "action", _awaiting(now))
    return expected(
        paper,
        document,
        unchecked=("previous_version", "document_version", "opening", "measures"),
        scale=scale_at(now),
        ratings=compared["ratings"],
        comparison=compared,
        summary=Rows("rating", "its summary", "code", _summary(compared)),
        total=_line({}, compared["totals"]["total"], compared["totals"]["total"]),
        priorities=Rows("priority", "its priorities", "number", _priorities(now, compared)),
        overdue=expected_overdue(paper, document["overdue"]),
        over_time=expected_counts(paper, document["over_time"]),
        history=expected(paper, document["history"], unchecked=("versions", "presented")),
        **({"awaiting": awaiting} if awaiting.rows else {}),
    )


def _awaiting(now: At) -> list[dict[str, Json]]:
    """The counted actions whose rating awaits confirmation."""
    rows = [
        {"action": now.number(one), "text": now.text(one), "rating": now.rating(one), "awaiting": awaiting}
        for one in now.counted
        if (awaiting := now.awaiting(one))
    ]
    return sorted(rows, key=lambda row: natural_order(str(row["action"])))


def _priorities(now: At, compared: dict[str, Json]) -> list[dict[str, Json]]:
    """The priorities of the comparison, each with its actions whose rating is a concern."""
    concerns: dict[str | None, list[Action]] = {}
    for one in now.counted:
        if now.meaning(one).get("concern"):
            concerns.setdefault(now.priority(one), []).append(one)
    return [
        {
            "number": (number := row["priority"]),
            "title": row["title"],
            "narrative": UNCHECKED,
            "assurance": UNCHECKED,
            "concerns": action_rows(now, concerns.get(number, []), f"the concerns of priority {number}"),
        }
        for row in compared["rows"].rows
    ]


def _summary(compared: dict[str, Json]) -> list[dict[str, Json]]:
    """A line for each rating and one for the actions without."""
    totals = compared["totals"]
    lines = [_line(rating, totals["ratings"][rating["code"]], totals["total"]) for rating in compared["ratings"].rows]
    return [*lines, _line({}, totals["unrated"], totals["total"])]


def _line(rating: dict[str, Json], pair: dict[str, int], total: dict[str, int]) -> dict[str, Json]:
    """Counts at both points, their difference, and their shares of all actions in whole per cent, a half upwards."""
    shares = {
        f"{side}_share": (200 * pair[side] + whole) // (2 * whole) if whole else None for side, whole in total.items()
    }
    names = {name: rating.get(name) for name in ("code", "label", "colour")}
    return {**names, **pair, "difference": pair["current"] - pair["previous"], **shares}
