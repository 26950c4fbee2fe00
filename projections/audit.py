"""Is what a published paper says borne out by the record, and does the paper agree with itself?

A claim is one figure of the paper. It is checked against the comparison of the paper's two points, so that the audit
always counts as the table does.
"""

from collections.abc import Sequence

from typing_extensions import TypedDict

from domain.plan.plan_at import PlanAt
from domain.refusals import Refused, RuleCode
from projections.claims import UNRATED, Claim, ClaimDocument
from projections.claims_record import ClaimsRecord
from projections.contradictions import ContradictionDocument, contradictions
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document
from projections.rag_comparison import rag_comparison


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


def audit(previous: PlanAt, current: PlanAt, claims: Sequence[Claim]) -> AuditDocument:
    """A paper's figures against the record at its two points, and against each other.

    Raises:
        Refused: a claim names a priority or rating that the comparison does not have.
    """
    comparison = rag_comparison(previous, current)
    codes = [*(rating["code"] for rating in comparison["ratings"]), UNRATED]
    numbers = [row["priority"] for row in comparison["rows"]]
    word = comparison["priority_word"]
    for place, claim in enumerate(claims, 1):
        _known(place, claim, "priority", word.lower(), claim.priority, numbers)
        _known(place, claim, "rating", "rating", claim.rating, codes)
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


def _known(place: int, claim: Claim, field: str, what: str, named: str | None, known: list[str]) -> None:
    if named is not None and named not in known:
        there_is = ", ".join(known) or "none"
        sentence = f"claim {place} ({claim.where}): there is no {what} {named!r}; there is {there_is}"
        raise Refused(RuleCode.NOT_IN_THE_COMPARISON, sentence, field=field, index=place - 1)
