"""Nobody is a second person by a character that cannot be seen: in the ledger and in the verifier alike."""

import re
import sys
import unicodedata

import pytest

from domain import names
from tests.proofs.hostile_packs import refused
from tests.proofs.packs import Book

SCALE = {"name": "RAG", "ratings": [{"code": "amber", "label": "Amber"},
                                    {"code": "green", "label": "Green", "needs_second_person": True}]}  # fmt: skip

#: Of each kind that cannot be seen some that were once taken for letters.
UNSEEN = [
    "\U0001d159", "\U00016fe4", "\ufffc", "\U00013440", "\U00013441", "\U00013430", "\U0001345f", "\ufff9", "\ufffb",
    "\ufe0f", "\U000e0101", "\U000e0041", "\U000e0fff", "\u303f", "\u2d7f", "\U0001107f", "\U0001bc9d", "\U0001da7f",
    "\ue000", "\U000f0000", "\U0010fffd", "\u0378", "\ufdd0", "\uffff", "\U0001fffe", "\u2800", "\u3164", "\u200b",
    "\u00ad",
]  # fmt: skip


@pytest.mark.parametrize("character", UNSEEN, ids=ascii)
def test_nobody_confirms_a_rating_of_their_own_under_a_name_that_looks_the_same(character: str):
    for name in (f"Officer{character}", f"{character}Officer", f"Off{character}icer"):
        book = Book()
        book.add("plan", "ScaleAdopted", {"scale": SCALE})
        book.add("plan", "ActionRated", {"action": "2.4", "rating": "green"})
        book.add("plan", "RatingConfirmed", {"action": "2.4", "version": 7}, by=name)
        refused(book.pack(), "version 8 (RatingConfirmed)", "a rating of their own")
        assert names.name_key(name) == names.name_key("Officer")


#: In whose names these words stand although they are seen.
_SEEN = re.compile(
    r"SYMBOL FOR|BLANK SYMBOL|GAP FILLER|LINE FILLER|WITH .* FILL|FILL MODIFIER|(BOARD|HORIZONTAL|LEFT|RIGHT) FILL"
)


def test_what_unicode_calls_filler_selector_joiner_or_null_is_not_seen():
    told = re.compile(
        r"\b(FILLER|FILL|SELECTOR|(SUB)?JOINER|NON-JOINER|NULL|INVISIBLE|INTERLINEAR|BLANK|OBJECT REPLACEMENT)\b"
    )
    for code in range(sys.maxunicode + 1):
        name = unicodedata.name(chr(code), "")
        if told.search(name) and not _SEEN.search(name):
            assert names.is_invisible(chr(code)), name


def test_letters_and_marks_of_names_are_seen():
    for name in (
        "Siân O’Neill-Łukasz",
        "Zoë",
        "Ἀνδρέας",
        "Иван",
        "محمد",
        "עמית",
        "अमित",
        "ខ្មែរ",
        "王小明",
        "한국",
        "ﾊﾝ",
    ):
        for character in name:
            assert character.isspace() or not names.is_invisible(character), ascii(character)
