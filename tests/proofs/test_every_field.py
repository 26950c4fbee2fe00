"""Every field of a JSON paper is compared, or named as not worked out in the page on the format: nothing is missed."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from domain.proofs.verify import Failed, verify, zip_files
from tests.proofs.lying import FULL, signed_anew
from tests.proofs.packs import KEY, NEXT_KEY, Book
from tests.proofs.test_format import PAGE
from tests.proofs.test_pack import OVERDUE, PAPER, as_json

Path = tuple[str | int, ...]

#: Honest packs: with every kind of paper, and with an action that is late.
PACKS = {
    "full": (FULL, NEXT_KEY),
    "late": (Book().pack(papers={"overdue.json": as_json(OVERDUE), "paper.json": as_json(PAPER)}), KEY),
}
PAPERS = [(pack, name) for pack, (data, _) in PACKS.items() for name in zip_files(data)
          if name.startswith("papers/") and name.endswith(".json")]  # fmt: skip


#: What passes although no place is named: an action that is due by words which are not read as a day is not missed.
LEFT_OUT = "An action that is late by other words may be left out of `overdue`."
NOT_MISSED = {"overdue replaced", "overdue[] removed"}


def unchecked(name: str) -> set[str]:
    """The paths of a paper that the page names as not worked out."""
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| (`.*`) \|$", PAGE, re.MULTILINE))
    return set(re.findall("`([^`]+)`", rows[name.removeprefix("papers/")]))


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Of every kind of place in a document the first."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inside:
        yield from paths(one, (*path, name))


def kind(path: Path) -> str:
    """The kind of a place: `priorities[].actions[].text`; parts of actions are actions."""
    text = "".join("[]" if isinstance(one, int) else f".{one}" for one in path).removeprefix(".")
    return re.sub(r"(\.actions\[\])+", ".actions[]", text)


def at(document: Any, path: Path) -> Any:
    for one in path:
        document = document[one]
    return document


def another(value: Any) -> Any:
    """Another value of the same type."""
    if value is None or isinstance(value, str):
        return f"{value}0"
    if isinstance(value, bool | int):
        return not value if isinstance(value, bool) else value + 1
    return type(value)() if value else value


def alterations(document: Any, path: Path) -> Iterator[tuple[str, Any, bool]]:
    """Ways to alter a place: each with the altered document, and whether the place itself is there still."""
    value = at(document, path)
    for what in ("removed", "replaced", "added to", "reversed", "first doubled"):
        altered = deepcopy(document)
        if what == "removed" and path:
            del at(altered, path[:-1])[path[-1]]
        elif what == "replaced" and path:
            at(altered, path[:-1])[path[-1]] = another(value)
        elif what == "added to" and isinstance(value, dict):
            at(altered, path)["invented"] = 1
        elif what == "reversed" and isinstance(value, list):
            at(altered, path).reverse()
        elif what == "first doubled" and isinstance(value, list) and value:
            at(altered, path).append(deepcopy(value[0]))
        if altered != document:
            yield what, altered, what != "removed" or isinstance(path[-1], int)


@pytest.mark.parametrize(("pack", "name"), PAPERS)
def test_whatever_is_altered_in_a_paper_is_refused_unless_the_page_names_it_as_not_worked_out(pack: str, name: str):
    data, key = PACKS[pack]
    files, passed, met = zip_files(data), [], set()
    free, document = unchecked(name), json.loads(files[name])
    for path in paths(document):
        if kind(path) in met:
            continue
        met.add(kind(path))
        above = {kind(path[:length]) for length in range(len(path) + 1)}
        for what, altered, there in alterations(document, path):
            if above & free and (there or kind(path) not in free):
                continue
            try:
                verify(signed_anew({**files, name: as_json(altered)}, key))
            except Failed as failed:
                assert str(failed).startswith(f"{name}: "), failed
                assert "cannot be compared" not in str(failed), f"{kind(path)} {what}: {failed}"
            else:
                passed.append(f"{kind(path)} {what}")
    within = {f"overdue.{one}" for one in NOT_MISSED} if name == "papers/paper.json" else NOT_MISSED
    assert {*passed} == (within if pack == "late" else set())
    assert len(met) > 5
    assert LEFT_OUT in " ".join(PAGE.split())


@pytest.mark.parametrize(("pack", "name"), [one for one in PAPERS if one[0] == "full"])
def test_what_the_page_names_as_not_worked_out_is_not(pack: str, name: str):
    """Otherwise the page would be behind the program."""
    data, key = PACKS[pack]
    files, document = zip_files(data), json.loads(zip_files(data)[name])
    for one in unchecked(name):
        path = next((path for path in paths(document) if kind(path) == one), None)
        if path is not None:
            altered = deepcopy(document)
            at(altered, path[:-1])[path[-1]] = "anything"
            assert verify(signed_anew({**files, name: as_json(altered)}, key)).proved
