"""Two terms are never taken for each other, in papers, on pages, in help and in refusals.

A *document version* (3.0) is what a council issued; a *record number* (212) is the place of an event in a plan's
record. "Version", "record 212" and "basis" alone could mean either. What a council wrote is its own, and so are the
sentences of events, which are answers in JSON: neither is looked at.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from lxml import html
from starlette.testclient import TestClient

from api.papers.paper import Day, Instant, Picture, Text
from api.papers.wording import safe_text
from api.questions.question_registry import QUESTIONS, compose
from domain.opened_ledger import Ledger
from tests.answers.asked_questions import questions
from tests.answers.examples import asker
from tests.answers.goldens import FOLDER
from tests.api.page_reader import BROWSER, said

MISUSE = re.compile(r".{0,40}(?:(?<!document )\bversions?\b|\brecord \d|\bbasis\b).{0,40}", re.IGNORECASE)
#: Where the program itself has a version, and where the name of a parameter is shown.
_OF_THE_PROGRAM = re.compile(r"--version +Show the version and exit|\bVERSION\b|\{version\}|`(?:version|basis)`")
#: Which points and which part of a list are shown makes no other kind of page.
_SAME = {"at", "previous", "current", "page", "after", "step", "when", "priority", "rating", "order", "action", "to"}
_FILE = re.compile(r"\.(json|csv|md|html|xlsx|docx|pdf|zip)$")


def misuses(text: str) -> list[str]:
    return MISUSE.findall(_OF_THE_PROGRAM.sub("", " ".join(text.split())))


def written_by_others(text: str) -> str:
    """The text without what was recorded, and without the sentences of events."""
    return _others().sub("", text)


@cache
def _others() -> re.Pattern[str]:
    trails = [asked for asked in questions() if asked.question == "trail" and asked.name.endswith("/trail")]
    found = {text for asked in trails for text in _strings(asked.ask(asker()).document)}
    told = sorted({safe_text(text).rstrip(".") for text in found if misuses(text)}, key=len, reverse=True)
    assert len(told) > 20
    return re.compile("|".join(map(re.escape, told)))


def _strings(value: Any) -> Iterator[str]:
    """Every text within a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


def _shown(value: Any) -> Iterator[str]:
    """Every text that a part of a paper shows; of a drawing the words in it."""
    if isinstance(value, Text):
        yield "".join(piece.text for piece in value.pieces)
    elif isinstance(value, Picture):
        yield from (value.alternative, html.fromstring(value.svg).text_content())
    elif isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _shown(one)
    elif is_dataclass(value) and not isinstance(value, Day | Instant):
        for field in fields(value):
            if field.name not in ("points", "data", "command"):
                yield from _shown(getattr(value, field.name))


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_paper_confuses_them(question: str) -> None:
    asked = [one for one in questions() if one.question == question]
    assert asked
    for one in asked:
        shown = compose(question, one.ask(asker()).document, as_asked=True)
        texts = [written_by_others(" ".join(text.split())) for text in _shown(shown)]
        assert [(one.name, found) for text in texts for found in misuses(text)] == []


@pytest.mark.slow
def test_no_page_confuses_them(reader: TestClient) -> None:
    left, seen, found = ["/plans", "/guide", "/nothing", "/plans/sunderland/events/999"], set[str](), []
    left += [
        "/plans/sunderland?at=2019-05-31@999",
        "/plans/sunderland?at=2019-05-31@soon",
        "/plans/sunderland?at=issue:9",
    ]
    while left:
        address = left.pop()
        answer = reader.get(address, headers=BROWSER)
        tree = html.fromstring(answer.text)
        words = [said(tree), *tree.xpath("//@aria-label | //@title | //@placeholder")]
        found += [(address, one) for text in words for one in misuses(written_by_others(text))]
        for link in tree.xpath("//a/@href"):
            to = urljoin(address, link).partition("#")[0]
            if _kind(to) not in seen and not _FILE.search(urlsplit(to).path) and to.startswith(("/plans", "/guide")):
                seen.add(_kind(to))
                left.append(to)
    assert found == []
    assert {"/plans/sunderland/record/version", "/plans/stockton-ilacs/events/N"} <= {
        one.partition("?")[0] for one in seen
    }


def _kind(address: str) -> str:
    """Pages that differ in numbers alone are of one kind."""
    split = urlsplit(address)
    named = "&".join(sorted({name for name, _ in parse_qsl(split.query)} - _SAME))
    path = re.sub(r"/(actions|events)/.*", r"/\1/N", split.path)
    return f"{path}?{named}"


def test_no_help_and_no_problem_confuses_them() -> None:
    shown = {file.name: [file.read_text(encoding="utf-8")] for file in FOLDER.glob("help/*.txt")}
    for file in FOLDER.glob("problems/*.json"):
        problem = json.loads(file.read_text(encoding="utf-8"))
        shown[file.name] = [one["detail"] for one in (problem, *problem.get("errors", ()))]
    assert len(shown) > 50
    assert [(name, one) for name, texts in shown.items() for text in texts for one in misuses(text)] == []


def test_refusals_name_the_event(client: TestClient, plan: str, ledger: Ledger) -> None:
    """The rules of corrections and confirmations, which speak of other events more than all others."""
    wrong = [
        {"type": "EventWithdrawn", "version": 99, "effective_on": "2019-03-15"},
        {"type": "EventWithdrawn", "version": 3, "effective_on": "2019-03-15"},
        {"type": "EventWithdrawn", "version": 2, "effective_on": "2019-03-15", "reason": "Typo"},
        {"type": "RatingConfirmed", "action": "2.4", "version": 3, "effective_on": "2019-03-15"},
        {"type": "TextRedacted", "version": 3, "fields": ["reason"], "effective_on": "2019-03-15"},
    ]
    for event in wrong:
        answer = client.post(f"{plan}/events", json=event)
        assert answer.status_code == 409, answer.text
        details = [answer.json()["detail"], *(one["detail"] for one in answer.json().get("errors", ()))]
        assert [one for text in details for one in misuses(text)] == []
    assert ledger.plan("plan").version == 3
