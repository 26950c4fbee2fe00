"""Editions: a pack names the rules by which its figures were worked out; the program that came with it verifies it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from domain.edition import EDITION
from domain.proofs import verify as verifier
from domain.proofs.signed_notes import Note
from domain.proofs.verify import Failed, verify, zip_chunks, zip_files
from tests.proofs.lying import BEFORE, FULL, signed_anew
from tests.proofs.packs import KEY, NEXT_KEY, Book
from tests.proofs.test_pack import PLAN, part

PAPERS = {"plan.json": json.dumps(PLAN).encode(), "plan.md": b"# The plan"}


def made(papers: dict[str, bytes] = PAPERS, edition: int | None = None, change: str = "green") -> bytes:
    """A pack, made to say that it is of an edition, and perhaps with a rating that does not follow from its events."""
    files = zip_files(Book().pack(papers=papers))
    if "papers/plan.json" in files:
        files["papers/plan.json"] = (
            files["papers/plan.json"]
            .replace(b'"rating": "green"', b'"rating": "%s"' % change.encode())
            .replace(b'"edition": 1,', b'"edition": %d,' % (edition or 1))
        )
    return signed_anew(files, KEY, edition=None if edition is None else str(edition))


def test_the_program_and_the_ledger_are_of_one_edition():
    assert verifier.EDITION == EDITION == 1


def test_a_pack_names_its_edition_in_its_statement_and_on_its_page():
    files = zip_files(Book().pack())
    assert f"\nedition {EDITION}\n" in Note.read(files["statement.txt"]).text
    assert f"of edition {EDITION} of AsAt's rules" in " ".join(files["README.md"].decode().split())


@pytest.mark.parametrize("edition", [None, 1])
def test_a_pack_that_names_no_edition_is_of_the_first(edition: int | None):
    report = verify(made(edition=edition))
    assert "papers/plan.json" in " ".join(report.proved)
    assert report.other_edition is None
    with pytest.raises(Failed, match="the rating of action"):
        verify(made(edition=edition, change="amber"))


def test_of_another_edition_all_is_checked_but_the_figures_and_that_is_said():
    report = verify(made(edition=2, change="amber"))
    assert report.other_edition is not None
    assert "are of edition 2 of AsAt's rules, and this program works out edition 1" in report.other_edition
    assert "figures follow" not in " ".join(report.proved)
    assert "For papers/plan.json there is the signature of council.example/asat and no more." in report.remarks
    assert "Each of the 5 events of plan plan stands in it" in " ".join(report.proved)


@pytest.mark.parametrize("name", ["events.jsonl", "checkpoint.txt", "papers/plan.md", "keys.json", "verify.py"])
def test_of_another_edition_whatever_is_altered_is_found_all_the_same(name: str):
    files = zip_files(made(edition=2))
    at = len(files[name]) // 2
    flipped = files[name][:at] + bytes([files[name][at] ^ 1]) + files[name][at + 1 :]
    with pytest.raises(Failed):
        verify(b"".join(zip_chunks([*{**files, name: flipped}.items()])))


def test_a_paper_of_another_edition_is_still_of_the_plan_and_point_that_were_signed_for():
    papers = {"plan.json": json.dumps({**PLAN, "plan": "other"}).encode()}
    with pytest.raises(Failed, match='it is of plan "other"'):
        verify(made(papers, edition=2))


def test_a_paper_names_the_edition_where_the_statement_does():
    silent = {"plan.json": json.dumps(part(PLAN)).encode()}
    assert verify(made(silent)).proved
    with pytest.raises(Failed, match="it names no edition, and the statement says 1"):
        verify(made(silent, edition=1))


@pytest.mark.parametrize("said", [2, "1", True, None])
def test_a_paper_that_names_an_edition_is_of_that_of_the_statement(said: object):
    assert verify(made({"plan.json": json.dumps(PLAN).encode()}, edition=1)).proved
    another = json.dumps({**PLAN, "edition": said}).encode()
    with pytest.raises(Failed, match=r"it is of edition .*, and the statement says 1"):
        verify(made({"plan.json": another}, edition=1))


@pytest.mark.parametrize(
    ("edition", "papers", "since", "code"),
    [(1, True, False, 0), (2, True, False, 4), (2, False, False, 0), (2, True, True, 3), (1, True, True, 3)],
)
def test_the_program_exits_with_4_where_only_the_figures_were_not_worked_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], edition: int, papers: bool, since: bool, code: int
):
    shorter = Book()
    shorter.entries = shorter.entries[:3]
    (tmp_path / "since.txt").write_bytes(shorter.checkpoint())
    (tmp_path / "pack.zip").write_bytes(made(PAPERS if papers else {}, edition))
    options = ["--since", str(tmp_path / "since.txt")] if since else []
    assert verifier.main([str(tmp_path / "pack.zip"), *options]) == code
    said = capsys.readouterr().err
    assert ("COULD NOT BE CHECKED: the figures in the papers" in said) == (edition == 2 and papers)
    assert ("COULD NOT BE CHECKED: whether the ledger continues" in said) == since


@pytest.mark.parametrize("edition", ["0", "-1", "01", "1.0", "x", "", "10000000000000000000"])
def test_what_is_no_edition_is_refused(edition: str):
    with pytest.raises(Failed, match="it is no statement"):
        verify(signed_anew(zip_files(made(edition=1)), KEY, edition=edition))


# Packs of AsAt 0.1.0, whose statements do not name an edition


@pytest.mark.parametrize("pack", [BEFORE, FULL])
def test_a_pack_that_asat_0_1_0_made_still_verifies(pack: bytes):
    assert "edition" not in Note.read(zip_files(pack)["statement.txt"]).text
    report = verify(pack, str(KEY.verifier))
    assert report.other_edition is None
    assert sum("Worked out anew:" in line for line in report.proved) == 5


def test_a_pack_of_now_continues_one_that_asat_0_1_0_made():
    report = verify(FULL, str(NEXT_KEY.verifier), since=BEFORE)
    assert "The 18 events of the earlier pack stand here as they stood there." in report.proved
    assert any("The ledger continues the earlier checkpoint, of 20 entries" in line for line in report.proved)


def test_a_pack_is_verified_by_the_program_that_came_with_it(tmp_path: Path):
    """The one of 0.1.0 verifies its own pack today, and this one verifies one that was made by it."""
    for number, pack in enumerate((FULL, made(edition=1))):
        (tmp_path / "pack.zip").write_bytes(pack)
        (tmp_path / f"verify{number}.py").write_bytes(zip_files(pack)["verify.py"])
        command = [sys.executable, "-I", f"verify{number}.py", "pack.zip"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        assert "figures follow from the events" in done.stdout
