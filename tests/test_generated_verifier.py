"""The generator of `verify.py`: one namespace, nothing that is not reached, nothing that means two things."""

import pytest

from scripts import generated_verifier
from scripts.generated_verifier import NEEDED, PROGRAM, NotJoined, verifier

NEEDS = '"""Needed."""\n\nimport sys\n'
MAIN = '''"""The command.

It adds."""

import re

from domain.a import first


def main():
    return first(1)


main()
'''
FIRST = '''"""The first."""

import json
import os

from domain.b import ONE

#: Two, at least.
TWO = ONE + 1


class Unused:
    """Not reached."""

    folder = os.curdir


# Why it stands there.
def first(number):
    return json.dumps(number + TWO)
'''
ONE = '"""One."""\n\nONE = 1\n'


def joined(monkeypatch: pytest.MonkeyPatch, **changed: str) -> str:
    """The file that is made of these modules."""
    modules = {NEEDED: NEEDS, PROGRAM: MAIN, "domain.a": FIRST, "domain.b": ONE}
    modules |= {f"domain.{name}": source for name, source in changed.items()}
    monkeypatch.setattr(generated_verifier, "_source", modules.__getitem__)
    return verifier()


def test_modules_are_joined_each_after_those_that_it_imports(monkeypatch: pytest.MonkeyPatch):
    made = joined(monkeypatch)
    assert made.endswith(
        "\nimport sys\n\nimport json\n\n\n# One.\n\nONE = 1\n\n\n# The first.\n\n#: Two, at least.\nTWO = ONE + 1\n\n\n"
        "# Why it stands there.\ndef first(number):\n    return json.dumps(number + TWO)\n\n\n"
        "# The command.\n#\n# It adds.\n\n\ndef main():\n    return first(1)\n\n\nmain()\n"
    )
    compile(made, "verify.py", "exec")


def test_a_definition_that_is_not_reached_is_left_out_with_its_imports(monkeypatch: pytest.MonkeyPatch):
    made = joined(monkeypatch)
    assert [name for name in ("Unused", "import os", "import re") if name in made] == []


@pytest.mark.parametrize(
    "again", ["TWO = 2", "def TWO():\n    pass", "class json:\n    pass", "len = 5", "x, TWO = 1, 2"]
)
def test_a_name_that_is_defined_twice_is_refused(monkeypatch: pytest.MonkeyPatch, again: str):
    name = next(one for one in ("TWO", "json", "len") if one in again)
    with pytest.raises(NotJoined, match=f"{name} is defined twice"):
        joined(monkeypatch, b=f'"""One."""\n\n{again}\n\nONE = {name}\n')


@pytest.mark.parametrize(
    "line",
    ["from domain.c import THREE as ONE", "from domain.c import *", "import domain.c", "import json as ONE",
     "def ONE():\n    from domain.c import THREE"],
)  # fmt: skip
def test_an_import_that_would_mean_something_else_in_one_file_is_refused(monkeypatch: pytest.MonkeyPatch, line: str):
    with pytest.raises(NotJoined, match="import"):
        joined(monkeypatch, b=f'"""One."""\n\n{line}\n', c='"""Three."""\n\nTHREE = 3\n')
