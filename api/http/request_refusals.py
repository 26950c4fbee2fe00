"""Refusals of a request before it reaches a plan: for its sender, its form, or its rate."""

from collections.abc import Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from domain.refusals import Code, PlanUnknown, Refusal, Unprocessable


class FieldProblem(TypedDict):
    """A fault of one field; where a list is recorded, `index` is the place of its event in it, from 0."""

    field: str
    detail: str
    code: str
    index: NotRequired[int]


class RequestCode(Code):
    """Why a request cannot be read."""

    NOT_AN_EVENT = "not-an-event", "Something in the body is no event of the plan."
    NO_EVENT = "no-event", "The list holds no event."
    NOT_JSON = "not-json", "The body is not JSON."
    TOO_LARGE = "too-large", "The body is too large."
    WRONG_MEDIA_TYPE = "wrong-media-type", "The body is of another media type."
    TWO_LENGTHS = "two-lengths", "Content-Length and Transfer-Encoding are both given."
    NOT_A_FORM = "not-a-form", "The body is not what the form of a page sends."
    NO_AUTHOR = "no-author", "The header names nobody who could record.", "X-Recorded-By"
    NOT_A_VERSION = "not-a-version", "A record number belongs there.", "If-Match", "version"
    PARAMETERS = "parameters", "Several parameters of the address are wrong."
    MISSING = "missing", "The address needs this parameter.", "*"
    UNKNOWN_PARAMETER = "unknown-parameter", "The address has no such parameter.", "*"
    PARAMETER_TWICE = "parameter-twice", "The parameter stands twice in the address.", "*"
    NOT_ACCEPTED = "not-accepted", "It is not a value of the parameter.", "*"


class Unreadable(Unprocessable):
    """The request cannot be read; `problems` names each field that is wrong."""

    code = "unreadable"

    def __init__(self, code: RequestCode, field: str, sentence: str, problems: Sequence[FieldProblem] = ()) -> None:
        assert field in code.fields or "*" in code.fields, f"{code!r} does not declare the field {field!r}"
        self.code, self.field, self.problems = code, field, list(problems)
        super().__init__(sentence)


class SignInNeeded(Refusal):
    """Nobody known asks, or whoever asks showed what does not count (any more); `wrong` says that they showed it."""

    code = "not-signed-in"

    def __init__(self, sentence: str, *, wrong: bool = False) -> None:
        self.wrong = wrong
        super().__init__(sentence)


class PlanHidden(PlanUnknown):
    """A plan that whoever asks may not read: to them it is as one that is not there."""


class OpenToOthers(Refusal):
    """A proxy passes on a request to an open ledger, where whoever is behind it could do everything."""

    code = "open-to-others"


class AuthorSaid(Refusal):
    """A request says by X-Recorded-By who records, although it is known who asks."""

    code, field = "author-said", "X-Recorded-By"


class Forged(Refusal):
    """A request with a session does not carry the token of that session; nothing was done."""

    code = "forged"


class ForeignHost(Refusal):
    """The request names another host than this service."""

    code = "foreign-host"


class ForeignOrigin(Refusal):
    """A page of another site sends the request."""

    code = "foreign-origin"


class TooFast(Refusal):
    """More was sent than a limit allows; `retry_after` is in seconds."""

    code = "too-fast"

    def __init__(self, sentence: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"{sentence}; try again in {retry_after} seconds")


class CutOff(Refusal):
    """The request ended before its body did."""

    code = "cut-off"


class NoSigningKey(Refusal):
    """The server has no key to sign an evidence pack with."""

    code = "no-signing-key"


class PackRefused(Refusal):
    """The evidence pack cannot be made."""

    code = "no-pack"
