import csv
import io
import json

import pytest

from api.formats import render
from api.papers.writers.comma_separated import cell, comma_separated
from api.questions.question_registry import QUESTIONS
from projections.gaps import gaps_at
from tests.api.answers import EMOJI, ESCAPES, RIGHT_TO_LEFT, answers, example, harmful, poisoned, sunderland
from tests.kit import MAY, added, given, priority, renumbered

FORMULAS = [
    "=1+1", "+1", "-1+1", "-1.", "-3.2%", "-1\n", "-A1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u200b=1", "＝1",  # noqa: RUF001
    "=cmd|' /C calc'!A0",
]  # fmt: skip


def read(question, document):
    text = render(question, "csv", document).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_figures_of_the_comparison_are_read_back_as_the_document_has_them():
    document = sunderland()["comparison"]
    rows = read("comparison", document)
    assert [row["priority"] for row in rows] == [*(str(number) for number in range(1, 16)), "Totals"]
    for row, told in zip(rows, [*document["rows"], document["totals"]], strict=True):
        for rating in document["ratings"]:
            for when in ("previous", "current"):
                assert int(row[f"{rating['label']} {when}"]) == told["ratings"][rating["code"]][when]
            assert int(row[f"Due {rating['label']}"]) == told["due"][rating["code"]]
        for when in ("previous", "current"):
            assert int(row[f"Not rated {when}"]) == told["unrated"][when]
            assert int(row[f"Total {when}"]) == told["total"][when]
        for movement in ("new", "closed", "withdrawn", "moved"):
            assert int(row[movement.capitalize()]) == told[movement]
        assert int(row["Due total"]) == told["due"]["total"]
        assert (row["previous"], row["current"]) == ("2019-03-29@243", "2019-05-31@289")


def test_a_negative_figure_of_ours_stays_a_figure():
    story = given(added("1.1"), renumbered("1.1", "2.9", priority="2"))
    rows = read("comparison", story.compare("2019-02-20", "2019-05-31"))
    assert [row["Moved"] for row in rows] == ["-1", "1", "0", "0"]


def test_the_columns_of_movements_stand_as_in_the_other_papers():
    header = render("comparison", "csv", sunderland()["comparison"]).decode().split("\r\n")[0]
    assert ",New,Moved,Closed,Withdrawn," in header
    assert "Due Not rated" not in header


def test_due_actions_without_a_rating_have_a_column():
    story = given(added("1.1", timescale="31/03/19"), added("2.1"))
    rows = read("comparison", story.compare("2019-02-20", "2019-05-31"))
    assert [row["Due Not rated"] for row in rows] == ["1", "0", "0", "1"]


def test_an_answer_to_a_recommendation_never_made_has_a_row():
    story = given(priority("9", answers=["R9"]))
    (row,) = read("gaps", gaps_at(story.at(MAY)))
    assert (row["recommendation"], row["answered by"], row["why"]) == ("R9", "9", "no such recommendation was made")


def test_two_ratings_of_one_name_have_columns_of_their_own():
    ratings = [{"code": "a", "label": "Same"}, {"code": "b", "label": "Same"}, {"code": "c", "label": "Not rated"}]
    story = given(added("1.1"), scale={"name": "Odd", "ratings": ratings})
    header = render("comparison", "csv", story.compare("2019-02-20", "2019-05-31")).decode().split("\r\n")[0].split(",")
    assert len(set(header)) == len(header)
    assert "Same (a) previous" in header


def test_the_plan_has_a_row_for_each_action_and_each_part():
    plan, told = example("stockton-ilacs")
    document = answers(plan, told, "2019-10-30", "2020-03-31", "6.1")["plan"]
    rows = {row["action"]: row for row in read("plan", document)}
    assert {"6.1", "6.1a", "6.1b", "6.1c"} <= rows.keys()
    assert len(rows) == 19
    part = rows["6.1c"]
    assert (part["part of"], part["rating"], part["rating label"]) == ("6.1", "green", "Green")
    assert (part["timescale"], part["due"], part["precision"]) == ("November 2019", "2019-11-30", "month")
    assert (rows["6.1a"]["overdue"], part["overdue"]) == ("yes", "no" if part["status"] == "complete" else "yes")


