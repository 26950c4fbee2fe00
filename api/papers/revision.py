"""A revised text: the deleted words, struck out, beside the inserted ones."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from api.papers.paper import Mark, Piece, Text

# Whole words, so that a mark always begins and ends at a space.
_WORD = re.compile(r"\S+\s*")

#: The most pairs of equal words in two texts that are compared word by word; the time grows with their number. 10,000
#: letters of prose have some thousands; a text of that length that repeats itself has hundreds of thousands.
_MOST_PAIRS = 8_000

#: The most words in two texts together that are compared word by word; in the worst case, if every word has moved, the
#: time grows with the square of their number. Of prose, it is 9,000 letters a text.
_MOST_WORDS = 3_000

#: The least share of the words that must have stayed; below it, the texts are two texts and not a revision.
_STAYED = 0.4


def revised(previous: str, current: str) -> Text:
    """The current text with the deletions from the previous one: word by word or, where little stayed, all of both."""
    was, now = _WORD.findall(previous.strip()), _WORD.findall(current.strip())
    if _bare(was) == _bare(now):
        return Text((Piece(current.strip()),))
    return Text(tuple(_by_word(was, now) or _whole(was, now)))


def _bare(words: list[str]) -> list[str]:
    return [word.rstrip() for word in words]


def _by_word(was: list[str], now: list[str]) -> list[Piece]:
    """The pieces word by word; none where the texts are too long, repeat themselves too much, or differ too much."""
    before, after = _bare(was), _bare(now)
    if len(before) + len(after) > _MOST_WORDS or _pairs(before, after) > _MOST_PAIRS:
        return []
    matcher = SequenceMatcher(None, before, after)
    stayed = sum(block.size for block in matcher.get_matching_blocks())
    if stayed < _STAYED * max(len(before), len(after)):
        return []
    pieces: list[Piece] = []
    for what, start, end, new_start, new_end in matcher.get_opcodes():
        if pieces and not pieces[-1].text[-1].isspace():  # the last word of a text has no space behind it
            pieces.append(Piece(" "))
        if what == "equal":
            pieces.extend(_piece(now[new_start:new_end]))
        else:
            pieces += _whole(was[start:end], now[new_start:new_end])
    return pieces


def _pairs(before: list[str], after: list[str]) -> int:
    """The number of pairs of equal words that are compared. From 200 words on, the commonest words are not counted."""
    counts = Counter(after)
    commonest = len(after) // 100 + 1 if len(after) >= 200 else len(after)
    return sum(counts[word] for word in before if counts[word] <= commonest)


def _whole(was: list[str], now: list[str]) -> list[Piece]:
    """The whole previous text, deleted, then the whole current one, inserted, with a space between them."""
    gone, new = list(_piece(was, "deleted")), list(_piece(now, "inserted"))
    if gone and new and not gone[-1].text.isspace():
        gone.append(Piece(" "))
    return [*gone, *new]


def _piece(words: list[str], mark: Mark = "") -> Iterator[Piece]:
    """The words as a piece; the space after them is not marked."""
    text = "".join(words)
    if not mark:
        yield Piece(text)
    elif text:
        yield Piece(text.rstrip(), mark)
        if space := text[len(text.rstrip()) :]:
            yield Piece(space)
