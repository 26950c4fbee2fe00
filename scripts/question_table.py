"""The list of the questions in the guide for inspectors, made from their definitions."""

from pathlib import Path

from api.questions.question_registry import QUESTIONS

GUIDE = "docs/inspectors.md"
_FILE = Path(__file__).resolve().parent.parent / GUIDE
_BEGIN, _END = "<!-- The questions, by scripts/generate: do not edit. -->\n", "<!-- The end of the questions. -->\n"


def guide() -> str:
    """docs/inspectors.md, its list of questions as they are."""
    before, _, rest = _FILE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    rows = [
        f"| `asat {one.called}` | `{'POST' if one.posted else 'GET'} {one.address}` | {one.of} | {one.sentence} |"
        for one in QUESTIONS.values()
    ]
    table = ["| command | address | asked of | |", "|---|---|---|---|", *rows]
    return f"{before}{_BEGIN}\n" + "\n".join(table) + f"\n\n{_END}{after}"
