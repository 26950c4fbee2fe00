"""The command line: what it prints, what it refuses, and with which exit code it ends.

What no process of its own is needed for runs in that of the tests; that both say the same is tested once.
"""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Any, get_args

import httpx2
import psycopg
import pytest
from click.testing import CliRunner

from api.application import make_application
from api.cli.main import cli
from api.http.server import listen
from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from domain.postgres.embedded_server import EmbeddedServer
from projections.claims import Claim, read_claims
from tests.api.conftest import BY, OPENING, asking, load_examples, rated
from tests.api.process import ASAT, CLAIMS, complained, environment, run, run_alone, said
from tests.measuring import HANGS

pytestmark = pytest.mark.slow

PAIR = ["issue:2.0", "issue:3.0"]

#: Command -> its arguments on the examples, and the address of the same question.
QUESTIONS: dict[str, tuple[list[str], str]] = {
    "plans": ([], "/plans"),
    "show": (["sunderland", "--at", "issue:3.0"], "/plans/sunderland?at=issue:3.0"),
    "compare": (["sunderland", *PAIR], "/plans/sunderland/comparison?previous=issue:2.0&current=issue:3.0"),
    "changes": (["sunderland", *PAIR], "/plans/sunderland/changes?previous=issue:2.0&current=issue:3.0"),
    "counted": (
        ["sunderland", "--current", "issue:3.0", "--rating", "amber"],
        "/plans/sunderland/counted?current=issue:3.0&rating=amber",
    ),
    "event": (["sunderland", "285"], "/plans/sunderland/events/285"),
    "history": (["sunderland"], "/plans/sunderland/history"),
    "trail": (["sunderland", "--action", "2.5"], "/plans/sunderland/trail?action=2.5"),
    "action": (["sunderland", "2.4"], "/plans/sunderland/actions/2.4"),
    "overdue": (["sunderland", "--at", "issue:3.0"], "/plans/sunderland/overdue?at=issue:3.0"),
    "gaps": (["stockton-2016"], "/plans/stockton-2016/gaps"),
    "measures": (["stockton-strategy"], "/plans/stockton-strategy/measures"),
    "assurance": (["sunderland"], "/plans/sunderland/assurance"),
    "stale": (["stockton-ilacs", "--at", "issue:5.0"], "/plans/stockton-ilacs/stale?at=issue:5.0"),
}

#: Command -> words that a person at a terminal must find in its answer.
SHOWN = {
    "plans": ["sunderland", "stockton-scrutiny", "stockton-strategy", "Together for Children, Sunderland"],
    "show": ["Document version 3.0", "Priority 2", "2.4", "Amber", "Completed", "overdue"],
    "compare": ["95 → 101", "62 → 56", "29 → 35", "Green Completed better", "34 Completed, 35 Green"],
    "changes": ["Priority 2", "1.17", "Added", "244"],
    "counted": ["Actions rated Amber on 31 May 2019: 4.", "2.4", "261"],
    "event": ["Event 285: progress reported", "7.3", "20/05/2019", "AsAt example"],
    "history": ["2019-05-31@282", "Scrutiny", "23/10/2018"],
    "trail": ["2.5", "262", "AsAt example", "remains Amber"],
    "action": ["Action 2.4", "31/03/2019 overdue", "Workplan agreed"],
    "overdue": ["30 actions overdue", "2.4", "61"],
    "gaps": ["15 of 15 recommendations not answered"],
    "measures": ["Unit % Baseline 80 Target 80"],
    "assurance": ["partial, quality assurance", "None given"],
    "stale": ["10 texts out of date", "speaks of October 2019"],
}


