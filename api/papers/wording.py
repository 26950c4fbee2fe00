"""The words that papers share: days, instants and points in plain English, and text made safe to show."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import cast

from domain.points import LONDON
from projections.action import ActionDocument, TimescaleDocument
from projections.comparison_tables import ChangeDocument, TotalsDocument
from projections.counted import CountedAction
from projections.overdue import OverdueAction
from projections.plan_as_at import IssueDocument, PlanDocument
from projections.point import PointDocument
from projections.scale import RatingDocument

NOT_RATED = "Not rated"
BY_ITS_PARTS = "By its parts"

# Terminal sequences: those with parameters, strings up to their end, and single ones.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    # No string begins within another: otherwise each beginning without an end would be read to the end of the text.
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\x9d\x90\x98\x9e\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
_BREAK = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
#: Terminal controls; marks that reverse the direction of text; lone surrogates, which no paper can carry. The joiners
#: within an emoji stay.
UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)


def safe_lines(text: str) -> str:
    """Text that is safe to show: no escape sequences, controls or marks of direction. Line breaks are kept."""
    text = _BREAK.sub("\n", _SEQUENCE.sub("", text))
    return UNSAFE.sub("", text).replace("\t", " ")


def safe_text(text: str) -> str:
    """Text that is safe to show, on one line."""
    return " ".join(safe_lines(text).split())


def day_in_words(day: str) -> str:
    """A day in prose: `31 May 2019`."""
    read = date.fromisoformat(day)
    return f"{read.day} {read:%B} {read.year}"


def day_in_figures(day: str) -> str:
    """A day in tables: `31/05/2019`."""
    read = date.fromisoformat(day)
    return f"{read:%d/%m}/{read.year:04}"


def instant_in_words(instant: str) -> str:
    """An instant in prose, in London time: `4 June 2019, 10:00 UK time`."""
    read = _in_london(instant)
    return f"{day_in_words(read.date().isoformat())}, {read:%H:%M} UK time"


def instant_in_figures(instant: str) -> str:
    """An instant in tables, in London time: `04/06/2019 10:00`."""
    read = _in_london(instant)
    return f"{day_in_figures(read.date().isoformat())} {read:%H:%M}"


def _in_london(instant: str) -> datetime:
    read = datetime.fromisoformat(instant)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(LONDON)


def fixed(point: PointDocument) -> str:
    """The point in its fixed form, which no later event can change: `2019-05-31@289`."""
    return f"{point['effective_on']}@{point['basis']}"


def known(point: PointDocument) -> str:
    """The record that was taken into account: `as known at record number 289 (20 November 2026, 13:03 UK time)`."""
    return f"as known at record number {point['basis']} ({instant_in_words(point['known_at'])})"


def as_at(point: PointDocument) -> str:
    """One point as a sentence; it begins with the document version or presentation that was asked for, if any."""
    return f"{_asked(point)}As at {day_in_words(point['effective_on'])}, {known(point)}."


def as_at_both(previous: PointDocument, current: PointDocument) -> str:
    """Two points as sentences, or as one where both have the same basis and were asked for by their days."""
    if previous["basis"] == current["basis"] and not (_asked(previous) or _asked(current)):
        days = [day_in_words(point["effective_on"]) for point in (previous, current)]
        return f"As at {days[0]} (previous) and {days[1]} (current), {known(current)}."
    return f"Previous: {as_at(previous)} Current: {as_at(current)}"


def as_at_each(points: Iterable[PointDocument]) -> str:
    """Several points as sentences, in their order."""
    return " ".join(map(as_at, points))


def _asked(point: PointDocument) -> str:
    kind, _, text = safe_text(point["asked"]).partition(":")
    if kind == "issue":
        return f"Document version {text.strip()}. "
    if kind == "told":
        forum, _, day = text.rpartition("@")
        return f"What {forum.strip()} had been told by {day_in_words(day.strip())}. "
    return ""


def version_words(version: IssueDocument) -> str:
    """The document version in force, named as the last one issued unless the point shows exactly that version."""
    label, issued = safe_text(version["label"]), day_in_words(version["issued_on"])
    if version["frozen"]:
        return f"Document version {label}, issued {issued}"
    return f"Last document version issued: {label}, {issued}"


def due_in_words(timescale: TimescaleDocument | None) -> str:
    """The due date of an action: a day in figures; a month, a quarter or anything else as it was written."""
    if timescale is None:
        return "No date"
    if timescale["due"] and timescale["precision"] == "day":
        return day_in_figures(timescale["due"])
    return safe_text(timescale["text"])


def due_moved(timescale: TimescaleDocument | None) -> str:
    """The original timescale, if it has changed since; otherwise nothing."""
    if timescale is None or timescale["original"] == timescale["text"]:
        return ""
    return f"was {safe_text(timescale['original'])}"


def ratings_of(document: Mapping[str, object]) -> list[RatingDocument]:
    """The ratings of a document's key; none if it has no key."""
    return cast(list[RatingDocument], document.get("ratings") or [])


