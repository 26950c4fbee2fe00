"""Makes the plans that are measured: always the same events for the same size, all of them accepted by the rules.

A plan has 12 priorities and 120 actions. Of the events after its opening, 70% are progress, 20% ratings, 2% withdrawals
of events recorded in error, and the rest mixed; 10% are back-dated.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any

from domain.envelopes import Proposal, read_proposal
from domain.plan.evolve import evolve
from domain.plan.plan import Plan
from domain.plan.record import record_of
from domain.refusals import Refused
from domain.rules import judge

OPENED = date(2016, 4, 1)
DAYS = 2920
TODAY = OPENED + timedelta(days=DAYS)
PRIORITIES, ACTIONS = 12, 120

_PROSE = """
    the service has agreed a plan with partners and reviewed every case file audit shows that practice is better
    managers now hold monthly supervision and record their decisions staff have been trained in thresholds timely
    visits are recorded within five days families tell us they were listened to assessments are shared with schools
    health colleagues attend strategy meetings performance is reported to the improvement board each month further
    work is needed on consistency across teams recruitment of social workers remains difficult agency use has fallen
"""
_WORDS = _PROSE.split()
_ROLES = ("Head of Service", "Service Manager", "Director", "Principal Social Worker", "Team Manager", "Lead Nurse")
_TIMESCALES = (
    "31/03/{y}",
    "30 September 20{y}",
    "November 20{y}",
    "Q3 20{y}/{z}",
    "Ongoing",
    "By the end of June 20{y}",
)
_SCALE = {
    "name": "Red, amber, green, blue",
    "ratings": [
        {"code": "red", "label": "Red", "meaning": "Not started, or well behind", "colour": "#d4351c", "concern": True},
        {"code": "amber", "label": "Amber", "meaning": "Some delay", "colour": "#f47738"},
        {"code": "green", "label": "Green", "meaning": "On track", "colour": "#00703c"},
        {"code": "blue", "label": "Blue", "meaning": "Complete", "complete": True, "needs_evidence": True,
         "colour": "#1d70b8"},
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Workload:
    """The events of one plan: as proposals, and as the lines of a file for `asat record`."""

    slug: str
    proposals: tuple[Proposal, ...]
    lines: tuple[bytes, ...]
    opening: int  # how many of them set the plan up

    @cached_property
    def file(self) -> bytes:
        """The file."""
        return b"".join(self.lines)

    def under(self, slug: str) -> "Workload":
        """The same events for another plan."""
        old, new = f'"plan": "{self.slug}"'.encode(), f'"plan": "{slug}"'.encode()
        proposals = tuple(Proposal(slug, each.event, None, each.assumed) for each in self.proposals)
        return Workload(slug, proposals, tuple(line.replace(old, new, 1) for line in self.lines), self.opening)


def generate(count: int, slug: str) -> Workload:
    """A plan of exactly so many events."""
    making = _Making(count, slug)
    making.set_up()
    kinds = _kinds(count - making.opening, making.random)
    for place, (kind, late) in enumerate(kinds):
        making.day = OPENED + timedelta(days=1 + place * (DAYS - 1) // len(kinds))
        making.add_next(kind, late)
    assert len(making.proposals) == count, "exactly as many events as were asked for"
    return Workload(slug, tuple(making.proposals), tuple(making.lines), making.opening)


def _kinds(count: int, random: Random) -> list[tuple[str, bool]]:
    """The kinds of event in their exact shares, each with whether it is back-dated, in an order of their own."""
    kinds = ["progress"] * round(count * 0.7) + ["rated"] * round(count * 0.2)
    mixed = ("rescheduled", "reassigned", "reworded", "evidence", "assurance", "measure", "issued", "presented")
    kinds += [mixed[place % len(mixed)] for place in range(count - len(kinds) - round(count * 0.02))]
    dated = len(kinds)
    kinds += ["withdrawal"] * (count - dated)
    late = set(random.sample([i for i in range(dated) if kinds[i] != "presented"], round(count * 0.1)))
    order = random.sample(range(count), count)
    if kinds[order[0]] == "withdrawal":  # there must be something to withdraw
        order.append(order.pop(0))
    return [(kinds[place], place in late) for place in order]


class _Making:
    """A plan being made, judged event by event."""

    def __init__(self, count: int, slug: str) -> None:
        self.random = Random(f"asat bench {count}")  # noqa: S311 - the same every time is the point
        self.plan = Plan(slug)
        self.proposals: list[Proposal] = []
        self.lines: list[bytes] = []
        self.day = OPENED
        self.opening = self.issues = 0
        self._instant = datetime(2016, 4, 1, 9, tzinfo=UTC)
        self._fields: dict[str, Callable[[date], dict[str, Any]]] = {
            "progress": self._progress, "rated": self._rated, "rescheduled": self._rescheduled,
            "reassigned": self._reassigned, "reworded": self._reworded, "evidence": self._evidence,
            "assurance": self._assurance, "measure": self._measure, "issued": self._issued,
            "presented": self._presented, "withdrawal": self._withdrawal,
        }  # fmt: skip

    def set_up(self) -> None:
        """Open the plan with all its priorities and actions."""
        self._add({"type": "PlanOpened", "title": "Children's services improvement plan", "scale": _SCALE,
                   "organisation": "Borough of Benchmark"})  # fmt: skip
        self._add({"type": "InspectionReported", "body": "Ofsted", "framework": "ILACS",
                   "judgements": [{"area": "Overall effectiveness", "grade": "Requires improvement"}]})  # fmt: skip
        for number in range(1, PRIORITIES + 1):
            self._add(
                {"type": "RecommendationMade", "number": str(number), "text": self._text(90), "made_by": "Ofsted"}
            )
        for number in range(1, PRIORITIES + 1):
            self._add(
                {"type": "PriorityAdded", "number": str(number), "title": self._text(50), "answers": [str(number)]}
            )
        for action in self._actions():
            self._add({"type": "ActionAdded", "number": action, "priority": action.partition(".")[0],
                       "text": self._text(110), "outcome": self._text(80), "timescale": self._timescale(),
                       "leads": [self.random.choice(_ROLES)], "reports_to": "Improvement Board"})  # fmt: skip
        for number in range(1, 7):
            self._add({"type": "MeasureDefined", "measure": f"measure-{number}", "title": self._text(60), "unit": "%",
                       "baseline": "61", "target": "95", "priority": str(number)})  # fmt: skip
        self.opening = len(self.proposals)

    def add_next(self, kind: str, late: bool) -> None:
        """Add one event of a kind that the rules accept."""
        day = max(OPENED, self.day - timedelta(days=self.random.randint(1, 90))) if late else self.day
        for _ in range(100):
            try:
                self._add(self._fields[kind](day), day)
                return
            except Refused:
                continue
        raise AssertionError(f"no {kind} could be made that the rules accept")

    def _add(self, fields: dict[str, Any], day: date | None = None) -> None:
        fields = {"type": fields.pop("type"), "plan": self.plan.slug, "effective_on": str(day or self.day), **fields}
        proposal = read_proposal(fields, TODAY)
        judge(self.plan, proposal.event, TODAY, "bench")
        self._instant += timedelta(hours=1)
        evolve(self.plan, proposal.event, self._instant, "bench")
        self.proposals.append(proposal)
        self.lines.append(json.dumps(fields, ensure_ascii=False).encode() + b"\n")

    def _actions(self) -> list[str]:
        each = ACTIONS // PRIORITIES
        return [f"{priority}.{place}" for priority in range(1, PRIORITIES + 1) for place in range(1, each + 1)]

    def _text(self, least: int) -> str:
        text = self.random.choice(_WORDS).capitalize()
        while len(text) < least:
            text += " " + self.random.choice(_WORDS)
        return text + "."

    def _action(self) -> str:
        return f"{self.random.randint(1, PRIORITIES)}.{self.random.randint(1, ACTIONS // PRIORITIES)}"

    def _timescale(self) -> str:
        year = self.random.randint(17, 24)
        return self.random.choice(_TIMESCALES).format(y=year, z=year + 1)

    def _progress(self, _: date) -> dict[str, Any]:
        text = self._text(self.random.randint(120, 190))
        return {"type": "ProgressReported", "action": self._action(), "text": text}

    def _rated(self, day: date) -> dict[str, Any]:
        number, rating = self._action(), self.random.choice(("red", "amber", "amber", "green", "green", "blue"))
        fields: dict[str, Any] = {"type": "ActionRated", "action": number, "rating": rating}
        if rating == "blue":
            return {**fields, "evidence": ["Audit report"]}
        action = record_of(self.plan).on(day).find_action(number)
        before = action.rating if action else None
        reopened = before is not None and before.value.code == "blue"
        return {**fields, "reason": "Reopened: the audit found more to do"} if reopened else fields

    def _rescheduled(self, _: date) -> dict[str, Any]:
        return {"type": "ActionRescheduled", "action": self._action(), "timescale": self._timescale(),
                "approved_by": "Improvement Board", "reason": "Partners asked for more time"}  # fmt: skip

    def _reassigned(self, _: date) -> dict[str, Any]:
        return {"type": "ActionReassigned", "action": self._action(), "leads": self.random.sample(_ROLES, 2)}

    def _reworded(self, _: date) -> dict[str, Any]:
        return {"type": "ActionReworded", "action": self._action(), "text": self._text(110)}

    def _evidence(self, _: date) -> dict[str, Any]:
        return {"type": "EvidenceAdded", "action": self._action(), "title": self._text(30), "location": "Records, 4.2"}

    def _assurance(self, _: date) -> dict[str, Any]:
        level = self.random.choice(("limited", "partial", "substantial"))
        priority = str(self.random.randint(1, PRIORITIES))
        return {"type": "AssuranceGiven", "priority": priority, "level": level, "report": "Internal audit"}

    def _measure(self, day: date) -> dict[str, Any]:
        return {"type": "MeasureReported", "measure": f"measure-{self.random.randint(1, 6)}", "period": f"{day:%B %Y}",
                "value": str(self.random.randint(50, 99))}  # fmt: skip

    def _issued(self, _: date) -> dict[str, Any]:
        self.issues += 1
        return {"type": "VersionIssued", "label": f"{self.issues}.0", "summary": self._text(60), "author": "Governance"}

    def _presented(self, _: date) -> dict[str, Any]:
        return {"type": "ReportPresented", "forum": "Improvement Board", "title": "Progress report", "current": "now"}

    def _withdrawal(self, _: date) -> dict[str, Any]:
        newest = self.plan.version
        target = self.random.randint(max(self.opening + 1, newest - 200), newest)
        return {"type": "EventWithdrawn", "version": target, "reason": "Recorded against the wrong action"}
