"""How did the document come to be? Its versions as issued, and the forums it was presented to."""

from datetime import date

from typing_extensions import TypedDict

from domain.instants import instant_text
from domain.plan.plan_at import PlanAt
from domain.points import Point
from projections.heading import Heading, heading
from projections.lateness import days_late
from projections.point import PointDocument, point_document


class VersionDocument(TypedDict):
    """A version of the plan document. `version` is that of the event that issued it, which `point` is frozen at."""

    label: str
    issued_on: str
    summary: str
    author: str | None
    point: PointDocument
    recorded_at: str
    version: int


class PresentedDocument(TypedDict):
    """A report presented to a forum, with the points it showed.

    `recorded_at` is when that was recorded, `late_by_days` how many days that was after it.
    """

    forum: str
    on: str
    title: str | None
    previous: PointDocument | None
    current: PointDocument
    recorded_at: str
    late_by_days: int
    version: int


class HistoryDocument(Heading):
    """The document history of a plan at a point, oldest first."""

    point: PointDocument
    versions: list[VersionDocument]
    presented: list[PresentedDocument]


def document_history(plan: PlanAt) -> HistoryDocument:
    """The versions issued and the reports presented by a point, as known at its basis."""
    versions: list[VersionDocument] = []
    for said in plan.issues:
        frozen = _point(plan, (said.effective_on, said.version), f"issue:{said.value.label}")
        versions.append({
            "label": said.value.label,
            "issued_on": said.effective_on.isoformat(),
            "summary": said.value.summary,
            "author": said.value.author,
            "point": frozen,
            "recorded_at": frozen["known_at"],
            "version": said.version,
        })  # fmt: skip
    presented: list[PresentedDocument] = [
        {
            "forum": said.value.forum,
            "on": said.effective_on.isoformat(),
            "title": said.value.title,
            "previous": _point(plan, said.value.previous) if said.value.previous else None,
            "current": _point(plan, said.value.current),
            "recorded_at": instant_text(plan.known_at(said.version)),
            "late_by_days": days_late(said.effective_on, plan.known_at(said.version)),
            "version": said.version,
        }
        for said in plan.presentations
    ]
    return {
        **heading(plan),
        "point": point_document(plan.point),
        "versions": versions,
        "presented": presented,
    }


def _point(plan: PlanAt, said: tuple[date, int], asked: str | None = None) -> PointDocument:
    """A point that was settled by an event; `asked` is how it was asked for, by default in its fixed form."""
    day, basis = said
    return point_document(Point(day, basis, plan.known_at(basis), asked or f"{day.isoformat()}@{basis}"))
