"""Is a published paper borne out by the record?"""

from api.papers.compose.audit_paper import audit_paper
from api.questions.question import OfTwoPoints
from api.questions.question_parameters import Parameter
from domain.plan.plan_at import PlanAt
from projections.audit import AuditDocument, audit
from projections.claims import Claims

_CLAIMS = Parameter(
    name="claims", kind="claims", stands="argument", required=True, help="What a published paper claims"
)


def _audit(previous: PlanAt, current: PlanAt, *, claims: Claims) -> AuditDocument:
    return audit(previous, current, claims.claims)


AUDIT = OfTwoPoints(
    name="audit",
    place=180,
    sentence="Read a published paper against the record.",
    help="""Read the counts that a published paper CLAIMS (a JSON file) against the record of a PLAN.

Lists every claim that the record does not bear out and every claim that contradicts another. Exits with 1 when
there are any.

\b
The file holds the two points the paper compares, and its figures:
  {"previous": "issue:2.0", "current": "issue:3.0", "claims": [
    {"where": "headline", "population": "due", "at": "current",
     "rating": "completed", "count": 33},
    {"where": "paragraph 4", "priority": "2", "population": "all",
     "at": "previous", "count": 12}]}

\b
  population  all, due, new, closed or withdrawn
  at          previous or current
  rating      the code of a rating; left out or null: any; "unrated": none
  priority    its number; left out or null: the whole plan""",
    examples=("sunderland examples/sunderland-claims.json",),
    points=(),
    compared=lambda given: (given["claims"].previous, given["claims"].current),
    own=(_CLAIMS,),
    projection=_audit,
    compose=audit_paper,
    posted=True,
    finds=lambda document: bool(document["differences"] or document["contradictions"]),
)
