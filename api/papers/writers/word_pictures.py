"""The drawings of a Word paper: as SVG, and as PNG for versions of Word without SVG."""

from io import BytesIO

import typst
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from docx.shared import Mm

from api.papers.paper import Picture
from api.papers.writers.fonts import fonts
from api.papers.writers.word_elements import Element, element, paragraph, possible

_DOTS_PER_INCH = 200
_PAGE = """#set page(width: {width}mm, height: {height}mm, margin: 0pt)
#image(bytes(sys.inputs.drawing), format: "svg", width: 100%, height: 100%, fit: "contain")
"""
# Microsoft's extension that adds the SVG to the picture.
_DRAWING = """<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
<a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">
<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:embed="{relationship}"/>
</a:ext></a:extLst>"""


def picture_element(document: Document, picture: Picture, number: int, room: int) -> Element:
    """The paragraph of a picture, whose files are added to the document.

    `number` is its place among the pictures, from 1. A picture wider than `room` millimetres is reduced to it.
    """
    width = min(picture.width, room)
    inline = document.part.new_pic_inline(BytesIO(dots(picture)), width=Mm(width))
    named = {"id": str(number), "name": f"Picture {number}", "descr": possible(picture.alternative)}
    for name, value in named.items():
        inline.docPr.set(name, value)
    # Otherwise some programs indent the picture.
    for side in "TBLR":
        inline.set(f"dist{side}", "0")
    drawing = Part(PackURI(f"/word/media/drawing{number}.svg"), "image/svg+xml", possible(picture.svg).encode())
    relationship = document.part.relate_to(drawing, RELATIONSHIP_TYPE.IMAGE)
    inline.graphic.graphicData.pic.blipFill.blip.append(parse_xml(_DRAWING.format(relationship=relationship)))
    return paragraph([element("w:r", element("w:drawing", inline))], "Figure")


def dots(picture: Picture) -> bytes:
    """The picture as PNG, the same on every machine."""
    page = _PAGE.format(width=picture.width, height=picture.height)
    drawing = {"drawing": possible(picture.svg)}
    compiler = typst.Compiler(page.encode(), font_paths=fonts(), ignore_system_fonts=True)
    made = compiler.compile(format="png", ppi=_DOTS_PER_INCH, sys_inputs=drawing)
    if not isinstance(made, bytes):
        raise TypeError("one page makes one picture")
    return made