def printed_key(document: PlanDocument) -> list[RatingDocument]:
    """The ratings in the key of a plan: those of its scale, and former ones that actions still bear."""
    known = {rating["code"] for rating in document["scale"]["ratings"]}
    borne: set[str | None] = set()
    left: list[ActionDocument] = [action for priority in document["priorities"] for action in priority["actions"]]
    while left:
        action = left.pop()
        borne.add(action["rating"])
        left += action["actions"]
    former = [one for one in document["ratings"] if one["code"] in borne and one["code"] not in known]
    return [*document["scale"]["ratings"], *former]


def key_in_words(ratings: Sequence[RatingDocument]) -> str:
    """The key to ratings without recorded meanings: the label of each, and how AsAt treats it."""
    return f"Worst first: {'; '.join(map(_rating_in_words, ratings))}."


def _rating_in_words(rating: RatingDocument) -> str:
    notes = {
        "complete": rating["complete"],
        "a concern": rating["concern"],
        "needs evidence": rating["needs_evidence"],
        "counts once confirmed by a second person": rating.get("needs_second_person"),
    }
    named = ", ".join(note for note, holds in notes.items() if holds)
    return f"{safe_text(rating['label'])}{f' ({named})' if named else ''}"


def not_opened(document: PlanDocument) -> str:
    """A sentence that the plan was not open yet on that day, and when it was opened; nothing if it was open."""
    if document["status"] != "not opened":
        return ""
    return f"The plan was not open yet on that day; it was opened on {day_in_words(document['opened_on'])}."


def rated_words(action: ActionDocument, since: str | None) -> str:
    """The day since which an action has borne its rating, and the day of its last review; nothing if it has none."""
    if not action["rated_on"]:
        return ""
    if since is None or since == action["rated_on"]:
        return f"from {day_in_words(action['rated_on'])}"
    return f"from {day_in_words(since)}, last reviewed {day_in_words(action['rated_on'])}"


def awaiting_words(entry: ActionDocument | CountedAction | OverdueAction, labels: "Labels") -> str:
    """A note that a rating of the action awaits confirmation; nothing if none does."""
    waiting = entry.get("awaiting")
    return f"awaiting confirmation: {labels(waiting['rating'])}" if waiting else ""


def awaiting_fact(action: ActionDocument, labels: "Labels") -> str:
    """The rating that awaits confirmation: its day, who gave it, and its evidence; nothing if there is none."""
    waiting = action.get("awaiting")
    if not waiting:
        return ""
    rated = f"rated {day_in_words(waiting['rated_on'])} by {safe_text(waiting['rated_by'])}"
    rests_on = f"; evidence: {safe_text(', '.join(waiting['evidence']))}" if waiting["evidence"] else ""
    return f"{labels(waiting['rating'])}, {rated} (event {waiting['version']}){rests_on}"


class Labels:
    """The labels of a document's ratings. A code that is not in the key is shown unchanged."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._labels = {rating["code"]: safe_text(rating["label"]) for rating in ratings_of(document)}

    def __call__(self, code: str | None) -> str:
        """The label of a rating; `None` is not rated."""
        return NOT_RATED if code is None else self._labels.get(code, code)


def direction(change: ChangeDocument) -> str:
    """The direction of a change of rating: better, worse, or the reason why there is none."""
    if change["why"] == "unchanged concern":
        return "no change"
    if change["why"] == "split":
        return "split into parts"
    if change["corrected_by"] is not None:
        return "corrected"
    if change["previous"] is None:
        return "first rating"
    return change["direction"] if change["direction"] in ("better", "worse") else "not comparable"


def reconciliation(totals: TotalsDocument) -> str:
    """The reconciliation of two totals: `95 + 6 new + 0 moved − 0 closed − 0 withdrawn = 101 actions`."""
    signs = (("+", "new"), ("+", "moved"), ("−", "closed"), ("−", "withdrawn"))
    moves = " ".join(f"{sign} {_bracketed(totals[name])} {name}" for sign, name in signs)  # type: ignore[literal-required]
    return f"{totals['total']['previous']} {moves} = {count(totals['total']['current'], 'action')}"


def _bracketed(number: int) -> str:
    return str(number) if number >= 0 else f"(−{-number})"


def unended(text: str) -> str:
    """A text made safe, without its full stop, to stand within a sentence."""
    text = safe_text(text)
    return text if text.endswith("..") else text.removesuffix(".")


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number of things: `1 action`, `4 actions`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
