"""When two names would be taken for one another: whoever confirms must be another, and no name is given twice.

What cannot be seen counts for nothing here, nor do capitals, widths and spaces. Letters of different scripts that look
alike do count: `domain.access.principal_names` does not give a name that mixes them.
"""

import re
import unicodedata

# What takes no ink although its category does not say so: what Unicode has every program ignore by default (variation
# selectors, fillers, tags, what is reserved for such), and beyond that the empty Braille cell, other scripts' fillers,
# signs that only join or select, spaces that are no white space, the notehead that is null, what stands for an object
# that is not there, and the block of controls for hieroglyphs, of which a Python may not know yet what they are.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u2d7f\u303f\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffc"
    "\U0001107f\U00011a47\U00011a99\U00013430-\U0001345f\U00016fe4\U0001bc9d\U0001d159\U0001d173-\U0001d17a"
    "\U0001da7f\U0001da80\U000e0000-\U000e0fff]"
)

# Controls, formats and halves of characters; what is left to private use; and what is not assigned, which a font may
# leave out. A Python that knows fewer characters takes more of them for unassigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def is_invisible(character: str) -> bool:
    """Whether a character, which is no space, may leave nothing to be seen."""
    return unicodedata.category(character) in _UNSEEN or _BLANK.match(character) is not None


def name_key(name: str) -> str:
    """The key that two names share if they would be taken for one another; empty where there is nothing to be seen."""
    spaced = " ".join(unicodedata.normalize("NFKC", name).split())
    seen = "".join(character for character in spaced if not is_invisible(character))
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())
