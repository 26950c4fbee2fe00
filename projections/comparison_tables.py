"""The types of a comparison's document: counts at two points, by rating and by priority."""

from typing_extensions import TypedDict

from projections.heading import Heading
from projections.point import PointDocument
from projections.scale import RatingDocument


class Pair(TypedDict):
    """A count at the previous point and at the current one."""

    previous: int
    current: int


class TotalsDocument(TypedDict):
    """Counts over a set of actions. `due` counts those due by the current day, in all and by current rating.

    It counts those without a rating as `unrated`, in every table of a comparison in which there are any.
    """

    ratings: dict[str, Pair]
    unrated: Pair
    new: int
    closed: int
    withdrawn: int
    moved: int
    total: Pair
    due: dict[str, int]


class RowDocument(TotalsDocument):
    """The counts of one priority."""

    priority: str
    title: str


class ChangeDocument(TypedDict):
    """An action whose rating differs, or whose current rating is a concern, with the versions that rated it.

    `why` is "changed", "unchanged concern", or "split" of a rated action that is now counted by its parts: it has no
    current rating then. `corrected_by` is the version that withdrew the previous rating as recorded in error: then the
    difference is one of the record and not of the action.
    """

    action: str
    priority: str
    text: str
    previous: str | None
    current: str | None
    direction: str
    why: str
    previous_version: int | None
    current_version: int | None
    corrected_by: int | None


class Compared(Heading):
    """The figures of a comparison. `ratings` is the key to the codes, in the order of the columns."""

    previous: PointDocument
    current: PointDocument
    ratings: list[RatingDocument]
    rows: list[RowDocument]
    totals: TotalsDocument
    changes: list[ChangeDocument]


class ComparisonDocument(Compared):
    """Previous against current. `ratings` is the key to the codes, in the order of the columns."""

    narrative: list[str]
