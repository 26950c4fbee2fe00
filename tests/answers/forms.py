"""An answer in each of its forms, as bytes."""

import io
from typing import Any

from rich.console import Console

from api.formats import TEXT, forms_of, print_text, render
from api.questions.asker import Answer

#: The forms that are compared to the byte, with the suffix of their files.
READABLE = {"json": ".json", "csv": ".csv", "md": ".md", "html": ".html", "text": ".txt"}
#: The forms that are compared by their hash.
HASHED = {"docx": ".docx", "xlsx": ".xlsx", "pdf": ".pdf"}


def in_form(answer: Answer[Any], form: str) -> bytes:
    """The answer in a form; text is what `-o FILE.txt` writes."""
    return (
        text_of(answer.question, answer.document) if form == "text" else render(answer.question, form, answer.document)
    )


def text_of(question: str, document: Any) -> bytes:
    """What a terminal of 120 columns without colours shows."""
    written = io.StringIO()
    print_text(question, document, Console(width=120, no_color=True, file=written))
    return written.getvalue().encode()


def readable_forms(question: str) -> list[str]:
    """The forms that the answer to a question has, of those that are compared to the byte."""
    has = [*forms_of(question), *(["text"] if question in TEXT else [])]
    return [form for form in READABLE if form in has]
