"""Packs whose signer lies in the events: each is refused with a sentence, or its report says what was not checked."""

from typing import Any

import pytest

from domain import events
from domain.proofs.verify import verify, zip_files
from domain.proofs.verifying import plan_fold
from domain.redaction import redactable
from tests.proofs.hostile_packs import refused
from tests.proofs.lying import signed_anew
from tests.proofs.packs import KEY, Book
from tests.proofs.test_second_person import SCALE

ADDED = ("ActionAdded", {"number": "2.5", "priority": "2", "text": "Another"}, "Officer")
ADOPTED = ("ScaleAdopted", {"scale": SCALE}, "Officer")
RATED = ("ActionRated", {"action": "2.4", "rating": "green"}, "Officer")
UNKNOWN = ("ActionsMerged", {"action": "2.4"}, "Officer")
OPENED = ("PlanOpened", {"title": "Again", "scale": SCALE}, "Officer")

Recorded = tuple[str, dict[str, Any], str]


def confirmed(version: int, by: str = "Another", action: str = "2.4") -> Recorded:
    return "RatingConfirmed", {"action": action, "version": version}, by


def book_of(*recorded: Recorded) -> Book:
    book = Book()
    for kind, event, by in recorded:
        book.add("plan", kind, event, by)
    return book


@pytest.mark.parametrize("edition", ["1", "2"])
@pytest.mark.parametrize("recorded", [
    ([ADOPTED, UNKNOWN, RATED, confirmed(8, "OFFICER")], "a rating of their own"),
    ([UNKNOWN, RATED, confirmed(7, "Officer")], "a rating of their own"),
    ([ADOPTED, RATED, UNKNOWN, confirmed(12)], "it confirms version 12, which does not come before it"),
    ([UNKNOWN, ("EventWithdrawn", {"version": 9}, "Officer")], "it withdraws version 9, which does not come before it"),
    ([UNKNOWN, ("TextRedacted", {"version": 7, "fields": ["reason"]}, "Officer")], "it redacts version 7, which does"),
    ([("TextRedacted", {"version": 9, "fields": ["reason"]}, "Officer"), ADDED, ADOPTED], "it redacts version 9"),
    ([ADDED, ADOPTED, RATED, confirmed(8, action="2.5")], "version 8, which it confirms, rates another action"),
    ([OPENED], "the first event of a plan opens it, and no other does"),
    ([("ActionAdded", {"number": "2.5", "parent": ["2.4"]}, "Officer")], "it is not as AsAt records such an event"),
    ([("ActionRated", {"action": "2.4"}, "Officer")], "it is not as AsAt records such an event"),
    ([("ScaleAdopted", {"scale": {"ratings": [1]}}, "Officer")], "it is not as AsAt records such an event"),
], ids=lambda one: one[1])  # fmt: skip
def test_an_event_that_no_edition_records_is_refused(recorded: tuple[list[Recorded], str], edition: str):
    """An event of an unknown kind takes no check away that does not depend on it."""
    pack = signed_anew(zip_files(book_of(*recorded[0]).pack()), KEY, edition=edition)
    refused(pack, recorded[1])


@pytest.mark.parametrize(
    "name", ["", "\u200b", " \u2800 ", "Ann\tother", "An\nn", "A\x1fnn", "A\x85nn", "\x00", "\x7f"]
)
def test_nobody_unseen_rates_or_confirms(name: str):
    by_nobody = ("ActionRated", {"action": "2.4", "rating": "green"}, name)
    refused(book_of(ADOPTED, RATED, confirmed(7, name)).pack(), "version 8 ", "is no name of a person")
    refused(book_of(ADOPTED, by_nobody, confirmed(7)).pack(), "version 8 ", "is no name of a person")


@pytest.mark.parametrize("name", ["\u0301\u0323" * 200_000, "\ufdfa" * 1_000_000, "x" * 201])
def test_a_name_beyond_measure_is_refused_before_it_is_looked_into(name: str, monkeypatch: pytest.MonkeyPatch):
    """To normalise 400,000 marks takes hours, and a million ligatures a gigabyte."""
    refused(book_of(ADOPTED, RATED, confirmed(7, name)).pack(), "its author has more than 200 characters")
    refused(book_of((name, {}, "Officer")).pack(), "or its kind more than 63")
    refused(signed_anew(zip_files(Book().pack()), KEY, plan=name), "it is no statement of a ledger about a plan")


def test_names_up_to_the_bound_are_read():
    assert verify(book_of(ADOPTED, RATED, confirmed(7, "x" * 200)).pack()).proved


def test_a_field_that_figures_are_worked_out_from_cannot_be_gone():
    for kind, field in [("ActionRated", "rating"), ("ActionRated", "action"), ("ScaleAdopted", "scale")]:
        book = book_of(ADOPTED if kind == "ScaleAdopted" else RATED)
        gone = {"effective_on": "2019-05-01", **(RATED if kind == "ActionRated" else ADOPTED)[1]}
        gone[field] = {"sha256": "0" * 64}
        book.entries.pop(), book.texts.pop()
        book.add("plan", kind, gone)
        book.add("plan", "TextRedacted", {"version": 6, "fields": [field]})
        refused(book.pack(), f"version 6 ({kind})", f"its {field} is gone, which no redaction can destroy")


def test_the_fields_that_can_be_redacted_are_none_of_those():
    for event in events.EVENTS.values():
        assert not plan_fold._KEPT & {*redactable(event.__name__, event.model_fields)}


def test_a_plan_that_was_never_opened_is_refused():
    book = Book()
    book.alter(1, topic="ScaleAdopted")
    refused(book.pack(), "version 1 (ScaleAdopted)", "the first event of a plan opens it")


@pytest.mark.parametrize("edition", ["1", "2"])
def test_the_report_names_each_event_of_an_unknown_kind(edition: str):
    report = verify(signed_anew(zip_files(book_of(UNKNOWN, ADDED, UNKNOWN).pack()), KEY, edition=edition))
    assert any(
        "version 6 (ActionsMerged), version 8 (ActionsMerged) changes was not worked out" in one
        and "2 such events" in one
        for one in report.remarks
    )


def test_the_report_says_that_the_rules_of_recording_were_not_checked():
    report = verify(book_of(ADDED, ADDED, ("ActionRated", {"action": "2.4", "rating": "purple"}, "Officer")).pack())
    assert any("AsAt's other rules of recording was not checked" in one for one in report.remarks)


def test_papers_without_a_point_that_was_signed_for_are_refused():
    pack = Book().pack(papers={"plan.md": b"# The plan\n"}, at=None)
    refused(pack, "the statement", "it does not say which point the papers show")
