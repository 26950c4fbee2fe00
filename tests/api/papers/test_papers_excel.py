"""The papers as workbooks, read back by another library than the one that writes them."""

import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText

from api.papers.compose.parts import day_as_written, measured, per_cent, signed
from api.papers.paper import (
    Column,
    Day,
    Facts,
    Heading,
    Instant,
    Pair,
    Paper,
    Piece,
    Prose,
    Tag,
    Text,
    table_of,
)
from api.papers.writers.excel import excel
from api.papers.writers.excel_cells import LONGEST_TEXT
from api.papers.writers.excel_sheets import utf16
from api.questions.question_registry import compose
from tests.answers.asked_questions import questions
from tests.answers.examples import asker
from tests.api.answers import EMOJI, ESCAPES, RIGHT_TO_LEFT, harmful, poisoned, sunderland
from tests.api.conftest import ROOT

QUESTIONS_ASKED = sorted({one.question for one in questions() if one.hashed})
QUESTIONS = ("plan", "comparison", "history", "trail", "action", "audit")
FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1", "=cmd|' /C calc'!A0", "http://elsewhere.example", "1.10"]  # noqa: RUF001


def paper(*blocks, **said):
    told = {
        "title": "The plan", "under": ("The council",), "sentence": "As at 31 May 2019.", "command": "asat show plan",
        "made": "2019-05-31@2", "points": ({"known_at": "2021-01-11T09:30:00.000000Z"},), **said,
    }  # fmt: skip
    return Paper(blocks=blocks, **told)


def table(rows, *columns, sheet="Actions", caption="The actions", **said):
    return replace(table_of(caption, columns, rows, sheet=sheet), **said)


def book(written, **options):
    return openpyxl.load_workbook(io.BytesIO(written if isinstance(written, bytes) else excel(written)), **options)


def only(cell, **options):
    """The cell as it stands in a workbook whose only table holds it."""
    return book(paper(table([[cell]], Column("What"))), **options)["Actions"]["A2"]


