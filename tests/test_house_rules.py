"""The rules of the house find what they are for, and nothing where there is nothing (scripts/house_rules)."""

import runpy
from pathlib import Path

import pytest

RULES = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "house_rules"))

OFFENCES = {
    "begins like a riddle": '"""What can be done."""\n',
    "Any, where an answer has a type": '"""An answer."""\n\ndef asked(one: Any) -> None: ...\n',
    "over 40 without a reason": '"""A room."""\n\ndef long():\n' + "    pass\n" * 41,
    "over 300 without a reason": '"""A room."""\n' + "one = 1\n" * 300,
}
INNOCENT = ['"""What did the plan say? Its actions."""\n', "def long():  # long: one table\n" + "    pass\n" * 41]


@pytest.mark.parametrize(("breach", "source"), OFFENCES.items(), ids=OFFENCES)
def test_an_offence_is_found(breach: str, source: str) -> None:
    [found] = RULES["in_source"]("projections/room.py", source)
    assert breach in found


@pytest.mark.parametrize("source", INNOCENT, ids=["a question", "a reason"])
def test_what_is_no_offence_is_passed_over(source: str) -> None:
    assert list(RULES["in_source"]("projections/room.py", source)) == []


def test_a_file_name_that_stands_twice_is_found(tmp_path: Path) -> None:
    for room in ("domain", "api"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "twice.py").write_text('"""A room."""\n', encoding="utf-8")
    assert list(RULES["breaches"](tmp_path)) == ["domain/twice.py: the name stands for other files too: api/twice.py"]
