"""The values in a plan's timelines, one class for each kind of fact."""

from datetime import date
from typing import Literal, NamedTuple

from domain.timescales import Timescale

#: Whether an action is in the plan. Being complete is not a standing but a rating.
Standing = Literal["open", "closed", "withdrawn"]


class Logged(NamedTuple):
    """An event in the log of a plan: its name and its effective day."""

    kind: str
    effective_on: date


class Due(NamedTuple):
    """When an action is due, who approved that, and why it was changed."""

    timescale: Timescale
    approved_by: str | None
    reason: str | None


class Rated(NamedTuple):
    """A rating, with the titles of its evidence."""

    code: str
    evidence: tuple[str, ...]


class Awaiting(NamedTuple):
    """A rating that counts only once a second person has confirmed it."""

    code: str
    evidence: tuple[str, ...]
    rated_by: str


class Evidence(NamedTuple):
    """A document filed as evidence."""

    title: str
    location: str | None
    sha256: str | None


class Recommendation(NamedTuple):
    """A recommendation the plan has to answer."""

    text: str
    made_by: str | None


class Inspection(NamedTuple):
    """An inspection and its judgements: (area, grade) pairs."""

    body: str
    framework: str | None
    inspected_from: date | None
    inspected_to: date | None
    published_on: date | None
    judgements: tuple[tuple[str, str], ...]


class Assurance(NamedTuple):
    """A level of assurance, and the report that gave it."""

    level: str
    report: str | None


class Definition(NamedTuple):
    """The definition of a measure, with its baseline and its target."""

    title: str
    unit: str | None
    baseline: str | None
    target: str | None
    priority: str | None


class Reading(NamedTuple):
    """A measure's value for a period, as reported."""

    period: str
    value: str
    standing: str | None


class Issue(NamedTuple):
    """A version of the plan document."""

    label: str
    summary: str
    author: str | None


class Presentation(NamedTuple):
    """A report presented to a forum: the points it showed, as (effective day, basis)."""

    forum: str
    title: str | None
    previous: tuple[date, int] | None
    current: tuple[date, int]
