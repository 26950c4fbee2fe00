"""The worked example of docs/proof-format.md, made by today's code: a ledger of seven entries and a pack of one plan.

`python -m tests.proofs.example` writes it to tests/proofs/vectors/. The bytes are published: where today's code makes
others, it is the code that is wrong, or the format has to get another name.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from domain.events import EVENTS
from domain.ledger import split_texts as texts
from domain.ledger.mapper import event_state
from domain.proofs import pack as packing
from domain.proofs.checkpoint import Checkpoint
from domain.proofs.entry import Entry
from domain.proofs.keys import SignerKey
from domain.proofs.pack import Contents, Held, key_note, make_pack
from domain.proofs.signed_notes import sign_note
from domain.proofs.tree import leaf_hash, node_hash, root
from tests.proofs.trees import Grown

VECTORS = Path(__file__).parent / "vectors"

ORIGIN = "council.example/asat"
FIRST, SECOND = (SignerKey(ORIGIN, letters.encode() * 8) for letters in ("key1", "key2"))
BEGAN = datetime(2019, 5, 1, 9, 0, 0, 250000, tzinfo=UTC)

SCALE = {"name": "RAG", "ratings": [{"code": "amber", "label": "Amber"}, {"code": "green", "label": "Green"}]}
SOURCE = {"title": "Minutes, \u201cBoard\u201d", "reference": "7/B\\2"}

#: Plan, author, event; what is to be redacted is at position 5.
TOLD: list[tuple[str, str, str, dict[str, Any]]] = [
    ("plan", "Ann Clerk", "PlanOpened", {"title": "The plan", "organisation": "Council", "scale": SCALE}),
    ("other", "Ann Clerk", "PlanOpened", {"title": "Another plan", "organisation": "Council", "scale": SCALE}),
    ("plan", "Ann Clerk", "PriorityAdded", {"number": "2", "title": "Missing children"}),
    ("plan", "Zo\u00eb", "ActionAdded",
     {"number": "2.4", "priority": "2", "text": "Workspace\nin the caf\u00e9", "leads": ["Head", "Deputy"],
      "source": SOURCE}),
    ("plan", "Zo\u00eb", "ActionRated", {"action": "2.4", "rating": "amber", "reason": "The name of a child"}),
    ("other", "Ann Clerk", "PriorityAdded", {"number": "1", "title": "Something"}),
    ("plan", "Steward", "TextRedacted", {"version": 4, "fields": ["reason"], "reason": "A child\u2019s name"}),
]  # fmt: skip
REDACTED = 5


class Row:
    """An event as it is stored: what its leaf commits to, and the texts beside it with their salts."""

    def __init__(self, position: int, version: int, plan: str, by: str, kind: str, said: dict[str, Any]) -> None:
        whole = event_state(EVENTS[kind].model_validate({"effective_on": "2019-05-01", **said}))
        # Salts are random; here they count, so that the example comes out the same.
        numbers = count(16 * position)
        with patch("os.urandom", lambda size: bytes(next(numbers) % 256 for _ in range(size))):
            apart = texts.split_event(EVENTS[kind].model_validate_json(whole), whole)
        at = BEGAN + timedelta(minutes=position)
        self.entry = Entry(position, plan, version, at, by, UUID(int=position), kind, apart.state)
        salts = apart.salts
        self.digests = [
            {"field": one.field, "salt": (one.salt or b"").hex(), "value": json.loads(whole)[one.field],
             "digest": one.digest}
            for one in texts.kept_texts(apart.state, salts)
        ]  # fmt: skip
        if position == REDACTED and salts is not None:
            salts = bytes(len(salts))
        self.texts = texts.remaining_texts(apart.state, apart.whole, salts)


def rows() -> list[Row]:
    """The seven rows of the ledger."""
    versions = {plan: count(1) for plan, *_ in TOLD}
    return [Row(number, next(versions[told[0]]), *told) for number, told in enumerate(TOLD, 1)]


def checkpoint(made: list[Row], size: int, key: SignerKey) -> bytes:
    """The checkpoint of the first so many entries."""
    tree = Grown([bytes(row.entry) for row in made[:size]])
    return sign_note(Checkpoint(ORIGIN, size, root(size, tree.node)).text(), key)


def pack(made: list[Row]) -> bytes:
    """The pack of plan `plan`, made by the second key for somebody who holds the checkpoint of three entries."""
    held = [Held(row.entry.position, bytes(row.entry), row.texts) for row in made if row.entry.plan == "plan"]
    contents = Contents(
        "plan", held, checkpoint(made, 7, SECOND), [key_note(1, FIRST, None), key_note(2, SECOND, FIRST)],
        checkpoint(made, 3, FIRST), {"plan.md": b"# The plan\n"}, "2019-06-01@5", datetime(2019, 6, 1, 9, tzinfo=UTC),
    )  # fmt: skip
    ours = {"README.md": b"This stands for the page.\n", "verify.py": b"# This stands for the program.\n"}
    tree = Grown([bytes(row.entry) for row in made])
    with patch.object(packing, "_for_the_reader", lambda *_: ours):
        return make_pack(contents, tree.node, SECOND)


def nodes(made: list[Row]) -> Iterator[tuple[str, bytes]]:
    """The nodes of the tree of seven entries, by the entries that each is over."""
    hashes = {f"{number}": leaf_hash(bytes(row.entry)) for number, row in enumerate(made, 1)}
    for left, right in (("1", "2"), ("3", "4"), ("5", "6"), ("1-2", "3-4"), ("5-6", "7"), ("1-4", "5-7")):
        name = f"{left.partition('-')[0]}-{right.rpartition('-')[2]}"
        hashes[name] = node_hash(hashes[left], hashes[right])
    yield from hashes.items()


def example() -> dict[str, bytes]:
    """The files of the example, by name."""
    made = rows()
    told = {
        "entries": [
            {"position": one.entry.position, "plan": one.entry.plan, "version": one.entry.version,
             "recorded_at": one.entry.recorded_at.isoformat(), "recorded_by": one.entry.recorded_by,
             "event_id": str(one.entry.event_id), "topic": one.entry.topic, "state": one.entry.state.decode(),
             "entry": bytes(one.entry).hex(), "texts": one.digests}
            for one in made
        ],
        "nodes": {name: value.hex() for name, value in nodes(made)},
        "keys": [{"seed": key.seed.decode(), "public": key.verifier.public.hex(), "published": str(key.verifier),
                  "note": note.decode()}
                 for key, note in ((FIRST, key_note(1, FIRST, None)), (SECOND, key_note(2, SECOND, FIRST)))],
    }  # fmt: skip
    return {"example.json": json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n", "pack.zip": pack(made)}


def salt_in_base64(entry: int, field: str) -> str:
    """The salt of a text as it stands in a pack."""
    found = next(one for one in rows()[entry - 1].digests if one["field"] == field)
    return b64encode(bytes.fromhex(found["salt"])).decode()


if __name__ == "__main__":
    VECTORS.mkdir(exist_ok=True)
    for name, content in example().items():
        (VECTORS / name).write_bytes(content)
