"""A paper is of the points that such a paper is of, and no others: none of another day passes."""

import json
from typing import Any

import pytest

from api.packing import PAPERS
from domain.proofs import verify as verifier
from domain.proofs.verify import verify, zip_files
from tests.proofs.hostile_packs import refused
from tests.proofs.lying import FULL, resigned
from tests.proofs.packs import Book
from tests.proofs.test_pack import CHANGES, COMPARISON, EARLIER, OVER_TIME, OVERDUE, PAPER, PLAN, POINT, as_json

#: What the plan was at the earlier point: true papers, of another point than `POINT`.
OF_THEN: dict[str, Any] = {
    "plan": json.loads(json.dumps({**PLAN, "point": EARLIER}).replace('"rating": "green"', '"rating": "amber"')),
    "overdue": {**OVERDUE, "point": EARLIER, "overdue": [{**OVERDUE["overdue"][0], "rating": "amber"}]},
    "ratings": {**OVER_TIME, "point": EARLIER,
                "counts": [{**one, "ratings": {"amber": 1, "green": 0}} for one in OVER_TIME["counts"]]},
}  # fmt: skip
NOW, THEN = "2019-06-01@5", "2019-06-01@4"


def pack(name: str, document: Any, at: str = NOW) -> bytes:
    return Book().pack(papers={f"{name}.json": as_json(document)}, at=at)


def test_every_paper_that_a_pack_can_hold_has_its_form():
    assert sorted(verifier.POINTS) == sorted(PAPERS)
    files = zip_files(FULL)
    for name, form in verifier.POINTS.items():
        if f"papers/{name}.json" in files:
            document = json.loads(files[f"papers/{name}.json"])
            assert [one for one in ("point", "previous", "current") if one in document] == [*form]


@pytest.mark.parametrize("name", OF_THEN)
def test_a_true_paper_of_another_day_does_not_pass_as_one_of_the_day_that_was_signed(name: str):
    """But for a name beside its point, which gives the day of the statement, it is what AsAt said of that day."""
    assert verify(pack(name, OF_THEN[name], THEN)).proved
    refused(pack(name, OF_THEN[name]), f"papers/{name}.json", "it shows 2019-06-01@4, and should show 2019-06-01@5")
    refused(pack(name, {**OF_THEN[name], "current": POINT}), f"papers/{name}.json", "it is to name the points point")


@pytest.mark.parametrize(
    ("name", "document"),
    [
        *((name, {"point": POINT, "current": POINT}) for name in verifier.POINTS),
        *((name, {"point": POINT, "previous": EARLIER}) for name in verifier.POINTS),
        *((name, {"previous": EARLIER, "current": POINT, "point": POINT}) for name in verifier.POINTS),
        *((name, {"current": POINT}) for name in verifier.POINTS),
        *((name, {}) for name in verifier.POINTS),
        ("plan", {"previous": EARLIER, "current": POINT}),
        ("history", {"previous": EARLIER, "current": POINT}),
        ("comparison", {"point": POINT}),
        ("changes", {"point": POINT}),
        ("other", {"point": POINT, "current": POINT}),
        ("other", {"current": POINT}),
        ("other", {}),
    ],
)
def test_a_paper_of_other_points_than_its_own_is_refused(name: str, document: Any):
    refused(pack(name, document), f"papers/{name}.json", "it is to name the points")


@pytest.mark.parametrize("part", ["comparison", "overdue", "history", "over_time"])
@pytest.mark.parametrize("name", ["point", "previous", "current"])
def test_a_part_of_the_committee_s_paper_has_its_own_points_alone(part: str, name: str):
    if name in PAPER[part]:
        without = {one: value for one, value in PAPER[part].items() if one != name}
        refused(pack("paper", {**PAPER, part: without}), "papers/paper.json", f"its part {part!r} is to name")
    else:
        refused(pack("paper", {**PAPER, part: {**PAPER[part], name: POINT}}), f"its part {part!r} is to name")


@pytest.mark.parametrize("field", ["known_at", "basis", "effective_on"])
def test_every_point_of_a_paper_is_one_that_the_ledger_had(field: str):
    odd = {"known_at": "2019-05-01T09:00:00.000000Z", "basis": 9, "effective_on": "2019-02-30"}
    refused(pack("changes", {**CHANGES, "previous": {**EARLIER, field: odd[field]}}), "papers/changes.json")
    refused(resigned(FULL, {"changes": lambda one: one["previous"].update({field: odd[field]})}), "papers/changes.json")
    assert verify(pack("changes", CHANGES)).proved
    assert verify(pack("comparison", COMPARISON)).proved
