"""Adding a question takes one file: all that is made in loops over the questions then has it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.questions.question_registry import QUESTIONS
from domain.opened_ledger import Ledger
from tests.api.conftest import ROOT

TOY = Path(__file__).parent / "toy"

#: What a program says that has the file of the toy question among those of the questions.
PROGRAM = """
import json, sys
from pathlib import Path
import api.questions
api.questions.__path__.append(sys.argv[1])
from click.testing import CliRunner
from starlette.testclient import TestClient
from api.cli.command_context import Session
from api.cli.command_roles import NEEDS
from api.cli.every_command import PROGRAM
from api.formats import formats_of
from api.application import make_application
from api.packing import PAPERS
from scripts.argument_tables import argument_tables
from scripts.question_table import guide
from domain.opened_ledger import Ledger
from tests.answers.asked_questions import questions

ledger = Ledger.open(data=Path(sys.argv[2]), schema="examples")
client = TestClient(make_application(ledger, "Officer"), base_url="http://127.0.0.1:8000")
def got(address, **headers):
    answer = client.get(address, headers=headers)
    return [answer.status_code, answer.headers["content-type"], answer.text if "html" in str(headers) else ""]
Session.not_nowhere = lambda _: None
Session.ledger = property(lambda _: ledger)
from api.cli.main import cli
from api.cli.arguments import command
made = {}
exec(argument_tables(), made)
cli.add_command(command("leads", made["COMMANDS"]["leads"]))
ran = CliRunner().invoke(cli, ["leads", "sunderland", "--at", "issue:3.0", "--least", "2", "-f", "json"])
described = client.get("/openapi.json").json()
print(json.dumps({
    "order": list(PROGRAM.commands),
    "needs": repr(NEEDS["leads"]),
    "help": CliRunner().invoke(cli, ["leads", "--help"]).output,
    "usage": CliRunner().invoke(cli, ["leads", "sunderland", "--least", "no"]).output,
    "ran": [ran.exit_code, ran.stdout],
    "forms": {form: got(f"/plans/sunderland/leads.{form}?at=issue:3.0") for form in formats_of("leads")},
    "json": client.get("/plans/sunderland/leads.json?at=issue:3.0&least=2").json(),
    "refused": client.get("/plans/sunderland/leads.json?least=0").json(),
    "page": got("/plans/sunderland/leads?at=issue:3.0&least=2", Accept="text/html"),
    "guide": got("/guide?plan=sunderland", Accept="text/html")[2],
    "described": described["paths"]["/plans/{plan}/leads.json"]["get"],
    "schema": described["components"]["schemas"]["LeadDocument"],
    "papers": PAPERS,
    "inspectors": guide(),
    "golden": [asked.name for asked in questions() if asked.question == "leads"],
}))
ledger.close()
"""


@pytest.fixture(scope="module")
def made(examples: Ledger, server_folder: Path) -> Any:
    """What the program says."""
    assert examples.plans()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(TOY), str(server_folder)], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_is_no_question_of_the_product() -> None:
    assert "leads" not in QUESTIONS


def test_it_has_a_command_with_help_arguments_and_a_role(made: Any) -> None:
    assert made["order"].index("assurance") + 1 == made["order"].index("leads") == made["order"].index("stale") - 1
    assert "of_plan=True" in made["needs"]
    for said in ("Count the actions of a PLAN that each lead has.", "--least", "--at POINT", "asat leads sunderland"):
        assert said in made["help"]
    assert "Invalid value for '--least'" in made["usage"]
    code, answer = made["ran"]
    assert code == 0
    assert json.loads(answer) == made["json"]


def test_it_has_an_address_for_each_form(made: Any) -> None:
    assert {"json", "md", "html", "xlsx", "docx", "pdf"} <= made["forms"].keys()
    assert {status for status, *_ in made["forms"].values()} == {200}
    assert made["json"]["leads"]
    assert all(one["actions"] >= 2 for one in made["json"]["leads"])
    assert made["refused"]["problems"][0]["field"] == "least"


def test_it_has_a_page_that_the_guide_leads_to(made: Any) -> None:
    status, kind, page = made["page"]
    assert (status, kind) == (200, "text/html; charset=utf-8")
    for said in ("Who leads", "As at 31 May 2019", made["json"]["leads"][0]["lead"], "/plans/sunderland/leads.docx?"):
        assert said in page
    assert '<a href="/plans/sunderland/leads">Who leads</a>' in made["guide"]


def test_it_is_described_packed_listed_and_asked_for_the_golden_answers(made: Any) -> None:
    assert made["described"]["summary"] == "Count the actions of each lead."
    assert [one["name"] for one in made["described"]["parameters"]] == ["plan", "at", "least"]
    assert made["schema"]["description"] == "How many actions somebody leads."
    assert "leads" in made["papers"]
    assert "`asat leads`" in made["inspectors"]
    assert "sunderland/leads.issue-3.0" in made["golden"]
