"""No text and no name is recorded with a character that breaks a line, except a line break in running text."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from api.settings import author
from api.signing import new_signer
from domain.access.access_errors import AccessRefused
from domain.access.principal_names import read_name
from domain.envelopes import Proposal, read_proposal
from domain.events import EVENTS, Event, PointText
from domain.ledger.mapper import read_event
from domain.proofs.keys import NotAKey
from domain.refusals import NotAnEvent
from domain.texts import Line, Text
from tests.domain.test_direction import EVERY_TEXT, with_text

#: Each character that some program takes for the end of a line (Unicode, UAX #14; Python's `splitlines`) or of a cell.
BREAKING = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
IN_RUNNING_TEXT = "\t\n\r"
#: Name, JSON and path of every text in the examples of the events.
EXAMPLES: list[tuple[str, str, tuple[str, ...]]] = [one.values for one in EVERY_TEXT]  # type: ignore[misc]  # of pytest
KINDS: dict[Any, str] = {Line: "line", Text: "running", PointText: "point"}


def fields_of(annotation: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The path and kind of every text in a type; entries of lists have the path of their list."""
    if annotation in KINDS:
        yield path, KINDS[annotation]
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            whole = annotation.__annotations__.get(name) or field.annotation
            yield from fields_of(whole, f"{path}.{name}".strip("."))
    else:
        for argument in get_args(annotation):
            yield from fields_of(argument, path)


def written(path: tuple[str, ...]) -> str:
    return ".".join(part for part in path if not part.isdigit())


def kinds_of(event: str) -> dict[str, str]:
    """The path of each text of an event, its own and those that every event has, and its kind."""
    classes = [base for base in EVENTS[event].__mro__ if issubclass(base, Event)]
    return {path: kind for base in classes for path, kind in fields_of(base)}


def propose(name: str, line: str, path: tuple[str, ...], text: str) -> Proposal:
    said = with_text(json.loads(line), path, text)
    return read_proposal({"type": name, "plan": "plan", **said}, date(2026, 11, 30))


def test_the_examples_have_every_text_of_the_vocabulary() -> None:
    exampled = {(name, written(path)) for name, _, path in EXAMPLES}
    assert {(event, path) for event in EVENTS for path in kinds_of(event)} <= exampled


@pytest.mark.parametrize("breaking", BREAKING, ids=lambda one: f"U+{ord(one):04X}")
def test_no_text_of_any_event_is_recorded_with_one(breaking: str) -> None:
    for name, line, path in EXAMPLES:
        if kinds_of(name).get(written(path)) == "running" and breaking in IN_RUNNING_TEXT:
            propose(name, line, path, f"two{breaking}parts")
            continue
        with pytest.raises(NotAnEvent) as refused:
            propose(name, line, path, f"two{breaking}parts")
        assert [field for _, field, _ in refused.value.problems] == [".".join(path)]
        if kinds_of(name).get(written(path)) in {"line", "running"}:
            assert f"U+{ord(breaking):04X}" in str(refused.value)
            assert re.search("leave it out|write a space", str(refused.value))


def test_around_a_text_one_is_no_part_of_it() -> None:
    said = {"type": "ProgressReported", "plan": "plan", "action": "2.4", "text": "\u2028Done\u2029"}
    assert read_proposal(said, date(2026, 11, 30)).event.model_dump()["text"] == "Done"


@pytest.mark.parametrize("breaking", "\u2028\u2029")
def test_what_is_stored_with_one_is_read(breaking: str) -> None:
    stored = json.dumps({"effective_on": "2019-03-01", "number": "4", "title": f"two{breaking}parts"})
    assert read_event("PriorityAdded", stored.encode()).model_dump()["title"] == f"two{breaking}parts"


@pytest.mark.parametrize("breaking", BREAKING, ids=lambda one: f"U+{ord(one):04X}")
def test_no_name_of_a_person_a_program_or_a_key_has_one(breaking: str) -> None:
    with pytest.raises(AccessRefused, match=re.escape(f"U+{ord(breaking):04X}")):
        read_name(f"Ann{breaking}Clerk")
    with pytest.raises(ValueError):  # its callers say NO_AUTHOR whatever the reason
        author(f"Ann{breaking}Clerk")
    with pytest.raises(NotAKey, match="cannot be the name of a key"):
        new_signer(f"council.example{breaking}asat")
