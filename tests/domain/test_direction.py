"""Marks that turn the direction of writing stand in pairs in what is proposed; what is stored may have others."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from api.settings import author
from api.signing import new_signer
from domain.access.access_errors import AccessRefused
from domain.access.principal_names import read_name
from domain.envelopes import read_proposal
from domain.events import EVENTS
from domain.ledger.mapper import read_event
from domain.proofs.keys import NotAKey
from domain.refusals import NotAnEvent
from domain.texts import unpaired_direction
from tests.domain.test_golden_events import FILES, lines

EMBEDDING, ISOLATING = "\u202a\u202b\u202d\u202e", "\u2066\u2067\u2068"
UNPAIRED = [
    *(f"a{mark}b" for mark in EMBEDDING + ISOLATING),
    *(f"a{mark}b" for mark in "\u202c\u2069"),
    *(f"a{mark}b\u2069" for mark in EMBEDDING),
    *(f"a{mark}b\u202c" for mark in ISOLATING),
    "\u202ea\u2066b\u202cc\u2069",  # they cross
    "\u202ea\u202c\u202c",
    "\u2066a\u2067b\u2069",
    *(f"\u202ea{end}b\u202c" for end in "\n\r\u2028\u2029"),  # a mark lasts no longer than its line
]
PAIRED = [
    "", "plain", "é", "\u200f\u05d0\u200e", *(f"a{mark}b\u202cc" for mark in EMBEDDING),
    *(f"a{mark}b\u2069c" for mark in ISOLATING), "\u202e\u2066\u202ax\u202c\u2069\u202c",
    "\u202ea\u202c\n\u2066b\u2069",
    "\u202e" * 200 + "\u202c" * 200,
]  # fmt: skip


@pytest.mark.parametrize("text", UNPAIRED)
def test_a_mark_that_is_not_closed_or_closes_nothing_is_found(text: str) -> None:
    assert unpaired_direction(text) in set(text) & set(EMBEDDING + ISOLATING + "\u202c\u2069")


@pytest.mark.parametrize("text", PAIRED)
def test_marks_in_pairs_are_left_alone(text: str) -> None:
    assert unpaired_direction(text) is None


def texts_in(said: Any, *path: str) -> Iterator[tuple[str, ...]]:
    if isinstance(said, str):
        yield path
    elif isinstance(said, dict | list):
        for name, value in said.items() if isinstance(said, dict) else enumerate(said):
            yield from texts_in(value, *path, str(name))


def with_text(said: Any, path: tuple[str, ...], text: str) -> Any:
    if not path:
        return text
    if isinstance(said, dict):
        return {name: with_text(value, path[1:], text) if name == path[0] else value for name, value in said.items()}
    return [with_text(value, path[1:], text) if str(at) == path[0] else value for at, value in enumerate(said)]


EVERY_TEXT = [
    pytest.param(file.stem, line, path, id=f"{file.stem}-{number}-{'.'.join(path)}")
    for file in FILES
    for number, line in enumerate(lines(file))
    for path in texts_in(json.loads(line))
]


@pytest.mark.parametrize(("name", "line", "path"), EVERY_TEXT)
def test_in_no_text_of_any_event_is_an_unpaired_mark_proposed(name: str, line: str, path: tuple[str, ...]) -> None:
    said = with_text(json.loads(line), path, "approved \u202edevorppa ton")
    with pytest.raises(NotAnEvent) as refused:
        read_proposal({"type": name, "plan": "plan", **said}, date(2026, 11, 30))
    assert [field for _, field, _ in refused.value.problems] == [".".join(path)]


def test_the_refusal_names_the_mark_and_the_remedy() -> None:
    for text, words in (
        ("a\u202eb", "is not closed (U+202E); close it on its line with U+202C, or leave it out"),
        ("a\u2067b", "is not closed (U+2067); close it on its line with U+2069, or leave it out"),
        ("a\u202cb", "closes none (U+202C); leave it out"),
    ):
        with pytest.raises(NotAnEvent, match="turns the direction of writing") as refused:
            read_proposal({"type": "ProgressReported", "plan": "plan", "action": "2.4", "text": text}, date.max)
        assert words in str(refused.value)


@pytest.mark.parametrize("text", UNPAIRED)
def test_what_is_stored_is_read_whatever_marks_stand_in_it(text: str) -> None:
    stored = json.dumps({"effective_on": "2019-03-01", "action": "2.4", "text": text})
    assert read_event("ProgressReported", stored.encode()).model_dump()["text"] == text
    assert set(EVENTS) >= {"ProgressReported"}


def test_pairs_are_proposed_and_stored_as_they_are() -> None:
    text = "the word \u2067\u05e9\u05dc\u05d5\u05dd\u2069, quoted"
    said = {"type": "ProgressReported", "plan": "plan", "action": "2.4", "text": text}
    assert read_proposal(said, date(2026, 11, 30)).event.model_dump()["text"] == text


def test_names_of_people_programs_and_keys_bear_none() -> None:
    for name in ("Ann \u202ekrelC", "Ann\u2069"):
        with pytest.raises(AccessRefused):
            read_name(name)
        with pytest.raises(ValueError, match="holds a character that a name cannot have"):
            author(name)
        with pytest.raises(NotAKey, match="is not seen"):
            new_signer(name.replace(" ", ""))
