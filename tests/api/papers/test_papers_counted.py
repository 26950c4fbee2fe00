"""The actions behind a figure, and one event, on paper, in the terminal and as values: what each form must say."""

import csv
import io

from rich.console import Console

from api.formats import print_text, render
from api.papers.compose.parts import signed
from api.papers.paper import Facts, Prose, Table, Tag
from api.questions.question_registry import compose
from projections.counted import CountQuery, counted_actions
from projections.event import event_in_trail
from tests.api.answers import CURRENT, PREVIOUS, event_of, example, records_of
from tests.kit import APRIL, MARCH, MAY, added, given, in_error, part, plan_at, rated, record_at

SPLIT = given(added("2.4"), *[part(f"2.4{letter}", "2.4", on=APRIL) for letter in "abc"])


def counted(**query):
    plan, _ = example("sunderland")
    return counted_actions(plan_at(plan, PREVIOUS), plan_at(plan, CURRENT), CountQuery(**query))


def split():
    query = CountQuery(population="new")
    return counted_actions(plan_at(SPLIT.plan, MARCH), plan_at(SPLIT.plan, MAY), query)


def withdrawn(version):
    wrong = rated("2.4", "amber", source={"title": "Minutes", "reference": "item 4", "published_on": "2019-03-20"})
    story = given(added("2.4"), wrong, in_error(wrong, reason="The wrong action"))
    return event_in_trail(story.record(), version, records_of(story.plan, story.events))


def shown(question, document):
    written = io.StringIO()
    print_text(question, document, Console(width=120, no_color=True, file=written))
    return " ".join(written.getvalue().split())


def tables(paper):
    return [block for block in paper.blocks if isinstance(block, Table)]


def prose(paper):
    return [block.text for block in paper.blocks if isinstance(block, Prose)]


def test_a_paper_of_counted_actions_says_what_is_counted_and_lists_it():
    paper = compose("counted", counted(rating="amber"))
    assert prose(paper) == ["Actions rated Amber on 31 May 2019: 4."]
    [table] = tables(paper)
    assert [row[0] for row in table.rows] == ["2.4", "2.5", "3.6", "3.8"]
    assert table.rows[0][-1] == 261
    assert paper.command == (
        "asat counted sunderland --previous 2019-03-29@243 --current 2019-05-31@289 --when current "
        "--population all --rating amber"
    )


def test_every_figure_has_its_words():
    said = {
        "Actions in Priority 2 on 29 March 2019: 8": {"when": "previous", "priority": "2"},
        "All actions on 31 May 2019: 101": {},
        "Actions not rated in Priority 1 on 31 May 2019: 4": {"rating": "unrated", "priority": "1"},
        "Actions due by 31 May 2019 and rated Green: 35": {"population": "due", "rating": "green"},
        "Actions closed between 29 March 2019 and 31 May 2019: 0": {"population": "closed"},
        "New actions between 29 March 2019 and 31 May 2019, not rated at the current point: 6": {
            "population": "new", "rating": "unrated",
        },
    }  # fmt: skip
    for words, query in said.items():
        assert prose(compose("counted", counted(**query)))[0] == f"{words}."


def test_a_list_whose_entries_are_more_than_its_figure_says_how_it_adds_up():
    paper = compose("counted", split())
    assert prose(paper) == [
        "New actions between 15 March 2019 and 15 May 2019: 2.",
        "3 entries count 1 more, 1 count 1 less.",
    ]
    happened = [(row[0], row[4], row[5]) for row in tables(paper)[0].rows]
    assert happened[0] == ("2.4", "Split into parts, one of which takes its place", signed(-1))
    assert happened[1:] == [(f"2.4{letter}", "Added", signed(1)) for letter in "abc"]


def test_a_figure_of_none_says_so():
    assert prose(compose("counted", counted(rating="red")))[1:] == ["No action is counted here."]
    assert "No action is counted here." in shown("counted", counted(rating="red"))


def test_counted_actions_in_the_terminal_name_their_events():
    said = shown("counted", split())
    assert "New actions between 15 March 2019 and 15 May 2019: 2." in said
    assert "6, 7, 8" in said


def test_the_values_of_counted_actions_add_up_to_the_figure():
    rows = list(csv.DictReader(io.StringIO(render("counted", "csv", split()).decode(), newline="")))
    assert sum(int(row["count"]) for row in rows) == 2
    assert [(row["action"], row["versions"], row["why"]) for row in rows][:2] == [
        ("2.4", "6; 7; 8", "split"), ("2.4a", "6", "added"),
    ]  # fmt: skip


def test_a_paper_of_an_event_says_both_clocks_and_what_it_says():
    paper = compose("event", withdrawn(6))
    when, what = [dict(block.facts) for block in paper.blocks if isinstance(block, Facts)]
    assert (when["Recorded by"], when["Taken from"]) == (
        "Performance Officer", "Minutes, item 4, published 20 March 2019",
    )  # fmt: skip
    assert when["Record number"] == 6
    assert what == {"Action": "2.4", "Rating": Tag("Amber", "#f47738")}
    assert paper.under[1] == "Event 6: action rated"
    assert paper.command == "asat event plan 6 --up-to 7"


def test_a_withdrawn_event_is_struck_and_says_who_withdrew_it_and_why():
    first, second, *_ = prose(compose("event", withdrawn(6)))
    assert [(piece.text, piece.mark) for piece in first.pieces] == [("2.4 rated Amber for the first time", "struck")]
    why = "Withdrawn as recorded in error by Performance Officer on 15 February 2021, 09:30 UK time, because: "
    assert second == f"{why}The wrong action (event 7)."
    assert "The wrong action (event 7)." in shown("event", withdrawn(6))


def test_a_withdrawal_says_what_it_withdrew():
    said = [text for text in prose(compose("event", withdrawn(7))) if not isinstance(text, str)]
    assert [piece.text for piece in said[1].pieces] == ["It withdrew event 6: ", "2.4 rated Amber for the first time"]
    assert "It withdrew event 6: 2.4 rated Amber for the first time" in shown("event", withdrawn(7))


def test_the_values_of_an_event_are_those_of_its_row_in_the_trail():
    [row] = csv.DictReader(io.StringIO(render("event", "csv", withdrawn(6)).decode(), newline=""))
    assert (row["version"], row["withdrawn_by"], row["withdrawal reason"]) == ("6", "7", "The wrong action")
    assert "withdrawal" not in row["fields"]


def test_the_fields_of_an_event_are_named_as_people_name_them():
    plan, told = example("stockton-ilacs")
    opening = event_in_trail(record_at(plan), 1, records_of(plan, told))
    what = dict([block for block in compose("event", opening).blocks if isinstance(block, Facts)][1].facts)
    assert what["Word for a priority"] == "Recommendation"
    assert str(what["Scale"]).splitlines()[1].startswith("Red: Not yet on track")
    added_action = compose("event", event_of(plan, told, "6.1a"))
    what = dict([block for block in added_action.blocks if isinstance(block, Facts)][1].facts)
    assert what["Part of action"] == "6.1"
