"""The signing key, checkpoints, packs and verifying from the command line."""

import json
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from psycopg import connect
from psycopg.sql import SQL

from api.cli.main import cli
from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from domain.postgres.embedded_server import EmbeddedServer
from domain.proofs.checkpoint import Checkpoint, cosign, witness_key
from domain.proofs.keys import SignerKey, VerifierKey
from domain.proofs.signed_notes import Note
from domain.proofs.verify import FIGURES, zip_chunks, zip_files
from tests.api.conftest import load_examples

NAME = "council.example/asat"
WITNESS = SignerKey("inspector.example/w1", b"eyes" * 8)

Asat = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the examples; its server keeps running, so that commands need not start one each."""
    folder = tmp_path_factory.mktemp("trust") / "data"
    with Ledger.open(data=folder) as ledger:
        load_examples(ledger)
        yield folder
        assert list(broken_invariants(ledger)) == []


@pytest.fixture
def asat(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asat:
    """Runs a command in a folder of its own; it must exit with `code`, and complain only where that is not 0."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ASAT_KEY", raising=False)

    def run(*arguments: object, code: int = 0, data: Path = folder, **environment: str) -> Result:
        result = CliRunner().invoke(
            cli, ["--data", str(data), *map(str, arguments)], env={"COLUMNS": "80", **environment}
        )  # fmt: skip
        assert result.exit_code == code, (result.output, result.exception)
        # A pack that was made is told of beside the answers.
        assert (code == 0) == (result.stderr == "" or "in a checkpoint of" in result.stderr), result.stderr
        return result

    return run


