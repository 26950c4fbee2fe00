"""Every question there is, for the tests that go through them all: one that is added is tested by them too."""

from typing import Any

from api.questions.question import OfAPoint, OfSeveralPoints, OfTheRecord, OfTwoPoints, Question
from api.questions.question_registry import QUESTIONS


def asked_of(*kinds: type[Question[Any]]) -> list[Question[Any]]:
    """The questions of these kinds that are asked over HTTP with GET."""
    return [one for one in QUESTIONS.values() if isinstance(one, kinds) and not one.posted]


def paths(*kinds: type[Question[Any]], action: str = "{action}", version: int | str = "{version}") -> list[str]:
    """Their addresses below that of a plan; without kinds those of all questions of a plan."""
    kinds = kinds or (OfAPoint, OfTwoPoints, OfSeveralPoints, OfTheRecord)
    return [one.below.format(action=action, version=version) for one in asked_of(*kinds)]


#: The questions that a point, or two, or several, is all that must be said for.
AT = [one.name for one in asked_of(OfAPoint) if not any(own.required for own in one.own)]
BETWEEN = [one.name for one in asked_of(OfTwoPoints)]
ALONG = [one.name for one in asked_of(OfSeveralPoints)]
