"""Somebody who had the page alone, and never saw verify.py, wrote a verifier: what AsAt makes holds, and nothing else.

`independent_verifier.py` follows every rule of the page; this one shows that the page can be read without its authors.
"""

import random

import pytest

from tests.proofs import verifier_from_the_page as stranger
from tests.proofs.packs import NEXT_KEY, Book
from tests.proofs.test_independent import EXAMPLE, book_of
from tests.proofs.test_pack import redacted

NAMES = list(stranger.unpack(EXAMPLE))


@pytest.mark.parametrize("size", range(1, 12))
def test_it_accepts_a_pack_of_a_ledger_of_any_size(size: int) -> None:
    book = book_of(size)
    for before in range(size):
        since = book_of(before).checkpoint() if before else None
        assert stranger.verify(book.pack(since=since)).startswith("holds")


def test_it_accepts_the_example_of_the_page_a_key_that_followed_and_texts_that_are_gone() -> None:
    book = Book()
    book.rotate(NEXT_KEY)
    assert stranger.verify(book.pack()).startswith("holds")
    assert stranger.verify(EXAMPLE).startswith("holds")
    assert "gone [(" in stranger.verify(redacted(Book()).pack())


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("README.md", "verify.py")])
def test_it_refuses_a_pack_in_which_one_byte_is_another(name: str) -> None:
    source = random.Random(name)
    files = stranger.unpack(EXAMPLE)
    for _ in range(20):
        at = source.randrange(len(files[name]))
        altered = files[name][:at] + bytes([files[name][at] ^ source.randrange(1, 256)]) + files[name][at + 1 :]
        with pytest.raises(stranger.Bad):
            stranger.verify(stranger.pack({**files, name: altered}))
