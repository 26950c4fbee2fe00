"""A question: everything that is known of it, in one object.

Commands, addresses, pages, packs, the navigation, the API description and the README are made in loops over the
questions (`api.questions.question_registry`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_type_hints

from api.papers.paper import Paper
from api.questions.asker import Answer, Asker
from api.questions.question_parameters import AT, CURRENT, PLAN, POINTS, PREVIOUS, Parameter
from domain.plan.plan_at import PlanAt

D = TypeVar("D")
E = TypeVar("E")

#: The arguments of a question, by the names of its parameters.
Given = Mapping[str, Any]


#: The links of a table row, as paths below the plan, by column number; several where each line of the cell has its own.
Links = Mapping[int, str | Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Page(Generic[D]):
    """The page of a question.

    Attributes:
        name: its name in the navigation and in lists of pages.
        among: whether it is in the navigation of a plan, or among its lists; nowhere if it is reached otherwise.
        own: `api.pages` has a page that does more than show the answer.
        title: the heading, if the page shows the answer.
        lead: the first paragraph, if the page shows the answer.
        links: for every list of facts and every table with rows in the answer, the links of each row.
        anchors: the anchors of the headings of the answer, in order.
    """

    name: str
    among: Literal["navigation", "lists", "nowhere"] = "nowhere"
    own: bool = False
    title: str = ""
    lead: str = ""
    links: Callable[[D], Iterable[Sequence[Links]]] = lambda _: ()
    anchors: Callable[[D], Sequence[str]] = lambda _: ()


@dataclass(frozen=True, kw_only=True)
class Question(ABC, Generic[D]):
    """One question.

    Attributes:
        name: its name in files, in packs and in code.
        place: its place among the questions, which are listed in ascending order.
        sentence: its summary, for lists; at most 60 letters.
        help: its help on the command line, before its examples.
        examples: example commands, without `asat` and the name of the command.
        projection: the function that answers it; its annotation names the type of the document.
        compose: makes the paper of a document.
        command: its command, if that is not its name.
        path: its address below that of a plan, if that is not its name.
        posted: whether its parameters are sent by `POST` (`api.http.record_addresses`); otherwise it is a `GET`.
        points: the parameters for its points.
        own: its other parameters.
        page: its page; None if it has none.
        packed: whether it goes into evidence packs.
        finds: whether a document reports a fault: then the command exits with 1.
        named_by: the part of a file name after the plan and the question.
    """

    name: str
    place: int
    sentence: str
    help: str
    examples: tuple[str, ...] = ()
    projection: Callable[..., D]
    compose: Callable[[D], Paper]
    command: str = ""
    path: str = "/{name}"
    posted: bool = False
    points: tuple[Parameter, ...] = ()
    own: tuple[Parameter, ...] = ()
    page: Page[D] | None = None
    packed: bool = False
    finds: Callable[[D], bool] = lambda _: False
    named_by: Callable[[D], str] | None = None

    #: The subject of the question, in a word or two.
    of: ClassVar[str]

    #: Whether it is also asked of the point before.
    compares: ClassVar[bool] = False

    @abstractmethod
    def answer(self, asker: Asker, given: Given, own: Given) -> Answer[D]:
        """The answer; `given` are all arguments, `own` those that are neither the plan nor a point."""

    def shown_at(self, previous: str, current: str) -> dict[str, object]:
        """The arguments with which it is asked at a point; `previous` is the point before, for what compares."""
        return {"at": current}

    def ask(self, asker: Asker, plan: str | None = None, **given: object) -> Answer[D]:
        """Ask it, with defaults for parameters left out; raises TypeError for one that is missing or unknown."""
        asked = {**given, **({} if plan is None else {"plan": plan})}
        if unknown := asked.keys() - {one.name for one in self.parameters}:
            raise TypeError(f"{self.name} is not asked with {', '.join(sorted(unknown))}")
        if missing := [one.name for one in self.parameters if one.required and one.name not in asked]:
            raise TypeError(f"{self.name} is asked with {', '.join(missing)}")
        complete = {**{one.name: one.default for one in self.parameters}, **asked}
        return self.answer(asker, complete, {one.name: complete[one.name] for one in self.own})

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters: the plan, those in the path, the points, and the rest."""
        named = tuple(one for one in self.own if one.stands == "path")
        return (PLAN, *named, *self.points, *(one for one in self.own if one.stands != "path"))

    @property
    def document(self) -> Any:
        """The type of its document."""
        return get_type_hints(self.projection)["return"]

    @property
    def called(self) -> str:
        """Its command."""
        return self.command or self.name

    @property
    def below(self) -> str:
        """Its address below that of a plan, such as `/gaps`."""
        return self.path.replace("{name}", self.name)

    @property
    def address(self) -> str:
        """Its address, without the suffix of a format."""
        return f"/plans/{{plan}}{self.below}"

    @property
    def is_paged(self) -> bool:
        """Whether an answer over HTTP is a page of events, with the start of the next one."""
        return any(one.a_page for one in self.parameters)


