"""Which words has nobody touched? Progress that speaks of a month gone by, or is older than the reporting cycle."""

import re
from datetime import date
from itertools import pairwise
from statistics import median_high

from typing_extensions import TypedDict

from domain.plan.action_at import ActionAt
from domain.plan.number_order import natural_order
from domain.plan.plan_at import PlanAt
from domain.timescales import months_named
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document

_DONE = "completed|achieved|introduced|implemented|launched|held|took place|met"
_WHEN = "in|on|at|during|from|since|early|late|mid|end|of|the|again|[a-z]{1,20}ly"
# Between the word and the month: at most two words about when or how, and the day of the month.
_DONE_IN = re.compile(
    rf"\b(?:{_DONE})(?:[\s:(]{{1,3}}(?:{_WHEN})){{0,2}}[\s:(]{{1,3}}"
    r"(?:(?:[0-9]{1,2}(?:st|nd|rd|th)? (?:of )?)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
    r"|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4})\b",
    re.IGNORECASE,
)
_STILL_TO_DO = re.compile(
    r"\b(?:be|being|to have|will|shall|should|would|could|may|might|must|not|once|when|if|until|unless)"
    r"(?:\W{1,3}\w{1,20}){0,2}\W{0,3}$",
    re.IGNORECASE,
)


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


def stale_texts_at(plan: PlanAt) -> StaleDocument:
    """The progress texts in force that have gone out of date, of actions that are not complete.

    A text is stale if it names a month that had not ended on the text's own day but has ended since, or if it is older
    than the plan's reporting cycle. Something done in the month of its text ("Completed in October 2019") is no
    promise: the text does not go stale with that month.
    """
    cycle = reporting_cycle(plan)
    stale: list[StaleText] = []
    silent: list[SilentAction] = []
    for action in plan.actions:
        if not action.is_open or action.is_complete:
            continue
        if text := _stale(action, plan.effective_on, cycle):
            stale.append(text)
        elif quiet := _silent(action, plan.effective_on, cycle):
            silent.append(quiet)
    stale.sort(key=lambda entry: (natural_order(entry["priority"]), natural_order(entry["number"])))
    silent.sort(key=lambda entry: (natural_order(entry["priority"]), natural_order(entry["number"])))
    return {
        **heading(plan),
        "point": point_document(plan.point),
        "cycle_days": cycle,
        "stale": stale,
        "silent": silent,
    }


def reporting_cycle(plan: PlanAt) -> int | None:
    """The median number of days between two days on which the plan was issued or presented; None before the second.

    Of an even number of gaps, it is the longer of the two in the middle, so that no text is called old too early.
    """
    days = {said.effective_on for said in plan.issues} | {said.effective_on for said in plan.presentations}
    told = sorted(days)
    gaps = [(later - earlier).days for earlier, later in pairwise(told)]
    return median_high(gaps) if gaps else None


def _stale(action: ActionAt, today: date, cycle: int | None) -> StaleText | None:
    reported = action.progress
    if reported is None:
        return None
    on = reported.effective_on
    past = [month for month in _months_ahead(reported.value, on) if month < today]
    age = (today - on).days
    why = [f"speaks of {_joined([_month(month) for month in past])}, now past"] if past else []
    if cycle is not None and age > cycle:
        why.append(f"older than the reporting cycle of {cycle} day{'' if cycle == 1 else 's'}")
    if not why:
        return None
    number, priority = _place(action)
    return {
        "number": number,
        "priority": priority,
        "text": reported.value,
        "reported_on": on.isoformat(),
        "age_days": age,
        "why": "; ".join(why),
        "version": reported.version,
    }


def _months_ahead(text: str, on: date) -> list[date]:
    """The last days of the months in a text that had not ended on the text's day.

    The month of that day itself is left out if the text only tells that something was done: one of `_DONE` stands
    within the three words before its name (or the day in it), and no word around it makes it a plan. So "Completed on
    15 October 2019" is left out; "to be completed in October 2019" and "completed by October 2019" are not: in doubt, a
    text is listed.
    """
    ahead = [month for month in months_named(text) if on <= month]
    if not ahead or (ahead[0].year, ahead[0].month) != (on.year, on.month):
        return ahead
    promised = months_named(_DONE_IN.sub(_without_what_was_done, text))
    return ahead if ahead[0] in promised else ahead[1:]


def _without_what_was_done(said: re.Match[str]) -> str:
    before = said.string[max(0, said.start() - 80) : said.start()]
    return said[0] if _STILL_TO_DO.search(before) else " ... "


def _silent(action: ActionAt, today: date, cycle: int | None) -> SilentAction | None:
    """An action older than a cycle on which, or above which, nothing was ever reported; None if it has open parts."""
    if any(one.progress for one in action.upwards()):
        return None
    first = next(iter(action.own_standings), None)
    if cycle is None or first is None or action.open_parts:
        return None
    age = (today - first.effective_on).days
    if age <= cycle:
        return None
    number, priority = _place(action)
    text = action.text
    return {
        "number": number,
        "priority": priority,
        "text": text.value if text else "",
        "added_on": first.effective_on.isoformat(),
        "age_days": age,
        "version": action.id,
    }


def _place(action: ActionAt) -> tuple[str, str]:
    number, priority = action.number, action.priority_number
    assert number is not None and priority is not None, "an action in the plan has a number and a priority"
    return number.value, priority


def _month(day: date) -> str:
    return f"{day:%B %Y}"


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
