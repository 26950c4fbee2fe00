"""Evidence packs, keys and checkpoints over HTTP."""

import io
import json
import re
import zipfile
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import clock
from api.application import make_application
from api.signing import write_signer
from domain.envelopes import read_proposal
from domain.events import ProgressReported
from domain.integrity.checkpoint_check import Cut
from domain.integrity.checkpoint_store import Checkpoints, checkpoints_of
from domain.opened_ledger import Ledger
from domain.proofs import verify as verifier
from domain.proofs.checkpoint import open_checkpoint
from domain.proofs.entry import Entry
from domain.proofs.keys import SignerKey, from_base64
from domain.proofs.tree import check_consistency
from domain.proofs.verify import verify, zip_files
from tests.api.conftest import BY, OPENING, asking, load_examples, rated

KEY = SignerKey("council.example/asat", b"key1" * 8)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "asat.key"
    write_signer(KEY, file)
    return file


@pytest.fixture
def ledger(make_ledger: Callable[[], Ledger]) -> Ledger:
    made = make_ledger()
    load_examples(made)
    return made


@pytest.fixture
def asked(ledger: Ledger, key: Path) -> TestClient:
    return asking(make_application(ledger, BY, key=key))


def record(ledger: Ledger, plan: str = "more") -> None:
    proposals = [read_proposal(one | {"plan": plan}, clock.today()) for one in (*OPENING, rated("red"))]
    ledger.record(proposals, by=BY, today=clock.today())


