import os
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from api.papers.paper import (
    Block,
    Cell,
    Column,
    Day,
    Facts,
    Heading,
    Instant,
    PageBreak,
    Pair,
    Paper,
    Picture,
    Piece,
    Prose,
    Table,
    Tag,
    Text,
    table_of,
)
from api.papers.writers.word import word
from api.questions.question_registry import compose
from projections.committee_paper import committee_paper
from tests.api.answers import CURRENT, EMOJI, ESCAPES, MARKDOWN, PREVIOUS, RIGHT_TO_LEFT, example
from tests.kit import plan_at

ROOT = Path(__file__).parents[3]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 70"><rect width="80" height="70" fill="#00703c"/></svg>'
MEDIA = "word/media/"
HOSTILE = (
    MARKDOWN,
    EMOJI,
    "</w:t></w:r></w:p><w:p/>",
    "&amp; &lt;b&gt; <b>bold</b>",
    ' { HYPERLINK "http://elsewhere.example" } ',
    "1. Not the first of a list",
    "- nor a bullet",
    "=cmd|' /C calc'!A0",
    "שלום עולם, مرحبا",
    "{{ title }} {% raw %} #set page()",
    "word " * 2000 + "end",
    "x" * 10_000,
)


def paper_of(*blocks: Block, **fields: Any) -> Paper:
    parts: dict[str, Any] = {
        "title": "Improvement plan",
        "under": ("The council", "Report of progress"),
        "sentence": "As at 31 May 2019.",
        "command": "asat show plan --at 2019-05-31@289",
        "made": "2019-05-31@289",
    }
    return Paper(**{**parts, **fields}, blocks=blocks)


def opened(paper: Paper) -> Any:
    return docx.Document(BytesIO(word(paper)))


def parts_of(paper: Paper) -> dict[str, bytes]:
    with ZipFile(BytesIO(word(paper))) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def read(blob: bytes) -> Any:
    return parse_xml(blob)


def cell_of(cell: Cell, column: Column | None = None) -> Any:
    """The cell of a paper with one table of one row, after a number."""
    table = table_of("One", [Column("No."), column or Column("What")], [["1", cell]])
    return opened(paper_of(table)).tables[0].rows[1].cells[1]


def attributes(one: Any, path: str) -> dict[str, str]:
    (found,) = one.findall(path, one.nsmap)
    return {name.rpartition("}")[2]: value for name, value in found.attrib.items()}


@pytest.fixture(scope="module")
def committee() -> Paper:
    plan, _ = example("sunderland")
    return compose("paper", committee_paper(plan_at(plan, PREVIOUS), plan_at(plan, CURRENT)))


def test_the_title_the_lines_under_it_and_the_headings_have_the_styles_of_their_names():
    made = opened(paper_of(Heading("Ratings"), Heading("By priority", 2), Heading("2.4", 3), Prose("Said.")))
    assert [(one.text, one.style.name) for one in made.paragraphs] == [
        ("Improvement plan", "Title"),
        ("The council", "Subtitle"),
        ("Report of progress", "Subtitle"),
        ("As at 31 May 2019.", "Normal"),
        ("Ratings", "Heading 1"),
        ("By priority", "Heading 2"),
        ("2.4", "Heading 3"),
        ("Said.", "Normal"),
    ]


def test_every_style_that_a_paper_names_is_defined(committee: Paper):
    parts = parts_of(committee)
    named = set()
    for part in ("word/document.xml", "word/footer1.xml", "word/styles.xml"):
        root = read(parts[part])
        for tag in ("pStyle", "rStyle", "tblStyle", "basedOn", "next"):
            named |= {one.get(qn("w:val")) for one in root.iter(qn(f"w:{tag}"))}
    styles = read(parts["word/styles.xml"])
    defined = [one.get(qn("w:styleId")) for one in styles.iter(qn("w:style"))]
    assert named <= set(defined)
    assert len(defined) == len(set(defined))
    assert {"Title", "Heading1", "Heading2", "Caption", "TableText", "AsAtTable"} <= named


def test_a_heading_and_a_caption_are_never_alone_at_the_foot_of_a_page():
    styles = opened(paper_of()).styles
    for name in ("Title", "Heading 1", "Heading 2", "Heading 3", "Caption", "Table Heading"):
        assert styles[name].paragraph_format.keep_with_next, name