@pytest.fixture(scope="module")
def kept_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the key that signs for the examples."""
    return tmp_path_factory.mktemp("keys") / "asat.key"


@pytest.fixture
def key(asat: Asat, kept_key: Path) -> Path:
    if not kept_key.exists():
        asat("key", "create", "--name", NAME, "-o", kept_key)
    return kept_key


# The key


def test_a_key_is_made_in_a_file_that_nobody_else_can_read(asat: Asat, tmp_path: Path):
    made = asat("key", "create", "--name", NAME, "-o", "new.key").stdout
    file = tmp_path / "new.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert VerifierKey.read(made.strip()) == SignerKey.read(file.read_text().strip()).verifier
    assert "PRIVATE" not in made
    assert asat("key", "show", "--key", "new.key").stdout == made
    before = file.read_bytes()
    asat("key", "create", "--name", NAME, "-o", "new.key", code=1)
    assert file.read_bytes() == before


def test_a_key_is_not_made_through_a_link(asat: Asat, tmp_path: Path):
    (tmp_path / "new.key").symlink_to(tmp_path / "elsewhere")
    asat("key", "create", "--name", NAME, "-o", "new.key", code=1)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_key_that_others_can_read_is_refused(asat: Asat, tmp_path: Path, mode: int):
    asat("key", "create", "--name", NAME, "-o", "new.key")
    (tmp_path / "new.key").chmod(mode)
    for command in (("checkpoint", "cut"), ("serve",), ("key", "show"), ("pack", "sunderland", "-o", "pack.zip")):
        signing = [] if command == ("serve",) else ["--key", "new.key"]
        refused = asat(*command, *signing, code=1, ASAT_KEY="new.key").stderr
        assert f"(mode {mode:04o}): chmod 600 new.key" in refused


def test_what_is_no_key_is_refused_and_not_repeated(asat: Asat, tmp_path: Path):
    (tmp_path / "new.key").touch(0o600)
    for content in (b"PRIVATE+KEY+secret", b"\xff", b"", b"x" * 100_000):
        (tmp_path / "new.key").write_bytes(content)
        said = asat("checkpoint", "cut", "--key", "new.key", code=1).stderr
        assert "no whole secret key" in said
        assert "PRIVATE" not in said
    assert "cannot be the name of a key" in asat("key", "create", "--name", "two words", "-o", "x.key", code=1).stderr
    assert "asat key create" in asat("checkpoint", "cut", code=1).stderr
    asat("checkpoint", "cut", "--key", "no-such-file", code=2)


# Checkpoints


def test_a_checkpoint_is_printed_and_kept(asat: Asat, key: Path, tmp_path: Path):
    printed = asat("checkpoint", "cut", ASAT_KEY=str(key)).stdout
    note = Note.read(printed.encode())
    assert Checkpoint.read(note.text).origin == NAME
    asat("checkpoint", "cut", "--key", key, "-o", "checkpoint.txt")
    assert (tmp_path / "checkpoint.txt").read_bytes() == printed.encode()
    size = Checkpoint.read(note.text).size
    listed = asat("checkpoint", "list").stdout
    assert re.fullmatch(rf"1: {size:,} entries, cut [-0-9T:.]+Z, signed by {NAME}\S*\n", listed.splitlines(True)[0])
    assert "still holds what was signed" in asat("check").stdout
    assert "council.example/asat+" in asat("key", "show").stdout


def test_a_witness_s_signature_is_added(asat: Asat, key: Path, tmp_path: Path):
    note = Note.read(asat("checkpoint", "cut", "--key", key).stdout_bytes)
    signed = note.signed(cosign(Checkpoint.read(note.text), WITNESS, 1_679_315_147))
    (tmp_path / "signed.txt").write_bytes(bytes(signed))
    witness = str(witness_key(WITNESS.verifier))
    added = asat("checkpoint", "cosign", "signed.txt", "--witness", witness)
    assert added.stdout_bytes == bytes(signed)
    assert "inspector.example/w1" in asat("checkpoint", "list").stdout
    asat("checkpoint", "cosign", "signed.txt", code=2)
    (tmp_path / "signed.txt").write_bytes(b"rubbish")
    asat("checkpoint", "cosign", "signed.txt", "--witness", witness, code=1)


def test_check_names_the_checkpoint_that_the_ledger_contradicts(asat: Asat, tmp_path: Path):
    data = tmp_path / "own"
    with Ledger.open(data=data) as ledger:
        load_examples(ledger)
        asat("key", "create", "--name", NAME, "-o", "own.key")
        asat("checkpoint", "cut", "--key", "own.key", data=data)
        assert "1 checkpoint: the ledger still holds" in asat("check", data=data).stdout
        server = EmbeddedServer.start(data)
        with connect(server.owner_conninfo, autocommit=True) as owner:
            owner.execute("set session_replication_role = replica")
            owner.execute(SQL("update asat.checkpoints set size = size - 1"))
        server.close()
        assert "checkpoint 1 (" in asat("check", data=data, code=1).stderr


# Packs


def test_a_pack_is_made_and_verified(asat: Asat, key: Path, tmp_path: Path):
    asat("pack", "sunderland", "--key", key, "--at", "issue:3.0", "--previous", "issue:2.0", "-o", "pack.zip")
    files = zip_files((tmp_path / "pack.zip").read_bytes())
    assert [name for name in files if name.startswith("papers/")] == [
        "papers/comparison.json", "papers/comparison.md", "papers/plan.json", "papers/plan.md",
    ]  # fmt: skip
    plan = json.loads(files["papers/plan.json"])
    point = f"{plan['point']['effective_on']}@{plan['point']['basis']}"
    assert files["papers/plan.json"] == asat("show", "sunderland", "--at", point, "-f", "json").stdout_bytes
    assert plan["document_version"]["label"] == "3.0"
    assert f"Each shows the plan as at {plan['point']['effective_on']}" in files["README.md"].decode()
    public = asat("key", "show", "--key", key).stdout.strip()
    said = asat("verify", "pack.zip", "--key", public).stdout
    assert re.search(r"Each of the \d+ events of plan sunderland stands in it", said)
    assert re.search(r"\d+ of their figures follow from the events", said)
    told = asat("pack", "sunderland", "--key", key, "--since", "pack.zip", "-o", "next.zip").stderr
    assert re.fullmatch(r"next\.zip: \d+ events of plan sunderland, in a checkpoint of \d+ entries\n", told)
    assert "The earlier checkpoint is this one" in asat("verify", "next.zip", "--since", "pack.zip").stdout
    assert "version 1: PlanOpened, effective on" in asat("verify", "next.zip", "--list").stdout


def test_a_pack_compares_with_the_version_before_unless_told_otherwise(asat: Asat, key: Path, tmp_path: Path):
    def previous(*options: str) -> str:
        asat("pack", "sunderland", "--key", key, *options, "-o", "pack.zip")
        files = zip_files((tmp_path / "pack.zip").read_bytes())
        asat("verify", "pack.zip")
        return str(json.loads(files["papers/comparison.json"])["previous"]["effective_on"])

    history = json.loads(asat("history", "sunderland", "-f", "json").stdout)["versions"]
    second, third = (next(one for one in history if one["label"] == label) for label in ("2.0", "3.0"))
    assert previous("--at", "issue:3.0") == second["point"]["effective_on"]
    assert previous() == third["point"]["effective_on"]
    opened = json.loads(asat("show", "sunderland", "-f", "json").stdout)["opened_on"]
    assert previous("--at", opened) == opened
    assert previous("--previous", "2019-01-31") == "2019-01-31"


def test_a_pack_holds_the_papers_that_are_asked_for(asat: Asat, key: Path, tmp_path: Path):
    def papers(*options: str) -> list[str]:
        asat("pack", "sunderland", "--key", key, "--at", "issue:3.0", *options, "-o", "pack.zip")
        asat("verify", "pack.zip")
        names = zip_files((tmp_path / "pack.zip").read_bytes())
        return [name.removeprefix("papers/") for name in names if name.startswith("papers/")]

    assert papers("--papers", "paper.docx,overdue.csv", "--papers", "paper.json,paper.docx") == [
        "overdue.csv", "paper.docx", "paper.json",
    ]  # fmt: skip
    assert papers("--no-papers") == []
    for named in ("letter.md", "plan", "plan.exe", "trail.json", ".json"):
        refused = asat("pack", "sunderland", "--key", key, "--papers", named, "-o", "no.zip", code=1)
        assert f"a pack has no paper '{named}'" in refused.stderr
    asat("pack", "sunderland", "--key", key, "--papers", "plan.json", "--no-papers", "-o", "no.zip", code=2)
    assert not (tmp_path / "no.zip").exists()


def test_a_pack_continues_a_checkpoint_by_its_size(asat: Asat, key: Path, tmp_path: Path):
    checkpoint = asat("checkpoint", "cut", "--key", key).stdout
    (tmp_path / "held.txt").write_text(checkpoint)
    asat("pack", "sunderland", "--key", key, "--since", checkpoint.split("\n")[1], "-o", "pack.zip")
    assert "The earlier checkpoint is this one" in asat("verify", "pack.zip", "--since", "held.txt").stdout
    assert "no checkpoint of 1 entries" in asat("pack", "sunderland", "--key", key, "--since", "1", "-o", "x.zip",
                                                code=1).stderr  # fmt: skip
    asat("pack", "sunderland", "--key", key, "--since", "no-such-file", "-o", "x.zip", code=2)


def test_check_compares_the_ledger_with_what_was_kept_elsewhere(asat: Asat, tmp_path: Path):
    """A ledger made anew, key and all: nothing in it shows that, and a checkpoint or a pack kept elsewhere does."""
    first, second = tmp_path / "first", tmp_path / "second"
    for data in (first, second):
        with Ledger.open(data=data) as ledger:
            load_examples(ledger)
            asat("key", "create", "--name", NAME, "-o", f"{data.name}.key")
            asat("pack", "sunderland", "--key", f"{data.name}.key", "-o", f"{data.name}.zip", data=data)
            asat("checkpoint", "cut", "--key", f"{data.name}.key", "-o", f"{data.name}.txt", data=data)
            for kept in ("first.txt", "first.zip"):
                if data == first:
                    assert f"{kept}: the ledger still holds" in asat("check", "--since", kept, data=data).stdout
            if data == second:
                said = asat("check", "--since", "first.txt", data=data, code=1).stderr
                assert "its key is not among those" in said
                assert re.search(r"the entries from position 1 to \d+ are no longer those that were signed", said)
                said = asat("check", "--since", "first.zip", data=data, code=1).stderr
                assert "sunderland version 1 (PlanOpened, position" in said
                assert "is not the event that the pack that was given holds" in said


@pytest.mark.parametrize("previous", ["2016-12-31", "2019-06-30"])
def test_the_figures_of_every_example_follow_from_its_events(asat: Asat, key: Path, previous: str):
    """The verifier's own fold comes to what the projections say, now and years before."""
    papers = ",".join(FIGURES)
    for plan in json.loads(asat("plans", "-f", "json").stdout)["plans"]:
        asat("pack", plan["plan"], "--key", key, "--previous", previous, "--papers", papers, "-o", "pack.zip")
        said = asat("verify", "pack.zip").stdout
        assert "figures follow from the events" in said
        assert said.count("Worked out anew:") == len(FIGURES)


