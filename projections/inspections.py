"""Which inspections does the plan answer to, and what did they judge?"""

from typing_extensions import TypedDict

from domain.plan.plan_at import PlanAt


class JudgementDocument(TypedDict):
    """An inspection's judgement of one area."""

    area: str
    grade: str


class InspectionDocument(TypedDict):
    """An inspection as reported."""

    body: str
    framework: str | None
    inspected_from: str | None
    inspected_to: str | None
    published_on: str | None
    judgements: list[JudgementDocument]


def inspections_at(plan: PlanAt) -> list[InspectionDocument]:
    """The inspections reported by a point, oldest first."""
    return [
        {
            "body": said.value.body,
            "framework": said.value.framework,
            "inspected_from": said.value.inspected_from.isoformat() if said.value.inspected_from else None,
            "inspected_to": said.value.inspected_to.isoformat() if said.value.inspected_to else None,
            "published_on": said.value.published_on.isoformat() if said.value.published_on else None,
            "judgements": [{"area": area, "grade": grade} for area, grade in said.value.judgements],
        }
        for said in plan.inspections
    ]
