"""The parameters of questions: each one once, for the command line, addresses and documents."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "point", "points", "instant", "number", "choice", "flag", "claims"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A parameter of a question.

    Attributes:
        name: its name in projections.
        help: a sentence without its full stop.
        kind: its type; a flag is present or not, points are given by repeating it, claims are a JSON file.
        word: its name in addresses and options, if that is another.
        stands: in the path of the address (then it is required); as an argument of the command; or as an option.
        required: whether it must be given.
        default: its value if it is not given.
        example: one value, for documents.
        metavar: the name of its value in the help of an option.
        least, most: the bounds of a number.
        longest: the most letters of a text.
        options: the values to choose from.
        a_page: the number of entries on a page over HTTP: the default and the most.
    """

    name: str
    help: str
    kind: Kind = "text"
    word: str = ""
    stands: Literal["path", "argument", "option"] = "option"
    required: bool = False
    default: str | int | bool | tuple[str, ...] | None = None
    example: str | int | None = None
    metavar: str | None = None
    least: int = 1
    most: int | None = 10**12
    longest: int = 0
    options: tuple[str, ...] = ()
    a_page: tuple[int, int] | None = None

    @property
    def called(self) -> str:
        """Its name in addresses and options."""
        return self.word or self.name


PLAN = Parameter(
    name="plan",
    help="The plan's name, such as `sunderland`",
    stands="path",
    longest=63,
    required=True,
    example="sunderland",
)
AT = Parameter(name="at", help="The point in time", kind="point", default="now", example="issue:3.0")
PREVIOUS = Parameter(
    name="previous", help="The point compared from", kind="point", stands="argument", required=True, example="issue:2.0"
)
CURRENT = Parameter(
    name="current",
    help="The point compared with it",
    kind="point",
    stands="argument",
    default="now",
    example="issue:3.0",
)
POINTS = Parameter(
    name="points",
    help="A point in time; once for each, in the order in which they are shown",
    kind="points",
    required=True,
    metavar="POINT",
    example="issue:3.0",
)
AFTER = Parameter(
    name="after",
    help="Begin after this record number, such as the `next` of the page before",
    kind="number",
    least=0,
    default=0,
    metavar="NUMBER",
)


def limit(a_page: int) -> Parameter:
    """The most events shown: all by default, or over HTTP a page of them."""
    return Parameter(
        name="limit",
        help="So many events at most",
        kind="number",
        most=None,
        metavar="NUMBER",
        a_page=(a_page, LONGEST_PAGE),
    )


def up_to(what: str) -> Parameter:
    """The record number up to which the record is taken into account; `what` is shown as at it."""
    stood = "stood" if what == "event" else "was"
    told = f"The {what} as it {stood} when this record number of the plan was the newest"
    return Parameter(name="up_to", help=told, kind="number", metavar="NUMBER")


#: The most events on a page over HTTP.
LONGEST_PAGE = 1000
