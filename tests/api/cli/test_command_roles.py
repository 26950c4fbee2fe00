"""What each command needs of whoever runs it: every command, with every role and with none, against a written table."""

import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from api.cli.command_roles import NEEDS, Undeclared, each_command, guard
from api.cli.every_command import PROGRAM
from api.cli.main import cli
from api.event_roles import EVENT_ROLES, PERSONS_EVENTS, may_record, must_record
from api.questions.question_registry import QUESTIONS
from domain.access.principals import Grant, PersonNeeded, Principal
from domain.access.roles import ROLES
from domain.events import EVENTS
from domain.opened_ledger import Ledger
from tests.api.conftest import OPENING

#: Who runs it -> the role and the plan that their token is for. "none" shows no token: whoever runs the machine.
CALLERS: dict[str, tuple[str, str | None, bool]] = {
    "reader": ("reader", None, False),
    "recorder": ("recorder", None, False),
    "keeper": ("keeper", None, False),
    "reader of plan": ("reader", "plan", False),
    "keeper of other": ("keeper", "other", False),
    "expired keeper": ("keeper", None, True),
}

EVERYBODY = {"none", *CALLERS}
OPERATOR = {"none"}
READERS = {"reader", "recorder", "keeper", "reader of plan"}

#: The questions about one plan, by their commands.
ANSWERS = [one.called for one in QUESTIONS.values() if one.name != "plans"]

#: Command -> who gets past the question whether they may.
MAY: dict[str, set[str]] = {
    **dict.fromkeys(("demo", "serve", "check", "verify", "restore", "migrate", "key create"), EVERYBODY),
    # It is noted under whose name, so that a token must be one.
    "backup": EVERYBODY - {"expired keeper"},
    **dict.fromkeys(ANSWERS, READERS),
    "plans": READERS | {"keeper of other"},
    "record": {"keeper"},
    "pack": READERS | {"none"},
    **dict.fromkeys(
        ("redact", "purge", "key show", "key rotate",
         "checkpoint cut", "checkpoint list", "checkpoint cosign", "checkpoint stamp",
         "principal add", "principal list", "principal grant", "principal end", "principal leave",
         "principal password", "principal link", "principal unlink", "principal link-once",
         "token create", "token list", "token revoke", "access log"),
        OPERATOR,
    ),
}  # fmt: skip

