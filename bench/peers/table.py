"""The plan as a bitemporal SQL table, written by hand: one row per assertion, `distinct on` for the answer.

One prepared query with binary results over an index in the order of the answer. It answers with the same document as
`projections.plan_as_at`, made by code that knows only this table.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import psycopg

from bench.event_history import OPENED
from domain import events
from domain.envelopes import Recorded
from domain.instants import instant_text
from domain.plan.number_order import natural_order
from domain.scales import Rating
from domain.timescales import read_timescale

# Facts of the plan (entity 0), of a priority, action or measure (entity: the version that added it), and facts that do
# not replace each other (entity: their own version).
(PLAN, SCALE, CLOSED, ISSUE, PRIORITY, PRIORITY_TITLE, ANSWERS, ASSURANCE, ACTION, TEXT, OUTCOME, DUE, LEADS, RATING,
 PROGRESS, EVIDENCE, MEASURE, READING, RECOMMENDATION, INSPECTION) = range(20)  # fmt: skip
FIRST_DUE = -1

_TABLES = """
create schema bench_table;
create table bench_table.revision (
  plan int, version int, recorded_at timestamptz not null, primary key (plan, version)
);
create table bench_table.assertion (
  plan int, entity int, fact smallint, effective_on date not null, version int, withdrawn_by int, value text not null
);
"""
# Covering indexes: they also hold the value, which must be under 2,700 bytes.
_INDEXES = f"""
create index as_at on bench_table.assertion (plan, entity, fact, effective_on desc, version desc)
  include (withdrawn_by, value);
create index first_due on bench_table.assertion (plan, entity, version) include (withdrawn_by, value)
  where fact = {DUE};
"""
_STANDING = "plan = %(plan)s and version <= %(basis)s and (withdrawn_by is null or withdrawn_by > %(basis)s)"
_KNOWN_AT = "select recorded_at from bench_table.revision where plan = %(plan)s and version = %(basis)s"
_FIRST_DUE = f"""
  (select distinct on (entity) entity, {FIRST_DUE}::smallint, effective_on, value
   from bench_table.assertion where fact = {DUE} and {_STANDING} order by entity, version)
"""  # noqa: S608 - only constants
_AS_AT = f"""
  (select distinct on (entity, fact) entity, fact, effective_on, value
   from bench_table.assertion where effective_on <= %(day)s and {_STANDING}
   order by entity, fact, effective_on desc, version desc)
  union all {_FIRST_DUE}
"""  # noqa: S608 - only constants
# A faster query without `distinct on`, outside the bar: from each fact of the plan to its newest assertion.
_SEEK = f"""
  (select f.entity, f.fact, a.effective_on, a.value from bench_table.fact f cross join lateral (
     select effective_on, value from bench_table.assertion
     where entity = f.entity and fact = f.fact and effective_on <= %(day)s and {_STANDING}
     order by effective_on desc, version desc limit 1) a
   where f.plan = %(plan)s)
  union all {_FIRST_DUE}
"""  # noqa: S608 - only constants

Assertion = tuple[int, int, date, str]


class BitemporalTable:
    """The plans that were loaded into the table, by number."""

    def __init__(self, conninfo: str) -> None:
        self._connection = psycopg.connect(conninfo, autocommit=True)
        self._connection.execute(_TABLES)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def load(self, number: int, stream: Sequence[Recorded]) -> None:
        """Bring in a plan from its events."""
        withdrawn = {
            record.event.version: record.version for record in stream if isinstance(record.event, events.EventWithdrawn)
        }
        with self._connection.cursor() as cursor:
            with cursor.copy("copy bench_table.revision from stdin") as copy:
                for record in stream:
                    copy.write_row((number, record.version, record.recorded_at))
            with cursor.copy("copy bench_table.assertion from stdin") as copy:
                for entity, fact, version, day, value in _assertions(stream):
                    copy.write_row((number, entity, fact, day, version, withdrawn.get(version), value))

    def finish(self) -> None:
        """Index what was loaded and gather statistics, once everything is in."""
        self._connection.execute(_INDEXES)
        self._connection.execute(
            "create table bench_table.fact as select distinct plan, entity, fact from bench_table.assertion"
        )
        self._connection.execute("alter table bench_table.fact add primary key (plan, entity, fact)")
        for table in ("revision", "assertion", "fact"):
            self._connection.execute(f"vacuum (freeze, analyze) bench_table.{table}".encode())

    def plan_as_at(self, number: int, day: date, basis: int, *, seek: bool = False) -> dict[str, Any]:
        """The plan at a point, as the same document as AsAt's."""
        asked = {"plan": number, "day": day, "basis": basis}
        with self._connection.pipeline(), self._connection.cursor(binary=True) as rows:
            known = self._connection.execute(_KNOWN_AT, asked, prepare=True, binary=True)
            rows.execute(_SEEK if seek else _AS_AT, asked, prepare=True)
            at = known.fetchone()
            assert at is not None
            return _document(day, basis, at[0], rows.fetchall())


