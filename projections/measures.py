"""What do the figures say? Each measure with its baseline, target and the values reported, newest last."""

from typing_extensions import TypedDict

from domain.plan.number_order import natural_order
from domain.plan.plan_at import MeasureAt, PlanAt
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document


class ReadingDocument(TypedDict):
    """A measure's value for a period, as reported on a day."""

    period: str
    value: str
    standing: str | None
    on: str


class MeasureDocument(TypedDict):
    """A measure with its newest value."""

    measure: str
    title: str
    unit: str | None
    baseline: str | None
    target: str | None
    priority: str | None
    latest: ReadingDocument | None


class ReportedReading(ReadingDocument):
    """A value with the version of the event that reported it."""

    version: int


class MeasureHistory(MeasureDocument):
    """A measure with every value reported, oldest first; of one period told twice, the later telling."""

    readings: list[ReportedReading]


class MeasuresDocument(Heading):
    """A plan's measures at a point, with their values over time."""

    point: PointDocument
    measures: list[MeasureHistory]


def measures_at(plan: PlanAt) -> list[MeasureDocument]:
    """Every measure defined by the point, with its newest value, in the order of their priorities."""
    documents = [document for measure in plan.measures if (document := _measure(measure))]
    documents.sort(key=lambda document: (natural_order(document["priority"] or "~"), document["measure"]))
    return documents


def measures_over_time(plan: PlanAt) -> MeasuresDocument:
    """Every measure defined by the point, with all values reported by then."""
    histories: list[MeasureHistory] = [
        {**document, "readings": _readings(plan.measure(document["measure"]))} for document in measures_at(plan)
    ]
    return {
        **heading(plan),
        "point": point_document(plan.point),
        "measures": histories,
    }


def _measure(measure: MeasureAt) -> MeasureDocument | None:
    defined = measure.definition
    if defined is None:
        return None
    reading = measure.reading
    title, unit, baseline, target, priority = defined.value
    return {
        "measure": measure.code,
        "title": title,
        "unit": unit,
        "baseline": baseline,
        "target": target,
        "priority": priority,
        "latest": None
        if reading is None
        else {
            "period": reading.value.period,
            "value": reading.value.value,
            "standing": reading.value.standing,
            "on": reading.effective_on.isoformat(),
        },
    }


def _readings(measure: MeasureAt | None) -> list[ReportedReading]:
    by_period: dict[str, ReportedReading] = {}
    for said in measure.readings if measure else ():
        by_period[said.value.period] = {
            "period": said.value.period,
            "value": said.value.value,
            "standing": said.value.standing,
            "on": said.effective_on.isoformat(),
            "version": said.version,
        }
    return list(by_period.values())
