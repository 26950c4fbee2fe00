"""The names of principals and tokens: which can be given, and when two of them are the same."""

import unicodedata

from pydantic import TypeAdapter

from domain.access.events import Name
from domain.access.principals import ANYONE

#: How the names of those begin who run a command on the machine itself.
OPERATOR = "operator "

_NAME = TypeAdapter[str](Name)


class NameRefused(ValueError):
    """A name that cannot be given to a principal or token; the sentence says why."""


def operator(account: str) -> str:
    """The name of whoever runs a command on the machine, under this account of the operating system."""
    return f"{OPERATOR}{account}"[:100]


def name_key(name: str) -> str:
    """What two names have in common that would be taken for one another: capitals and widths do not matter."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def can_be_known(name: str) -> bool:
    """Whether anybody can be known by this name, or it stands for whoever is not signed in."""
    try:
        read_name(name)
    except NameRefused:
        return name_key(name) == ANYONE
    return True


def read_name(name: str) -> str:
    """A name as it is kept: one line, spaces single; raises NameRefused."""
    read = unicodedata.normalize("NFC", " ".join(name.split()))
    hidden = any(unicodedata.category(character) in {"Cc", "Cf", "Co", "Cn", "Cs"} for character in name)
    try:
        _NAME.validate_python(read)
    except ValueError:
        hidden = True
    if hidden:
        raise NameRefused(
            "a name is one line of 1 to 100 characters, all of which can be seen; take another than the one given"
        )
    if name_key(read) == ANYONE or name_key(read).startswith(OPERATOR):
        raise NameRefused(
            f"the name {read} is not given to anybody: {ANYONE} is whoever is not signed in, and {OPERATOR.strip()} is"
            " whoever runs the machine"
        )
    return read
