"""A rating that awaits confirmation in every form of paper: in words beside the one that counts, without its colour."""

import io
from typing import Any

import docx
import openpyxl
import pytest
from rich.console import Console

from api.formats import print_text, render
from api.papers.paper import Day, Table, Tag, lines_of
from api.questions.question_registry import compose
from projections.committee_paper import committee_paper
from projections.counted import CountQuery, counted_actions
from projections.overdue import overdue_at
from tests.api.pdf_reader import page_texts
from tests.kit import (
    COMPLETED,
    FEBRUARY,
    JANUARY,
    LATER,
    MARCH,
    OFFICER,
    SCALE,
    SECONDED,
    added,
    completed,
    given,
    rated,
)

WAITS = "awaiting confirmation: Completed"


def answers(scale: dict[str, Any] = SECONDED) -> dict[str, Any]:
    """Every answer that lists actions with their ratings, of a plan in which a rating waits."""
    due = added("2.4", timescale="31/03/19")
    story = given(due, rated("2.4", "amber", FEBRUARY), completed("2.4", MARCH), scale=scale)
    plan = story.at(LATER)
    return {
        "plan": story.show(),
        "counted": counted_actions(story.at(JANUARY), plan, CountQuery()),
        "overdue": overdue_at(plan),
    }


ANSWERS: dict[str, Any] = answers()


def in_words(form, written):
    """What a person reads of a paper."""
    match form:
        case "docx":
            read = docx.Document(io.BytesIO(written))
            return " ".join(cell.text for table in read.tables for row in table.rows for cell in row.cells)
        case "xlsx":
            sheets = openpyxl.load_workbook(io.BytesIO(written)).worksheets
            return " ".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
        case "pdf":
            return " ".join(page_texts(written))
    return written.decode()


@pytest.mark.parametrize("form", ["md", "html", "docx", "xlsx", "pdf"])
@pytest.mark.parametrize("question", ANSWERS)
def test_every_form_says_beside_the_rating_what_awaits_confirmation(question, form):
    said = "".join(in_words(form, render(question, form, ANSWERS[question])).split())
    assert "".join(WAITS.split()) in said


def test_the_committees_paper_lists_each_with_who_gave_it_and_when():
    story = given(
        added("2.10"), added("2.4"), rated("2.4", "amber", FEBRUARY), completed("2.4", MARCH),
        completed("2.10", MARCH), scale=SECONDED,
    )  # fmt: skip
    document = committee_paper(story.at(JANUARY), story.at(LATER))
    [table] = [one for one in compose("paper", document).blocks if isinstance(one, Table) and one.sheet == "Awaiting"]
    assert [[said(cell) for cell in row] for row in table.rows] == [
        ["2.4", "Do 2.4", "Amber", "Completed", "2019-03-15", OFFICER],
        ["2.10", "Do 2.10", "Not rated", "Completed", "2019-03-15", OFFICER],
    ]


def said(cell):
    return cell.label if isinstance(cell, Tag) else cell.iso if isinstance(cell, Day) else cell


def test_a_committees_paper_in_which_nothing_waits_has_no_such_table():
    story = given(added("2.4"), completed("2.4", MARCH), scale=SCALE)
    document = committee_paper(story.at(JANUARY), story.at(LATER))
    assert "awaiting" not in document
    assert all(getattr(one, "sheet", "") != "Awaiting" for one in compose("paper", document).blocks)


@pytest.mark.parametrize("question", ANSWERS)
def test_the_terminal_says_it_too(question):
    console = Console(width=160, file=io.StringIO(), record=True)
    print_text(question, ANSWERS[question], console)
    said = " ".join(console.export_text().split())
    assert all(word in said for word in WAITS.split())


@pytest.mark.parametrize("question", ANSWERS)
def test_a_rating_that_waits_does_not_have_its_colour(question):
    tables = [block for block in compose(question, ANSWERS[question]).blocks if isinstance(block, Table)]
    actions = [table for table in tables if table.columns[0].title == "No."]
    cells = [cell for table in actions for row in table.rows for lines in row for cell in lines_of(lines)]
    assert WAITS in cells
    assert [cell for cell in cells if isinstance(cell, Tag)] == [Tag("Amber", "#f47738")]
    assert str(COMPLETED["colour"]) not in str(cells)


def test_the_paper_of_an_action_says_who_gave_the_rating_that_waits_and_as_which_event():
    story = given(added("2.4"), completed("2.4", MARCH), scale=SECONDED)
    said = render("action", "md", story.action("2.4")).decode()
    assert (
        "| **Awaiting confirmation** | Completed, rated 15 March 2019 by An Officer (event 6); evidence: Audit |"
        in said
    )
    assert "| **Rating** | Not rated |" in said


def test_the_rows_of_a_plan_have_columns_for_it_only_where_something_waits():
    waiting, plain = (render("plan", "csv", one["plan"]).decode().splitlines() for one in (ANSWERS, answers(SCALE)))
    assert waiting[0].endswith("added on,awaiting confirmation,awaiting since,awaiting version,plan,point")
    assert waiting[1].endswith("2019-01-15,Completed,2019-03-15,7,plan,2020-06-30@7")
    assert plain[0].endswith("added on,plan,point")
