"""Every answer as comma-separated values, a row for each thing the answer lists.

Days are ISO 8601. The last columns say which plan and which point it is, so that rows can be told apart when files are
put together.
"""

from collections.abc import Iterator

from api.papers.wording import NOT_RATED, Labels, fixed
from api.papers.writers.comma_separated_counted import counted_csv, event_csv
from api.papers.writers.comma_separated_lists import (
    assurance_csv,
    gaps_csv,
    measures_csv,
    overdue_csv,
    register_csv,
    stale_csv,
)
from api.papers.writers.comma_separated_record import audit_csv, changes_csv, history_csv, trail_csv
from api.papers.writers.comma_separated_replay import ratings_csv, replay_csv
from api.papers.writers.comma_separated_table import Value, comma_separated
from projections.action import ActionDocument, SingleActionDocument
from projections.comparison_tables import ComparisonDocument, TotalsDocument
from projections.plan_as_at import PlanDocument

__all__ = [
    "action_csv",
    "assurance_csv",
    "audit_csv",
    "changes_csv",
    "comparison_csv",
    "counted_csv",
    "event_csv",
    "gaps_csv",
    "history_csv",
    "measures_csv",
    "overdue_csv",
    "plan_csv",
    "ratings_csv",
    "register_csv",
    "replay_csv",
    "stale_csv",
    "trail_csv",
]

_ACTION = [
    "priority",
    "priority title",
    "action",
    "part of",
    "text",
    "outcome",
    "status",
    "rating",
    "rating label",
    "rated on",
    "timescale",
    "due",
    "precision",
    "original timescale",
    "overdue",
    "leads",
    "reports to",
    "progress",
    "progress on",
    "evidence",
    "added on",
    "plan",
    "point",
]


#: What stands before the plan where anything awaits confirmation.
_AWAITING = ["awaiting confirmation", "awaiting since", "awaiting version"]


def plan_csv(document: PlanDocument) -> str:
    """A row for each action, and for each part of one."""
    labels, last = Labels(document), [document["plan"], fixed(document["point"])]
    waits = any(_waits(priority["actions"]) for priority in document["priorities"])

    def rows() -> Iterator[list[Value]]:
        for priority in document["priorities"]:
            for values in _actions(priority["actions"], None, labels, waits):
                yield [priority["number"], priority["title"], *values, *last]

    return comma_separated(_columns(waits), rows())


def _waits(actions: list[ActionDocument]) -> bool:
    """Whether the rating of any of the actions, or of their parts, awaits confirmation."""
    return any("awaiting" in action or _waits(action["actions"]) for action in actions)


def _columns(waits: bool) -> list[str]:
    return [*_ACTION[:-2], *(_AWAITING if waits else []), *_ACTION[-2:]]


def action_csv(document: SingleActionDocument) -> str:
    """A row for the action, and for each of its parts."""
    place: list[Value] = [document["priority"], document["priority_title"]]
    last = [document["plan"], fixed(document["point"])]
    waits = _waits([document["action"]])
    actions = _actions([document["action"]], None, Labels(document), waits)
    return comma_separated(_columns(waits), ([*place, *values, *last] for values in actions))


def _actions(actions: list[ActionDocument], parent: str | None, labels: Labels, waits: bool) -> Iterator[list[Value]]:
    for action in actions:
        due, evidence, waiting = action["timescale"], action["evidence"], action.get("awaiting")
        awaiting: list[Value] = [None] * 3
        if waiting:
            awaiting = [labels(waiting["rating"]), waiting["rated_on"], waiting["version"]]
        yield [
            action["number"],
            action.get("part_of", parent),
            action["text"],
            action["outcome"],
            action["status"],
            action["rating"],
            labels(action["rating"]),
            action["rated_on"],
            *([due["text"], due["due"], due["precision"], due["original"]] if due else [None] * 4),
            action["overdue"],
            "; ".join(action["leads"]),
            action["reports_to"],
            action["progress"],
            action["progress_on"],
            "; ".join(filed["title"] for filed in evidence),
            action["added_on"],
            *(awaiting if waits else []),
        ]
        yield from _actions(action["actions"], action["number"], labels, waits)


def comparison_csv(document: ComparisonDocument) -> str:
    """A row for each priority and one for the totals; each rating has a column for either point, and one for due."""
    ratings = document["ratings"]
    columns = ["priority", "title"]
    for label in [*_distinct(document), NOT_RATED]:
        columns += [f"{label} previous", f"{label} current"]
    columns += ["New", "Moved", "Closed", "Withdrawn", "Total previous", "Total current", "Due total"]
    columns += [f"Due {label}" for label in _distinct(document)]
    due = ["total", *(rating["code"] for rating in ratings)]
    if "unrated" in document["totals"]["due"]:
        columns.append(f"Due {NOT_RATED}")
        due.append("unrated")

    def figures(one: TotalsDocument) -> list[Value]:
        pairs = [*(one["ratings"][rating["code"]] for rating in ratings), one["unrated"]]
        counts = [count for pair in pairs for count in (pair["previous"], pair["current"])]
        counts += [one["new"], one["moved"], one["closed"], one["withdrawn"]]
        counts += [one["total"]["previous"], one["total"]["current"]]
        return [*counts, *(one["due"][name] for name in due)]

    last = [document["plan"], fixed(document["previous"]), fixed(document["current"])]
    rows: list[list[Value]] = [[row["priority"], row["title"], *figures(row), *last] for row in document["rows"]]
    rows.append(["Totals", None, *figures(document["totals"]), *last])
    return comma_separated([*columns, "plan", "previous", "current"], rows)


def _distinct(document: ComparisonDocument) -> list[str]:
    """The labels of the ratings; with the code where two have the same one, or one that another column has."""
    labels = [rating["label"] for rating in document["ratings"]]
    taken = {label for label in labels if labels.count(label) > 1} | {NOT_RATED, "Total", "total"}
    return [
        f"{rating['label']} ({rating['code']})" if rating["label"] in taken else rating["label"]
        for rating in document["ratings"]
    ]