def test_the_heading_row_of_a_table_is_repeated_and_no_row_breaks_across_pages(committee: Paper):
    tables = opened(committee).tables
    assert len(tables) == sum(isinstance(block, Table | Facts) for block in committee.blocks) > 5
    for table in tables:
        first, *others = table.rows
        assert first._tr.findall("w:trPr/w:tblHeader", table._tbl.nsmap)
        assert not any(row._tr.findall("w:trPr/w:tblHeader", table._tbl.nsmap) for row in others)
        assert all(row._tr.findall("w:trPr/w:cantSplit", table._tbl.nsmap) for row in table.rows)


def test_a_table_says_what_it_shows_and_which_column_names_its_rows():
    rows: list[list[Cell]] = [["1", 3], ["Totals", 3]]
    table = table_of("Ratings by priority", [Column("No."), Column("Red", figures=True)], rows, totals=True)
    (made,) = opened(paper_of(table)).tables
    assert attributes(made._tbl, "w:tblPr/w:tblCaption") == {"val": "Ratings by priority"}
    assert attributes(made._tbl, "w:tblPr/w:tblDescription") == {"val": "Ratings by priority"}
    look = attributes(made._tbl, "w:tblPr/w:tblLook")
    assert (look["firstRow"], look["firstColumn"], look["lastRow"], look["val"]) == ("1", "1", "1", "06E0")


def test_a_table_without_row_headings_says_so():
    (made,) = opened(paper_of(Table("Log", "Log", (Column("What"),), (("Said",),), row_headings=False))).tables
    assert attributes(made._tbl, "w:tblPr/w:tblLook")["firstColumn"] == "0"


def test_a_caption_stands_above_its_table_unless_the_heading_there_says_the_same():
    table = table_of("Overdue actions", [Column("No.")], [["2.4"]])
    said = [(one.text, one.style.name) for one in opened(paper_of(Heading("Overdue"), table)).paragraphs[4:]]
    assert said == [("Overdue", "Heading 1"), ("Overdue actions", "Caption")]
    said = [(one.text, one.style.name) for one in opened(paper_of(Heading("Overdue actions"), table)).paragraphs[4:]]
    assert said == [("Overdue actions", "Heading 1")]


def test_no_cells_are_merged_and_no_paragraph_is_empty_for_space(committee: Paper):
    made = opened(committee)
    assert all(one.text or one._p.xpath(".//w:drawing") for one in made.paragraphs)
    assert not {qn("w:gridSpan"), qn("w:vMerge")} & {one.tag for one in made.element.iter("*")}
    for table in made.tables:
        assert {len(row.cells) for row in table.rows} == {len(table.columns)}


def test_columns_share_the_width_of_the_page():
    table = table_of("One", [Column("A", 1), Column("B", 3)], [["a", "b"]])
    (made,) = opened(paper_of(table)).tables
    first, second = (column.width.mm for column in made.columns)
    assert (round(first / second, 2), round(first + second)) == (0.33, 170)
    assert [cell.width for cell in made.rows[1].cells] == [column.width for column in made.columns]


def test_a_narrow_column_is_wide_enough_for_its_days_and_figures():
    columns = [Column("Text", 30), Column("Due", 1), Column("Red", 1, figures=True, pairs=True)]
    (made,) = opened(paper_of(table_of("One", columns, [["Text " * 50, Day("2019-05-31"), Pair(100, 101)]]))).tables
    _, due, red = (column.width.mm for column in made.columns)
    assert due > 20
    assert red > 20


def test_more_columns_than_there_is_room_for_still_fit_the_page():
    columns = [Column(f"Extraordinarily{place}") for place in range(20)]
    (made,) = opened(paper_of(table_of("One", columns, [["x"] * 20]))).tables
    assert 168 < sum(column.width.mm for column in made.columns) <= 170


def test_figures_are_set_to_the_right_with_their_heading():
    table = table_of("One", [Column("No."), Column("Red", figures=True)], [["1", 3]])
    (made,) = opened(paper_of(table)).tables
    assert [[cell.paragraphs[0].alignment for cell in row.cells] for row in made.rows] == [[None, 2], [None, 2]]


