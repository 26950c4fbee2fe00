"""How have the ratings moved, month by month? The counts at the end of each, from the plan's opening to a point.

All are as known at the point's basis: late events and withdrawals count from their effective days. For an action with
parts, its parts are counted, as in a comparison. Each timeline is read once, whatever the number of days.
"""

from bisect import bisect_left
from calendar import monthrange
from collections import Counter
from datetime import date
from typing import Literal, TypeAlias, TypeVar

from typing_extensions import TypedDict

from domain.plan.facts import Standing
from domain.plan.plan_at import PlanAt
from domain.plan.timeline import Assertion
from domain.scales import Rating
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document
from projections.scale import RatingDocument, key_of

Every: TypeAlias = Literal["month", "quarter", "year"]

#: More days than this in a row cannot be read: longer steps are taken.
MOST_DAYS = 24
#: A plan of centuries can only be a slip of input; at most this many years are counted.
MOST_YEARS = 60

# The length of each step in months, and its last month (0: January). Councils' financial years end on 31 March.
_STEPS: tuple[tuple[Every, int, int], ...] = (("month", 1, 0), ("quarter", 3, 2), ("year", 12, 2))

V = TypeVar("V")


class CountsDocument(TypedDict):
    """The actions in the plan on a day: by rating (every code of the key), without one, and in all."""

    on: str
    ratings: dict[str, int]
    unrated: int
    total: int


class RatingsOverTimeDocument(Heading):
    """The counts over time, oldest first; the last are those of the point's own day.

    `ratings` is the key to the codes: the scale of the point, then what was counted on former scales. `every` says at
    the ends of what the counts were taken; years end on 31 March.
    """

    point: PointDocument
    ratings: list[RatingDocument]
    every: Every
    counts: list[CountsDocument]


def ratings_over_time(plan: PlanAt) -> RatingsOverTimeDocument:
    """The counts by rating at the end of each month from the plan's opening to the point's day, and on that day.

    For more than 24 days, the step is a quarter; for more than 24 quarters, a year (the newest 60).
    """
    every, days = _days(plan.opening.effective_on, plan.effective_on)
    counts, ratings = _counts(plan, days)
    return {
        **heading(plan),
        "point": point_document(plan.point),
        "ratings": key_of(ratings.values()),
        "every": every,
        "counts": [
            {
                "on": day.isoformat(),
                "ratings": {code: count[code] for code in ratings},
                "unrated": count[None],
                "total": count.total(),
            }
            for day, count in zip(days, counts, strict=True)
        ],
    }


def _days(first: date, last: date) -> tuple[Every, list[date]]:
    """The step, and the days to count on; the last one is `last`."""
    opened, asked = (day.year * 12 + day.month - 1 for day in (first, last))
    for every, length, ending in _STEPS:
        months = range(opened + (ending - opened) % length, asked + 1, length)
        if len(months) + (asked not in months) <= MOST_DAYS or every == "year":
            break
    ends = (_month_end(month) for month in months[-MOST_YEARS:])
    return every, [*(end for end in ends if end < last), last]


def _month_end(month: int) -> date:
    year, place = divmod(month, 12)
    return date(year, place + 1, monthrange(year, place + 1)[1])


def _counts(plan: PlanAt, days: list[date]) -> tuple[list[Counter[str | None]], dict[str, Rating]]:
    """The counts by code (None: unrated) on each day, and the ratings of these codes."""
    scales = [
        {rating.code: rating for rating in said.value.ratings} if said else {} for said in _over(plan.scales, days)
    ]
    counts: list[Counter[str | None]] = [Counter() for _ in days]
    found: dict[str, Rating] = dict(scales[-1])
    actions = {action.id: action for action in plan.actions}
    for action, places in _counted(plan, days).items():
        given = _over(actions[action].ratings, days)
        for place in places:
            rated = given[place]
            rating = scales[place].get(rated.value.code) if rated else None
            if rated and rating is None:
                rating = plan.earlier(days[place]).find_rating(rated)
            counts[place][rating.code if rating else None] += 1
            if rating:
                found.setdefault(rating.code, rating)
    return counts, _in_order(found, scales)


def _in_order(found: dict[str, Rating], scales: list[dict[str, Rating]]) -> dict[str, Rating]:
    """The ratings in the order of the last day's scale, then of the earlier days' scales, newest first."""
    order = dict.fromkeys(code for scale in reversed(scales) for code in scale if code in found)
    return {code: found[code] for code in (*order, *(code for code in found if code not in order))}


def _counted(plan: PlanAt, days: list[date]) -> dict[int, list[int]]:
    """Each action (the version that added it) with the indexes of the days on which it is in the plan without parts."""
    standings: dict[int, list[Standing | None]] = {}
    split: dict[int, set[int]] = {}
    for action in plan.actions:  # a whole is added before its parts
        standing = [said.value if said else None for said in _over(action.own_standings, days)]
        if (parent := action.parent_id) is not None:  # as in ActionAt.standing
            above = standings[parent]
            standing = [(whole or own) if own == "open" else own for own, whole in zip(standing, above, strict=True)]
            split.setdefault(parent, set()).update(p for p, own in enumerate(standing) if own == "open")
        standings[action.id] = standing
    none: set[int] = set()
    return {
        action: [p for p, own in enumerate(standing) if own == "open" and p not in split.get(action, none)]
        for action, standing in standings.items()
    }


def _over(told: list[Assertion[V]], days: list[date]) -> list[Assertion[V] | None]:
    """The assertion in force on each of the days, from all assertions of a fact by the last day."""
    values: list[Assertion[V] | None] = []
    current: Assertion[V] | None = None
    for said in told:
        values += [current] * (bisect_left(days, said.effective_on) - len(values))
        current = said
    return values + [current] * (len(days) - len(values))
