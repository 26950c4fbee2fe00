"""What is wrong with what was typed, in the words of a form and beside its field."""

import re

from api.forms.event_forms import Field, Form, fields_of
from domain.events import EVENTS

#: Where the outcome of recording is not known; the form carries its event_id.
NOT_KNOWN = (
    "the database has not answered, so whether this was recorded is not known. Send the same form again in a while: "
    "nothing is stored twice"
)


class Unfit(ValueError):
    """What was typed makes no event, or one that a rule refuses: what is wrong, by field; "" where it is of none."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems.values()))


def by_field(problems: list[tuple[str, str]], form: Form) -> dict[str, str]:
    """What is wrong by field of the form; the first thing where several are wrong with one."""
    named = {field.name: field for field in fields_of(form)}
    found: dict[str, str] = {}
    for path, sentence in problems:
        name, *within = path.split(".")
        if name == "source":
            name, within = f"source_{within[0] if within else 'title'}", []
        if not name:
            name, sentence = _OF_THE_WHOLE.get(form.name, ("", sentence))
        elif within and within[0].isdigit():
            sentence = f"line {int(within[0]) + 1}: {sentence}"
        found.setdefault(name if name in named else "", in_form_words(sentence))
    return found


def missing(form: Form, field: Field) -> str:
    """What is to be done about a field without which nothing can be recorded."""
    if field.kind == "day":
        return "give a day, such as 2027-03-31"
    if field.kind == "select":
        return _CHOSEN[field.options]
    named = f"enter the {field.label[:1].lower()}{field.label[1:]}"
    return _MISSING.get(f"{form.name} {field.name}") or _MISSING.get(field.name) or named


_CHOSEN = {"actions": "choose an action", "priorities": "choose a priority", "measures": "choose a measure"}
#: Field, or form and field -> what is to be done where it is missing, when its label does not say that by itself.
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
    "version label": "enter the version, such as 3.0",
}

#: Form -> what is wrong where a field is missing of which at least one is needed, and which to begin with.
_OF_THE_WHOLE = {
    "add": ("priority", "choose where the action belongs, or which action it is part of"),
    "reword": ("text", "nothing is changed: give another text, another outcome, or both"),
    "reword-priority": ("title", "nothing is changed: give another title, other recommendations, or both"),
    "inspection": ("inspected_to", "the inspection ends before it begins"),
}


def refused(sentence: str, form: Form) -> Unfit:
    """Why a rule refuses it, beside the field that it is about where that is certain."""
    names = {field.name for field in fields_of(form)}
    for said, fields in _ABOUT:
        if re.search(said, sentence):
            name = next((field for field in fields if field in names), "")
            return Unfit({name: in_form_words(sentence)})
    return Unfit({"": in_form_words(sentence)})


#: What a refusal says -> the fields it may be about, of which a form has one.
_ABOUT = (
    (r"needs a reason: say why in `reason`$", ("reason",)),
    (r" needs evidence: name it in `evidence`$", ("evidence",)),
    (r"^'[^']*' is not on the plan's scale on ", ("rating", "effective_on")),
    (r" is in the future: today is ", ("effective_on",)),
    (r"^(action|priority|measure) \S+ was (added|defined) on .*, after ", ("effective_on",)),
    (r"^plan \S+ was opened on .*, after ", ("effective_on",)),
    (r"^plan \S+ cannot have been closed on ", ("effective_on",)),
    (r"^parts nest at most ", ("parent",)),
    (r"^action \S+ was (closed|withdrawn) on .* nothing can be recorded of it for ", ("effective_on",)),
    (r"^plan \S+ was closed on ", ("effective_on",)),
    (r"^plan \S+ had no rating scale on ", ("effective_on",)),
    (r"cannot have been presented on .*, before that day$", ("effective_on",)),
    (r"^the action number \S+ is already used ", ("number",)),
    (r"^plan \S+ already has a recommendation ", ("number",)),
    (r"^priority \S+ was already added on ", ("number",)),
    (r"^document version .* was already issued on ", ("label",)),
    (r"^plan \S+ has no action ", ("action", "parent")),
    (r"^plan \S+ has no priority ", ("priority", "number")),
    (r"^plan \S+ has no measure ", ("measure",)),
    (r"is to be part of .*, which is in priority |is part of another and goes with it", ("priority",)),
    (r" cannot have been confirmed on .*, before the day it is about ", ("effective_on",)),
    (r"^`\w+` of version \d+ .* redacted|^version \d+ has no text ", ("fields",)),
    (r"^plan \S+ has no version |^version \d+[ ,]", ("version",)),
    (r"^plan \S+ has no document version |may still come to mean more|^nothing of plan \S+ had been ", ("current",)),
)  # fmt: skip

_REWORDED = (
    (" (ActionReinstated)", ""), (" (RatingConfirmed)", ""), (" (PlanClosed)", ""),
    (" with PriorityReworded", " instead"), (" with MeasureDefined", ""), (": say why in `reason`", ": say why"),
    (": name it in `evidence`", ": name it"),
)  # fmt: skip
_KINDS = re.compile(rf"\b({'|'.join(EVENTS)})\b")


def in_form_words(sentence: str) -> str:
    """A sentence that was made for programs too, without their names for things."""
    for said, instead in _REWORDED:
        sentence = sentence.replace(said, instead)
    return _KINDS.sub(lambda found: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", found[0]).lower(), sentence)
