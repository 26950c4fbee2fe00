"""Every answer has a type, down to its leaves: what programs are told of it, and what the type checker holds it to."""

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from typing_extensions import TypedDict, get_type_hints, is_typeddict

from api.questions.question_registry import QUESTIONS

LEAVES = {str, int, bool, float, type(None)}


def untyped(hint: Any, where: str, seen: frozenset[Any] = frozenset()) -> Iterator[str]:
    """The places in a type that say nothing of what they hold."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in LEAVES or hint in seen or origin is typing.Literal:
        return
    if is_typeddict(hint):
        for name, held in get_type_hints(hint).items():
            yield from untyped(held, f"{where}.{name}", seen | {hint})
    elif origin in (list, dict, Mapping, typing.Union, types.UnionType, typing.Required, typing.NotRequired):
        for one in arguments:
            yield from untyped(one, where, seen)
    else:
        yield f"{where}: {hint}"


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_document_has_a_type_down_to_its_leaves(question: str) -> None:
    document = QUESTIONS[question].document
    assert is_typeddict(document)
    assert list(untyped(document, question)) == []


class Loose(TypedDict):
    """A document that does not say what it holds."""

    held: dict[str, Any]
    listed: list[object]
    bare: dict  # type: ignore[type-arg]  # what is to be found
    fine: list[str | None]


def test_a_place_that_says_nothing_is_found() -> None:
    assert [found.partition(":")[0] for found in untyped(Loose, "x")] == ["x.held", "x.listed", "x.bare"]