def values(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def printed(told):
    """The header and the footer of the first sheet, with their codes."""
    with zipfile.ZipFile(io.BytesIO(excel(told))) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    return [sheet.findtext(f".//{{*}}{name}") for name in ("oddHeader", "oddFooter")]


# Sheets


def test_the_first_sheet_says_what_the_paper_is_and_how_to_make_it_again():
    said = paper(
        Heading("In words"),
        Prose("All is well."),
        Facts("Facts", (("Opened", Day("2019-01-07")), ("Leads", ("A", "B")))),
    )
    assert values(book(said)["About"]) == [
        ["The plan", None],
        ["The council", None],
        ["What it shows", "As at 31 May 2019."],
        ["Made by AsAt", "2019-05-31@2"],
        ["To make it again", "asat show plan"],
        ["In words", None],
        [None, "All is well."],
        ["Opened", datetime(2019, 1, 7)],  # noqa: DTZ001 - a cell has no time zone
        ["Leads", "A\nB"],
    ]


def test_what_is_said_before_any_heading_has_one_too():
    assert values(book(paper(Prose("All is well.")))["About"])[-2:] == [["What it says", None], [None, "All is well."]]


def test_a_rating_on_the_first_sheet_is_its_word_without_a_band_of_colour():
    cell = book(paper(Facts("Facts", (("Rating", (Tag("Red", "#d4351c"), "from May")),))))["About"]["B7"]
    assert (cell.value, cell.fill.fill_type) == ("Red\nfrom May", None)


def test_a_paragraph_that_must_not_be_missed_is_strong():
    cells = book(paper(Prose("Withdrawn.", strong=True), Prose("Not.")))["About"]["B"][-2:]
    assert [cell.font.b for cell in cells] == [True, False]


def test_headings_stand_on_the_first_sheet_with_what_is_said_under_them_and_not_over_tables_alone():
    told = paper(
        Heading("Progress"), Heading("Priority 1", 2), Prose("One."), Heading("Priority 2", 2), Heading("Ratings"),
        table([["x"]], Column("What")), Heading("Last"), Prose("Two."),
    )  # fmt: skip
    names = [row[0] or row[1] for row in values(book(told)["About"])]
    assert names[names.index("Progress") :] == ["Progress", "Priority 1", "One.", "Last", "Two."]


def test_the_first_sheet_leads_to_each_of_the_others():
    about = book(
        paper(table([["x"]], Column("What"), sheet="Bob's & #1!"), table([["x"]], Column("Who"), sheet="Two"))
    )["About"]
    links = {link.ref: link.location for link in (cell.hyperlink for row in about for cell in row) if link}
    assert list(links.values()) == ["'Bob''s & #1!'!A1", "'Two'!A1"]
    assert [about[ref].value for ref in links] == ["Bob's & #1!", "Two"]


def test_tables_of_one_list_are_joined_into_one_sheet_with_the_priority_before_each_row():
    columns = (Column("No."), Column("Action"))
    first, second = (
        table([[f"{n}.1", "Do it"], ["All", f"{n} in all"]], *columns, caption=f"Priority {n}", totals=True,
              before_columns=(Column("Priority"),), before=(f"Priority {n}",))
        for n in (1, 2)
    )  # fmt: skip
    workbook = book(paper(first, Heading("Next"), second))
    assert workbook.sheetnames == ["About", "Actions"]
    assert values(workbook["Actions"]) == [
        ["Priority", "No.", "Action"],
        ["Priority 1", "1.1", "Do it"],
        ["Priority 2", "2.1", "Do it"],
        ["Priority 1", "All", "1 in all"],
        ["Priority 2", "All", "2 in all"],
    ]
    assert workbook["Actions"].tables["Table1"].ref == "A1:C3"


def test_tables_with_other_columns_have_sheets_of_their_own():
    workbook = book(paper(table([["x"]], Column("What")), table([["y"]], Column("Who"))))
    assert workbook.sheetnames == ["About", "Actions", "Actions (2)"]
    assert values(workbook["Actions (2)"]) == [["Who"], ["y"]]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("about", "about (2)"),
        ("History", "History (2)"),
        ("Risks: [all] a/b\\c?*", "Risks all a b c"),
        ("'quoted'", "quoted"),
        ("x" * 40, "x" * 31),
        ("x" * 30 + "'y", "x" * 30),
        ("👩" * 20, "👩" * 15),
        ("[]", "Table"),
    ],
)
def test_a_sheet_has_a_name_that_excel_accepts(wanted, name):
    assert book(paper(table([["x"]], Column("What"), sheet=wanted))).sheetnames[1] == name


def test_names_that_differ_by_their_capitals_or_their_ends_alone_are_made_distinct():
    tables = [
        table([["x"]], Column(f"Column {n}"), sheet=name)
        for n, name in enumerate(["Risks", "RISKS", "r" * 31, "r" * 32])
    ]
    assert book(paper(*tables)).sheetnames[1:] == ["Risks", "RISKS (2)", "r" * 31, "r" * 27 + " (2)"]