def test_a_ledger_whose_name_begins_with_pk_is_not_taken_for_a_zip_file(asat: Asat, tmp_path: Path):
    data = tmp_path / "data"
    with Ledger.open(data=data) as ledger:
        load_examples(ledger)
        asat("key", "create", "--name", "PK.example/asat", "-o", "pk.key")
        asat("checkpoint", "cut", "--key", "pk.key", "-o", "kept.txt", data=data)
        assert (tmp_path / "kept.txt").read_bytes().startswith(b"PK")
        assert "kept.txt: the ledger still holds" in asat("check", "--since", "kept.txt", data=data).stdout
        asat("pack", "sunderland", "--key", "pk.key", "--since", "kept.txt", "-o", "pack.zip", data=data)
        assert "The earlier checkpoint is this one" in asat("verify", "pack.zip", "--since", "kept.txt").stdout


def test_check_reads_a_pack_as_the_verifier_does(asat: Asat, key: Path, tmp_path: Path):
    """Space between the parts of JSON is no matter, and a carriage return is space and ends no line."""
    asat("pack", "sunderland", "--key", key, "--no-papers", "-o", "pack.zip")
    files = zip_files((tmp_path / "pack.zip").read_bytes())
    files["events.jsonl"] = files["events.jsonl"].replace(b'{"entry":', b'{\r"entry":\t')
    (tmp_path / "pack.zip").write_bytes(b"".join(zip_chunks([*files.items()])))
    asat("verify", "pack.zip")
    assert "pack.zip: the ledger still holds" in asat("check", "--since", "pack.zip").stdout


