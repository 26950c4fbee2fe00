"""The paper ratings.json, the counts over time, as it follows from the events."""

from collections.abc import Sequence

from domain.proofs.verifying.calendar_days import month_end
from domain.proofs.verifying.compared_paper import Paper, Rows
from domain.proofs.verifying.folded_plan import At
from domain.proofs.verifying.json_values import Json
from domain.proofs.verifying.paper_parts import expected, ratings_key


def expected_counts(paper: Paper, document: dict[str, Json]) -> dict[str, Json]:
    """The counts by rating at the ends of months, quarters or years from the plan's opening on."""
    now = paper.at(document["point"])
    every, days = _days(now.fold.opened, now.day)
    plans = [At(now.fold, day, now.basis) for day in days]
    ratings, counts = _ratings(now, plans), []
    for plan in plans:
        found = plan.by_rating()
        counts.append(
            {
                "on": plan.day,
                "ratings": {one["code"]: found[one["code"]] for one in ratings.rows},
                "unrated": found["unrated"],
                "total": found.total(),
            }
        )
    over_time = Rows("day", "its counts over time", "on", counts)
    return expected(paper, document, ratings=ratings, every=every, counts=over_time)


def _ratings(now: At, days: Sequence[At]) -> Rows:
    """Each rating that was counted on one of the days, in the order of the scale of the last, then of those before."""
    found = {rating["code"]: rating for rating in now.scale.get("ratings", [])}
    for action in now.fold.actions:
        for at in days:
            if action in at.counted and (meaning := at.meaning(action)):
                found.setdefault(meaning["code"], meaning)
    scales = (at.scale.get("ratings", []) for at in reversed(days))
    order = [one["code"] for scale in scales for one in scale if one["code"] in found]
    return ratings_key(found[code] for code in (*order, *found))


def _days(first: str, last: str) -> tuple[str, list[str]]:
    """The distance between the days of the counts, and the days: at most 24, or years, at most 60."""
    opened, asked = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (first, last))
    steps = {"month": (1, 0), "quarter": (3, 2), "year": (12, 2)}
    ending = {name: range(opened + (last - opened) % step, asked + 1, step) for name, (step, last) in steps.items()}
    every = next((name for name, months in ending.items() if len(months) + (asked not in months) <= 24), "year")
    ends = [month_end(month) for month in ending[every][-60:]]
    return every, [*(end for end in ends if end < last), last]
