"""The recommendations that no action answers, as a paper."""

from collections.abc import Iterator
from functools import partial

from api.papers.compose.parts import day, line, lines, paper_at
from api.papers.paper import Block, Cell, Column, Data, Heading, Paper, Value, columns, table_of
from api.papers.wording import count
from api.papers.wording_lines import NEVER_MADE
from projections.gaps import GapsDocument

_KEYS = ("recommendation", "text", "made by", "made on", "answered by", "why")
_COLUMNS = columns({"No.": 1, "Recommendation": 6, "Made by": 2, "Made on": 1.4, "Why": 2})


def gaps_paper(document: GapsDocument) -> Paper:
    """The recommendations that no action answers, then the answers to recommendations that were never made."""
    rows: list[list[Cell]] = [
        [line(gap["number"]), lines(gap["text"]), line(gap["made_by"]), day(gap["made_on"]) or "", line(gap["why"])]
        for gap in document["gaps"]
    ]
    what = "Recommendations that no action answers"
    blocks: list[Block] = [
        Heading(f"{len(rows)} of {count(document['recommendations'], 'recommendation')} not answered")
    ]
    if rows:
        blocks.append(table_of(what, _COLUMNS, rows, sheet="Not answered"))
    if document["unknown"]:
        unknown = [
            [line(one["recommendation"]), line(one["priority"]), line(one["title"]), NEVER_MADE]
            for one in document["unknown"]
        ]
        caption = f"{count(len(unknown), 'answer')} to a recommendation never made"
        columns = [Column("Recommendation", 1.5), Column(line(document["priority_word"])), Column("Title", 4)]
        blocks += [Heading(caption), table_of(caption, [*columns, Column("Why", 3)], unknown, sheet="Never made")]
    return paper_at(document, "gaps", [what], blocks, Data(_KEYS, partial(_rows, document)))


def _rows(document: GapsDocument) -> Iterator[list[Value]]:
    for gap in document["gaps"]:
        answered = "; ".join(gap["answered_by"])
        yield [gap["number"], gap["text"], gap["made_by"], day(gap["made_on"]), answered, gap["why"]]
    for one in document["unknown"]:
        yield [one["recommendation"], None, None, None, one["priority"], NEVER_MADE]
