"""Where a page stands: which plan, at which points. Every address it makes keeps both."""

from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from api.formats import FORMATS, formats_of
from api.questions.question import OfTwoPoints
from api.questions.question_registry import QUESTIONS

#: What a page is called in the navigation of a plan, and its path below the plan.
NAVIGATION = (
    *((one.page.name, one.below.strip("/")) for one in QUESTIONS.values()
      if one.page and one.page.among == "navigation"),
    ("Record", "record"),
)  # fmt: skip
#: The lists of a plan, likewise.
LISTS = tuple((one.page.name, one.name) for one in QUESTIONS.values() if one.page and one.page.among == "lists")
#: The paths that take two points, and call the one all others are asked at `current`.
OF_TWO_POINTS = frozenset(one.name for one in QUESTIONS.values() if isinstance(one, OfTwoPoints) and not one.posted)


@dataclass(frozen=True, slots=True)
class Here:
    """A page of a plan.

    Attributes:
        plan: the plan's name.
        path: where the page is below the plan, such as `actions/2.4`.
        at: the point asked about, as it was written; on pages that compare, the current one.
        previous: the point compared with, kept while moving between pages; None until one was chosen.
    """

    plan: str
    path: str = ""
    at: str = "now"
    previous: str | None = None

    def to(self, path: str = "", **query: object) -> str:
        """The address of another page of the plan at the same points; what is None is left out of the query."""
        current = "current" if path.partition("/")[0] in OF_TWO_POINTS else "at"
        points = {current: None if self.at == "now" else self.at, "previous": self.previous}
        return _address(f"/plans/{self.plan}{'/' if path else ''}{quote(path)}", {**points, **query})

    def forms(self, question: str, fixed: dict[str, str], **query: object) -> list[tuple[str, str]]:
        """The other forms of the answer on this page: what they are called and where they are.

        Args:
            question: the question it answers.
            fixed: the points of the answer in the form that no later event can move.
            query: what else was asked.
        """
        whole = f"/plans/{self.plan}{'/' if self.path else ''}{quote(self.path)}{{}}"
        return form_links(question, _address(whole, {**fixed, **query}))

    @property
    def navigation(self) -> list[tuple[str, str, bool]]:
        """Name, address and whether it is this one, of every page of the plan."""
        own = self.path.partition("/")[0]
        return [(name, self.to(path), path == own) for name, path in NAVIGATION]

    @property
    def lists(self) -> list[tuple[str, str]]:
        """Name and address of every list of the plan."""
        return [(name, self.to(path)) for name, path in LISTS]

    @property
    def this(self) -> str:
        """This page."""
        return self.to(self.path)

    @property
    def today(self) -> str:
        """This page, as things stand."""
        return replace(self, at="now").to(self.path)

    @property
    def choose(self) -> str:
        """Where to choose another point for this page."""
        return self.to("point", to=self.path or None)

    @property
    def choose_previous(self) -> str:
        """Where to choose another previous point for this page."""
        return self.to("point", to=self.path or None, of="previous")

    @property
    def is_past(self) -> bool:
        """Whether another point than now is shown."""
        return self.at != "now"


def form_links(question: str, address: str) -> list[tuple[str, str]]:
    """The forms of the answer to a question, at an address that has `{}` where the suffix goes."""
    offered = sorted(formats_of(question), key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    return [(FORMATS[name].title, address.replace("{}", f".{name}", 1)) for name in offered]


#: The formats that most people ask for first.
_FIRST = ("docx", "pdf", "xlsx", "csv", "html", "md")


def _address(path: str, query: dict[str, object]) -> str:
    said = {name: str(value) for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(said, safe=':@,')}" if said else path
