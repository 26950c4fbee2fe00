"""All forms that record, as data: their questions in an officer's words, and the event that the answers make.

A form field has the name of the event's field, except where several form fields make one field of the event
(`api.forms.proposing`).
"""

from typing import Literal, NamedTuple

Kind = Literal["line", "area", "day", "select", "radios", "lines", "judgements", "whole", "point", "texts"]


class Field(NamedTuple):
    """A field of a form.

    Attributes:
        name: the field's name.
        label: the label shown.
        kind: the input control, and how its text is read.
        hint: help for filling it in.
        needed: whether the field is required.
        options: the name of its options or suggestions in `api.forms.current_values.options`.
        unless: whether another field may be filled in instead, as its hint says; then it is not marked as optional.
    """

    name: str
    label: str
    kind: Kind = "line"
    hint: str = ""
    needed: bool = False
    options: str = ""
    unless: bool = False


_TRUE_FROM = "From which day was this true?"


class Form(NamedTuple):
    """A form: the event it proposes, and its fields.

    Attributes:
        name: the form's name in its address.
        event: the event it proposes.
        title: the title, which names the task.
        about: the field with its subject, which the address may give; empty if the subject is the plan.
        fields: the other fields.
        why: the label of the reason, if "Why?" is not enough.
        owes_reason: whether the rules always require a reason.
        same: others' events with the same subject: (event, its field, the form's field of the same value). An event
            without a field always counts, and `*` is any event. If the subject is an action, all its events count.
        day: the label of the effective date.
    """

    name: str
    event: str
    title: str
    about: str = ""
    fields: tuple[Field, ...] = ()
    why: str = ""
    owes_reason: bool = False
    same: tuple[tuple[str, str, str], ...] = ()
    day: str = _TRUE_FROM


_TIMESCALE = "As the plan should print it: 31/03/27, March 2027, Ongoing."
_STAYS = "What is left empty, or as it is, stays."

_LEADS = Field("leads", "Leads", "lines", "Roles rather than names, one on each line.", True)
_RATED = (
    Field("rating", "Rating", "radios", "As the plan's scale has it on the day this was true.", True, "ratings"),
    Field("evidence", "Evidence it rests on", "lines", "Titles of documents, one on each line."),
)
_PRIORITY = Field("priority", "Priority", "select", "", True, "priorities")
_ANSWERS = Field("answers", "Recommendations it answers", "lines", "Their numbers, one on each line.")
_MEASURE = ("MeasureDefined", "measure", "measure"), ("MeasureReported", "measure", "measure")
_OF_PRIORITY = ("PriorityAdded", "number", "number"), ("PriorityReworded", "number", "number")

_OF_AN_ACTION = (
    Form("rate", "ActionRated", "Rate an action", "action", _RATED,
         "Needed when an action that was complete is reopened."),
    Form("confirm", "RatingConfirmed", "Confirm a rating that somebody else gave", "action",
         (Field("version", "Record number of the event that gave the rating", "whole",
                "As the action's page shows it, such as 212.", True),),
         day="On which day was it confirmed?"),
    Form("progress", "ProgressReported", "Report progress", "action",
         (Field("text", "What progress has been made?", "area", "", True),)),
    Form("reschedule", "ActionRescheduled", "Change when an action is due", "action",
         (Field("timescale", "New timescale", "line", _TIMESCALE, True),
          Field("approved_by", "Approved by", "line", "The person or body that agreed to the change.")),
         "A change of timescale is always explained.", True),
    Form("reassign", "ActionReassigned", "Give an action to other leads", "action", (_LEADS,)),
    Form("reword", "ActionReworded", "Change the wording of an action", "action",
         (Field("text", "Action", "area", _STAYS), Field("outcome", "Outcome", "area"))),
    Form("renumber", "ActionRenumbered", "Renumber or move an action", "action",
         (Field("number", "New number", "line", "The old number will still find it.", True),
          Field("priority", "Move to", "select", "", False, "priorities"))),
    Form("evidence", "EvidenceAdded", "File evidence", "action",
         (Field("title", "Title of the document", needed=True),
          Field("location", "Where it is kept", "line", "A web address, or a folder."),
          Field("sha256", "Its SHA-256", "line",
                "64 hexadecimal digits that show later whether the document is the same."))),
    Form("close", "ActionClosed", "Close an action that is complete", "action",
         why="It leaves the reports from that day on."),
    Form("withdraw", "ActionWithdrawn", "Withdraw an action", "action",
         why="It leaves the plan without being complete, which is always explained.", owes_reason=True),
    Form("reinstate", "ActionReinstated", "Reinstate an action", "action",
         why="Needed when the action had been closed as complete."),
)  # fmt: skip