#: Arguments that click lets through; each command's own work is left out.
ARGUMENTS: dict[str, list[str]] = {
    "compare": ["plan", "now"], "paper": ["plan", "now"], "changes": ["plan", "now"], "event": ["plan", "1"],
    "action": ["plan", "2.4"], "audit": ["plan", "FILE"], "redact": ["plan", "1", "text", "--reason", "x"],
    "record": ["FILE"], "verify": ["FILE"], "restore": ["FILE"],
    "backup": ["-o", "x"], "pack": ["plan", "-o", "x"], "key create": ["--name", "x", "-o", "x"],
    "key rotate": ["-o", "x"], "checkpoint cosign": ["FILE", "--witness", "x"],
    "checkpoint stamp": ["--tsa", "x", "--tsa-root", "FILE"], "principal add": ["Bob", "--role", "reader"],
    "principal grant": ["Bob", "--role", "reader"], "principal end": ["Bob", "--role", "reader"],
    "principal leave": ["Bob"], "principal password": ["Bob"], "principal link": ["Bob", "i", "s"],
    "principal unlink": ["Bob", "i", "s"],
    "principal link-once": ["Bob"],
    "token create": ["x", "--role", "reader"], "token revoke": ["x"],
    **{name: ["plan"] for name in ANSWERS if name not in {"compare", "paper", "changes", "event", "action", "audit"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def tokens(server_folder: Path) -> Iterator[dict[str, str]]:
    """Caller -> token, on a ledger with two plans."""
    with Ledger.open(data=server_folder, schema="command_roles") as ledger:
        access = ledger.access
        access.principals.add("Ann", [Grant("keeper")], "operator test")
        made = {"none": ""}
        for name, (role, plan, expired) in CALLERS.items():
            until = datetime(2020, 1, 1, tzinfo=UTC) if expired else None
            made[name], _ = access.tokens.create(name, Grant(role, plan), until, "operator test")  # type: ignore[arg-type]
        yield made


@pytest.fixture
def run(
    tokens: dict[str, str], server_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], Result]:
    """Runs a command as somebody, up to where its own work would begin: there it exits with 77."""
    opened = Ledger.open
    monkeypatch.setattr(Ledger, "open", lambda **_: opened(data=server_folder, schema="command_roles"))
    for name in [name for name in os.environ if name.startswith("ASAT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ASAT_DATA", str(server_folder))
    file = tmp_path / "file"
    file.write_text("".join(json.dumps({"plan": "plan", **event}) + "\n" for event in OPENING))

    def ran(path: str, caller: str) -> Result:
        arguments = [str(file) if one == "FILE" else one for one in ARGUMENTS.get(path, [])]
        return CliRunner().invoke(cli, [*path.split(), *arguments], env={"ASAT_TOKEN": tokens[caller]})

    return ran


@pytest.fixture
def _no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command does once it was asked whether it may is left out, but for what records, which asks within."""

    def worked(*_: object, **__: object) -> None:
        raise SystemExit(77)

    for path, command in each_command(PROGRAM):
        wrapped = command.callback
        assert wrapped is not None
        if path == "record":
            continue
        cells = dict(zip(wrapped.__code__.co_freevars, wrapped.__closure__ or (), strict=True))
        monkeypatch.setattr(cells["callback"], "cell_contents", worked)
    monkeypatch.setattr(Ledger, "record", worked)


def test_every_command_is_in_the_table():
    paths = {path for path, _ in each_command(PROGRAM)}
    assert paths == set(MAY)
    assert paths == set(NEEDS), "api/cli/command_roles.py names a command that there is not"


@pytest.mark.parametrize("path", MAY)
@pytest.mark.usefixtures("_no_work")
def test_a_command_is_let_through_for_those_who_may_and_no_other(path: str, run: Callable[[str, str], Result]):
    for caller in sorted(EVERYBODY):
        done = run(path, caller)
        if caller in MAY[path]:
            assert done.exit_code == 77, (caller, done.output)
        else:
            assert done.exit_code == 1, (caller, done.output)
            assert re.search("lacks the role|nobody is signed in|this token opens nothing", done.stderr), done.stderr
            assert done.stdout == ""


def test_a_command_that_declares_nothing_keeps_the_program_from_starting():
    @click.group()
    def group() -> None:
        """A program."""

    group.add_command(click.Command("unheard-of", callback=lambda: None))
    with pytest.raises(Undeclared, match="asat unheard-of"):
        guard(group)


#: Role -> the events that it takes this role to record.
RECORDED_BY = {
    "recorder": {"ProgressReported", "EvidenceAdded", "ActionRated", "RatingConfirmed", "MeasureReported"},
    "steward": {"TextRedacted"},
}


def test_every_event_has_its_role():
    assert EVENT_ROLES.keys() == EVENTS.keys()
    for name, role in EVENT_ROLES.items():
        assert role == next((held for held, names in RECORDED_BY.items() if name in names), "keeper")
    assert set(EVENT_ROLES.values()) <= ROLES.keys()
    assert set.union(*RECORDED_BY.values()) <= EVENTS.keys()


def test_a_person_confirms_and_a_program_with_the_same_role_does_not():
    now, plan = datetime(2026, 11, 20, tzinfo=UTC), "plan"
    bea, robot = (Principal("Bea", (Grant("recorder"),), program=program) for program in (False, True))
    for name, role in EVENT_ROLES.items():
        assert may_record(bea, name, plan, now) == (role == "recorder")
        assert may_record(robot, name, plan, now) == (role == "recorder" and name not in PERSONS_EVENTS)
    assert {"RatingConfirmed"} == PERSONS_EVENTS
    must_record(bea, "RatingConfirmed", plan, now)
    must_record(robot, "ActionRated", plan, now)
    with pytest.raises(PersonNeeded, match="Robot is a token, and RatingConfirmed takes a person"):
        must_record(Principal("Robot", (Grant("keeper"),), program=True), "RatingConfirmed", plan, now)
