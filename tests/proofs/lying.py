"""A council that lies: it alters a paper of a pack so that its sums still agree, and signs with its own key."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from domain.proofs.keys import SignerKey
from domain.proofs.signed_notes import Note, sign_note
from domain.proofs.verify import zip_chunks, zip_files
from tests.proofs.packs import NEXT_KEY

#: Packs that AsAt 0.1.0 made; their statements name no edition.
RELEASED = Path(__file__).parent / "released"

#: A plan in which actions are new, closed, withdrawn, moved and split, a rating awaits confirmation, one was withdrawn
#: as recorded in error, and a text was redacted; by the second key of a ledger with two plans. It has every JSON paper
#: whose figures are compared, from document version 1.0 to 2.0, and some other papers.
FULL = (RELEASED / "0.1.0-second.zip").read_bytes()
#: The same plan before all that, by the first key.
BEFORE = (RELEASED / "0.1.0-first.zip").read_bytes()

Change = Callable[[Any], Any]


def resigned(pack: bytes, papers: dict[str, Change], key: SignerKey = NEXT_KEY) -> bytes:
    """The pack with these JSON papers altered, and signed for anew."""
    files = zip_files(pack)
    for name, change in papers.items():
        document = json.loads(files[f"papers/{name}.json"])
        change(document)
        files[f"papers/{name}.json"] = json.dumps(document, ensure_ascii=False).encode()
    return signed_anew(files, key)


def signed_anew(files: dict[str, bytes], key: SignerKey = NEXT_KEY, **said: str | None) -> bytes:
    """A pack of these files; its statement names those that it must, and has lines `NAME VALUE` as said."""
    lines = []
    for line in Note.read(files["statement.txt"]).text.splitlines():
        word, _, rest = line.partition(" ")
        if word != "file" and said.get(word, rest) is not None:
            lines.append(f"{word} {said[word]}" if word in said else line)
    proved = ("keys.json", "checkpoint.txt", "statement.txt", "events.jsonl")
    lines += [f"file {sha256(data).hexdigest()} {name}" for name, data in files.items() if name not in proved]
    files = {**files, "statement.txt": sign_note("".join(f"{line}\n" for line in lines), key)}
    return b"".join(zip_chunks([*files.items()]))