def _assertions(stream: Iterable[Recorded]) -> Iterator[tuple[int, int, int, date, str]]:
    """(entity, fact, version, effective day, value) for every assertion of a plan's events."""
    named: dict[tuple[str, str], int] = {}
    for record in stream:
        for entity, fact, value in _said(record, named):
            yield entity, fact, record.version, record.event.effective_on, value


def _said(record: Recorded, named: dict[tuple[str, str], int]) -> Iterator[tuple[int, int, str]]:
    version = record.version
    match record.event:
        case events.PlanOpened() as said:
            yield 0, PLAN, json.dumps([record.plan, said.title, said.organisation, said.priority_word])
            yield (
                0,
                SCALE,
                json.dumps({"name": said.scale.name, "ratings": [_rating(one) for one in said.scale.ratings]}),
            )
        case events.InspectionReported() as said:
            yield version, INSPECTION, said.model_dump_json(exclude={"effective_on", "reason", "source"})
        case events.RecommendationMade() as said:
            yield version, RECOMMENDATION, json.dumps([said.number, said.text, said.made_by])
        case events.PriorityAdded() as said:
            named["priority", said.number] = version
            yield version, PRIORITY, said.number
            yield version, PRIORITY_TITLE, said.title
            yield version, ANSWERS, json.dumps(said.answers)
        case events.ActionAdded() as said:
            named["action", said.number] = version
            yield version, ACTION, json.dumps([said.number, said.priority, said.reports_to])
            yield version, TEXT, said.text
            if said.outcome is not None:
                yield version, OUTCOME, said.outcome
            if said.timescale is not None:
                yield version, DUE, _due(said.timescale)
            if said.leads:
                yield version, LEADS, json.dumps(said.leads)
        case events.ActionReworded() as said:
            if said.text is not None:
                yield named["action", said.action], TEXT, said.text
            if said.outcome is not None:
                yield named["action", said.action], OUTCOME, said.outcome
        case events.ActionRescheduled() as said:
            yield named["action", said.action], DUE, _due(said.timescale)
        case events.ActionReassigned() as said:
            yield named["action", said.action], LEADS, json.dumps(said.leads)
        case events.ActionRated() as said:
            yield named["action", said.action], RATING, json.dumps([said.rating, *said.evidence])
        case events.ProgressReported() as said:
            yield named["action", said.action], PROGRESS, said.text
        case events.EvidenceAdded() as said:
            action = named["action", said.action]
            yield version, EVIDENCE, json.dumps([action, said.title, said.location, said.sha256])
        case events.AssuranceGiven() as said:
            yield named["priority", said.priority], ASSURANCE, json.dumps([said.level, said.report])
        case events.MeasureDefined() as said:
            entity = named.setdefault(("measure", said.measure), version)
            definition = [said.measure, said.title, said.unit, said.baseline, said.target, said.priority]
            yield entity, MEASURE, json.dumps(definition)
        case events.MeasureReported() as said:
            yield named["measure", said.measure], READING, json.dumps([said.period, said.value, said.standing])
        case events.VersionIssued() as said:
            yield 0, ISSUE, json.dumps([said.label, version])
        case events.ReportPresented() | events.EventWithdrawn():
            return
        case other:
            raise AssertionError(f"the generator makes no {type(other).__name__}")


def _rating(rating: Rating) -> dict[str, Any]:
    """A rating as in the key to the ratings, with `needs_second_person` only where it is true."""
    said = rating.model_dump()
    return said if rating.needs_second_person else {name: said[name] for name in said if name != "needs_second_person"}


def _due(text: str) -> str:
    read = read_timescale(text)
    return json.dumps([text, read.due.isoformat() if read.due else None, read.precision])


@lru_cache(maxsize=4096)
def _iso(day: date) -> str:
    return day.isoformat()


def _document(day: date, basis: int, known_at: datetime, rows: Iterable[Assertion]) -> dict[str, Any]:
    entities: defaultdict[int, dict[int, tuple[str, date]]] = defaultdict(dict)
    for entity, fact, on, value in rows:
        entities[entity][fact] = value, on
    plan = entities.pop(0)
    slug, title, organisation, word = json.loads(plan[PLAN][0])
    scale: dict[str, Any] = json.loads(plan[SCALE][0])
    facts = list(entities.values())
    priorities = _priorities(facts, day.isoformat(), _actions(entities, scale, day.isoformat()))
    return {
        "plan": slug,
        "title": title,
        "organisation": organisation,
        "priority_word": word,
        "point": {"effective_on": day.isoformat(), "basis": basis, "known_at": instant_text(known_at),
                  "asked": f"{day.isoformat()}@{basis}"},
        "status": "closed" if CLOSED in plan else "open",
        "opened_on": OPENED.isoformat(),
        "document_version": _document_version(*plan[ISSUE], day, basis) if ISSUE in plan else None,
        "scale": scale,
        "ratings": scale["ratings"],
        "priorities": priorities,
        "recommendations": _recommendations(facts, priorities),
        "measures": _measures(facts),
        "inspections": [json.loads(each[INSPECTION][0]) for _, each in sorted(entities.items()) if INSPECTION in each],
    }  # fmt: skip


