"""Which words has nobody touched? Progress that speaks of a month gone by, or is older than the reporting cycle."""

from datetime import date
from itertools import pairwise
from statistics import median_high

from typing_extensions import TypedDict

from domain.plan import Action, Plan, natural_order
from domain.points import Point
from domain.timeline import end_of
from domain.timescales import months_named
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document


class StaleText(TypedDict):
    """A progress text in force that is out of date, and why."""

    number: str
    priority: str
    text: str
    reported_on: str
    age_days: int
    why: str
    version: int


class SilentAction(TypedDict):
    """An action of which no progress was ever reported, although it has been in the plan for longer than a cycle."""

    number: str
    priority: str
    text: str
    added_on: str
    age_days: int
    version: int


class StaleDocument(Heading):
    """The out-of-date texts of a plan at a point. `cycle_days` is null before the plan has been reported on twice."""

    point: PointDocument
    cycle_days: int | None
    stale: list[StaleText]
    silent: list[SilentAction]


def stale_texts_at(plan: Plan, point: Point) -> StaleDocument:
    """The progress texts in force that nobody has touched since they went out of date; only of what is not complete.

    A text is stale when it names a month that was still running or to come on the text's own day and has since ended,
    or when it is older than the plan's reporting cycle.
    """
    end, basis = plan.day_end(point), point.basis
    cycle = reporting_cycle(plan, point)
    stale: list[StaleText] = []
    silent: list[SilentAction] = []
    for action in plan.actions.values():
        if not action.is_open(end, basis) or plan.is_complete(action, end, basis):
            continue
        if text := _stale(action, point, cycle):
            stale.append(text)
        elif quiet := _silent(action, point, cycle):
            silent.append(quiet)
    stale.sort(key=lambda entry: (natural_order(entry["priority"]), natural_order(entry["number"])))
    silent.sort(key=lambda entry: (natural_order(entry["priority"]), natural_order(entry["number"])))
    return {
        **heading(plan),
        "point": point_document(point),
        "cycle_days": cycle,
        "stale": stale,
        "silent": silent,
    }


def reporting_cycle(plan: Plan, point: Point) -> int | None:
    """How many days usually lie between two days on which the plan was issued or presented: the median.

    Of an even number of gaps the longer of the two in the middle, so that nothing is called old too early.
    """
    end, basis = plan.day_end(point), point.basis
    days = {said.effective_on for timeline in (plan.issues, plan.presentations) for said in timeline.all(end, basis)}
    told = sorted(days)
    gaps = [(later - earlier).days for earlier, later in pairwise(told)]
    return median_high(gaps) if gaps else None


def _stale(action: Action, point: Point, cycle: int | None) -> StaleText | None:
    reported = action.progress.at(end_of(point.effective_on), point.basis)
    if reported is None:
        return None
    today, on = point.effective_on, reported.effective_on
    past = [month for month in months_named(reported.value) if on <= month < today]
    age = (today - on).days
    why = [f"speaks of {_joined([_month(month) for month in past])}, now past"] if past else []
    if cycle is not None and age > cycle:
        why.append(f"older than the reporting cycle of {cycle} day{'' if cycle == 1 else 's'}")
    if not why:
        return None
    number, priority = _place(action, point)
    return {
        "number": number,
        "priority": priority,
        "text": reported.value,
        "reported_on": on.isoformat(),
        "age_days": age,
        "why": "; ".join(why),
        "version": reported.version,
    }


def _silent(action: Action, point: Point, cycle: int | None) -> SilentAction | None:
    """An action that was never reported on; one with parts is reported on through them, and they through it."""
    end, basis = end_of(point.effective_on), point.basis
    one: Action | None = action
    while one is not None:
        if one.progress.at(end, basis):
            return None
        one = one.parent
    added = action.standing.at(end, basis)
    first = next(action.standing.known(basis), added)
    if cycle is None or first is None or action.open_parts(end, basis):
        return None
    age = (point.effective_on - first.effective_on).days
    if age <= cycle:
        return None
    number, priority = _place(action, point)
    text = action.text.at(end, basis)
    return {
        "number": number,
        "priority": priority,
        "text": text.value if text else "",
        "added_on": first.effective_on.isoformat(),
        "age_days": age,
        "version": action.added,
    }


def _place(action: Action, point: Point) -> tuple[str, str]:
    end, basis = end_of(point.effective_on), point.basis
    number, priority = action.number.at(end, basis), action.priority_at(end, basis)
    assert number is not None and priority is not None, "an action in the plan has a number and a priority"
    return number.value, priority


def _month(day: date) -> str:
    return f"{day:%B %Y}"


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
