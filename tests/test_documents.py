"""Nothing is there that no document tells of: settings, commands, options, examples, events."""

import re
import subprocess
from pathlib import Path

import click
import pytest

from api.command_line import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def sources() -> list[Path]:
    return [file for folder in ("api", "domain", "projections") for file in sorted((ROOT / folder).rglob("*.py"))]


def test_every_setting_is_documented() -> None:
    used = {name for file in sources() for name in re.findall(r"\bASAT_[A-Z_]+\b", file.read_text(encoding="utf-8"))}
    assert {"ASAT_DATABASE_URL", "ASAT_DATA", "ASAT_HOST", "ASAT_PORT", "ASAT_BY"} <= used
    assert [name for name in sorted(used) if f"`{name}`" not in README] == []


def test_every_setting_of_the_documents_exists() -> None:
    settings = "".join(
        (ROOT / "api" / name).read_text(encoding="utf-8") for name in ("settings.py", "serving_settings.py")
    )
    assert [name for name in re.findall(r"\bASAT_[A-Z_]+\b", README) if name not in settings] == []


def test_every_option_named_by_the_readme_exists() -> None:
    options = {option for command in (cli, *cli.commands.values()) for param in command.params for option in param.opts}
    assert [name for name in re.findall(r"`(--[a-z-]+)`", README) if name not in options] == []


@pytest.mark.parametrize("name", cli.commands)
def test_every_command_and_option_is_explained(name: str) -> None:
    command = cli.commands[name]
    assert command.help
    assert command.get_short_help_str(1000) == command.get_short_help_str(60), "its summary fits the list of commands"
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts} says nothing"


def test_every_example_is_documented() -> None:
    told = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    examples = [file.name for file in (ROOT / "examples").iterdir() if file.suffix in (".json", ".jsonl")]
    assert len(examples) > 5
    assert [name for name in examples if f"`{name}`" not in told] == []


def test_every_decision_has_its_number() -> None:
    numbers = re.findall(r"^(\d+)\. \*\*", (ROOT / "DECISIONS.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_the_generated_documents_are_fresh() -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "generate", "--check"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
