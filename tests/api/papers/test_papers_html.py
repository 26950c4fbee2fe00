import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from api.formats import render
from api.papers.colours import contrast, ink_on
from api.papers.paper import (
    Column,
    Day,
    Facts,
    Heading,
    Instant,
    Pair,
    Paper,
    Picture,
    Piece,
    Prose,
    Table,
    Tag,
    Text,
)
from api.papers.writers.hypertext import hypertext
from api.papers.writers.markdown import markdown
from api.questions.question_registry import QUESTIONS, compose
from tests.api.answers import ESCAPES, MARKDOWN, RIGHT_TO_LEFT, harmful, poisoned, sunderland

VOID = {"meta", "br", "col"}
HOSTILE = [MARKDOWN, '"><script>alert(1)</script>', "</style></table>' onload='x", ESCAPES, RIGHT_TO_LEFT, "x" * 10_000]


class Page(HTMLParser):
    """A page taken apart: its elements in order, and whether every one is closed where it should be."""

    def __init__(self, text):
        super().__init__()
        self.elements: list[Any] = []
        self.open: list[Any] = []
        self.words: list[Any] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, words):
        self.words.append(words)

    def named(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]


def page_of(*blocks):
    return hypertext(Paper("Title", ("Council",), "As at.", blocks, "asat show plan", "2019-05-31@1"))


def written(question, document):
    return render(question, "html", document).decode()


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_paper_is_one_whole_page_with_its_language_its_title_and_nothing_from_elsewhere(question):
    text = written(question, sunderland()[question])
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>")
    assert page.named("html") == [{"lang": "en-GB"}]
    assert len(page.named("h1", "title")) == 2
    assert not page.named("script", "link", "img", "iframe", "object", "form")
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.parametrize("question", QUESTIONS)
def test_headings_go_down_one_step_at_a_time(question):
    levels = [int(tag[1]) for tag, _ in Page(written(question, sunderland()[question])).elements if tag[1:].isdigit()]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_table_has_a_caption_headings_with_their_scope_and_full_rows(question):
    text = written(question, sunderland()[question])
    tables = re.findall(r"<table>.*?</table>", text, re.DOTALL)
    assert len(tables) == sum(isinstance(block, Table) for block in compose(question, sunderland()[question]).blocks)
    for table in tables:
        found = re.fullmatch(
            r"<table>\s*<caption>.+?</caption>\s*<colgroup>.*</colgroup>\s*<thead>(.*)</thead>\s*<tbody>(.*)</tbody>\s*"
            "</table>",
            table,
            re.DOTALL,
        )
        assert found
        head, body = found.groups()
        columns = len(re.findall('<th scope="col"', head))
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL):
            assert len(re.findall(r"<t[hd][ >]", row)) == columns
            assert len(re.findall('<th scope="row"', row)) == 1


def test_no_row_is_named_by_nothing():
    for question in QUESTIONS:
        assert not re.search(r'<th scope="row"[^>]*></th>', written(question, sunderland()[question])), question


def test_the_figures_are_those_of_the_document():
    text = written("paper", sunderland()["paper"])
    assert '<th scope="row">Totals</th>' in text
    for pair in ("0 → 0", "4 → 4", "62 → 56", "29 → 35", "0 → 6", "95 → 101"):
        assert f">{pair}</td>" in text[text.index(">Totals<") :]
    assert "95 + 6 new + 0 moved − 0 closed − 0 withdrawn = 101 actions." in text


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_becomes_markup(question, text):
    source = sunderland() if question == "audit" else harmful("plain")
    plain = Page(written(question, poisoned(source[question], "plain")))
    page = Page(written(question, poisoned(source[question], text)))
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in plain.elements} | {"br"}
    own = {name for _, attributes in plain.elements for name in attributes}
    assert {name for _, attributes in page.elements for name in attributes} <= own
    assert not [name for name in own if name.startswith("on") or name in {"href", "src", "action", "srcdoc"}]


def test_what_was_written_reads_as_it_was_written():
    said = "a < b & \"c\" 'd' <i>e</i>\nnext line"
    assert "".join(Page(page_of(Prose(said), Heading("h"))).words).count(said.split("\n")[0]) == 1
    assert "&lt;i&gt;e&lt;/i&gt;<br>next line" in page_of(Prose(said))


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("inserted", "<ins>new &lt;</ins>"), ("deleted", "<del>new &lt;</del>"), ("struck", "<s>new &lt;</s>"),
        ("strong", "<strong>new &lt;</strong>"), ("", "new &lt;"),
    ],
)  # fmt: skip
def test_a_revision_is_marked_as_one(mark, said):
    assert f"<p>before {said}</p>" in page_of(Prose(Text((Piece("before "), Piece("new <", mark)))))


def test_a_rating_stands_on_its_colour_in_ink_that_can_be_read_and_without_one_in_plain():
    rows = ((Tag("Amber", "#f47738"), Tag("None")), (Tag("Blue", "#1d70b8"), ""))
    text = page_of(Table("Ratings", "Ratings", (Column("A"), Column("B")), rows))
    assert '<strong class="tag" style="background:#f47738;color:#000000">Amber</strong>' in text
    assert '<strong class="tag" style="background:#1d70b8;color:#ffffff">Blue</strong>' in text
    assert '<strong class="tag">None</strong>' in text


def test_ink_on_any_colour_has_the_contrast_that_wcag_asks_for():
    steps = [f"{step:02x}" for step in range(0, 256, 15)]
    assert all(
        contrast(colour, ink_on(colour)) >= 4.5
        for r in steps
        for g in steps
        for b in steps
        for colour in [f"#{r}{g}{b}"]
    )
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#D4351C", "#d4351c") == 1


def test_days_instants_pairs_and_figures_read_as_in_every_other_paper():
    row = (Day("2019-05-31"), Instant("2019-06-04T09:00:00.000000Z"), Pair(3, 0), -2, ("one", "", "two"))
    text = page_of(Table("T", "T", tuple(Column(name) for name in "abcde"), (row,)))
    assert '<time datetime="2019-05-31">31/05/2019</time>' in text
    assert '<time datetime="2019-06-04T09:00:00.000000Z">04/06/2019 10:00</time>' in text
    assert "<td>3 → 0</td><td>−2</td><td>one<br>two</td>" in text


def test_a_picture_is_drawn_in_the_page_and_told_to_those_who_cannot_see_it():
    drawing = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
    text = page_of(Picture(drawing, 'Ratings "over" time', width=120))
    assert (
        '<div class="picture" role="img" aria-label="Ratings &quot;over&quot; time" style="max-width:120mm"><svg'
        in text
    )
    assert "<?xml" not in text


def test_a_summary_list_names_each_fact():
    assert "<dt>Due</dt><dd>one<br>two</dd>" in page_of(Facts("About", (("Due", ("one", "two")),)))


def test_a_wide_paper_is_printed_across():
    paper = compose("paper", sunderland()["paper"])
    assert "size: A4 landscape;" in hypertext(paper)
    assert "size: A4;" in hypertext(replace(paper, landscape=False))


def test_it_ends_as_every_paper_does():
    paper = compose("paper", sunderland()["paper"])
    foot = "".join(Page(hypertext(paper)).words).strip().split("\n")[-1]
    assert foot == paper.footer
    assert markdown(paper).rstrip().split("\n")[-1].replace("`", "") == paper.footer
