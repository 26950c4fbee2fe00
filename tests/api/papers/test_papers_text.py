import io
import re

import pytest
from rich.console import Console

from api.formats import FormatUnknown, addressed, formats_of, print_text, render
from api.papers.paper import Column, Day, Heading, Paper, Piece, Table, Tag, Text
from api.papers.wording import as_at, as_at_both, instant_in_words, safe_lines, safe_text
from api.papers.writers.terminal import terminal
from api.questions.question_registry import QUESTIONS
from projections.gaps import gaps_at
from projections.overdue import overdue_at
from projections.point import PointDocument
from projections.trail import TrailQuery
from tests.api.answers import (
    EMOJI,
    ESCAPES,
    RICH_MARKUP,
    RIGHT_TO_LEFT,
    answers,
    example,
    harmful,
    poisoned,
    sunderland,
    trail_of,
)
from tests.kit import (
    APRIL,
    GRADES,
    JUNE,
    MARCH,
    MAY,
    added,
    closed,
    completed,
    given,
    in_error,
    part,
    priority,
    rated,
    rescaled,
)

NOT_SHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printed(question, document, width=80, **terminal):
    screen = io.StringIO()
    print_text(question, document, Console(width=width, file=screen, **terminal))
    return screen.getvalue()


def asked(text) -> PointDocument:
    instant = "2019-06-04T09:00:00.000000Z"
    return {"effective_on": "2019-05-31", "basis": 212, "known_at": instant, "asked": text}


def squeezed(text):
    """The text without the spaces and line breaks of its layout."""
    return " ".join(text.split())


def test_the_point_is_stated_in_a_sentence_by_the_clock_of_london():
    point = asked("now")
    assert as_at(point) == "As at 31 May 2019, as known at record number 212 (4 June 2019, 10:00 UK time)."
    assert instant_in_words("2019-12-31T23:59:00.000000Z") == "31 December 2019, 23:59 UK time"


def test_an_issue_and_a_presentation_are_named_before_the_point_they_mean():
    point, told = asked("issue:3.0"), asked("told:Scrutiny Committee @ 2019-07-04")
    assert as_at(point).startswith("Document version 3.0. As at 31 May 2019,")
    assert as_at(told).startswith("What Scrutiny Committee had been told by 4 July 2019. As at 31 May 2019,")
    assert as_at_both(point, told).count("As at 31 May 2019") == 2


@pytest.mark.parametrize("width", [80, 120])
def test_the_comparison_shows_each_priority_the_totals_and_how_they_reconcile(width):
    shown = printed("comparison", sunderland()["comparison"], width)
    lines = [squeezed(line) for line in shown.splitlines()]
    assert lines[0] == "Learning and Improvement Plan 2018-19"
    assert any(re.fullmatch(r"13 Govern.* 0 → 0 0 → 0 5 → 3 1 → 3 0 → 1 1 6 → 7", line) for line in lines)
    assert "Totals 0 → 0 4 → 4 62 → 56 29 → 35 0 → 6 6 95 → 101" in lines
    assert "95 + 6 new + 0 moved − 0 closed − 0 withdrawn = 101 actions." in lines
    assert "Totals 0 4 35 34 73" in lines
    assert max(map(len, shown.splitlines())) <= width


def test_a_change_of_rating_is_shown_with_its_words_and_its_direction():
    shown = squeezed(printed("comparison", sunderland()["comparison"], 120))
    assert "8.3 Carry out the youth homelessness action plan Green Completed better 265" in shown
    assert "Set up a missing and exploitation workspace in the case system Amber Amber no change" in shown


def test_a_worse_rating_says_worse_and_a_first_rating_says_so():
    story = given(added("1.1"), added("1.2"), rated("1.1", "green"), rated("1.1", "red", APRIL), rated("1.2"))
    document = story.compare("2019-03-20", "2019-05-31")
    assert "Green Red worse" in squeezed(printed("comparison", document))
    document = story.compare("2019-02-20", "2019-05-31")
    assert "1.2 Do 1.2 Not rated Green first rating" in squeezed(printed("comparison", document))


