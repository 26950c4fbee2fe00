"""A rating whose code cannot be counted under is refused: it would hide the counts that stand beside the codes."""

import json
from typing import Any

import pytest

from domain.proofs.verify import check_codes, verify
from domain.scales import RESERVED_CODES, Scale
from tests.proofs.hostile_packs import refused
from tests.proofs.packs import Book
from tests.proofs.test_pack import OVER_TIME, as_json

POINT = {"effective_on": "2019-06-01", "basis": 6, "known_at": "2019-05-01T09:08:00.000000Z", "asked": ""}
PAPERS = {"ratings.json": as_json({**OVER_TIME, "point": POINT})}

ODD: list[Any] = [*sorted(RESERVED_CODES), "", "Green", "all actions", "a_b", "-", None, 1, True, ["green"], {"a": 1}]


def scale(*codes: Any) -> dict[str, Any]:
    return {"name": "RAG", "ratings": [{"code": code, "label": "A rating"} for code in codes]}


@pytest.mark.parametrize("code", ODD, ids=repr)
def test_a_rating_that_no_scale_can_have_is_refused(code: Any):
    book = Book()
    book.add("plan", "ScaleAdopted", {"scale": scale("amber", "green", code)})
    refused(book.pack(papers=PAPERS), "version 6 (ScaleAdopted)", "a rating cannot have the code")
    opened = {**json.loads(book.entries[0].state), "scale": scale("amber", "green", code)}
    book.alter(1, state=json.dumps(opened).encode())
    refused(book.pack(papers=PAPERS), "version 1 (PlanOpened)", "a rating cannot have the code")
    with pytest.raises(ValueError, match="code"):
        Scale.model_validate(scale("amber", "green", code))


def test_two_ratings_of_one_code_are_refused():
    book = Book()
    book.add("plan", "ScaleAdopted", {"scale": scale("amber", "green", "amber")})
    refused(book.pack(papers=PAPERS), "version 6 (ScaleAdopted)", "two ratings of its scale have the same code")


def test_a_scale_that_could_be_recorded_is_taken():
    for codes in ((), ("amber",), ("1", "on-track", "2a")):
        check_codes(scale(*codes), "it")
        assert len(Scale.model_validate(scale(*codes)).ratings) == len(codes)
    book = Book()
    book.add("plan", "ScaleAdopted", {"scale": scale("amber", "green")})
    assert verify(book.pack()).proved
