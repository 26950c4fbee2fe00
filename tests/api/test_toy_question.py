"""Adding a question takes one file: all that is made in loops over the questions then has it.

One toy question is asked of a point, and one of several points.
"""

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
for name in ("leads", "growth"):
    cli.add_command(command(name, made["COMMANDS"][name]))
ran = CliRunner().invoke(cli, ["leads", "sunderland", "--at", "issue:3.0", "--least", "2", "-f", "json"])
along = "points=issue:2.0&points=2019-07-04@289&points=2019-07-04@289"
grew = CliRunner().invoke(cli, ["growth", "sunderland", *(
    part for point in ("issue:2.0", "2019-07-04@289", "2019-07-04@289") for part in ("--points", point)
), "-f", "json"])
first = client.get(f"/plans/sunderland/growth.docx?{along}")
held = {"If-None-Match": first.headers["etag"]}
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
    "growth": {
        "order": list(PROGRAM.commands),
        "needs": repr(NEEDS["growth"]),
        "help": CliRunner().invoke(cli, ["growth", "--help"]).output,
        "usage": CliRunner().invoke(cli, ["growth", "sunderland"]).output,
        "many": CliRunner().invoke(cli, ["growth", "sunderland", *(["--points", "now"] * 25)]).stderr,
        "ran": [grew.exit_code, grew.stdout],
        "json": client.get(f"/plans/sunderland/growth.json?{along}").json(),
        "forms": {form: got(f"/plans/sunderland/growth.{form}?{along}") for form in formats_of("growth")},
        "csv": client.get(f"/plans/sunderland/growth.csv?{along}").text,
        "said": client.get(f"/plans/sunderland/growth.md?{along}").text,
        "fixed": first.headers["content-location"],
        "file": first.headers["content-disposition"],
        "again": client.get(f"/plans/sunderland/growth.docx?{along}", headers=held).status_code,
        "other order": client.get(
            "/plans/sunderland/growth.docx?points=2019-07-04@289&points=2019-07-04@289&points=issue:2.0"
        ).headers["etag"] == first.headers["etag"],
        "refused": [client.get(f"/plans/sunderland/growth.json{query}").json() for query in (
            "", "?points=now&points=later", "?points=now&points=issue:9", "?twice=1&twice=1&points=now",
            "?" + "&".join(["points=now"] * 25),
        )],
        "page": got(f"/plans/sunderland/growth?{along}&twice=1", Accept="text/html"),
        "led": client.get(
            "/plans/sunderland/growth?at=issue:3.0&twice=1", headers={"Accept": "text/html"}, follow_redirects=False
        ).headers["location"],
        "described": described["paths"]["/plans/{plan}/growth.json"]["get"],
        "golden": [asked.name for asked in questions() if asked.question == "growth"],
    },
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
    assert made["order"].index("assurance") + 1 == made["order"].index("leads") == made["order"].index("stale") - 2
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


def test_a_question_of_several_points_has_a_command_that_takes_each(made: Any) -> None:
    grew = made["growth"]
    assert grew["order"].index("leads") + 1 == grew["order"].index("growth")
    assert "of_plan=True" in grew["needs"]
    for said in ("--points POINT", "once for each", "[required]", "--twice", "asat growth sunderland --points"):
        assert said in grew["help"]
    assert "Missing option '--points'" in grew["usage"]
    assert "25 points are asked of at once; name at most 24" in grew["many"]
    code, answer = grew["ran"]
    assert code == 0
    assert json.loads(answer) == grew["json"]


def test_it_has_an_address_that_takes_each_point_in_its_order(made: Any) -> None:
    grew = made["growth"]
    fixed = ["2019-03-29@%d", "2019-07-04@289", "2019-07-04@289"]
    shown = [f"{one['effective_on']}@{one['basis']}" for one in grew["json"]["points"]]
    assert shown == [fixed[0] % grew["json"]["points"][0]["basis"], *fixed[1:]]
    first, second, third = grew["json"]["growth"]
    assert (first["more"], third["more"]) == (0, 0)
    assert second["actions"] - first["actions"] == second["more"] > 0
    assert {status for status, *_ in grew["forms"].values()} == {200}
    assert grew["csv"].splitlines()[0] == "on,actions,more,plan,points"
    assert "asat growth sunderland" + "".join(f" --points {one}" for one in shown) in grew["said"]
    assert "As at 29 March 2019" in grew["said"]
    assert grew["fixed"].count("points=") == 3
    assert f'"sunderland-growth-{shown[0].replace("@", "-v")}-2019-07-04-v289.docx"' in grew["file"]
    assert (grew["again"], grew["other order"]) == (304, False)


def test_its_refusals_name_the_parameter(made: Any) -> None:
    missing, unreadable, unknown, twice, many = made["growth"]["refused"]
    assert (missing["code"], missing["field"]) == ("missing", "points")
    assert (unreadable["code"], unreadable["field"]) == ("unreadable-point", "points")
    assert (unknown["code"], unknown["field"], unknown["status"]) == ("unknown-point", "points", 404)
    assert (twice["code"], twice["field"]) == ("parameter-twice", "twice")
    assert (many["code"], many["field"], many["status"]) == ("too-many-points", "points", 422)


def test_its_page_begins_with_the_usual_two_points(made: Any) -> None:
    grew = made["growth"]
    status, _, page = grew["page"]
    assert status == 200
    for said in ("<h1", "Growth", "As at 29 March 2019", "growth.docx?points=", "&amp;twice=1"):
        assert said in page
    assert grew["led"].endswith("&points=issue:3.0")
    assert grew["led"].count("points=") == 2
    assert "twice=1" in grew["led"]
    assert '<a href="/plans/sunderland/growth">Growth</a>' in made["guide"]


def test_it_is_described_packed_and_asked_for_the_golden_answers_too(made: Any) -> None:
    grew = made["growth"]
    described = {one["name"]: one for one in grew["described"]["parameters"]}
    assert list(described) == ["plan", "points", "twice"]
    assert (described["points"]["required"], described["points"]["schema"]["type"]) == (True, "array")
    assert described["points"]["schema"]["maxItems"] == 24
    assert "growth" in made["papers"]
    assert "| several points |" in made["inspectors"]
    assert "sunderland/growth.issue-2.0.issue-3.0" in grew["golden"]


def test_it_is_described_packed_listed_and_asked_for_the_golden_answers(made: Any) -> None:
    assert made["described"]["summary"] == "Count the actions of each lead."
    assert [one["name"] for one in made["described"]["parameters"]] == ["plan", "at", "least"]
    assert made["schema"]["description"] == "How many actions somebody leads."
    assert "leads" in made["papers"]
    assert "`asat leads`" in made["inspectors"]
    assert "sunderland/leads.issue-3.0" in made["golden"]
