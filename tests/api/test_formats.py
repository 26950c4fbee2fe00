"""A format is one object and one function: a toy format is found by command and address."""

import subprocess
import sys
from pathlib import Path

from api.formats import FORMATS, Format, render
from api.questions.question_registry import QUESTIONS
from tests.api.answers import sunderland


def toy(paper):
    """The toy's writer."""
    return f"{paper.title}: {len(paper.blocks)} blocks, {len([*paper.data.rows()])} rows"


TOY = Format("Toy", ".toy", "text/x-toy", toy)

#: A program that has the toy from its start. It says what the command writes, what the address answers, and the links.
PROGRAM = """
import sys
from pathlib import Path
from api.formats import FORMATS
from tests.api.test_formats import TOY
FORMATS["toy"] = TOY
from click.testing import CliRunner
from api.cli import command_context
from api.cli.main import cli
from api.cli.arguments import command
from scripts.argument_tables import argument_tables
made = {}
exec(argument_tables(), made)
cli.add_command(command("gaps", made["COMMANDS"]["gaps"]))
from api.application import make_application
from domain.opened_ledger import Ledger
from tests.api.conftest import asking
ledger = Ledger.open(data=Path(sys.argv[2]), schema="examples")
command_context.Session.ledger = property(lambda session: ledger)
run = CliRunner()
print(run.invoke(cli, ["gaps", "sunderland", "-f", "toy"], catch_exceptions=False).output)
done = run.invoke(cli, ["gaps", "sunderland", "-o", sys.argv[1]], catch_exceptions=False)
print(Path(sys.argv[1]).read_text())
browser = asking(make_application(ledger, "Officer"))
answer = browser.get("/plans/sunderland/gaps.toy")
print(answer.headers["content-type"], answer.headers["content-disposition"], answer.text)
page, described = (browser.get(address).text for address in ("/plans/sunderland/gaps", "/openapi.json"))
print("gaps.toy" in page, "/plans/{plan}/gaps.toy" in described)
"""


def test_a_toy_format_is_found_by_command_and_address(examples, server_folder, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "gaps.toy"), str(server_folder)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2], timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    written = "Learning and Improvement Plan 2018-19: 1 blocks, 0 rows"
    printed, saved, answered, linked = filter(None, done.stdout.splitlines())
    assert (printed, saved) == (written, written)
    assert answered.startswith('text/x-toy; charset=utf-8 inline; filename="sunderland-gaps-')
    assert answered.endswith(f'.toy" {written}')
    assert linked == "True True"


def test_every_writer_writes_every_question():
    for name, one in FORMATS.items():
        for question in QUESTIONS if name in ("text", "csv") else ("gaps",):
            assert render(question, name, sunderland()[question]), (name, question)
        assert one.suffix.startswith(".")
