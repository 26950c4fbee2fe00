"""The README and the guides in docs/ are executed: every command that they name works, and prints what they say."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.application import make_application
from api.cli.serve_commands import let_in
from api.demonstration import OFFICER
from api.questions.question_registry import QUESTIONS
from domain.opened_ledger import Ledger
from tests.api.conftest import ROOT, load_examples
from tests.api.process import environment
from tests.api.signed_in import browser

pytestmark = pytest.mark.slow

GUIDES = ("README.md", *(f"docs/{name}.md" for name in ("officers", "inspectors", "operators", "programmers")))
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in GUIDES}
LONGEST_README = 120


def blocks(kind: str) -> list[str]:
    """The fenced blocks of this kind in all guides."""
    found = (re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) for text in TEXTS.values())
    return [block for of_one in found for block in of_one]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of the console blocks, with the lines that the guide says it prints.

    One that stands in two guides comes once.
    """
    seen: set[str] = set()
    for block in blocks("console"):
        for part in block.split("$ ")[1:]:
            command, *shown = part.splitlines()
            if command in seen:
                continue
            seen.add(command)
            yield command, [line.strip() for line in shown if line.strip() not in ("", "…", "...")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a running demo."""
    folder = tmp_path_factory.mktemp("readme") / "data"
    with Ledger.open(data=folder) as ledger:
        load_examples(ledger)
        let_in(ledger.access)
        yield folder


def typed(command: str, data: Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, cwd=folder, env=environment(data), timeout=60,
        check=False,
    )  # fmt: skip


def test_the_readme_is_short() -> None:
    assert len(TEXTS["README.md"].splitlines()) <= LONGEST_README


def test_there_are_commands_to_try() -> None:
    assert len(list(commands())) > 5
    assert all(command.startswith(".venv/bin/asat ") for command, _ in commands())


@pytest.mark.parametrize(("command", "shown"), [pytest.param(*one, id=one[0]) for one in commands()])
def test_a_command_of_a_guide_works_and_prints_what_it_says(demo: Path, command: str, shown: list[str]) -> None:
    name = shlex.split(command)[1]
    # What a person sees at a terminal, which this is not; what prints nothing but text has no such option.
    as_text = "" if name in ("replay", "check", "record") else " -f text"
    done = typed(command + as_text, demo)
    assert (done.returncode, done.stderr) == (1 if name == "audit" else 0, "")
    printed = {line.strip() for line in done.stdout.splitlines()}
    assert printed - {""}
    assert [line for line in shown if line not in printed] == []


@pytest.mark.parametrize("script", [block for block in blocks("sh") if ".venv/bin/asat" in block])
def test_a_script_of_a_guide_works(demo: Path, script: str, tmp_path: Path) -> None:
    """In a folder to itself, as it makes files."""
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    done = typed(script, demo, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "asat: " not in done.stderr, "nothing is complained of"


def test_the_addresses_of_the_guides_answer(demo: Path) -> None:
    found = {
        address
        for text in TEXTS.values()
        for address in re.findall(r"(?:GET |127\.0\.0\.1:8000|`)(/[a-z][^\s`>]*)", text)
    }
    assert len(found) > 1
    with Ledger.open(data=demo) as ledger:
        client = browser(make_application(ledger, "Reader"), ledger, OFFICER)
        for address in found:
            if "{" in address:
                assert address in {one.address for one in QUESTIONS.values()}, address
            elif not Path(address).parts[1].startswith(("var", "usr")):
                assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "name", [*GUIDES, "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/proof.md", "docs/safekeeping.md"]
)
def test_the_links_of_a_document_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert ((ROOT / name).parent / link).exists(), link