def test_a_table_has_one_row_of_headings_that_stays_in_sight_and_is_repeated_in_print():
    sheet = book(paper(table([["x", 1], ["y", 2]], Column("What"), Column("Count", figures=True))))["Actions"]
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A2", "$1:$1")
    (told,) = sheet.tables.values()
    assert (told.ref, told.autoFilter.ref, [column.name for column in told.tableColumns]) == (
        "A1:B3",
        "A1:B3",
        ["What", "Count"],
    )
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth in (None, 1), sheet.page_setup.fitToHeight) == (True, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert not sheet.merged_cells.ranges


def test_headings_are_told_apart_as_a_table_needs():
    sheet = book(paper(table([["a", "b", "c", "d"]], Column("Same"), Column("same"), Column(""), Column("x" * 300))))[
        "Actions"
    ]
    headings = values(sheet)[0]
    assert headings == ["Same", "same (2)", "Column 3", "x" * 255]
    assert [column.name for column in sheet.tables["Table1"].tableColumns] == headings


def test_a_table_without_rows_still_has_its_headings():
    sheet = book(paper(table([], Column("What"), Column("Who"))))["Actions"]
    assert (values(sheet), dict(sheet.tables), sheet.auto_filter.ref) == ([["What", "Who"]], {}, "A1:B1")


def test_a_heading_that_a_table_would_spell_otherwise_is_filtered_without_one():
    sheet = book(paper(table([["x"]], Column("a_x0041_b"))))["Actions"]
    assert (dict(sheet.tables), sheet.auto_filter.ref) == ({}, "A1:A2")


# Cells


def test_a_day_is_a_date_and_an_instant_a_time_of_the_clock_of_london():
    sheet = book(
        paper(table([[Day("2019-05-31"), Instant("2019-06-04T09:00:00Z")]], Column("Due"), Column("Recorded")))
    )["Actions"]
    assert values(sheet) == [
        ["Due", "Recorded (UK time)"],
        [datetime(2019, 5, 31), datetime(2019, 6, 4, 10)],  # noqa: DTZ001 - a cell has no time zone
    ]
    assert [cell.number_format for cell in sheet[2]] == ["dd/mm/yyyy", "dd/mm/yyyy hh:mm"]
    assert all(cell.is_date for cell in sheet[2])


@pytest.mark.parametrize(("day", "told"), [("1900-02-28", "28/02/1900"), ("0019-03-31", "31/03/0019")])
def test_a_day_that_excel_gets_wrong_is_text(day, told):
    assert only(Day(day)).value == told
    assert only(Day("1900-03-01")).is_date


def test_an_instant_that_excel_gets_wrong_is_text():
    assert only(Instant("0019-03-31T12:00:00Z")).data_type == "s"


def test_figures_are_figures_and_a_pair_of_them_has_two_columns():
    sheet = book(paper(table([[Pair(3, 0), -2], ["", 7]], Column("Red", pairs=True), Column("Moved"))))["Actions"]
    assert values(sheet) == [["Red previous", "Red current", "Moved"], [3, 0, -2], [None, None, 7]]
    assert [cell.data_type for cell in sheet[2]] == ["n", "n", "n"]


def test_a_pair_among_other_cells_and_a_figure_too_long_for_excel_are_text():
    assert (only(Pair(3, 0)).value, only(10**15).value) == ("3 → 0", "1000000000000000")


@pytest.mark.parametrize(
    ("colour", "ink"),
    [("#d4351c", "FFFFFFFF"), ("#ffbf00", "FF000000"), ("#FFFFFF", "FF000000"), ("#000000", "FFFFFFFF")],
)
def test_a_rating_is_its_word_in_black_or_white_on_its_colour(colour, ink):
    for cell in (only(Tag("Red", colour)), only((Tag("Red", colour), "since May"))):
        assert cell.value.startswith("Red")
        assert (cell.fill.fgColor.rgb, cell.font.color.rgb) == (f"FF{colour[1:].upper()}", ink)


def test_a_rating_without_a_colour_is_its_word():
    cell = only(Tag("Slipped"))
    assert (cell.value, cell.fill.fill_type) == ("Slipped", None)


def test_deleted_text_is_struck_through_and_inserted_text_underlined():
    text = Text(
        (
            Piece("By "),
            Piece("May", "deleted"),
            Piece("June", "inserted"),
            Piece("", "strong"),
            Piece(" 2019", "strong"),
            Piece(" no", "struck"),
        )
    )
    rich = only(text, rich_text=True).value
    assert isinstance(rich, CellRichText)
    assert str(rich) == "By MayJune 2019 no"
    fonts = {run.text: run.font for run in rich}
    assert (fonts["May"].strike, fonts["June"].u, fonts[" 2019"].b, fonts[" no"].strike) == (True, "single", True, True)
    assert not (fonts["By "].strike or fonts["By "].u or fonts["By "].b)


def test_text_with_one_mark_throughout_bears_it_as_a_whole():
    cell = only(Text((Piece("all ", "deleted"), Piece("gone", "deleted"))))
    assert (cell.value, cell.font.strike) == ("all gone", True)


def test_what_stands_line_under_line_is_one_cell_and_a_single_line_keeps_its_kind():
    assert only((Tag("Green"), (Day("2019-05-31"), "late"))).value == "Green\n31/05/2019\nlate"
    assert only(((4,),)).data_type == "n"
    assert (only(()).value, only("").value) == (None, None)
    assert only("a\nb").alignment.wrap_text


# Harm


@pytest.mark.parametrize(
    "text",
    [
        *FORMULAS,
        RIGHT_TO_LEFT,
        EMOJI,
        "a_x0041_b",
        "<b>&amp;</b>",
        " two  spaces ",
        "x" * 10_000,
        "\ufffe\uffff",
    ],
)
def test_text_is_stored_as_text_letter_by_letter(text):
    cell = only(text)
    assert (cell.value.replace("_xFFFE_", "\ufffe").replace("_xFFFF_", "\uffff"), cell.data_type) == (text, "s")
    assert cell.hyperlink is None


@pytest.mark.parametrize("text", FORMULAS[:7])
def test_text_like_a_formula_stays_text_when_somebody_edits_it(text):
    assert only(text).quotePrefix
    assert only(Text((Piece(text), Piece("more", "inserted")))).quotePrefix
    assert not only(f"a{text}").quotePrefix


@pytest.mark.parametrize("text", [*FORMULAS, "odd\ufffe\uffff", "<&>\"'"])
def test_no_part_of_a_workbook_holds_a_formula_or_an_address(text):
    told = paper(
        Heading(text), Prose(text), Facts(text, ((text, text),)),
        table([[text]], Column(text), sheet=text, caption=text),
        title=text, under=(text,), sentence=text, made=text, command=text,
    )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(excel(told))) as parts:
        assert not [name for name in parts.namelist() if "external" in name.lower() or "vba" in name.lower()]
        for name in parts.namelist():
            tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(parts.read(name)).iter()}  # noqa: S314 - our own
            assert not tags & {"f", "calculatedColumnFormula", "ddeLink"}
            assert b'TargetMode="External"' not in parts.read(name)


