"""The state of the plan for a form: the values to choose from, and those that stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from api.forms.event_forms import Form
from api.forms.field_words import in_plan_words
from api.forms.form_fields import Field
from api.papers.wording import day_in_words, safe_text, unended
from api.questions.asker import Asker
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from projections.action import ActionDocument, SingleActionDocument, action_at
from projections.document_history import HistoryDocument, document_history
from projections.plan_as_at import PlanDocument, plan_as_at
from projections.scale import RatingDocument, scale_document

#: Values to choose from: the value sent, and the label.
Options = list[tuple[str, str]]

_LONGEST = 70


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan, for showing a form or reading it.

    Attributes:
        plan: the plan at the point, with its closed and withdrawn actions.
        history: its document versions and presentations.
        ratings: the ratings of the scale on the form's day.
        action: the action that the address names, if any.
    """

    plan: PlanDocument
    history: HistoryDocument
    ratings: list[RatingDocument]
    action: SingleActionDocument | None

    @property
    def word(self) -> str:
        """The plan's word for a priority."""
        return self.plan["priority_word"]

    @property
    def actions(self) -> list[ActionDocument]:
        """All actions and their parts, in the order of the plan."""
        found: list[ActionDocument] = []
        left = [action for priority in reversed(self.plan["priorities"]) for action in reversed(priority["actions"])]
        while left:
            found.append(left.pop())
            left += reversed(found[-1]["actions"])
        return found

    @property
    def issues(self) -> Options:
        """The document versions, newest first."""
        return [
            (one["label"], f"{one['label']}, issued {day_in_words(one['issued_on'])}")
            for one in reversed(self.history["versions"])
        ]

    def subject(self, of: str, name: str) -> Mapping[str, object]:
        """The document of the action that the address names, or of a priority or measure; empty if there is none."""
        if of == "action":
            return self.action["action"] if self.action else {}
        priorities, measures = self.plan["priorities"], self.plan["measures"]
        if of == "priority":
            return next((one for one in priorities if one["number"] == name), {})
        return next((one for one in measures if of == "measure" and one["measure"] == name), {})


def standing(ask: Asker, plan: str, action: str | None = None, day: date | None = None, at: str = "now") -> Standing:
    """The state of a plan for a form.

    Args:
        ask: asks the ledger.
        plan: the plan's name.
        action: the number of the action that the address names, if any.
        day: the form's day; default: today.
        at: the point; default: now.

    Raises:
        ActionUnknown: the plan has no action with the number in the address.
    """

    def answers(shown: PlanAt, newest: PlanRecord) -> Standing:
        scale = newest.up_to(shown.basis).on(day or shown.effective_on).scale
        return Standing(
            plan_as_at(shown, everything=True),
            document_history(shown),
            scale_document(scale.value if scale else None)["ratings"],
            action_at(shown, action) if action else None,
        )

    shown: Standing = ask.at(plan, at, answers).document
    return shown


def options(field: Field, form: Form, stands: Standing) -> Options:
    """The values or suggestions for a field; none if anything may be typed."""
    if field.new:
        return []
    match field.of:
        case "action":
            among = [(one["number"], _in_words(one)) for one in stands.actions if _AMONG[form.among](one)]
        case "priority":
            among = [(one["number"], f"{one['number']}: {_short(one['title'])}") for one in stands.plan["priorities"]]
        case "measure":
            among = [(one["measure"], _short(one["title"])) for one in stands.plan["measures"]]
        case "rating":
            return [(one["code"], _meaning(one)) for one in stands.ratings]
        case "forum":
            return [
                (one, "") for one in sorted({one["forum"] for one in stands.history["presented"]}, key=str.casefold)
            ]
        case _:
            among = [(value, value.replace("-", " ").capitalize()) for value in field.values]
    nothing = in_plan_words(field.words.nothing or "", stands.word)
    return [("", nothing), *among] if field.control == "select" else []


#: Some actions of a plan -> whether an action is one of them.
_AMONG: dict[str, Callable[[ActionDocument], bool]] = {
    "": lambda _: True,
    "in": lambda one: one["status"] in ("open", "complete"),
    "out": lambda one: one["status"] in ("closed", "withdrawn"),
    "awaiting": lambda one: "awaiting" in one,
}


def _in_words(action: ActionDocument) -> str:
    status = f" ({action['status']})" if _AMONG["out"](action) else ""
    return f"{action['number']}{status}: {_short(action['text'])}"


def _meaning(rating: RatingDocument) -> str:
    """The meaning of a rating, with its conditions: evidence, or a second person."""
    said = [unended(rating["meaning"])] if rating["meaning"] else []
    if rating["needs_evidence"]:
        said.append("Needs evidence")
    if rating.get("needs_second_person"):
        said.append("Counts once a second person has confirmed it")
    return ". ".join(said)


def _short(text: str) -> str:
    line = safe_text(text)
    return line if len(line) <= _LONGEST else line[:_LONGEST].rsplit(" ", 1)[0] + "…"


def filled_in(form: Form, subject: Mapping[str, object]) -> dict[str, str]:
    """The values of the form's subject that it offers for editing, by field; empty without a subject."""
    found = {}
    for path in form.filled if subject else ():
        value: object = subject
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        found[name] = "\n".join(value) if isinstance(value, list) else str(value or "")
    return found