@dataclass(frozen=True, kw_only=True)
class OfTheLedger(Question[D], Generic[D, E]):
    """A question about all plans, as they stand today: `projection` gets the result of `entry` for each."""

    entry: Callable[[PlanAt], E]
    parameters = ()
    address = "/plans"
    of: ClassVar[str] = "all plans"

    def answer(self, asker: Asker, given: Given, own: Given) -> Answer[D]:
        """The answer."""
        return asker.every_plan(self.name, self.entry, self.projection)


@dataclass(frozen=True, kw_only=True)
class OfAPoint(Question[D]):
    """A question about a plan at a point: `projection` gets a `PlanAt`."""

    points: tuple[Parameter, ...] = (AT,)
    of: ClassVar[str] = "a point"

    def answer(self, asker: Asker, given: Given, own: Given) -> Answer[D]:
        """The answer."""
        return asker.at(given["plan"], given["at"], lambda plan, _: self.projection(plan, **own), self.name)


@dataclass(frozen=True, kw_only=True)
class OfTwoPoints(Question[D]):
    """A question about a plan at two points: `projection` gets a `PlanAt` of each.

    `compared` takes the points from all arguments.
    """

    points: tuple[Parameter, ...] = (PREVIOUS, CURRENT)
    compared: Callable[[Given], tuple[str, str]] = lambda given: (given["previous"], given["current"])
    of: ClassVar[str] = "two points"
    compares: ClassVar[bool] = True

    def shown_at(self, previous: str, current: str) -> dict[str, object]:
        """Both points."""
        return {"previous": previous, "current": current}

    def answer(self, asker: Asker, given: Given, own: Given) -> Answer[D]:
        """The answer."""
        previous, current = self.compared(given)
        return asker.between(
            given["plan"], previous, current, lambda before, now: self.projection(before, now, **own), self.name
        )


@dataclass(frozen=True, kw_only=True)
class OfSeveralPoints(Question[D]):
    """A question about a plan at several points, or over the periods between them.

    `projection` gets the `PlanAt` of each, in the order in which they were named.
    """

    points: tuple[Parameter, ...] = (POINTS,)
    of: ClassVar[str] = "several points"
    compares: ClassVar[bool] = True

    def shown_at(self, previous: str, current: str) -> dict[str, object]:
        """Both points, in their order."""
        return {"points": (previous, current)}

    def answer(self, asker: Asker, given: Given, own: Given) -> Answer[D]:
        """The answer."""
        return asker.along(given["plan"], given["points"], lambda plans: self.projection(plans, **own), self.name)


@dataclass(frozen=True, kw_only=True)
class OfTheRecord(Question[D]):
    """A question about a plan's events: `projection` gets a `PlanRecord` and the ledger to read them from.

    `points` is the parameter for the version up to which the record is taken into account; it is the last one.
    """

    of: ClassVar[str] = "the record"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The plan, its own parameters, and the version."""
        return (PLAN, *self.own, *self.points)

    def answer(self, asker: Asker, given: Given, own: Given) -> Answer[D]:
        """The answer."""
        return asker.up_to(
            given["plan"], given["up_to"], lambda record: self.projection(record, asker.ledger, **own), self.name
        )
