"""The words beside the fields of forms, in one table."""

from typing import NamedTuple


class Words(NamedTuple):
    """The words beside a field; what is left out follows from the field's name, type and description.

    Attributes:
        label: the label.
        hint: help for filling it in.
        missing: the error if it is needed and empty.
        nothing: the first entry of a list, which chooses nothing.
        marked: whether a field that may be left empty is marked as optional.
    """

    label: str | None = None
    hint: str | None = None
    missing: str | None = None
    nothing: str | None = None
    marked: bool | None = None


def words_of(event: str, field: str) -> Words:
    """The words of an event's field: those of this event alone, over those of any event's field of the name."""
    own = WORDS.get(f"{event}.{field}", Words())._asdict()
    return WORDS.get(field, Words())._replace(**{name: words for name, words in own.items() if words is not None})


def in_plan_words(text: str, word: str) -> str:
    """A text of the program, with the plan's word for a priority."""
    return text.replace("Priority", word).replace("a priority", f"a {word.lower()}")


_AS_PRINTED = "As the plan should print it: 31/03/27, March 2027, Ongoing."
_NOT_LATER = "Leave it as it is, or empty, if it stays the same."

#: Field, or event and field -> its words. Labels name the plan's priorities "Priority", hints never do.
WORDS: dict[str, Words] = {
    # Every event
    "effective_on": Words("From which day was this true?", ""),
    "RatingConfirmed.effective_on": Words("On which day was it confirmed?"),
    "VersionIssued.effective_on": Words("On which day was it issued?"),
    "ReportPresented.effective_on": Words("On which day was it presented?"),
    "EventWithdrawn.effective_on": Words("When was the error found?"),
    "TextRedacted.effective_on": Words("When was it decided?"),
    "PlanOpened.effective_on": Words(hint="The first day of the plan. It may be long past."),
    "reason": Words("Why?", "", "say why"),
    "ActionRated.reason": Words(hint="Needed when an action that was complete is reopened."),
    "ActionRescheduled.reason": Words(hint="A change of timescale is always explained."),
    "ActionClosed.reason": Words(hint="The action leaves the reports from that day on."),
    "ActionWithdrawn.reason": Words(hint="It leaves the plan without being complete, which is always explained."),
    "ActionReinstated.reason": Words(hint="Needed when the action had been closed as complete."),
    "PlanClosed.reason": Words(hint="Nothing more can be recorded of its actions from that day on."),
    "EventWithdrawn.reason": Words(hint="Earlier answers stay as they were. From now on it counts on no day."),
    "TextRedacted.reason": Words(hint="This reason stays in the record, so name nobody in it."),
    "source_title": Words("Title of the document", missing="say which document it is"),
    "source_reference": Words("Its reference"),
    "source_published_on": Words("Published on"),
    # The plan
    "PlanOpened.title": Words(hint="As it stands on the plan.", missing="enter the title of the plan"),
    "organisation": Words(hint="The council or body whose plan it is.", missing="enter whose plan it is"),
    "priority_word": Words(
        "Word for a priority",
        "What the plan calls a group of actions: Priority, Theme.",
        "enter what the plan calls a group of actions, such as Priority",
    ),
    "scale": Words(
        "Rating scale",
        "A scale with other words is given with a file of events or by a program.",
        "choose a rating scale",
    ),
    # Actions
    "ActionAdded.number": Words(
        hint="As the plan prints it, such as 2.4 or 6.1a.", missing="enter the action's number"
    ),
    "ActionAdded.priority": Words(hint="Needed, unless it is part of another action.", marked=False),
    "parent": Words("Part of", "An action that has parts is counted by its parts.", nothing="No other action"),
    "ActionAdded.text": Words("Action", missing="enter the text of the action"),
    "ActionReworded.text": Words("Action", _NOT_LATER),
    "outcome": Words(hint="What will be different once the action is done."),
    "ActionReworded.outcome": Words(hint=_NOT_LATER),
    "timescale": Words(hint=_AS_PRINTED),
    "ActionRescheduled.timescale": Words("New timescale"),
    "approved_by": Words(hint="The person or body that agreed to the change."),
    "leads": Words(hint="Roles rather than names, one on each line."),
    "reports_to": Words(hint="The board or group that it reports to."),
    "ActionRenumbered.number": Words(
        "New number", "The old number will still find it.", "enter the action's new number"
    ),
    "ActionRenumbered.priority": Words("Move to", "", nothing="It stays where it is"),
    "rating": Words(hint="From the plan's scale on the day on which this was true."),
    "evidence": Words("Evidence for the rating", "Titles of documents, one on each line."),
    "version": Words("Record number of the event", "The trail shows that of every event, such as 212."),
    "RatingConfirmed.version": Words(
        "Record number of the event that gave the rating", "As the action's page shows it, such as 212."
    ),
    "ProgressReported.text": Words("What progress has been made?", missing="say what progress has been made"),
    "EvidenceAdded.title": Words("Title of the document"),
    "location": Words("Where it is kept", "A web address, or a folder."),
    "sha256": Words("SHA-256 of the document", "64 hexadecimal digits: they show whether a file is that document."),
    # What the plan answers to, priorities, measures
    "body": Words("Inspected by", missing="say who inspected"),
    "inspected_from": Words("First day of the inspection"),
    "inspected_to": Words("Last day of the inspection"),
    "InspectionReported.published_on": Words("Report published on"),
    "judgements": Words(hint="One on each line: the area, a colon and the grade, such as Leadership: good."),
    "RecommendationMade.number": Words(hint="As its report prints it.", missing="enter the recommendation's number"),
    "RecommendationMade.text": Words("Recommendation", missing="enter the text of the recommendation"),
    "answers": Words("Recommendations it answers", "Their numbers, one on each line."),
    "PriorityAdded.number": Words(hint="As the plan prints it."),
    "PriorityReworded.number": Words("Priority"),
    "PriorityReworded.title": Words(hint=_NOT_LATER),
    "level": Words("Level of assurance", "As the report calls it: partial, limited."),
    "report": Words("Report that gave it"),
    "MeasureDefined.measure": Words("Short name", "Lower-case letters, digits and hyphens, such as visits-in-time."),
    "MeasureDefined.priority": Words(nothing="None in particular"),
    "period": Words(hint="Such as March 2027, or Q4 2026/27."),
    "standing": Words("Where it stands against its target", "As it was reported."),
    # Documents and meetings
    "label": Words("Document version", "Such as 3.0.", "enter the document version, such as 3.0"),
    "summary": Words("Summary of changes"),
    "forum": Words(hint="The committee or board."),
    "ReportPresented.title": Words("Title of the report"),
    "current": Words("Which state of the plan did the report show?", "", "choose which state of the plan it showed"),
    "previous": Words("What did the report compare it with?", ""),
    # Corrections
    "fields": Words(
        "Which texts are to be destroyed?",
        "They are gone for every day. Nobody can have them back.",
        "tick the texts that are to be destroyed",
    ),
}
