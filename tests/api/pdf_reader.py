"""Reads a tagged PDF as a screen reader does: by its structure, not by where the ink is."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf


@dataclass
class Element:
    """An element of the structure: its kind (`H1`, `TD`), its attributes, the text in it and the elements in it."""

    kind: str
    scope: str | None = None
    alternative: str | None = None
    said: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.said)

    def every(self, *kinds: str) -> list["Element"]:
        """All elements of these kinds within, in their order."""
        found = [self] if self.kind in kinds else []
        for one in self.said:
            if isinstance(one, Element):
                found += one.every(*kinds)
        return found

    @property
    def rows(self) -> list[list[str]]:
        """The cells of a table, row by row."""
        return [[" ".join(cell.text.split()) for cell in row.every("TH", "TD")] for row in self.every("TR")]


def read_structure(file: bytes) -> Element:
    """The document's structure; what it does not hold, such as the foot of the page, is not read out."""
    with pikepdf.open(BytesIO(file)) as opened:
        texts = {page.obj.objgen: _texts(page) for page in opened.pages}
        (root,) = opened.Root.StructTreeRoot.K
        return _element(root, texts, None)


def page_texts(file: bytes) -> list[str]:
    """All text of each page, that of its foot too."""
    with pikepdf.open(BytesIO(file)) as opened:
        return ["".join(_texts(page).values()) for page in opened.pages]


def _element(found: Any, texts: dict[Any, dict[Any, str]], page: Any) -> Element:
    page = found.get("/Pg", page)
    read = Element(str(found.S)[1:], alternative=str(found.Alt) if "/Alt" in found else None)
    attributes = found.get("/A", [])
    for one in attributes if isinstance(attributes, pikepdf.Array) else [attributes]:
        if "/Scope" in one:
            read.scope = str(one.Scope)[1:]
    kids = found.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            read.said.append(texts[page.objgen][kid])
        elif "/MCID" in kid:
            read.said.append(texts[kid.get("/Pg", page).objgen][int(kid.MCID)])
        elif "/S" in kid:
            read.said.append(_element(kid, texts, page))
    return read


def _texts(page: pikepdf.Page) -> dict[Any, str]:
    """The text of each piece of marked content by its number; under None what is marked with none."""
    fonts = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    texts: dict[Any, str] = {}
    letters: dict[bytes, str] = {}
    marks: list[tuple[Any, str | None]] = []
    for one in pikepdf.parse_content_stream(page):
        operands: Any = one.operands
        match str(one.operator):
            case "BDC" | "BMC":
                said: Any = operands[1] if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary) else {}
                number = int(said["/MCID"]) if "/MCID" in said else (marks[-1][0] if marks else None)
                marks.append((number, str(said["/ActualText"]) if "/ActualText" in said else None))
                texts[number] = texts.get(number, "") + (marks[-1][1] or "")
            case "EMC":
                marks.pop()
            case "Tf":
                letters = fonts[str(operands[0])]
            case "Tj" | "TJ" if not any(instead is not None for _, instead in marks):
                shown = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
                glyphs = b"".join(bytes(piece) for piece in shown if isinstance(piece, pikepdf.String))
                number = marks[-1][0] if marks else None
                pairs = (glyphs[place : place + 2] for place in range(0, len(glyphs), 2))
                texts[number] = texts.get(number, "") + "".join(letters[pair] for pair in pairs)
    return texts


def _letters(font: Any) -> dict[bytes, str]:
    """What the glyphs of a font stand for."""
    letters: dict[bytes, str] = {}
    table = font.ToUnicode.read_bytes().decode("ascii")
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            letters[bytes.fromhex(glyph)] = bytes.fromhex(text).decode("utf-16-be")
    assert "beginbfrange" not in table, "this reader does not know ranges"
    return letters