@pytest.mark.parametrize("text", ["x" * 40_000, "👩" * 20_000, "x" + "👩" * 20_000, "x" * 32_768])
def test_text_too_long_for_a_cell_says_how_much_of_it_is_left_out(text):
    for cell in (only(text), only(Text((Piece(text[:9]), Piece(text[9:], "inserted"))))):
        kept, _, note = cell.value.partition(" […")
        assert text.startswith(kept)
        assert note.startswith(f"{len(text) - len(kept):,} characters are left out")
        assert LONGEST_TEXT - 5 <= utf16(cell.value) <= LONGEST_TEXT


def test_text_that_just_fits_is_whole():
    assert only("x" * LONGEST_TEXT).value == "x" * LONGEST_TEXT


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("text", ["=1+1", ESCAPES, RIGHT_TO_LEFT, EMOJI, "x" * 10_000, "&P &D && <x>"])
def test_whatever_people_write_in_any_answer_is_text(question, text):
    source = sunderland() if question == "audit" else harmful("plain")
    workbook = book(excel(compose(question, poisoned(source[question], text))))
    kinds = {
        cell.data_type for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None
    }
    assert "s" in kinds
    assert kinds <= {"s", "n", "d"}


# Print and properties


def test_the_footer_says_how_to_make_the_paper_again_and_holds_no_code_of_anybodys():
    sheet = book(paper(table([["x"]], Column("What")), title="Health & Care &P", command="asat show 'R&D'"))["Actions"]
    header, footer = printed(paper(title="Health & Care &P", command="asat show 'R&D'"))
    assert header == "&LHealth && Care &&P&RPage &P of &N"
    assert footer == "&L&8Made by AsAt: 2019-05-31@2. To make it again: asat show 'R&&D'"
    assert sheet.oddHeader.right.text == "Page &P of &N"