def test_an_altered_pack_is_refused_in_a_sentence(asat: Asat, key: Path, tmp_path: Path):
    asat("pack", "sunderland", "--key", key, "-o", "pack.zip")
    data = bytearray((tmp_path / "pack.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "pack.zip").write_bytes(bytes(data))
    result = asat("verify", "pack.zip", code=1)
    assert result.stderr.startswith("DOES NOT HOLD: the pack: it is not as AsAt wrote it, from byte")
    asat("pack", "sunderland", "--key", key, "--since", "pack.zip", "-o", "next.zip", code=1)
    assert not (tmp_path / "next.zip").exists()


def test_there_is_no_pack_of_an_unknown_plan_or_by_another_key(asat: Asat, key: Path, tmp_path: Path):
    asat("checkpoint", "cut", "--key", key)
    assert "nowhere" in asat("pack", "nowhere", "--key", key, "-o", "pack.zip", code=1).stderr
    asat("key", "create", "--name", NAME, "-o", "other.key")
    assert "is none of its keys" in asat("pack", "sunderland", "--key", "other.key", "-o", "pack.zip", code=1).stderr
    assert not (tmp_path / "pack.zip").exists()


def test_a_key_is_replaced(asat: Asat, tmp_path: Path):
    data = tmp_path / "own"
    with Ledger.open(data=data) as ledger:
        load_examples(ledger)
        assert "no key yet" in asat("key", "show", data=data, code=1).stderr
        first = asat("key", "create", "--name", NAME, "-o", "1.key").stdout
        asat("pack", "sunderland", "--key", "1.key", "-o", "1.zip", data=data)
        second = asat("key", "rotate", "--key", "1.key", "-o", "2.key", data=data).stdout
        assert asat("key", "show", data=data).stdout == first + second
        assert "was replaced" in asat("key", "rotate", "--key", "1.key", "-o", "3.key", data=data, code=1).stderr
        assert not (tmp_path / "3.key").exists()
        asat("pack", "sunderland", "--key", "2.key", "--since", "1.zip", "-o", "2.zip", data=data)
        for public in (first, second):
            assert "continues" in asat("verify", "2.zip", "--key", public.strip(), "--since", "1.zip").stdout
