"""Of the counts over time all is compared: a paper with anything more, less, or in another order is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.proofs.verify import FIGURES, verify
from tests.proofs.hostile_packs import refused
from tests.proofs.lying import FULL, resigned
from tests.proofs.packs import Book
from tests.proofs.test_figures import Document, verified
from tests.proofs.test_pack import OVER_TIME, RATINGS, as_json


def last(document: Document) -> Any:
    return document["counts"][-1]


#: What is not of the paper, or is missing from it.
LIES: list[tuple[Callable[[Document], Any], str]] = [
    (lambda one: last(one)["ratings"].update(total=99, unrated=0), "which no such paper has"),
    (lambda one: last(one)["ratings"].update(total=99), "which no such paper has"),
    (lambda one: last(one)["ratings"].update(blue=0), "which no such paper has"),
    (lambda one: last(one)["ratings"].pop("red"), "has no 'red'"),
    (lambda one: last(one).update(complete=7), "which no such paper has"),
    (lambda one: one["ratings"][0].update(needs_second_person=True), "which no such paper has"),
    (lambda one: one["ratings"][0].update(note="Better than it was"), "which no such paper has"),
    (lambda one: one["ratings"][0].pop("meaning"), "meaning"),
    (lambda one: one["point"].update(note="As published"), "which no such paper has"),
    (lambda one: one["point"].update(asked=7), "which is no text"),
    (lambda one: one.update(note="All is well"), "which no such paper has"),
    (lambda one: one["ratings"].reverse(), "in another order"),
]  # fmt: skip


@pytest.mark.parametrize(("lie", "said"), LIES)
@pytest.mark.parametrize("paper", ["ratings", "paper"])
def test_nothing_else_stands_in_the_counts_over_time(paper: str, lie: Callable[[Document], Any], said: str):
    within = lie if paper == "ratings" else lambda document: lie(document["over_time"])
    refused(resigned(FULL, {paper: within}), f"papers/{paper}.json", said)


@pytest.mark.parametrize("paper", ["plan", "overdue", "comparison", "ratings", "paper"])
def test_of_no_paper_is_it_checked_what_a_point_was_asked_for_as_and_that_is_said(paper: str):
    report = verified(resigned(FULL, {paper: asked_otherwise}))
    assert "asked for as" in FIGURES[f"{paper}.json"].left
    assert any(one.startswith(f"Of papers/{paper}.json") and "asked for as" in one for one in report.remarks)


def asked_otherwise(document: Any) -> None:
    """Every point in it is said to have been asked for in other words."""
    if isinstance(document, dict) and "basis" in document:
        document["asked"] = "as it pleased us"
    for value in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        asked_otherwise(value)


def test_the_ratings_of_former_scales_have_their_order():
    """They stand behind those of the scale in force, the one first that was counted first."""
    book = Book()
    book.add("plan", "ActionAdded", {"number": "2.5", "priority": "2", "text": "Another"})
    book.add("plan", "ActionRated", {"action": "2.5", "rating": "amber"})
    book.add("plan", "ScaleAdopted", {"scale": {"name": "New", "ratings": [{"code": "red", "label": "Red"}]}})
    red, (amber, green) = {**RATINGS[0], "code": "red", "label": "Red"}, RATINGS
    counts = [{**one, "ratings": {"red": 0, "green": 1, "amber": 1}, "total": 2} for one in OVER_TIME["counts"]]
    point = {**OVER_TIME["point"], "basis": 8, "known_at": "2019-05-01T09:10:00.000000Z"}
    paper = {**OVER_TIME, "point": point, "counts": counts}
    honest, reordered = ({**paper, "ratings": ratings} for ratings in ([red, green, amber], [red, amber, green]))
    assert verify(book.pack(papers={"ratings.json": as_json(honest)})).proved
    refused(book.pack(papers={"ratings.json": as_json(reordered)}), "rating amber stands in its key in another order")
