"""How sure are we? The level of assurance given on each priority, which stands beside its ratings."""

from typing_extensions import TypedDict

from domain.plan.plan_at import PlanAt, PriorityAt
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document


class AssuranceDocument(TypedDict):
    """A level of assurance, the report that gave it and from which day."""

    level: str
    report: str | None
    on: str


class GivenAssurance(AssuranceDocument):
    """An assurance with the version of the event that gave it."""

    version: int


class PriorityAssurance(TypedDict):
    """The assurance in force on a priority, and every one given before it, oldest first."""

    priority: str
    title: str
    assurance: GivenAssurance | None
    earlier: list[GivenAssurance]


class AssurancesDocument(Heading):
    """The assurance given on a plan's priorities at a point."""

    point: PointDocument
    priorities: list[PriorityAssurance]


def assurance_at(priority: PriorityAt) -> AssuranceDocument | None:
    """The assurance in force on one priority at a point."""
    given = priority.assurance
    if given is None:
        return None
    return {"level": given.value.level, "report": given.value.report, "on": given.effective_on.isoformat()}


def assurances_at(plan: PlanAt) -> AssurancesDocument:
    """The assurance on every priority at a point, with all earlier ones."""
    priorities: list[PriorityAssurance] = []
    for priority in plan.priorities:
        given: list[GivenAssurance] = [
            {
                "level": said.value.level,
                "report": said.value.report,
                "on": said.effective_on.isoformat(),
                "version": said.version,
            }
            for said in priority.assurances
        ]
        priorities.append(
            {
                "priority": priority.number,
                "title": priority.title.value if priority.title else "",
                "assurance": given[-1] if given else None,
                "earlier": given[:-1],
            }
        )
    return {
        **heading(plan),
        "point": point_document(plan.point),
        "priorities": priorities,
    }
