"""The types of events as data: the fields of all events, of which each event has its own."""

from collections.abc import Mapping
from typing import NotRequired

from typing_extensions import TypedDict


class EventFields(TypedDict, total=False):
    """The fields that events have of their own; EVENTS.md says which event has which.

    `withdraws`, `confirms` and `redacts` are the version that an EventWithdrawn, RatingConfirmed or TextRedacted names.
    """

    action: str
    answers: list[str]
    approved_by: str
    author: str
    baseline: str
    body: str
    confirms: int
    current: str
    evidence: list[str]
    fields: list[str]
    forum: str
    framework: str
    inspected_from: str
    inspected_to: str
    judgements: list[Mapping[str, str]]
    label: str
    leads: list[str]
    level: str
    location: str
    made_by: str
    measure: str
    number: str
    organisation: str
    outcome: str
    parent: str
    period: str
    previous: str
    priority: str
    priority_word: str
    published_on: str
    rating: str
    reason: str
    redacts: int
    report: str
    reports_to: str
    scale: Mapping[str, str | list[Mapping[str, str | bool | None]]]
    sha256: str
    source: Mapping[str, str]
    standing: str
    summary: str
    target: str
    text: str
    timescale: str
    title: str
    unit: str
    value: str
    withdraws: int


class RecordedFields(EventFields):
    """An event with its envelope; `redacted` names the fields whose texts were destroyed."""

    version: int
    position: int
    recorded_at: str
    recorded_by: str
    event_id: str
    type: str
    effective_on: str
    redacted: NotRequired[list[str]]
