"""One event in words: its kind, its fields, and its recording."""

from collections.abc import Mapping
from typing import cast

from api.papers.wording import Labels, day_in_words, instant_in_words, safe_lines, safe_text, unended
from domain.redaction import redactable
from projections.event import EventDocument
from projections.inspections import JudgementDocument
from projections.replay import PageStep
from projections.scale import ScaleDocument
from projections.trail import TrailEntry

#: The fields of the envelope, and fields that have words of their own.
_AROUND = {
    "version", "position", "recorded_at", "recorded_by", "event_id", "type", "effective_on", "reason", "source",
    "withdrawn_by", "withdrawal", "late_by_days", "missing_from", "sentence", "redacted_by",
}  # table: names alone  # fmt: skip
_NAMES = {
    "answers": "Answers recommendation",
    "confirms": "Event confirmed",
    "current": "Point reported",
    "inspected_from": "Inspected from",
    "inspected_to": "Inspected to",
    "label": "Document version",
    "leads": "Lead",
    "level": "Assurance",
    "parent": "Part of action",
    "previous": "Compared with",
    "priority_word": "Word for a priority",
    "fields": "Texts destroyed",
    "redacted": "Texts destroyed",
    "redacts": "Event redacted",
    "sha256": "SHA-256",
    "timescale": "Due",
    "withdraws": "Event withdrawn",
}
_DAYS = {"inspected_from", "inspected_to", "published_on"}


def event_fields(event: TrailEntry, word: str, labels: Labels) -> list[tuple[str, str]]:
    """The event's own fields: the name of each and its value, which may have several lines.

    `word` is the plan's word for a priority, `labels` are the words of its ratings.
    """
    fields = {name: value for name, value in event.items() if name not in _AROUND and value not in (None, [])}
    return [(_name(name, word), _value(name, value, labels)) for name, value in fields.items()]


def _name(field: str, word: str) -> str:
    if field == "priority":
        return safe_text(word)
    return _NAMES.get(field, field.replace("_", " ").capitalize())


def _value(field: str, value: object, labels: Labels) -> str:
    if field == "rating":
        return labels(str(value))
    if field == "scale":
        scale = cast(ScaleDocument, value)
        ratings = [": ".join(filter(None, (one["label"], one.get("meaning")))) for one in scale["ratings"]]
        return "\n".join(map(safe_text, (scale["name"], *ratings)))
    if field == "judgements":
        return "\n".join(safe_text(f"{one['area']}: {one['grade']}") for one in cast(list[JudgementDocument], value))
    if field in _DAYS:
        return day_in_words(str(value))
    if isinstance(value, list):
        return "\n".join(safe_text(str(one)) for one in value)
    return safe_lines(str(value)).strip()


def source_words(event: TrailEntry) -> str:
    """The source document of an event; nothing if it names none."""
    source = event.get("source")
    if not source:
        return ""
    published = f"published {day_in_words(source['published_on'])}" if source.get("published_on") else ""
    return ", ".join(filter(None, [safe_text(source["title"]), safe_text(source.get("reference") or ""), published]))


def texts_left(event: TrailEntry, word: str) -> list[tuple[str, str, str]]:
    """The texts of an event that can still be destroyed: field, name and content."""
    left = [field for field in redactable(event["type"], event) if field not in event.get("redacted", ())]
    return [(field, *_text_left(field, event, word)) for field in left]


def _text_left(field: str, event: TrailEntry, word: str) -> tuple[str, str]:
    if field == "source":
        return "The document it was taken from", source_words(event)
    value = cast(Mapping[str, str | list[str]], event)[field]
    return _name(field, word), safe_lines("\n".join(value) if isinstance(value, list) else value).strip()


def withdrawal_words(event: TrailEntry | PageStep) -> str:
    """The withdrawal of an event: by whom, when and why; nothing if the event still counts."""
    withdrawal = event["withdrawal"]
    if withdrawal is None:
        return ""
    by, at = safe_text(withdrawal["recorded_by"]), instant_in_words(withdrawal["recorded_at"])
    reason = f", because: {unended(withdrawal['reason'])}" if withdrawal["reason"] else ""
    return f"Withdrawn as recorded in error by {by} on {at}{reason}"


def event_basis(document: EventDocument) -> str:
    """The basis of an answer about an event: `As recorded up to record number 289, on 20 November 2026.`"""
    return f"As recorded up to record number {document['basis']}, on {instant_in_words(document['known_at'])}."


def event_command(document: EventDocument) -> str:
    """The command that shows the event again, unchanged by anything recorded later."""
    return f"asat event {document['plan']} {document['event']['version']} --up-to {document['basis']}"
