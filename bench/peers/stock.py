"""The plan as an ordinary decorated aggregate of `eventsourcing`, with its default mapper and PostgreSQL recorder.

It is not bitemporal: it answers only with the state after a version. Back-dated events and withdrawals are stored and
replayed like any other event.
"""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from bench.event_history import Workload
from domain.envelopes import Proposal

SCHEMA = "bench_stock"


class Plan(Aggregate):
    """The plan as it is after its newest event."""

    @event("Opened")
    def __init__(self, slug: str, title: str, organisation: str, scale: dict[str, Any], effective_on: str) -> None:
        self.slug, self.title, self.organisation, self.scale = slug, title, organisation, scale
        self.opened_on = effective_on
        self.inspections: list[dict[str, Any]] = []
        self.recommendations: dict[str, dict[str, Any]] = {}
        self.priorities: dict[str, dict[str, Any]] = {}
        self.actions: dict[str, dict[str, Any]] = {}
        self.measures: dict[str, dict[str, Any]] = {}
        self.issues: list[tuple[str, str]] = []
        self.presentations: list[tuple[str, str]] = []
        self.withdrawn: list[int] = []

    @staticmethod
    def create_id(slug: str) -> UUID:
        """The id is made from the plan's name."""
        return uuid5(NAMESPACE_URL, f"/plans/{slug}")

    @event("InspectionReported")
    def report_inspection(self, body: str, framework: str, judgements: list[dict[str, str]], effective_on: str) -> None:
        self.inspections.append({"body": body, "framework": framework, "judgements": judgements, "on": effective_on})

    @event("RecommendationMade")
    def make_recommendation(self, number: str, text: str, made_by: str, effective_on: str) -> None:
        self.recommendations[number] = {"text": text, "made_by": made_by, "on": effective_on}

    @event("PriorityAdded")
    def add_priority(self, number: str, title: str, answers: list[str], effective_on: str) -> None:
        self.priorities[number] = {"title": title, "answers": answers, "assurance": None, "on": effective_on}

    @event("ActionAdded")
    def add_action(
        self, number: str, priority: str, text: str, outcome: str, timescale: str, leads: list[str], reports_to: str,
        effective_on: str,
    ) -> None:  # fmt: skip
        self.actions[number] = {
            "priority": priority, "text": text, "outcome": outcome, "timescale": timescale, "leads": leads,
            "reports_to": reports_to, "rating": None, "rated_on": None, "progress": None, "progress_on": None,
            "evidence": [], "added_on": effective_on,
        }  # fmt: skip

    @event("ActionReworded")
    def reword_action(self, action: str, text: str, effective_on: str) -> None:
        self.actions[action]["text"] = text

    @event("ActionRescheduled")
    def reschedule(self, action: str, timescale: str, approved_by: str, reason: str, effective_on: str) -> None:
        self.actions[action]["timescale"] = timescale

    @event("ActionReassigned")
    def reassign(self, action: str, leads: list[str], effective_on: str) -> None:
        self.actions[action]["leads"] = leads

    @event("ActionRated")
    def rate(self, action: str, rating: str, evidence: list[str], reason: str | None, effective_on: str) -> None:
        self.actions[action]["rating"] = rating
        self.actions[action]["rated_on"] = effective_on

    @event("ProgressReported")
    def report_progress(self, action: str, text: str, effective_on: str) -> None:
        self.actions[action]["progress"] = text
        self.actions[action]["progress_on"] = effective_on

    @event("EvidenceAdded")
    def add_evidence(self, action: str, title: str, location: str, effective_on: str) -> None:
        self.actions[action]["evidence"].append((title, location, effective_on))

    @event("AssuranceGiven")
    def give_assurance(self, priority: str, level: str, report: str, effective_on: str) -> None:
        self.priorities[priority]["assurance"] = (level, report, effective_on)

    @event("MeasureDefined")
    def define_measure(
        self, measure: str, title: str, unit: str, baseline: str, target: str, priority: str, effective_on: str
    ) -> None:
        self.measures[measure] = {
            "title": title, "unit": unit, "baseline": baseline, "target": target, "priority": priority, "latest": None,
        }  # fmt: skip

    @event("MeasureReported")
    def report_measure(self, measure: str, period: str, value: str, effective_on: str) -> None:
        self.measures[measure]["latest"] = (period, value, effective_on)

    @event("VersionIssued")
    def issue_version(self, label: str, summary: str, author: str, effective_on: str) -> None:
        self.issues.append((label, effective_on))

    @event("ReportPresented")
    def present_report(self, forum: str, title: str, current: str, effective_on: str) -> None:
        self.presentations.append((forum, effective_on))

    @event("EventWithdrawn")
    def withdraw_event(self, withdrawn: int, reason: str, effective_on: str) -> None:
        self.withdrawn.append(withdrawn)


