# long: the vocabulary is read from top to bottom, as one page
"""The vocabulary: everything that can be recorded of an improvement plan, one class per fact.

An event is what an officer asks to record, what the ledger stores and what this page lists; there is no second set of
words. Each class opens with the sentence that would go in the minutes. The ledger adds which plan it concerns, its
version and position, when it was recorded and by whom.
"""

import re
from datetime import date
from typing import Annotated, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from domain.points import read_point
from domain.refusals import EventCode, Misfit
from domain.scales import Scale
from domain.texts import Code, Line, Number, Text


def _readable_point(text: str) -> str:
    read_point(text)
    return text


def _written_as_day(value: object) -> object:
    # Left to pydantic, 0 and "1559260800" would be days too: seconds since 1970.
    if isinstance(value, int | float) or (isinstance(value, str) and not _DAY.fullmatch(value)):
        raise Misfit(EventCode.NOT_A_DAY, "", "write the day as 2019-05-31")
    return value


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Day = Annotated[date, BeforeValidator(_written_as_day)]
PointText = Annotated[str, StringConstraints(max_length=600), AfterValidator(_readable_point)]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=63)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Of(NamedTuple):
    """In the type of a field: the kind of thing that it names, and whether the event gives the name to a new one."""

    thing: str
    new: bool = False


ActionNumber = Annotated[Number, Of("action")]
NewAction = Annotated[Number, Of("action", new=True)]
PriorityNumber = Annotated[Number, Of("priority")]
NewPriority = Annotated[Number, Of("priority", new=True)]
RecommendationNumber = Annotated[Number, Of("recommendation")]
NewRecommendation = Annotated[Number, Of("recommendation", new=True)]
MeasureCode = Annotated[Code, Of("measure")]
NewMeasure = Annotated[Code, Of("measure", new=True)]
RatingCode = Annotated[Code, Of("rating")]
Forum = Annotated[Line, Of("forum")]
EventVersion = Annotated[int, Field(ge=1, le=10**12, strict=True), Of("version")]


class Said(BaseModel):
    """Anything recorded: it cannot change afterwards, and holds nothing that it does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Source(Said):
    """The document a fact was taken from."""

    title: Line
    reference: Line | None = None
    published_on: Day | None = None


class Judgement(Said):
    """An inspection's judgement of one area."""

    area: Line
    grade: Line


class Event(Said):
    """The fields that every event has: the day from which it was true, why, and where it was taken from."""

    effective_on: Day = Field(description="The day from which it was true; today where it is left out.")
    reason: Text | None = Field(default=None, description="Why; owed where the rules say so.")
    source: Source | None = Field(default=None, description="The document it was taken from.")


# The plan


class PlanOpened(Event):
    """The plan was opened, with the scale it rates its actions on and the word it uses for its priorities."""

    title: Line
    organisation: Line
    scale: Scale
    priority_word: Line = "Priority"


class ScaleAdopted(Event):
    """From this day the plan rates its actions on another scale."""

    scale: Scale


class PlanClosed(Event):
    """The plan was closed: nothing more happens to its actions from this day."""


# What the plan answers to


class InspectionReported(Event):
    """An inspection was reported, with its judgements."""

    body: Line
    framework: Line | None = None
    inspected_from: Day | None = None
    inspected_to: Day | None = None
    published_on: Day | None = None
    judgements: tuple[Judgement, ...] = ()

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.inspected_from and self.inspected_to and self.inspected_to < self.inspected_from:
            raise Misfit(EventCode.ENDS_BEFORE_IT_BEGINS, "inspected_to", "the inspection ends before it begins")
        return self


class RecommendationMade(Event):
    """A recommendation was made, which the plan has to answer."""

    number: NewRecommendation
    text: Text
    made_by: Line | None = None


# Priorities


class PriorityAdded(Event):
    """A priority was added to the plan, answering these recommendations."""

    number: NewPriority
    title: Text
    answers: tuple[RecommendationNumber, ...] = ()


class PriorityReworded(Event):
    """A priority was given other words, or answers other recommendations; what is left out stays as it was."""

    number: PriorityNumber
    title: Text | None = None
    answers: tuple[RecommendationNumber, ...] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.title is None and self.answers is None:
            nothing = "nothing is changed: give another title, other recommendations, or both"
            raise Misfit(EventCode.NOTHING_CHANGED, "title", nothing)
        return self


# Actions


