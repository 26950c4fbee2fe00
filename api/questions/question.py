"""What a question is: everything that is known of it, in one object.

Commands, addresses, pages, packs, the navigation, the description of the API and the README are made in loops over the
questions (`api.questions.registry`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar, get_type_hints

from api.papers.paper import Paper
from api.questions.asker import Answer, Asker
from api.questions.parameters import AT, CURRENT, PLAN, PREVIOUS, Parameter, up_to
from domain.ledger.ledger import Ledger
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord

D = TypeVar("D")
E = TypeVar("E")

#: What a question is asked with, by name.
Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ActionLink:
    """A link of a cell to the page of an action."""

    number: str


@dataclass(frozen=True, slots=True)
class EventLink:
    """A link of a cell to the page of an event."""

    version: int


@dataclass(frozen=True, slots=True)
class PriorityLink:
    """A link of a cell to a priority on the page of the plan."""

    number: str


#: The links of a row of a table: where the cell of each column leads; a tuple where its lines lead each elsewhere.
Links = Mapping[int, ActionLink | EventLink | PriorityLink | Sequence[EventLink]]


@dataclass(frozen=True, kw_only=True)
class Page(Generic[D]):
    """The page of a question.

    Attributes:
        name: what it is called in the navigation and in lists of pages.
        among: whether it stands in the navigation of a plan, or among its lists; nowhere where it is reached otherwise.
        own: `api.pages` has a page that does more than show the answer.
        title: the heading, where the page shows the answer.
        lead: what is said first, where the page shows the answer.
        links: of every table of the answer that has rows, the links of each row.
        anchors: what the headings of the answer are called in addresses, in order.
    """

    name: str
    among: Literal["navigation", "lists", "nowhere"] = "nowhere"
    own: bool = False
    title: str = ""
    lead: str = ""
    links: Callable[[D], Iterable[Sequence[Links]]] = lambda _: ()
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question(ABC, Generic[D]):
    """One question.

    Attributes:
        name: what it is called in files, in packs and in code.
        place: where it stands among the questions; they are listed from the least.
        sentence: what it does, for lists; at most 60 letters.
        help: its help on the command line, before its examples.
        examples: commands that ask it, without `asat` and its own name.
        projection: what answers it; its annotation names the type of the document.
        compose: makes the paper of a document.
        command: its command, where that is not its name.
        path: its address below that of a plan, where that is not its name.
        posted: what it is asked with is sent to its address (`api.http.record_addresses`); others are there to `GET`.
        own: what it is asked with beside the plan and the points.
        page: its page; None where it has none.
        packed: whether it goes into evidence packs.
        finds: whether a document says that something is amiss: then the command exits with 1.
        named_by: what the name of a file says beside the plan and the question.
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
    own: tuple[Parameter, ...] = ()
    page: Page[D] | None = None
    packed: bool = False
    finds: Callable[[D], bool] = lambda _: False
    named_by: Callable[[D], str] | None = None

    #: What it is asked of, in a word or two.
    of: ClassVar[str]

    @property
    @abstractmethod
    def parameters(self) -> tuple[Parameter, ...]:
        """Everything that it is asked with, in order."""

    @abstractmethod
    def answer(self, asker: Asker, given: Given) -> Answer[D]:
        """The answer, of everything that it is asked with."""

    def ask(self, asker: Asker, plan: str | None = None, **given: object) -> Answer[D]:
        """Ask it; the parameters that are left out have their defaults.

        Raises:
            TypeError: a parameter is missing, or it has none of that name.
        """
        asked = {**given, **({} if plan is None else {"plan": plan})}
        if unknown := asked.keys() - {one.name for one in self.parameters}:
            raise TypeError(f"{self.name} is not asked with {', '.join(sorted(unknown))}")
        if missing := [one.name for one in self.parameters if one.required and one.name not in asked]:
            raise TypeError(f"{self.name} is asked with {', '.join(missing)}")
        return self.answer(asker, {**{one.name: one.default for one in self.parameters}, **asked})

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
        """Its address below a plan's, such as `/gaps`."""
        return self.path.replace("{name}", self.name)

    @property
    def address(self) -> str:
        """Its address, without the suffix of a form."""
        return f"/plans/{{plan}}{self.below}"

    @property
    def page_size(self) -> int | None:
        """How many events an answer over HTTP has at most, if that is asked for; then it says what comes next."""
        return next((one.a_page[1] for one in self.parameters if one.a_page), None)

    def own_of(self, given: Given) -> dict[str, Any]:
        """What it is asked with beside the plan and the points, by name."""
        return {one.name: given[one.name] for one in self.own}


def _in_the_path(parameters: Iterable[Parameter]) -> list[Parameter]:
    return [one for one in parameters if one.stands != "option"]


def _not_in_the_path(parameters: Iterable[Parameter]) -> list[Parameter]:
    return [one for one in parameters if one.stands == "option"]


@dataclass(frozen=True, kw_only=True)
class OfTheLedger(Question[D], Generic[D, E]):
    """A question about all plans, as they stand today: `projection` is given what `entry` says of each."""

    entry: Callable[[PlanAt], E]
    of: ClassVar[str] = "all plans"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """None."""
        return self.own

    @property
    def address(self) -> str:
        """That of the plans."""
        return "/plans"

    def answer(self, asker: Asker, given: Given) -> Answer[D]:
        """The answer."""
        return asker.every_plan(self.name, self.entry, lambda entries: self.projection(entries, **self.own_of(given)))


@dataclass(frozen=True, kw_only=True)
class OfAPoint(Question[D]):
    """A question about a plan at a point: `projection` is given a `PlanAt`."""

    of: ClassVar[str] = "a point"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The plan, what names a part of it, the point, and the rest."""
        return (PLAN, *_in_the_path(self.own), AT, *_not_in_the_path(self.own))

    def answer(self, asker: Asker, given: Given) -> Answer[D]:
        """The answer."""
        own = self.own_of(given)
        return asker.at(given["plan"], given["at"], lambda plan, _: self.projection(plan, **own), self.name)


@dataclass(frozen=True, kw_only=True)
class OfTwoPoints(Question[D]):
    """A question about a plan at two points: `projection` is given a `PlanAt` of each.

    Attributes:
        points: the parameters that say which points.
        compared: the points, of everything that is given.
    """

    points: tuple[Parameter, ...] = (PREVIOUS, CURRENT)
    compared: Callable[[Given], tuple[str, str]] = lambda given: (given["previous"], given["current"])
    of: ClassVar[str] = "two points"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The plan, the points, and the rest."""
        return (PLAN, *self.points, *self.own)

    def answer(self, asker: Asker, given: Given) -> Answer[D]:
        """The answer."""
        own = self.own_of(given)
        return asker.between(
            given["plan"], *self.compared(given), lambda before, now: self.projection(before, now, **own), self.name
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OfTheRecord(Question[D]):
    """A question about a plan's events: `projection` is given a `PlanRecord` and the ledger to read them from.

    `what` is shown as it was at the version that is asked for.
    """

    what: str
    of: ClassVar[str] = "the record"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The plan, and the version up to which its record is taken into account last."""
        return (PLAN, *self.own, up_to(self.what))

    def answer(self, asker: Asker, given: Given) -> Answer[D]:
        """The answer."""
        ledger: Ledger = asker.ledger

        def ask(record: PlanRecord) -> D:
            return self.projection(record, ledger, **self.own_of(given))

        return asker.up_to(given["plan"], given["up_to"], ask, self.name)
