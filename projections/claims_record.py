"""What does the record say where a paper claims a figure? Taken from the comparison of the paper's two points."""

from collections import Counter

from domain.plan.plan_at import PlanAt
from projections.claims import UNRATED, Claim
from projections.comparison_tables import ComparisonDocument, TotalsDocument
from projections.counted_behind import rating_now
from projections.difference import Between
from projections.rag_comparison import Movement, counted_at, movements


class ClaimsRecord:
    """The figures of a comparison, and those that it does not print.

    It does not print the actions due by the previous point's own day, nor movements by rating. A new action had no
    rating at the previous point. At the current point, an action that has left is counted under its last rating, and a
    split one under the rating of its first part.
    """

    def __init__(self, previous: PlanAt, current: PlanAt, comparison: ComparisonDocument) -> None:
        self._between = Between(previous, current)
        self._tables: dict[str | None, TotalsDocument] = {row["priority"]: row for row in comparison["rows"]}
        self._tables[None] = comparison["totals"]
        self._before, self._now = counted_at(previous), counted_at(current)
        #: (population, at, priority, code) -> count, for the figures that the comparison does not print.
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        for was in self._before.values():
            if was.due:
                self._counts["due", "previous", was.priority, was.rating.code if was.rating else UNRATED] += 1
        for movement in movements(current, self._before, self._now):
            name, priority = movement.name, movement.priority
            self._counts[name, "previous", priority, self._previous_rating(movement)] += movement.step
            self._counts[name, "current", priority, self._current_rating(movement)] += movement.step

    def count(self, claim: Claim) -> int:
        """The record's figure for a claim."""
        table, at = self._tables[claim.priority], claim.at
        match claim.population, claim.rating:
            case "all", None:
                return table["total"][at]
            case "all", code:
                return table["unrated"][at] if code == UNRATED else table["ratings"][code or ""][at]
            case "due", code if at == "current":
                rated = sum(count for name, count in table["due"].items() if name not in ("total", UNRATED))
                return table["due"]["total"] - rated if code == UNRATED else table["due"][code or "total"]
            case "new" | "closed" | "withdrawn" as movement, None:
                return table[movement]
        return sum(
            count
            for (population, when, priority, code), count in self._counts.items()
            if (population, when) == (claim.population, at)
            and claim.priority in (None, priority)
            and claim.rating in (None, code)
        )

    def _previous_rating(self, movement: Movement) -> str:
        was = self._before.get(movement.action)
        return was.rating.code if was and was.rating and movement.name != "new" else UNRATED

    def _current_rating(self, movement: Movement) -> str:
        now = rating_now(self._between, movement, self._before, self._now)
        return now.rating.code if now and now.rating else UNRATED
