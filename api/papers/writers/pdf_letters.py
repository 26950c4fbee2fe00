"""The characters that the PDF's fonts have, and the replacement of those that they lack.

A tagged PDF must not contain a character that its fonts cannot draw: it is replaced by its code point, so that no text
is lost silently. The lists come from the fonts' own tables; a test draws every character of them.
"""

import re
from functools import cache
from unicodedata import normalize

#: The characters of the text font (Open Sans), in hexadecimal.
_TEXT_FONT = """
20-7e a0-17f 192 1a0-1a1 1af-1b0 1f0 1fa-1ff 218-21b 237 2bc 2c6-2c7 2c9 2d8-2dd 2f3 300-301 303 309 30f 323
384-38a 38c 38e-3a1 3a3-3ce 3d1-3d2 3d6 400-486 488-513 1e00-1e01 1e3e-1e3f 1e80-1e85 1ea0-1ef9 1f4d 2000-200b
2013-2015 2017-201e 2020-2022 2026 2030 2032-2033 2039-203a 203c 2044 2070 2074-2079 207f 20a3-20a4 20a7 20ab-20ac
2105 2113 2116 2120 2122 2126 212e 215b-215e 2202 2206 220f 2211-2212 221a 221e 222b 2248 2260 2264-2265 25ca
fb00-fb04 feff fffc-fffd
"""

#: The characters of it, DejaVu Sans Mono and, for Hebrew, Libertinus Serif (both included in typst), also in bold.
_ALL_FONTS = """
20-7e a0-1c3 1cd-1e3 1e6-1f0 1f4-1f6 1f8-221 224-241 243-245 24c-24d 250-2b9 2bb-2c1 2c6-2c9 2cc-2d3 2d6-2de
2e0-2e9 2ee 2f3 300-33f 343 358 361 374-377 37a-37f 384-38a 38c 38e-3a1 3a3-3ce 3d0-3e1 3f0-486 488-513 51a-51d
531-556 559-55f 561-587 589-58a 5b0-5c3 5c6 5d0-5ea 5f0-5f4 606-607 609-60a 60c 615 61b 61f 621-63a 640-655 65a
660-66d 674 679-67b 67e-680 683-684 686-687 691 698 6a4 6a9 6af 6be 6cc 6f0-6f9 e3f e81-e82 e84 e87-e88 e8a e8d
e94-e97 e99-e9f ea1-ea3 ea5 ea7 eaa-eab ead-eb9 ebb-ebc ec8-ecd 10d0-10fc 1d02 1d08-1d09 1d14 1d16-1d17 1d1d-1d1f
1d2c-1d2e 1d30-1d3c 1d3e-1d5b 1d62-1d65 1d77-1d78 1d7b 1d85 1d9b-1db7 1db9-1dbf 1e00-1e13 1e18-1e2d 1e30-1e4d
1e54-1e63 1e68-1e79 1e7c-1e99 1e9b 1e9f-1ef9 1f00-1f15 1f18-1f1d 1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d
1f5f-1f7d 1f80-1fb4 1fb6-1fc4 1fc6-1fd3 1fd6-1fdb 1fdd-1fef 1ff2-1ff4 1ff6-1ffe 2000-200b 2010-2023 2026 202f-2037
2039-203a 203c-203f 2044-2049 204b 205f 2070-2071 2074-208e 2090-209c 20a0-20b5 20b8-20ba 20bd 2102 2105 210d-210f
2113 2115-2117 2119-211a 211d 2120 2122 2124 2126 212a-212b 212e 2148 2150-2151 2153-215f 2189 2190-2213 2215
2217-2220 2223 2227-222d 2234-223d 2241-2269 226d-228b 228d-22a5 22b2-22b5 22b8 22c2-22c6 22cd-22d1 22da-22e9 22ef
2300-2306 2308-2315 2318-2319 231c-2321 2325-2328 232b 2335-237a 237d 2380-2383 2388-238b 2395 239b-23ae 23ce-23cf
2423 2500-262f 2638-268b 2690-269c 26a0-26a1 26b0-26b1 2701-2704 2706-2709 270c-2727 2729-274b 274d 274f-2752 2756
2758-275e 2761-2775 2794 2798-27af 27b1-27be 27c2 27c5-27c6 27dc 27e0 27e6-27eb 27f5-27f7 2987-2988 2997-2998 29eb
29fa-29fb 2a00 2a2f 2a6a-2a6b 2b05-2b0d 2b12-2b1a 2c64 2c6d-2c70 2c75-2c77 2c79-2c7a 2c7c-2c7f 2e18 2e1f 2e22-2e25
2e2e a708-a716 a71b-a71f a722-a727 a789-a78e a790-a791 a7aa a7f8-a7f9 fb00-fb04 fb52-fb81 fb8a-fb95 fb9e-fb9f
fbaa-fbad fbe8-fbe9 fbfc-fbff fe70-fe74 fe76-fefc feff fff9-fffd 1d55a
"""

# Characters without a look: they join their neighbours, or select a variant of them.
_JOINERS = "\u200d\ufe00-\ufe0f"
_LOOKS = re.compile("[\ufe00-\ufe0f\ufeff]")
# The combining characters of the fonts.
_JOINING = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u200c\u200d\u20d0-\u20ff]+"
)


def drawable(text: str, *, plain: bool = False) -> str:
    """The text (or JSON) with `[U+1F600]` for a character that no font has; `plain`: that the text font lacks."""
    return _LOOKS.sub("", _missing(plain).sub(_code_points, text))


def joined(text: str) -> str:
    """The text with each letter and its accents composed into one character, where one exists."""
    return normalize("NFC", text)


def unjoined(text: str) -> str:
    """The same, with `[U+0300]` for each combining character that remains."""
    return _JOINING.sub(_code_points, joined(text))


@cache
def _missing(plain: bool) -> re.Pattern[str]:
    found = "".join(
        "-".join(f"\\U{int(end, 16):08x}" for end in ends.split("-"))
        for ends in (_TEXT_FONT if plain else _ALL_FONTS).split()
    )
    missing = f"[^{found}\n{_JOINERS}]"
    return re.compile(f"{missing}(?:[{_JOINERS}]*{missing})*")


def _code_points(found: re.Match[str]) -> str:
    return "[" + " ".join(f"U+{ord(letter):04X}" for letter in found[0]) + "]"
