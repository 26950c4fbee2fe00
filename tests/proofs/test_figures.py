"""The figures of papers follow from the events: a council that alters one in its own favour, with sums that agree and
its own true signature, is found out, and the figure is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from domain.proofs.signed_notes import Note, sign_note
from domain.proofs.verify import Failed, Report, verify, zip_chunks, zip_files
from tests.proofs.lying import FULL, resigned, signed_anew
from tests.proofs.packs import NEXT_KEY

KEY = str(NEXT_KEY.verifier)
Document = dict[str, Any]


def verified(pack: bytes) -> Report:
    return verify(pack, KEY)


def row(document: Document, priority: str) -> Document:
    found: Document = next(one for one in document["rows"] if one["priority"] == priority)
    return found


def within(step: Callable[[Document], Any]) -> Callable[[Document], Any]:
    """The same done to the comparison in the committee's paper."""
    return lambda paper: step(paper["comparison"])


# Ways to lie about a comparison, each with words that the verifier names it by


def a_new_action_passed_off_as_one_that_was_there(document: Document) -> None:
    for table in (row(document, "3"), document["totals"]):
        table["new"] -= 1
        table["withdrawn"] -= 1


def a_withdrawn_action_passed_off_as_closed(document: Document) -> None:
    """The lie that matters: given up is told as done."""
    for table in (row(document, "2"), document["totals"]):
        table["withdrawn"] -= 1
        table["closed"] += 1


def closed_and_new_exaggerated(document: Document) -> None:
    for table in (row(document, "1"), document["totals"]):
        table["closed"] += 1
        table["new"] += 1


def a_move_hidden_as_new_and_withdrawn(document: Document) -> None:
    row(document, "3").update(moved=0, new=2)
    row(document, "2").update(moved=0, withdrawn=2)
    document["totals"].update(new=3, withdrawn=2)


def a_move_in_the_totals(document: Document) -> None:
    document["totals"].update(moved=1, new=document["totals"]["new"] - 1)


def a_priority_invented(document: Document) -> None:
    empty = json.loads(json.dumps(row(document, "4")))
    document["rows"].append({**empty, "priority": "5", "title": "A fifth"})


def a_priority_twice(document: Document) -> None:
    document["rows"].append(row(document, "4"))


def a_priority_twice_where_one_is_empty(document: Document) -> None:
    document["rows"].append({**row(document, "4"), "priority": "1"})


def an_empty_priority_left_out(document: Document) -> None:
    document["rows"].remove(row(document, "4"))


def a_priority_under_another_number(document: Document) -> None:
    row(document, "4")["priority"] = "04"


def a_rating_moved_between_priorities(document: Document) -> None:
    row(document, "1")["ratings"]["amber"]["current"] -= 1
    row(document, "1")["total"]["current"] -= 1
    row(document, "3")["ratings"]["amber"]["current"] += 1
    row(document, "3")["total"]["current"] += 1


def an_amber_passed_off_as_green(document: Document) -> None:
    for table in (row(document, "3"), document["totals"]):
        table["ratings"]["amber"]["current"] -= 1
        table["ratings"]["green"]["current"] += 1


def unrated_passed_off_as_completed(document: Document) -> None:
    for table in (row(document, "3"), document["totals"]):
        table["unrated"]["current"] -= 1
        table["ratings"]["completed"]["current"] += 1


def labels_exchanged(document: Document) -> None:
    key = {one["code"]: one for one in document["ratings"]}
    key["amber"]["label"], key["green"]["label"] = key["green"]["label"], key["amber"]["label"]


def colours_exchanged(document: Document) -> None:
    document["ratings"][1]["colour"], document["ratings"][2]["colour"] = "#00703c", "#f47738"


def a_meaning_made_milder(document: Document) -> None:
    document["ratings"][0]["meaning"] = "Some delay"


def a_concern_that_is_none(document: Document) -> None:
    document["ratings"][1]["concern"] = False


def a_rating_left_out_of_the_key(document: Document) -> None:
    del document["ratings"][0]


def a_rating_twice_in_the_key(document: Document) -> None:
    document["ratings"].append(document["ratings"][0])


def a_rating_that_is_on_no_scale(document: Document) -> None:
    document["ratings"].append({**document["ratings"][3], "code": "done", "label": "Done"})


def a_change_left_out(document: Document) -> None:
    document["changes"] = [one for one in document["changes"] if one["action"] != "1.3"]


def an_unchanged_concern_left_out(document: Document) -> None:
    document["changes"] = [one for one in document["changes"] if one["action"] != "3.2"]


def a_change_of_an_action_that_did_not_change(document: Document) -> None:
    change = {**document["changes"][3], "action": "2.1", "priority": "2", "previous": "green", "current": "green"}
    document["changes"].append(change)


def a_change_told_twice(document: Document) -> None:
    document["changes"].append(document["changes"][2])


def change(number: str, **fields: Any) -> Callable[[Document], None]:
    def lie(document: Document) -> None:
        (found,) = [one for one in document["changes"] if one["action"] == number]
        found.update(fields)

    return lie


def another_title(document: Document) -> None:
    document["title"] = "The other plan"


def another_organisation(document: Document) -> None:
    document["organisation"] = "Another council"


def words_exchanged(document: Document) -> None:
    """The ratings of two actions are exchanged by exchanging their words."""
    first, second = (one for one in document["changes"] if one["action"] in ("1.3", "3.2"))
    first["text"], second["text"] = second["text"], first["text"]


