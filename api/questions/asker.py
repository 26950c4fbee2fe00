"""Asks a ledger: resolves the points, takes the plan from the ledger, and gives it to the function that answers.

The answer carries its document, and whether that document can ever change.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Generic, TypeVar

from domain.instants import instant_text
from domain.opened_ledger import Ledger
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from domain.points import Asked, Point, PointUnknown, PointUnreadable, VersionUnknown, read_point
from domain.refusals import Unprocessable
from projections.action import ActionUnknown
from projections.not_known import action_not_known

D = TypeVar("D")
E = TypeVar("E")


#: The points of an answer in their fixed form, by parameter.
Fixed = Mapping[str, str | Sequence[str]]

#: The most points of one question: each is worked out by itself.
MOST_POINTS = 24


class TooManyPoints(Unprocessable):
    """More points are asked of at once than one answer shows."""

    code, field = "too-many-points", "points"


class Answer(Generic[D]):
    """The answer to a question; its document is made lazily.

    Attributes:
        question: the name of the question.
        immutable: whether nothing recorded later can change the document.
        fixed: the points in their fixed form.
        state: everything that the document depends on, beside the question, its parameters and the program. While the
            state is the same, so is the document: a client that has it need not download it again.
    """

    def __init__(
        self,
        question: str,
        make: Callable[[], D],
        immutable: bool = False,
        fixed: Fixed | None = None,
        state: str | None = None,
    ) -> None:
        self.question, self.immutable, self.fixed, self.state = question, immutable, dict(fixed or {}), state
        self._make = make

    @cached_property
    def document(self) -> D:
        """The document; raises the errors of its question."""
        return self._make()


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks a ledger, on a day.

    `reads` selects the plans that are listed: those that the user may read. It does not guard questions about one plan.
    """

    ledger: Ledger
    today: date
    reads: Callable[[str], bool] = lambda _: True

    def every_plan(
        self, question: str, entry: Callable[[PlanAt], E], project: Callable[[Iterable[E], Sequence[str]], D]
    ) -> Answer[D]:
        """The answer to a question about all plans, as they stand today with everything recorded."""
        now = read_point("now")
        states = [state for state in self.ledger.states() if self.reads(state.plan)]

        def entry_of(record: PlanRecord) -> E:
            return entry(record.at(record.resolve(now, self.today)))

        state = " ".join([self.today.isoformat(), *(f"{one.plan} {one.event_id}" for one in states)])
        return Answer(question, lambda: project(*self.ledger.of_every_plan(states, self.today, entry_of)), state=state)

    def at(self, plan: str, at: str, ask: Callable[[PlanAt, PlanRecord], D], question: str = "page") -> Answer[D]:
        """The answer to a question about a plan at a point; `ask` also gets the complete record of today.

        A page with several projections calls it once, so that all of them show the same state of the plan.
        """
        record, (point,), immutable = self.resolved(plan, [at], ["at"])

        def make() -> D:
            shown = record.at(point)
            with _explaining(record, shown):
                return ask(shown, record)

        return Answer(question, make, immutable, {"at": point.fixed}, state_of(record, point))

    def between(
        self, plan: str, previous: str, current: str, ask: Callable[[PlanAt, PlanAt], D], question: str
    ) -> Answer[D]:
        """The answer to a question about a plan at two points."""
        return self.along(plan, (previous, current), lambda shown: ask(*shown), question, ("previous", "current"))

    def along(
        self,
        plan: str,
        points: Sequence[str],
        ask: Callable[[Sequence[PlanAt]], D],
        question: str,
        names: Sequence[str] = (),
    ) -> Answer[D]:
        """The answer to a question about a plan at several points, in their order.

        `names` are the parameters of the points; without any all are of `points`.
        """
        record, found, immutable = self.resolved(plan, points, names)
        written = [one.fixed for one in found]
        fixed: Fixed = dict(zip(names, written, strict=True)) if names else {"points": written}
        state = state_of(record, *found)
        return Answer(question, lambda: ask([record.at(one) for one in found]), immutable, fixed, state)

    def up_to(self, plan: str, up_to: int | None, ask: Callable[[PlanRecord], D], question: str) -> Answer[D]:
        """The answer to a question about the record of a plan up to a version, by default its newest."""
        newest = self.ledger.plan(plan)
        if up_to is not None and not 1 <= up_to <= newest.version:
            with in_parameter("up_to"):
                raise self.ledger.no_version(plan, up_to, newest.version)
        record = newest if up_to is None else newest.up_to(up_to)

        def make() -> D:
            with _explaining(newest, record):
                return ask(record)

        return Answer(question, make, up_to is not None, {"up_to": str(record.version)}, state_of(record))

    def resolved(
        self, plan: str, points: Sequence[str], names: Sequence[str] = ()
    ) -> tuple[PlanRecord, list[Point], bool]:
        """The record of a plan, the points in it, and whether all are fixed; `names` as for `along`.

        Raises:
            TooManyPoints: there are more than `MOST_POINTS`.
        """
        if len(points) > MOST_POINTS:
            raise TooManyPoints(f"{len(points)} points are asked of at once; name at most {MOST_POINTS}")
        # Of two equal points only the current one may have been given.
        parameters, asked = dict(zip(points, names or ["points"] * len(points), strict=True)), []
        for text in points:
            with in_parameter(parameters[text]):
                asked.append(read_point(text))
        record, found = self.ledger.plan(plan), []
        for one in asked:
            with in_parameter(parameters[one.text]):
                try:
                    found.append(record.resolve(one, self.today))
                except VersionUnknown as unknown:
                    raise self.ledger.no_version(unknown.plan, unknown.version, unknown.newest) from unknown
        return record, found, all(_is_fixed(*both, record) for both in zip(asked, found, strict=True))


@contextmanager
def in_parameter(name: str) -> Iterator[None]:
    """Say of a point that is refused in which parameter it stands."""
    try:
        yield
    except (PointUnreadable, PointUnknown) as error:
        error.field = name
        raise


@contextmanager
def _explaining(newest: PlanRecord, then: PlanAt | PlanRecord) -> Iterator[None]:
    """Add to an `ActionUnknown` since when the plan has had the action, if it has it by now."""
    try:
        yield
    except ActionUnknown as unknown:
        if why := action_not_known(newest, unknown.number, then):
            raise ActionUnknown(unknown.number, why) from None
        raise


def state_of(record: PlanRecord, *points: Point) -> str:
    """The state behind a document: its points in their fixed form, their recording times, and the number of redactions.

    Only a redaction changes the past. Without points, the state is the newest version of the record.
    """
    known = [(point.fixed, point.known_at) for point in points]
    known = known or [(str(record.version), record.known_at(record.version))]
    return " ".join([f"{fixed} {instant_text(instant)}" for fixed, instant in known] + [str(record.redactions_known)])


def _is_fixed(asked: Asked, point: Point, record: PlanRecord) -> bool:
    """Whether the point, as written, can never mean another one.

    A version cannot. An instant cannot once something was recorded after it, because instants never go back. A day
    alone, an issue and a presentation can: all three take everything recorded into account.
    """
    return asked.version is not None or (asked.instant is not None and point.basis < record.version)
