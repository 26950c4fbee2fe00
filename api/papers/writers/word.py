"""A paper as a Word document: one that a clerk can go on writing in, with real headings, tables and styles.

The same paper gives the same bytes: no clock, no chance, and a file whose parts have one order and one time.
"""

from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.parser import parse_xml
from docx.shared import Length, Mm

from api.papers.paper import Block, Facts, Heading, PageBreak, Paper, Picture, Prose, Table
from api.papers.writers.word_elements import Element, element, paragraph, possible, run, runs
from api.papers.writers.word_pictures import picture_element
from api.papers.writers.word_tables import facts_element, table_element

#: The sides of A4 and the margins, in millimetres.
_SHORT, _LONG, _MARGIN, _FOOT = 210, 297, 20, 22
# Office keeps at most this many letters of a property.
_PROPERTY = 255
#: What comes with python-docx's empty document and belongs to no paper of ours.
_FOREIGN = {
    "customXml",
    "extended-properties",
    "fontTable",
    "stylesWithEffects",
    "theme",
    "thumbnail",
    "webSettings",
}


def word(paper: Paper) -> bytes:
    """The paper as a Word document (.docx)."""
    document = docx.Document()
    _strip(document)
    document.styles.element[:] = _of_file("word_styles.xml")
    document.settings.element[:] = _of_file("word_settings.xml")
    document.part.numbering_part.element[:] = _of_file("word_numbering.xml")
    _describe(document, paper)
    _lay_out(document, paper)
    body = document.element.body
    body[:] = [*_head(paper), *_Body(document, paper).elements(), body.sectPr]
    return _packed(document)


def _of_file(name: str) -> list[Element]:
    """The elements of a part, which take the place of those that python-docx brings: 400 kB of styles, in American."""
    return list(parse_xml(files("api.papers.writers").joinpath(name).read_bytes()))


def _strip(document: Document) -> None:
    for relationships in (document.part.rels, document.part.package.rels):
        for name, relationship in list(relationships.items()):
            if relationship.reltype.rpartition("/")[2] in _FOREIGN:
                del relationships[name]


def _describe(document: Document, paper: Paper) -> None:
    properties, known = document.core_properties, datetime.fromisoformat(paper.known_at)
    properties.title = possible(paper.title)[:_PROPERTY]
    properties.subject = possible(" – ".join(paper.under))[:_PROPERTY]
    properties.comments = possible(paper.footer)[:_PROPERTY]
    properties.author = properties.last_modified_by = "AsAt"
    properties.language = "en-GB"
    properties.created = properties.modified = known
    properties.revision = 1


def _lay_out(document: Document, paper: Paper) -> None:
    """A4 with a footer that tells on every page how to make the paper again."""
    section = document.sections[0]
    width, height = (_LONG, _SHORT) if paper.landscape else (_SHORT, _LONG)
    section.orientation = WD_ORIENT.LANDSCAPE if paper.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = section.top_margin = Mm(_MARGIN)
    section.bottom_margin, section.footer_distance = Mm(_FOOT), Mm(9)
    # The marks of the editing session in which python-docx's document was made.
    document.element.body.sectPr.attrib.clear()
    # The first page has the title itself, and so no header; that makes its footer another one.
    section.different_first_page_header_footer = True
    section.header_distance = Mm(9)
    section.header.part.element[:] = [paragraph(runs(paper.running), "Header")]
    section.first_page_header.part.element[:] = [paragraph([], "Header")]
    for footer in (section.footer, section.first_page_footer):
        footer.is_linked_to_previous = False
        footer.part.element[:] = [
            paragraph(runs(paper.footer), "Footer"),
            paragraph([run("Page "), _field("PAGE"), run(" of "), _field("NUMPAGES")], "Footer", _to_the_right()),
        ]


def _to_the_right() -> Element:
    return element("w:jc", val="right")


def _field(name: str) -> Element:
    """A number that Word fills in."""
    return element("w:fldSimple", run("1"), instr=name)


def _head(paper: Paper) -> Iterator[Element]:
    yield paragraph(runs(paper.title), "Title")
    for line in paper.under:
        yield paragraph(runs(line), "Subtitle")
    yield paragraph(runs(paper.sentence))


class _Body:
    """Writes the blocks of a paper one after the other: where a page ends, the next paragraph begins a new one."""

    def __init__(self, document: Document, paper: Paper) -> None:
        self._document, self._paper = document, paper
        self._room = (_LONG if paper.landscape else _SHORT) - 2 * _MARGIN
        self._width = Length(Mm(self._room)).twips
        self._pictures = 0

    def elements(self) -> Iterator[Element]:
        """The elements of the whole paper below its head, in order."""
        above: Block | None = None
        for block in self._paper.blocks:
            for place, one in enumerate(self._block(block, above)):
                if place == 0 and isinstance(above, PageBreak):
                    _on_a_new_page(one)
                yield one
            above = block

    def _block(self, block: Block, above: Block | None) -> Iterator[Element]:
        match block:
            case Heading():
                yield paragraph(runs(block.text), f"Heading{min(max(block.level, 1), 3)}")
            case Prose():
                yield paragraph(runs(block.text, "Strong" if block.strong else ""))
            case Table() | Facts():
                # A heading that says the same is caption enough; two tables without a paragraph between were one.
                if not (isinstance(above, Heading) and above.text == block.caption):
                    yield paragraph(runs(block.caption), "Caption")
                wide = self._width
                yield table_element(block, wide) if isinstance(block, Table) else facts_element(block, wide)
            case Picture():
                self._pictures += 1
                yield picture_element(self._document, block, self._pictures, self._room)
            case PageBreak():
                pass


def _on_a_new_page(one: Element) -> None:
    properties = one.get_or_add_pPr()
    properties.pageBreakBefore_val = True


def _packed(document: Document) -> bytes:
    """The file, with its parts in one order and at the earliest time that a zip file knows."""
    saved, made = BytesIO(), BytesIO()
    document.save(saved)
    with ZipFile(saved) as parts, ZipFile(made, "w") as packed:
        for name in sorted(parts.namelist()):
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 0, 0
            packed.writestr(entry, parts.read(name), compresslevel=6)
    return made.getvalue()
