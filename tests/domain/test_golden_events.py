"""Every event shape ever released, as stored: today's code reads each line and writes it back byte for byte.

A line is never changed or taken away. A new field is a new line.
"""

import json
from pathlib import Path

import pytest

from domain.envelopes import read_proposal_json
from domain.events import EVENTS
from tests.kit import LATER

GOLDENS = Path(__file__).parents[1] / "goldens"
FILES = sorted(GOLDENS.glob("*.jsonl"))


def lines(path):
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


LINES = [
    pytest.param(path.stem, line, id=f"{path.stem}-{n}") for path in FILES for n, line in enumerate(lines(path), 1)
]


def test_every_event_has_a_golden():
    assert [path.stem for path in FILES] == sorted(EVENTS)


@pytest.mark.parametrize(("name", "line"), LINES)
def test_what_was_stored_is_read_and_written_back_byte_for_byte(name, line):
    assert EVENTS[name].model_validate_json(line).model_dump_json(exclude_unset=True) == line


@pytest.mark.parametrize(("name", "line"), LINES)
def test_what_was_stored_may_be_proposed_again_and_comes_out_the_same(name, line):
    proposed = json.dumps({"type": name, "plan": "plan", **json.loads(line)})
    assert read_proposal_json(proposed, LATER).event.model_dump_json(exclude_unset=True) == line


@pytest.mark.parametrize("name", EVENTS)
def test_the_goldens_of_an_event_say_everything_it_may_say_and_the_least_it_must(name):
    said = [set(json.loads(line)) for line in lines(GOLDENS / f"{name}.jsonl")]
    fields = EVENTS[name].model_fields
    assert set().union(*said) == set(fields)
    least = {field for field, info in fields.items() if info.is_required()}
    assert min(len(one) for one in said) <= len(least) + 1
    assert all(least <= one for one in said)
