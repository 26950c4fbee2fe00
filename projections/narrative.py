"""What do the figures say in words? The sentences beside the table of a committee paper, made from its counts."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from projections.comparison_tables import ChangeDocument, Compared, RowDocument, TotalsDocument
from projections.point import in_words

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Move(NamedTuple):
    """An action that has moved to another priority, by its current number."""

    number: str
    previous: str
    current: str


def narrative(
    compared: Compared,
    split: Mapping[str, int],
    moves: list[Move],
    came_and_went: Mapping[tuple[str, str], list[str]],
    awaiting: int,
) -> list[str]:
    """The comparison in paragraphs: the whole plan first, then each priority.

    Args:
        compared: the figures.
        split: the number of parts of each split action, by its number.
        moves: the actions that moved between priorities.
        came_and_went: the numbers of the actions counted as "new", "closed" or "withdrawn" in a priority, by (number of
            the priority, name of the count).
        awaiting: the number of counted actions with a rating that awaits confirmation.
    """
    labels = {rating["code"]: rating["label"] for rating in compared["ratings"]}
    word, day = compared["priority_word"], date.fromisoformat(compared["current"]["effective_on"])
    by_priority: dict[str, list[ChangeDocument]] = {}
    for change in compared["changes"]:
        by_priority.setdefault(change["priority"], []).append(change)
    sentences = list(_whole(compared, day, labels, awaiting))
    for row in compared["rows"]:
        its = by_priority.get(row["priority"], [])
        told = [_due(row, day, labels, f"{word} {row['priority']}"), *_moved(its, labels), *_split(its, labels, split)]
        sentences.append(" ".join([*told, *_left(row, came_and_went), *_elsewhere(row["priority"], moves, word)]))
    return sentences


def _whole(compared: Compared, day: date, labels: dict[str, str], awaiting: int) -> Iterator[str]:
    """The paragraphs on the whole plan."""
    totals = compared["totals"]
    yield " ".join(filter(None, [_size(totals), _due_of_all(totals, day, labels)]))
    concerns = (one for one in compared["ratings"] if one["concern"])
    left = {one["label"]: totals["ratings"][one["code"]]["current"] for one in concerns}
    if none := [label for label, count in left.items() if not count]:
        yield f"No action is rated {_joined(none, 'or')}."
    if unrated := totals["unrated"]["current"]:
        yield f"{_count(unrated, 'action').capitalize()} {_has(unrated)} not been rated yet."
    if awaiting:
        verbs = ("awaits", "does") if awaiting == 1 else ("await", "do")
        said = f"{_count(awaiting, 'rating').capitalize()} {verbs[0]} confirmation by a second person"
        yield f"{said} and {verbs[1]} not count yet."


def _size(totals: TotalsDocument) -> str:
    previous, current = totals["total"]["previous"], totals["total"]["current"]
    movements = [
        f"{_number(totals[name])} {verb}"  # type: ignore[literal-required]
        for name, verb in (("new", "added"), ("closed", "closed"), ("withdrawn", "withdrawn"))
        if totals[name]  # type: ignore[literal-required]
    ]
    if previous == current and not movements:
        return f"The plan has {_count(current, 'action')}, as it had at the previous point."
    why = f": {_joined(movements)}" if movements else ""
    against = _number(previous) if previous else "none"
    return f"The plan has {_count(current, 'action')}, against {against} at the previous point{why}."


def _due_of_all(totals: TotalsDocument, day: date, labels: dict[str, str]) -> str:
    """The number of the whole plan's actions that are due; it follows the sentence with the number of actions."""
    total, due = totals["total"]["current"], totals["due"]["total"]
    by = f"due by {in_words(day)}"
    if total == 0:
        return ""
    if due == 0:
        return f"It was not {by}." if total == 1 else f"None of them was {by}."
    if due == total:
        whole = {1: "It was", 2: "Both were"}.get(total, "All of them were")
        return f"{whole} {by}: {_by_rating(totals, labels)}."
    # Not "of these": the sentence before may be about the actions added.
    were = f"{_number(due)} {'was' if due == 1 else 'were'} {by}"
    return f"Of the {_count(total, 'action')}, {were}: {_by_rating(totals, labels)}."


def _by_rating(table: TotalsDocument, labels: dict[str, str]) -> str:
    """The number of due actions by rating, best first."""
    counts = [f"{_number(count)} {labels[code]}" for code in reversed(labels) if (count := table["due"][code])]
    if unrated := table["due"]["total"] - sum(table["due"][code] for code in labels):
        counts.append(f"{_number(unrated)} not rated")
    return _joined(counts)


