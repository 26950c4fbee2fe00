"""All forms that record, as data: only what does not follow from the fields of the event."""

from dataclasses import replace
from typing import NamedTuple

from api.forms.form_fields import Field, fields_of_event
from domain.events import EVENTS, kind_in_words

#: The things that a form may be about; the address may name them, under these names.
SUBJECTS = ("action", "priority", "measure", "version")


class Form(NamedTuple):
    """A form: the event it proposes, and how it differs from a plain list of the event's fields.

    Attributes:
        name: the form's name in its address.
        event: the event it proposes.
        title: the title, which names the task.
        first: the fields that come before all others.
        filled: the fields that offer for editing what stands: paths in the document of the subject.
        partial: whether fields that are left as they stand are left out of the event.
        owes_reason: whether the rules always require a reason.
        among: the actions to choose from: `in` the plan, `out` of it, `awaiting` confirmation; empty for all.
        same: the fields that decide whether another's event is about the same; empty for the first that names a thing.
        beside: others' events that may be about the same, besides those of the form's own kind.
    """

    name: str
    event: str
    title: str
    first: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    partial: bool = False
    owes_reason: bool = False
    among: str = ""
    same: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def fields(self) -> list[Field]:
        """All fields in order; those that every event has come last."""
        fields = {field.name: field for field in fields_of_event(self.event)}
        fields["reason"] = replace(fields["reason"], needed=self.owes_reason)
        return [fields[name] for name in dict.fromkeys([*self.first, *fields])]

    @property
    def key(self) -> Field | None:
        """The first field that names a thing of the plan; None if there is none."""
        return next((field for field in fields_of_event(self.event) if field.of), None)

    @property
    def subject(self) -> Field | None:
        """The field with the thing that the form is about; None if it is about the plan, or gives a new thing."""
        key = self.key
        return key if key and key.needed and not key.new and key.of in SUBJECTS else None

    @property
    def about(self) -> str:
        """The kind of thing that the form is about; empty if it is about the plan, or gives a new thing."""
        return self.subject.of if self.subject else ""


_PLACE = ("number", "priority", "parent")
_MEASURE = ("measure", "title", "unit", "baseline", "target", "priority")

#: Subject -> its forms.
_GROUPS: dict[str, tuple[Form, ...]] = {
    "An action": (
        Form("rate", "ActionRated", "Rate an action"),
        Form("confirm", "RatingConfirmed", "Confirm a rating that somebody else gave",
             filled=("awaiting.version",), among="awaiting"),
        Form("progress", "ProgressReported", "Report progress"),
        Form("reschedule", "ActionRescheduled", "Change when an action is due", owes_reason=True),
        Form("reassign", "ActionReassigned", "Give an action to other leads", filled=("leads",)),
        Form("reword", "ActionReworded", "Change the wording of an action", filled=("text", "outcome"), partial=True),
        Form("renumber", "ActionRenumbered", "Renumber or move an action", filled=("number",)),
        Form("evidence", "EvidenceAdded", "File evidence"),
        Form("close", "ActionClosed", "Close an action that is complete"),
        Form("withdraw", "ActionWithdrawn", "Withdraw an action", owes_reason=True),
        Form("reinstate", "ActionReinstated", "Reinstate an action", among="out"),
    ),
    "The plan": (
        Form("add", "ActionAdded", "Add an action", _PLACE, among="in", same=_PLACE, beside=("PriorityReworded",)),
        Form("priority", "PriorityAdded", "Add a priority", beside=("PriorityReworded",)),
        Form("reword-priority", "PriorityReworded", "Change the wording of a priority", filled=("title", "answers"),
             partial=True, beside=("PriorityAdded",)),
        Form("recommendation", "RecommendationMade", "Record what an inspection recommended"),
        Form("measure", "MeasureDefined", "Define a measure", filled=_MEASURE),
        Form("measure-value", "MeasureReported", "Report a measure", beside=("MeasureDefined",)),
        Form("assurance", "AssuranceGiven", "Record the assurance given on a priority", beside=("PriorityReworded",)),
        Form("inspection", "InspectionReported", "Report an inspection"),
        Form("scale", "ScaleAdopted", "Rate actions on another scale"),
        Form("close-plan", "PlanClosed", "Close the plan", beside=tuple(EVENTS)),
    ),
    # The other fields of these two refer to their day.
    "Documents and meetings": (
        Form("version", "VersionIssued", "Issue a document version", ("label", "effective_on")),
        Form("presentation", "ReportPresented", "Record a presentation to a forum",
             ("forum", "effective_on", "title", "current")),
    ),
    "Corrections": (
        Form("withdraw-event", "EventWithdrawn", "Withdraw an event recorded in error", owes_reason=True),
        Form("redact", "TextRedacted", "Destroy texts of an event", owes_reason=True),
    ),
}  # table: a form a line or two  # fmt: skip
#: It has a page of its own (`open_plan_form.py`), as there is no plan yet.
OPENING = Form("open-plan", "PlanOpened", "Open a plan", ("title", "organisation", "priority_word", "scale"))


def grouped_forms() -> dict[str, list[Form]]:
    """All forms by subject; an event without one here gets a form by its class alone."""
    groups = {name: list(forms) for name, forms in _GROUPS.items()}
    named = {form.event for forms in groups.values() for form in forms} | {OPENING.event}
    for event in [event for event in EVENTS if event not in named]:
        words = kind_in_words(event)
        form = Form(words.replace(" ", "-"), event, f"Record: {words}")
        groups["An action" if form.about == "action" else "The plan"].append(form)
    return groups


def all_forms() -> dict[str, Form]:
    """All forms by name."""
    return {form.name: form for forms in grouped_forms().values() for form in forms}
