"""The plan as Django models with `django-simple-history`: a full copy of the row at every change, `as_of` to go back.

It has one clock, when a row was saved, so it answers with what was known at an instant. Each event is one save of the
row it concerns; the rows that those saves would have made are loaded in bulk.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from bench.event_history import Workload
from domain import events
from domain.plan.number_order import natural_order
from domain.timescales import read_timescale

SCHEMA = "bench_history"
_FIRST = datetime(2016, 4, 1, tzinfo=UTC)
_BATCH = 1000


def instant_of(version: int) -> datetime:
    """When the event of that version was saved: a minute after the one before."""
    return _FIRST + timedelta(minutes=version)


def set_up(conninfo: str) -> None:
    """Point Django at this database, once in a process, before the models are imported."""
    where = conninfo_to_dict(conninfo)
    settings.configure(
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": where["dbname"], "HOST": where["host"],
            "PORT": where["port"], "USER": where["user"], "PASSWORD": where.get("password", ""),
            "CONN_MAX_AGE": None, "OPTIONS": {"options": f"-c search_path={SCHEMA}"},
        }},
        INSTALLED_APPS=["simple_history"], DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", USE_TZ=True,
        # The history is asked by row and then by date, which the index in the models serves.
        SIMPLE_HISTORY_DATE_INDEX=False,
    )  # fmt: skip
    django.setup()


def make_tables() -> None:
    """Make the schema, the tables and an index in the order in which `as_of` looks."""
    from django.db import connection

    from bench.peers.history_models import MODELS

    with connection.cursor() as cursor:
        cursor.execute(f"create schema {SCHEMA}")
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
            editor.create_model(model.history.model)
            table = model.history.model._meta.db_table
            editor.execute(f"create index on {table} (id, history_date desc)")


def close() -> None:
    """Close the connection."""
    from django.db import connection

    connection.close()


def load(workload: Workload) -> int:
    """Bring in a plan from its events, and answer with its key."""
    from django.db import connection

    from bench.peers.history_models import MODELS, Plan

    key: int = Plan.history.count() + 1
    rows: dict[Any, list[Any]] = defaultdict(list)
    for version, (model, fields, new) in enumerate(_saves(workload, key), 1):
        kind = "+" if new else "~"
        saved = model.history.model(**fields, history_type=kind, history_date=instant_of(version))
        rows[model].append(saved)
    for model in MODELS:
        model.history.bulk_create(rows[model], batch_size=_BATCH)
        newest = {saved.id: saved.instance for saved in rows[model]}
        model.objects.bulk_create(newest.values(), batch_size=_BATCH)
        with connection.cursor() as cursor:
            cursor.execute(f"vacuum analyze {model.history.model._meta.db_table}")
    return key


def _saves(workload: Workload, key: int) -> Iterator[tuple[Any, dict[str, Any], bool]]:
    """For each event the model whose row is saved, its fields, and whether the row is new."""
    from bench.peers.history_models import Action, Evidence, Measure, Plan, Priority, Recommendation

    rows: dict[tuple[Any, str], dict[str, Any]] = {}

    def save(model: Any, name: str, **fields: Any) -> tuple[Any, dict[str, Any], bool]:
        new = (model, name) not in rows
        row = rows.setdefault(
            (model, name), {"id": key * 1_000_000 + len(rows) + 1} if model is not Plan else {"id": key}
        )
        row.update(fields)
        return model, dict(row), new

    saved: list[tuple[Any, str]] = []
    for proposal in workload.proposals:
        said = proposal.event
        on = said.effective_on
        name: tuple[Any, str]
        fields: dict[str, Any]
        match said:
            case events.PlanOpened():
                name, fields = (Plan, ""), {
                    "slug": workload.slug, "title": said.title, "organisation": said.organisation,
                    "scale": said.scale.model_dump(), "opened_on": on, "inspections": [], "version_label": "",
                    "presented_to": "",
                }  # fmt: skip
            case events.InspectionReported():
                name, fields = (Plan, ""), {"inspections": [said.model_dump(mode="json")]}
            case events.RecommendationMade():
                name = Recommendation, said.number
                fields = {"plan_id": key, "number": said.number, "text": said.text, "made_by": said.made_by}
            case events.PriorityAdded():
                name = Priority, said.number
                fields = {"plan_id": key, "number": said.number, "title": said.title, "answers": list(said.answers)}
            case events.AssuranceGiven():
                name, fields = (Priority, said.priority), {"assurance": said.level, "assured_by": said.report,
                                                            "assured_on": on}  # fmt: skip
            case events.ActionAdded():
                name = Action, said.number
                fields = {
                    "plan_id": key, "priority_id": rows[Priority, str(said.priority)]["id"], "number": said.number,
                    "text": said.text, "outcome": said.outcome, "leads": list(said.leads), "added_on": on,
                    "reports_to": said.reports_to, "original_timescale": said.timescale, **_timescale(said.timescale),
                }  # fmt: skip
            case events.ActionReworded():
                name, fields = (Action, said.action), {"text": said.text}
            case events.ActionRescheduled():
                name, fields = (Action, said.action), _timescale(said.timescale)
            case events.ActionReassigned():
                name, fields = (Action, said.action), {"leads": list(said.leads)}
            case events.ActionRated():
                name = Action, said.action
                fields = {"rating": said.rating, "rated_on": on, "rating_evidence": list(said.evidence)}
            case events.ProgressReported():
                name, fields = (Action, said.action), {"progress": said.text, "progress_on": on}
            case events.EvidenceAdded():
                action = rows[Action, said.action]["id"]
                name = Evidence, str(len(saved))
                fields = {"plan_id": key, "action_id": action, "title": said.title, "location": said.location,
                          "filed_on": on}  # fmt: skip
            case events.MeasureDefined():
                name = Measure, said.measure
                fields = {"plan_id": key, "code": said.measure, "title": said.title, "unit": said.unit,
                          "baseline": said.baseline, "target": said.target, "priority": said.priority}  # fmt: skip
            case events.MeasureReported():
                name, fields = (Measure, said.measure), {"period": said.period, "value": said.value, "reported_on": on}
            case events.VersionIssued():
                name, fields = (Plan, ""), {"version_label": said.label, "issued_on": on}
            case events.ReportPresented():
                name, fields = (Plan, ""), {"presented_to": said.forum}
            case events.EventWithdrawn():
                name, fields = saved[said.version - 1], {}  # saved once more; undoing it would be one save too
            case other:
                raise AssertionError(f"the generator makes no {type(other).__name__}")
        saved.append(name)
        yield save(*name, **fields)


def _timescale(text: str | None) -> dict[str, Any]:
    read = read_timescale(text or "")
    return {"timescale": text, "due": read.due, "precision": read.precision}


def plan_as_of(key: int, version: int) -> dict[str, Any]:
    """The whole plan as it was known when that event had been saved."""
    from bench.peers.history_models import Action, Evidence, Measure, Plan, Priority, Recommendation

    instant = instant_of(version)
    plan = Plan.history.as_of(instant).get(id=key)
    complete = {rating["code"] for rating in plan.scale["ratings"] if rating["complete"]}
    evidence: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for filed in Evidence.history.as_of(instant).filter(plan_id=key):
        document = {"title": filed.title, "location": filed.location, "on": filed.filed_on.isoformat()}
        evidence[filed.action_id].append(document)
    under: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for action in Action.history.as_of(instant).filter(plan_id=key):
        under[action.priority_id].append(_action(action, complete, evidence.get(action.id, [])))
    for actions in under.values():
        actions.sort(key=lambda action: natural_order(action["number"]))
    priorities = [
        {"number": priority.number, "title": priority.title, "answers": priority.answers,
         "assurance": priority.assurance, "actions": under.get(priority.id, [])}
        for priority in Priority.history.as_of(instant).filter(plan_id=key)
    ]  # fmt: skip
    return {
        "plan": plan.slug, "title": plan.title, "organisation": plan.organisation, "scale": plan.scale,
        "document_version": plan.version_label, "inspections": plan.inspections,
        "priorities": sorted(priorities, key=lambda priority: natural_order(priority["number"])),
        "recommendations": [
            {"number": made.number, "text": made.text, "made_by": made.made_by}
            for made in Recommendation.history.as_of(instant).filter(plan_id=key)
        ],
        "measures": [
            {"measure": measure.code, "title": measure.title, "unit": measure.unit, "baseline": measure.baseline,
             "target": measure.target, "priority": measure.priority, "period": measure.period, "value": measure.value}
            for measure in Measure.history.as_of(instant).filter(plan_id=key)
        ],
    }  # fmt: skip


def _action(action: Any, complete: set[str], evidence: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "number": action.number, "text": action.text, "outcome": action.outcome,
        "status": "complete" if action.rating in complete else "open", "rating": action.rating,
        "rated_on": action.rated_on.isoformat() if action.rated_on else None,
        "timescale": {"text": action.timescale, "due": action.due.isoformat() if action.due else None,
                      "precision": action.precision, "original": action.original_timescale},
        "leads": action.leads, "reports_to": action.reports_to, "progress": action.progress,
        "progress_on": action.progress_on.isoformat() if action.progress_on else None, "evidence": evidence,
        "added_on": action.added_on.isoformat(),
    }  # fmt: skip
