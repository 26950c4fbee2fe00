import re

import pytest

from api.formats import FORMATS, render
from api.papers.paper import Column, Paper, Piece, Prose, Table, Text
from api.papers.writers.markdown import markdown, md, md_lines
from api.questions.question_registry import QUESTIONS
from projections.gaps import gaps_at
from projections.overdue import overdue_at
from projections.trail import TrailQuery
from tests.api.answers import (
    ESCAPES,
    MARKDOWN,
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
    recorded,
    rescaled,
)

HOSTILE = [MARKDOWN, f"two\n\n{MARKDOWN}\r\nlines", ESCAPES, RIGHT_TO_LEFT, "\\| x |", "x" * 10_000]


def written(question, document):
    return render(question, "md", document).decode()


def unescaped_pipes(line):
    return len(re.findall(r"(?<!\\)\|", line))


def tables(text):
    """The tables of a paper: lists of lines that begin with a pipe."""
    return [block.split("\n") for block in re.findall(r"(?m)(?:^\|.*\n?)+", text) for block in [block.rstrip("\n")]]


def test_the_comparison_holds_the_table_the_reconciliation_and_the_narrative():
    text = written("comparison", sunderland()["comparison"])
    assert text.startswith("# Learning and Improvement Plan 2018-19\n")
    assert "| 13 | Governance and scrutiny | 0 → 0 | 0 → 0 | 5 → 3 | 1 → 3 | 0 → 1 | 1 | 0 | 0 | 0 | 6 → 7 |" in text
    assert "**95 → 101** |" in text
    assert "\n95 + 6 new + 0 moved − 0 closed − 0 withdrawn = 101 actions.\n" in text
    assert "| 8.3 | Carry out the youth homelessness action plan | Green | Completed | better | 265 |" in text
    for sentence in sunderland()["comparison"]["narrative"]:
        assert sentence in text


@pytest.mark.parametrize(
    ("question", "command"),
    [
        ("plan", "asat show sunderland --at 2019-05-31@289"),
        ("comparison", "asat compare sunderland 2019-03-29@243 2019-05-31@289"),
        ("changes", "asat changes sunderland 2019-03-29@243 2019-05-31@289"),
        ("history", "asat history sunderland --at 2019-05-31@289"),
        ("trail", "asat trail sunderland --up-to 289"),
        ("action", "asat action sunderland 7.3 --at 2019-05-31@289"),
        ("overdue", "asat overdue sunderland --at 2019-05-31@289"),
        ("plans", "asat plans"),
    ],
)
def test_every_paper_ends_with_the_command_that_makes_it_again(question, command):
    last = written(question, sunderland()[question]).rstrip("\n").split("\n")[-1]
    assert last.startswith("Made by AsAt")
    assert last.endswith(f"To make it again: `{command}`")


def test_the_command_asks_for_actions_that_left_where_the_paper_shows_some():
    story = given(added("1.1"), completed("1.1"), closed("1.1"))
    assert "--all`" in written("plan", story.show("2019-06-01", everything=True))
    assert "--all`" not in written("plan", story.show("2019-06-01"))


def test_the_footer_states_the_basis_and_when_it_was_recorded():
    text = written("plan", sunderland()["plan"])
    assert "Made by AsAt: 2019-05-31@289, as known at record number 289 (13 July 2026, 10:30 UK time)." in text


def test_the_trail_strikes_out_what_was_withdrawn_and_says_by_what():
    wrong = rated("1.1", "red")
    story = given(added("1.1"), wrong, in_error(wrong, reason="Wrong action"))
    text = written("trail", answers(story.plan, tuple(story.events), "2019-02-01", "2019-05-31", "1.1")["trail"])
    assert re.search(r"~~1\.1 rated Red.*~~<br>Recorded \d+ days late<br>\*\*withdrawn by event 7\*\*", text)


def test_a_trail_says_what_was_asked_up_to_which_version_and_how_to_ask_it_again():
    plan, told = example("sunderland")
    text = written("trail", trail_of(plan, told, TrailQuery(action="2.5", recorded_after=recorded(260), late_by=30)))
    assert (
        " of action 2.5, recorded after 22 December 2025, 09:30 UK time, late by 30 days or more, in the order" in text
    )
    assert "As recorded up to record number 289, on 13 July 2026, 10:30 UK time." in text
    assert text.rstrip("\n").split("\n")[-1] == (
        "Made by AsAt: as recorded up to record number 289, on 13 July 2026, 10:30 UK time. To make it again: "
        "`asat trail sunderland --action 2.5 --recorded-after 2025-12-22T09:30:00.000000Z --late-by 30 --up-to 289`"
    )


def test_a_number_with_brackets_is_one_word_of_the_command():
    story = given(added("1.1(a)"))
    trail = trail_of(story.plan, story.events, TrailQuery(action="1.1(a)"))
    assert written("trail", trail).endswith("To make it again: `asat trail plan --action '1.1(a)' --up-to 5`\n")


