import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from api.cli.command_context import SUFFIXES, tell
from api.formats import FORMATS, FormatUnknown, addressed, formats_of, render
from api.papers.paper import Column, Heading, PageBreak, Pair, Piece, Prose, Table, Tag, Text, lines_of, pieces_of
from api.papers.revision import revised
from api.papers.wording import safe_lines, unended
from api.questions.asker import Answer
from api.questions.question_registry import QUESTIONS, compose
from projections.committee_paper import committee_paper
from projections.event import event_in_trail
from tests.api.answers import ESCAPES, RIGHT_TO_LEFT, answers, harmful, poisoned, records_of, sunderland
from tests.kit import (
    APRIL,
    FEBRUARY,
    MARCH,
    MAY,
    added,
    given,
    in_error,
    part,
    priority_reworded,
    progressed,
    rated,
    reworded,
)
from tests.measuring import calls, times_as_long


def tables(paper):
    return [block for block in paper.blocks if isinstance(block, Table)]


def headings(paper, level=1):
    return [block.text for block in paper.blocks if isinstance(block, Heading) and block.level == level]


def texts(paper):
    """Every text of a paper."""
    yield from (paper.title, *paper.under, paper.sentence)
    for block in paper.blocks:
        match block:
            case Heading(text):
                yield text
            case Prose(text):
                yield from (piece.text for piece in pieces_of(text))
            case Table():
                yield from (block.caption, *(column.title for column in block.columns))
                for row in block.rows:
                    for cell in lines_of(row):
                        yield from _of_cell(cell)


def _of_cell(cell):
    match cell:
        case str():
            yield cell
        case Tag(label):
            yield label
        case Text(pieces):
            yield from (piece.text for piece in pieces)


def changes(*events, previous=FEBRUARY, current=MAY):
    story = given(*events)
    documents = answers(story.plan, tuple(story.events), previous.isoformat(), current.isoformat(), "1.1")
    return compose("changes", documents["changes"])


# Every paper


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_paper_says_whose_it_is_what_it_shows_and_how_to_make_it_again(question):
    document = sunderland()[question]
    paper = compose(question, document)
    assert paper.title
    assert paper.sentence
    assert paper.command.startswith("asat ")
    assert paper.made
    assert paper.known_at.startswith("2026-07-13")
    if question != "plans":
        assert document["organisation"] in paper.under


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_row_has_a_cell_for_every_column(question):
    for table in tables(compose(question, sunderland()[question])):
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert len(table.before) == len(table.before_columns)
        assert 0 < len(table.sheet) <= 31
        for place, column in enumerate(table.columns):
            if column.pairs:
                assert all(isinstance(row[place], Pair) for row in table.rows)


@pytest.mark.parametrize("question", QUESTIONS)
def test_tables_of_one_sheet_have_the_same_columns(question):
    columns: dict[str, Any] = {}
    for table in tables(compose(question, sunderland()[question])):
        assert columns.setdefault(table.sheet, (table.before_columns, table.columns)) == (
            table.before_columns,
            table.columns,
        )


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_two_tables_of_a_paper_have_the_same_caption(question):
    captions = [table.caption for table in tables(compose(question, sunderland()[question]))]
    assert len(set(captions)) == len(captions)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("text", [ESCAPES, RIGHT_TO_LEFT, "a\u2028b\tc\ud800"])
def test_whatever_people_wrote_is_safe_to_show(question, text):
    source = sunderland() if question == "audit" else harmful("plain")
    shown = "".join(texts(compose(question, poisoned(source[question], text))))
    assert shown
    assert not set(shown) & set("\x1b\x07\x9b\u202e\u2066\u2028\t\ud800")


def test_a_colour_that_is_none_is_left_out():
    document = harmful("plain")["plan"]
    document["ratings"][0]["colour"] = document["scale"]["ratings"][0]["colour"] = "red;} body{"
    key = tables(compose("plan", document))[0]
    assert [cell.colour for cell, _ in key.rows] == [None, "#f47738", "#00703c", "#1d70b8"]


# The committee's paper


def test_the_committees_paper_has_its_sections_in_order():
    paper = compose("paper", sunderland()["paper"])
    assert paper.under == (
        "Together for Children, Sunderland", "Report of progress", "Last document version issued: 3.0, 31 May 2019",
        "Compared with document version 2.0, issued 29 March 2019",
    )  # fmt: skip
    assert headings(paper) == [
        "Purpose", "Key to ratings", "Summary of ratings", "Previous against current", "Progress by priority",
        "30 actions overdue", "Measures", "Appendix A: ratings that changed, or remain a concern",
        "Appendix B: document history",
        "Appendix C: ratings over time",
    ]  # fmt: skip
    assert len([title for title in headings(paper, 2) if title.startswith("Priority ")]) == 15
    assert PageBreak() in paper.blocks
    assert paper.command == "asat paper sunderland 2019-03-29@243 2019-05-31@289"