def test_a_pack_of_a_plan_verifies_and_shows_the_point_that_was_asked_for(asked: TestClient):
    answer = asked.get("/plans/sunderland/pack.zip", params={"at": "issue:3.0"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="sunderland-pack.zip"'
    assert answer.headers["cache-control"] == "private, no-cache"
    report = verify(answer.content, str(KEY.verifier))
    plan = json.loads(zip_files(answer.content)["papers/plan.json"])
    assert plan["document_version"]["label"] == "3.0"
    shown = f"as at {plan['point']['effective_on']}, as known at version {plan['point']['basis']}"
    assert shown in " ".join(report.proved)


def test_a_pack_shows_nothing_of_other_plans(asked: TestClient, ledger: Ledger):
    """Somebody with a pass for one plan learns of the others how many events there are, and hashes."""
    pack = asked.get("/plans/sunderland/pack.zip").content
    others = [slug for slug in ledger.plans() if slug != "sunderland"]
    assert len(others) == 4
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        for name in opened.namelist():
            said = name.encode() + opened.read(name)
            assert [slug for slug in others if slug.encode() in said] == [], name
    entries = zip_files(pack)["events.jsonl"].splitlines()
    plans = {Entry.read(b64decode(json.loads(line)["entry"])).plan for line in entries}
    assert plans == {"sunderland"}


def test_the_figures_of_papers_with_redacted_texts_follow_from_the_events(asked: TestClient, ledger: Ledger):
    """Whatever of it is destroyed, a paper shows the same in its place as the verifier works out."""
    record(ledger)
    moved = {"type": "ActionRescheduled", "action": "2.4", "timescale": "30/04/2019", "effective_on": "2019-03-20"}
    gone = {1: ["title"], 2: ["title"], 3: ["text"], 5: ["reason", "approved_by"], 6: ["evidence"]}
    told = [
        moved | {"reason": "A name", "approved_by": "Another name"},
        rated("completed", "2019-04-01", evidence=["A report"]),
        *({"type": "TextRedacted", "version": version, "fields": fields, "reason": "Names"}
          for version, fields in gone.items()),
    ]  # fmt: skip
    for one in told:
        ledger.record([read_proposal(one | {"plan": "more"}, clock.today())], by=BY, today=clock.today())
    for at in ("2019-03-31", "now"):
        params = {"papers": ",".join(verifier.FIGURES), "previous": "2019-01-31", "at": at}
        answer = asked.get("/plans/more/pack.zip", params=params)
        assert answer.status_code == 200, answer.text
        report = verify(answer.content, str(KEY.verifier))
        assert sum("Worked out anew:" in line for line in report.proved) == len(verifier.FIGURES)
        for name, content in zip_files(answer.content).items():
            assert name in ("README.md", "verify.py") or not re.search(
                rb"A name|Another name|A report|Workspace", content
            )
    assert b"[redacted]" in zip_files(answer.content)["papers/comparison.json"]


def test_a_text_that_is_redacted_while_a_pack_is_made_stands_in_none_of_its_papers(
    asked: TestClient, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    told = ((one.version, one.event) for one in ledger.events("sunderland"))
    version, text = next((version, event.text) for version, event in told if isinstance(event, ProgressReported))
    redact = {"plan": "sunderland", "type": "TextRedacted", "version": version, "fields": ["text"], "reason": "A name"}
    cut, left = Checkpoints.cut, [redact]

    def redacted_first(kept: Checkpoints, signer: SignerKey) -> Cut:
        made = cut(kept, signer)
        if left:
            ledger.record([read_proposal(left.pop(), clock.today())], by=BY, today=clock.today())
        return made

    monkeypatch.setattr(Checkpoints, "cut", redacted_first)
    papers = "plan.json,plan.md,changes.json,changes.md"
    answer = asked.get("/plans/sunderland/pack.zip", params={"papers": papers, "previous": "2016-12-31"})
    assert answer.status_code == 200
    assert [name for name, content in zip_files(answer.content).items() if text.encode() in content] == []
    assert "1 text is gone" in " ".join(verify(answer.content, str(KEY.verifier)).proved)


def test_a_pack_is_of_one_moment_though_more_is_recorded_while_it_is_made(
    asked: TestClient, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    """Also where what it compares with is a day, which means all that is recorded by then."""
    cut, before = Checkpoints.cut, len(ledger.events("sunderland"))

    def and_more(kept: Checkpoints, signer: SignerKey) -> Cut:
        made = cut(kept, signer)
        said = {"plan": "sunderland", "type": "PriorityAdded", "number": f"9{ledger.size()}", "title": "More"}
        ledger.record([read_proposal(said, clock.today())], by=BY, today=clock.today())
        return made

    monkeypatch.setattr(Checkpoints, "cut", and_more)
    answer = asked.get("/plans/sunderland/pack.zip", params={"previous": "2019-01-31"})
    assert answer.status_code == 200
    points = json.loads(zip_files(answer.content)["papers/comparison.json"])
    assert (
        points["previous"]["basis"] == points["current"]["basis"] == before + 1
    )  # what came with the first cut, for the tag


def test_a_pack_has_the_papers_that_are_asked_for(asked: TestClient):
    answer = asked.get("/plans/sunderland/pack.zip?papers=plan.json,paper.docx&previous=issue:2.0&at=issue:3.0")
    names = [name for name in zip_files(answer.content) if name.startswith("papers/")]
    assert names == ["papers/paper.docx", "papers/plan.json"]
    for wrong in ("letter.md", "plan", "plan.exe", "../x"):
        refused = asked.get("/plans/sunderland/pack.zip", params={"papers": wrong})
        assert (refused.status_code, refused.json()["problems"][0]["field"]) == (422, "papers")


def test_a_pack_continues_the_checkpoint_whose_size_is_told(asked: TestClient, ledger: Ledger):
    before = asked.get("/plans/sunderland/pack.zip").content
    held = zip_files(before)["checkpoint.txt"]
    record(ledger)
    after = asked.get("/plans/sunderland/pack.zip", params={"since": held.split(b"\n")[1].decode()}).content
    for since in (held, before):
        assert "continues the earlier checkpoint" in " ".join(verify(after, str(KEY.verifier), since).proved)
    for without in ("", "?since=", "?since=+"):
        report = verify(asked.get(f"/plans/sunderland/pack.zip{without}").content, str(KEY.verifier), since=held)
        assert "Have it made with --since" in report.unchecked[0]
    unknown = asked.get("/plans/sunderland/pack.zip?since=1,000")
    assert "no checkpoint of 1000 entries: the number is the second line" in unknown.json()["detail"]
    assert (unknown.status_code, unknown.json()["type"]) == (404, "tag:asat,2026:unknown-checkpoint")


def test_a_pack_says_when_its_checkpoint_was_signed(asked: TestClient, ledger: Ledger):
    pack = asked.get("/plans/sunderland/pack.zip").content
    cut = checkpoints_of(ledger).newest().cut_at
    assert f"signed this at {cut:%Y-%m-%dT%H:%M:%SZ}" in " ".join(verify(pack, str(KEY.verifier)).proved)


def test_the_same_pack_is_not_sent_twice(asked: TestClient):
    first = asked.get("/plans/sunderland/pack.zip")
    again = asked.get("/plans/sunderland/pack.zip", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_pack_that_somebody_has_is_not_made_again(asked: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "/plans/sunderland/pack.zip?at=issue:3.0&papers=plan.md"
    tag = asked.get(address).headers["etag"]
    assert asked.get(f"{address},plan.json").headers["etag"] != tag

    def nothing(*_: object, **__: object) -> bytes:
        raise AssertionError("it is known already")

    monkeypatch.setattr("api.http.proof_addresses.make_pack", nothing)
    again = asked.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert asked.get("/plans/sunderland/pack.zip?at=issue:9", headers={"If-None-Match": "*"}).status_code == 404


def test_a_server_without_a_key_says_who_can_help(ledger: Ledger):
    answer = asking(make_application(ledger, BY)).get("/plans/sunderland/pack.zip")
    assert (answer.status_code, answer.json()["type"]) == (409, "tag:asat,2026:no-signing-key")
    assert "ASAT_KEY" in answer.json()["detail"]


def test_a_key_that_is_gone_or_another_s_signs_nothing_and_is_not_named(asked: TestClient, key: Path):
    assert asked.get("/plans/sunderland/pack.zip").status_code == 200
    key.chmod(0o644)
    answer = asked.get("/plans/sunderland/pack.zip")
    assert (answer.status_code, str(key.parent) in answer.text) == (409, False)
    key.rename(key.with_suffix(".away"))
    answer = asked.get("/plans/sunderland/pack.zip")
    assert (answer.status_code, answer.json()["type"]) == (409, "tag:asat,2026:no-signing-key")
    assert str(key.parent) not in answer.text
    write_signer(SignerKey(KEY.name, b"else" * 8), key)
    assert asked.get("/plans/sunderland/pack.zip").status_code == 409


@pytest.mark.parametrize(
    ("query", "status"),
    [("at=issue:99", 404), ("at=yesterday", 422), ("att=now", 422), ("since=-1", 422), ("since=x", 422)],
)
def test_a_pack_that_is_asked_for_wrongly_is_a_problem(asked: TestClient, query: str, status: int):
    answer = asked.get(f"/plans/sunderland/pack.zip?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert asked.get("/plans/nowhere/pack.zip").status_code == 404


def test_the_document_history_leads_to_the_pack_where_there_can_be_one(asked: TestClient, ledger: Ledger):
    page = asked.get("/plans/sunderland/history?at=issue:3.0", headers={"Accept": "text/html"}).text
    form = page[page.index('<form method="get" action="/plans/sunderland/pack.zip"') :].partition("</form>")[0]
    assert '<input type="hidden" name="at" value="issue:3.0">' in form
    assert 'name="since"' in form
    assert '<button class="second">Evidence pack</button>' in form
    without = asking(make_application(ledger, BY)).get("/plans/sunderland/history", headers={"Accept": "text/html"})
    assert (without.status_code, "pack.zip" in without.text) == (200, False)


# Keys and checkpoints


def test_anybody_may_note_the_keys_and_the_newest_checkpoint(asked: TestClient, ledger: Ledger):
    for address in ("/key", "/checkpoint"):
        assert asked.get(address).status_code == 404
    pack = asked.get("/plans/sunderland/pack.zip").content
    assert asked.get("/key").text == f"{KEY.verifier}\n"
    note = asked.get("/checkpoint")
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.content == zip_files(pack)["checkpoint.txt"]
    assert open_checkpoint(note.content, [KEY.verifier]).checkpoint.size == ledger.size()


def test_a_witness_is_given_the_proof_from_the_checkpoint_that_it_holds(asked: TestClient, ledger: Ledger):
    asked.get("/plans/sunderland/pack.zip")
    before = open_checkpoint(asked.get("/checkpoint").content, [KEY.verifier]).checkpoint
    record(ledger)
    asked.get("/plans/sunderland/pack.zip")
    proof, _, note = asked.get(f"/checkpoint?old={before.size}").content.partition(b"\n\n")
    old, *hashes = proof.decode().split("\n")
    now = open_checkpoint(note, [KEY.verifier]).checkpoint
    assert (old, now.size) == (f"old {before.size}", before.size + 4)
    check_consistency(before.size, before.root, now.size, now.root, [from_base64(one) or b"" for one in hashes])
    assert asked.get(f"/checkpoint?old={now.size + 1}").status_code == 404
    assert asked.get(f"/checkpoint?old={now.size}").content.startswith(f"old {now.size}\n\n{KEY.name}\n".encode())
