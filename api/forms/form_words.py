"""Error messages in the words of a form, by field."""

from collections.abc import Sequence

from api.forms.event_forms import Field, Form, fields_of
from domain.refusals import Problem, Refused

#: For an unknown outcome of recording; the form carries its event_id.
NOT_KNOWN = (
    "the database has not answered, so whether this was recorded is not known. Send the same form again in a while: "
    "nothing is stored twice"
)


class Unfit(ValueError):
    """The values make no valid event: messages by field, with "" for those of no field."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems.values()))


def by_field(problems: Sequence[Problem], form: Form) -> dict[str, str]:
    """The messages by field of the form; the first one if a field has several."""
    named = {field.name: field for field in fields_of(form)}
    found: dict[str, str] = {}
    for _, path, sentence in problems:
        name, *within = path.split(".")
        if name == "source":
            name, within = f"source_{within[0] if within else 'title'}", []
        if within and within[0].isdigit():
            sentence = f"line {int(within[0]) + 1}: {sentence}"
        found.setdefault(name if name in named else "", sentence)
    return found


def missing(form: Form, field: Field) -> str:
    """The message for a missing required field."""
    if field.kind == "day":
        return "give a day, such as 2027-03-31"
    if field.kind == "select":
        return _CHOSEN[field.options]
    named = f"enter the {field.label[:1].lower()}{field.label[1:]}"
    return _MISSING.get(f"{form.name} {field.name}") or _MISSING.get(field.name) or named


_CHOSEN = {"actions": "choose an action", "priorities": "choose a priority", "measures": "choose a measure"}
#: Field, or form and field -> message if it is missing, where the label is not enough.
_MISSING = {
    "reason": "say why",
    "rating": "choose a rating",
    "body": "say who inspected",
    "fields": "tick the texts that are to be destroyed",
    "current": "choose which state of the plan was shown",
    "progress text": "say what progress has been made",
    "add number": "enter the action's number",
    "add text": "enter the text of the action",
    "renumber number": "enter the action's new number",
    "recommendation number": "enter the recommendation's number",
    "recommendation text": "enter the text of the recommendation",
    "version label": "enter the document version, such as 3.0",
}


def refused(error: Refused, form: Form) -> Unfit:
    """The refusal by a rule, at the field that caused it."""
    named = {field.name for field in fields_of(form)}
    return Unfit({error.field if error.field in named else "": str(error)})
