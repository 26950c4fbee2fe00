"""A paper as a Word document that a clerk can edit, with real headings, tables and styles.

It is reproducible byte for byte: no clock, no chance, and the parts of the file in one order with one time.
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
# The most characters of a property in Office.
_PROPERTY = 255
#: Parts of python-docx's empty document that a paper does not need.
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
    """The elements of a part, instead of python-docx's own: those are 400 kB of styles, in American English."""
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
    """A4, with a footer on every page that tells how to make the paper again."""
    section = document.sections[0]
    width, height = (_LONG, _SHORT) if paper.landscape else (_SHORT, _LONG)
    section.orientation = WD_ORIENT.LANDSCAPE if paper.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = section.top_margin = Mm(_MARGIN)
    section.bottom_margin, section.footer_distance = Mm(_FOOT), Mm(9)
    # The revision marks of the session in which python-docx's document was made.
    document.element.body.sectPr.attrib.clear()
    # The first page shows the title itself, and so has no header; therefore it needs a footer of its own.
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
    """A number that Word computes."""
    return element("w:fldSimple", run("1"), instr=name)


def _head(paper: Paper) -> Iterator[Element]:
    yield paragraph(runs(paper.title), "Title")
    for line in paper.under:
        yield paragraph(runs(line), "Subtitle")
    yield paragraph(runs(paper.sentence))


class _Body:
    """The body of the document; after a page break, the next paragraph begins a new page."""

    def __init__(self, document: Document, paper: Paper) -> None:
        self._document, self._paper = document, paper
        self._room = (_LONG if paper.landscape else _SHORT) - 2 * _MARGIN
        self._width = Length(Mm(self._room)).twips
        self._pictures = 0

    def elements(self) -> Iterator[Element]:
        """The elements of the paper below its head, in order."""
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
                # A heading above is caption enough. Without a paragraph between them, Word would join two tables.
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
    """The file, with its parts in a fixed order and at the earliest time of the zip format."""
    saved, made = BytesIO(), BytesIO()
    document.save(saved)
    with ZipFile(saved) as parts, ZipFile(made, "w") as packed:
        for name in sorted(parts.namelist()):
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 0, 0
            packed.writestr(entry, parts.read(name), compresslevel=6)
    return made.getvalue()