def titles_exchanged(document: Document) -> None:
    first, second = row(document, "1"), row(document, "2")
    first["title"], second["title"] = second["title"], first["title"]


def due_before_its_day(document: Document) -> None:
    for table in (row(document, "2"), document["totals"]):
        table["due"].update(total=1, green=1)


def due_that_do_not_add_up(document: Document) -> None:
    """Of an action due in "September 2019", words that are not read, it may be so; but then under its rating too."""
    for table in (row(document, "3"), document["totals"]):
        table["due"]["total"] = 1


def best_rating_first(document: Document) -> None:
    document["ratings"].reverse()


def a_column_that_no_key_tells_of(document: Document) -> None:
    row(document, "4")["ratings"]["done"] = {"previous": 0, "current": 0}


def points_exchanged(document: Document) -> None:
    """What got worse would have got better."""
    document["previous"], document["current"] = document["current"], document["previous"]


COMPARISON_LIES: list[tuple[Callable[[Document], Any], list[str]]] = [
    (a_new_action_passed_off_as_one_that_was_there, ["new of priority 3 is 0", "the events say 1"]),
    (a_withdrawn_action_passed_off_as_closed, ["closed of priority 2 is 1", "the events say 0"]),
    (closed_and_new_exaggerated, ["new of priority 1 is 2", "the events say 1"]),
    (a_move_hidden_as_new_and_withdrawn, ["withdrawn of priority 2 is 2", "the events say 1"]),
    (a_move_in_the_totals, ["totals.new of the plan is 1", "the events say 2"]),
    (a_priority_invented, ["priority 5 stands", "does not belong there"]),
    (a_priority_twice, ["priority 4 stands", "twice"]),
    (a_priority_twice_where_one_is_empty, ["priority 1 stands", "twice"]),
    (an_empty_priority_left_out, ["priority 4 stands", "nowhere"]),
    (a_priority_under_another_number, ["priority 04 stands", "does not belong there"]),
    (due_before_its_day, ["due.total of priority 2 is 1", "the events say 0"]),
    (due_that_do_not_add_up, ["due in priority 3 do not add up"]),
    (best_rating_first, ["in its key in another order"]),
    (a_column_that_no_key_tells_of, ['priority 4 in its table, ratings, has a field "done"']),
    (words_exchanged, ["text of action 1.3", "Action 2.2"]),
    (titles_exchanged, ["title of priority 1", "Priority of 2"]),
    (a_rating_moved_between_priorities, ["ratings.amber.current of priority 1 is 0", "the events say 1"]),
    (an_amber_passed_off_as_green, ["ratings.amber.current of priority 3 is 0", "the events say 1"]),
    (unrated_passed_off_as_completed, ["ratings.completed.current of priority 3 is 1", "the events say 0"]),
    (labels_exchanged, ["amber", "label", "Green"]),
    (colours_exchanged, ["amber", "colour"]),
    (a_meaning_made_milder, ["red", "meaning"]),
    (a_concern_that_is_none, ["amber", "concern"]),
    (a_rating_left_out_of_the_key, ["red", "key"]),
    (a_rating_twice_in_the_key, ["red", "key", "twice"]),
    (a_rating_that_is_on_no_scale, ["done", "key"]),
    (a_change_left_out, ["action 1.3"]),
    (an_unchanged_concern_left_out, ["action 3.2"]),
    (a_change_of_an_action_that_did_not_change, ["action 2.1"]),
    (a_change_told_twice, ["action 1.3", "twice"]),
    (change("1.3", previous="green"), ["action 1.3", "previous"]),
    (change("1.3", current="green"), ["action 1.3", "current"]),
    (change("1.3", direction="same"), ["action 1.3", "direction"]),
    (change("3.2", direction="better", why="changed"), ["action 3.2"]),
    (change("1.2a", priority="2"), ["action 1.2a", "priority"]),
    (change("1.2", why="changed"), ["action 1.2", "why"]),
    (change("1.3", previous_version=13), ["action 1.3", "previous_version"]),
    (change("1.3", current_version=27), ["action 1.3", "current_version"]),
    (change("1.3", corrected_by=34), ["action 1.3", "corrected_by"]),
]


def test_a_comparison_goes_forward():
    files = zip_files(FULL)
    told = resigned(FULL, {"comparison": points_exchanged})
    point = json.loads(files["papers/comparison.json"])["previous"]
    of_then = signed_anew(zip_files(told), at=f"{point['effective_on']}@{point['basis']}")
    only = {name: content for name, content in zip_files(of_then).items()
            if not name.startswith("papers/") or name == "papers/comparison.json"}  # fmt: skip
    text = "".join(f"{line}\n" for line in Note.read(only["statement.txt"]).text.split("\n")[:-1]
                   if " papers/" not in line or line.endswith("/comparison.json"))  # fmt: skip
    pack = b"".join(zip_chunks([*{**only, "statement.txt": sign_note(text, NEXT_KEY)}.items()]))
    with pytest.raises(Failed, match="its current point is before its previous one"):
        verified(pack)


@pytest.mark.parametrize(("lie", "parts"), COMPARISON_LIES, ids=lambda one: getattr(one, "__name__", ""))
@pytest.mark.parametrize("paper", ["comparison", "paper"])
def test_a_lie_about_a_comparison_is_named(paper: str, lie: Callable[[Document], Any], parts: list[str]):
    told = resigned(FULL, {paper: lie if paper == "comparison" else within(lie)})
    with pytest.raises(Failed) as failed:
        verified(told)
    for part in (f"papers/{paper}.json", *parts):
        assert part in str(failed.value), str(failed.value)
