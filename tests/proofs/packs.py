"""A ledger in memory, from which packs are made and altered: by the council itself, or by somebody on the way."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.ledger.split_texts import text_digest
from domain.proofs.checkpoint import Checkpoint
from domain.proofs.entry import Entry
from domain.proofs.keys import SignerKey
from domain.proofs.pack import Contents, Held, key_note, make_pack
from domain.proofs.signed_notes import sign_note
from domain.proofs.tree import root
from domain.proofs.verify import zip_chunks, zip_files
from tests.proofs.trees import Grown

ORIGIN = "council.example/asat"
KEY = SignerKey(ORIGIN, b"key1" * 8)
NEXT_KEY = SignerKey(ORIGIN, b"key2" * 8)
STRANGER = SignerKey(ORIGIN, b"else" * 8)
BEGAN = datetime(2019, 5, 1, 9, tzinfo=UTC)
SALT = b"s" * 16

RAG = {"name": "RAG", "ratings": [{"code": "amber", "label": "Amber"}, {"code": "green", "label": "Green"}]}

#: Everything that changes a figure, and a text. `plan` is the one that packs are made of.
TOLD: list[tuple[str, str, dict[str, Any]]] = [
    ("plan", "PlanOpened", {"title": "The plan", "scale": RAG}),
    ("other", "PlanOpened", {"title": "Another plan"}),
    ("plan", "PriorityAdded", {"number": "2", "title": "Missing children"}),
    ("plan", "ActionAdded", {"number": "2.4", "priority": "2", "text": "Workspace", "timescale": "May 2019"}),
    ("plan", "ActionRated", {"action": "2.4", "rating": "amber", "reason": 'Not "done'}),
    ("other", "PriorityAdded", {"number": "1", "title": "Something"}),
    ("plan", "ActionRated", {"action": "2.4", "rating": "green", "reason": "Nearly done"}),
]  # fmt: skip


class Book:
    """Rows as a ledger stores them, and the keys that sign for them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.texts: list[dict[str, Any]] = []
        self.signer = KEY
        self.keys = [key_note(1, KEY, None)]
        for plan, topic, said in TOLD:
            self.add(plan, topic, said)

    def add(self, plan: str, topic: str, said: dict[str, Any], by: str = "Officer") -> None:
        texts = {name: value for name, value in said.items() if name in ("title", "text", "reason")}
        digests = {name: {"sha256": text_digest(SALT, value)} for name, value in texts.items()}
        state = json.dumps({"effective_on": "2019-05-01", **said, **digests}, separators=(",", ":")).encode()
        version, position = len(self.of(plan)) + 1, len(self.entries) + 1
        at = BEGAN + timedelta(minutes=position)
        self.entries.append(Entry(position, plan, version, at, by, UUID(int=position), topic, state))
        self.texts.append({name: [b64encode(SALT).decode(), value] for name, value in texts.items()})

    def of(self, plan: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.plan == plan]

    def alter(self, position: int, **fields: Any) -> None:
        """As one does who has the database and the key: the tree is made anew over what is there then."""
        self.entries[position - 1] = replace(self.entries[position - 1], **fields)

    def rotate(self, new: SignerKey) -> None:
        self.keys.append(key_note(len(self.keys) + 1, new, self.signer))
        self.signer = new

    def checkpoint(self, signer: SignerKey | None = None) -> bytes:
        node = Grown([bytes(entry) for entry in self.entries]).node
        text = Checkpoint(ORIGIN, len(self.entries), root(len(self.entries), node)).text()
        return sign_note(text, signer or self.signer)

    def contents(self, plan: str = "plan", **fields: Any) -> Contents:
        held = [
            Held(entry.position, bytes(entry), json.dumps(self.texts[entry.position - 1])) for entry in self.of(plan)
        ]  # fmt: skip
        usual = {"signed_at": BEGAN + timedelta(minutes=30), "at": shown_by(fields.get("papers", {}), len(held))}
        return Contents(plan, held, self.checkpoint(), self.keys, **{**usual, **fields})

    def pack(self, plan: str = "plan", signer: SignerKey | None = None, **fields: Any) -> bytes:
        node = Grown([bytes(entry) for entry in self.entries]).node
        return make_pack(self.contents(plan, **fields), node, signer or self.signer)


def shown_by(papers: dict[str, bytes], version: int) -> str | None:
    """The point that the papers show, `2019-06-01@5`, as the first says that has one; None without papers."""
    for name in (name for name in papers if name.endswith(".json")):
        try:
            document = json.loads(papers[name])
            point = document.get("current") or document["point"]
            if type(point["basis"]) is int and 1 <= point["basis"] <= version:
                return f"{date.fromisoformat(point['effective_on'])}@{point['basis']}"
        except (ValueError, AttributeError, LookupError, TypeError, RecursionError):
            continue
    return f"2019-06-01@{version}" if papers else None


def with_file(pack: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The pack with one file changed, and packed as AsAt packs."""
    files = zip_files(pack)
    return b"".join(zip_chunks([*{**files, name: change(files.get(name, b""))}.items()]))


def with_lines(pack: bytes, change: Callable[[list[dict[str, Any]]], Any]) -> bytes:
    """The pack with its list of events changed."""

    def changed(data: bytes) -> bytes:
        lines = [json.loads(line) for line in data.splitlines()]
        result = change(lines)
        lines = lines if result is None else result
        return b"".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines)

    return with_file(pack, "events.jsonl", changed)
