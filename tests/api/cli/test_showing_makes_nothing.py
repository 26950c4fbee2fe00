"""A command that only shows something makes no ledger in a place that holds none."""

from pathlib import Path

import pytest

from api.cli.command_roles import NEEDS, each_command
from api.cli.main import cli
from api.questions.question import OfTwoPoints
from api.questions.question_registry import QUESTIONS
from tests.api.process import CLAIMS, complained
from tests.asked import asked_of

#: The words with which each command begins that records, signs or makes something; every other only shows.
MAKING = {
    "demo", "serve", "record", "redact", "purge", "migrate", "backup", "restore", "key create", "key rotate",
    "checkpoint cut", "checkpoint cosign", "checkpoint stamp", "principal add", "principal grant", "principal end",
    "principal leave", "principal password", "principal link", "principal unlink", "principal link-once",
    "token create", "token revoke",
}  # fmt: skip
#: Opens no ledger at all.
OPENS_NONE = {"verify"}
#: What a command must be given besides.
WITH: dict[str, tuple[str, ...]] = {
    **{one.called: ("sunderland",) for one in QUESTIONS.values() if one.name != "plans"},
    **{one.called: ("sunderland", "2019-01-01", "2019-06-01") for one in asked_of(OfTwoPoints)},
    "counted": ("sunderland", "--previous", "2019-01-01", "--current", "2019-06-01"),
    "audit": ("sunderland", str(CLAIMS)), "event": ("sunderland", "1"), "action": ("sunderland", "1.1"),
    "pack": ("sunderland", "-o", "pack.zip"),
}  # fmt: skip
SHOWING = sorted(set(NEEDS) - MAKING - OPENS_NONE)


def test_every_command_is_said_to_make_something_or_to_show_it():
    assert {path for path, _ in each_command(cli)} == set(NEEDS) >= MAKING | OPENS_NONE


@pytest.mark.parametrize("command", SHOWING)
def test_a_command_that_only_shows_makes_no_ledger(command: str, tmp_path: Path):
    nowhere = tmp_path / "nothing"
    arguments = [*command.split(), *WITH.get(command, ())]
    assert f"there is no ledger in {nowhere}" in complained(*arguments, data=nowhere)
    assert not nowhere.exists()