def test_the_committees_paper_holds_the_tables_of_the_other_papers():
    paper = compose("paper", sunderland()["paper"])
    others = [
        *compose("comparison", sunderland()["comparison"]).blocks,
        *compose("history", sunderland()["history"]).blocks,
    ]
    shared = [block for block in others if isinstance(block, Table)]
    assert len(shared) == 5
    assert [table for table in shared if table not in paper.blocks] == []


def test_the_committees_paper_says_everything_the_narrative_says():
    paper = compose("paper", sunderland()["paper"])
    said = [block.text for block in paper.blocks if isinstance(block, Prose)]
    assert [one for one in said if one in sunderland()["comparison"]["narrative"]] == sunderland()["comparison"][
        "narrative"
    ]


def test_actions_of_concern_stand_under_their_priority_and_name_it_in_a_spreadsheet():
    concerns = [table for table in tables(compose("paper", sunderland()["paper"])) if table.sheet == "Concerns"]
    assert [[row[0] for row in table.rows] for table in concerns] == [["2.4", "2.5"], ["3.6", "3.8"]]
    assert concerns[0].before == ("2", "Exploitation and missing: assessments up to date")
    assert Text((Piece("overdue", "strong"),)) in concerns[0].rows[0][3]


def test_the_committees_paper_of_a_plan_without_ratings_says_so():
    story = given(added("1.1"), scale={"name": "None", "ratings": []})
    paper = compose("paper", committee_paper(story.at(FEBRUARY), story.at(MAY)))
    assert Prose("The actions of this plan are not rated.") in paper.blocks


def test_its_csv_is_the_table_it_is_about():
    assert render("paper", "csv", sunderland()["paper"]) == render("comparison", "csv", sunderland()["comparison"])


# What changed


def test_a_text_that_was_revised_shows_what_was_deleted_and_inserted():
    paper = changes(
        added("1.1", text="Train all staff in the new tool"), reworded("1.1", "Train new staff in the tool")
    )
    values, revisions = [
        [row for table in tables(paper) if table.sheet == sheet for row in table.rows]
        for sheet in ("Changes", "Texts revised")
    ]
    assert values == []
    assert [row[1] for row in revisions] == ["Wording"]
    assert [(piece.text, piece.mark) for piece in revisions[0][2].pieces if piece.mark] == [
        ("all", "deleted"), ("new", "inserted"), ("new", "deleted"),
    ]  # fmt: skip


def test_progress_and_titles_are_revised_and_a_first_progress_is_a_value():
    paper = changes(
        added("1.1"), added("1.2"), progressed("1.1", "Staff trained in two teams", on=FEBRUARY),
        progressed("1.1", "Staff trained in all teams", on=APRIL), progressed("1.2", "Begun", on=APRIL),
        priority_reworded("2", title="Priority 2, reworded", on=APRIL),
    )  # fmt: skip
    listed = {table.caption: [row[1] for row in table.rows] for table in tables(paper)}
    assert listed == {
        "What changed: Priority 1": ["Progress"],
        "Texts revised: Priority 1": ["Progress"],
        "Texts revised: Priority 2": ["Wording"],
    }


def test_a_rating_that_changed_is_shown_in_both_its_words():
    (table,) = tables(changes(added("1.1"), rated("1.1", "red", on=FEBRUARY), rated("1.1", "green", on=APRIL)))
    assert table.rows[0][:4] == ("1.1: Do 1.1", "Rating", Tag("Red", "#d4351c"), Tag("Green", "#00703c"))


def test_what_is_the_plans_own_is_about_the_plan():
    plans_own = tables(compose("changes", sunderland()["changes"]))[-1]
    assert {row[0] for row in plans_own.rows} == {"The plan"}


def joined(text, *left_out):
    return "".join(piece.text for piece in text.pieces if piece.mark not in left_out)


@pytest.mark.parametrize(
    ("previous", "current"),
    [
        ("one two three four", "one three four five"), ("a", "b"), ("", "b c"), ("a b", ""), ("same", "same"),
        ("first line\nsecond line", "first line\nanother line\nsecond line"), ("end", "end."), ("a " * 99, "a " * 98),
    ],
)  # fmt: skip
def test_a_revision_holds_both_texts_word_for_word(previous, current):
    shown = revised(previous, current)
    assert joined(shown, "deleted").split() == current.split()
    assert joined(shown, "inserted").split() == previous.split()
    for piece in shown.pieces:
        assert not piece.mark or piece.text == piece.text.strip() != ""


