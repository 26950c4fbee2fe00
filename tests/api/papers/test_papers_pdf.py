import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from api.papers.paper import (
    Column,
    Day,
    Facts,
    Heading,
    Instant,
    Mark,
    PageBreak,
    Pair,
    Paper,
    PaperTooLong,
    Picture,
    Piece,
    Prose,
    Table,
    Tag,
    Text,
)
from api.papers.wording import UNSAFE
from api.papers.writers import pdf_setting
from api.papers.writers.pdf import pdf
from api.papers.writers.pdf_headings import with_row_headings
from api.papers.writers.pdf_letters import _ALL_FONTS, _TEXT_FONT, drawable, unjoined
from api.questions.question_registry import compose
from tests.api.answers import ESCAPES, MARKDOWN, RIGHT_TO_LEFT, poisoned, sunderland
from tests.api.pdf_reader import page_texts, read_structure

ROOT = Path(__file__).parents[3]
MARKUP = '#import "x" *bold* _em_ $x^2$ <b>no</b> `code` @ref [a](b) // end /* end */ \\n #panic() = one'
KNOWN = {"effective_on": "2019-05-31", "basis": 9, "known_at": "2019-06-04T09:00:00.000000Z", "asked": "now"}


def paper(*blocks, **fields):
    return Paper("The plan", ("The council",), "As at 31 May 2019.", blocks, "asat show plan", "version 9", **fields)


def table(*rows, columns=("No.", "Text"), **fields):
    return Table("What is in it", "Sheet", tuple(map(Column, columns)), rows, **fields)


def read(*blocks, **fields):
    return read_structure(pdf(paper(*blocks, **fields)))


def rows(*blocks):
    """The rows of the first table, without that of its headings."""
    return read(*blocks).every("Table")[0].rows[1:]


def composed(question):
    return pdf(compose(question, sunderland()[question]))


def letters_of(ranges):
    ends = [one.partition("-") for one in ranges.split()]
    return [chr(code) for low, _, high in ends for code in range(int(low, 16), int(high or low, 16) + 1)]


def boxes(file):
    """The widths and heights of the pages."""
    with pikepdf.open(BytesIO(file)) as opened:
        return [tuple(round(float(end)) for end in page.mediabox[2:]) for page in opened.pages]


# What the file says of itself


def test_the_file_is_tagged_and_claims_to_be_accessible():
    with pikepdf.open(BytesIO(pdf(paper()))) as opened:
        assert opened.check_pdf_syntax() == []
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == "en-GB"
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        with opened.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "The plan"
            assert metadata["dc:creator"] == ["AsAt"]


def test_the_time_in_the_file_is_the_latest_instant_that_was_known():
    earlier = {**KNOWN, "known_at": "2019-04-01T09:00:00.000000Z"}
    with pikepdf.open(BytesIO(pdf(paper(points=(KNOWN, earlier))))) as opened:
        assert str(opened.docinfo["/CreationDate"]) == "D:20190604090000Z"


def test_all_fonts_are_in_the_file():
    with pikepdf.open(BytesIO(pdf(paper(Prose("→ שלום"))))) as opened:
        fonts = [font.DescendantFonts[0].FontDescriptor for font in opened.pages[0].resources.Font.values()]
        names = {str(font.FontName).partition("+")[2].partition("-")[0] for font in fonts}
        assert names == {"OpenSans", "DejaVuSansMono", "LibertinusSerif"}
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


# The structure


def test_headings_are_headings_and_bookmarks():
    file = pdf(paper(Heading("One"), Heading("Within", 2), Heading("Two")))
    assert [(one.kind, one.text) for one in read_structure(file).every("H1", "H2")] == [
        ("H1", "One"), ("H2", "Within"), ("H1", "Two"),
    ]  # fmt: skip
    with pikepdf.open(BytesIO(file)) as opened, opened.open_outline() as outline:
        assert [(one.title, [child.title for child in one.children]) for one in outline.root] == [
            ("One", ["Within"]), ("Two", []),
        ]  # fmt: skip


def test_no_level_of_heading_is_left_out():
    assert [one.kind for one in read(Heading("One", 3), Heading("Two", 3)).every("H1", "H2", "H3")] == ["H1", "H2"]


