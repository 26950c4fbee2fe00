"""The rules of the house find what they are for, and nothing where there is nothing (scripts/house_rules)."""

import runpy
from pathlib import Path

import pytest

RULES = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "house_rules"))

OFFENCES = {
    "riddle": '"""What can be done."""\n',
    "any": '"""An answer."""\n\ndef asked(one: Any) -> None: ...\n',
    "long": '"""A room."""\n\ndef long():\n' + "    pass\n" * 41,
    "long file": '"""A room."""\n' + "one = 1\n" * 300,
    "table": '"""A room."""\n\nONE = [1,\n       2]  # fmt: skip\n',
}
INNOCENT = {
    "a question": '"""What did the plan say? Its actions."""\n',
    "a reason for a function": "def long():  # long: one table\n" + "    pass\n" * 41,
    "a reason for a file": "# long: one table\n" + "one = 1\n" * 300,
    "a reason for Any": "Json = Any  # any: of every type\n",
    "a reason for a table": "ONE = [1,\n       2]  # table: as on paper  # fmt: skip\n",
}


@pytest.mark.parametrize(("rule", "source"), OFFENCES.items(), ids=OFFENCES)
@pytest.mark.parametrize("room", RULES["ROOMS"])
def test_an_offence_is_found(rule: str, source: str, room: str) -> None:
    [found] = RULES["in_source"](f"{room}/room.py", source)
    assert found.rule == rule.partition(" ")[0]
    assert str(found).startswith(f"{room}/room.py:{found.line}: ")


@pytest.mark.parametrize("source", INNOCENT.values(), ids=INNOCENT)
def test_what_is_no_offence_is_passed_over(source: str) -> None:
    assert list(RULES["in_source"]("projections/room.py", source)) == []


def test_a_file_name_that_stands_twice_is_found(tmp_path: Path) -> None:
    for room in ("domain", "api"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "twice.py").write_text('"""A room."""\n', encoding="utf-8")
    [found] = RULES["breaches"](tmp_path)
    assert str(found) == "domain/twice.py:1: the name stands for other files too: api/twice.py"


def test_no_file_is_exempt_from_a_rule_that_it_keeps() -> None:
    """Otherwise run `scripts/house_rules --shrink`."""
    assert RULES["exempt"]() <= {f"{one.rule} {one.file}" for one in RULES["breaches"]()}
