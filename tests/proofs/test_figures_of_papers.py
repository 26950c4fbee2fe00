"""The figures of the other papers: the plan, what is late, the ratings over time, and what goes to the committee."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain.proofs.verify import Failed, plain_day, verify, zip_files
from domain.timescales import read_timescale
from tests.proofs.lying import FULL, resigned
from tests.proofs.packs import Book
from tests.proofs.test_figures import (
    Document,
    another_organisation,
    another_title,
    labels_exchanged,
    verified,
)
from tests.proofs.test_pack import COMPARISON, COUNTS, LATE, OVERDUE, as_json

# The committee's paper


def reported(document: Document, priority: str) -> Document:
    found: Document = next(one for one in document["priorities"] if one["number"] == priority)
    return found


def a_share_rounded_up(document: Document) -> None:
    document["summary"][2]["current_share"] += 1


def a_difference(document: Document) -> None:
    document["summary"][0]["difference"] += 1


def a_summary_under_another_label(document: Document) -> None:
    document["summary"][0]["label"], document["summary"][2]["label"] = "Green", "Red"


def a_concern_left_out(document: Document) -> None:
    reported(document, "3")["concerns"].clear()


def a_concern_under_another_priority(document: Document) -> None:
    reported(document, "2")["concerns"], reported(document, "3")["concerns"] = reported(document, "3")["concerns"], []


def a_concern_twice(document: Document) -> None:
    reported(document, "3")["concerns"] *= 2


def a_reported_priority_left_out(document: Document) -> None:
    document["priorities"].remove(reported(document, "4"))


def a_reported_priority_invented(document: Document) -> None:
    document["priorities"].append({**reported(document, "4"), "number": "5"})


def a_reported_priority_twice(document: Document) -> None:
    document["priorities"].append(reported(document, "4"))


def nothing_awaits_confirmation(document: Document) -> None:
    del document["awaiting"]


def another_rating_awaits_confirmation(document: Document) -> None:
    document["awaiting"][0]["awaiting"]["rating"] = "green"


def somebody_else_gave_the_rating(document: Document) -> None:
    document["awaiting"][0]["awaiting"]["rated_by"] = "Chair"


def a_month_left_out(document: Document) -> None:
    del document["over_time"]["counts"][2]


def the_first_months_left_out(document: Document) -> None:
    del document["over_time"]["counts"][:3]


def a_count_of_a_month(document: Document) -> None:
    document["over_time"]["counts"][1]["ratings"]["red"] -= 1
    document["over_time"]["counts"][1]["ratings"]["green"] += 1


def the_key_of_the_counts_over_time(document: Document) -> None:
    labels_exchanged(document["over_time"])


def the_scale_of_the_paper(document: Document) -> None:
    document["scale"]["ratings"][1]["meaning"] = "On track"


@pytest.mark.parametrize(
    ("lie", "parts"),
    [
        (a_share_rounded_up, ["current_share of rating green"]),
        (a_difference, ["difference of rating red"]),
        (a_summary_under_another_label, ["summary", "red", "label"]),
        (a_concern_left_out, ["action 3.2", "concerns"]),
        (a_concern_under_another_priority, ["action 3.2", "concerns"]),
        (a_concern_twice, ["action 3.2", "concerns"]),
        (a_reported_priority_left_out, ["priority 4", "nowhere"]),
        (a_reported_priority_invented, ["priority 5 stands", "does not belong there"]),
        (a_reported_priority_twice, ["priority 4", "twice"]),
        (nothing_awaits_confirmation, ["it has no 'awaiting'"]),
        (another_rating_awaits_confirmation, ["action 3.3", "awaiting"]),
        (somebody_else_gave_the_rating, ["action 3.3", "awaiting"]),
        (a_month_left_out, ["over time", "2019-03-31"]),
        (the_first_months_left_out, ["over time", "2019-01-31"]),
        (a_count_of_a_month, ["ratings.red of day 2019-02-28"]),
        (the_key_of_the_counts_over_time, ["amber", "label"]),
        (the_scale_of_the_paper, ["amber", "meaning"]),
    ],
)
def test_a_lie_in_the_committee_s_paper_is_named(lie: Callable[[Document], Any], parts: list[str]):
    with pytest.raises(Failed) as failed:
        verified(resigned(FULL, {"paper": lie}))
    for part in ("papers/paper.json", *parts):
        assert part in str(failed.value), str(failed.value)


# The plan, what is late, and the ratings over time


def of_plan(priority: str) -> Callable[[Document], Document]:
    return lambda document: next(one for one in document["priorities"] if one["number"] == priority)


def without_priority(document: Document) -> None:
    document["priorities"].remove(of_plan("4")(document))


def invented_priority(document: Document) -> None:
    document["priorities"].append({**of_plan("4")(document), "number": "5"})


def priority_twice(document: Document) -> None:
    document["priorities"].append(of_plan("4")(document))


def first_action(priority: str, **fields: Any) -> Callable[[Document], None]:
    return lambda document: of_plan(priority)(document)["actions"][0].update(fields)


def an_action_invented(document: Document) -> None:
    actions = of_plan("2")(document)["actions"]
    actions.append({**actions[0], "number": "2.9"})


def an_action_left_out(document: Document) -> None:
    of_plan("2")(document)["actions"].clear()


def an_action_twice(document: Document) -> None:
    of_plan("2")(document)["actions"] *= 2


def a_part_told_as_a_whole(document: Document) -> None:
    whole = of_plan("1")(document)["actions"][0]
    of_plan("1")(document)["actions"].append(whole["actions"].pop())


def awaiting_left_out(document: Document) -> None:
    for action in of_plan("3")(document)["actions"]:
        action.pop("awaiting", None)


def the_scale(document: Document) -> None:
    document["scale"]["ratings"].reverse()


@pytest.mark.parametrize(
    ("lie", "parts"),
    [
        (without_priority, ["priority 4", "nowhere"]),
        (invented_priority, ["priority 5 stands", "does not belong there"]),
        (priority_twice, ["priority 4", "twice"]),
        (an_action_invented, ["action 2.9 stands", "does not belong there"]),
        (an_action_left_out, ["action 2.1", "nowhere"]),
        (an_action_twice, ["action 2.1", "twice"]),
        (a_part_told_as_a_whole, ["action 1.2b"]),
        (first_action("2", rating="completed"), ["action 2.1", "completed"]),
        (first_action("2", rated_on="2019-05-30"), ["action 2.1", "2019-05-30"]),
        (first_action("2", status="complete"), ["action 2.1", "complete"]),
        (awaiting_left_out, ["action 3.3", "awaiting"]),
        (labels_exchanged, ["amber", "label"]),
        (the_scale, ["scale"]),
    ],
)
def test_a_lie_about_the_plan_is_named(lie: Callable[[Document], Any], parts: list[str]):
    with pytest.raises(Failed) as failed:
        verified(resigned(FULL, {"plan": lie}))
    for part in ("papers/plan.json", *parts):
        assert part in str(failed.value), str(failed.value)


@pytest.mark.parametrize("lie", [a_month_left_out, the_first_months_left_out, a_count_of_a_month])
def test_a_lie_about_the_ratings_over_time_is_named(lie: Callable[[Document], Any]):
    with pytest.raises(Failed, match=r"papers/ratings.json: "):
        verified(resigned(FULL, {"ratings": lambda document: lie({"over_time": document})}))


def rescheduled(**fields: Any) -> Callable[[Document], None]:
    return lambda document: document["rescheduled"][0].update(fields)


def approval(**fields: Any) -> Callable[[Document], None]:
    return lambda document: document["rescheduled"][0]["approvals"][0].update(fields)


def late(**fields: Any) -> Callable[[Document], None]:
    """An action listed as late, with something about it altered. That its words are read as another day passes."""
    true: Document = {
            "number": "3.1", "priority": "3", "text": "Action 3.1", "rating": None, "timescale": "September 2019",
            "due": "2019-05-30", "original": "September 2019", "original_due": "2019-05-30", "days_overdue": 2,
            "slippage": 0, "leads": [], "version": 11}  # fmt: skip
    return lambda document: document["overdue"].append({**true, **fields})


@pytest.mark.parametrize(
    ("lie", "parts"),
    [
        (lambda document: document["rescheduled"].clear(), ["action 2.1", "rescheduled"]),
        (lambda document: document["rescheduled"].append(document["rescheduled"][0]), ["action 2.1", "twice"]),
        (rescheduled(number="3.1", priority="3", rating=None), ["action"]),
        (rescheduled(rating="red"), ["action 2.1", "rating"]),
        (rescheduled(times=2), ["action 2.1", "times"]),
        (rescheduled(original={"text": "30/06/2019", "due": "2019-06-30"}), ["action 2.1", "original"]),
        (rescheduled(current={"text": "30/04/2019", "due": "2019-04-30"}), ["action 2.1", "current"]),
        (rescheduled(days=1), ["action 2.1", "days"]),
        (approval(approved_by="Full Council"), ["action 2.1", "approved_by"]),
        (approval(reason="Agreed"), ["action 2.1", "reason"]),
        (approval(on="2019-04-03"), ["action 2.1", "on"]),
        (late(due="2019-06-30", original_due="2019-06-30"), ["action 3.1", "due"]),
        (late(due="2019-06-01", original_due="2019-06-01", days_overdue=0),
         ["action 3.1 as late", "had not passed"]),
        (late(days_overdue=3), ["action 3.1", "days_overdue"]),
        (late(due="2019-05-29"), ["it reads \"September 2019\" as", "and elsewhere as"]),
        (late(slippage=30), ["action 3.1", "slippage"]),
        (late(timescale="31/05/2019"), ["action 3.1", "timescale"]),
        (late(original="31/05/2019"), ["action 3.1", "original"]),
        (late(version=8), ["action 3.1", "version"]),
        (late(rating="red"), ["action 3.1", "rating"]),
        (late(number="2.1", priority="2", text="Action 2.1", rating="green", timescale="30/06/2019",
              original="30/04/2019", version=29), ["action 2.1", "does not belong there"]),
        (rescheduled(original={"text": "30/04/2019", "due": "2019-06-01"}), ["original.due of action 2.1 is"]),
        (rescheduled(current={"text": "30/06/2019", "due": None}, days=None), ["current.due of action 2.1 is null"]),
        (late(number="1.2", priority="1", rating="amber", timescale="June 2019", original="June 2019",
              original_due=None, slippage=None, version=6), ["action 1.2"]),
        (late(number="1.1"), ["action 1.1"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("paper", ["overdue", "paper"])
def test_a_lie_about_what_is_late_is_named(paper: str, lie: Callable[[Document], Any], parts: list[str]):
    with pytest.raises(Failed) as failed:
        verified(resigned(FULL, {paper: lie if paper == "overdue" else lambda document: lie(document["overdue"])}))
    for part in (f"papers/{paper}.json", *parts):
        assert part in str(failed.value), str(failed.value)


def test_true_papers_pass_and_the_report_says_of_each_what_was_compared_and_what_was_not():
    report = verified(resigned(FULL, {}))
    proved, remarks = "\n".join(report.proved), "\n".join(report.remarks)
    for name in zip_files(FULL):
        if name in ("papers/plan.json", "papers/comparison.json", "papers/paper.json", "papers/ratings.json",
                    "papers/overdue.json"):  # fmt: skip
            assert f"    {name}: " in proved
            assert f"Of {name} not worked out anew" in remarks
        elif name.startswith("papers/"):
            assert f"    {name}: " not in proved
            assert f"For {name} there is the signature of council.example/asat and no more" in remarks


@pytest.mark.parametrize("lie", [another_title, another_organisation])
@pytest.mark.parametrize("paper", ["plan", "comparison", "paper", "ratings", "overdue"])
def test_a_lie_about_which_plan_it_is_is_named(paper: str, lie: Callable[[Document], Any]):
    with pytest.raises(Failed, match=rf"papers/{paper}.json: it says that the [a-z_.]*(title|organisation) of"):
        verified(resigned(FULL, {paper: lie}))


def test_an_action_that_is_late_by_words_that_are_not_read_here_may_be_listed():
    assert verified(resigned(FULL, {"overdue": late()})).proved


def due_on(timescale: str) -> tuple[Book, dict[str, Any]]:
    """A plan with an action that is due by these words, and the point as at 1 June."""
    book = Book()
    book.add("plan", "ActionRescheduled", {"action": "2.4", "timescale": timescale})
    return book, {"effective_on": "2019-06-01", "basis": 6, "known_at": "2019-05-01T09:08:00.000000Z", "asked": ""}


@pytest.mark.parametrize("timescale", ["20/05/2019", "20/05/19", "2019-05-20", "31/5/19"])
def test_an_action_that_is_late_by_a_day_can_be_left_out_of_no_list_and_no_count(timescale: str):
    book, point = due_on(timescale)
    overdue = {**OVERDUE, "point": point, "overdue": []}
    with pytest.raises(Failed, match=r"action 2.4 stands in its list of late actions nowhere"):
        verify(book.pack(papers={"overdue.json": as_json(overdue)}))
    hidden = {**COUNTS, "due": {"total": 0, "amber": 0, "green": 0}}
    comparison = {**COMPARISON, "current": point, "totals": hidden,
                  "rows": [{"priority": "2", "title": "Missing children", **hidden}]}  # fmt: skip
    with pytest.raises(Failed, match=r"the due.total of priority 2 is 0, and the events say 1"):
        verify(book.pack(papers={"comparison.json": as_json(comparison)}))
    true = {**comparison, "totals": COUNTS, "rows": COMPARISON["rows"]}
    assert verify(book.pack(papers={"comparison.json": as_json(true)})).proved


@pytest.mark.parametrize("timescale", ["20 May 2019", "Spring", "Ongoing", "31/02/2019", "20/05/1019"])
def test_of_words_that_are_no_day_it_is_said_that_they_were_not_read(timescale: str):
    book, point = due_on(timescale)
    named = {name: LATE[name] for name in ("number", "priority", "text", "rating")}
    overdue = {**OVERDUE, "point": point, "overdue": [],
               "rescheduled": [{**named, "original": {"text": "May 2019", "due": "2019-05-31"},
                                "current": {"text": timescale, "due": None}, "times": 1, "days": None,
                                "approvals": [{"on": "2019-05-01", "from": "May 2019", "to": timescale,
                                               "approved_by": None, "reason": None, "version": 6}]}]}  # fmt: skip
    report = verify(book.pack(papers={"overdue.json": as_json(overdue)}))
    assert "how other words of a timescale are read as a day" in " ".join(report.remarks)


def test_a_timescale_that_is_written_as_a_day_is_read_as_the_ledger_reads_it():
    for ordinal in range(date(2015, 12, 1).toordinal(), date(2021, 1, 31).toordinal()):
        day = date.fromordinal(ordinal)
        for text in (f"{day:%d/%m/%Y}", f"{day:%d/%m/%y}", f"{day.day}/{day.month}/{day:%Y}", day.isoformat()):
            assert plain_day(text) == day.isoformat()
            assert read_timescale(text).due == day
    for odd in ("31/04/2019", "30/02/19", "2019-02-29", "00/01/2019", "32/01/2019", "12/19", "1/2/3", "", "1/2/2019 "):
        assert plain_day(odd) is None