def test_the_title_the_lines_under_it_and_the_sentence_come_first():
    said = read(Prose("After them")).text
    assert said.startswith("The planThe councilAs at 31 May 2019.After them")


def test_a_table_has_its_caption_and_headings_of_columns_and_of_rows():
    (found,) = read(table(("1.1", "Do this"), ("1.2", "Do that"))).every("Table")
    assert [one.text for one in found.every("Caption")] == ["What is in it"]
    assert [(one.scope, one.text) for one in found.every("TH")] == [
        ("Column", "No."), ("Column", "Text"), ("Row", "1.1"), ("Row", "1.2"),
    ]  # fmt: skip
    assert [one.text for one in found.every("TD")] == ["Do this", "Do that"]


def test_a_table_may_have_no_headings_of_rows():
    plain, named = read(table(("a", "b"), row_headings=False), table(("a", "b"))).every("Table")
    assert [one.scope for one in plain.every("TH")] == ["Column", "Column"]
    assert [one.scope for one in named.every("TH")] == ["Column", "Column", "Row"]


def test_a_cell_of_a_table_without_headings_of_rows_keeps_naming_its_column():
    file = pdf(paper(table(("a", "b"), row_headings=False), table(("a", "b"))))
    assert re.findall(rb"/S/TD/P \d+ 0 R/A\[<</O/Table(/Headers\[[^]]*])?", file) == [
        b"/Headers[(U1x0y0)]", b"/Headers[(U1x1y0)]", b"",
    ]  # fmt: skip


