"""The actions behind a figure of a comparison, as a paper."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from api.papers.compose.action_tables import DUE, due_cell, with_awaiting
from api.papers.compose.parts import Tags, day, events_cell, line, lines, paper_between, signed
from api.papers.paper import Block, Cell, Column, Data, Paper, Prose, Value, table_of
from api.papers.wording import Labels, as_at, safe_text
from api.papers.wording_counted import counted_words, events_behind, figure_words, is_moving, what_moved
from projections.counted import CountedAction, CountedDocument

_KEYS = (
    "priority", "action", "text", "status", "rating", "rating label", "rating version", "timescale", "due", "overdue",
    "count", "why", "other priority", "versions", "added version", "in the record", "when", "population",
    "asked rating", "asked priority",
)  # fmt: skip


def counted_paper(document: CountedDocument) -> Paper:
    """The actions behind a figure; in data, `count` is what each adds to it."""
    moving = is_moving(document)
    blocks: list[Block] = [Prose(f"{counted_words(document)}.", strong=True)]
    if sum_words := figure_words(document):
        blocks.append(Prose(sum_words))
    columns = [Column("No."), Column("Action", 5), Column(line(document["priority_word"])), Column("Rating", 1.5)]
    columns += [Column("What happened", 2), Column("Counts", 1)] if moving else []
    columns += [DUE, Column("Event behind it", 1.4)]
    tags = Tags(document)
    rows = [_counted(entry, document["priority_word"], tags, moving) for entry in document["actions"]]
    blocks.append(table_of("The actions counted", columns, rows) if rows else Prose("No action is counted here."))
    data = Data(_KEYS, partial(_rows, document))
    paper = paper_between(document, "counted", ["The actions behind a figure"], blocks, data, landscape=False)
    command = f"asat counted {document['plan']}{_options(paper.data, document)}"
    if moving:
        return replace(paper, command=command)
    shown = document["previous"] if document["query"]["when"] == "previous" else document["current"]
    return replace(paper, command=command, sentence=as_at(shown))


def _counted(entry: CountedAction, word: str, tags: Tags, moving: bool) -> list[Cell]:
    happened: list[Cell] = [what_moved(entry, word), signed(entry["count"])] if moving else []
    return [
        line(entry["action"]),
        lines(entry["text"]),
        line(entry["priority"]),
        with_awaiting(tags(entry["rating"]), entry, tags),
        *happened,
        due_cell(entry["timescale"], entry["overdue"]),
        events_cell(events_behind(entry, moving=moving)),
    ]


def _options(data: Data, document: CountedDocument) -> str:
    points = dict(zip(("plan", "previous", "current"), map(str, data.last), strict=True))
    asked = {"previous": points["previous"], "current": points["current"], **document["query"]}
    return "".join(f" --{name} {shlex.quote(safe_text(str(one)))}" for name, one in asked.items() if one is not None)


def _rows(document: CountedDocument) -> Iterator[list[Value]]:
    labels, query = Labels(document), document["query"]
    asked = (query["when"], query["population"], query["rating"], query["priority"])
    for entry in document["actions"]:
        due = entry["timescale"]
        yield [
            entry["priority"], entry["action"], entry["text"], entry["status"], entry["rating"],
            labels(entry["rating"]), entry["rating_version"], due and due["text"], day(due and due["due"]),
            entry["overdue"], entry["count"], entry["why"], entry["other_priority"],
            "; ".join(map(str, entry["versions"])), entry["added_version"], entry["known"], *asked,
        ]  # fmt: skip