_PLAIN, _REASONED = {"source", "reason"}, {"source"}
_METHODS: dict[str, tuple[Any, set[str]]] = {
    "InspectionReported": (Plan.report_inspection, {*_PLAIN, "inspected_from", "inspected_to", "published_on"}),
    "RecommendationMade": (Plan.make_recommendation, _PLAIN),
    "PriorityAdded": (Plan.add_priority, _PLAIN),
    "ActionAdded": (Plan.add_action, {*_PLAIN, "parent"}),
    "ActionReworded": (Plan.reword_action, {*_PLAIN, "outcome"}),
    "ActionRescheduled": (Plan.reschedule, _REASONED),
    "ActionReassigned": (Plan.reassign, _PLAIN),
    "ActionRated": (Plan.rate, _REASONED),
    "ProgressReported": (Plan.report_progress, _PLAIN),
    "EvidenceAdded": (Plan.add_evidence, {*_PLAIN, "sha256"}),
    "AssuranceGiven": (Plan.give_assurance, _PLAIN),
    "MeasureDefined": (Plan.define_measure, _PLAIN),
    "MeasureReported": (Plan.report_measure, {*_PLAIN, "standing"}),
    "VersionIssued": (Plan.issue_version, _PLAIN),
    "ReportPresented": (Plan.present_report, {*_PLAIN, "previous"}),
    "EventWithdrawn": (Plan.withdraw_event, _REASONED),
}


class Plans(Application[UUID]):
    """The application, in a schema of its own."""


def make_schema(conninfo: str) -> None:
    """Make the schema; the application makes its tables itself."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(f"create schema {SCHEMA}".encode())


def open_plans(conninfo: str, *, create: bool = False) -> Plans:
    """The application on this database, set up as its documentation says.

    Only the first caller creates the tables: creating them concurrently fails.
    """
    where = conninfo_to_dict(conninfo)
    return Plans(env={
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(where["dbname"]), "POSTGRES_HOST": str(where["host"]),
        "POSTGRES_PORT": str(where["port"]), "POSTGRES_USER": str(where["user"]),
        "POSTGRES_PASSWORD": str(where.get("password", "none")), "POSTGRES_SCHEMA": SCHEMA,
        "CREATE_TABLE": "yes" if create else "no",
    })  # fmt: skip


def new_plan(plans: Plans, workload: Workload, count: int | None = None) -> Plan:
    """A plan with its first events (all of them, if no count is given), saved.

    It is saved a hundred events at a time: the library sends a save in one pipeline, and with thousands of events that
    sometimes deadlocked, client and server each waiting for the other to read.
    """
    first, *others = workload.proposals[:count]
    fields = first.event.model_dump(mode="json", exclude={"reason", "source", "priority_word"})
    plan = Plan(slug=workload.slug, **fields)
    for place, proposal in enumerate(others):
        trigger(plan, proposal)
        if place % 100 == 0:
            plans.save(plan)
    plans.save(plan)
    return plan


def trigger(plan: Plan, proposal: Proposal) -> None:
    """Have the aggregate trigger its event for what is proposed."""
    name = type(proposal.event).__name__
    method, leave_out = _METHODS[name]
    fields = proposal.event.model_dump(mode="json", exclude=leave_out)
    if name == "EventWithdrawn":
        fields["withdrawn"] = fields.pop("version")
    method(plan, **fields)