def test_the_totals_are_bold():
    rows: list[list[Cell]] = [["1", 3], ["Totals", Text((Piece("3", "strong"),))]]
    made = opened(paper_of(table_of("One", [Column("No."), Column("Red")], rows, totals=True)))
    styles = [[cell.paragraphs[0].style for cell in row.cells] for row in made.tables[0].rows[1:]]
    assert [[bool(style.font.bold) for style in row] for row in styles] == [[False, False], [True, True]]
    # In Word a bold style of characters within a bold paragraph is plain.
    assert made.tables[0].rows[2].cells[1].paragraphs[0].runs[0].style.name == "Default Paragraph Font"


def test_figures_days_instants_and_pairs_are_written_for_people():
    table = table_of(
        "One",
        [Column("What")],
        [["Said"], [1234], [Day("2019-05-31")], [Instant("2019-06-04T09:00:00.000000Z")], [Pair(3, 0)], [""], [()]],
    )
    (made,) = opened(paper_of(table)).tables
    said = [row.cells[0].text for row in made.rows[1:]]
    assert said == ["Said", "1234", "31/05/2019", "04/06/2019 10:00", "3 → 0", "", ""]


@pytest.mark.parametrize(
    ("colour", "letters"),
    [("#00703c", "FFFFFF"), ("#f47738", "000000"), ("#FFFF00", "000000"), ("#1d70b8", "FFFFFF")],
)
def test_a_rating_is_its_word_on_its_colour_in_letters_that_can_be_read(colour: str, letters: str):
    cell = cell_of(Tag("Amber", colour))
    assert cell.text == "Amber"
    assert attributes(cell._tc, "w:tcPr/w:shd")["fill"] == colour[1:].upper()
    assert str(cell.paragraphs[0].runs[0].font.color.rgb) == letters


def test_a_rating_among_other_lines_colours_only_its_word():
    cell = cell_of((Tag("Amber", "#f47738"), "since", Day("2019-05-31")))
    assert cell.text == "Amber\nsince\n31/05/2019"
    assert cell._tc.find(qn("w:tcPr")).find(qn("w:shd")) is None
    assert [bool(one._p.findall(".//w:shd", one._p.nsmap)) for one in cell.paragraphs] == [True, False, False]


def test_a_rating_in_a_summary_list_colours_only_its_word():
    (made,) = opened(paper_of(Facts("The action", (("Rating", Tag("Amber", "#f47738")),)))).tables
    cell = made.rows[0].cells[1]
    assert cell._tc.find(qn("w:tcPr")).find(qn("w:shd")) is None
    assert [one.get(qn("w:fill")) for one in cell._tc.iter(qn("w:shd"))] == ["F47738"]


def test_two_ratings_of_one_colour_next_to_each_other_are_two():
    columns = [Column("Previous"), Column("Current")]
    (made,) = opened(paper_of(table_of("One", columns, [[Tag("Amber", "#f47738")] * 2]))).tables
    for cell in made.rows[1].cells:
        for side in ("left", "right"):
            assert attributes(cell._tc, f"w:tcPr/w:tcBorders/w:{side}")["color"] == "FFFFFF"


@pytest.mark.parametrize("colour", [None, "red", "#12345", '#123456"/>'])
def test_a_rating_without_a_colour_is_its_word(colour: str | None):
    cell = cell_of(Tag("Amber", colour))
    assert cell.text == "Amber"
    assert cell._tc.find(qn("w:tcPr")).find(qn("w:shd")) is None


def test_insertions_are_underlined_and_deletions_struck_through():
    text = Text((Piece("Do "), Piece("this", "deleted"), Piece(" "), Piece("that", "inserted"), Piece("!", "struck")))
    said = opened(paper_of(Prose(text))).paragraphs[4]
    fonts = {run.text: run.style.font for run in said.runs}
    assert said.text == "Do this that!"
    # Without it Word drops the space between the two words.
    assert {one.get(qn("xml:space")) for one in said._p.iter(qn("w:t"))} == {"preserve"}
    assert [bool(font.underline) for font in fonts.values()] == [False, False, False, True, False]
    assert [bool(font.strike) for font in fonts.values()] == [False, True, False, False, True]


def test_a_paragraph_that_must_not_be_missed_is_strong():
    plain, strong = opened(paper_of(Prose("Said."), Prose("Mind!", strong=True))).paragraphs[4:]
    assert [one.runs[0].style.name for one in (plain, strong)] == ["Default Paragraph Font", "Strong"]