def test_leads_are_joined_and_an_unrated_action_says_so():
    story = given(added("1.1", leads=["Head of Practice", "Director"]))
    row = read("plan", story.show("2019-05-31"))[0]
    assert (row["leads"], row["rating"], row["rating label"]) == ("Head of Practice; Director", "", "Not rated")


def test_the_trail_has_the_envelope_and_the_events_own_fields_as_json():
    document = sunderland()["trail"]
    rows = read("trail", document)
    assert [int(row["version"]) for row in rows] == [event["version"] for event in document["events"]]
    last_rated = [row for row in rows if row["type"] == "ActionRated"][-1]
    event = document["events"][int(last_rated["version"]) - 1]
    fields = json.loads(last_rated["fields"])
    assert (fields["action"], fields["rating"]) == (event["action"], event["rating"])
    assert last_rated["what"] == event["sentence"]
    assert {row["basis"] for row in rows} == {"289"}
    assert int(last_rated["late_by_days"]) == event["late_by_days"]
    assert [int(row["withdrawn_by"]) for row in rows if row["withdrawn_by"]] == [
        event["withdrawn_by"] for event in document["events"] if event["withdrawn_by"]
    ]


def test_the_history_holds_versions_and_presentations_told_apart_by_their_kind():
    document = sunderland()["history"]
    rows = read("history", document)
    assert [row["label"] for row in rows if row["kind"] == "version issued"] == ["1.0", "2.0", "3.0"]
    told = [row for row in rows if row["kind"] == "report presented"]
    assert [row["forum"] for row in told] == [one["forum"] for one in document["presented"]]
    assert told[0]["previous"] == "2019-03-29@243"


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("plans", lambda document: len(document["plans"])),
        ("changes", lambda document: len(document["changes"])),
        ("gaps", lambda document: len(document["gaps"])),
        ("stale", lambda document: len(document["stale"]) + len(document["silent"])),
        ("measures", lambda document: sum(len(one["readings"]) for one in document["measures"])),
        ("assurance", lambda document: sum(1 + len(one["earlier"]) for one in document["priorities"])),
        ("overdue", lambda d: len(d["overdue"]) + sum(one["times"] for one in d["rescheduled"])),
        ("audit", lambda d: len(d["differences"]) + sum(len(one["claims"]) for one in d["contradictions"])),
    ],
)
def test_a_list_has_a_row_for_each_thing_it_lists(question, rows):
    document = sunderland()[question]
    assert len(read(question, document)) == rows(document)


def test_lines_end_as_the_standard_has_it_and_every_row_has_the_columns_of_the_header():
    for question in QUESTIONS:
        written = render(question, "csv", sunderland()[question])
        assert written.endswith(b"\r\n")
        rows = list(csv.reader(io.StringIO(written.decode(), newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}, question
        assert len(set(rows[0])) == len(rows[0]), question


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_would_run_is_stored_as_text(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["a=1", "1.1", "-3.2", "-40", "31/03/19", "", " plain", "“quoted”"])
def test_other_text_is_stored_as_it_is(value):
    assert cell(value) == value


def test_figures_and_truths_are_not_text():
    assert [cell(-3), cell(0), cell(True), cell(False), cell(None)] == [-3, 0, "yes", "no", ""]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("text", ["=1+1", ESCAPES, RIGHT_TO_LEFT, EMOJI, 'a "quoted", b\nc', "x" * 10_000])
def test_whatever_people_write_is_read_back_and_never_runs(question, text):
    source = sunderland() if question == "audit" else harmful("plain")
    rows = read(question, poisoned(source[question], text))
    for row in rows:
        for value in row.values():
            assert not value or value[0] not in "=@+\t\r"


@pytest.mark.parametrize("text", ["note;=1+1", "note\t=1+1", "note|=1+1", "note\r=1+1", "note,=1+1", "note\n=1+1"])
def test_text_at_which_a_spreadsheet_would_part_a_cell_stands_in_quotation_marks(text):
    assert comma_separated(["a", "b"], [[1, text]]) == f'a,b\r\n1,"{text}"\r\n'


def test_text_comes_back_letter_by_letter():
    for text in ('a "quoted", b\nc', "a; b\tc|d", "a\r\nb", RIGHT_TO_LEFT, EMOJI, "x" * 10_000):
        written = comma_separated(["text"], [[text]])
        assert list(csv.reader(io.StringIO(written, newline="")))[1] == [text]
