"""Tables of actions: text, rating, due date, leads and progress."""

from collections.abc import Iterator, Sequence
from functools import partial

from api.papers.compose.parts import Tags, day, line, lines, stacked
from api.papers.paper import Cell, Column, Data, Day, Piece, Table, Text, Value
from api.papers.wording import Labels, awaiting_words, due_in_words, due_moved
from projections.action import ActionDocument, TimescaleDocument
from projections.counted import CountedAction
from projections.overdue import OverdueAction

_UNDER = (Column("Priority"), Column("Title", 3))
#: The columns of `due_cell` and `progress_cell`.
DUE = Column("Due", 1.7, split=("Due", "Due, remarks"))
_PROGRESS = Column("Progress", 5, split=("Progress reported", "Progress"))
_KEYS = (
    "priority", "priority title", "action", "part of", "text", "outcome", "status", "rating", "rating label",
    "rated on", "timescale", "due", "precision", "original timescale", "overdue", "leads", "reports to", "progress",
    "progress on", "evidence", "added on",
)  # fmt: skip
_AWAITING_KEYS = ("awaiting confirmation", "awaiting since", "awaiting version")


def actions_table(
    caption: str,
    actions: list[ActionDocument],
    tags: Tags,
    *,
    sheet: str,
    outcomes: bool = False,
    under: tuple[str, str] | None = None,
) -> Table:
    """A row for each action and for each part of one.

    Args:
        caption: the caption of the table.
        actions: the actions.
        tags: the tags of their ratings.
        sheet: the name of its sheet.
        outcomes: whether to add a column for the intended outcomes.
        under: the number and title of their priority; a spreadsheet repeats them in every row.
    """
    columns = [Column("No."), Column("Action", 4), *([Column("Outcome", 3)] if outcomes else [])]
    columns += [Column("Rating", 1.7), DUE, Column("Lead", 2), _PROGRESS]
    rows = tuple(tuple(_cells(action, tags, outcomes)) for action in every(actions))
    return Table(caption, sheet, tuple(columns), rows, before_columns=_UNDER if under else (), before=under or ())


def every(actions: list[ActionDocument]) -> Iterator[ActionDocument]:
    """The actions, each followed by its parts."""
    for action in actions:
        yield action
        yield from every(action["actions"])


def _cells(action: ActionDocument, tags: Tags, outcomes: bool) -> Iterator[Cell]:
    yield line(action["number"])
    yield lines(action["text"])
    if outcomes:
        yield lines(action["outcome"])
    yield rating_cell(action, tags)
    yield due_cell(action["timescale"], action["overdue"])
    yield stacked(action["leads"])
    yield progress_cell(action)


def rating_cell(action: ActionDocument, tags: Tags) -> Cell:
    """The rating of an action, and in plain words a rating that awaits confirmation."""
    return with_awaiting(counting_cell(action, tags), action, tags)


def with_awaiting(counts: Cell, entry: ActionDocument | CountedAction | OverdueAction, tags: Tags) -> Cell:
    """The rating that counts, and under it in plain words a rating that awaits confirmation, if there is one."""
    waiting = awaiting_words(entry, tags.labels)
    return (counts, waiting) if waiting else counts


def counting_cell(action: ActionDocument, tags: Tags) -> Cell:
    """The rating of an action that counts and, where it has left the plan, how."""
    rating: Cell = tags(action["rating"])
    if action["rating"] is None and action["actions"]:
        rating = "Complete, by its parts" if action["status"] == "complete" else "By its parts"
    return (rating, action["status"]) if action["status"] in ("closed", "withdrawn") else rating


def due_cell(timescale: TimescaleDocument | None, overdue: bool) -> Cell:
    """The due date of an action, its original one where it has changed, and whether the action is overdue."""
    due: list[Cell] = [due_in_words(timescale)]
    if timescale and timescale["due"] and timescale["precision"] == "day":
        due = [Day(timescale["due"])]
    if moved := due_moved(timescale):
        due.append(moved)
    if overdue:
        due.append(Text((Piece("overdue", "strong"),)))
    return due[0] if len(due) == 1 else tuple(due)


def progress_cell(action: ActionDocument) -> Cell:
    """The last progress reported on an action, under its day."""
    if not action["progress"]:
        return ""
    progress = lines(action["progress"])
    return (Day(action["progress_on"]), progress) if action["progress_on"] else progress


def actions_data(placed: Sequence[tuple[str, str, ActionDocument]], labels: Labels) -> Data:
    """A row for each action and for each part of one; columns for ratings that await confirmation, if there are any.

    `placed` has each action with the number and the title of its priority.
    """
    waits = any("awaiting" in one for one in every([action for _, _, action in placed]))
    return Data((*_KEYS, *(_AWAITING_KEYS if waits else ())), partial(_placed_rows, placed, labels, waits))


def _placed_rows(
    placed: Sequence[tuple[str, str, ActionDocument]], labels: Labels, waits: bool
) -> Iterator[list[Value]]:
    for number, title, action in placed:
        yield from ([number, title, *row] for row in _rows(action, None, labels, waits))


def _rows(action: ActionDocument, parent: str | None, labels: Labels, waits: bool) -> Iterator[list[Value]]:
    due, waiting = action["timescale"], action.get("awaiting")
    awaiting: list[Value] = [None] * 3
    if waiting:
        awaiting = [labels(waiting["rating"]), day(waiting["rated_on"]), waiting["version"]]
    yield [
        action["number"], action.get("part_of", parent), action["text"], action["outcome"], action["status"],
        action["rating"], labels(action["rating"]), day(action["rated_on"]),
        *((due["text"], day(due["due"]), due["precision"], due["original"]) if due else [None] * 4),
        action["overdue"], "; ".join(action["leads"]), action["reports_to"], action["progress"],
        day(action["progress_on"]), "; ".join(filed["title"] for filed in action["evidence"]), day(action["added_on"]),
        *(awaiting if waits else []),
    ]  # fmt: skip
    for part in action["actions"]:
        yield from _rows(part, action["number"], labels, waits)