def test_line_breaks_stay_line_breaks():
    assert opened(paper_of(Prose("One\nTwo\r\nThree"))).paragraphs[4].text == "One\nTwo\nThree"


def test_facts_are_a_table_whose_first_column_names_the_second():
    (made,) = opened(
        paper_of(Facts("The action", (("Due", Day("2019-05-31")), ("Rating", Tag("Red", "#d4351c")))))
    ).tables
    assert [[cell.text for cell in row.cells] for row in made.rows] == [["Due", "31/05/2019"], ["Rating", "Red"]]
    assert all(row.cells[0].paragraphs[0].style.font.bold for row in made.rows)
    assert attributes(made._tbl, "w:tblPr/w:tblLook")["firstColumn"] == "1"


def test_a_picture_is_a_drawing_with_a_picture_for_older_words_and_says_what_it_shows():
    paper = paper_of(Picture(SVG, "Half is green"), Picture(SVG.replace("80", "40"), "A quarter is", 400, 100))
    parts = parts_of(paper)
    media = {name: blob for name, blob in parts.items() if name.startswith(MEDIA)}
    assert [media[f"{MEDIA}drawing{place}.svg"].decode() for place in (1, 2)] == [SVG, SVG.replace("80", "40")]
    assert [media[f"{MEDIA}image{place}.png"][:4] for place in (1, 2)] == [b"\x89PNG"] * 2
    body = read(parts["word/document.xml"])
    assert [one.get("descr") for one in body.iter(qn("wp:docPr"))] == ["Half is green", "A quarter is"]
    assert [one.get("id") for one in body.iter(qn("wp:docPr"))] == ["1", "2"]
    relationships = {one.get("Id"): one.get("Target") for one in read(parts["word/_rels/document.xml.rels"])}
    shown = [relationships[name] for name in body.xpath("//@r:embed")]
    assert shown == ["media/image1.png", "media/drawing1.svg", "media/image2.png", "media/drawing2.svg"]
    assert {one.get(f"dist{side}") for one in body.iter(qn("wp:inline")) for side in "TBLR"} == {"0"}
    widths = [shape.width.mm for shape in opened(paper).inline_shapes]
    assert widths == pytest.approx([160, 170], abs=0.5)


def test_what_follows_a_page_break_begins_a_new_page():
    made = opened(paper_of(Prose("Before"), PageBreak(), Heading("After"), Prose("Said")))
    assert [(one.text, bool(one.paragraph_format.page_break_before)) for one in made.paragraphs[4:]] == [
        ("Before", False),
        ("After", True),
        ("Said", False),
    ]


@pytest.mark.parametrize(("landscape", "size"), [(False, (210, 297, 0)), (True, (297, 210, 1))])
def test_a_paper_is_a4_upright_or_on_its_side(landscape: bool, size: tuple[int, int, int]):
    section = opened(paper_of(landscape=landscape)).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm), int(section.orientation)) == size


