"""Rating scales: the ratings of a plan's actions, in the plan's own order.

A colour means different things in different councils: amber is "on track" in one and "some delay" in another. So a
scale belongs to its plan, gives every rating a label, and says which ratings are complete or a concern.
"""

from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.refusals import EventCode, Misfit
from domain.texts import Code, Line, Text

#: Keys of a comparison beside the rating codes, and so no rating codes themselves.
RESERVED_CODES = frozenset({"total", "unrated"})

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class Rating(BaseModel):
    """One value of a scale."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    code: Code = Field(description="Short name used in events and data, such as `amber` or `2`.")
    label: Line = Field(description="The word people read.")
    meaning: Text | None = Field(default=None, description="What the rating says, in the plan's own key.")
    colour: Colour | None = Field(default=None, description="Colour beside the label, as #rrggbb; never the only sign.")
    complete: bool = Field(default=False, strict=True, description="An action with this rating is complete.")
    needs_evidence: bool = Field(default=False, strict=True, description="The rating is refused without evidence.")
    concern: bool = Field(default=False, strict=True, description="Listed among the changes even when unchanged.")
    needs_second_person: bool = Field(
        default=False, strict=True, description="The rating counts only once somebody else has confirmed it."
    )


class Scale(BaseModel):
    """A rating scale, worst rating first. A scale without ratings is that of a plan that does not rate its actions."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: Line
    ratings: tuple[Rating, ...] = Field(max_length=20)

    @model_validator(mode="after")
    def _codes_are_distinct(self) -> Self:
        codes = [rating.code for rating in self.ratings]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            sentence = f"the scale has the code {twice[0]!r} more than once; give every rating a code of its own"
            raise Misfit(EventCode.CODE_TWICE, "", sentence)
        if reserved := sorted(RESERVED_CODES.intersection(codes)):
            sentence = f"{reserved[0]!r} cannot be a rating code: comparisons use the word for their sums"
            raise Misfit(EventCode.CODE_RESERVED, "", sentence)
        return self

    def find(self, code: str) -> Rating | None:
        """The rating with this code, or None where the scale has none."""
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> dict[str, Rating]:
        return {rating.code: rating for rating in self.ratings}

    def direction(self, previous: str | None, current: str | None) -> str | None:
        """`better`, `worse` or `same`, by the order of the scale; None where it does not hold both codes."""
        if previous == current:
            return "same"
        codes = [rating.code for rating in self.ratings]
        if previous not in codes or current not in codes:
            return None
        return "better" if codes.index(current) > codes.index(previous) else "worse"
