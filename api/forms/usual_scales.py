"""The rating scales that forms offer. Other scales need a file or a program."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: What a rating for complete actions may need; a form asks for each.
COMPLETING = ("needs_evidence", "needs_second_person")

_RED, _AMBER, _GREEN, _BLUE = "#d4351c", "#f47738", "#00703c", "#1d70b8"


@dataclass(frozen=True, slots=True)
class UsualScale:
    """A scale to choose: its label, and its ratings as in an event, worst first.

    `completes` is the code of its rating for complete actions; empty if it has none.
    """

    name: str
    ratings: tuple[dict[str, Any], ...]
    completes: str = ""

    def given(self, needs: Mapping[str, bool]) -> dict[str, Any]:
        """The scale as the event has it; `needs` is what its rating for complete actions needs."""
        complete = {"complete": True, **needs}
        ratings = [rating | (complete if rating["code"] == self.completes else {}) for rating in self.ratings]
        return {"name": self.name, "ratings": ratings}

    @property
    def words(self) -> str:
        """The ratings and their meanings, in a line."""
        said = "; ".join(f"{one['label']}: {one['meaning'].lower()}" for one in self.ratings)
        return said or "The actions of the plan have no ratings"


def _rating(code: str, label: str, meaning: str, colour: str, *, concern: bool = False) -> dict[str, Any]:
    said = {"code": code, "label": label, "meaning": meaning, "colour": colour}
    return said | ({"concern": True} if concern else {})


_RAG = (
    _rating("red", "Red", "Not on track", _RED, concern=True),
    _rating("amber", "Amber", "Some delay, or at risk of it", _AMBER, concern=True),
    _rating("green", "Green", "On track", _GREEN),
)
_FOUR = (
    _rating("4", "4", "Not achieved", _RED, concern=True),
    _rating("3", "3", "Slipped", _AMBER, concern=True),
    _rating("2", "2", "On track", _GREEN),
    _rating("1", "1", "Achieved", _BLUE),
)

#: Name in the form -> scale.
USUAL: dict[str, UsualScale] = {
    "ragb": UsualScale("Red, amber, green, blue", (*_RAG, _rating("blue", "Blue", "Complete", _BLUE)), "blue"),
    "rag": UsualScale("Red, amber, green", _RAG),
    "four": UsualScale("1 to 4", _FOUR, "1"),
    "none": UsualScale("Not rated", ()),
}