def test_the_foot_of_every_page_says_how_to_make_the_paper_again_and_which_page_it_is():
    paper = paper_of()
    made = opened(paper)
    (section,) = made.sections
    for footer in (section.footer, section.first_page_footer):
        again, pages = footer.paragraphs
        assert again.text == paper.footer
        assert [one.get(qn("w:instr")) for one in pages._p.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
        assert "".join(pages._p.xpath(".//w:t/text()")) == "Page 1 of 1"


def test_every_page_but_the_first_says_at_its_head_what_it_is():
    paper = paper_of()
    section = opened(paper).sections[0]
    assert section.different_first_page_header_footer
    assert [one.text for one in section.header.paragraphs] == [paper.running]
    assert [one.text for one in section.first_page_header.paragraphs] == [""]


def test_a_short_table_stands_on_one_page_and_a_long_one_goes_on():
    def kept(rows):
        table = Table("Caption", "Sheet", (Column("No."), Column("Text")), tuple((str(n), "a") for n in range(rows)))
        (made,) = opened(paper_of(table)).tables
        return [all(one.paragraph_format.keep_with_next for cell in row.cells for one in cell.paragraphs)
                for row in made.rows[1:]]  # fmt: skip

    assert kept(18) == [True] * 17 + [False]
    assert not any(kept(19))


def test_the_language_is_british_english_everywhere():
    parts = parts_of(paper_of())
    styles = read(parts["word/styles.xml"])
    (language,) = styles.iter(qn("w:lang"))
    assert language.get(qn("w:val")) == "en-GB"
    (language,) = read(parts["word/settings.xml"]).iter(qn("w:themeFontLang"))
    assert language.get(qn("w:val")) == "en-GB"
    assert not any(b"en-US" in blob for blob in parts.values())


def test_the_properties_tell_what_the_file_is_and_when_what_it_says_was_known(committee: Paper):
    known = datetime.fromisoformat(committee.known_at).replace(microsecond=0)
    properties = opened(committee).core_properties
    assert (properties.title, properties.subject) == (committee.title, " – ".join(committee.under))
    assert (properties.author, properties.last_modified_by, properties.language) == ("AsAt", "AsAt", "en-GB")
    assert (properties.created, properties.modified, properties.revision) == (known, known, 1)
    assert opened(paper_of()).core_properties.created == datetime(1980, 1, 1, tzinfo=UTC)


def test_a_title_longer_than_office_keeps_stands_whole_in_the_paper():
    made = opened(paper_of(title="Long " * 100))
    assert made.paragraphs[0].text == "Long " * 100
    assert made.core_properties.title == "Long " * 51


def test_the_file_holds_only_its_own_parts():
    assert list(parts_of(paper_of())) == [
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/core.xml",
        "word/_rels/document.xml.rels",
        "word/document.xml",
        "word/footer1.xml",
        "word/footer2.xml",
        "word/header1.xml",
        "word/header2.xml",
        "word/numbering.xml",
        "word/settings.xml",
        "word/styles.xml",
    ]


def test_the_same_paper_gives_the_same_bytes(committee: Paper):
    once = word(committee)
    assert word(committee) == once
    with ZipFile(BytesIO(once)) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any(sign in parts.read("word/document.xml") for sign in (b"rsid", b"paraId", b"docId"))


def test_another_process_gives_the_same_bytes():
    program = (
        "import sys, tests.api.papers.test_papers_word as test\n"
        "sys.stdout.buffer.write(test.word(test.paper_with_everything()))"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        made = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, check=True
        )
        assert made.stdout == word(paper_with_everything())


def paper_with_everything() -> Paper:
    cells: list[Cell] = ["Said", 3, Day("2019-05-31"), Tag("Red", "#d4351c"), Pair(3, 0), (Tag("Red"), "and", "so on")]
    rows: list[list[Cell]] = [[str(place), cell] for place, cell in enumerate(cells)]
    table = table_of("One", [Column("No."), Column("What", 4)], rows)
    facts = Facts("Facts", tuple((f"Fact {place}", cell) for place, cell in enumerate(cells)))
    return paper_of(Heading("Ratings"), table, facts, Picture(SVG, "Half"), PageBreak(), Prose("Said."))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_that_means_harm_is_only_text(text: str):
    table = table_of(
        text, [Column("No."), Column(text)], [["1", text], ["2", (text, text)], ["3", Tag(text, "#d4351c")]]
    )
    blocks = (Prose(text), Heading(text), table, Facts(text, ((text, text),)), Picture(SVG, text))
    made = opened(paper_of(*blocks, title=text, under=(text,), sentence=text, command=text))
    # The heading is caption enough for the table; the last paragraph is that of the picture.
    assert [one.text for one in made.paragraphs] == [*[text] * 6, ""]
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["No.", text],
        ["1", text],
        ["2", f"{text}\n{text}"],
        ["3", text],
    ]
    assert [[cell.text for cell in row.cells] for row in made.tables[1].rows] == [[text, text]]
    assert made.element.xpath("//wp:docPr/@descr") == [text]
    assert not made.element.xpath("//w:hyperlink | //w:fldSimple | //w:fldChar | //w:instrText | //w:numPr")


def test_characters_that_a_file_cannot_carry_are_left_out():
    text = f"{ESCAPES}\x00\x0b{RIGHT_TO_LEFT}\ufffe\ud800 end"
    table = table_of(text, [Column(text)], [[text], [Tag(text)]])
    made = opened(paper_of(Heading(text), Prose(text), table, Picture(SVG, text), title=text, under=(text,)))
    assert made.paragraphs[0].text.endswith(" end")
    assert made.tables[0].rows[1].cells[0].text == made.paragraphs[0].text
    assert not set("\x00\x0b\x1b\x07\ufffe\ud800") & set(made.paragraphs[0].text)
