"""The golden files of the answers: what there ought to be, what there is, and where the two differ.

tests/goldens/answers/README.md says what they are for; scripts/golden writes them.
"""

import hashlib
import importlib.metadata
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.questions.asker import Answer
from tests.answers.asked_questions import Asked, questions
from tests.answers.examples import asker
from tests.answers.readable_formats import HASHED, READABLE, in_form, readable_forms

FOLDER = Path(__file__).parents[1] / "goldens" / "answers"
HASHES = FOLDER / "papers.json"

#: The libraries that the bytes of a Word, Excel or PDF paper come from.
MAKERS = ("lxml", "python-docx", "ttf-opensans", "typst", "xlsxwriter")


def installed() -> dict[str, str]:
    """The versions of the libraries that make papers, as they are installed."""
    return {name: importlib.metadata.version(name) for name in MAKERS}


def readable_files(asked: Asked) -> dict[str, bytes]:
    """The files of one question, by name: its answer in each form that is kept."""
    answer = asked.ask(asker())
    forms = [form for form in readable_forms(answer.question) if form in asked.forms]
    return {f"{asked.name}{READABLE[form]}": in_form(answer, form) for form in forms}


def paper_hashes(asked: Asked) -> dict[str, str]:
    """The hashes of the papers of one question, by the name that a file of it would have."""
    answer = asked.ask(asker())
    return {f"{asked.name}{suffix}": paper_hash(answer, form) for form, suffix in HASHED.items()}


def paper_hash(answer: Answer[Any], form: str) -> str:
    """SHA-256 of an answer as a paper.

    Word and Excel papers are zip files, and how a zip file is compressed depends on the zlib of the system, which
    nothing pins. So of these it is the hash of what is in them: each part's name, date and unpacked bytes, in order.
    """
    paper = in_form(answer, form)
    if form == "pdf":
        return hashlib.sha256(paper).hexdigest()
    digest = hashlib.sha256()
    with zipfile.ZipFile(io.BytesIO(paper)) as parts:
        for part in parts.infolist():
            unpacked = parts.read(part)
            digest.update(f"{part.filename}\n{part.date_time}\n{len(unpacked)}\n".encode())
            digest.update(unpacked)
    return digest.hexdigest()


def difference(name: str, golden: bytes, made: bytes) -> str | None:
    """The first line in which an answer differs from its golden file, in words; None where it does not."""
    if golden == made:
        return None
    was, now = golden.split(b"\n"), made.split(b"\n")
    for number in range(max(len(was), len(now))):
        old, new = (lines[number] if number < len(lines) else None for lines in (was, now))
        if old != new:
            return f"{name}, line {number + 1}:\n  golden: {_around(old, new)}\n  now:    {_around(new, old)}"
    raise AssertionError("bytes that differ have a line that differs")


def _around(line: bytes | None, other: bytes | None) -> str:
    """The line, of a long one what is around the first byte that differs."""
    if line is None:
        return "(no such line)"
    differs = next((n for n, (a, b) in enumerate(zip(line, other or b"", strict=False)) if a != b), 0)
    first = max(0, differs - 80)
    shown = line[first : differs + 120].decode("utf-8", "backslashreplace")
    return f"{'…' if first else ''}{shown}{'…' if differs + 120 < len(line) else ''}"


def differences(folder: Path, made: Mapping[str, bytes]) -> list[str]:
    """What differs between golden files and what was made, a sentence each; also a file that is not there."""
    found = []
    for name, now in made.items():
        file = folder / name
        if not file.exists():
            found.append(f"{name}: there is no such golden file; scripts/golden --write makes it")
        elif said := difference(name, file.read_bytes(), now):
            found.append(said)
    return found


def noted_papers() -> tuple[dict[str, str], dict[str, str]]:
    """The noted hashes of papers, and the versions of the libraries that made them."""
    noted = json.loads(HASHES.read_text(encoding="utf-8"))
    return noted["sha256"], noted["made_with"]


def other_makers(noted: Mapping[str, str]) -> list[str]:
    """The libraries whose installed version is not the noted one, a sentence each."""
    return [
        f"{name} {noted.get(name, '(none)')} is noted and {version} is installed"
        for name, version in installed().items()
        if noted.get(name) != version
    ]


def written_papers() -> bytes:
    """The file of hashes as it ought to be."""
    hashes: dict[str, str] = {}
    for asked in questions():
        hashes |= paper_hashes(asked) if asked.hashed else {}
    return (json.dumps({"made_with": installed(), "sha256": hashes}, indent=1) + "\n").encode()
