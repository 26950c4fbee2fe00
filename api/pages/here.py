"""The plan and the points of a page, which all its addresses keep."""

from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from api.formats import FORMATS, formats_of
from api.questions.asker import Fixed
from api.questions.question import OfTwoPoints
from api.questions.question_registry import QUESTIONS

#: The pages in the navigation of a plan: name, and path below the plan.
NAVIGATION = (
    *(
        (one.page.name, one.below.strip("/"))
        for one in QUESTIONS.values()
        if one.page and one.page.among == "navigation"
    ),
    ("Record", "record"),
)
#: The lists of a plan: name, and path below the plan.
LISTS = tuple((one.page.name, one.name) for one in QUESTIONS.values() if one.page and one.page.among == "lists")
#: The paths with two points; in their queries `current` takes the place of `at`.
OF_TWO_POINTS = frozenset(one.name for one in QUESTIONS.values() if isinstance(one, OfTwoPoints) and not one.posted)


@dataclass(frozen=True, slots=True)
class Here:
    """A page of a plan.

    Attributes:
        plan: the plan's name.
        path: the page's path below the plan, such as `actions/2.4`.
        at: the point as it was written; on pages that compare, the current one.
        previous: the point to compare with, kept while moving between pages; None until one is chosen.
    """

    plan: str
    path: str = ""
    at: str = "now"
    previous: str | None = None

    def to(self, path: str = "", **query: object) -> str:
        """The address of another page of the plan at the same points; None values are left out of the query."""
        current = "current" if path.partition("/")[0] in OF_TWO_POINTS else "at"
        points = {current: None if self.at == "now" else self.at, "previous": self.previous}
        return _address(f"/plans/{self.plan}{'/' if path else ''}{quote(path)}", {**points, **query})

    def forms(self, question: str, fixed: Fixed, **query: object) -> list[tuple[str, str]]:
        """The names and addresses of the other formats of this page's answer.

        Args:
            question: the question that the page answers.
            fixed: the points of the answer in fixed form, which later events cannot change.
            query: the other parameters.
        """
        whole = f"/plans/{self.plan}{'/' if self.path else ''}{quote(self.path)}{{}}"
        return form_links(question, _address(whole, {**fixed, **query}))

    @property
    def navigation(self) -> list[tuple[str, str, bool]]:
        """Every page of the plan: name, address, and whether it is this one."""
        own = self.path.partition("/")[0]
        return [(name, self.to(path), path == own) for name, path in NAVIGATION]

    @property
    def lists(self) -> list[tuple[str, str]]:
        """Every list of the plan: name and address."""
        return [(name, self.to(path)) for name, path in LISTS]

    @property
    def this(self) -> str:
        """The address of this page."""
        return self.to(self.path)

    @property
    def today(self) -> str:
        """The address of this page as of now."""
        return replace(self, at="now").to(self.path)

    @property
    def choose(self) -> str:
        """The address to choose another point for this page."""
        return self.to("point", to=self.path or None)

    @property
    def choose_previous(self) -> str:
        """The address to choose another previous point for this page."""
        return self.to("point", to=self.path or None, of="previous")

    @property
    def is_past(self) -> bool:
        """Whether the point is another than now."""
        return self.at != "now"


def form_links(question: str, address: str) -> list[tuple[str, str]]:
    """The names and addresses of a question's formats; in `address`, `{}` stands for the suffix."""
    offered = sorted(formats_of(question), key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    return [(FORMATS[name].title, address.replace("{}", f".{name}", 1)) for name in offered]


#: The formats that most people need, first in lists.
_FIRST = ("docx", "pdf", "xlsx", "csv", "html", "md")


def _address(path: str, query: dict[str, object]) -> str:
    said = {
        name: value if isinstance(value, list) else str(value) for name, value in query.items() if value is not None
    }
    return f"{path}?{urlencode(said, doseq=True, safe=':@,')}" if said else path
