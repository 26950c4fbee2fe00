"""The replay as a paper: event by event, with the ratings after each."""

from collections.abc import Iterator
from functools import partial

from api.papers.compose.parts import day, figures, labels_apart, line, paper_of_record
from api.papers.paper import Block, Cell, Column, Data, Day, Instant, Paper, Piece, Prose, Text, Value, table_of
from api.papers.wording import NOT_RATED, instant_in_words, safe_text
from api.papers.wording_lines import more_events, replay_command, withdrawn_words
from projections.replay import PageStep, ReplayDocument

_KEYS = ("version", "effective_on", "recorded_at", "recorded_by", "type", "sentence", "withdrawn_by", "as at")


def replay_paper(document: ReplayDocument) -> Paper:
    """The events in the order they were recorded, each with the counts after it."""
    ratings = document["ratings"]
    columns = [
        Column("Event", 1, figures=True), Column("Effective", 1.4), Column("Recorded", 1.9), Column("By", 2),
        Column("What happened", 6), *figures(*(line(rating["label"]) for rating in ratings), NOT_RATED, "All"),
    ]  # fmt: skip
    codes = [rating["code"] for rating in ratings]
    rows = [_step(step, codes) for step in document["steps"]]
    blocks: list[Block] = [Prose("There are no events.")]
    if rows:
        blocks = [table_of("Events, each with the ratings after it", columns, rows, sheet="Replay")]
    if more := more_events(document):
        blocks.append(Prose(more))
    known = f"as recorded up to record number {document['basis']}, on {instant_in_words(document['known_at'])}"
    data = Data((*_KEYS, *labels_apart(ratings), NOT_RATED, "All"), partial(_rows, document))
    return paper_of_record(
        document, replay_command(document), "Replay of events", f"What each event did to the ratings, {known}.", known,
        blocks, data,
    )  # fmt: skip


def _step(step: PageStep, codes: list[str]) -> list[Cell]:
    sentence = safe_text(step["sentence"])
    happened: Cell = sentence
    if gone := withdrawn_words(step):
        happened = (Text((Piece(sentence, "struck"),)), Text((Piece(gone, "strong"),)))
    return [
        step["version"],
        Day(step["effective_on"]),
        Instant(step["recorded_at"]),
        line(step["recorded_by"]),
        happened,
        *(step["ratings"].get(code, "") for code in codes),
        step["unrated"],
        step["total"],
    ]


def _rows(document: ReplayDocument) -> Iterator[list[Value]]:
    codes = [rating["code"] for rating in document["ratings"]]
    for step in document["steps"]:
        yield [
            step["version"], day(step["effective_on"]), Instant(step["recorded_at"]), step["recorded_by"], step["type"],
            step["sentence"], step["withdrawn_by"], day(step["as_at"]), *map(step["ratings"].get, codes),
            step["unrated"], step["total"],
        ]  # fmt: skip
