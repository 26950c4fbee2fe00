"""Write the golden answers anew, or say which differ: `python -m tests.answers.writing [--write]`."""

import logging
import shutil
import sys
import tempfile
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from domain.opened_ledger import Ledger
from tests.answers.asked_questions import questions
from tests.answers.descriptions import descriptions
from tests.answers.goldens import FOLDER, HASHES, differences, readable_files, written_papers
from tests.answers.problems import problems


def everything() -> dict[str, bytes]:
    """Every golden file but the README, by its name in the folder."""
    made = {name: body for asked in questions() for name, body in readable_files(asked).items()}
    return {**made, **descriptions(), **_problems(), HASHES.name: written_papers()}


def _problems() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        schemas = count(1)

        def make_ledger() -> Ledger:
            ledger = Ledger.open(data=Path(folder) / "data", schema=f"council_{next(schemas)}")
            return opened.enter_context(ledger)

        return problems(make_ledger, Path(folder))


def main() -> int:
    """Write them, or say which differ; the exit code says whether any does."""
    logging.getLogger("asat").setLevel(logging.CRITICAL + 1)  # of the problems that are provoked
    made = everything()
    if sys.argv[1:] != ["--write"]:
        found = differences(FOLDER, made)
        for said in found:
            sys.stdout.write(f"{said}\n")
        return 1 if found else 0
    for folder in (one for one in FOLDER.iterdir() if one.is_dir()):
        shutil.rmtree(folder)
    for name, body in made.items():
        file = FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    sys.stdout.write(f"{len(made)} golden files written; look at the diff: each change of an answer is to be meant\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