def test_a_scale_of_more_ratings_than_the_terminal_is_wide_folds_under_the_title():
    labels = [f"A rating of a very long name, number {place}" for place in range(20)]
    scale = {"name": "Long", "ratings": [{"code": f"r{place}", "label": label} for place, label in enumerate(labels)]}
    story = given(added("1.1"), rated("1.1", "r7"), scale=scale)
    shown = squeezed(printed("comparison", story.compare("2019-02-20", "2019-05-31")))
    assert "A rating of a very long name, number 7: 0 → 1" in shown
    assert "1 + 0 new + 0 moved − 0 closed − 0 withdrawn = 1 action" in shown


def test_rating_words_are_printed_also_where_there_is_no_colour():
    shown = printed("plan", sunderland()["plan"], 120, no_color=True)
    assert "\x1b" not in shown
    assert re.search(r"2\.4 .* Amber +31/03/2019", shown)


def test_rating_words_stand_on_their_colour_in_black_or_white():
    shown = printed("plan", sunderland()["plan"], force_terminal=True, color_system="truecolor", no_color=False)
    assert "\x1b[38;2;0;0;0;48;2;244;119;56mAmber" in shown
    assert "\x1b[38;2;255;255;255;48;2;0;112;60mGreen" in shown


def test_the_plan_shows_days_in_figures_months_as_written_and_what_is_overdue():
    shown = printed("plan", sunderland()["plan"], 120)
    assert re.search(r"1\.2 .* Completed +January 2019 ", shown)
    assert re.search(r"1\.1 .* Completed +31/12/2018 ", shown)
    assert "overdue" in shown


def test_the_parts_of_an_action_are_shown_with_their_own_ratings():
    plan, told = example("stockton-ilacs")
    shown = printed("plan", answers(plan, told, "2019-10-30", "2020-03-31", "6.1")["plan"], 120)
    assert re.search(r"6\.1 .* By its parts", shown)
    assert re.search(r"6\.1c .* Green", shown)


def test_an_action_that_left_the_plan_says_so_beside_its_rating():
    story = given(added("1.1"), completed("1.1"), closed("1.1"))
    shown = printed("plan", story.show("2019-06-01", everything=True))
    assert re.search(r"Completed\s.*\n.*closed", shown)


def test_the_trail_marks_what_came_late_and_what_was_withdrawn():
    wrong = rated("1.1", "red")
    story = given(added("1.1"), wrong, in_error(wrong, reason="Wrong action"))
    trail = answers(story.plan, tuple(story.events), "2019-02-01", "2019-05-31", "1.1")["trail"]
    shown = squeezed(printed("trail", trail, 200))
    assert "withdrawn by event 7" in shown
    assert re.search(r"Recorded \d+ days late", shown)
    assert "\x1b[9m" in printed("trail", trail, 200, force_terminal=True)


def test_the_trail_says_how_to_make_it_again():
    plan, told = example("sunderland")
    shown = squeezed(printed("trail", trail_of(plan, told, TrailQuery(action="2.5", late_by=30)), 120))
    assert "of action 2.5, late by 30 days or more, in the order they were recorded" in shown
    assert "As recorded up to record number 289, on 13 July 2026, 10:30 UK time." in shown
    assert shown.endswith("To make it again: asat trail sunderland --action 2.5 --late-by 30 --up-to 289")


def test_a_split_action_is_counted_by_its_parts():
    story = given(added("2.4"), rated("2.4", "amber"), part("2.4a", "2.4", APRIL), part("2.4b", "2.4", APRIL))
    assert "Amber By its parts split into parts" in squeezed(printed("comparison", story.compare(MARCH, MAY), 120))


def test_the_changes_say_what_was_and_what_is():
    shown = squeezed(printed("changes", sunderland()["changes"], 140))
    assert "8.3: Carry out the youth homelessness action plan Rating Green Completed 31/05/2019 265" in shown
    assert "was: Findings of a consultation" in shown


