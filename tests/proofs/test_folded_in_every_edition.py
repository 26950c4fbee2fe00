"""Of every edition it is checked that the events can be folded: that each names what the plan had."""

from pathlib import Path
from typing import Any

import pytest

from domain import events
from domain.proofs import verify as verifier
from domain.proofs.verify import verify, zip_files
from tests.proofs.hostile_packs import refused
from tests.proofs.lying import signed_anew
from tests.proofs.packs import KEY, Book

SECOND = {"name": "RAG", "ratings": [{"code": "green", "label": "Green", "needs_second_person": True}]}

#: Events of which the last names what the plan did not have, and words of the report.
UNFOLDABLE: list[tuple[list[tuple[str, dict[str, Any]]], str]] = [
    ([("ActionRated", {"action": "9.9", "rating": "green"})], "version 6 (ActionRated)"),
    ([("ActionAdded", {"number": "2.5", "parent": "9.9", "text": "A part"})], "version 6 (ActionAdded)"),
    ([("ActionClosed", {"action": None})], "version 6 (ActionClosed)"),
    ([("EventWithdrawn", {"version": 6})], "it withdraws version 6, which does not come before it"),
    ([("EventWithdrawn", {"version": 9})], "it withdraws version 9, which does not come before it"),
    ([("EventWithdrawn", {"version": 3}), ("ActionRated", {"action": "2.4", "rating": "green"})], "version 7"),
    ([("RatingConfirmed", {"action": "2.4", "version": 4})], "version 6 (RatingConfirmed)"),
    ([("ScaleAdopted", {"scale": SECOND}), ("ActionRated", {"action": "2.4", "rating": "green"}),
      ("RatingConfirmed", {"action": "2.4", "version": 7})], "a rating of their own"),
    ([("TextRedacted", {"version": 4, "fields": ["reason"]})], "must not be here"),
]  # fmt: skip


def of_edition(edition: str, recorded: list[tuple[str, dict[str, Any]]]) -> bytes:
    book = Book()
    for kind, event in recorded:
        book.add("plan", kind, event)
    return signed_anew(zip_files(book.pack()), KEY, edition=edition)


@pytest.mark.parametrize("edition", ["1", "2"])
@pytest.mark.parametrize(("recorded", "sentence"), UNFOLDABLE)
def test_an_event_that_names_what_the_plan_did_not_have_is_refused(
    edition: str, recorded: list[tuple[str, dict[str, Any]]], sentence: str
):
    refused(of_edition(edition, recorded), sentence)


def test_of_another_edition_it_is_said_that_every_event_names_what_the_plan_had():
    report = verify(of_edition("2", []))
    assert "Every event names actions and events that the plan had" in " ".join(report.proved)
    assert report.other_edition is None


def test_of_a_kind_of_event_that_is_not_known_nobody_can_tell_what_it_adds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """By the rules of a later edition it may be such an event that gave the number."""
    recorded: list[tuple[str, dict[str, Any]]] = [
        ("ActionsRenumbered", {"numbers": [{"action": "2.4", "number": "2.9"}]}),
        ("ActionRated", {"action": "2.9", "rating": "green"}),
    ]
    refused(of_edition("1", recorded), "version 7 (ActionRated)")
    (tmp_path / "pack.zip").write_bytes(of_edition("2", recorded))
    assert verifier.main([str(tmp_path / "pack.zip")]) == 4
    said = capsys.readouterr().err
    assert "COULD NOT BE CHECKED: whether all events name what the plan has" in said
    assert "version 6 (ActionsRenumbered) is of a kind that this program does not know" in said


def test_the_program_knows_every_kind_of_event_that_can_be_recorded():
    """A new kind may add to a plan: teach the fold of `verify.py` what, before its name stands among those."""
    assert set(events.EVENTS) == set(verifier.KINDS)
