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
from api.papers.compose import COMPOSED, compose
from api.questions import Answer, Asker
from domain.ledger.ledger import Ledger
from projections.claims import read_claims
from projections.counted import CountQuery
from tests.api.process import CLAIMS

PREVIOUS, CURRENT = "2019-03-29@243", "2019-05-31@282"

#: Question -> how it is asked, also of a page of the events.
ASKED: dict[str, Callable[[Asker], Answer]] = {
    "plans": lambda ask: ask.plans(),
    "plan": lambda ask: ask.plan("sunderland", CURRENT),
    "plan, everything": lambda ask: ask.plan("sunderland", CURRENT, everything=True),
    "comparison": lambda ask: ask.comparison("sunderland", PREVIOUS, CURRENT),
    "paper": lambda ask: ask.paper("sunderland", PREVIOUS, CURRENT),
    "changes": lambda ask: ask.changes("sunderland", PREVIOUS, CURRENT),
    "counted": lambda ask: ask.counted("sunderland", CountQuery(rating="amber", priority="2"), PREVIOUS, CURRENT),
    "counted, new": lambda ask: ask.counted("sunderland", CountQuery(population="new"), PREVIOUS, CURRENT),
    "event": lambda ask: ask.event("sunderland", 200, 285),
    "history": lambda ask: ask.history("sunderland", CURRENT),
    "trail": lambda ask: ask.trail("sunderland", limit=None),
    "trail, first page": lambda ask: ask.trail("sunderland", limit=7, up_to=280),
    "trail, page": lambda ask: ask.trail("sunderland", action="2.5", after=20, limit=2),
    "trail, last page": lambda ask: ask.trail("sunderland", recorded_after="2019-06-04", after=280, limit=50),
    "trail, after the last": lambda ask: ask.trail("sunderland", after=1000),
    "replay": lambda ask: ask.replay("sunderland", limit=None),
    "replay, first page": lambda ask: ask.replay("sunderland", limit=5, up_to=200),
    "replay, page": lambda ask: ask.replay("sunderland", after=100, limit=3),
    "replay, after the last": lambda ask: ask.replay("sunderland", after=1000),
    "ratings": lambda ask: ask.ratings("sunderland", CURRENT),
    "action": lambda ask: ask.action("sunderland", "2.4", CURRENT),
    "overdue": lambda ask: ask.overdue("sunderland", CURRENT),
    "gaps": lambda ask: ask.gaps("stockton-2016"),
    "measures": lambda ask: ask.measures("stockton-strategy"),
    "assurance": lambda ask: ask.assurance("sunderland", CURRENT),
    "stale": lambda ask: ask.stale("stockton-ilacs"),
    "audit": lambda ask: ask.audit("sunderland", read_claims(CLAIMS.read_bytes())),
}

AT = ("plan", "history", "overdue", "gaps", "measures", "assurance", "stale", "ratings")
BETWEEN = ("comparison", "paper", "changes")


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
    forum = asking(ledger).history("sunderland").document["presented"][-1]
    return f"told:{forum['forum']}@{forum['on']}"


def test_every_paper_is_among_those_made_again() -> None:
    assert {asked.partition(",")[0] for asked in ASKED} == set(COMPOSED)


@pytest.mark.parametrize("asked", ASKED)
def test_the_command_at_the_foot_of_a_paper_makes_it_again(examples: Ledger, again: Any, asked: str) -> None:
    answer = ASKED[asked](asking(examples))
    made = render(answer.question, "md", answer.document)
    assert again(compose(answer.question, answer.document).command, "md") == made


@pytest.mark.parametrize("form", ["docx", "pdf", "xlsx", "html"])
@pytest.mark.parametrize("asked", ["comparison", "trail, page", "replay, page", "history"])
def test_it_does_so_in_every_form(examples: Ledger, again: Any, asked: str, form: str) -> None:
    answer = ASKED[asked](asking(examples))
    made = render(answer.question, form, answer.document)
    assert again(compose(answer.question, answer.document).command, form) == made


@pytest.mark.parametrize("point", ["issue:3.0", "2019-05-31", "told"])
@pytest.mark.parametrize("question", [*AT, *BETWEEN, "counted", "action"])
def test_a_paper_is_the_same_however_its_points_were_asked_for(
    examples: Ledger, again: Any, question: str, point: str
) -> None:
    ask = asking(examples)
    at = told(examples) if point == "told" else point
    if question in BETWEEN:
        answer = getattr(ask, question)("sunderland", "issue:2.0", at)
        as_fixed = getattr(ask, question)("sunderland", answer.fixed["previous"], answer.fixed["current"])
    elif question == "counted":
        answer = ask.counted("sunderland", CountQuery(), "issue:2.0", at)
        as_fixed = ask.counted("sunderland", CountQuery(), answer.fixed["previous"], answer.fixed["current"])
    elif question == "action":
        answer = ask.action("sunderland", "2.4", at)
        as_fixed = ask.action("sunderland", "2.4", answer.fixed["at"])
    else:
        answer = getattr(ask, question)("sunderland", at)
        as_fixed = getattr(ask, question)("sunderland", answer.fixed["at"])
    assert json.dumps(answer.document) != json.dumps(as_fixed.document)
    for form in ("md", "html", "docx"):
        assert render(question, form, answer.document) == render(question, form, as_fixed.document)
    assert again(compose(question, answer.document).command, "md") == render(question, "md", answer.document)
