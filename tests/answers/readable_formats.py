"""An answer in each of its formats, as bytes."""

from typing import Any

from api.formats import FORMATS, formats_of, render
from api.questions.asker import Answer
from api.questions.question_registry import QUESTIONS

#: The formats that are compared to the byte, with the suffix of their files.
READABLE = {name: FORMATS[name].suffix for name in ("json", "csv", "md", "html", "text")}
#: The formats that are compared by their hash.
HASHED = {name: FORMATS[name].suffix for name in ("docx", "xlsx", "pdf")}


def in_form(answer: Answer[Any], form: str) -> bytes:
    """The answer in a format, as `-o FILE` writes it; text as a terminal of 120 columns without colours shows it."""
    return render(answer.question, form, answer.document)


def readable_forms(question: str) -> list[str]:
    """The formats that the answer to a question has, of those that are compared to the byte."""
    has = [*formats_of(question), *(["text"] if question in QUESTIONS else [])]
    return [form for form in READABLE if form in has]
