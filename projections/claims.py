"""Is what a published paper says borne out by the record, and does the paper agree with itself?

A claim is one figure of the paper. Its counterpart is taken from the comparison of the paper's two points, so that the
audit can never count otherwise than the table does.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import TypedDict

from domain.events import PointText
from domain.plan.plan_at import PlanAt
from domain.strict_json import NotJson, read_json
from projections.claims_record import ClaimsRecord
from projections.contradictions import UNRATED, Claim, ClaimDocument, ContradictionDocument, contradictions
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document
from projections.rag_comparison import rag_comparison

#: Most claims audited at a time: every figure of the longest paper many times over.
MOST_CLAIMS = 10_000
#: Each claim is an object; within their texts there may be brackets too.
_MOST_BRACKETS = 5 * MOST_CLAIMS
#: Most things said to be wrong with them, each in a sentence.
_MOST_PROBLEMS = 1000


class ClaimUnreadable(ValueError):
    """What was given are not claims, or one speaks of something the plan does not have."""


class Claims(BaseModel):
    """The figures of a paper, and the two points it compares."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    previous: PointText
    current: PointText
    claims: tuple[Claim, ...]


class DifferenceDocument(TypedDict):
    """A claim that the record does not bear out, and what the record says."""

    claim: ClaimDocument
    record: int


class AuditDocument(Heading):
    """A paper's figures against the record, and against each other."""

    previous: PointDocument
    current: PointDocument
    claims: int
    borne_out: int
    differences: list[DifferenceDocument]
    contradictions: list[ContradictionDocument]


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
        problems = [_problem(detail) for detail in error.errors(include_url=False, include_context=False)]
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise ClaimUnreadable("; ".join(problems[:5]) + more) from None


def _problem(detail: Any) -> str:
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
            sentence = detail["msg"].removeprefix("Value error, ").replace("Input should", "should")
    return f"{where[:100]}: {sentence}"


#: Field -> what is to be said there.
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


def audit(previous: PlanAt, current: PlanAt, claims: Sequence[Claim]) -> AuditDocument:
    """A paper's figures against the record at its two points, and against each other.

    Raises:
        ClaimUnreadable: a claim names a priority or rating that the comparison does not have.
    """
    comparison = rag_comparison(previous, current)
    codes = [*(rating["code"] for rating in comparison["ratings"]), UNRATED]
    numbers = [row["priority"] for row in comparison["rows"]]
    word = comparison["priority_word"]
    for place, claim in enumerate(claims, 1):
        _known(place, claim, word.lower(), claim.priority, numbers)
        _known(place, claim, "rating", claim.rating, codes)
    record = ClaimsRecord(previous, current, comparison)
    differences: list[DifferenceDocument] = [
        {"claim": claim.document(), "record": count}
        for claim in claims
        if (count := record.count(claim)) != claim.count
    ]
    return {
        **heading(current),
        "previous": point_document(previous.point),
        "current": point_document(current.point),
        "claims": len(claims),
        "borne_out": len(claims) - len(differences),
        "differences": differences,
        "contradictions": contradictions(claims, codes, numbers, word),
    }


def _known(place: int, claim: Claim, what: str, named: str | None, known: list[str]) -> None:
    if named is not None and named not in known:
        there_is = ", ".join(known) or "none"
        raise ClaimUnreadable(f"claim {place} ({claim.where}): there is no {what} {named!r}; there is {there_is}")
