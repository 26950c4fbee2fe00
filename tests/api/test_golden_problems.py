"""Every problem document is what it was, and every kind of problem that the program knows has one.

tests/goldens/answers/README.md says what a difference means.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from api.http.problem_documents import _NOWHERE
from domain.ledger.ledger import Ledger
from tests.answers.goldens import FOLDER, differences
from tests.answers.problems import kind, problems

API = Path(__file__).parents[2] / "api"


def test_a_problem_is_told_as_it_was(make_ledger: Callable[[], Ledger], tmp_path: Path) -> None:
    made = problems(make_ledger, tmp_path)
    found = differences(FOLDER, made)
    assert not found, "\n".join(found)
    files = {file.relative_to(FOLDER).as_posix() for file in (FOLDER / "problems").iterdir()}
    assert files == set(made), "a golden file of a problem that nothing is held to"


def test_every_kind_of_problem_has_a_golden_file() -> None:
    kept = {kind(file.read_bytes()) for file in (FOLDER / "problems").iterdir()}
    known = {one for file in API.rglob("*.py") for one in kinds_in(file)}
    known |= {f"unknown-{what}" for what in _NOWHERE if what != "nothing"}
    assert len(known) > 25
    assert known - kept == set()


def kinds_in(file: Path) -> Iterator[str]:
    """The kinds of problems that a module names: as an argument of `problem`, or in a table of errors and statuses."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "problem":
            words = node.args[1:2]
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and isinstance(node.elts[1], ast.Constant):
            words = node.elts[2:] if isinstance(node.elts[1].value, int) and node.elts[1].value >= 400 else []
        else:
            continue
        yield from (one.value for one in words if isinstance(one, ast.Constant) and isinstance(one.value, str))
