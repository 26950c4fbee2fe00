"""The validation errors of a proposed event as problems: for each field a code and a sentence with the remedy."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.events import Event, FieldName, Sha256
from domain.points import PointUnreadable
from domain.refusals import EventCode, Misfit, Problem
from domain.scales import Colour
from domain.strict_json import Json
from domain.texts import Code, Line, Number, Text

#: Most problems reported of one event.
_MOST_PROBLEMS = 1000


def problems_of(error: ValidationError, kind: type[Event]) -> list[Problem]:
    """The problems of the fields given for an event of this kind."""
    if error.error_count() > _MOST_PROBLEMS:
        hardly = f"{error.error_count():,} things are wrong with it, so it is hardly {kind.__name__} at all"
        return [Problem(EventCode.TOO_MANY_PROBLEMS, "", hardly)]
    details = error.errors(include_url=False)
    # Invalid entries of a list are not counted: a list of them is also reported as too short.
    nested = {detail["loc"][:-1] for detail in details}
    return [
        _problem(detail, kind) for detail in details if detail["type"] != "too_short" or detail["loc"] not in nested
    ]


def _problem(detail: ErrorDetails, kind: type[Event]) -> Problem:
    path = [str(part)[:60] for part in detail["loc"]]
    match detail.get("ctx", {}).get("error"):
        case Misfit() as misfit:
            code, sentence = misfit.code, str(misfit)
            path += [misfit.field] if misfit.field else []
        case PointUnreadable() as unreadable:
            code, sentence = EventCode.NOT_A_POINT, str(unreadable)
        case _:
            code, sentence = _misfit(detail, kind)
    return Problem(code, ".".join(path), sentence)


def _misfit(detail: ErrorDetails, kind: type[Event]) -> tuple[EventCode, str]:
    """The code of a pydantic error, and a sentence with the remedy to follow the field's name."""
    given, limits, place = detail["input"], detail.get("ctx", {}), detail["loc"]
    match detail["type"]:
        case "missing":
            return EventCode.MISSING, f"{_model_at(kind, place[:-1]).__name__} needs this field"
        case "extra_forbidden":
            return EventCode.UNKNOWN_FIELD, _no_such_field(_model_at(kind, place[:-1]), str(place[-1]))
        case "string_type":
            number = isinstance(given, int | float) and not isinstance(given, bool)
            such_as = f': "{str(given)[:60]}"' if number else ', such as "2.4"'
            return EventCode.NOT_TEXT, f"write it in quotation marks{such_as}"
        case "string_pattern_mismatch":
            code = EventCode.WRONG_FORM if given.strip() else EventCode.EMPTY
            return code, _PATTERNS[limits["pattern"]](given)
        case "tuple_type":
            return EventCode.NOT_A_LIST, f"write a list: {_as_list(given, _model_at(kind, place))}"
        case "too_short":
            example = "text" if place[-1] == "fields" else "Head of Service"
            return EventCode.EMPTY, f'the list must not be empty: ["{example}"]'
        case "model_type":
            fields = ", ".join(_model_at(kind, place).model_fields)
            return EventCode.NOT_AN_OBJECT, f"write an object with the fields {fields}: {{...}}"
        case "date_from_datetime_parsing" | "date_parsing":
            return EventCode.NOT_A_DAY, f"{str(given)[:60]!r} is not a day of the calendar; write the day as 2019-05-31"
    code, sentence = _LIMITS.get(detail["type"], (EventCode.NOT_ACCEPTED, "{msg}"))
    return code, sentence.format(msg=detail["msg"], **limits)


#: Type of a pydantic error that needs only its limits -> code and sentence.
_LIMITS = {
    "string_unicode": (EventCode.HALF_A_CHARACTER, "this holds half a character; write the character itself"),
    "string_too_short": (EventCode.EMPTY, "must not be empty"),
    "string_too_long": (EventCode.TOO_LONG, "at most {max_length:,} characters"),
    "too_long": (EventCode.TOO_LONG, "at most {max_length} in the list"),
    "bool_type": (EventCode.NOT_TRUE_OR_FALSE, "write true or false, without quotation marks"),
    "int_type": (EventCode.NOT_A_WHOLE_NUMBER, "write a whole number without quotation marks, such as 212"),
    "greater_than_equal": (EventCode.OUT_OF_RANGE, "write a whole number of at least {ge}"),
    "less_than_equal": (EventCode.OUT_OF_RANGE, "write a whole number of at most {le}"),
    "date_type": (EventCode.NOT_A_DAY, "write the day as 2019-05-31, in quotation marks"),
}


