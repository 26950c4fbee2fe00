"""What every entry must keep, whatever edition its papers are of: its day, whole texts, real numbers, digests."""

import json
from typing import Any

import pytest

from domain.proofs.verify import verify, zip_files
from tests.proofs.lying import signed_anew
from tests.proofs.packs import KEY, Book
from tests.proofs.test_independent import agree

DAYS: list[Any] = ["2019-02-30", "2019-13-01", "0000-01-01", "2019-2-1", "20190201", "2019-02-01 ", "", None, 20190201,
                   True, [], ["2019-02-01"], {"on": "2019-02-01"}, {"sha256": "x"}, "\u0662019-02-01"]  # fmt: skip


def of_edition(book: Book, edition: str) -> bytes:
    return signed_anew(zip_files(book.pack()), KEY, edition=edition)


@pytest.mark.parametrize("edition", ["1", "2"])
@pytest.mark.parametrize("day", DAYS, ids=repr)
def test_the_day_of_an_event_is_one_in_every_edition(day: Any, edition: str):
    book = Book()
    book.add("plan", "ProgressReported", {"action": "2.4", "effective_on": day})
    assert not agree(of_edition(book, edition))


@pytest.mark.parametrize("edition", ["1", "2"])
def test_an_event_without_a_day_is_none(edition: str):
    book = Book()
    book.add("plan", "ProgressReported", {"action": "2.4"})
    assert agree(of_edition(book, edition))
    book.alter(len(book.entries), state=b'{"action":"2.4"}')
    assert not agree(of_edition(book, edition))
