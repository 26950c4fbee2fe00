"""Which forms each question's answer comes in, and how a document becomes one of them.

A form is data for programs (json, csv) or a paper for people (md, text); all are made from the same document. The text
form needs a terminal to fit itself to, so it is printed and not rendered.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType

from api.papers import comma_separated, markdown, text


@dataclass(frozen=True, slots=True)
class Form:
    """A form an answer can take: its media type, and the suffix of its files."""

    media_type: str
    suffix: str


FORMS: dict[str, Form] = {
    "json": Form("application/json", ".json"),
    "md": Form("text/markdown; charset=utf-8", ".md"),
    "csv": Form("text/csv; charset=utf-8", ".csv"),
}

#: Question -> what it looks like in a terminal.
TEXT: dict[str, Callable[[Any], RenderableType]] = {
    "plans": text.register_text,
    "plan": text.plan_text,
    "comparison": text.comparison_text,
    "changes": text.changes_text,
    "history": text.history_text,
    "trail": text.trail_text,
    "action": text.action_text,
    "overdue": text.overdue_text,
    "gaps": text.gaps_text,
    "measures": text.measures_text,
    "assurance": text.assurance_text,
    "stale": text.stale_text,
    "audit": text.audit_text,
}

#: Form -> question -> the answer written out in it. Any answer can be JSON.
_WRITTEN: Mapping[str, Mapping[str, Callable[[Any], str]]] = {
    "md": {
        "plans": markdown.register_markdown,
        "plan": markdown.plan_markdown,
        "comparison": markdown.comparison_markdown,
        "changes": markdown.changes_markdown,
        "history": markdown.history_markdown,
        "trail": markdown.trail_markdown,
        "action": markdown.action_markdown,
        "overdue": markdown.overdue_markdown,
        "gaps": markdown.gaps_markdown,
        "measures": markdown.measures_markdown,
        "assurance": markdown.assurance_markdown,
        "stale": markdown.stale_markdown,
        "audit": markdown.audit_markdown,
    },
    "csv": {
        "plans": comma_separated.register_csv,
        "plan": comma_separated.plan_csv,
        "comparison": comma_separated.comparison_csv,
        "changes": comma_separated.changes_csv,
        "history": comma_separated.history_csv,
        "trail": comma_separated.trail_csv,
        "action": comma_separated.action_csv,
        "overdue": comma_separated.overdue_csv,
        "gaps": comma_separated.gaps_csv,
        "measures": comma_separated.measures_csv,
        "assurance": comma_separated.assurance_csv,
        "stale": comma_separated.stale_csv,
        "audit": comma_separated.audit_csv,
    },
}


class FormUnknown(LookupError):
    """The answer to this question does not come in this form; the message lists those it comes in."""

    def __init__(self, question: str, form: str) -> None:
        super().__init__(f"{question} has no form {form!r}; it comes in {', '.join(forms_of(question))}")


def forms_of(question: str) -> list[str]:
    """The forms that the answer to a question can be rendered in."""
    return [form for form in FORMS if form == "json" or question in _WRITTEN.get(form, {})]


def render(question: str, form: str, document: Any) -> bytes:
    """A document in a form: the same document gives the same bytes, always.

    Raises:
        FormUnknown: the answer to this question does not come in this form.
    """
    if form == "json":
        written = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
        # Half a character, which UTF-8 cannot carry, is escaped: inside a string that is JSON too.
        return written.encode("utf-8", "backslashreplace")
    write = _WRITTEN.get(form, {}).get(question)
    if write is None:
        raise FormUnknown(question, form)
    return write(document).encode("utf-8", "replace")


def print_text(question: str, document: Any, console: Console) -> None:
    """Print an answer to a terminal, as wide as that is; raises FormUnknown where it has no text."""
    shown = TEXT.get(question)
    if shown is None:
        raise FormUnknown(question, "text")
    console.print(shown(document))