@pytest.mark.parametrize("text", ["&" * 300, "x" * 300, "👩" * 200])
def test_a_footer_too_long_for_excel_keeps_the_command_and_shows_that_it_is_cut(text):
    header, footer = printed(paper(title=text, made=text, command="asat show plan"))
    assert header.endswith("…&RPage &P of &N")
    assert footer.endswith("… To make it again: asat show plan")
    assert max(utf16(header), utf16(footer)) <= 255
    assert header.removesuffix("&RPage &P of &N").removeprefix("&L").count("&") % 2 == 0


def test_a_command_too_long_for_excel_is_cut_in_print_alone():
    told = paper(command="asat " + "x" * 400)
    assert book(told)["About"]["B5"].value == told.command
    assert book(told)["About"].oddFooter.left.text.endswith("x…")


def test_the_file_says_whose_it_is_and_when_it_was_known():
    properties = book(paper(title="The plan")).properties
    assert (properties.title, properties.creator, properties.lastModifiedBy) == ("The plan", "AsAt", "AsAt")
    assert (properties.created, properties.modified) == (datetime(2021, 1, 11, 9, 30),) * 2  # noqa: DTZ001 - it is UTC
    assert book(paper()).custom_doc_props["Language"].value == "en-GB"


def test_a_row_is_high_enough_for_its_longest_cell_and_no_higher_than_excel_allows():
    sheet = book(paper(table([["a b c"], ["word " * 60], ["WORD " * 60], ["x" * 5_000]], Column("What"))))["Actions"]
    heights = [sheet.row_dimensions[row].height or 15 for row in (2, 3, 4, 5)]
    assert heights == [15, 15 * 5, 15 * 7, 408.75]
    assert sheet.column_dimensions["A"].width == pytest.approx(60, abs=1)


# Figures and bytes


def test_the_figures_of_the_comparison_are_those_of_the_document():
    document = sunderland()["comparison"]
    workbook = book(excel(compose("comparison", document)))
    sheet = workbook["Ratings"]
    headings, *rows = values(sheet)
    told = [dict(zip(headings, row, strict=True)) for row in rows]
    for row, line in zip(told, [*document["rows"], document["totals"]], strict=True):
        for rating in document["ratings"]:
            pair = line["ratings"][rating["code"]]
            assert (row[f"{rating['label']} previous"], row[f"{rating['label']} current"]) == (
                pair["previous"],
                pair["current"],
            )
        for name, pair in (("Not rated", line["unrated"]), ("Total", line["total"])):
            assert (row[f"{name} previous"], row[f"{name} current"]) == (pair["previous"], pair["current"])
        for movement in ("new", "moved", "closed", "withdrawn"):
            assert row[movement.capitalize()] == line[movement]
    assert all(cell.font.b for cell in sheet[len(rows) + 1])
    assert not any(cell.font.b for cell in sheet[len(rows)])
    (table,) = sheet.tables.values()
    assert table.ref.endswith(str(len(rows))), "the totals would be sorted among the rows"


MAKES = """
import sys
from api.questions.question_registry import compose
from api.papers.writers.excel import excel
from tests.api.answers import sunderland
for question in sys.argv[1:]:
    sys.stdout.buffer.write(excel(compose(question, sunderland()[question])))
"""