#: What comparing two texts may take in steps: a third, or less, of what those below would take word by word.
MOST_STEPS = 500_000


def test_a_text_that_became_another_is_deleted_whole_and_inserted_whole():
    shown = revised("Findings went to the group on 3 May", "More capacity was funded in all areas")
    assert [piece.mark for piece in shown.pieces] == ["deleted", "", "inserted"]


@pytest.mark.parametrize(("different", "length"), [(1, 5000), (2, 5000), (120, 1400), (120, 2500), (900, 1300)])
def test_no_two_texts_that_repeat_their_words_take_many_steps_to_compare(different, length):
    words = [f"w{place * 7919 % different}" for place in range(length)]
    previous, current = " ".join(words), " ".join(word if place % 5 else "x" for place, word in enumerate(words))
    assert calls(lambda: revised(previous, current)) < MOST_STEPS
    assert joined(revised(previous, current), "deleted").split() == current.split()


# The trail


def test_an_entry_withdrawn_is_struck_and_says_by_whom_and_why():
    wrong = rated("1.1", "red")
    story = given(added("1.1"), wrong, in_error(wrong, reason="Wrong action"))
    document = answers(story.plan, tuple(story.events), "2019-02-01", "2019-05-31", "1.1")["trail"]
    (table,) = tables(compose("trail", document))
    struck = [
        row
        for row in table.rows
        if any(piece.mark == "struck" for cell in lines_of(row) if isinstance(cell, Text) for piece in cell.pieces)
    ]
    assert [row[0] for row in struck] == [6]
    assert list(lines_of(struck[0][-1]))[-2:] == [
        Text((Piece("withdrawn by event 7", "strong"),)),
        "Performance Officer, 15/02/2021 09:30: Wrong action",
    ]


# The plan


def test_outcomes_have_a_column_where_any_action_has_one():
    def columns(*events):
        (actions,) = [table for table in tables(compose("plan", given(*events).show(MAY))) if table.sheet == "Actions"]
        return [column.title for column in actions.columns]

    assert "Outcome" not in columns(added("1.1"))
    assert "Outcome" in columns(added("1.1"), part("1.1a", "1.1", outcome="Better"))


def test_the_parts_of_an_action_follow_it():
    story = given(added("1.2"), added("1.1"), part("1.1b", "1.1"), part("1.1a", "1.1"), rated("1.1a", "red", on=MARCH))
    (actions,) = [table for table in tables(compose("plan", story.show(MAY))) if table.sheet == "Actions"]
    assert [row[0] for row in actions.rows] == ["1.1", "1.1a", "1.1b", "1.2"]
    assert actions.rows[0][2] == "By its parts"
    assert actions.columns[0] == Column("No.")


# The forms


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_comes_in_every_form(question):
    assert formats_of(question) == addressed()


def test_a_question_that_has_no_paper_comes_as_data_only():
    assert formats_of("recorded") == ["json"]
    with pytest.raises(FormatUnknown, match="recorded has no format 'docx'; it comes in json"):
        render("recorded", "docx", {})