def test_the_document_history_lists_versions_and_presentations_with_their_points():
    shown = squeezed(printed("history", sunderland()["history"], 120))
    assert "3.0 31/05/2019 Six new actions" in shown
    assert "2019-03-29@243 2019-05-31@282" in shown


def test_the_audit_shows_paper_against_record():
    shown = squeezed(printed("audit", sunderland()["audit"], 120))
    assert "Whole plan: actions due, rated completed, current 33 34" in shown


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("width", [20, 80, 120])
def test_every_answer_fits_the_terminal_and_comes_out_the_same_twice(question, width):
    document = sunderland()[question]
    shown = printed(question, document, width)
    assert shown == printed(question, document, width)
    assert max(map(len, shown.splitlines())) <= width


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("text", [ESCAPES, RIGHT_TO_LEFT, RICH_MARKUP, EMOJI, "\ud800", "x" * 10_000])
def test_no_text_can_steer_the_terminal(question, text):
    source = harmful("plain") if question != "audit" else sunderland()
    shown = printed(question, poisoned(source[question], text), 120, force_terminal=False)
    assert not NOT_SHOWN.search(shown)
    shown.encode()


def test_markup_of_the_library_is_printed_as_it_was_written():
    shown = printed("action", harmful(RICH_MARKUP)["action"], 120)
    assert RICH_MARKUP in shown


def test_safe_text_keeps_words_joined_emoji_and_line_breaks():
    assert safe_text(ESCAPES) == "clearedclick red"
    assert safe_text(RIGHT_TO_LEFT) == "invoicefdp.exe"
    assert safe_text(EMOJI) == EMOJI
    assert safe_lines("one\r\ntwo\u2028three\tfour") == "one\ntwo\nthree four"
    assert safe_text("an unfinished \x1b]8;;link") == "an unfinished 8;;link"


def test_a_form_that_a_question_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(FormatUnknown, match="comparison has no format 'exe'; it comes in json, md, csv"):
        render("comparison", "exe", {})
    with pytest.raises(FormatUnknown, match="record has no format 'text'; it comes in json"):
        print_text("record", {}, Console(file=io.StringIO()))
    assert formats_of("plan")[:3] == list(addressed())[:3]


def test_json_is_compact_and_keeps_letters_as_they_are():
    assert (
        render("plan", "json", {"title": "Café – ✓", "n": [1]}) == '{"edition":1,"title":"Café – ✓","n":[1]}\n'.encode()
    )
    assert render("plan", "json", {"half": "\ud800"}) == b'{"edition":1,"half":"\\ud800"}\n'
    with pytest.raises(ValueError, match="JSON"):
        render("plan", "json", {"n": float("nan")})


def test_grades_without_colours_are_shown_by_their_words():
    story = given(added("1.1"), rated("1.1", "2"), scale=GRADES)
    shown = printed("plan", story.show("2019-05-31"), force_terminal=True, color_system="truecolor")
    assert re.search(r"On track(?!.*48;2)", shown)


@pytest.mark.parametrize("width", [20, 80])
def test_due_actions_without_a_rating_are_told_where_there_are_any(width):
    story = given(added("1.1", timescale="31/03/19"), rated("1.1"), added("1.2", timescale="31/03/19"))
    shown = squeezed(printed("comparison", story.compare(MARCH, MAY), width))
    due = shown.partition("by current rating")[2].partition("that changed")[0]
    assert ("Totals 0 0 1 0 1 2" if width == 80 else "Not rated: 1 Due: 2") in due


def test_a_former_rating_is_shown_by_its_label_and_explained():
    story = given(added("1.1"), rated("1.1", "amber"), rescaled(GRADES, on=MAY))
    shown = squeezed(printed("plan", story.show(JUNE), 120))
    assert "Amber Some delay" in shown
    assert "Do 1.1 Amber No date" in shown


