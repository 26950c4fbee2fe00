"""No code reads a sentence: refusals are told apart by their kinds and codes, and what they say is for people."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.generated_refusals import every_kind

ROOT = Path(__file__).parents[1]
#: It is a program by itself, with a family of its own.
OWN_PROGRAM = "domain/proofs/verify.py"
SOURCES = [
    file
    for package in ("domain", "projections", "api")
    for file in sorted((ROOT / package).rglob("*.py"))
    if file.relative_to(ROOT).as_posix() != OWN_PROGRAM
]

#: Functions that read what another program says in words alone, and why.
READS_ANOTHERS_WORDS = {
    "domain/postgres/database_errors.py not_let_in": "before there is a connection PostgreSQL gives no code",
    "domain/postgres/cluster.py _answers": "before there is a connection PostgreSQL gives no code",
    "domain/postgres/archive.py restore_to": "why a server ended stands in its log, and its exit code does not say",
}


def readings(source: str) -> Iterator[tuple[str, int, str]]:
    """Every place where a module searches, compares or cuts what an error says: function, line and what it does."""
    for function in _functions(ast.parse(source)):
        errors = {handler.name for handler in _own(function) if isinstance(handler, ast.ExceptHandler)} - {None}
        errors |= {one.arg for one in _arguments(function) if _names_an_error(one.annotation)}
        told = set(_told(function, errors))
        for node in _own(function):
            if what := _reads(node, errors, told):
                yield getattr(function, "name", "the module"), getattr(node, "lineno", 0), what


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function, and not in another one within it."""
    for node in ast.iter_child_nodes(function):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own(node)


def _arguments(function: ast.AST) -> list[ast.arg]:
    return function.args.args if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) else []


def _names_an_error(annotation: ast.expr | None) -> bool:
    return annotation is not None and bool(KNOWN.search(ast.unparse(annotation)))


KNOWN = re.compile(rf"\b(BaseException|\w*Error|Exception|Refusal|{'|'.join(one.__name__ for one in every_kind())})\b")


def _told(function: ast.AST, errors: set[str | None]) -> Iterator[str]:
    """The variables of a function that hold what an error says."""
    for node in _own(function):
        if isinstance(node, ast.Assign) and _says(node.value, errors, set()):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _says(node: ast.AST, errors: set[str | None], told: set[str]) -> bool:
    """Whether an expression is what an error says, perhaps among other words."""
    match node:
        case ast.Name(id=name):
            return name in told
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=name)]):
            return name in errors
        case ast.FormattedValue(value=ast.Name(id=name)):
            return name in errors or name in told
        case ast.Subscript(value=ast.Attribute(attr="args"), slice=_):
            return True
        case ast.Call(func=ast.Attribute(value=held, attr=_), args=arguments):
            return any(_says(one, errors, told) for one in (held, *arguments))
        case ast.JoinedStr(values=parts):
            return any(_says(one, errors, told) for one in parts)
        case ast.BinOp(left=left, right=right):
            return _says(left, errors, told) or _says(right, errors, told)
        case ast.Subscript(value=held):
            return _says(held, errors, told)
    return False


#: Methods of a text that search or compare it.
SEARCHES = frozenset(
    [
        "count",
        "endswith",
        "find",
        "fullmatch",
        "findall",
        "finditer",
        "index",
        "match",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rpartition",
        "rsplit",
        "search",
        "startswith",
        "sub",
        "translate",
    ]
)


def _reads(node: ast.AST, errors: set[str | None], told: set[str]) -> str:
    """What a node does with what an error says; empty where it passes it on, or does nothing with it."""
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr="args") if name in errors:
            return "takes .args apart"
        case ast.Compare() if any(_says(one, errors, told) for one in (node.left, *node.comparators)):
            return "compares it"
        case ast.Subscript() if _says(node.value, errors, told):
            return "cuts it"
        case ast.Call(func=ast.Attribute(value=held, attr=method), args=arguments) if method in SEARCHES:
            if any(_says(one, errors, told) for one in (held, *arguments)):
                return f"searches it ({method})"
        case ast.Match() if _says(node.subject, errors, told):
            return "matches it"
    return ""


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_code_reads_a_sentence(file: Path) -> None:
    name = file.relative_to(ROOT).as_posix()
    found = [
        f"{name}:{line} {what}, in {function}"
        for function, line, what in readings(file.read_text(encoding="utf-8"))
        if f"{name} {function}" not in READS_ANOTHERS_WORDS
    ]
    assert not found, "\n".join(found)


OFFENCES = [
    'if "is taken" in str(error): pass',
    'if str(error) == "no": pass',
    'str(error).startswith("event_id")',
    "re.search(pattern, str(error))",
    "pattern.search(f'{error}')",
    "error.args[0]",
    "str(error)[:20]",
    "said = str(error); said.startswith('no')",
    "said = f'refused: {error}'; 'no' in said",
    "said = ' '.join(str(error).split()); any(one in said for one in words)",
    "match str(error):\n            case 'no': pass",
]


@pytest.mark.parametrize("offence", OFFENCES)
def test_reading_a_sentence_is_found(offence: str) -> None:
    caught = f"def refused():\n    try:\n        act()\n    except Refused as error:\n        {offence}\n"
    assert list(readings(caught))
    if ";" not in offence:
        assert list(readings(f"def refused(error: Refused):\n    if True:\n        {offence}\n"))


PASSED_ON = [
    "show(str(error))",
    "raise Other(f'nothing was recorded: {error}') from error",
    "shown = str(error); show(shown)",
    "show(' '.join(str(error).split()))",
    "error.code == 'no'",
]


@pytest.mark.parametrize("passed_on", PASSED_ON)
def test_passing_a_sentence_on_is_not(passed_on: str) -> None:
    caught = f"def refused():\n    try:\n        act()\n    except Refused as error:\n        {passed_on}\n"
    assert not list(readings(caught))


def test_what_reads_the_words_of_others_is_there() -> None:
    found = {
        f"{file.relative_to(ROOT).as_posix()} {function}"
        for file in SOURCES
        for function, _, _ in readings(file.read_text(encoding="utf-8"))
    }
    assert found == set(READS_ANOTHERS_WORDS)