_OF_THE_PLAN = (
    Form("add", "ActionAdded", "Add an action", "", (
        Field("number", "Number", "line", "As the plan prints it, such as 2.4 or 6.1a.", True),
        Field("priority", "Priority", "select", "Needed, unless it is part of another action.",
              options="priorities", unless=True),
        Field("parent", "Part of", "select", "An action with parts is counted by its parts.", False, "parents"),
        Field("text", "Action", "area", "", True),
        Field("outcome", "Outcome", "area", "What will be different once it is done."),
        Field("timescale", "Timescale", "line", _TIMESCALE),
        _LEADS._replace(needed=False),
        Field("reports_to", "Reports to", "line", "The board or group that it reports to."),
    ), same=(("ActionAdded", "number", "number"), ("ActionAdded", "priority", "priority"),
             ("ActionAdded", "parent", "parent"), ("PriorityReworded", "number", "priority"))),
    Form("priority", "PriorityAdded", "Add a priority", "", (
        Field("number", "Number", "line", "As the plan prints it.", True),
        Field("title", "Title", "area", "", True), _ANSWERS,
    ), same=_OF_PRIORITY),
    Form("reword-priority", "PriorityReworded", "Change the wording of a priority", "number", (
        Field("title", "Title", "area", _STAYS), _ANSWERS,
    ), same=_OF_PRIORITY),
    Form("recommendation", "RecommendationMade", "Record what an inspection recommended", "", (
        Field("number", "Number", "line", "As its report prints it.", True),
        Field("text", "Recommendation", "area", "", True), Field("made_by", "Made by"),
    ), same=(("RecommendationMade", "number", "number"),)),
    Form("measure", "MeasureDefined", "Define a measure", "", (
        Field("measure", "Short name", "line", "Lower-case letters, digits and hyphens, such as visits-in-time.", True),
        Field("title", "Title", needed=True), Field("unit", "Unit"),
        Field("baseline", "Baseline"), Field("target", "Target"),
        _PRIORITY._replace(needed=False),
    ), same=_MEASURE[:1]),
    Form("measure-value", "MeasureReported", "Report a measure", "measure", (
        Field("period", "Period", "line", "Such as March 2027, or Q4 2026/27.", True),
        Field("value", "Value", needed=True),
        Field("standing", "Where it stands against its target", "line", "As it was reported."),
    ), same=_MEASURE),
    Form("assurance", "AssuranceGiven", "Record the assurance given on a priority", "priority", (
        Field("level", "Level of assurance", "line", "As the report calls it: partial, limited.", True),
        Field("report", "Report that gave it"),
    ), same=(("AssuranceGiven", "priority", "priority"), ("PriorityReworded", "number", "priority"))),
    Form("inspection", "InspectionReported", "Report an inspection", "", (
        Field("body", "Inspected by", needed=True), Field("framework", "Framework"),
        Field("inspected_from", "First day of the inspection", "day"),
        Field("inspected_to", "Last day of the inspection", "day"), Field("published_on", "Report published on", "day"),
        Field("judgements", "Judgements", "judgements",
              "One on each line, the area before the grade, as in Leadership: good."),
    ), same=(("InspectionReported", "", ""),)),
    Form("close-plan", "PlanClosed", "Close the plan", "", same=(("*", "", ""),),
         why="Nothing more can be recorded of its actions from that day on."),
)  # fmt: skip

_OF_DOCUMENTS = (
    Form("version", "VersionIssued", "Issue a document version", "", (
        Field("label", "Document version", "line", "Such as 3.0.", True),
        Field("summary", "Summary of changes", "area", "", True), Field("author", "Author"),
    ), same=(("VersionIssued", "", ""),), day="On which day was it issued?"),
    Form("presentation", "ReportPresented", "Record a presentation to a forum", "", (
        Field("forum", "Forum", "line", "The committee or board.", True, "forums"),
        Field("title", "Title of the report"),
        Field("current", "Which state of the plan was it shown?", "point", "", True, "issues"),
        Field("previous", "What was that compared with?", "point", "", False, "issues"),
    ), same=(("ReportPresented", "forum", "forum"),), day="On which day was it presented?"),
)  # fmt: skip

_CORRECTIONS = (
    Form("withdraw-event", "EventWithdrawn", "Withdraw an event recorded in error", "version",
         why="What was answered before stays answered; from now on the event no longer counts, on any day.",
         owes_reason=True, day="When was the error found?"),
    Form("redact", "TextRedacted", "Destroy texts of an event", "version", (
        Field("fields", "Which texts are to be destroyed?", "texts",
              "For every point in time: they cannot be had back.", True),
    ), why="It stays in the record, so name nobody. What is destroyed is gone for every day, and cannot be had back.",
       owes_reason=True, day="When was it decided?"),
)  # fmt: skip

#: Subject -> its forms.
GROUPS: tuple[tuple[str, tuple[Form, ...]], ...] = (
    ("An action", _OF_AN_ACTION),
    ("The plan", _OF_THE_PLAN),
    ("Documents and meetings", _OF_DOCUMENTS),
    ("Corrections", _CORRECTIONS),
)
#: Name -> form.
FORMS: dict[str, Form] = {form.name: form for _, forms in GROUPS for form in forms}

#: The fields for the subject of a form.
ABOUT: dict[str, Field] = {
    "action": Field("action", "Action", "select", "", True, "actions"),
    "priority": Field("priority", "Priority", "select", "", True, "priorities"),
    "number": Field("number", "Priority", "select", "", True, "priorities"),
    "measure": Field("measure", "Measure", "select", "", True, "measures"),
    "version": Field(
        "version", "Record number of the event", "whole", "The trail shows that of every event, such as 212.", True
    ),
}


def fields_of(form: Form) -> list[Field]:
    """All fields of a form in order: its subject, its own fields, and those of every event."""
    about = [ABOUT[form.about]] if form.about else []
    day = Field("effective_on", form.day, "day", "", True)
    reason = Field("reason", "Why?", "area", form.why, form.owes_reason)
    # The other fields of a version or presentation refer to its day, so the day comes second.
    first = len(form.fields) if form.day == _TRUE_FROM else 1
    own = [*form.fields[:first], day, *form.fields[first:]]
    return [*about, *own, reason, *SOURCE]


SOURCE = (
    Field("source_title", "Title of the document"),
    Field("source_reference", "Its reference"),
    Field("source_published_on", "Published on", "day"),
)