def test_before_its_day_a_plan_says_when_it_was_opened():
    shown = squeezed(printed("plan", given(added("1.1")).show("2018-12-31"), 120))
    assert "The plan was not open yet on that day; it was opened on 7 January 2019." in shown
    assert "not rated" not in shown


def test_the_lists_tell_of_answers_to_nothing_and_of_actions_without_a_day():
    story = given(priority("9", answers=["R9"]), added("1.1"), added("1.2"))
    shown = squeezed(printed("gaps", gaps_at(story.at(MAY)), 120))
    assert "R9 9 Priority 9 no such recommendation was made" in shown
    shown = squeezed(printed("overdue", overdue_at(story.at(MAY)), 120))
    assert "2 actions not complete have no due date that settles a day, so they cannot be overdue." in shown


@pytest.mark.parametrize("question", ["gaps", "measures", "assurance"])
def test_the_lists_name_the_organisation(question):
    document = sunderland()[question]
    assert printed(question, document).splitlines()[1].rstrip() == document["organisation"]


def test_ratings_of_which_no_meaning_is_said_are_explained_in_a_sentence():
    scale = {
        "name": "RAG",
        "ratings": [{"code": "red", "label": "Red"}, {"code": "done", "label": "Done", "complete": True}],
    }
    assert "Worst first: Red; Done (complete)." in printed("plan", given(added("2.4"), scale=scale).show())


def test_a_rating_that_was_reviewed_is_told_from_its_first_day():
    story = given(added("2.4"), rated("2.4", "amber", MARCH), rated("2.4", "amber", MAY))
    assert "from 15 March 2019, last reviewed 15 May 2019" in printed("action", story.action("2.4"))


def of_paper(*blocks, width):
    screen = io.StringIO()
    paper = Paper("Title", ("Council",), "As at.", blocks, "asat show plan", "2019-05-31@1")
    Console(width=width, file=screen).print(terminal(paper))
    return [line.rstrip() for line in screen.getvalue().splitlines()]


def test_a_table_too_wide_folds_running_text_first_and_then_all_words_under_the_main_column():
    columns = (
        Column("No."),
        Column("Action", 4),
        Column("Rating", 1.7),
        Column("Progress", 5),
        Column("Days", figures=True),
    )
    row = ("1.1", "Do it " * 5, Tag("Green"), (Day("2019-03-31"), "Begun " * 20), 61)
    table = Table("Actions", "Actions", columns, (row,))
    headings = {width: of_paper(table, width=width)[5].split() for width in (120, 60, 30, 9)}
    assert headings == {
        120: ["No.", "Action", "Rating", "Progress", "Days"], 60: ["No.", "Action", "Rating", "Days"],
        30: ["No.", "Action", "Days"], 9: ["Action"],
    }  # fmt: skip
    folded = squeezed(" ".join(of_paper(table, width=30)))
    assert "Rating: Green Progress (31/03/2019): Begun" in folded
    assert "No.: 1.1" in squeezed(" ".join(of_paper(table, width=14)))


def test_a_column_that_may_be_left_out_stands_only_where_it_counts_anything():
    columns = (Column("Title", 3), Column("New", figures=True, optional=True), Column("All", figures=True))
    shown = [of_paper(Table("T", "T", columns, (("One", new, 0),)), width=80)[5].split() for new in (0, 1)]
    assert shown == [["Title", "All"], ["Title", "New", "All"]]


def test_a_revised_text_is_shown_before_and_after_and_its_subject_once():
    revised = Text((Piece("old", "deleted"), Piece(" "), Piece("new", "inserted"), Piece(" words")))
    columns = (Column("About", 3), Column("Text", 6))
    table = Table("Texts", "Texts", columns, (("Action 1.1", revised), ("Action 1.1", "another")))
    shown = of_paper(Heading("Texts"), table, width=80)
    assert [line.split() for line in shown[8:11]] == [
        ["Action", "1.1", "was:", "old", "words"], ["now:", "new", "words"], ["another"],
    ]  # fmt: skip
