"""What was recorded, as comma-separated values: changes, document history, trail and audit."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from api.papers.wording import Labels, fixed
from api.papers.wording_changes import change_words
from api.papers.wording_lines import what_happened
from api.papers.writers.comma_separated_table import Value, comma_separated
from projections.changes import ChangesDocument
from projections.claims import AuditDocument
from projections.document_history import HistoryDocument
from projections.trail import TrailDocument

#: What the ledger adds to an event; all else of it is what was said.
_ENVELOPE = ["version", "position", "recorded_at", "recorded_by", "event_id", "effective_on", "type"]
_ADDED = ["withdrawn_by", "withdrawal", "late_by_days", "missing_from", "sentence"]


def changes_csv(document: ChangesDocument) -> str:
    """A row for each change: in words, and as data."""
    columns = [
        "kind", "fact", "priority", "action", "previous action", "measure", "recommendation", "text", "what",
        "previous", "current", "on", "versions", "by withdrawal", "previous data", "current data",
        "plan", "previous point", "current point",
    ]  # fmt: skip
    word, labels = document["priority_word"], Labels(document)
    last = [document["plan"], fixed(document["previous"]), fixed(document["current"])]

    def rows() -> Iterator[list[Value]]:
        for change in document["changes"]:
            said = change_words(change, word, labels)
            named = [change["action"], change["previous_action"], change["measure"], change["recommendation"]]
            versions = "; ".join(map(str, change["versions"]))
            data = [_json(change["previous"]), _json(change["current"])]
            yield [
                change["kind"], change["fact"], change["priority"], *named, change["text"], said.what,
                said.previous, said.current, change["on"], versions, change["by_withdrawal"], *data, *last,
            ]  # fmt: skip

    return comma_separated(columns, rows())


def history_csv(document: HistoryDocument) -> str:
    """A row for each version issued and for each presentation; `kind` says which."""
    columns = [
        "kind", "on", "label", "summary", "author", "forum", "title", "previous", "current", "recorded at", "version",
        "plan", "point",
    ]  # fmt: skip
    last = [document["plan"], fixed(document["point"])]
    rows: list[list[Value]] = [
        [
            "version issued", issued["issued_on"], issued["label"], issued["summary"], issued["author"], None, None,
            None, fixed(issued["point"]), issued["recorded_at"], issued["version"], *last,
        ]
        for issued in document["versions"]
    ]  # fmt: skip
    for told in document["presented"]:
        previous = fixed(told["previous"]) if told["previous"] else None
        rows.append([
            "report presented", told["on"], None, None, None, told["forum"], told["title"],
            previous, fixed(told["current"]), None, told["version"], *last,
        ])  # fmt: skip
    return comma_separated(columns, rows)


def trail_csv(document: TrailDocument) -> str:
    """A row for each event: its envelope, what happened in a line, and its own fields as JSON."""

    def rows() -> Iterator[list[Value]]:
        entries: list[Any] = list(document["events"])
        for event in entries:
            fields = {name: said for name, said in event.items() if name not in {*_ENVELOPE, *_ADDED}}
            envelope = [event.get(name) for name in _ENVELOPE]
            withdrawal: Mapping[str, Any] = event["withdrawal"] or {}
            yield [
                *envelope, what_happened(event), event["withdrawn_by"], event["late_by_days"], _json(fields),
                ", ".join(event["missing_from"]),
                *(withdrawal.get(name) for name in ("recorded_at", "recorded_by", "reason")),
                document["plan"], document["basis"],
            ]  # fmt: skip

    columns = [
        *_ENVELOPE, "what", "withdrawn_by", "late_by_days", "fields", "missing_from", "withdrawal recorded at",
        "withdrawal recorded by", "withdrawal reason", "plan", "basis",
    ]  # fmt: skip
    return comma_separated(columns, rows())


def audit_csv(document: AuditDocument) -> str:
    """A row for each claim that the record does not bear out, and for each that contradicts another."""
    columns = [
        "kind", "where", "priority", "population", "at", "rating", "paper", "record", "contradiction", "why",
        "plan", "previous", "current",
    ]  # fmt: skip
    last = [document["plan"], fixed(document["previous"]), fixed(document["current"])]

    def claimed(claim: Mapping[str, Any]) -> list[Value]:
        return [claim[name] for name in ("where", "priority", "population", "at", "rating", "count")]

    rows: list[list[Value]] = [
        ["difference", *claimed(found["claim"]), found["record"], None, None, *last]
        for found in document["differences"]
    ]
    for place, contradiction in enumerate(document["contradictions"], 1):
        rows += [
            ["contradiction", *claimed(claim), None, place, contradiction["why"], *last]
            for claim in contradiction["claims"]
        ]
    return comma_separated(columns, rows)


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False)
