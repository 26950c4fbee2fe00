"""docs/proof-format.md: today's code makes the published bytes, and the page shows them."""

import json
import re
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from domain.proofs.keys import VerifierKey
from domain.proofs.verify import verify, zip_files
from tests.proofs.example import FIRST, SECOND, VECTORS, example, rows

PAGE = (Path(__file__).parents[2] / "docs" / "proof-format.md").read_text(encoding="utf-8")
BLOCKS = [block.rstrip("\n") for block in re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]
PACK = (VECTORS / "pack.zip").read_bytes()
TOLD: dict[str, Any] = json.loads((VECTORS / "example.json").read_text(encoding="utf-8"))
ENTRY = TOLD["entries"][3]


@pytest.mark.parametrize("name", ["example.json", "pack.zip"])
def test_today_s_code_makes_the_published_bytes(name: str):
    assert example()[name] == (VECTORS / name).read_bytes()


def test_the_example_verifies():
    report = verify(PACK, str(FIRST.verifier), zip_files(PACK)["since.txt"])
    assert "version 4 (ActionRated), its reason: redacted by version 5, by Steward" in " ".join(report.proved)
    assert "The ledger continues the earlier checkpoint, of 3 entries" in " ".join(report.proved)


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def text_of(field: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in ENTRY["texts"] if one["field"] == field)
    return found


def wrapped(data: str) -> str:
    return "\n".join(data[at : at + 96] for at in range(0, len(data), 96))


def test_the_page_shows_the_example_to_the_byte():
    files = zip_files(PACK)
    text = text_of("text")
    assert [
        "\n".join(key["published"] for key in TOLD["keys"]),
        FIRST.secret(),
        TOLD["keys"][1]["note"].rstrip("\n"),
        wrapped(ENTRY["entry"]),
        ENTRY["state"],
        wrapped(text["salt"] + canonical(text["value"]).encode().hex()),
        canonical(text_of("source")["value"]),
        "\n".join(f"{name:4}{value}" for name, value in TOLD["nodes"].items()),
        files["checkpoint.txt"].decode().rstrip("\n"),
        files["statement.txt"].decode().rstrip("\n"),
    ] == BLOCKS
    assert f"Its canonical JSON is `{canonical(text['value'])}`" in PAGE


def test_what_the_page_says_of_the_example_is_so():
    for text in (one for entry in TOLD["entries"] for one in entry["texts"]):
        made = sha256(bytes.fromhex(text["salt"]) + canonical(text["value"]).encode()).hexdigest()
        assert made == text["digest"]
    assert [one["digest"] for one in ENTRY["texts"]] == re.findall(r'"sha256":"([0-9a-f]{64})"', ENTRY["state"])
    assert list(text_of("source")["value"]) == ["title", "reference"]
    for field in ("text", "source"):
        line = json.loads(zip_files(PACK)["events.jsonl"].splitlines()[2])
        assert f"`{line['texts'][field][0]}`" in PAGE
    for key, signer in zip(TOLD["keys"], (FIRST, SECOND), strict=True):
        assert signer.seed == key["seed"].encode()
        assert VerifierKey.read(key["published"]) == signer.verifier


def test_the_proofs_of_the_page_are_those_in_the_pack():
    nodes = {bytes.fromhex(value): name for name, value in TOLD["nodes"].items()}
    files = zip_files(PACK)
    proofs = {}
    for line in files["events.jsonl"].splitlines():
        held = json.loads(line)
        position = int.from_bytes(b64decode(held["entry"])[13:21], "big")
        proofs[position] = [nodes[b64decode(one)] for one in held["proof"]]
    assert proofs[4] == ["3", "1-2", "5-7"]
    assert proofs[7] == ["5-6", "1-4"]
    assert [nodes[b64decode(one)] for one in json.loads(files["since-proof.json"])] == ["3", "4", "1-2", "5-7"]
    assert "The proof of leaf 4 is leaf 3, node 1-2 and node 5-7. The proof of leaf 7 is node 5-6 and node 1-4." in PAGE
    assert "leaf 3, leaf 4, node 1-2 and node 5-7" in PAGE


def test_the_example_has_what_is_easily_got_wrong():
    """A tree that is not full, two plans, a second key, a redaction, characters beyond ASCII, names out of order."""
    assert len(rows()) == 7
    assert {one["plan"] for one in TOLD["entries"]} == {"plan", "other"}
    assert any(ord(letter) > 127 for letter in ENTRY["recorded_by"])
    assert b'"texts":{}' in zip_files(PACK)["events.jsonl"].splitlines()[3]
