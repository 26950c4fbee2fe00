"""The rating scales that forms offer. Other scales need a file or a program."""

from collections.abc import Mapping

from domain.scales import Rating, Scale

#: What a rating for complete actions may need; a form asks for each.
COMPLETING = ("needs_evidence", "needs_second_person")

_RED, _AMBER, _GREEN, _BLUE = "#d4351c", "#f47738", "#00703c", "#1d70b8"
_RAG = (
    Rating(code="red", label="Red", meaning="Not on track", colour=_RED, concern=True),
    Rating(code="amber", label="Amber", meaning="Some delay, or at risk of it", colour=_AMBER, concern=True),
    Rating(code="green", label="Green", meaning="On track", colour=_GREEN),
)
_COMPLETE = Rating(code="blue", label="Blue", meaning="Complete", colour=_BLUE, complete=True)
_FOUR = (
    Rating(code="4", label="4", meaning="Not achieved", colour=_RED, concern=True),
    Rating(code="3", label="3", meaning="Slipped", colour=_AMBER, concern=True),
    Rating(code="2", label="2", meaning="On track", colour=_GREEN),
    Rating(code="1", label="1", meaning="Achieved", colour=_BLUE, complete=True),
)

#: Name in a form -> scale.
USUAL: dict[str, Scale] = {
    "ragb": Scale(name="Red, amber, green, blue", ratings=(*_RAG, _COMPLETE)),
    "rag": Scale(name="Red, amber, green", ratings=_RAG),
    "four": Scale(name="1 to 4", ratings=_FOUR),
    "none": Scale(name="Not rated", ratings=()),
}


def completed_with(scale: Scale, needs: Mapping[str, bool]) -> dict[str, object]:
    """The scale as an event has it; `needs` is what its rating for complete actions needs."""
    ratings = tuple(one.model_copy(update=needs) if one.complete else one for one in scale.ratings)
    return scale.model_copy(update={"ratings": ratings}).model_dump(mode="json", exclude_unset=True)


def in_a_line(scale: Scale) -> str:
    """The ratings of a scale and their meanings."""
    said = "; ".join(f"{one.label}: {(one.meaning or '').lower()}" for one in scale.ratings)
    return said or "The actions of the plan have no ratings"
