"""Which forms each question's answer comes in, and how a document becomes one of them.

A form is data for programs (json, csv), a paper for people (md, html, docx, pdf, xlsx) or text for a terminal; all are
made from the same document. A paper is composed once for all its forms. The text form needs a terminal to fit itself
to, so it is printed and not rendered.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console, Group, RenderableType
from typing_extensions import TypedDict

from api.papers.paper import Paper
from api.papers.writers import comma_separated, text
from api.questions.question_registry import QUESTIONS, compose
from domain.edition import EDITION


@dataclass(frozen=True, slots=True)
class Form:
    """A form an answer can take: its media type, the suffix of its files, and whether only programs can read them."""

    media_type: str
    suffix: str
    binary: bool = False


FORMS: dict[str, Form] = {
    "json": Form("application/json", ".json"),
    "md": Form("text/markdown; charset=utf-8", ".md"),
    "csv": Form("text/csv; charset=utf-8", ".csv"),
    "html": Form("text/html; charset=utf-8", ".html"),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", binary=True),
    "docx": Form("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", binary=True),
    "pdf": Form("application/pdf", ".pdf", binary=True),
}

#: Question -> what it looks like in a terminal.
TEXT: dict[str, Callable[[Any], RenderableType]] = {
    "plans": text.register_text,
    "plan": text.plan_text,
    "comparison": text.comparison_text,
    "paper": lambda document: Group(
        text.comparison_text(document["comparison"]), text.history_text(document["history"])
    ),
    "changes": text.changes_text,
    "counted": text.counted_text,
    "event": text.event_text,
    "history": text.history_text,
    "trail": text.trail_text,
    "ratings": text.ratings_text,
    "action": text.action_text,
    "overdue": text.overdue_text,
    "gaps": text.gaps_text,
    "measures": text.measures_text,
    "assurance": text.assurance_text,
    "stale": text.stale_text,
    "audit": text.audit_text,
}

#: Question -> the answer as comma-separated values.
_CSV: Mapping[str, Callable[[Any], str]] = {
    "plans": comma_separated.register_csv,
    "plan": comma_separated.plan_csv,
    "comparison": comma_separated.comparison_csv,
    # The table that the committee's paper is about.
    "paper": lambda document: comma_separated.comparison_csv(document["comparison"]),
    "changes": comma_separated.changes_csv,
    "counted": comma_separated.counted_csv,
    "event": comma_separated.event_csv,
    "history": comma_separated.history_csv,
    "trail": comma_separated.trail_csv,
    "replay": comma_separated.replay_csv,
    "ratings": comma_separated.ratings_csv,
    "action": comma_separated.action_csv,
    "overdue": comma_separated.overdue_csv,
    "gaps": comma_separated.gaps_csv,
    "measures": comma_separated.measures_csv,
    "assurance": comma_separated.assurance_csv,
    "stale": comma_separated.stale_csv,
    "audit": comma_separated.audit_csv,
}


class EditionDocument(TypedDict):
    """What every document in JSON names besides what it says: the edition of the rules that it was worked out by.

    The same question at the same fixed point gives the same bytes from every program of the same edition.
    """

    edition: int


class FormUnknown(LookupError):
    """The answer to this question does not come in this form; the message lists those it comes in."""

    def __init__(self, question: str, form: str) -> None:
        super().__init__(f"{question} has no form {form!r}; it comes in {', '.join(forms_of(question))}")


def forms_of(question: str) -> list[str]:
    """The forms that the answer to a question can be rendered in."""
    return [form for form in FORMS if form == "json" or question in (_CSV if form == "csv" else QUESTIONS)]


def render(question: str, form: str, document: Any) -> bytes:
    """A document in a form: the same document gives the same bytes, always. In JSON it names the edition.

    Raises:
        FormUnknown: the answer to this question does not come in this form.
    """
    if form not in forms_of(question):
        raise FormUnknown(question, form)
    if form == "json":
        edited: EditionDocument = {"edition": EDITION}
        written = "".join(_written({**edited, **document})) + "\n"
        # Half a character, which UTF-8 cannot carry, is escaped: inside a string that is JSON too.
        return written.encode("utf-8", "backslashreplace")
    if form == "csv":
        return _CSV[question](document).encode("utf-8", "replace")
    return write(compose(question, document), form)


def write(paper: Paper, form: str) -> bytes:
    """A paper in one of the forms for people; raises KeyError of any other form."""
    written = _WRITERS[form](paper)
    return written if isinstance(written, bytes) else written.encode("utf-8", "replace")


# Each writer is imported when first asked for: the libraries behind some of them take long to load.


def _markdown(paper: Paper) -> str:
    from api.papers.writers.markdown import markdown

    return markdown(paper)


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


_WRITERS: Mapping[str, Callable[[Paper], str | bytes]] = {
    "md": _markdown,
    "html": _hypertext,
    "xlsx": _excel,
    "docx": _word,
    "pdf": _pdf,
}


def print_text(question: str, document: Any, console: Console) -> None:
    """Print an answer to a terminal, as wide as that is; raises FormUnknown where it has no text."""
    shown = TEXT.get(question)
    if shown is None:
        raise FormUnknown(question, "text")
    console.print(shown(document))


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

#: Lists from this length on are written an entry at a time: within one call nobody else's request is worked on, and a
#: plan of twenty thousand actions takes seconds.
_LONG = 100


def _written(value: Any, level: int = 0) -> Iterator[str]:
    """A document as JSON, in pieces; the same text as in one."""
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