def test_the_same_paper_is_the_same_bytes_in_any_process():
    here = b"".join(excel(compose(question, sunderland()[question])) for question in QUESTIONS)
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        done = subprocess.run(
            [sys.executable, "-c", MAKES, *QUESTIONS], capture_output=True, check=True, cwd=ROOT, timeout=60,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.stdout == here


# Every workbook of the examples

#: What a spreadsheet must not take for a figure: names of actions, priorities, recommendations and document versions.
NAMES = {"No.", "Priority", "Focus area", "Recommendation", "Document version"}
WRITTEN_FIGURE = re.compile(r"[+−-]?\d+([.,]\d+)*%?")
WRITTEN_DAY = re.compile(r"\d\d/\d\d/\d{2,4}( \d\d:\d\d)?(\n.*)?", re.DOTALL)
FORMS = {"General", "dd/mm/yyyy", "dd/mm/yyyy hh:mm", "+0;-0;+0", "0%", "0.0%", "0"}


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS_ASKED)
def test_in_the_workbooks_of_the_examples_only_names_and_words_are_text(question):
    asked = [one for one in questions() if one.question == question and one.hashed]
    assert asked
    for one in asked:
        for sheet in book(excel(compose(question, one.ask(asker()).document))).worksheets[1:]:
            headings, *rows = sheet.iter_rows()
            for cell in (cell for row in rows for cell in row if cell.value is not None):
                heading = headings[cell.column - 1].value
                assert cell.number_format in FORMS, (one.name, sheet.title, cell.coordinate)
                if isinstance(cell.value, str):
                    assert not WRITTEN_DAY.fullmatch(cell.value), (one.name, sheet.title, heading, cell.value)
                    is_figure = WRITTEN_FIGURE.fullmatch(cell.value)
                    assert not is_figure or heading in NAMES or cell.value == "2016", (one.name, heading, cell.value)
                else:
                    assert heading not in NAMES, (one.name, sheet.title, heading, cell.value)


def test_a_figure_with_a_sign_a_share_or_decimals_is_its_value_in_a_format():
    cells = [only(cell) for cell in (signed(89), signed(-3), per_cent(45), measured("3.20"), measured("-0.5%"))]
    assert [(cell.value, cell.number_format) for cell in cells] == [
        (89, "+0;-0;+0"), (-3, "+0;-0;+0"), (0.45, "0%"), (3.2, "0.00"), (-0.005, "0.0%"),
    ]  # fmt: skip
    assert [cell.data_type for cell in cells] == ["n"] * 5


@pytest.mark.parametrize("text", ["2.10.1", "007", "1,000", "45 %", "£80", "8e3", "-", "9" * 13, "=1"])
def test_a_value_that_is_no_plain_figure_stays_text(text):
    assert measured(text) == text
    assert only(measured(text)).data_type == "s"


def test_a_day_that_was_written_otherwise_is_a_date_and_words_are_words():
    cells = [
        only(day_as_written(text, due)) for text, due in (("31/03/19", "2019-03-31"), ("Spring 2019", "2019-05-31"))
    ]
    assert [(cell.is_date, cell.value) for cell in cells] == [
        (True, datetime(2019, 3, 31)), (False, "Spring 2019"),  # noqa: DTZ001 - a cell has no time zone
    ]  # fmt: skip


def test_the_first_line_of_a_split_column_keeps_its_kind_and_the_others_stand_beside_it():
    due = Column("Due", split=("Due", "Due, remarks"))
    rows = [[(Day("2019-03-31"), "was 2018", "overdue")], [Day("2019-04-30")], ["Spring"], [""]]
    sheet = book(paper(table(rows, due)))["Actions"]
    assert values(sheet) == [
        ["Due", "Due, remarks"],
        [datetime(2019, 3, 31), "was 2018\noverdue"],  # noqa: DTZ001 - a cell has no time zone
        [datetime(2019, 4, 30), None],  # noqa: DTZ001
        ["Spring", None],
        [None, None],
    ]
