"""What a question is asked with: each parameter once, for the command line, for addresses and for documents."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "point", "instant", "number", "choice", "flag", "claims"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """One thing that a question is asked with.

    Attributes:
        name: what projections call it.
        help: a sentence without its full stop.
        kind: how it is written; a flag is there or not, claims are a file of JSON.
        word: what it is called in addresses and options, where that is not its name.
        stands: in the path of the address, where it must be given; as an argument of the command; or as an option.
        required: whether it must be given.
        default: what it is where it is not given.
        example: one value, for documents.
        metavar: what its value is called in the help of an option.
        least, most: the bounds of a number.
        longest: the most letters of a text.
        options: what can be chosen.
        a_page: over HTTP an answer comes a page at a time: entries by default, and at most.
    """

    name: str
    help: str
    kind: Kind = "text"
    word: str = ""
    stands: Literal["path", "argument", "option"] = "option"
    required: bool = False
    default: str | int | bool | None = None
    example: str | int | None = None
    metavar: str | None = None
    least: int = 1
    most: int | None = 10**12
    longest: int = 0
    options: tuple[str, ...] = ()
    a_page: tuple[int, int] | None = None

    @property
    def called(self) -> str:
        """What it is called in addresses and options."""
        return self.word or self.name


PLAN = Parameter(
    name="plan", help="The plan's name, such as `sunderland`", stands="path", longest=63, required=True,
    example="sunderland",
)  # fmt: skip
AT = Parameter(name="at", help="The point in time", kind="point", default="now", example="issue:3.0")
PREVIOUS = Parameter(
    name="previous", help="The point compared from", kind="point", stands="argument", required=True, example="issue:2.0"
)
CURRENT = Parameter(
    name="current", help="The point compared with it", kind="point", stands="argument", default="now",
    example="issue:3.0",
)  # fmt: skip
AFTER = Parameter(
    name="after", help="Begin after this version, such as the `next` of the page before", kind="number", least=0,
    default=0, metavar="VERSION",
)  # fmt: skip


def limit(a_page: int) -> Parameter:
    """How many events are shown: all, or over HTTP a page of them."""
    return Parameter(
        name="limit",
        help="So many events at most",
        kind="number",
        most=None,
        metavar="NUMBER",
        a_page=(a_page, LONGEST_PAGE),
    )


def up_to(what: str) -> Parameter:
    """Up to which version the record is taken into account; `what` is then shown."""
    return Parameter(
        name="up_to", help=f"The {what} as it {'stood' if what == 'event' else 'was'} when this version of the plan was"
        " the newest", kind="number", metavar="VERSION",
    )  # fmt: skip


#: Most events of a page over HTTP.
LONGEST_PAGE = 1000
