"""The names of principals and tokens, and the rules for new ones."""

import unicodedata

from pydantic import TypeAdapter

from domain.access.access_errors import AccessCode, AccessRefused
from domain.access.access_events import Name
from domain.access.principals import ANYONE
from domain.names import is_invisible, name_key

#: The prefix of the names of operators, who run commands on the machine itself.
OPERATOR = "operator "

_NAME = TypeAdapter[str](Name)
#: A longer key does not fit into the index; a ligature may become eighteen letters.
_LONGEST_KEY = 200
#: White space that breaks a line, and is no control character.
_SEPARATORS = "\u2028\u2029"
#: Alphabets with letters that look alike, as Unicode's names of their letters begin.
_ALIKE = ("Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic")


def operator(account: str) -> str:
    """The name of an operator with this account of the operating system."""
    return f"{OPERATOR}{account}"[:100]


def is_operator(name: str) -> bool:
    """Whether this is the name of an operator."""
    return name_key(name).startswith(OPERATOR)


def read_name(name: str) -> str:
    """A name as it is stored: one line, spaces single; raises AccessRefused where it cannot be given.

    A name that mixes alphabets with letters that look alike is refused. Not detected: a name all in another alphabet
    that reads like a Latin one, and letters that look alike within an alphabet (l and I, rn and m).
    """
    read = unicodedata.normalize("NFC", " ".join(name.split()))
    key = name_key(read)
    if unseen := next((one for one in name if not _can_be_seen(one)), None):
        raise AccessRefused(
            AccessCode.NAME_UNUSABLE,
            f"a name is one line of characters that can be seen; leave out the character U+{ord(unseen):04X}",
        )
    if not (0 < len(key) <= _LONGEST_KEY and _is_line(read)):
        raise AccessRefused(
            AccessCode.NAME_UNUSABLE, "a name is one line of 1 to 100 characters; take another than the one given"
        )
    if len(alphabets := _alphabets(read)) > 1:
        raise AccessRefused(
            AccessCode.NAME_MIXED,
            f"the name {read} mixes letters of {' and '.join(alphabets)}, which look alike: write it in one alphabet",
        )
    if key in (ANYONE, OPERATOR.strip()) or is_operator(read):
        raise AccessRefused(
            AccessCode.NAME_RESERVED,
            f"the name {read} is not given to anybody: {ANYONE} is whoever is not signed in, and {OPERATOR.strip()} is"
            " whoever runs the machine",
        )
    return read


def _is_line(name: str) -> bool:
    try:
        _NAME.validate_python(name)
    except ValueError:
        return False
    return True


def _can_be_seen(character: str) -> bool:
    return not is_invisible(character) and character not in _SEPARATORS


def _alphabets(name: str) -> list[str]:
    found = {unicodedata.name(one, "").partition(" ")[0] for one in unicodedata.normalize("NFKC", name)}
    return [alphabet for alphabet in _ALIKE if alphabet.upper() in found]
