"""A text as it was revised: the words that went, struck out, beside those that came."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from api.papers.paper import Mark, Piece, Text

# Whole words, so that what is marked always begins and ends at a space.
_WORD = re.compile(r"\S+\s*")

#: How many pairs of equal words two texts may have to be compared word by word, which takes time by their number. Of
#: 10,000 letters of prose there are some thousands; of as many that repeat themselves, hundreds of thousands.
_MOST_PAIRS = 8_000

#: How many words two texts may have between them to be compared word by word: where each word is in another place, that
#: takes time by the square of them. Of prose it is 9,000 letters a text.
_MOST_WORDS = 3_000

#: How much of the words must have stayed for the rest to read as a revision and not as another text.
_STAYED = 0.4


def revised(previous: str, current: str) -> Text:
    """The current text with what it left out of the previous one: word by word or, where little stayed, all of both."""
    was, now = _WORD.findall(previous.strip()), _WORD.findall(current.strip())
    if _bare(was) == _bare(now):
        return Text((Piece(current.strip()),))
    return Text(tuple(_by_word(was, now) or _whole(was, now)))


def _bare(words: list[str]) -> list[str]:
    return [word.rstrip() for word in words]


def _by_word(was: list[str], now: list[str]) -> list[Piece]:
    """The pieces word by word; none where the texts are too different, or too alike within themselves."""
    before, after = _bare(was), _bare(now)
    if len(before) + len(after) > _MOST_WORDS or _pairs(before, after) > _MOST_PAIRS:
        return []
    matcher = SequenceMatcher(None, before, after)
    stayed = sum(block.size for block in matcher.get_matching_blocks())
    if stayed < _STAYED * max(len(before), len(after)):
        return []
    pieces: list[Piece] = []
    for what, start, end, new_start, new_end in matcher.get_opcodes():
        if pieces and not pieces[-1].text[-1].isspace():  # what was the end of one text goes on in the other
            pieces.append(Piece(" "))
        if what == "equal":
            pieces.extend(_piece(now[new_start:new_end]))
        else:
            pieces += _whole(was[start:end], now[new_start:new_end])
    return pieces


def _pairs(before: list[str], after: list[str]) -> int:
    """How many pairs of equal words are looked at: of a text of 200 words or more, not those of its commonest words."""
    counts = Counter(after)
    commonest = len(after) // 100 + 1 if len(after) >= 200 else len(after)
    return sum(counts[word] for word in before if counts[word] <= commonest)


def _whole(was: list[str], now: list[str]) -> list[Piece]:
    """All that was, deleted, and all that is, inserted; always with a space between."""
    gone, new = list(_piece(was, "deleted")), list(_piece(now, "inserted"))
    if gone and new and not gone[-1].text.isspace():
        gone.append(Piece(" "))
    return [*gone, *new]


def _piece(words: list[str], mark: Mark = "") -> Iterator[Piece]:
    """The words as a piece, the space behind them apart from what is marked."""
    text = "".join(words)
    if not mark:
        yield Piece(text)
    elif text:
        yield Piece(text.rstrip(), mark)
        if space := text[len(text.rstrip()) :]:
            yield Piece(space)