def should_be(detail: Mapping[str, Json]) -> str:
    """The rest of a sentence that begins with the name of a field or parameter: `should be ...`."""
    return _SHOULD_BE.get(detail["type"], "{msg}").format(msg=detail["msg"], **detail.get("ctx", {}))


#: Type of a pydantic error -> the rest of the sentence.
_SHOULD_BE = {
    "value_error": "{error}",
    "literal_error": "should be {expected}",
    "greater_than_equal": "should be greater than or equal to {ge}",
    "less_than_equal": "should be less than or equal to {le}",
    "string_too_long": "should have at most {max_length} characters",
    "string_pattern_mismatch": "should match pattern '{pattern}'",
    "string_type": "should be a valid string",
}


def _model_at(kind: type[BaseModel], path: tuple[str | int, ...]) -> type[BaseModel]:
    """The class of the object at this path in an event; of the object around it where the path leads to none."""
    for part in path:
        if (field := kind.model_fields.get(str(part))) is not None:
            kind = next(_models(field.annotation), kind)
    return kind


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _no_such_field(model: type[BaseModel], name: str) -> str:
    common = Event.model_fields if issubclass(model, Event) else {}
    own = [field for field in model.model_fields if field not in common]
    near = get_close_matches(name[:60], model.model_fields, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    takes = ", ".join(own) or f"only {', '.join(common)}"
    return f"{model.__name__} has no such field; {hint}{model.__name__} takes {takes}"


def _as_list(given: object, model: type[BaseModel]) -> str:
    if not issubclass(model, Event):
        return f"[{{...}}], of objects with the fields {', '.join(model.model_fields)}"
    text = given[:60] if isinstance(given, str) and given.strip() else "Minutes"
    return json.dumps([text], ensure_ascii=not text.isprintable())


def lower_case(given: object) -> str | None:
    """The short name probably meant: `not-started` for `Not started`; None where no short name is near."""
    near = re.sub(r"[\s_]+", "-", str(given).strip().lower())
    return near if _SHORT_NAME.fullmatch(near) and len(near) <= 63 else None


_SHORT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def _code_sentence(given: str) -> str:
    if near := lower_case(given):
        return f"short names are lower case, such as amber; did you mean {near!r}?"
    return _not_as("a short name: lower-case letters and digits joined by hyphens, such as amber")(given)


def _not_as(form: str) -> Callable[[str], str]:
    return lambda given: f"{given[:60]!r} is not {form}" if given.strip() else "must not be empty"


def _text_sentence(given: str, allowed: str = "") -> str:
    bad = next((one for one in given if one not in allowed and (_CONTROL.match(one) or one in "\ufffe\uffff")), None)
    if bad is None:
        return "must not be empty"
    name = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}.get(bad, "a control character")
    return f"{given[:60]!r} holds a character that cannot stand here ({name}, U+{ord(bad):04X}); leave it out"


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def _pattern(kind: object) -> str:
    """The pattern of a kind of text, which is `Annotated[str, StringConstraints(...)]`."""
    return str(get_args(kind)[1].pattern)


#: Pattern of a kind of text -> the sentence for a text that does not match.
_PATTERNS: dict[str, Callable[[str], str]] = {
    _pattern(Code): _code_sentence,
    _pattern(Colour): _not_as("a colour; write it as #rrggbb, such as #f47738"),
    _pattern(Number): _not_as(
        "a number as the paper prints it, such as 2.4 or 6.1a: letters, digits and .()_-, at most 32, no spaces"
    ),
    _pattern(Sha256): _not_as("a SHA-256: write its 64 hexadecimal digits, in lower case"),
    _pattern(FieldName): _not_as("the name of an event's field, such as text, leads or approved_by"),
    _pattern(Line): _text_sentence,
    _pattern(Text): lambda given: _text_sentence(given, "\t\n\r"),
}
