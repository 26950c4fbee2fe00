"""What went wrong with a command, as a program reads it: one object on standard error, with `-f json`."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from api.http.server import AddressTaken, listen
from domain.opened_ledger import Ledger
from tests.api.conftest import OPENING, rated
from tests.api.process import complained, run, said

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a plan; its server keeps running, so that commands need not start one each."""
    data = tmp_path_factory.mktemp("refusals") / "data"
    with Ledger.open(data=data):
        said("record", "-", data=data, stdin=lines("sunderland", *OPENING))
        yield data


_plans = count(1)


@pytest.fixture
def plan(folder: Path) -> str:
    """A plan of the test's own."""
    name = f"plan-{next(_plans)}"
    said("record", "-", data=folder, stdin=lines(name, *OPENING))
    return name


def refusal(*arguments: Any, data: Path, stdin: bytes = b"") -> dict[str, Any]:
    """What a command that is refused says on standard error, with nothing on standard output."""
    done = run(*arguments, "-f", "json", data=data, stdin=stdin)
    assert (done.returncode, done.stdout) == (1, b"")
    told: dict[str, Any] = json.loads(done.stderr)
    assert list(told) == ["code", "field", "detail", "index"]
    return told


def lines(plan: str, *events: Any) -> bytes:
    return b"".join(json.dumps({**event, "plan": plan}).encode() + b"\n" for event in events)


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (["show", "nosuch"], "unknown-plan", "plan"),
        (["action", "sunderland", "99.9"], "unknown-action", "action"),
        (["event", "sunderland", "999"], "unknown-event", "version"),
        (["counted", "sunderland", "--rating", "purple"], "unknown-count", "rating"),
        (["show", "sunderland", "--at", "issue:9.0"], "unknown-point", "at"),
        (["compare", "sunderland", "2019-05-31", "2019-03-29"], "points-reversed", "current"),
        (["show", "sunderland", "-o", "/nowhere/plan.json"], "file-unusable", None),
    ],
)
def test_a_question_that_has_no_answer(folder: Path, arguments: list[str], code: str, field: str | None) -> None:
    told = refusal(*arguments, data=folder)
    assert (told["code"], told["field"], told["index"]) == (code, field, None)
    assert complained(*arguments, data=folder).removeprefix("asat: ").strip() == told["detail"]


@pytest.mark.parametrize(
    ("events", "code", "field", "index"),
    [
        ([rated("green"), {**rated("red"), "ratting": "red"}], "unknown-field", "ratting", 1),
        ([rated("green"), rated("purple")], "not-on-scale", "rating", 1),
        ([], "no-event", None, None),
    ],
)
def test_a_file_of_events_that_is_refused(
    folder: Path, plan: str, events: list[Any], code: str, field: str | None, index: int | None
) -> None:
    told = refusal("record", "-", data=folder, stdin=lines(plan, *events))
    assert (told["code"], told["field"], told["index"]) == (code, field, index)
    assert told["detail"].endswith("was recorded")


def test_what_was_recorded_is_told_as_an_object_too(folder: Path, plan: str) -> None:
    once = lines(plan, {**rated("green"), "event_id": "5f0c4c1e-2f0e-4d0b-9d2b-0d3f1a2b3c4d"})
    versions = [len(OPENING) + 1]
    for repeated in (False, True):
        told = json.loads(said("record", "-", "-f", "json", data=folder, stdin=once))
        assert told == {"plan": plan, "versions": versions, "repeated": repeated}


def test_an_address_that_another_program_has_is_refused_by_its_code() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(AddressTaken) as refused:
        listen("127.0.0.1", taken.getsockname()[1])
    assert refused.value.code == "address-taken"