def test_a_file_of_another_make_is_not_touched():
    with pikepdf.open(BytesIO(pdf(paper(table(("a", "b")))))) as opened:
        other = BytesIO()
        opened.save(other, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert with_row_headings(other.getvalue(), [True]) == other.getvalue()


def test_facts_are_a_list_of_names_and_what_is_said_of_them():
    (found,) = read(Facts("Facts", (("Organisation", "The council"), ("Rating", Tag("Red", "#d4351c"))))).every("L")
    assert [[one.text for one in item.every("Lbl", "LBody")] for item in found.every("LI")] == [
        ["Organisation", "The council"], ["Rating", "Red"],
    ]  # fmt: skip


def test_a_picture_says_what_it_shows():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 70"><rect width="80" height="35"/></svg>'
    (figure,) = read(Picture(svg, "A bar")).every("Figure")
    assert figure.alternative == "A bar"


# What stands in it


def test_figures_days_instants_tags_and_pairs_are_written_as_people_write_them():
    cells = ("x", -3, Day("2019-05-31"), Instant("2019-06-04T09:00:00.000000Z"), Tag("Red", "#d4351c"), Pair(3, 0))
    assert rows(table(cells, columns="abcdef")) == [
        ["x", "−3", "31/05/2019", "04/06/2019 10:00", "Red", "3 → 0"]
    ]  # fmt: skip


def test_every_mark_leaves_its_words_to_be_read():
    marked = Text((
        Piece("plain "), Piece("new", "inserted"), Piece(" "), Piece("old", "deleted"), Piece(" and "),
        Piece("wrong", "struck"), Piece(" or ", "strong"), Piece("last"),
    ))  # fmt: skip
    assert rows(table(("1", marked))) == [["1", "plain new old and wrong or last"]]


def test_what_was_inserted_is_underlined_and_what_was_deleted_or_struck_is_struck_through():
    marks: tuple[Mark, ...] = ("inserted", "deleted", "struck")
    file = pdf(paper(*(Prose(Text((Piece("words", mark),))) for mark in marks)))
    assert re.findall(rb"/TextDecorationType/(\w+)", file) == [b"Underline", b"LineThrough", b"LineThrough"]


@pytest.mark.parametrize(
    ("colour", "fill", "ink"),
    [("#ffdd00", (255, 221, 0), (0, 0, 0)), ("#00703c", (0, 112, 60), (255, 255, 255))],
)
def test_the_word_of_a_rating_stands_on_its_colour_in_an_ink_that_can_be_read(colour, fill, ink):
    plain, coloured = (fills(pdf(paper(table(("1", rating))))) for rating in (Tag("Rated"), Tag("Rated", colour)))
    assert fill in coloured - plain
    assert ink in coloured


def fills(file):
    """The colours that the first page is filled and written with."""
    with pikepdf.open(BytesIO(file)) as opened:
        said = pikepdf.parse_content_stream(opened.pages[0])
        found = [one.operands for one in said if str(one.operator) in ("scn", "sc", "rg", "g")]
    return {tuple(round(float(one) * 255) for one in (operands * 3)[:3]) for operands in map(list, found)}


@pytest.mark.parametrize("made", [Prose, lambda text: Prose(Text((Piece(text),))), lambda text: table(("1", text))])
def test_a_line_break_is_a_line_break(made):
    assert len(page_texts(pdf(paper(made("word " * 150))))) == 1
    assert len(page_texts(pdf(paper(made("word\n" * 150))))) > 1


def test_the_comparison_holds_the_figures_of_its_document():
    document = sunderland()["comparison"]
    ratings, due, changes = read_structure(composed("comparison")).every("Table")
    codes = [rating["code"] for rating in document["ratings"]]
    for row, found in zip([*document["rows"], document["totals"]], ratings.rows[1:], strict=True):
        pairs = [*(row["ratings"][code] for code in codes), row["unrated"]]
        assert found[2:7] == [f"{pair['previous']} → {pair['current']}" for pair in pairs]
        assert found[7:11] == [str(row[name]).replace("-", "−") for name in ("new", "moved", "closed", "withdrawn")]
        assert found[11] == f"{row['total']['previous']} → {row['total']['current']}"
    for row, found in zip([*document["rows"], document["totals"]], due.rows[1:], strict=True):
        assert found[2:] == [str(row["due"][name]) for name in (*codes, "total")]
    assert [row[0] for row in changes.rows[1:]] == [change["action"] for change in document["changes"]]


def test_the_plan_holds_every_action_of_its_document():
    document = sunderland()["plan"]
    tables = [table for table in read_structure(composed("plan")).every("Table") if table.rows[0][1] == "Action"]
    actions = [action for priority in document["priorities"] for action in priority["actions"]]
    found = [row for table in tables for row in table.rows[1:]]
    assert [row[:2] for row in found] == [[action["number"], " ".join(action["text"].split())] for action in actions]


@pytest.mark.parametrize("question", sunderland())
def test_every_answer_has_a_pdf_with_its_title_and_its_foot(question):
    made = compose(question, sunderland()[question])
    file = pdf(made)
    structure = read_structure(file)
    assert structure.every("Title")[0].text == made.title
    assert [len(one.rows) - 1 for one in structure.every("Table")] == [
        len(block.rows) for block in made.blocks if isinstance(block, Table)
    ]
    for number, text in enumerate(texts := page_texts(file), 1):
        assert f"Page {number} of {len(texts)}" in text
        assert without_spaces(made.footer) in without_spaces(text)


def without_spaces(text):
    return "".join(text.replace("\u200b", "").split())


# Pages


def test_the_foot_of_a_page_is_not_read_out_with_its_text():
    file = pdf(paper(Prose("Text")))
    assert "To make it again: asat show plan" in page_texts(file)[0]
    assert "To make it again" not in read_structure(file).text


def test_pages_stand_upright_unless_the_paper_needs_the_width():
    assert boxes(pdf(paper())) == [(595, 842)]
    assert boxes(pdf(paper(landscape=True))) == [(842, 595)]


def test_what_follows_a_page_break_is_on_a_new_page():
    one, two = page_texts(pdf(paper(Prose("Before"), PageBreak(), Prose("After"))))
    assert "Before" in one and "After" not in one
    assert "After" in two


def test_the_headings_of_a_table_stand_on_each_of_its_pages_and_are_read_out_once():
    file = pdf(paper(table(*((f"1.{number}", "Do this") for number in range(120)))))
    texts = page_texts(file)
    assert len(texts) > 2
    assert all("No." in text for text in texts)
    assert [one.text for one in read_structure(file).every("TH")][:2] == ["No.", "Text"]
    assert read_structure(file).text.count("No.") == 1


def test_a_row_that_would_fit_on_a_page_is_not_broken():
    cells = [(f"1.{number}", f"begin{number} {'word ' * 200}end{number}") for number in range(9)]
    texts = page_texts(pdf(paper(table(*cells))))
    assert len(texts) > 1
    for number in range(9):
        assert [f"begin{number} " in text for text in texts] == [f"end{number}" in text for text in texts]


def test_a_short_table_is_not_broken_and_keeps_its_heading():
    room = [Prose("Text\n" * 44)]
    one, two = page_texts(pdf(paper(*room, Heading("Then"), Prose("Short"), table(("1", "a"), ("2", "b")))))
    assert "Then" not in one
    assert two.index("Then") < two.index("Short") < two.index("What is in it")


@pytest.mark.parametrize("text", ["word " * 2000, "W" * 10_000, "line\n" * 2000], ids=["words", "one word", "lines"])
def test_a_very_long_cell_goes_on_over_the_pages_with_nothing_lost(text):
    file = pdf(paper(table(("1", text), ("2", "last"))))
    assert len(page_texts(file)) > 1
    assert [without_spaces(cell) for cell in read_structure(file).every("Table")[0].rows[1]] == [
        "1",
        without_spaces(text),
    ]


def test_a_word_too_long_for_its_column_is_broken_and_copied_whole():
    checksum = "0123456789abcdef" * 12
    file = pdf(paper(table(("1", checksum, "x"), columns=("No.", "Text", "More")), Prose(checksum)))
    assert read_structure(file).every("Table")[0].rows[1] == ["1", checksum, "x"]


# What people wrote


@pytest.mark.parametrize("text", [MARKUP, MARKDOWN, "\\(a\\) %", '"} {"', "-- --- ... 'a' ~ http://example.org"])
def test_markup_goes_through_as_text_wherever_it_stands(text):
    made = Paper(
        text, (text,), text,
        (
            Heading(text), Prose(text), Prose(Text((Piece(text, "strong"),))), Facts("f", ((text, text),)),
            Table(text, "s", (Column(text), Column("b")), ((text, (Tag(text), Text((Piece(text, "deleted"),)))),)),
        ),
        text, text,
    )  # fmt: skip
    file = pdf(made)
    structure = read_structure(file)
    assert without_spaces(structure.text).count(without_spaces(text)) == 13
    assert without_spaces(page_texts(file)[0]).count(without_spaces(text)) == 15
    with pikepdf.open(BytesIO(file)) as opened, opened.open_metadata() as metadata:
        assert metadata["dc:title"] == text


@pytest.mark.parametrize("text", [MARKDOWN, ESCAPES, RIGHT_TO_LEFT, "x" * 600, "😀👨‍👩‍👧 漢字 हिन्दी ﷽ \ufeff\ufffe"])
@pytest.mark.parametrize("question", ["paper", "trail"])
def test_any_text_can_be_printed(question, text):
    document = poisoned(sunderland()[question], text)
    document = {**document, "priorities": document["priorities"][:2]} if question == "paper" else document
    assert read_structure(pdf(compose(question, document))).every("Title")


def test_names_of_many_languages_are_printed_as_they_are():
    names = "Siân Ŵyn-Ŷsgol Łukasz Żółć Ελένη Наташа Ștefan Ağca Nguyễn Þór → − ≤ ✓ “quoted” – £ €"
    assert rows(table(("1", names))) == [["1", names]]


def test_what_no_font_has_is_written_by_its_code_point():
    assert rows(table(("1", "Done 😀!"), ("2", "漢字"))) == [["1", "Done [U+1F600]!"], ["2", "[U+6F22 U+5B57]"]]
    assert drawable("👨‍👩‍👧 ❤️") == "[U+1F468 U+200D U+1F469 U+200D U+1F467] ❤"


def test_what_a_font_has_but_not_in_this_form_is_written_by_its_code_point(monkeypatch):
    # Stands in for a script whose letters cannot be joined: typst refuses what the list calls drawable.
    monkeypatch.setattr(
        "api.papers.writers.pdf.drawable", lambda text, *, plain=False: drawable(text, plain=True) if plain else text
    )
    assert rows(table(("1", "Łukasz → 漢"))) == [["1", "Łukasz [U+2192] [U+6F22]"]]


@pytest.mark.parametrize("ranges", [_ALL_FONTS, _TEXT_FONT], ids=["all fonts", "text font"])
def test_every_letter_that_is_listed_can_be_drawn(ranges, monkeypatch):
    monkeypatch.setattr("api.papers.writers.pdf.drawable", lambda text, *, plain=False: text)
    letters = [letter for letter in letters_of(ranges) if not UNSAFE.match(letter)]
    marked = tuple(Piece(" ".join(letters), mark) for mark in ("", "strong"))
    assert read(Prose(Text(marked)), table((" ".join(letters), "x"))).every("Table")


# The same bytes


def test_the_same_paper_gives_the_same_bytes_in_another_process(tmp_path):
    made = (
        "from tests.api.papers.test_papers_pdf import composed; import sys;"
        " sys.stdout.buffer.write(composed('comparison'))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", made], capture_output=True, check=True, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"},
    )  # fmt: skip
    assert elsewhere.stdout == composed("comparison")
    assert composed("comparison") == composed("comparison")


