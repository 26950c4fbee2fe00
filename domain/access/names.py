"""The names of principals and tokens: which can be given, and when two of them are the same."""

import unicodedata

from pydantic import TypeAdapter

from domain.access.events import Name
from domain.access.principals import ANYONE
from domain.names import is_invisible, name_key
from domain.refusals import Refusal

#: How the names of those begin who run a command on the machine itself.
OPERATOR = "operator "

_NAME = TypeAdapter[str](Name)
#: A key that an index can hold; ligatures may come to eighteen letters each.
_LONGEST_KEY = 200
#: Alphabets that have letters in common for the eye; how Unicode's names of their letters begin.
_ALIKE = ("Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic")


class NameRefused(Refusal, ValueError):
    """A name that cannot be given to a principal or token; the sentence says why."""

    code = "name-refused"


def operator(account: str) -> str:
    """The name of whoever runs a command on the machine, under this account of the operating system."""
    return f"{OPERATOR}{account}"[:100]


def is_operator(name: str) -> bool:
    """Whether this is the name of whoever runs a command on the machine."""
    return name_key(name).startswith(OPERATOR)


def can_be_known(name: str) -> bool:
    """Whether anybody can be known by this name, or it stands for whoever is not signed in."""
    return 0 < len(name_key(name)) <= _LONGEST_KEY


def read_name(name: str) -> str:
    """A name as it is kept: one line, spaces single; raises NameRefused.

    A name that mixes letters of alphabets whose letters look alike is refused. What is not found out: a name all in
    another alphabet that reads like a Latin one, letters that look alike within an alphabet (l and I, rn and m), marks
    that are hard to see, and names that are merely similar.
    """
    read = unicodedata.normalize("NFC", " ".join(name.split()))
    hidden = any(is_invisible(one) or unicodedata.category(one) in {"Co", "Cn"} for one in name)
    key = name_key(read)
    try:
        _NAME.validate_python(read)
    except ValueError:
        hidden = True
    if hidden or not can_be_known(read):
        raise NameRefused(
            "a name is one line of 1 to 100 characters, all of which can be seen; take another than the one given"
        )
    if len(alphabets := _alphabets(read)) > 1:
        raise NameRefused(
            f"the name {read} mixes letters of {' and '.join(alphabets)}, which look alike: write it in one alphabet"
        )
    if key in (ANYONE, OPERATOR.strip()) or is_operator(read):
        raise NameRefused(
            f"the name {read} is not given to anybody: {ANYONE} is whoever is not signed in, and {OPERATOR.strip()} is"
            " whoever runs the machine"
        )
    return read


def _alphabets(name: str) -> list[str]:
    begun = {unicodedata.name(one, "").partition(" ")[0] for one in unicodedata.normalize("NFKC", name)}
    return [alphabet for alphabet in _ALIKE if alphabet.upper() in begun]
