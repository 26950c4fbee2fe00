"""When two names would be taken for one another: whoever confirms must be another, and no name is given twice.

What cannot be seen counts for nothing here, nor do capitals, widths and spaces. Letters of different scripts that look
alike do count: `domain.access.names` does not give a name that mixes them.
"""

import re
import unicodedata

# What takes no ink although it is no format character: fillers, variation selectors, what is reserved for such, and the
# empty Braille cell. All but that are Default_Ignorable_Code_Point in Unicode.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def is_invisible(character: str) -> bool:
    """Whether a character, which is no space, leaves nothing to be seen; controls and surrogates are among them."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or _BLANK.match(character) is not None


def name_key(name: str) -> str:
    """What two names have in common that would be taken for one another; empty where there is nothing to be seen."""
    spaced = " ".join(unicodedata.normalize("NFKC", name).split())
    seen = "".join(character for character in spaced if not is_invisible(character))
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())
