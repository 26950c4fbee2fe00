"""The register: one line for each plan."""

from projections.overdue import overdue_at
from projections.rag_comparison import rag_comparison
from projections.register import plans_register
from tests.kit import (
    APRIL,
    DECEMBER,
    JUNE,
    MARCH,
    MAY,
    added,
    completed,
    fold,
    given,
    issued,
    opened,
    part,
    plan_at,
    plan_closed,
    presented,
    priority,
    rated,
)  # fmt: skip


def test_a_plan_is_told_in_one_line():
    story = given(
        added("1.1", timescale="March 2019"), rated("1.1", "amber"), added("1.2"), completed("1.2"),
        added("1.3"), part("1.3a", "1.3"), part("1.3b", "1.3"), issued("1.0", MARCH), issued("2.0", MAY),
        presented("Board", on=MAY),
    )  # fmt: skip
    (entry,) = plans_register([story.at(JUNE)])["plans"]
    assert {name: entry[name] for name in ("plan", "status", "actions", "unrated", "overdue")} == {
        "plan": "plan", "status": "open", "actions": 4, "unrated": 2, "overdue": 1,
    }  # fmt: skip
    assert [(r["label"], r["count"]) for r in entry["ratings"]] == [
        ("Red", 0),
        ("Amber", 1),
        ("Green", 0),
        ("Completed", 1),
    ]
    assert entry["document_version"] == {"label": "2.0", "issued_on": "2019-05-15", "frozen": False}
    assert entry["presented"] == {"forum": "Board", "on": "2019-05-15"}


def test_each_plan_stands_at_its_own_point():
    story = given(added("1.1"), rated("1.1", on=MAY), plan_closed(DECEMBER))
    at = [story.at(APRIL), story.at(JUNE), story.at(DECEMBER), story.at(DECEMBER, 5)]
    entries = plans_register(at)["plans"]
    assert [(entry["status"], entry["unrated"]) for entry in entries] == [
        ("open", 1), ("open", 0), ("closed", 0), ("open", 1),
    ]  # fmt: skip
    assert (entries[0]["presented"], entries[0]["document_version"]) == (None, None)


def test_plans_come_in_the_order_of_their_organisations_and_titles():
    told = (("b", "Beta", "Z"), ("c", "alpha", "Y"), ("a", "Beta", "A"))
    plans = [fold([opened(organisation=by, title=title), priority("1")], slug) for slug, by, title in told]
    register = plans_register(plan_at(plan, JUNE) for plan in plans)
    assert [entry["plan"] for entry in register["plans"]] == ["c", "a", "b"]


def test_actions_are_counted_as_in_the_comparison():
    story = given(added("1.1"), part("1.1a", "1.1"), part("1.1b", "1.1"), rated("1.1a"), added("2.1"))
    plan = story.at(JUNE)
    (entry,) = plans_register([plan])["plans"]
    totals = rag_comparison(plan, plan)["totals"]
    assert (entry["actions"], entry["unrated"]) == (totals["total"]["current"], totals["unrated"]["current"])


def test_late_actions_are_counted_as_the_overdue_list_has_them():
    story = given(
        added("1.1", timescale="March 2019"), part("1.1a", "1.1", timescale="February 2019"), part("1.1b", "1.1"),
        completed("1.1a"), rated("1.1b", "amber"),
    )  # fmt: skip
    (entry,) = plans_register([story.at(MAY)])["plans"]
    assert entry["overdue"] == len(overdue_at(story.at(MAY))["overdue"]) == 1
