"""The smallest parts of a Word paper: elements, runs and paragraphs.

Text always becomes the text of an element, never markup, a field or a list.
"""

import re
from collections.abc import Iterable
from typing import TypeAlias

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement

from api.papers.colours import ink_on
from api.papers.paper import Mark, Text, pieces_of

Element: TypeAlias = BaseOxmlElement

# Characters that XML 1.0 cannot carry, not even escaped. Papers hold safe text; this is a second safeguard.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("\r\n|[\n\r]")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

#: Mark -> its character style (`word_styles`), which a clerk can change for the whole paper.
_MARKS: dict[Mark, str] = {"strong": "Strong", "inserted": "Inserted", "deleted": "Deleted", "struck": "Struck"}


def element(tag: str, *children: Element, **attributes: str | int) -> Element:
    """An element such as `w:p`; its attributes are of the `w` namespace."""
    made: Element = OxmlElement(tag, {qn(f"w:{name}"): str(value) for name, value in attributes.items()})
    made.extend(children)
    return made


def possible(text: str) -> str:
    """The text without the characters that XML cannot carry."""
    return _IMPOSSIBLE.sub("", text)


def run(text: str, *properties: Element) -> Element:
    """A run of text with these properties, in the order of the schema; line breaks are kept."""
    made = element("w:r")
    if properties:
        made.append(element("w:rPr", *properties))
    for place, part in enumerate(_BREAK.split(possible(text))):
        if place:
            made.append(element("w:br"))
        if part:
            text_element = element("w:t")
            # Otherwise Word drops spaces at the ends of a piece, and joins two words.
            text_element.set(qn("xml:space"), "preserve")
            text_element.text = part
            made.append(text_element)
    return made


def runs(text: str | Text, style: str = "", *, bold: bool = False) -> list[Element]:
    """The runs of a text; marked pieces have a character style of their own, the others have `style`.

    `bold`: the paragraph is already bold; in Word, strong within bold would not be bold.
    """
    made = []
    for piece in pieces_of(text):
        named = style if bold and piece.mark == "strong" else _MARKS.get(piece.mark, style)
        made.append(run(piece.text, *([element("w:rStyle", val=named)] if named else [])))
    return made


def paragraph(content: Iterable[Element], style: str = "", *properties: Element) -> Element:
    """A paragraph of this style (or the default one), with further properties in the order of the schema."""
    made = element("w:p")
    if style:
        properties = (element("w:pStyle", val=style), *properties)
    if properties:
        made.append(element("w:pPr", *properties))
    made.extend(content)
    return made


def on_colour(colour: str | None) -> tuple[Element, Element] | None:
    """The text colour (black or white) that is readable on a colour, and the shading; None for no colour."""
    if colour is None or not _COLOUR.fullmatch(colour):
        return None
    letters = element("w:color", val=ink_on(colour)[1:].upper())
    return letters, element("w:shd", val="clear", color="auto", fill=colour[1:].upper())