class ActionAdded(Event):
    """An action was added to a priority, or to another action as a part of it."""

    number: NewAction
    priority: PriorityNumber | None = Field(
        default=None, description="May be left out for a part: it goes with its parent."
    )
    text: Text
    outcome: Text | None = None
    timescale: Line | None = Field(
        default=None, description="When it is due, as written; a part without one is due when what it is part of is."
    )
    leads: tuple[Line, ...] = ()
    reports_to: Line | None = None
    parent: ActionNumber | None = Field(
        default=None,
        description="Number of the action it is part of; parts nest at most 5 deep. An action with parts is counted by "
        "its parts.",
    )

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if self.priority is None and self.parent is None:
            place = "choose where the action belongs, or which action it is part of"
            raise Misfit(EventCode.PLACE_NEEDED, "priority", place)
        return self


class ActionReworded(Event):
    """An action was given other words, or another outcome; what is left out stays as it was."""

    action: ActionNumber
    text: Text | None = None
    outcome: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.text is None and self.outcome is None:
            nothing = "nothing is changed: give another text, another outcome, or both"
            raise Misfit(EventCode.NOTHING_CHANGED, "text", nothing)
        return self


class ActionRenumbered(Event):
    """An action was given another number, and perhaps moved to another priority; its old number still finds it."""

    action: ActionNumber
    number: NewAction
    priority: PriorityNumber | None = Field(
        default=None, description="Its new priority; left out, it stays where it is."
    )


class ActionRescheduled(Event):
    """An action's timescale was changed, for a reason, with the approval of this person or body."""

    action: ActionNumber
    timescale: Line
    approved_by: Line | None = None


class ActionReassigned(Event):
    """An action was given to other leads."""

    action: ActionNumber
    leads: tuple[Line, ...] = Field(min_length=1)


class ActionRated(Event):
    """An action was rated; the same rating again is a fact too: reviewed, and unchanged."""

    action: ActionNumber
    rating: RatingCode = Field(description="On the plan's scale. An action with parts is counted by its parts.")
    evidence: tuple[Line, ...] = ()


class RatingConfirmed(Event):
    """A rating that needs a second person was confirmed by one, and counts from this day, on which that was done."""

    action: ActionNumber
    version: EventVersion = Field(description="Version of the event that gave the rating.")


class ProgressReported(Event):
    """Progress on an action was reported, in these words."""

    action: ActionNumber
    text: Text


class EvidenceAdded(Event):
    """Evidence of an action was filed."""

    action: ActionNumber
    title: Line
    location: Line | None = None
    sha256: Sha256 | None = Field(default=None, description="SHA-256 of the document, 64 hexadecimal digits.")


class ActionClosed(Event):
    """An action that was complete left the plan's reports."""

    action: ActionNumber


class ActionWithdrawn(Event):
    """An action was taken out of the plan, for a reason, without being complete."""

    action: ActionNumber


class ActionReinstated(Event):
    """An action that had been withdrawn or closed came back into the plan."""

    action: ActionNumber


# Assurance and measures


class AssuranceGiven(Event):
    """A report gave this level of assurance on a priority."""

    priority: PriorityNumber
    level: Line
    report: Line | None = None


class MeasureDefined(Event):
    """A measure was defined, or its definition revised from this day."""

    measure: NewMeasure
    title: Line
    unit: Line | None = None
    baseline: Line | None = None
    target: Line | None = None
    priority: PriorityNumber | None = None


class MeasureReported(Event):
    """A measure stood at this value for this period."""

    measure: MeasureCode
    period: Line
    value: Line
    standing: Line | None = Field(default=None, description="Where it stands against its target, as reported.")


# Documents and meetings


class VersionIssued(Event):
    """A version of the plan document was issued."""

    label: Line
    summary: Text
    author: Line | None = None


class ReportPresented(Event):
    """A report of the plan as at these points was presented to a forum: from then on the forum knew it."""

    forum: Forum
    title: Line | None = None
    previous: PointText | None = Field(default=None, description="The point compared from.")
    current: PointText = Field(description="The point reported; without a basis: with all recorded before this event.")


# Corrections


class EventWithdrawn(Event):
    """An event was recorded in error and no longer counts, on any day; what was answered before stays answered."""

    version: EventVersion = Field(description="Version of the event recorded in error.")


class TextRedacted(Event):
    """Texts of an event were destroyed for a legal reason, for every day and every answer; that they stood is kept."""

    version: EventVersion = Field(description="Version of the event whose texts were destroyed.")
    fields: tuple[FieldName, ...] = Field(
        min_length=1, max_length=20, description="The fields of that event whose texts were destroyed."
    )


#: Every event by its name, in the order of this page.
EVENTS: dict[str, type[Event]] = {event.__name__: event for event in Event.__subclasses__()}


def kind_in_words(kind: str) -> str:
    """The name of an event as a sentence says it: `action rated`."""
    return re.sub(r"\B(?=[A-Z])", " ", kind).lower().replace("version issued", "document version issued")
