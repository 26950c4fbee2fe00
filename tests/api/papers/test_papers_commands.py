"""The command at the foot of every paper makes the same paper again, to the byte."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api import clock
from api.cli.command_context import Session
from api.cli.main import cli
from api.formats import render
from api.questions.asker import Answer, Asker
from api.questions.history_question import HISTORY
from api.questions.question import OfTwoPoints
from api.questions.question_registry import QUESTIONS, compose
from domain.opened_ledger import Ledger
from projections.claims import read_claims
from tests.api.process import CLAIMS
from tests.asked import AT, BETWEEN

PREVIOUS, CURRENT = "2019-03-29@243", "2019-05-31@282"

BOTH = {"previous": PREVIOUS, "current": CURRENT}
#: Question -> what it is asked with, also of a page of the events.
ASKED: dict[str, dict[str, Any]] = {
    "plans": {},
    "plan": {"at": CURRENT},
    "plan, everything": {"at": CURRENT, "everything": True},
    "comparison": BOTH,
    "paper": BOTH,
    "changes": BOTH,
    "counted": {**BOTH, "rating": "amber", "priority": "2"},
    "counted, new": {**BOTH, "population": "new"},
    "event": {"version": 200, "up_to": 285},
    "history": {"at": CURRENT},
    "trail": {},
    "trail, first page": {"limit": 7, "up_to": 280},
    "trail, page": {"action": "2.5", "after": 20, "limit": 2},
    "trail, last page": {"recorded_after": "2019-06-04", "after": 280, "limit": 50},
    "trail, after the last": {"after": 1000, "limit": 100},
    "replay": {},
    "replay, first page": {"limit": 5, "up_to": 200},
    "replay, page": {"after": 100, "limit": 3},
    "replay, after the last": {"after": 1000, "limit": 50},
    "ratings": {"at": CURRENT},
    "action": {"number": "2.4", "at": CURRENT},
    "overdue": {"at": CURRENT},
    "gaps": {"plan": "stockton-2016"},
    "measures": {"plan": "stockton-strategy"},
    "assurance": {"at": CURRENT},
    "stale": {"plan": "stockton-ilacs"},
    "audit": {"claims": read_claims(CLAIMS.read_bytes())},
}


@pytest.fixture
def again(examples: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], bytes]:
    """Runs a command that stands at the foot of a paper, and gives what it wrote."""
    monkeypatch.setattr(Session, "ledger", property(lambda _: examples))
    monkeypatch.setattr(Session, "not_nowhere", lambda _: None)  # it is opened already, wherever it is

    def run(command: str, form: str) -> bytes:
        program, *arguments = shlex.split(command.replace("CLAIMS.json", str(CLAIMS)))
        assert program == "asat"
        file = tmp_path / f"again.{form}"
        done = CliRunner().invoke(cli, [*arguments, "-o", str(file)], catch_exceptions=False)
        assert done.exit_code == (1 if arguments[0] == "audit" else 0), done.output
        return file.read_bytes()

    return run


def asking(ledger: Ledger) -> Asker:
    return Asker(ledger, clock.today())


def told(ledger: Ledger) -> str:
    """What a forum had last been presented with, as a point: one that the examples have."""
    forum = HISTORY.ask(asking(ledger), "sunderland").document["presented"][-1]
    return f"told:{forum['forum']}@{forum['on']}"


def answered(ledger: Ledger, asked: str) -> Answer[Any]:
    question = QUESTIONS[asked.partition(",")[0]]
    plan = {} if question.name == "plans" else {"plan": "sunderland"}
    return question.ask(asking(ledger), **{**plan, **ASKED[asked]})


def test_every_paper_is_among_those_made_again() -> None:
    assert {asked.partition(",")[0] for asked in ASKED} == set(QUESTIONS)


@pytest.mark.parametrize("asked", ASKED)
def test_the_command_at_the_foot_of_a_paper_makes_it_again(examples: Ledger, again: Any, asked: str) -> None:
    answer = answered(examples, asked)
    made = render(answer.question, "md", answer.document)
    assert again(compose(answer.question, answer.document).command, "md") == made


@pytest.mark.parametrize("form", ["docx", "pdf", "xlsx", "html"])
@pytest.mark.parametrize("asked", ["comparison", "trail, page", "replay, page", "history"])
def test_it_does_so_in_every_form(examples: Ledger, again: Any, asked: str, form: str) -> None:
    answer = answered(examples, asked)
    made = render(answer.question, form, answer.document)
    assert again(compose(answer.question, answer.document).command, form) == made


@pytest.mark.parametrize("point", ["issue:3.0", "2019-05-31", "told"])
@pytest.mark.parametrize("question", [*AT, *BETWEEN, "action"])
def test_a_paper_is_the_same_however_its_points_were_asked_for(
    examples: Ledger, again: Any, question: str, point: str
) -> None:
    ask, asked = asking(examples), QUESTIONS[question]
    at = told(examples) if point == "told" else point
    own = {"number": "2.4"} if question == "action" else {}
    points = {"previous": "issue:2.0", "current": at} if isinstance(asked, OfTwoPoints) else {"at": at}
    answer = asked.ask(ask, "sunderland", **own, **points)
    as_fixed = asked.ask(ask, "sunderland", **own, **answer.fixed)
    assert json.dumps(answer.document) != json.dumps(as_fixed.document)
    for form in ("md", "html", "docx"):
        assert render(question, form, answer.document) == render(question, form, as_fixed.document)
    assert again(compose(question, answer.document).command, "md") == render(question, "md", answer.document)