def _due(row: RowDocument, day: date, labels: dict[str, str], where: str) -> str:
    total, due = row["total"]["current"], row["due"]["total"]
    by = f"{day.day} {day:%B %Y}"
    opening = f"{where[0].upper()}{where[1:]} has {_count(total, 'action')}"
    if total == 0:
        return f"{opening}."
    if due == 0:
        return f"{opening}; none {'is' if total == 1 else 'are'} due by {by}."
    share = {1: "", 2: "both "}.get(due, "all ") if due == total else f"{_number(due)} of them "
    return f"{opening}, {share}due by {by}: {_by_rating(row, labels)}."


def _moved(changes: list[ChangeDocument], labels: dict[str, str]) -> list[str]:
    moved: dict[tuple[str | None, str | None, str, bool], list[str]] = {}
    for change in changes:
        if change["why"] == "changed":
            corrected = change["corrected_by"] is not None
            key = change["previous"], change["current"], change["direction"], corrected
            moved.setdefault(key, []).append(change["action"])
    sentences = []
    for (previous, current, direction, corrected), numbers in moved.items():
        count = len(numbers)
        said = f"{_count(count, 'action').capitalize()} ({_joined(numbers)})"
        now = "no rating" if current is None else labels[current]
        if previous is None:
            sentences.append(f"{said} {_has(count)} been rated {now}, without a rating before.")
            continue
        if corrected:
            stand = f"stand{'s' if count == 1 else ''} at {now}" if current else f"{_has(count)} {now}"
            sentences.append(f"{said} {stand}: {labels[previous]} was recorded in error.")
            continue
        for_better = {"better": ", for the better", "worse": ", for the worse"}.get(direction, "")
        sentences.append(f"{said} {_has(count)} moved from {labels[previous]} to {now}{for_better}.")
    kept: dict[str, list[str]] = {}
    for change in changes:
        if change["why"] == "unchanged concern" and change["current"] is not None:
            kept.setdefault(change["current"], []).append(change["action"])
    for code, numbers in kept.items():
        verb = "remains" if len(numbers) == 1 else "remain"
        said = _count(len(numbers), "action").capitalize()
        sentences.append(f"{said} ({_joined(numbers)}) {verb} {labels[code]}.")
    return sentences


def _split(changes: list[ChangeDocument], labels: dict[str, str], split: Mapping[str, int]) -> list[str]:
    return [
        f"Action {change['action']}, rated {labels[change['previous']]}, has been "
        f"{'given' if split[change['action']] == 1 else 'split into'} {_count(split[change['action']], 'part')}."
        for change in changes
        if change["why"] == "split" and change["previous"] is not None
    ]


def _left(row: RowDocument, came_and_went: Mapping[tuple[str, str], list[str]]) -> list[str]:
    sentences = []
    for name, verb in (("new", "new"), ("closed", "closed"), ("withdrawn", "withdrawn")):
        if count := row[name]:  # type: ignore[literal-required]
            been = "is" if count == 1 else "are"
            said, numbers = _count(count, "action").capitalize(), came_and_went.get((row["priority"], name), [])
            if len(numbers) == count:  # a split takes one from the count of new ones, but no name from the list
                said += f" ({_joined(numbers)})"
            sentences.append(f"{said} {been} new." if verb == "new" else f"{said} {_has(count)} been {verb}.")
    return sentences


def _elsewhere(priority: str, moves: list[Move], word: str) -> list[str]:
    """Sentences about the actions that moved out, by new priority, and about those that moved in, by old priority."""
    out: dict[str, list[str]] = {}
    into: dict[str, list[str]] = {}
    for move in moves:
        if move.previous == priority:
            out.setdefault(move.current, []).append(move.number)
        if move.current == priority:
            into.setdefault(move.previous, []).append(move.number)
    return [
        f"{_count(len(numbers), 'action').capitalize()} ({_joined(numbers)}) {_has(len(numbers))} {way} {word} {other}."
        for ways, way in ((out, "moved to"), (into, "come from"))
        for other, numbers in ways.items()
    ]


def _number(count: int) -> str:
    return _SMALL[count] if 0 <= count < len(_SMALL) else str(count)


def _count(count: int, noun: str) -> str:
    return f"{_number(count)} {noun}{'' if count == 1 else 's'}"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _joined(parts: list[str], word: str = "and") -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"