@pytest.fixture(scope="module")
def new_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes data folders: copies of one that was once opened and closed, which is quicker than initdb."""
    pattern = tmp_path_factory.mktemp("pattern") / "data"
    Ledger.open(data=pattern).close()

    def copied(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name) / "data"
        subprocess.run(["cp", "-a", pattern, folder], check=True)
        return folder

    return copied


@pytest.fixture(scope="module")
def demo(new_folder: Callable[[str], Path]) -> Iterator[Path]:
    """A folder with the examples; its server keeps running, so that commands need not start one each."""
    folder = new_folder("demo")
    with Ledger.open(data=folder) as ledger:
        load_examples(ledger)
        yield folder


@pytest.fixture(scope="module")
def own(new_folder: Callable[[str], Path]) -> Iterator[Path]:
    """A folder in which tests record, each in a plan of its own."""
    folder = new_folder("own")
    with Ledger.open(data=folder) as ledger:
        yield folder
        assert list(broken_invariants(ledger)) == []


_slugs = count(1)


@pytest.fixture
def slug() -> str:
    return f"plan-{next(_slugs)}"


def lines(slug: str, *events: dict[str, Any]) -> bytes:
    """A file of events of one plan."""
    return b"".join(json.dumps({**event, "plan": slug}).encode() + b"\n" for event in events)


def versions(slug: str, folder: Path) -> int:
    """How many events the plan has."""
    with Ledger.open(data=folder) as ledger:
        return len(ledger.events(slug))


# Asking


@pytest.mark.parametrize("command", QUESTIONS)
def test_every_answer_can_be_read_in_a_terminal_of_80_columns(demo: Path, command: str) -> None:
    arguments, _ = QUESTIONS[command]
    shown = said(command, *arguments, "-f", "text", data=demo)
    together = " ".join(shown.split())
    assert [words for words in SHOWN[command] if words not in together] == []
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    assert "\x1b" not in shown, "no colours off a terminal"


@pytest.mark.parametrize(("command", "form"), list(zip(QUESTIONS, cycle(["json", "md", "csv"]))))
def test_every_answer_is_the_same_from_a_terminal_and_over_http(demo: Path, command: str, form: str) -> None:
    arguments, address = QUESTIONS[command]
    path, mark, query = address.partition("?")
    with Ledger.open(data=demo) as ledger:
        expected = asking(make_application(ledger, BY)).get(f"{path}.{form}{mark}{query}").content
    assert run(command, *arguments, "-f", form, data=demo).stdout == expected


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (["show", "sunderland"], b"", 0),
        (["record", "-", "--by", "Siân Ó Briain"], b"not json", 1),
        (["record", "-"], '{"type": "PlanClosed", "plan": "nosuch", "reason": "Ó"}\n'.encode(), 1),
        (["audit", "sunderland", CLAIMS, "-f", "text"], b"", 1),
        (["show", "sunderland", "--at", "soon"], b"", 2),
        (["shout"], b"", 2),
        (["--version"], b"", 0),
    ],
    ids=lambda one: one[0] if isinstance(one, list) else "",
)
def test_a_process_of_its_own_says_the_same_and_ends_with_the_same_code(
    demo: Path, arguments: list[Any], stdin: bytes, code: int
) -> None:
    here, alone = (how(*arguments, data=demo, stdin=stdin) for how in (run, run_alone))
    assert (alone.returncode, alone.stdout, alone.stderr) == (code, here.stdout, here.stderr)
    assert here.returncode == code


def test_off_a_terminal_an_answer_is_json_and_on_one_it_is_text(demo: Path) -> None:
    assert json.loads(run_alone("show", "sunderland", data=demo).stdout)["plan"] == "sunderland"
    code, shown = on_a_terminal("history", "sunderland", data=demo)
    assert (code, b"Document versions issued" in shown) == (0, True)


def on_a_terminal(*arguments: Any, data: Path) -> tuple[int, bytes]:
    """Exit code of a command whose output is a terminal, and what the terminal is sent."""
    inner, outer = pty.openpty()
    process = subprocess.Popen(
        [ASAT, *map(str, arguments)], stdin=outer, stdout=outer, stderr=outer, env=environment(data, TERM="xterm")
    )
    os.close(outer)
    shown = b""
    with os.fdopen(inner, "rb", buffering=0) as terminal:
        try:
            while chunk := terminal.read(4096):
                shown += chunk
        except OSError:  # Linux says so when the other end is closed
            pass
    return process.wait(), shown


#: Characters that a text may hold and that a terminal would obey: marks that reverse the order in which it reads.
REVERSED = "approved \u202edevorppa ton\u202c \u2066x\u2069\u200f"


def test_a_terminal_is_not_spoken_to_by_what_was_recorded(own: Path, slug: str) -> None:
    said("record", "-", data=own, stdin=lines(slug, *OPENING, rated("green", reason=REVERSED)))
    for command in ("trail", "replay"):
        arguments = [command, slug, "-f", "json"]
        elsewhere = run(*arguments, data=own).stdout
        assert REVERSED.encode() in elsewhere, "off a terminal the bytes stay as they are"
        code, shown = on_a_terminal(*arguments, data=own)
        assert (code, shown.replace(b"\r\n", b"\n").isascii()) == (0, True)
        assert [json.loads(line) for line in shown.splitlines()] == [
            json.loads(line) for line in elsewhere.splitlines()
        ]
    for form in ("md", "csv", "text"):
        code, shown = on_a_terminal("trail", slug, "-f", form, data=own)
        assert (code, [mark for mark in "\u202e\u202c\u2066\u2069\u200f" if mark in shown.decode()]) == (0, [])


def test_a_terminal_is_not_spoken_to_by_what_is_refused(own: Path, slug: str, tmp_path: Path) -> None:
    event = {**rated("green"), "\x1b]0;PWNED\x07x\x9b31m": 1}
    refused = complained("record", "-", data=own, stdin=lines(slug, event))
    assert ("ActionRated has no such field" in refused, refused.strip().isprintable()) == (True, True)
    (tmp_path / "claims.json").write_text('{"\\u001b]0;PWNED\\u0007x\\u202e": 1}', encoding="utf-8")
    assert complained("audit", slug, tmp_path / "claims.json", data=own).strip().isprintable()
    for arguments, code in ((["show", "\x1b[31mred"], 1), (["\x1b[31mred"], 2), (["show", "a", "--\x1b[31mred"], 2)):
        assert "\x1b" not in complained(*arguments, data=own, code=code)


def test_an_answer_is_written_to_a_file_in_the_form_of_its_suffix(demo: Path, tmp_path: Path) -> None:
    for name, begins in (("plan.csv", "priority,"), ("plan.txt", "Learning and"), ("plan.md", "#")):
        assert said("show", "sunderland", "-o", tmp_path / name, data=demo) == ""
        assert (tmp_path / name).read_text(encoding="utf-8").lstrip("\ufeff").startswith(begins)
    said("show", "sunderland", "-o", tmp_path / "plan", "-f", "json", data=demo)
    assert json.loads((tmp_path / "plan").read_bytes())["plan"] == "sunderland"
    assert ".md" in complained("show", "sunderland", "-o", tmp_path / "plan.odt", data=demo, code=2)
    assert not (tmp_path / "plan.odt").exists()
    assert "cannot be used" in complained("show", "sunderland", "-o", tmp_path / "no" / "plan.md", data=demo)


def test_a_trail_is_printed_whole(demo: Path) -> None:
    document = json.loads(said("trail", "sunderland", data=demo))
    assert ([event["version"] for event in document["events"]], document["next"]) == (list(range(1, 290)), None)


def test_a_trail_is_of_an_action_since_an_instant_or_late(demo: Path) -> None:
    filters = ["--action", "2.5", "--recorded-after", "2019-06-04T09:00:00Z", "--late-by", "2790"]
    document = json.loads(said("trail", "sunderland", *filters, data=demo))
    assert {event.get("action", event.get("number")) for event in document["events"]} == {"2.5"}
    assert all(event["late_by_days"] >= 2790 for event in document["events"])


def test_the_command_below_a_trail_makes_the_same_paper_again(own: Path, slug: str) -> None:
    said("record", "-", data=own, stdin=lines(slug, *OPENING, rated("red")))
    asked = ["trail", slug, "--action", "2.4", "--late-by", "1"]
    paper = {form: said(*asked, "-f", form, data=own) for form in ("md", "text", "json")}
    (command,) = re.findall(r"asat (trail .*--up-to 4)", " ".join(paper["text"].split()))
    assert f"asat {command}" in paper["md"]
    error = {"type": "EventWithdrawn", "version": 4, "reason": "In error", "effective_on": "2019-03-15"}
    said("record", "-", data=own, stdin=lines(slug, error))
    for form, before in paper.items():
        assert said(*command.split(), "-f", form, data=own) == before
    assert "no record number 6; its newest is 5" in complained("trail", slug, "--up-to", 6, data=own)


def test_the_audit_finds_33_against_34_and_36_against_35(demo: Path) -> None:
    audit = json.loads(said("audit", "sunderland", CLAIMS, data=demo, code=1))
    assert [(one["claim"]["count"], one["record"]) for one in audit["differences"]] == [(33, 34), (36, 35)]
    assert len(audit["contradictions"]) == 2
    shown = said("audit", "sunderland", CLAIMS, "-f", "text", data=demo, code=1)
    assert re.search(r"rated completed, current +33 +34\n", shown)
    assert re.search(r"rated green, current +36 +35\n", shown)


def test_an_audit_that_finds_nothing_succeeds(demo: Path, tmp_path: Path) -> None:
    claims = json.loads(CLAIMS.read_bytes())
    claims["claims"] = [one for one in claims["claims"] if one["count"] == 101]
    (tmp_path / "claims.json").write_text(json.dumps(claims), encoding="utf-8")
    assert json.loads(said("audit", "sunderland", tmp_path / "claims.json", data=demo))["differences"] == []
    (tmp_path / "claims.json").write_text("{", encoding="utf-8")
    assert "not JSON" in complained("audit", "sunderland", tmp_path / "claims.json", data=demo)
    (tmp_path / "claims.json").write_text("{}", encoding="utf-8")
    refused = complained("audit", "sunderland", tmp_path / "claims.json", data=demo)
    assert "asat: previous: is missing; say the point that the paper compares from, such as issue:2.0; " in refused


def test_a_history_is_replayed_event_by_event(demo: Path) -> None:
    replayed = said("replay", "sunderland", data=demo).splitlines()
    assert len(replayed) == 289
    assert replayed[-1].endswith("[Red 0, Amber 4, Green 56, Completed 35, Not rated 6; all 101]")
    steps = [
        json.loads(line) for line in said("replay", "sunderland", "--after", 280, "-f", "json", data=demo).splitlines()
    ]
    assert [step["version"] for step in steps] == list(range(281, 290))


def test_the_reader_of_a_pipe_may_have_seen_enough(demo: Path) -> None:
    for command in ("replay sunderland", "trail sunderland", "show sunderland -f text", "plans -f text"):
        done = subprocess.run(
            ["bash", "-c", f"{ASAT} {command} | head -c 20"], capture_output=True, env=environment(demo), check=True
        )  # fmt: skip
        assert (len(done.stdout), done.stderr) == (20, b"")


# What cannot be asked


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("show nosuch", "asat: there is no plan 'nosuch'; `asat plans` lists"),
        ("replay nosuch", "asat: there is no plan 'nosuch'"),
        ("show sunderland --at issue:9", "(issued: 1.0, 2.0, 3.0)"),
        ("compare sunderland 2019-03-29@500", "no record number 500; its newest is 289"),
        ("action sunderland 99", "had no action 99"),
        ("compare sunderland 2019-05-31 2019-03-29", "2019"),
        ("trail sunderland --action 99", "never had an action 99"),
    ],
)
def test_what_is_unknown_is_said_in_a_sentence(demo: Path, arguments: str, words: str) -> None:
    said_so = complained(*arguments.split(), data=demo)
    assert (words in said_so, said_so.count("\n")) == (True, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("show sunderland --at 31/05/2019", "is not a point in time"),
        ("compare sunderland", "Missing argument 'PREVIOUS'"),
        ("changes sunderland soon", "'soon' is not a point in time"),
        ("trail sunderland --recorded-after yesterday", "2019-06-04T09:00:00Z"),
        ("trail sunderland --late-by many", "--late-by"),
        ("show", "Missing argument 'PLAN'"),
        ("show sunderland -f odt", "'odt' is not one of"),
        ("shout", "No such command 'shout'"),
        ("plans --nonsense", "No such option"),
        ("record /nonexistent.jsonl", "does not exist"),
        ("audit sunderland /nonexistent.json", "does not exist"),
        ("serve --port 99999", "99999"),
        ("serve --host 0.0.0.0", "can be reached from other machines"),
        ("serve --host council.example", "can be reached from other machines"),
    ],
)
def test_a_command_that_is_none_is_explained(demo: Path, arguments: str, words: str) -> None:
    assert words in complained(*arguments.split(), data=demo, code=2)


def test_a_setting_that_cannot_be_used_is_named(demo: Path, tmp_path: Path) -> None:
    assert "ASAT_PORT is 'x'" in complained("plans", data=demo, code=2, ASAT_PORT="x")
    (tmp_path / "letter.txt").touch()
    assert "not a data folder of AsAt" in complained("plans", data=tmp_path)
    url = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2"
    assert "the database cannot be used" in complained("plans", data=demo, ASAT_DATABASE_URL=url)


# Recording


def test_a_file_is_recorded_and_the_versions_stored_are_printed(own: Path, slug: str, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(slug, *OPENING) + lines(f"{slug}-b", *OPENING[:1]))
    assert said("record", file, data=own) == f"{slug}: events 1 to 3\n{slug}-b: event 1\n"
    assert said("record", "-", data=own, stdin=lines(slug, rated("green"))) == f"{slug}: event 4\n"


def test_a_file_may_come_from_any_editor(own: Path, slug: str) -> None:
    written = b"\xef\xbb\xbf" + lines(slug, *OPENING).replace(b"\n", b"\r\n\r\n  \r\n").rstrip()
    assert said("record", "-", data=own, stdin=written) == f"{slug}: events 1 to 3\n"


def test_who_records_is_who_they_say_they_are(own: Path, slug: str) -> None:
    said("record", "-", "--by", "Siân Ó Briain", data=own, stdin=lines(slug, OPENING[0]))
    said("record", "-", data=own, stdin=lines(slug, OPENING[1]), ASAT_BY="Clerk to the board")
    events = json.loads(said("trail", slug, data=own))["events"]
    assert [event["recorded_by"] for event in events] == ["Siân Ó Briain", "Clerk to the board"]
    for name in (" ", "x" * 501, "a\nb", "a\x9bb"):
        assert "--by is empty" in complained(
            "record", "-", "--by", name, data=own, stdin=lines(slug, rated("red")), code=2
        )
        assert "ASAT_BY is empty" in complained("record", "-", data=own, stdin=b"", code=2, ASAT_BY=name)


def test_whoever_expected_another_version_is_told_which_there_is(own: Path, slug: str) -> None:
    said("record", "-", "--expect", 0, data=own, stdin=lines(slug, *OPENING))
    assert "at record number 3, not 0" in complained(
        "record", "-", "--expect", 0, data=own, stdin=lines(slug, rated("red"))
    )
    several = lines(slug, rated("red")) + lines(f"{slug}-b", OPENING[0])
    assert "several" in complained("record", "-", "--expect", 3, data=own, stdin=several, code=2)


def test_an_event_with_an_id_is_stored_once(own: Path, slug: str) -> None:
    events = [
        {**event, "event_id": f"018f2d3c-0000-7000-8000-00000000{place:04}"} for place, event in enumerate(OPENING)
    ]
    again = f"{slug}: already recorded, as events 1 to 3\n"
    for told in (f"{slug}: events 1 to 3\n", again):
        assert said("record", "-", data=own, stdin=lines(slug, *events)) == told
    assert versions(slug, own) == 3
    new = lines(slug, {**rated("green"), "event_id": "018f2d3c-0000-7000-8000-000000000009"})
    assert said("record", "-", data=own, stdin=new) == f"{slug}: event 4\n"
    assert said("record", "-", data=own, stdin=new) == f"{slug}: already recorded, as event 4\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"not json", "this is not JSON"),
        (b'{"type": "ActionRated", "rating": NaN}', "this is not JSON"),
        (b'{"type": "Action\xff"}', "save it as UTF-8"),
        ('{"type": "PlanClosed"}'.encode("utf-16-le"), "save it as UTF-8"),
        (b'{"type": "PlanClosed", "plan": "x", "plan": "y"}', "the field 'plan' stands twice"),
        (b'{"type": "PlanClosed", "plan": "x", "reason": "\\ud83d"}', "half a character"),
        (b"[1, 2]", "an event is a JSON object"),
        (b'{"type": "ActionGraded", "plan": "x"}', "did you mean ActionRated?"),
        (b'{"type": "PlanClosed"}', "say which plan"),
        (b'{"type": "PlanClosed", "plan": "x", "colour": "red"}', "PlanClosed has no such field"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_event_is_named_and_nothing_of_the_file_is_stored(
    own: Path, slug: str, line: bytes, words: str
) -> None:
    refused = complained("record", "-", data=own, stdin=lines(slug, *OPENING) + b"\n" + line + b"\n")
    assert "asat: line 5: " in refused
    assert words in refused
    assert "nothing of this file was recorded" in refused
    assert versions(slug, own) == 0


def test_a_line_that_a_rule_refuses_is_named_and_nothing_of_the_file_is_stored(own: Path, slug: str) -> None:
    refused = complained("record", "-", data=own, stdin=lines(slug, *OPENING, rated("green"), rated("purple")))
    assert refused.startswith("asat: line 5: 'purple' is not on the plan's scale on 15 March 2019")
    assert versions(slug, own) == 0


@pytest.mark.parametrize("empty", [b"", b"\n \r\n\n"])
def test_a_file_without_events_is_refused(own: Path, empty: bytes) -> None:
    assert "standard input holds no event" in complained("record", "-", data=own, stdin=empty)


def test_two_commands_at_once_share_the_folder(new_folder: Callable[[str], Path]) -> None:
    folder = new_folder("shared")
    processes = [
        subprocess.Popen([ASAT, "record", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(folder))
        for _ in range(3)
    ]
    for place, process in enumerate(processes):
        assert process.stdin is not None
        process.stdin.write(lines(f"plan-{place}", *OPENING))
        process.stdin.close()
    for place, process in enumerate(processes):
        assert process.stdout is not None
        assert (process.stdout.read(), process.wait(60)) == (f"plan-{place}: events 1 to 3\n".encode(), 0)
        process.stdout.close()
    assert said("check", data=folder).startswith("9 events in 3 plans: ")
    assert not (folder / "postgres" / "postmaster.pid").exists(), "the last one out stops the server"


# Checking


def test_a_ledger_in_order_is_said_to_be(demo: Path) -> None:
    checked = said("check", data=demo)
    assert checked.startswith(
        "543 events in 5 plans: positions gapless, instants in order, record numbers contiguous, "
    )


def test_damage_done_by_the_owner_of_the_database_is_found(new_folder: Callable[[str], Path]) -> None:
    folder = new_folder("damaged")
    with EmbeddedServer.start(folder) as server:
        said("record", "-", data=folder, stdin=lines("plan", *OPENING, rated("red"), rated("green")))
        with psycopg.connect(server.owner_conninfo) as owner:
            owner.execute("set session_replication_role = replica")  # switches the guards off
            owner.execute("delete from asat.events where version = 4")
        done = run("check", data=folder)
    assert (done.returncode, done.stdout) == (1, b"")
    complaints = done.stderr.decode().splitlines()
    assert "position 5 (plan version 5): positions 4 to 4 are missing before it" in complaints
    assert re.fullmatch(r"5 events in 1 plan: \d+ things found broken", complaints[-1])


# Serving


@contextmanager
def serving(*arguments: str, data: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, list[str]]]:
    """A serving process, once it has said its address, with what it said before."""
    process = subprocess.Popen(
        [ASAT, *arguments, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(data)
    )
    assert process.stdout is not None
    assert process.stderr is not None
    before: list[str] = []
    try:
        while True:
            ready, _, _ = select.select([process.stdout], [], [], HANGS)
            assert ready, "it does not say its address"
            line = process.stdout.readline().decode()
            assert line, process.stderr.read().decode()
            if address := re.search(r"AsAt is at (http://\S+)/plans", line):
                break
            before.append(line)
        yield process, address[1], before
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def stopped(process: subprocess.Popen[bytes], by: signal.Signals) -> int:
    """The exit code after this signal, on which nothing may be complained of."""
    process.send_signal(by)
    code = process.wait(60)
    assert process.stderr is not None
    assert process.stderr.read() == b""
    return code


def test_the_demo_loads_its_examples_once_serves_them_and_stops_cleanly(new_folder: Callable[[str], Path]) -> None:
    folder = new_folder("demo")
    with serving("demo", data=folder) as (process, address, before):
        assert [line.split(":")[0] for line in before] == [
            "Loaded stockton-2016", "Loaded stockton-ilacs", "Loaded stockton-scrutiny", "Loaded stockton-strategy",
            "Loaded sunderland",
        ]  # fmt: skip
        assert (
            httpx2.get(f"{address}/plans/sunderland.json?at=issue:3.0", timeout=HANGS).json()["point"]["basis"] == 282
        )
        assert json.loads(said("show", "sunderland", data=folder))["plan"] == "sunderland", "beside the server"
        assert stopped(process, signal.SIGTERM) == 0
    assert not (folder / "postgres" / "postmaster.pid").exists()
    with serving("demo", data=folder) as (process, address, before):
        assert before == [], "nothing is loaded twice"
        assert httpx2.get(f"{address}/readyz", timeout=HANGS).json() == {
            "status": "ready",
            "guarded": True,
            "events": 543,
        }
        assert stopped(process, signal.SIGINT) == 0
    assert not (folder / "postgres" / "postmaster.pid").exists()


def test_the_demo_keeps_away_from_a_ledger_in_use(own: Path, slug: str) -> None:
    said("record", "-", data=own, stdin=lines(slug, OPENING[0]))
    assert "holds plans of its own" in complained("demo", "--port", "0", data=own)


def test_an_answer_is_sent_at_once() -> None:
    with listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP, "without it asyncio holds back the end of every answer for 44 ms"


def test_a_port_that_is_taken_is_named(demo: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = complained("serve", data=demo, ASAT_PORT=port)
    assert f"127.0.0.1 port {port}" in refused
    assert "--port" in refused


# Help


def test_the_audit_teaches_its_file() -> None:
    shown = CliRunner().invoke(cli, ["audit", "--help"], env={"COLUMNS": "80"}).output
    example = re.search(r"its figures:\n(.*?)\n\n", shown, re.DOTALL)
    assert example
    assert len(read_claims(example[1]).claims) == 2
    for word in (*get_args(Claim.model_fields["population"].annotation), "previous", "current", "unrated"):
        assert word in shown.partition("population  ")[2]


def test_every_command_teaches_itself() -> None:
    whole = subprocess.run([ASAT, "--help"], capture_output=True, text=True, check=True, env={"COLUMNS": "80"}).stdout
    assert "..." not in whole.partition("Commands:")[2], "no summary is cut off"
    for name in cli.commands:
        shown = CliRunner().invoke(cli, [name, "--help"], env={"COLUMNS": "80"}).output
        assert f"  {name} " in whole
        assert [line for line in shown.splitlines() if len(line) > 80] == []
