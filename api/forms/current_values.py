"""The state of the plan for a form: the options to choose from, and the current values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.forms.event_forms import Form
from api.papers.wording import day_in_words, safe_text, unended
from api.questions.asker import Asker
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from projections.action import ActionDocument, SingleActionDocument, action_at
from projections.document_history import HistoryDocument, document_history
from projections.plan_as_at import PlanDocument, plan_as_at
from projections.scale import RatingDocument, scale_document

#: Options of a field: the value sent, and the label.
Options = list[tuple[str, str]]

_LONGEST = 70


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan, for showing a form or reading it.

    Attributes:
        plan: the plan at the point, with its closed and withdrawn actions.
        history: its document versions and presentations.
        ratings: the ratings of the scale on the form's day.
        action: the form's action, if its address names one.
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


def standing(ask: Asker, plan: str, about: dict[str, str], day: date | None = None, at: str = "now") -> Standing:
    """The state of a plan for a form.

    Args:
        ask: asks the ledger.
        plan: the plan's name.
        about: the subject of the form, from its address.
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
            action_at(shown, about["action"]) if "action" in about else None,
        )

    shown: Standing = ask.at(plan, at, answers).document
    return shown


def options(of: str, form: Form, stands: Standing) -> Options:
    """The options or suggestions for a field."""
    return _OPTIONS[of](form, stands)


def _actions(form: Form, stands: Standing) -> Options:
    left = {"closed", "withdrawn"}
    fits: dict[str, Callable[[ActionDocument], bool]] = {
        "reinstate": lambda one: one["status"] in left,
        "confirm": lambda one: "awaiting" in one,
    }
    listed = [one for one in stands.actions if form.name not in fits or fits[form.name](one)]
    return [("", "Choose an action"), *((one["number"], _action_words(one)) for one in listed)]


def _action_words(action: ActionDocument) -> str:
    status = f" ({action['status']})" if action["status"] in ("closed", "withdrawn") else ""
    return f"{action['number']}{status}: {_short(action['text'])}"


def _priorities(form: Form, stands: Standing) -> Options:
    nothing = {"renumber": "It stays where it is", "measure": "None in particular"}.get(form.name, "Choose one")
    words = ((one["number"], f"{one['number']}: {_short(one['title'])}") for one in stands.plan["priorities"])
    return [("", nothing), *words]


def _parents(_: Form, stands: Standing) -> Options:
    open_ones = (one for one in stands.actions if one["status"] in ("open", "complete"))
    return [("", "No other action"), *((one["number"], _action_words(one)) for one in open_ones)]


def _measures(_: Form, stands: Standing) -> Options:
    return [("", "Choose a measure"), *((one["measure"], _short(one["title"])) for one in stands.plan["measures"])]


def _ratings(_: Form, stands: Standing) -> Options:
    return [(one["code"], _meaning(one)) for one in stands.ratings]


def _meaning(rating: RatingDocument) -> str:
    """The meaning of a rating, with its conditions: evidence, or a second person."""
    said = [unended(rating["meaning"])] if rating["meaning"] else []
    if rating["needs_evidence"]:
        said.append("Needs evidence")
    if rating.get("needs_second_person"):
        said.append("Counts once a second person has confirmed it")
    return ". ".join(said)


def _forums(_: Form, stands: Standing) -> Options:
    return [(forum, "") for forum in sorted({one["forum"] for one in stands.history["presented"]}, key=str.casefold)]


def _issues(_: Form, stands: Standing) -> Options:
    return [
        (one["label"], f"{one['label']}, issued {day_in_words(one['issued_on'])}")
        for one in reversed(stands.history["versions"])
    ]


def _short(text: str) -> str:
    line = safe_text(text)
    return line if len(line) <= _LONGEST else line[:_LONGEST].rsplit(" ", 1)[0] + "…"


_OPTIONS: dict[str, Callable[[Form, Standing], Options]] = {
    "actions": _actions,
    "priorities": _priorities,
    "parents": _parents,
    "measures": _measures,
    "ratings": _ratings,
    "forums": _forums,
    "issues": _issues,
}


def filled_in(form: Form, about: dict[str, str], stands: Standing) -> dict[str, str]:
    """The current values that a form offers for editing, by field; empty if there are none."""
    if stands.action is not None:
        action = stands.action["action"]
        of_form: dict[str, dict[str, Any]] = {
            "reword": {"text": action["text"], "outcome": action["outcome"]},
            "reassign": {"leads": "\n".join(action["leads"])},
            "renumber": {"number": action["number"]},
            "confirm": {"version": str(action["awaiting"]["version"]) if "awaiting" in action else ""},
        }
        return {name: value or "" for name, value in of_form.get(form.name, {}).items()}
    if form.name == "reword-priority" and "number" in about:
        for priority in stands.plan["priorities"]:
            if priority["number"] == about["number"]:
                return {"title": priority["title"], "answers": "\n".join(priority["answers"])}
    if form.name == "measure" and "measure" in about:
        for measure in stands.plan["measures"]:
            if measure["measure"] == about["measure"]:
                names = ("measure", "title", "unit", "baseline", "target", "priority")
                return {name: measure[name] or "" for name in names}  # type: ignore[literal-required]
    return {"priority": about["priority"]} if form.name == "add" and "priority" in about else {}
