"""The ratings over time as a paper: a drawing and its table."""

from collections.abc import Iterator
from functools import partial

from api.papers.chart import alternative, over_time_table, ratings_chart
from api.papers.compose.parts import day, labels_apart, paper_at
from api.papers.paper import Block, Data, Paper, Picture, Value
from api.papers.wording import NOT_RATED
from projections.ratings_over_time import RatingsOverTimeDocument


def ratings_paper(document: RatingsOverTimeDocument) -> Paper:
    """The counts by rating over time."""
    blocks: list[Block] = [Picture(ratings_chart(document), alternative(document)), over_time_table(document)]
    keys = ("on", *labels_apart(document["ratings"]), NOT_RATED, "All")
    return paper_at(document, "ratings", ["Ratings over time"], blocks, Data(keys, partial(_rows, document)))


def _rows(document: RatingsOverTimeDocument) -> Iterator[list[Value]]:
    codes = [rating["code"] for rating in document["ratings"]]
    for entry in document["counts"]:
        yield [day(entry["on"]), *(entry["ratings"][code] for code in codes), entry["unrated"], entry["total"]]