def test_a_split_action_is_counted_by_its_parts():
    story = given(added("2.4"), rated("2.4", "amber"), part("2.4a", "2.4", APRIL), part("2.4b", "2.4", APRIL))
    text = written("comparison", story.compare(MARCH, MAY))
    assert "| 2.4 | Do 2.4 | Amber | By its parts | split into parts |  |" in text


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_row_of_every_table_has_the_cells_of_its_header(question):
    text = written(question, sunderland()[question])
    assert tables(text) or question in {"gaps"}
    for rows in tables(text):
        assert {unescaped_pipes(row) for row in rows} == {unescaped_pipes(rows[0])}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "text", [MARKDOWN, f"two\n\n{MARKDOWN}\r\nlines", ESCAPES, RIGHT_TO_LEFT, "\\| x |", "x" * 10_000]
)
def test_no_text_can_break_a_table_or_become_markup(question, text):
    source = sunderland() if question == "audit" else harmful("plain")
    paper = written(question, poisoned(source[question], text))
    assert "<script" not in paper
    assert not re.search(r"(?<!\\)\[here", paper)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", paper)
    for rows in tables(paper):
        assert {unescaped_pipes(row) for row in rows} == {unescaped_pipes(rows[0])}


def test_markup_is_escaped_and_what_would_open_a_list_or_heading_too():
    assert md("a|b <i> & *c* `d` [e] ~f~ $g$") == r"a\|b &lt;i&gt; &amp; \*c\* \`d\` \[e\] \~f\~ \$g\$"
    assert [md("# a"), md("- a"), md("1. a"), md("1.1 a"), md("-3"), md("---")] == [
        r"\# a", r"\- a", r"1\. a", "1.1 a", "-3", r"\---",
    ]  # fmt: skip
    assert md_lines("one\n- two\r\nthree") == r"one<br>\- two<br>three"


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if not form.binary])
def test_the_same_document_makes_the_same_bytes(question, form):
    document = sunderland()[question]
    assert render(question, form, document) == render(question, form, document)


def test_due_actions_without_a_rating_have_a_column_where_there_are_any():
    story = given(added("1.1", timescale="31/03/19"), rated("1.1"), added("1.2", timescale="31/03/19"))
    text = written("comparison", story.compare(MARCH, MAY))
    assert "| No. | Title | Red | Amber | Green | Completed | Not rated | Due |" in text
    assert "| 1 | Priority 1 | 0 | 0 | 1 | 0 | 1 | 2 |" in text
    assert "| No. | Title | Red | Amber | Green | Completed | Due |" in written(
        "comparison", sunderland()["comparison"]
    )


def test_a_former_rating_is_shown_by_its_label_and_explained():
    story = given(added("1.1"), rated("1.1", "amber"), rescaled(GRADES, on=MAY))
    text = written("plan", story.show(JUNE))
    assert "| Amber | Some delay |" in text
    assert "| 1.1 | Do 1.1 | Amber |" in text
    assert "| Red |" not in text


def test_before_its_day_a_plan_says_when_it_was_opened():
    text = written("plan", given(added("1.1")).show("2018-12-31"))
    assert "The plan was not open yet on that day; it was opened on 7 January 2019." in text
    assert "not rated" not in text


def test_an_answer_to_a_recommendation_never_made_is_listed():
    story = given(priority("9", answers=["R9"]))
    text = written("gaps", gaps_at(story.at(MAY)))
    assert "## 1 answer to a recommendation never made" in text
    assert "| R9 | 9 | Priority 9 | no such recommendation was made |" in text
    assert "never made" not in written("gaps", sunderland()["gaps"])


def test_the_overdue_list_says_how_many_actions_have_no_day():
    story = given(added("1.1"))
    text = written("overdue", overdue_at(story.at(MAY)))
    assert "1 action not complete has no due date that settles a day, so it cannot be overdue." in text


@pytest.mark.parametrize("question", ["gaps", "measures", "assurance"])
def test_the_lists_name_the_organisation(question):
    document = sunderland()[question]
    assert written(question, document).split("\n")[2] == f"**{document['organisation']}**"


def composed(*blocks, command="asat show plan"):
    return markdown(Paper("Title", ("Council",), "As at.", blocks, command, "2019-05-31@1"))


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ((Piece("the "), Piece("new", "inserted"), Piece(" tool")), "the **new** tool"),
        ((Piece("old", "deleted"), Piece(" "), Piece("new", "inserted")), "~~old~~ **new**"),
        ((Piece("gone ", "struck"), Piece("told", "strong")), "~~gone~~ **told**"),
        ((Piece("one\ntwo", "inserted"),), "**one**<br>**two**"),
        ((Piece("a*b~c", "deleted"),), r"~~a\*b\~c~~"),
        ((Piece(" ", "inserted"), Piece("x")), "x"),
    ],
)
def test_marks_touch_the_words_they_mark(pieces, said):
    assert f"\n\n{said}\n\n" in composed(Prose(Text(pieces)))


def test_a_command_that_holds_a_backtick_stays_whole():
    assert composed(command="asat action plan '1`1'").endswith("To make it again: `` asat action plan '1`1' ``\n")


def test_a_negative_figure_bears_the_sign_of_a_minus():
    text = composed(Table("T", "T", (Column("A", figures=True),), ((-6,),)))
    assert "| A |\n| ---: |\n| −6 |" in text


def test_totals_stand_out_and_an_empty_cell_stays_empty():
    table = Table("T", "T", (Column("A"), Column("B"), Column("C")), (("1", "x", 2), ("Totals", "", 2)), totals=True)
    assert composed(table).count("**2**") == 1
    assert "| **Totals** |  | **2** |" in composed(table)
