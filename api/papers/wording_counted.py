"""The words for the actions behind a figure: the figure, and what happened to each action."""

from api.papers.wording import Labels, count, day_in_words, safe_text
from projections.counted import CountedAction, CountedDocument

_MOVEMENTS = {
    "new": "new actions",
    "closed": "actions closed",
    "withdrawn": "actions withdrawn",
    "moved": "actions moved",
}
_HAPPENED = {
    "added": "Added",
    "reinstated": "Reinstated",
    "parts left": "Counted again, as its parts have left",
    "split": "Split into parts, one of which takes its place",
    "closed": "Closed",
    "withdrawn": "Withdrawn",
    "not in the record": "Not in the record as known at the current point",
}


def is_moving(document: CountedDocument) -> bool:
    """Whether the figure counts movements between the points, and not the actions at one of them."""
    return document["query"]["population"] in _MOVEMENTS


def events_behind(entry: CountedAction, *, moving: bool) -> list[int]:
    """The versions behind an entry: those of the movement; otherwise of the rating or, without one, of the addition."""
    return entry["versions"] if moving else [entry["rating_version"] or entry["added_version"]]


def counted_words(document: CountedDocument) -> str:
    """The figure and its name: `Actions rated Green in Priority 2 on 31 May 2019: 12`."""
    query, number = document["query"], document["count"]
    labels = Labels(document)
    rated = {None: "", "unrated": " not rated"}.get(query["rating"], f" rated {labels(query['rating'])}")
    place = " in " + safe_text(f"{document['priority_word']} {query['priority']}") if query["priority"] else ""
    days = [day_in_words(document[point]["effective_on"]) for point in ("previous", "current")]
    on = days[query["when"] == "current"]
    match query["population"]:
        case "all":
            sentence = f"{'Actions' if rated or place else 'All actions'}{rated}{place} on {on}"
        case "due":
            sentence = f"Actions due by {on}{rated and f' and{rated}'}{place}"
        case population:
            looked = f",{rated} at the {query['when']} point" if rated else ""
            sentence = f"{_MOVEMENTS[population].capitalize()}{place} between {days[0]} and {days[1]}{looked}"
    return f"{sentence}: {_signed(number)}"


def _signed(number: int) -> str:
    return f"−{-number}" if number < 0 else str(number)


def figure_words(document: CountedDocument) -> str:
    """The sum behind the figure, if the figure is not the number of entries; otherwise nothing."""
    entries = document["actions"]
    less = sum(entry["count"] < 0 for entry in entries)
    if not less:
        return ""
    return f"{count(len(entries) - less, 'entry', 'entries')} count 1 more, {less} count 1 less."


def what_moved(entry: CountedAction, word: str) -> str:
    """The event of an action that came, left or moved, in words."""
    if entry["why"] == "moved":
        way = "From" if entry["count"] > 0 else "To"
        return safe_text(f"{way} {word} {entry['other_priority']}")
    return _HAPPENED.get(entry["why"] or "", "")
