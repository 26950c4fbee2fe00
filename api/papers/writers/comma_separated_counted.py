"""The actions behind a figure, and one event of the record, as comma-separated values."""

from collections.abc import Iterator
from typing import Any

from api.papers.wording import Labels, fixed
from api.papers.writers.comma_separated_record import trail_csv
from api.papers.writers.comma_separated_table import Value, comma_separated
from projections.counted import CountedDocument
from projections.event import EventDocument


def counted_csv(document: CountedDocument) -> str:
    """A row for each action; `count` is what it adds to the figure."""
    columns = [
        "priority", "action", "text", "status", "rating", "rating label", "rating version", "timescale", "due",
        "overdue", "count", "why", "other priority", "versions", "added version", "in the record",
        "when", "population", "asked rating", "asked priority", "plan", "previous", "current",
    ]  # fmt: skip
    labels, query = Labels(document), document["query"]
    asked: list[Value] = [query["when"], query["population"], query["rating"], query["priority"]]
    last = [*asked, document["plan"], fixed(document["previous"]), fixed(document["current"])]

    def rows() -> Iterator[list[Value]]:
        for entry in document["actions"]:
            due = entry["timescale"]
            yield [
                entry["priority"], entry["action"], entry["text"], entry["status"], entry["rating"],
                labels(entry["rating"]), entry["rating_version"], *([due["text"], due["due"]] if due else [None] * 2),
                entry["overdue"], entry["count"], entry["why"], entry["other_priority"],
                "; ".join(map(str, entry["versions"])), entry["added_version"], entry["known"], *last,
            ]  # fmt: skip

    return comma_separated(columns, rows())


def event_csv(document: EventDocument) -> str:
    """One row: the event as a trail has it."""
    page: Any = {**document, "events": [document["event"]]}
    return trail_csv(page)
