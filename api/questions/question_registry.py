"""All questions: each module of this package named `..._question` defines one."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import api.questions
from api.papers.paper import Paper
from api.papers.wording import fixed
from api.questions.question import Question


def _found() -> Iterator[Question[Any]]:
    for module in iter_modules(api.questions.__path__):
        if module.name.endswith("_question"):
            held = vars(import_module(f"{api.questions.__name__}.{module.name}")).values()
            yield from (one for one in held if isinstance(one, Question))


#: Question by name, in the order in which they are listed.
QUESTIONS: dict[str, Question[Any]] = {one.name: one for one in sorted(_found(), key=lambda one: one.place)}


def compose(question: str, document: Any, *, as_asked: bool = False) -> Paper:
    """The paper of a document; raises KeyError for an unknown question.

    The paper is that of the resolved points, however they were asked for, so that its command makes it again.
    `as_asked`: its sentence also tells how they were asked for.
    """
    if as_asked:
        return QUESTIONS[question].compose(document)
    points = {name: document[name] for name in ("point", "previous", "current") if _is_point(document.get(name))}
    as_fixed: dict[str, object] = {name: {**point, "asked": fixed(point)} for name, point in points.items()}
    if several := document.get("points"):
        as_fixed["points"] = [{**point, "asked": fixed(point)} for point in several]
    return QUESTIONS[question].compose({**document, **as_fixed})


def _is_point(value: object) -> bool:
    return isinstance(value, dict) and "asked" in value