def test_another_paper_gives_other_bytes():
    assert pdf(paper(Prose("One"))) != pdf(paper(Prose("Two")))
    assert pdf(paper(points=(KNOWN,))) != pdf(replace(paper(), points=()))


@pytest.mark.parametrize("label", ["O\u030f", "G\u0300", "a\u200db", "\u05e9\u05c1", "e\u0301", "q\u0323\u0301"])
def test_a_rating_with_accents_of_its_own_can_be_drawn_in_a_picture(label):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 280"><text x="9" y="50">{label}</text></svg>'
    svg = svg.replace("<svg ", "<svg font-family=\"'Open Sans'\" ")
    (figure,) = read(Picture(svg, label), Prose(label)).every("Figure")
    assert figure.alternative == label


def test_what_joins_onto_a_letter_is_written_by_its_code_point_only_where_no_letter_has_both():
    assert unjoined("O\u030f e\u0301 G\u0300") == "\u020c \u00e9 G[U+0300]"


def test_every_page_but_the_first_says_at_its_head_what_it_is():
    made = replace(paper(*(Prose("word " * 500) for _ in range(9))), under=("The council", "Report of progress"))
    first, *others = page_texts(pdf(made))
    assert made.running == "The plan – Report of progress"
    assert made.running not in " ".join(first.split())
    assert others and all(made.running in " ".join(page.split()) for page in others)


