"""The last day of validity of a role or a token, read as the instant at which that day ends."""

from datetime import UTC, date, datetime, time, timedelta

from domain.points import LONDON


def end_of_last_day(typed: str, now: datetime) -> datetime:
    """The end of a day in London; raises ValueError for no valid day, or one already over."""
    try:
        over = datetime.combine(date.fromisoformat(typed) + timedelta(days=1), time(), LONDON).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{typed[:40]!r} is no day; write it as 2027-03-31") from None
    if over <= now:
        raise ValueError(f"{typed} is over already; give today or a day to come")
    return over
