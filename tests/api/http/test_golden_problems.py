"""Every problem document is what it was, and every kind of problem that the program knows has one.

tests/goldens/answers/README.md says what a difference means.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from api.http.problem_documents import _NOWHERE, STATUSES, status_and_type
from api.questions.asker import TooManyPoints
from domain.access.access_errors import PrincipalUnknown
from domain.opened_ledger import Ledger
from domain.refusals import InDoubt, Refusal
from domain.strict_json import NotJson
from scripts.generated_refusals import every_kind
from tests.answers.goldens import FOLDER, differences
from tests.answers.problems import kind, problems

#: Kinds that no address answers with: they are told as another kind, or on a page alone, or no question of the product
#: is asked of several points.
UNANSWERED = (NotJson, PrincipalUnknown, TooManyPoints)


def test_a_problem_is_told_as_it_was(make_ledger: Callable[[], Ledger], tmp_path: Path) -> None:
    made = problems(make_ledger, tmp_path)
    found = differences(FOLDER, made)
    assert not found, "\n".join(found)
    files = {file.relative_to(FOLDER).as_posix() for file in (FOLDER / "problems").iterdir()}
    assert files == set(made), "a golden file of a problem that nothing is held to"


def test_every_kind_of_problem_has_a_golden_file() -> None:
    kept = {kind(file.read_bytes()) for file in (FOLDER / "problems").iterdir()}
    known = {status_and_type(one)[1] for one in answered()} | {"http", "fault", InDoubt.code}
    known |= {f"unknown-{what}" for what in _NOWHERE if what != "nothing"}
    assert len(known) > 25
    assert known == kept


def answered() -> Iterator[type[Refusal]]:
    """The kinds of refusals that the program raises and has an answer for."""
    return (one for one in every_kind() if issubclass(one, tuple(STATUSES)) and one not in UNANSWERED)
