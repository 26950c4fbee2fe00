"""One change of a plan in words: its subject, what happened, and the values before and after."""

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
    """A change in words. The subject is empty where the change is the priority's or the plan's own."""

    subject: str
    text: str
    what: str
    previous: str
    current: str


def change_words(change: Change, word: str, labels: Labels) -> ChangeWords:
    """A change in words; `word` is what the plan calls a priority, `labels` are the words of its ratings."""
    kind, fact = change["kind"], change["fact"]
    what = _SPOKEN.get(kind, kind_words(kind))
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


def kind_words(kind: str) -> str:
    """A kind of change in words."""
    return "Document version issued" if kind == "version issued" else kind.capitalize()


def _subject(change: Change) -> str:
    if change["action"]:
        was = f" (was {safe_text(change['previous_action'])})" if change["previous_action"] else ""
        return safe_text(change["action"]) + was
    if change["recommendation"]:
        return f"Recommendation {safe_text(change['recommendation'])}"
    return "Measure" if change["measure"] else ""


def value_words(fact: str, value: Any, labels: Labels) -> str:
    """The value of a fact in words; nothing if it had none."""
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
    words = {name: safe_text(str(one)) for name, one in value.items() if isinstance(one, str | int)}
    match fact:
        case "timescale":
            approved = f", approved by {words['approved_by']}" if "approved_by" in words else ""
            reason = f", because: {words['reason']}" if "reason" in words else ""
            return f"{words['text']}{approved}{reason}"
        case "standing":
            due = f"due {safe_text(value['timescale']['text'])}" if value.get("timescale") else ""
            leads = ", ".join(map(safe_text, value.get("leads") or []))
            return "; ".join(filter(None, [words.get("outcome", ""), due, leads]))
        case "scale":
            return f"{words['name']}: {', '.join(safe_text(label) for label in value['ratings'])}"
        case "inspection":
            published = f", published {day_in_figures(words['published_on'])}" if "published_on" in words else ""
            return f"{words['body']}{published}"
        case "assurance":
            return ", ".join(words[name] for name in ("level", "report") if name in words)
        case "reading":
            return f"{words['period']}: {words['value']}" + (f" ({words['standing']})" if "standing" in words else "")
        case "definition":
            named = [f"{name} {words[name]}" for name in ("unit", "baseline", "target") if name in words]
            return ", ".join(named) or words["title"]
        case "version":
            return f"{words['label']} – {words['summary']}"
        case "report":
            against = f" against {words['previous']}" if "previous" in words else ""
            return f"{words['forum']}: the plan as at {words['current']}{against}"
        case "evidence":
            return ", ".join(words[name] for name in ("title", "location") if name in words)
        case _:
            return "; ".join(words.values())
