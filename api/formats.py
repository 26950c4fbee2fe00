"""The formats of answers: a paper is composed once and written in any of them; JSON is the document itself."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rich.console import Console
from typing_extensions import TypedDict

from api.papers.paper import Paper
from api.questions.question_registry import QUESTIONS, compose
from domain.edition import EDITION
from domain.refusals import Unknown


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Attributes:
        title: the name shown to people.
        suffix: file name suffix.
        media_type: MIME type.
        write: writes a paper; None for JSON.
        binary: whether only programs can read it.
        addressed: whether it has an address. If not, it is for the terminal, and repeats the points as asked.
    """

    title: str
    suffix: str
    media_type: str
    write: Callable[[Paper], str | bytes] | None
    binary: bool = False
    addressed: bool = True


# Each writer is imported lazily: some of their libraries take long to load.


def _text(paper: Paper) -> str:
    from api.papers.writers.terminal import plain_text

    return plain_text(paper)


def _markdown(paper: Paper) -> str:
    from api.papers.writers.markdown import markdown

    return markdown(paper)


def _comma_separated(paper: Paper) -> str:
    from api.papers.writers.comma_separated import comma_separated_values

    return comma_separated_values(paper)


def _hypertext(paper: Paper) -> str:
    from api.papers.writers.hypertext import hypertext

    return hypertext(paper)


def _excel(paper: Paper) -> bytes:
    from api.papers.writers.excel import excel

    return excel(paper)


def _word(paper: Paper) -> bytes:
    from api.papers.writers.word import word

    return word(paper)


def _pdf(paper: Paper) -> bytes:
    from api.papers.writers.pdf import pdf

    return pdf(paper)


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "text": Format("Text", ".txt", "text/plain; charset=utf-8", _text, addressed=False),
    "json": Format("JSON", ".json", "application/json", None),
    "md": Format("Markdown", ".md", "text/markdown; charset=utf-8", _markdown),
    "csv": Format("CSV", ".csv", "text/csv; charset=utf-8", _comma_separated),
    "html": Format("Web page to keep", ".html", "text/html; charset=utf-8", _hypertext),
    "xlsx": Format("Excel", ".xlsx", f"{_OFFICE}.spreadsheetml.sheet", _excel, binary=True),
    "docx": Format("Word", ".docx", f"{_OFFICE}.wordprocessingml.document", _word, binary=True),
    "pdf": Format("PDF", ".pdf", "application/pdf", _pdf, binary=True),
}


class EditionDocument(TypedDict):
    """The edition of the rules that a document in JSON was worked out by; every document names it.

    The same question at the same fixed point gives the same bytes from every program of the same edition.
    """

    edition: int


class FormatUnknown(Unknown):
    """The answer to this question does not come in this format; the message lists those it comes in."""

    code, field = "unknown-form", "form"

    def __init__(self, question: str, name: str) -> None:
        super().__init__(f"{question} has no format {name!r}; it comes in {', '.join(formats_of(question))}")


def addressed() -> list[str]:
    """The names of the formats that have an address."""
    return [name for name, one in FORMATS.items() if one.addressed]


def formats_of(question: str) -> list[str]:
    """The addressed formats in which a question is answered."""
    return addressed() if question in QUESTIONS else ["json"]


def render(question: str, name: str, document: Mapping[str, object]) -> bytes:
    """A document in a format. The same document always gives the same bytes; JSON also names the edition.

    Raises:
        FormatUnknown: the answer to this question does not come in this format.
    """
    chosen = FORMATS.get(name)
    if chosen is None or not (chosen.write is None or question in QUESTIONS):
        raise FormatUnknown(question, name)
    if chosen.write is None:
        edited: EditionDocument = {"edition": EDITION}
        written = "".join(_written({**edited, **document})) + "\n"
        # UTF-8 cannot encode a lone surrogate: it is escaped, which inside a string is valid JSON too.
        return written.encode("utf-8", "backslashreplace")
    paper = chosen.write(compose(question, document, as_asked=not chosen.addressed))
    return paper if isinstance(paper, bytes) else paper.encode("utf-8", "replace")


def print_text(question: str, document: Mapping[str, object], console: Console) -> None:
    """Print an answer to a terminal, at its width; raises FormatUnknown where the question has no text format."""
    from api.papers.writers.terminal import terminal

    if question not in QUESTIONS:
        raise FormatUnknown(question, "text")
    console.print(terminal(compose(question, document, as_asked=True)))


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

#: Lists from this length on are encoded entry by entry: one encoder call blocks all other requests, and takes seconds
#: for a plan of twenty thousand actions.
_LONG = 100


def _written(value: object, level: int = 0) -> Iterator[str]:
    """A document as JSON, in pieces; joined, they are the text that one call gives."""
    if isinstance(value, dict) and level < 3:
        before = "{"
        for name, held in value.items():
            yield f"{before}{_ENCODE(name)}:"
            yield from _written(held, level + 1)
            before = ","
        yield "}" if value else "{}"
    elif isinstance(value, list) and (len(value) >= _LONG or level < 2):
        before = "["
        for held in value:
            yield before
            yield from _written(held, level + 1)
            before = ","
        yield "]" if value else "[]"
    else:
        yield _ENCODE(value)
