"""README's list of the questions, made from their definitions."""

from pathlib import Path

from api.questions.question_registry import QUESTIONS

README = Path(__file__).resolve().parent.parent / "README.md"
_BEGIN, _END = "<!-- The questions, by scripts/generate: do not edit. -->\n", "<!-- The end of the questions. -->\n"


def readme() -> str:
    """README.md, its list of questions as they are."""
    before, _, rest = README.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    rows = [
        f"| `asat {one.called}` | `{'POST' if one.posted else 'GET'} {one.address}` | {one.of} | {one.sentence} |"
        for one in QUESTIONS.values()
    ]
    table = ["| command | address | asked of | |", "|---|---|---|---|", *rows]
    return f"{before}{_BEGIN}\n" + "\n".join(table) + f"\n\n{_END}{after}"