def test_a_table_of_eighteen_short_rows_is_not_broken_and_one_of_long_rows_is():
    room = Prose("Text\n" * 30)
    short = page_texts(pdf(paper(room, table(*((f"1.{number}", "Do this") for number in range(18))))))
    assert ["1.0" in text for text in short] == ["1.17" in text for text in short] == [False, True]
    long = page_texts(pdf(paper(room, table(*((f"1.{number}", "word " * 60) for number in range(18))))))
    assert "1.0" in long[0]
    assert "1.17" not in long[0]


def test_a_table_of_many_lines_in_a_cell_is_never_cut_off():
    cell = Text((Piece("line\n" * 300 + "last"),))
    texts = page_texts(pdf(paper(table(("1", cell)))))
    assert len(texts) > 1
    assert "last" in texts[-1]


def test_a_paper_too_long_is_refused_with_the_forms_that_take_it():
    with pytest.raises(PaperTooLong) as refused:
        pdf(paper(Prose("x" * 3_000_000)))
    assert str(refused.value).startswith("this is too long for a PDF (3,000,")
    assert str(refused.value).endswith("it comes in any length as docx, xlsx, html, md or csv")


MEASURED = """
from pathlib import Path
from api.papers.writers.pdf import pdf
from tests.api.papers.test_papers_pdf import Prose, paper

def held(name):
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines() if name in line).split()[1])

pdf(paper(Prose("a short one")))
before = held("VmRSS")
pdf(paper(Prose("word " * 50_000)))
print(before, held("VmHWM"), held("VmRSS"))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process holds")
def test_what_a_long_paper_took_is_given_back():
    """Measured in a process of its own: of what the paper took, most is gone when it is made."""
    done = subprocess.run([sys.executable, "-c", MEASURED], cwd=ROOT, capture_output=True, text=True, check=True)
    before, most, after = map(int, done.stdout.split())
    assert after - before < 0.6 * (most - before)


def test_no_more_than_two_papers_are_set_at_a_time(monkeypatch):
    at_once, most = [], []

    def compiled(*_):
        at_once.append(1)
        most.append(len(at_once))
        time.sleep(0.02)
        at_once.pop()
        return b""

    monkeypatch.setattr(pdf_setting, "_compiled", compiled)
    threads = [threading.Thread(target=pdf_setting.typeset, args=("{}", 0)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2