def _actions(entities: dict[int, dict[int, tuple[str, date]]], scale: dict[str, Any], day: str) -> dict[str, Any]:
    complete = {rating["code"] for rating in scale["ratings"] if rating["complete"]}
    evidence: defaultdict[int, list[tuple[date, int, list[Any]]]] = defaultdict(list)
    for version, facts in entities.items():
        if filed := facts.get(EVIDENCE):
            action, *what = json.loads(filed[0])
            evidence[action].append((filed[1], version, what))
    under: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for entity, facts in entities.items():
        if added := facts.get(ACTION):
            number, priority, reports_to = json.loads(added[0])
            filed_ = sorted(evidence[entity]) if entity in evidence else ()
            action_ = _action(facts, complete, day, number, reports_to)
            action_["evidence"][:0] = [
                {"title": title, "location": location, "sha256": sha256, "on": _iso(on)}
                for on, _, (title, location, sha256) in filed_
            ]
            under[priority].append(action_)
    for actions in under.values():
        actions.sort(key=lambda action: natural_order(action["number"]))
    return under


def _action(
    facts: dict[int, tuple[str, date]], complete: set[str], day: str, number: str, reports_to: str | None
) -> dict[str, Any]:
    rating, rated_on, evidence = None, None, []
    if rated := facts.get(RATING):
        rating, *evidence = json.loads(rated[0])
        rated_on = _iso(rated[1])
    timescale = due = None
    if said := facts.get(DUE):
        text, due, precision = json.loads(said[0])
        original = json.loads(facts[FIRST_DUE][0])[0]
        timescale = {"text": text, "due": due, "precision": precision, "original": original}
    progress = facts.get(PROGRESS)
    return {
        "number": number,
        "text": facts[TEXT][0],
        "outcome": facts[OUTCOME][0] if OUTCOME in facts else None,
        "status": "complete" if rating in complete else "open",
        "rating": rating,
        "rated_on": rated_on,
        "timescale": timescale,
        "overdue": rating not in complete and due is not None and due < day,
        "leads": json.loads(facts[LEADS][0]) if LEADS in facts else [],
        "reports_to": reports_to,
        "progress": progress[0] if progress else None,
        "progress_on": _iso(progress[1]) if progress else None,
        "evidence": [{"title": title, "location": None, "sha256": None, "on": rated_on} for title in evidence],
        "added_on": _iso(facts[ACTION][1]),
        "actions": [],
    }


def _priorities(facts: list[dict[int, tuple[str, date]]], day: str, actions: dict[str, Any]) -> list[dict[str, Any]]:
    documents = []
    for priority in facts:
        if PRIORITY not in priority:
            continue
        number, assurance = priority[PRIORITY][0], None
        if given := priority.get(ASSURANCE):
            level, report = json.loads(given[0])
            assurance = {"level": level, "report": report, "on": _iso(given[1])}
        documents.append({
            "number": number, "title": priority[PRIORITY_TITLE][0], "answers": json.loads(priority[ANSWERS][0]),
            "assurance": assurance, "actions": actions.get(number, []),
        })  # fmt: skip
    documents.sort(key=lambda document: natural_order(document["number"]))
    return documents


def _recommendations(
    facts: list[dict[int, tuple[str, date]]], priorities: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    answered: defaultdict[str, list[str]] = defaultdict(list)
    for priority in priorities:
        for number in priority["answers"]:
            answered[number].append(priority["number"])
    documents = []
    for made in facts:
        if RECOMMENDATION in made:
            number, text, made_by = json.loads(made[RECOMMENDATION][0])
            documents.append({
                "number": number, "text": text, "made_by": made_by, "answered_by": answered.get(number, []),
            })  # fmt: skip
    documents.sort(key=lambda document: natural_order(document["number"]))
    return documents


def _document_version(said: str, issued_on: date, day: date, basis: int) -> dict[str, Any]:
    label, version = json.loads(said)
    return {"label": label, "issued_on": _iso(issued_on), "frozen": (issued_on, version) == (day, basis)}


def _measures(facts: list[dict[int, tuple[str, date]]]) -> list[dict[str, Any]]:
    documents = []
    for measure in facts:
        if MEASURE not in measure:
            continue
        code, title, unit, baseline, target, priority = json.loads(measure[MEASURE][0])
        latest = None
        if reported := measure.get(READING):
            period, value, standing = json.loads(reported[0])
            latest = {"period": period, "value": value, "standing": standing, "on": _iso(reported[1])}
        documents.append({
            "measure": code, "title": title, "unit": unit, "baseline": baseline, "target": target,
            "priority": priority, "latest": latest,
        })  # fmt: skip
    documents.sort(key=lambda document: (natural_order(document["priority"] or "~"), document["measure"]))
    return documents
