"""Checkpoints that are cut while the program serves, and those that an authority stamps."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api import clock
from api.checkpointing import cut_if_grown, cut_regularly
from api.cli.main import cli
from api.signing import NotStamped, write_signer
from api.stamping import stamp
from domain.envelopes import read_proposal
from domain.integrity.checkpoint_store import checkpoints_of
from domain.integrity.evidence_packs import pack
from domain.opened_ledger import Ledger
from domain.proofs.keys import SignerKey
from domain.proofs.pack import NoPack, stamped_digest
from domain.proofs.verify import verify
from tests.api.conftest import BY, OPENING, rated
from tests.measuring import until
from tests.proofs.authority import Authority

KEY = SignerKey("council.example/asat", b"key1" * 8)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    write_signer(KEY, tmp_path / "asat.key")
    return tmp_path / "asat.key"


@pytest.fixture
def ledger(make_ledger: Callable[[], Ledger]) -> Ledger:
    made = make_ledger()
    made.record([read_proposal(one | {"plan": "more"}, clock.today()) for one in OPENING], by=BY, today=clock.today())
    return made


def grow(ledger: Ledger) -> None:
    ledger.record([read_proposal(rated("red") | {"plan": "more"}, clock.today())], by=BY, today=clock.today())


def sizes(ledger: Ledger) -> list[int]:
    return [cut.size for cut in checkpoints_of(ledger).all()]


# On a schedule


def test_a_checkpoint_is_cut_only_where_something_was_recorded(ledger: Ledger, key: Path):
    assert [cut_if_grown(ledger, key) for _ in range(2)] == [True, False]
    grow(ledger)
    assert cut_if_grown(ledger, key)
    assert sizes(ledger) == [3, 4]


def test_checkpoints_are_cut_as_long_as_the_program_serves(ledger: Ledger, key: Path):
    with cut_regularly(ledger, key, every=0.02):
        until(lambda: sizes(ledger) == [3])
        grow(ledger)
        until(lambda: sizes(ledger) == [3, 4])
    grow(ledger)
    assert "checkpoints" not in [thread.name for thread in threading.enumerate()]
    assert sizes(ledger) == [3, 4]


def test_without_a_key_none_are_cut(ledger: Ledger):
    with cut_regularly(ledger, None, every=0.01):
        assert "checkpoints" not in [thread.name for thread in threading.enumerate()]
    assert sizes(ledger) == []


def test_an_error_is_logged_and_the_next_turn_tries_again(ledger: Ledger, key: Path, caplog: pytest.LogCaptureFixture):
    away = key.rename(key.with_suffix(".away"))
    with caplog.at_level(logging.ERROR, "asat"), cut_regularly(ledger, key, every=0.02):
        until(lambda: "no checkpoint was cut" in caplog.text)
        away.rename(key)
        until(lambda: sizes(ledger) == [3])
    assert "PRIVATE" not in caplog.text


# Stamped


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(elliptic=True)


Answer = Callable[[bytes], bytes]


@pytest.fixture
def serving() -> Iterator[Callable[[Answer], str]]:
    """Serves what an authority answers, at the address that is returned."""
    servers: list[HTTPServer] = []

    def serve(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/timestamp-query"
                body = answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200 if body else 500)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/tsr"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_checkpoint_is_stamped_and_the_pack_shows_when(
    ledger: Ledger, authority: Authority, serving: Callable[[Answer], str]
):
    kept = checkpoints_of(ledger)
    cut = kept.cut(KEY)
    answer = stamp(bytes(cut.note), serving(authority.answer), authority.pem)
    assert kept.add_stamp(cut.number, answer).stamps == (answer,)
    grow(ledger)
    made = pack(ledger, "more", KEY)
    (line,) = [one for one in verify(made, str(KEY.verifier), roots=authority.pem).proved if "time-stamping" in one]
    assert "first 3 entries were there at" in line
    assert list(kept.broken()) == []


def test_a_stamp_of_another_checkpoint_is_not_kept(ledger: Ledger, authority: Authority):
    kept = checkpoints_of(ledger)
    first = kept.cut(KEY)
    grow(ledger)
    second = kept.cut(KEY)
    with pytest.raises(NoPack, match="something else"):
        kept.add_stamp(second.number, authority.stamp(stamped_digest(bytes(first.note))))
    with pytest.raises(LookupError):
        kept.add_stamp(9, b"x")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda made, query: b"", "does not answer"),
        (lambda made, query: b"rubbish", "no time stamp to be believed"),
        (lambda made, query: b"x" * 70_000, "longer than a time stamp"),
        (lambda made, query: Authority(elliptic=True).answer(query), "no time stamp to be believed"),
        (lambda made, query: made.stamp(b"d" * 32, nonce=5), "no time stamp to be believed"),
        # The right digest without the request's number: an answer from before, sent again.
        (lambda made, query: made.stamp(query[24:56]), "no time stamp to be believed"),
        (lambda made, query: made.answer(query, datetime.now(UTC) - timedelta(days=99_00)), "to be believed"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_believed_is_not_kept(
    authority: Authority, serving: Callable[[Answer], str], answer: Callable[[Authority, bytes], bytes], why: str
):
    with pytest.raises(NotStamped, match=why):
        stamp(b"text\n\nline\n", serving(lambda query: answer(authority, query)), authority.pem)


def test_an_authority_that_is_not_there_is_said_not_to_answer(authority: Authority):
    for address in ("http://127.0.0.1:9/tsr", "nonsense", "ftp://x"):
        with pytest.raises(NotStamped, match="does not answer"):
            stamp(b"text\n\nline\n", address, authority.pem)


def test_the_command_stamps_the_newest_checkpoint(
    server_folder: Path, ledger: Ledger, key: Path, authority: Authority, serving: Callable[[Answer], str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr(Ledger, "open", lambda **_: _Kept(ledger))
    (tmp_path / "root.pem").write_bytes(authority.pem)

    def asat(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["--data", str(server_folder), *arguments])

    stamped = ["checkpoint", "stamp", "--tsa", serving(authority.answer), "--tsa-root", str(tmp_path / "root.pem")]
    assert "no checkpoint yet" in asat(*stamped).stderr
    assert asat("checkpoint", "cut", "--key", str(key)).exit_code == 0
    assert "by CN=stamps.example" in asat(*stamped).stdout
    assert "by CN=stamps.example" in asat("checkpoint", "list").stdout
    assert asat("pack", "more", "--key", str(key), "-o", str(tmp_path / "pack.zip")).exit_code == 0
    checked = asat("verify", str(tmp_path / "pack.zip"), "--tsa-root", str(tmp_path / "root.pem"))
    assert "time-stamping authority CN=stamps.example has signed" in checked.stdout


class _Kept:
    """The test's ledger, which the command opens and does not close."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)

    def close(self) -> None:
        pass
