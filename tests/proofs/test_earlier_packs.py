"""An earlier pack without the proof from it: its events are compared with those here, entry by entry."""

from typing import Any
from uuid import UUID

import pytest

from domain.proofs.verify import verify
from tests.proofs.packs import BEGAN, Book
from tests.proofs.test_pack import VERIFIER_KEY, not_held


@pytest.mark.parametrize(
    "fields",
    [{"event_id": UUID(int=99)}, {"recorded_by": "Another"}, {"recorded_at": BEGAN}, {"topic": "ActionNoted"},
     {"state": b'{"effective_on":"2019-05-01"}'}],
    ids=lambda one: next(iter(one)),
)  # fmt: skip
def test_without_the_proof_too_every_part_of_an_entry_is_compared_with_the_earlier_pack(fields: dict[str, Any]):
    """Nothing but the events themselves shows it: the pack brings no proof from the earlier checkpoint."""
    kept = Book().pack()
    rewritten = Book()
    rewritten.alter(1, **fields)
    rewritten.texts[0] = {} if "state" in fields else rewritten.texts[0]
    rewritten.add("other", "PriorityAdded", {"number": "2", "title": "Something else"})
    not_held(rewritten.pack(), "version 1", "not the event that the earlier pack holds", since=kept)


def test_the_same_entries_stand_here_as_they_stood_there_though_no_proof_is_brought():
    grown = Book()
    grown.add("other", "PriorityAdded", {"number": "2", "title": "Something else"})
    report = verify(grown.pack(), VERIFIER_KEY, since=Book().pack())
    assert "The 5 events of the earlier pack stand here as they stood there." in report.proved
    assert report.unchecked
