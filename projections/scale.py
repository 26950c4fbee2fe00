"""A rating scale as data: the key of every paper."""

from collections.abc import Iterable
from typing import NotRequired

from typing_extensions import TypedDict

from domain.plan.plan_at import PlanAt
from domain.scales import Rating, Scale


class RatingDocument(TypedDict):
    """One rating of a scale. `needs_second_person` stands there only where it is so."""

    code: str
    label: str
    meaning: str | None
    colour: str | None
    complete: bool
    needs_evidence: bool
    concern: bool
    needs_second_person: NotRequired[bool]


class ScaleDocument(TypedDict):
    """A rating scale, worst first."""

    name: str
    ratings: list[RatingDocument]


def rating_document(rating: Rating) -> RatingDocument:
    """One rating as data."""
    document: RatingDocument = {
        "code": rating.code,
        "label": rating.label,
        "meaning": rating.meaning,
        "colour": rating.colour,
        "complete": rating.complete,
        "needs_evidence": rating.needs_evidence,
        "concern": rating.concern,
    }
    if rating.needs_second_person:
        document["needs_second_person"] = True
    return document


def scale_document(scale: Scale | None) -> ScaleDocument:
    """A scale as data; an empty one if the plan has none yet."""
    if scale is None:
        return {"name": "None yet", "ratings": []}
    return {"name": scale.name, "ratings": key_of(scale.ratings)}


def key_of(ratings: Iterable[Rating]) -> list[RatingDocument]:
    """Ratings as a key to their codes."""
    return [rating_document(rating) for rating in ratings]


def ratings_key(plan: PlanAt) -> list[RatingDocument]:
    """The key to the rating codes that can occur at a point: those of the day's scale, then those of former scales."""
    key: dict[str, Rating] = {}
    for said in reversed(plan.scales):
        for rating in said.value.ratings:
            key.setdefault(rating.code, rating)
    return key_of(key.values())
