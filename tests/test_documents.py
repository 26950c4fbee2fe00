"""Nothing is there that no document tells of: settings, commands, options, examples, events."""

import os
import pkgutil
import re
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from api.cli.main import cli
from domain.events import EVENTS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDES = README + "".join(
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("officers", "inspectors", "operators", "programmers")
)
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
#: Scripts that take a first word, and what tells which words there are.
TAKES = re.compile(r"^([a-z]+)\) |\| 1(--[a-z]+|[a-z]+)\) ", re.MULTILINE)


def sources() -> list[Path]:
    return [file for folder in ("api", "domain", "projections") for file in sorted((ROOT / folder).rglob("*.py"))]


def test_every_setting_is_documented() -> None:
    used = {name for file in sources() for name in re.findall(r"\bASAT_[A-Z_]+\b", file.read_text(encoding="utf-8"))}
    assert {"ASAT_DATABASE_URL", "ASAT_DATA", "ASAT_HOST", "ASAT_PORT", "ASAT_BY"} <= used
    assert [name for name in sorted(used) if f"`{name}`" not in GUIDES] == []


def test_every_setting_of_the_documents_exists() -> None:
    settings = "".join(
        (ROOT / "api" / name).read_text(encoding="utf-8") for name in ("settings.py", "serving_settings.py")
    )
    assert [name for name in re.findall(r"\bASAT_[A-Z_]+\b", GUIDES) if name not in settings] == []


def test_every_option_named_by_a_guide_exists() -> None:
    options = {option for command in (cli, *cli.commands.values()) for param in command.params for option in param.opts}
    assert [name for name in re.findall(r"`(--[a-z-]+)`", GUIDES) if name not in options] == []


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


# How to contribute


def commands_of(document: str) -> list[list[str]]:
    """The commands of the project that a document names, each with its words."""
    return [named.split() for named in re.findall(r"`((?:scripts|\.ci)/[a-z_]+[^`]*)`", " ".join(document.split()))]


def takes(script: str) -> set[str]:
    """The words that a script knows as its first."""
    return {word for found in TAKES.findall((ROOT / script).read_text(encoding="utf-8")) for word in found if word}


def test_every_command_that_contributors_are_told_exists() -> None:
    named = commands_of(CONTRIBUTING)
    assert len(named) > 4
    for script, *words in named:
        assert os.access(ROOT / script, os.X_OK), script
        assert {word for word in words if word.isalpha() or word.startswith("-")} <= takes(script), (script, words)


def test_a_word_that_a_command_does_not_know_is_found() -> None:
    assert commands_of("Run `scripts/test soon` or `.ci/run`.") == [["scripts/test", "soon"], [".ci/run"]]
    assert takes("scripts/test") == {"unit", "all"}
    assert takes("scripts/check") == {"--fix"}


def test_every_script_is_named_where_the_readme_says_where_things_are() -> None:
    named = re.search(r"^scripts/ +(.+)$", README, re.MULTILINE)
    assert named
    scripts = {file.name for file in (ROOT / "scripts").iterdir() if file.is_file() and file.suffix != ".py"}
    assert set(named[1].split(", ")) == scripts


def test_continuous_integration_runs_what_contributors_are_told() -> None:
    commands = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^(scripts/[a-z]+(?: [a-z]+)?) </dev/null$", commands, re.MULTILINE) == [
        "scripts/check", "scripts/test all",
    ]  # fmt: skip
    assert "`.ci/run` | what continuous integration runs: `scripts/check`, then `scripts/test all`" in CONTRIBUTING


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_the_licence_is_the_one_that_the_package_names(document: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("MIT", ["LICENSE"])
    assert "(LICENSE)" in (ROOT / document).read_text(encoding="utf-8")
    title, _, holder, *_ = (ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()
    assert (title, holder) == ("MIT License", "Copyright (c) 2026 AsAt contributors")


def test_the_links_of_contributing_lead_somewhere() -> None:
    assert [link for link in re.findall(r"\]\((?!http)([^)#]+)", CONTRIBUTING) if not (ROOT / link).exists()] == []


def test_every_marker_is_one_that_a_command_leaves_out() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    script = (ROOT / "scripts" / "test").read_text(encoding="utf-8")
    assert [marker.partition(":")[0] for marker in options["markers"]] == ["slow", "long"]
    assert "-m 'not slow and not long'" in script
    assert "-m 'not long'" in script


# The map for engineers


def places_of(document: str) -> set[str]:
    """The files and folders of the project that a document names; in one that is written as a pattern, `NAME`."""
    rooms = "domain|projections|api|tests|scripts|bench|docs|examples|requirements"
    named = set(re.findall(rf"`((?:{rooms})(?:/[\w.-]+)*|pyproject\.toml)`", document))
    return {place.replace("NAME", "*") for place in named}


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md", "DECISIONS.md"])
def test_every_place_that_the_map_names_exists(document: str) -> None:
    named = places_of((ROOT / document).read_text(encoding="utf-8"))
    assert len(named) > 4
    assert [place for place in sorted(named) if not any(ROOT.glob(place))] == []


def test_every_name_that_a_decision_writes_with_its_module_exists() -> None:
    decisions = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`((?:domain|projections|api)(?:\.\w+)+)`", decisions))
    assert len(names) > 2
    assert [name for name in sorted(names) if not exists(name)] == []
    assert not exists("projections.action.gone") and not exists("domain.gone")


def exists(name: str) -> bool:
    """Whether a dotted name leads to a package, a module, or something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_a_place_that_is_gone_is_found() -> None:
    assert places_of("See `domain/gone.py`, `api` and `scripts/check`.") == {"domain/gone.py", "api", "scripts/check"}


def test_the_map_names_every_file_that_each_event_must_stand_in() -> None:
    parts = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("\n\n")
    [paragraph] = [part for part in parts if part.startswith("**An event.**")]
    named = places_of(paragraph)
    listing = {
        file.relative_to(ROOT).as_posix()
        for file in sources()
        if all(re.search(rf"\b{event}\b", file.read_text(encoding="utf-8")) for event in EVENTS)
    }
    generated, beside = {"domain/proofs/verify.py"}, {"api/forms/field_words.py", "scripts/generate", "tests/goldens"}
    assert named == listing - generated | beside
