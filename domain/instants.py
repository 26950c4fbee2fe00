"""Instants as text."""

from datetime import UTC, datetime


def instant_text(instant: datetime) -> str:
    """An instant in ISO 8601, in UTC, with microseconds, ending in Z."""
    # Not strftime, which writes the year 1 as `1` and is slower.
    return f"{instant.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"
