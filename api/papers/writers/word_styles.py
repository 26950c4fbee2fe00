"""How a Word paper looks: its styles, its one kind of list and its settings, written out whole.

They take the place of those that python-docx brings: four hundred kilobytes of styles that no paper uses, in American.
What a clerk would change for a whole paper is a style here, and nothing is set by hand in the text that could be one.
"""

_SPACES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_INK = "1F3A4D"
_QUIET = "505A5F"
_LINE = "B1B4B6"
_BAND = "E8EDF0"
#: The names of styles that Word has by itself, in its own spelling, besides the headings.
_KNOWN = {"Title", "Subtitle", "caption", "List Bullet", "header", "footer", "Strong"}


def _font(half_points: int, *, bold: bool = False, colour: str = "") -> str:
    heavy = "<w:b/><w:bCs/>" if bold else ""
    ink = f'<w:color w:val="{colour}"/>' if colour else ""
    return f'<w:rPr>{heavy}{ink}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr>'


def _space(before: int, after: int, line: int = 264) -> str:
    """Before and after in twentieths of a point, and the height of a line in 240ths of the font's."""
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="auto"/>'


def _style(name: str, look: str, *, based: str = "Normal", following: str = "", rank: int = 1) -> str:
    own = "" if name in _KNOWN or name.startswith("heading") else ' w:customStyle="1"'
    follows = f'<w:next w:val="{following}"/>' if following else ""
    return (
        f'<w:style w:type="paragraph"{own} w:styleId="{name.title().replace(" ", "")}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/>{follows}<w:uiPriority w:val="{rank}"/><w:qFormat/>{look}</w:style>'
    )


def _heading(level: int, half_points: int, before: int) -> str:
    look = f'<w:pPr><w:keepNext/><w:keepLines/>{_space(before, 80, 240)}<w:outlineLvl w:val="{level - 1}"/></w:pPr>'
    font = _font(half_points, bold=True, colour=_INK)
    return _style(f"heading {level}", look + font, following="Normal", rank=9)


def _characters(name: str, look: str) -> str:
    """A style for some characters of a line; insertions and deletions differ by line and not by colour alone."""
    own = "" if name in _KNOWN else ' w:customStyle="1"'
    return (
        f'<w:style w:type="character"{own} w:styleId="{name}"><w:name w:val="{name}"/>'
        f'<w:uiPriority w:val="22"/><w:qFormat/><w:rPr>{look}</w:rPr></w:style>'
    )


def _rule(side: str, size: int, colour: str = _LINE) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'


# Nothing is bold here: bold in the style of a table and in that of a paragraph in it make plain in Word.
_TABLE = (
    '<w:style w:type="table" w:customStyle="1" w:styleId="AsAtTable"><w:name w:val="AsAt Table"/>'
    '<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>'
    f"<w:tblPr><w:tblBorders>{_rule('top', 8, _INK)}{_rule('bottom', 8, _INK)}{_rule('insideH', 4)}</w:tblBorders>"
    '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>'
    '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>{_rule("bottom", 8, _INK)}'
    f'</w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="{_BAND}"/><w:vAlign w:val="bottom"/></w:tcPr>'
    '</w:tblStylePr><w:tblStylePr w:type="lastRow">'
    f"<w:tcPr><w:tcBorders>{_rule('top', 8, _INK)}</w:tcBorders></w:tcPr></w:tblStylePr></w:style>"
)

STYLES = (
    f"<w:styles {_SPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/><w:sz w:val="22"/><w:szCs w:val="22"/>'
    '<w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
    '<w:latentStyles w:defLockedState="0" w:defUIPriority="99" w:defSemiHidden="1" w:defUnhideWhenUsed="1"'
    ' w:defQFormat="0" w:count="376"/>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
    f"<w:pPr>{_space(120, 120)}</w:pPr></w:style>"
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
    '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
    + _style("Title", f"<w:pPr><w:keepNext/>{_space(0, 80, 240)}</w:pPr>{_font(44, bold=True, colour=_INK)}",
             following="Subtitle", rank=10)
    + _style("Subtitle", f"<w:pPr><w:keepNext/>{_space(0, 40, 240)}</w:pPr>{_font(24, colour=_QUIET)}",
             following="Normal", rank=11)
    + _heading(1, 32, 360) + _heading(2, 26, 280) + _heading(3, 22, 240)
    + _style("caption", f"<w:pPr><w:keepNext/><w:keepLines/>{_space(200, 80, 240)}</w:pPr>"
             + _font(20, bold=True, colour=_QUIET), following="Normal", rank=35)
    + _style("List Bullet", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:contextualSpacing/></w:pPr>', rank=36)
    + _style("Figure", f"<w:pPr>{_space(120, 120, 240)}</w:pPr>", rank=37)
    + _style("header", f"<w:pPr>{_space(0, 0, 240)}</w:pPr>{_font(16, colour=_QUIET)}", rank=99)
    + _style("footer", f"<w:pPr>{_space(0, 40, 240)}</w:pPr>{_font(16, colour=_QUIET)}", rank=99)
    + _style("Table Text", f"<w:pPr>{_space(0, 0, 252)}</w:pPr>{_font(18)}", rank=38)
    + _style("Table Heading", "<w:pPr><w:keepNext/></w:pPr><w:rPr><w:b/><w:bCs/></w:rPr>", based="TableText", rank=39)
    + _style("Table Row Heading", "<w:rPr><w:b/><w:bCs/></w:rPr>", based="TableText", rank=40)
    + _style("Table Total", "<w:rPr><w:b/><w:bCs/></w:rPr>", based="TableText", rank=41)
    + _characters("Strong", "<w:b/><w:bCs/>")
    + _characters("Inserted", '<w:color w:val="00543C"/><w:u w:val="single"/>')
    + _characters("Deleted", '<w:strike/><w:color w:val="942514"/>')
    + _characters("Struck", f'<w:strike/><w:color w:val="{_QUIET}"/>')
    + _TABLE + "</w:styles>"
)  # fmt: skip

#: The list that `List Bullet` stands in, for what a clerk adds; no paper has one when it is made.
LISTS = (
    f'<w:numbering {_SPACES}><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/>'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:pStyle w:val="ListBullet"/>'
    '<w:lvlText w:val="•"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="357" w:hanging="357"/></w:pPr></w:lvl>'
    '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)

# Without the mode Word opens the file as one of an older Word and says so in its title bar.
_MODE = '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'

SETTINGS = (
    f'<w:settings {_SPACES}><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>'
    f'<w:characterSpacingControl w:val="doNotCompress"/><w:compat>{_MODE}</w:compat>'
    '<w:themeFontLang w:val="en-GB"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
)
