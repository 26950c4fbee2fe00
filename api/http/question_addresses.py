"""Questions over HTTP: `GET` at one address per question, in the format of its suffix."""

import inspect
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from api.formats import formats_of
from api.http import patterns
from api.http.access.access_audit import noting_export
from api.http.access.address_roles import needs
from api.http.access.callers import known_caller
from api.http.answering import described_answers, respond
from api.http.parameters import only_its_own
from api.http.whole_numbers import DIGITS
from api.questions import counted_question
from api.questions.action_question import NUMBER
from api.questions.asker import MOST_POINTS, Answer, Asker
from api.questions.event_question import VERSION
from api.questions.question import Question
from api.questions.question_parameters import AT, CURRENT, PLAN, PREVIOUS, Parameter
from api.questions.question_registry import QUESTIONS
from projections import counted as counted_by

_POINTS = (
    "`now`, `2019-05-31`, `2019-05-31@212`, `2019-05-31@2019-06-04T09:00:00Z`, `issue:3.0` or "
    "`told:Scrutiny Committee@2019-07-04`"
)

_POINT: dict[str, Any] = {"json_schema_extra": {"pattern": patterns.POINT}, "max_length": 600}


def in_address(parameter: Parameter) -> Any:
    """A parameter with its FastAPI type and description, for `Annotated`."""
    described: dict[str, Any] = {"description": f"{parameter.help}."}
    if parameter.example is not None:
        described["examples"] = [parameter.example]
    if parameter.called != parameter.name:
        described["alias"] = parameter.called
    if parameter.kind in ("point", "points"):
        described["description"] = f"{parameter.help}: {_POINTS}."
    if parameter.kind == "point":
        described |= _POINT
    elif parameter.kind == "points":  # how many they may be is said once, by what answers
        described["json_schema_extra"] = {"maxItems": MOST_POINTS}
    elif parameter.kind == "instant":
        described |= {"json_schema_extra": {"pattern": patterns.INSTANT}, "max_length": 40}
    elif parameter.kind == "number":
        described |= {"ge": parameter.least, "le": parameter.a_page[1] if parameter.a_page else parameter.most}
    elif parameter.longest:
        described["max_length"] = parameter.longest
    if parameter.stands != "path":
        return Query(**described)
    if parameter is PLAN:
        return Path(pattern=patterns.SLUG, **described)
    if parameter.kind == "text":
        described["min_length"] = 1
    return Path(**described)


Plan = Annotated[str, in_address(PLAN)]
Number = Annotated[str, in_address(NUMBER)]
Version = Annotated[int, in_address(VERSION), DIGITS]
At = Annotated[str, in_address(AT)]
Previous = Annotated[str, in_address(PREVIOUS)]
Current = Annotated[str, in_address(CURRENT)]
When = Annotated[counted_by.When, in_address(counted_question.WHEN)]
Population = Annotated[counted_by.Population, in_address(counted_question.POPULATION)]
RatingAsked = Annotated[str | None, in_address(counted_question.RATING)]
PriorityAsked = Annotated[str | None, in_address(counted_question.PRIORITY)]

reading = APIRouter(dependencies=[Depends(needs("reader")), Depends(only_its_own)])


def asker(request: Request) -> Asker:
    """The asker of this application's ledger, as of today, for the caller of this request."""
    caller, ledger = known_caller(request), request.app.state.ledger
    return Asker(ledger, ledger.today(), caller.may_read if caller else lambda _: False)


Ask = Annotated[Asker, Depends(asker)]


def signature(parameters: Iterable[Parameter], **before: Any) -> inspect.Signature:
    """The signature from which FastAPI reads the query parameters; `before` are further annotations."""
    kind = inspect.Parameter.KEYWORD_ONLY
    others = [inspect.Parameter(name, kind, annotation=annotation) for name, annotation in before.items()]
    return inspect.Signature([*others, *(_read(one) for one in parameters)])


def _read(parameter: Parameter) -> inspect.Parameter:
    kind, default = _type(parameter), parameter.default
    if parameter.a_page:
        default = parameter.a_page[0]
    elif default is None and not parameter.required:
        kind = kind | None
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if parameter.required else default,
        annotation=Annotated[kind, in_address(parameter), DIGITS]
        if parameter.kind == "number"
        else Annotated[kind, in_address(parameter)],
    )


def _type(parameter: Parameter) -> Any:
    if parameter.kind == "choice":
        return Literal.__getitem__(parameter.options)
    if parameter.kind == "points":
        return list[Annotated[str, Field(**_POINT)]]
    return {"number": int, "flag": bool}.get(parameter.kind, str)


def _serve(question: Question[Any]) -> None:
    """Register a question at its address with the suffix of each format; without one it has its page (`api.pages`)."""

    def answer(ask: Asker, **given: Any) -> Answer[Any]:
        return question.ask(ask, **given)

    answer.__signature__ = signature(question.parameters, ask=Ask)  # type: ignore[attr-defined]  # FastAPI reads it
    for form in formats_of(question.name):
        reading.add_api_route(
            f"{question.address}.{form}",
            _endpoint(answer, form),
            methods=["GET"],
            name=f"{question.name}.{form}",
            summary=question.sentence,
            response_class=Response,
            responses=described_answers(question.document, form, of_a_plan="{plan}" in question.address),
        )


def _endpoint(ask: Callable[..., Answer[Any]], form: str) -> Callable[..., Response]:
    def endpoint(request: Request, answer: Annotated[Answer[Any], Depends(ask)]) -> Response:
        return noting_export(request, respond(request, answer, form), form)

    return endpoint


# Addresses below a plan come first: the plan's own address with a suffix would otherwise match them.
for _question in sorted(QUESTIONS.values(), key=lambda question: question.below == ""):
    if not _question.posted:
        _serve(_question)
