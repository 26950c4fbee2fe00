"""Refusals have one base, and codes that the program raises and the tests know; rules speak in plain words."""

import ast
import re
from collections.abc import Iterator

import pytest

from api.http.request_refusals import RequestCode
from domain.access.access_errors import AccessCode
from domain.events import EVENTS
from domain.integrity.checkpoint_refusals import KeyCode
from domain.postgres.backup_refusals import BackupCode
from domain.refusals import Code, EventCode, Refusal, Refused, RuleCode
from scripts.generated_refusals import every_kind
from tests.test_sentences_unread import ROOT, SOURCES

#: Exceptions that are no refusals of the program's, and why.
NOT_REFUSALS = {
    "api/cli/command_roles.py Undeclared": "a command was written without its role",
    "api/forms/proposing.py Unfit": "what is wrong with a form, by its fields",
    "api/http/access/address_roles.py Undeclared": "an address was written without its role",
    "api/pages/access_forms.py Wrong": "what is wrong with a form, by its field",
    "api/pages/routes.py Instead": "another response takes the place of a page",
    "api/papers/writers/pdf_setting.py NotDrawn": "the paper is then drawn in another way",
    "domain/access/access_streams.py StreamTaken": "the stream is then read again",
    "domain/plan/evolve.py Orphan": "an event that no rule has accepted",
    "domain/postgres/answer_limits.py Unanswered": "psycopg passes it on, and Silent tells of it",
}

SOURCE = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
TESTS = "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "tests").rglob("*.py")))
PROBLEMS = "\n".join(
    file.read_text(encoding="utf-8") for file in sorted((ROOT / "tests/goldens/answers/problems").iterdir())
)


def exceptions(source: str) -> Iterator[str]:
    """The exceptions that a module declares and that are not refusals by their bases."""
    for node in ast.walk(ast.parse(source)):
        bases = {ast.unparse(base).rpartition(".")[2] for base in getattr(node, "bases", ())}
        raised = any(re.search(r"Exception$|Error$", base) for base in bases)
        if isinstance(node, ast.ClassDef) and raised and not bases & REFUSALS and node.name != "Refusal":
            yield node.name


REFUSALS = {"Refusal", "Unknown", "Unprocessable", "LedgerUnusable", *(kind.__name__ for kind in every_kind())}


def test_every_exception_is_a_refusal_or_says_why_it_is_none() -> None:
    found = {
        f"{file.relative_to(ROOT).as_posix()} {name}"
        for file in SOURCES
        if "proofs"
        not in file.relative_to(ROOT).parts  # a small family of its own, as what verifies a pack stands by itself
        for name in exceptions(file.read_text(encoding="utf-8"))
    }
    assert found == set(NOT_REFUSALS)


CODES = [*RuleCode, *EventCode, *RequestCode, *AccessCode, *KeyCode, *BackupCode]


@pytest.mark.parametrize("code", CODES, ids=lambda code: f"{type(code).__name__} {code}")
def test_every_code_is_raised_and_tested(code: Code) -> None:
    assert re.search(rf"\b{type(code).__name__}\.{code.name}\b", SOURCE)
    assert re.search(rf"\b(R|E|{type(code).__name__})\.{code.name}\b|\"{code}\"", TESTS) or f'"{code}"' in PROBLEMS


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_every_kind_is_raised_and_tested(kind: type[Refusal]) -> None:
    assert re.search(rf"\b{kind.__name__}\(", SOURCE.replace(f"class {kind.__name__}(", ""))
    assert re.search(rf"\b{kind.__name__}\b|\"{kind.code}\"", TESTS) or f'"{kind.code}"' in PROBLEMS


def test_a_code_has_one_meaning_within_its_kind() -> None:
    codes = [kind.code for kind in every_kind()]
    assert {code for code in codes if codes.count(code) > 1} <= {"not-signed-in"}


def test_a_field_that_a_code_does_not_declare_is_found() -> None:
    with pytest.raises(AssertionError, match="does not declare the field 'rating'"):
        Refused(RuleCode.REASON_NEEDED, "say why", field="rating")


def test_rules_speak_in_plain_words() -> None:
    """The types of events are names for programs: a form shows the same sentence."""
    words = re.compile(rf"\b({'|'.join(EVENTS)})\b")
    for file in sorted((ROOT / "domain/rules").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        raised = [node for one in ast.walk(tree) if isinstance(one, ast.Raise) for node in ast.walk(one)]
        said = [one.value for one in raised if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        shown = [one for one in said if words.search(one)]
        assert shown == [], file.name
