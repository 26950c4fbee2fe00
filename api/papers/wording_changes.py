"""One change of a plan in words: what it is about, what happened, and what was said before and after."""

from typing import Any, NamedTuple

from api.papers.wording import Labels, day_in_figures, safe_text
from projections.change import Change

_SPOKEN = {
    "rating": "Rating",
    "reviewed": "Reviewed, the same",
    "progress": "Progress",
    "wording": "Wording",
    "timescale": "Timescale",
    "leads": "Lead",
    "number": "Number",
    "priority": "Moved",
    "evidence": "Evidence",
    "removed": "Not in the plan",
    "answers": "Answers",
    "priority added": "Added",
    "priority reworded": "Wording",
}


class ChangeWords(NamedTuple):
    """A change as a paper says it: of what, in what words, what happened, and what was said before and after.

    What there is nothing to say of is empty. `subject` is empty for what is the priority's or the plan's own.
    """

    subject: str
    text: str
    what: str
    previous: str
    current: str


def change_words(change: Change, word: str, labels: Labels) -> ChangeWords:
    """A change as a paper says it.

    Args:
        change: the change.
        word: what the plan calls a priority.
        labels: the words of its ratings.
    """
    kind, fact = change["kind"], change["fact"]
    what = _SPOKEN.get(kind, kind.capitalize())
    if kind == "reviewed" and fact != "rating":
        what = f"{fact.capitalize()} said again"
    if kind == "wording" and fact == "outcome":
        what = "Outcome"
    if change["by_withdrawal"]:
        what += " (an entry was withdrawn)"
    previous, current = (value_words(fact, value, labels) for value in (change["previous"], change["current"]))
    if kind in ("closed", "withdrawn", "reinstated"):
        previous = current = ""
    subject = _subject(change)
    text = change["text"] or "" if subject or kind == "priority added" else ""
    return ChangeWords(subject, safe_text(text), what, previous, current)


def _subject(change: Change) -> str:
    if change["action"]:
        was = f" (was {safe_text(change['previous_action'])})" if change["previous_action"] else ""
        return safe_text(change["action"]) + was
    if change["recommendation"]:
        return f"Recommendation {safe_text(change['recommendation'])}"
    return "Measure" if change["measure"] else ""


def value_words(fact: str, value: Any, labels: Labels) -> str:
    """What was said of a fact; nothing where nothing was."""
    if value is None:
        return "Not rated" if fact == "rating" else ""
    if fact in ("rating", "awaiting"):
        return labels(value)
    if isinstance(value, list):
        return ", ".join(safe_text(str(one)) for one in value) or "none"
    if not isinstance(value, dict):
        return safe_text(str(value))
    return _of_fields(fact, value)


def _of_fields(fact: str, value: dict[str, Any]) -> str:
    said = {name: safe_text(str(one)) for name, one in value.items() if isinstance(one, str | int)}
    match fact:
        case "timescale":
            approved = f", approved by {said['approved_by']}" if "approved_by" in said else ""
            reason = f", because: {said['reason']}" if "reason" in said else ""
            return f"{said['text']}{approved}{reason}"
        case "standing":
            due = f"due {safe_text(value['timescale']['text'])}" if value.get("timescale") else ""
            leads = ", ".join(map(safe_text, value.get("leads") or []))
            return "; ".join(filter(None, [said.get("outcome", ""), due, leads]))
        case "scale":
            return f"{said['name']}: {', '.join(safe_text(label) for label in value['ratings'])}"
        case "inspection":
            published = f", published {day_in_figures(said['published_on'])}" if "published_on" in said else ""
            return f"{said['body']}{published}"
        case "assurance":
            return ", ".join(said[name] for name in ("level", "report") if name in said)
        case "reading":
            return f"{said['period']}: {said['value']}" + (f" ({said['standing']})" if "standing" in said else "")
        case "definition":
            named = [f"{name} {said[name]}" for name in ("unit", "baseline", "target") if name in said]
            return ", ".join(named) or said["title"]
        case "version":
            return f"{said['label']} – {said['summary']}"
        case "report":
            against = f" against {said['previous']}" if "previous" in said else ""
            return f"{said['forum']}: the plan as at {said['current']}{against}"
        case "evidence":
            return ", ".join(said[name] for name in ("title", "location") if name in said)
        case _:
            return "; ".join(said.values())