def test_a_file_says_its_form_by_its_suffix():
    assert {".docx": "docx", ".xlsx": "xlsx", ".pdf": "pdf", ".html": "html", ".md": "md"}.items() <= SUFFIXES.items()


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if form.binary])
def test_a_form_for_programs_is_not_printed_to_a_terminal(form, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    with pytest.raises(click.UsageError, match=rf"-o FILE\.{form}"):
        tell(Answer("paper", sunderland()["paper"]), form, None)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("form", ["md", "html"])
def test_another_process_makes_the_same_bytes(form):
    program = (
        "import sys; from api.formats import render; from tests.api.answers import sunderland;"
        f"sys.stdout.buffer.write(render('paper', '{form}', sunderland()['paper']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=Path(__file__).parents[3],
        env={"PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert done.stdout == render("paper", form, sunderland()["paper"])


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/plans.xlsx", "plans.xlsx"),
        ("/plans/sunderland.html?at=2019-05-31@282", "sunderland-plan-2019-05-31-v282.html"),
        (
            "/plans/sunderland/paper.md?previous=issue:2.0&current=issue:3.0",
            "sunderland-paper-2019-03-29-v243-2019-05-31-v282.md",
        ),
        ("/plans/sunderland/actions/2.4.csv?at=issue:3.0", "sunderland-action-2.4-2019-05-31-v282.csv"),
        ("/plans/sunderland/trail.md?up_to=12", "sunderland-trail-v12.md"),
    ],
)
def test_a_file_is_named_for_what_it_holds(reader, address, name):
    response = reader.get(address)
    assert response.status_code == 200
    assert response.headers["content-disposition"] == f'inline; filename="{name}"'


def test_data_is_no_file_and_what_is_compressed_in_itself_is_not_compressed_again(reader):
    assert "content-disposition" not in reader.get("/plans.json").headers
    packed = {form: reader.get(f"/plans.{form}").headers.get("content-encoding") for form in ("json", "html", "xlsx")}
    assert packed == {"json": "gzip", "html": "gzip", "xlsx": None}


@pytest.mark.parametrize("form", addressed())
def test_a_form_is_described_as_text_or_as_a_file(reader, form):
    described = reader.get("/openapi.json").json()["paths"][f"/plans/{{plan}}/paper.{form}"]["get"]["responses"]["200"]
    (media_type, content), *others = described["content"].items()
    assert (media_type, others) == (FORMATS[form].media_type, [])
    assert (content["schema"].get("format") == "binary") == FORMATS[form].binary


def test_a_number_with_brackets_is_one_word_of_the_command_of_an_action():
    story = given(added("1.1(a)"))
    assert compose("action", story.action("1.1(a)", MAY)).command == "asat action plan '1.1(a)' --at 2019-05-15@5"


@pytest.mark.parametrize(("different", "places"), [(500, 1), (500, 7), (1600, 3), (3300, 3)])
def test_texts_whose_words_changed_places_take_few_steps_to_compare(different, places):
    words = [f"w{number * 7919 % different}" for number in range(3300)]
    moved = [words[(number + places) % len(words) if number % 2 else number] for number in range(len(words))]
    assert calls(lambda: revised(" ".join(words), " ".join(moved))) < MOST_STEPS


def test_sequences_without_an_end_are_taken_out_in_a_time_that_grows_with_the_text():
    """Twenty times as many take some twenty times as long, and not its square."""
    assert safe_lines("\x9d" * 100_000 + "said") == "said"
    long, short = ("\x9d" * number + "said" for number in (20_000, 1_000))
    assert times_as_long(lambda: safe_lines(long), lambda: safe_lines(short)) < 100


def test_a_sentence_made_of_what_somebody_wrote_has_one_full_stop():
    assert [unended(text) for text in ("Ours.", "Ours", "And so on...")] == ["Ours", "Ours", "And so on..."]
    wrong = rated("1.1", "red")
    story = given(added("1.1"), wrong, in_error(wrong, reason="The approval is ours."))
    event = event_in_trail(story.record(), 6, records_of(story.plan, story.events))
    said = [block.text for block in compose("event", event).blocks if isinstance(block, Prose)]
    assert str(said[1]).endswith("because: The approval is ours (event 7).")


def test_a_cycle_is_told_as_what_was_and_not_as_a_rule():
    (first, *_) = compose("stale", sunderland()["stale"]).blocks
    days = sunderland()["stale"]["cycle_days"]
    assert isinstance(first, Prose)
    assert first.text == f"Between the plan's reports so far lay {days} days, by the median."


def test_the_head_of_a_page_is_one_line():
    paper = compose("plan", sunderland()["plan"])
    assert paper.running == f"{paper.title} \u2013 {paper.under[1]}"
    assert len(replace(paper, title="x" * 500).running) == 120


MEANT = {"code": "red", "label": "Red", "meaning": "Late"}
BARE: list[dict[str, Any]] = [
    {"code": "red", "label": "Red", "concern": True}, {"code": "green", "label": "Green"},
    {"code": "done", "label": "Done", "complete": True, "needs_evidence": True, "needs_second_person": True},
]  # fmt: skip


def test_ratings_of_which_no_meaning_is_said_are_explained_by_what_they_count_as():
    paper = compose("plan", given(added("2.4"), scale={"name": "RAG", "ratings": BARE}).show())
    notes = "complete, needs evidence, counts once confirmed by a second person"
    assert f"Worst first: Red (a concern); Green; Done ({notes})." in list(texts(paper))
    assert all("Meaning" not in [column.title for column in table.columns] for table in tables(paper))


def test_ratings_of_which_one_has_a_meaning_stand_in_a_table_with_it():
    paper = compose("plan", given(added("2.4"), scale={"name": "RAG", "ratings": [MEANT, *BARE[1:]]}).show())
    assert [column.title for column in tables(paper)[0].columns] == ["Rating", "Meaning"]
