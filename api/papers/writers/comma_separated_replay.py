"""How the ratings moved, as comma-separated values: event by event, and over time."""

from collections.abc import Iterator

from api.papers.wording import NOT_RATED, fixed
from api.papers.writers.comma_separated_table import Value, comma_separated
from projections.ratings_over_time import RatingsOverTimeDocument
from projections.replay import ReplayDocument


def replay_csv(document: ReplayDocument) -> str:
    """A row for each event, with the counts after it; a rating has its column, by its label."""
    codes = [rating["code"] for rating in document["ratings"]]
    columns = [
        "version", "effective_on", "recorded_at", "recorded_by", "type", "sentence", "withdrawn_by", "as at",
        *_labels(document), NOT_RATED, "All", "plan", "basis",
    ]  # fmt: skip

    def rows() -> Iterator[list[Value]]:
        for step in document["steps"]:
            counts = [step["ratings"].get(code) for code in codes]
            yield [
                step["version"], step["effective_on"], step["recorded_at"], step["recorded_by"], step["type"],
                step["sentence"], step["withdrawn_by"], step["as_at"], *counts, step["unrated"], step["total"],
                document["plan"], document["basis"],
            ]  # fmt: skip

    return comma_separated(columns, rows())


def ratings_csv(document: RatingsOverTimeDocument) -> str:
    """A row for each day counted; a rating has its column, by its label."""
    codes = [rating["code"] for rating in document["ratings"]]
    last: list[Value] = [document["plan"], fixed(document["point"])]
    rows: list[list[Value]] = [
        [entry["on"], *(entry["ratings"][code] for code in codes), entry["unrated"], entry["total"], *last]
        for entry in document["counts"]
    ]
    return comma_separated(["on", *_labels(document), NOT_RATED, "All", "plan", "point"], rows)


def _labels(document: ReplayDocument | RatingsOverTimeDocument) -> list[str]:
    """The labels of the ratings; one that several bear has its code behind it."""
    labels = [rating["label"] for rating in document["ratings"]]
    return [
        f"{label} ({rating['code']})" if labels.count(label) > 1 else label
        for label, rating in zip(labels, document["ratings"], strict=True)
    ]
