"""The claims of a published paper: its figures, read from JSON."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict

from domain.events import PointText
from domain.misfits import should_be
from domain.refusals import Unprocessable
from domain.strict_json import NotJson, read_json
from domain.texts import Line

#: In place of a rating code: actions without a rating.
UNRATED = "unrated"

#: The most claims of one audit: many times the figures of the longest paper.
MOST_CLAIMS = 10_000
#: The most brackets: one for each claim, and some within their texts.
_MOST_BRACKETS = 5 * MOST_CLAIMS
#: The most faults that are reported, each in a sentence.
_MOST_PROBLEMS = 1000


class ClaimUnreadable(Unprocessable):
    """These are not claims, or one speaks of something the plan does not have."""

    code, field = "unreadable-claim", "claims"


class Claim(BaseModel):
    """One figure of a paper."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    where: Line = Field(description="Where the paper says so, such as `headline`.")
    priority: Line | None = Field(default=None, description="Number of the priority; none: the whole plan.")
    population: Literal["all", "due", "new", "closed", "withdrawn"]
    at: Literal["previous", "current"]
    rating: Line | None = Field(default=None, description="Code of the rating; none: any; `unrated`: without one.")
    count: Annotated[int, Field(ge=0, le=10**9, strict=True)]

    def document(self) -> "ClaimDocument":
        """The claim as data."""
        return {
            "where": self.where,
            "priority": self.priority,
            "population": self.population,
            "at": self.at,
            "rating": self.rating,
            "count": self.count,
        }


class ClaimDocument(TypedDict):
    """A claim, as in `Claim`."""

    where: str
    priority: str | None
    population: str
    at: str
    rating: str | None
    count: int


class Claims(BaseModel):
    """The figures of a paper, and the two points it compares."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    previous: PointText
    current: PointText
    claims: tuple[Claim, ...]


def read_claims(text: str | bytes) -> Claims:
    """Read the figures of a paper from JSON; raises ClaimUnreadable, which names the claim and the field."""
    try:
        data = read_json(text, _MOST_BRACKETS)
    except NotJson as error:
        raise ClaimUnreadable(str(error)) from None
    if not isinstance(data, dict):
        raise ClaimUnreadable('claims are a JSON object: {"previous": POINT, "current": POINT, "claims": [...]}')
    if isinstance(held := data.get("claims"), list) and len(held) > MOST_CLAIMS:
        raise ClaimUnreadable(f"claims: there are {len(held):,}, and at most {MOST_CLAIMS:,} are read at a time")
    try:
        return Claims.model_validate(data)
    except ValidationError as error:
        if error.error_count() > _MOST_PROBLEMS:
            raise ClaimUnreadable(
                f"{error.error_count():,} things are wrong, so these are hardly claims at all: a claim has the fields "
                + ", ".join(Claim.model_fields)
            ) from None
        problems = [_problem(detail) for detail in error.errors(include_url=False)]
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise ClaimUnreadable("; ".join(problems[:5]) + more) from None


def _problem(detail: ErrorDetails) -> str:
    match detail["loc"]:
        case ("claims", int(place), *fields):
            where = ".".join(["claim " + str(place + 1), *map(str, fields)])
        case fields:
            where = ".".join(map(str, fields))
    name = str(fields[-1]) if fields else ""
    match detail["type"]:
        case "missing":
            sentence = f"is missing; say {_SHOULD_BE.get(name, 'it')}"
        case "extra_forbidden":
            sentence = f"is no field here; there are {', '.join(_SHOULD_BE)}"
        case "int_type":
            sentence = "should be a whole number"
        case "string_pattern_mismatch":
            sentence = "is empty or holds a character that cannot stand here"
        case _:
            sentence = should_be(detail)
    return f"{where[:100]}: {sentence}"


#: Field -> the values allowed there.
_SHOULD_BE = {
    "previous": "the point that the paper compares from, such as issue:2.0",
    "current": "the point that it reports, such as issue:3.0",
    "claims": "its figures, a list",
    "where": "where the paper says so, such as headline",
    "priority": "the number of the priority",
    "population": "all, due, new, closed or withdrawn",
    "at": "previous or current",
    "rating": "the code of the rating",
    "count": "the figure, a whole number",
}
