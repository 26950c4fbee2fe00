"""No event is of a day that has not come, whatever clock its proposer has; and what one did before can be put right."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg import DatabaseError
from starlette.testclient import TestClient

from api.application import make_application
from domain.envelopes import Proposal
from domain.events import Event, EventWithdrawn, PlanClosed, TextRedacted
from domain.integrity.evidence_packs import pack
from domain.integrity.findings import Broken, Noted
from domain.integrity.invariants import broken_invariants
from domain.ledger.mapper import event_state
from domain.ledger.schema import app_role, migrate, released_migrations
from domain.ledger.split_texts import split_event
from domain.opened_ledger import Ledger
from domain.points import LONDON
from domain.postgres.embedded_server import EmbeddedServer
from domain.proofs.keys import SignerKey
from domain.proofs.pack import NoPack
from domain.proofs.verify import verify
from domain.refusals import Refused
from tests.api.process import complained, run, said
from tests.kit import added, opened, priority, progressed, rated
from tests.measuring import until
from tests.real_ledgers import BY, Connection, Server, all_is_well, begin, connected, everything, record

KEY = SignerKey("council.example/asat", b"k" * 32)

#: What a clock that is years ahead calls today, and a day that it thinks over.
AHEAD, BEFORE_AHEAD = date(2999, 6, 30), date(2999, 6, 1)

#: The migration by which the database looks at days.
LOOKS = 8


def today_of(connection: Connection) -> date:
    """Today by the clock of the database."""
    row = connection.execute("select clock_timestamp()").fetchone()
    assert row is not None
    return date.fromisoformat(row[0].astimezone(LONDON).date().isoformat())


@pytest.mark.parametrize("days", [1, 2, 366, 365 * 500])
def test_an_event_of_a_day_to_come_is_refused_whatever_the_proposers_clock_says(
    ledger: Ledger, owner: Connection, days: int
):
    begin(ledger)
    day = today_of(owner) + timedelta(days=days)
    with pytest.raises(Refused, match=r" is in the future: today is .* by the clock of the database") as refused:
        record(ledger, rated("2.4", on=day), today=AHEAD)
    assert refused.value.index == 0
    assert len(everything(ledger)) == 3
    assert record(ledger, rated("2.4"))[0].version == 4


def test_an_event_of_the_databases_today_is_recorded(ledger: Ledger, owner: Connection):
    begin(ledger)
    record(ledger, rated("2.4", on=today_of(owner)), today=AHEAD)
    assert ledger.size() == 4


def test_of_a_batch_the_event_is_named_and_nothing_is_recorded(ledger: Ledger):
    begin(ledger)
    with pytest.raises(Refused) as refused:
        record(ledger, rated("2.4"), progressed("2.4"), rated("2.4", on=BEFORE_AHEAD), progressed("2.4"), today=AHEAD)
    assert refused.value.index == 2
    assert ledger.size() == 3


def test_of_batches_that_go_together_only_the_one_is_refused(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    for plan in ("east", "north", "south", "west"):
        begin(ledger, plan)
    sizes: list[int] = []
    append = ledger.recorder.append
    waiting = ledger._recording._group_commit

    def counted(rows: Any, authors: Any) -> Any:
        sizes.append(len(rows))
        if len(sizes) == 1:
            until(lambda: len(waiting._waiting) == 3)
        return append(rows, authors)

    monkeypatch.setattr(ledger.recorder, "append", counted)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(record, ledger, rated("2.4"), plan="east", today=AHEAD)
        until(lambda: sizes == [1])
        sent = [
            pool.submit(record, ledger, rated("2.4", on=day), plan=plan, today=AHEAD)
            for plan, day in (("north", date(2019, 3, 1)), ("south", BEFORE_AHEAD), ("west", date(2019, 3, 1)))
        ]
    assert sizes[1] == 3
    assert [one.exception() is None for one in (first, *sent)] == [True, True, False, True]
    assert isinstance(sent[1].exception(), Refused)
    assert ledger.size() == 15


def test_a_text_that_looks_like_a_day_is_a_text(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", '"effective_on":"2999-01-01"', reason='\\"effective_on": "2999-01-01'))
    assert ledger.size() == 4


@pytest.mark.parametrize("state", ['{"effective_on":"2999-01-01"}', '{"a":1, "effective_on" :\n"2999-01-01"}'])
def test_whoever_has_the_programs_login_is_refused_too(ledger: Ledger, app: Connection, state: str):
    begin(ledger)
    for function, values in (
        ("append_one", "%s, 4, 'ActionRated', %s, %s, 'x'"),
        ("append", "array[%s], array[4], array['ActionRated'], array[%s], array[%s], array['x']"),
    ):
        with pytest.raises(DatabaseError, match="a day that has not come"):
            app.execute(f"select {function}({values})".encode(), ("plan", uuid4(), state.encode()))


def test_bytes_that_are_no_text_are_stored_as_before(ledger: Ledger, owner: Connection):
    """They are no event, as the check says; but a clock is not what refuses them."""
    begin(ledger)
    with owner.transaction(force_rollback=True):
        owner.execute(r"select append_one('plan', 4, 'x', gen_random_uuid(), '\xff00', 'x')")


def test_today_is_the_databases_today(ledger: Ledger, owner: Connection, monkeypatch: pytest.MonkeyPatch):
    assert ledger.today() in (today_of(owner), today_of(owner) - timedelta(days=1))  # midnight may come in between
    instant = datetime(2031, 6, 30, 22, 59, 58, tzinfo=UTC)  # two seconds before midnight in London
    monkeypatch.setattr("domain.ledger.datastore._elapsed", lambda: 101.0)
    monkeypatch.setattr(ledger.datastore, "_clock_reading", (instant, 100.0))
    assert ledger.today() == date(2031, 6, 30)
    monkeypatch.setattr("domain.ledger.datastore._elapsed", lambda: 102.0)
    assert ledger.today() == date(2031, 7, 1)


def test_a_program_says_today_by_the_clock_of_the_database(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    """Over HTTP an event without a day is of the database's today, whatever this machine thinks."""
    begin(ledger)
    monkeypatch.setattr("api.clock.today", lambda: AHEAD)
    client = TestClient(make_application(ledger, BY), base_url="http://127.0.0.1:8000")
    sent = client.post("/plans/plan/events", json={"type": "ProgressReported", "action": "2.4", "text": "News"})
    assert sent.status_code == 201, sent.text
    assert sent.json()["events"][0]["effective_on"] == ledger.today().isoformat()
    assert client.get("/plans/plan.json").json()["point"]["effective_on"] == ledger.today().isoformat()


# A ledger that holds one from before the database looked


@pytest.fixture
def recorded_ahead(server: Server, schema: str, open_ledger: Callable[[], Ledger]) -> Callable[..., Ledger]:
    """Makes a ledger in which a former program recorded these events, and opens it."""

    def made(*events: Event) -> Ledger:
        migrate(server.owner_conninfo, schema, released_migrations()[: LOOKS - 1], login="asat_app")
        with connected(server.owner_conninfo, schema) as owner:
            for version, event in enumerate(events, 1):
                state, whole, salts = split_event(event, event_state(event))
                owner.execute(
                    "select append_one('plan', %s, %s, %s, %s, %s, null, %s, %s)",
                    (version, type(event).__name__, uuid4(), state, BY, whole, salts),
                )
        return open_ledger()

    return made


@pytest.fixture
def unchecked(open_ledger: Callable[[], Ledger]) -> Ledger:
    """A ledger that nobody checks afterwards."""
    return open_ledger()


def checked(ledger: Ledger) -> tuple[list[Broken], list[Noted]]:
    noted: list[Noted] = []
    return list(broken_invariants(ledger, noted=noted.append)), noted


def _twice(state: bytes, whole: bytes | None) -> tuple[bytes, bytes | None]:
    return b'{"effective_on":"2019-05-31",' + state[1:], whole


def _escaped(state: bytes, whole: bytes | None) -> tuple[bytes, bytes | None]:
    return state.replace(b'"effective_on"', b'"effective\\u005fon"'), whole


def _in_the_texts_only(state: bytes, whole: bytes | None) -> tuple[bytes, bytes | None]:
    return state.replace(b"2999-06-01", b"2019-05-31"), whole


@pytest.mark.parametrize("hide", [_twice, _escaped, _in_the_texts_only])
def test_a_day_that_the_programs_login_hid_from_the_append_is_named_by_the_check(
    server: Server, schema: str, unchecked: Ledger, hide: Callable[[bytes, bytes | None], tuple[bytes, bytes | None]]
):
    begin(unchecked)
    event = progressed("2.4", "News", on=BEFORE_AHEAD)
    state, whole, salts = split_event(event, event_state(event))
    state, whole = hide(state, whole)
    with connected(server.app_conninfo, schema, app_role(schema)) as app:
        app.execute(
            "select append_one('plan', 4, 'ProgressReported', %s, %s, 'x', null, %s, %s)",
            (uuid4(), state, whole, salts),
        )
    found, _ = checked(unchecked)
    assert any(one.where.startswith("plan version 4 (ProgressReported)") for one in found), found


def test_what_was_recorded_ahead_is_named_with_its_remedy_and_no_pack_is_made(recorded_ahead: Callable[..., Ledger]):
    ledger = recorded_ahead(opened(), priority("2"), added("2.4"), rated("2.4", on=BEFORE_AHEAD))
    [found], noted = checked(ledger)
    assert found.where == "plan version 4 (ActionRated)"
    assert found.what.startswith("it is of 1 June 2999, which had not come when it was recorded on ")
    assert "Withdraw it as recorded in error (EventWithdrawn)" in found.what
    assert noted == []
    with pytest.raises(NoPack, match="which had not come"):
        pack(ledger, "plan", KEY)


def test_withdrawn_as_recorded_in_error_it_is_only_told_of_and_packs_are_made(recorded_ahead: Callable[..., Ledger]):
    ledger = recorded_ahead(
        opened(), priority("2"), added("2.4"), rated("2.4", on=BEFORE_AHEAD), progressed("2.4", on=BEFORE_AHEAD)
    )
    today = datetime.now(UTC).astimezone(LONDON).date()
    record(
        ledger, *(EventWithdrawn(effective_on=today, version=one, reason="A clock was wrong") for one in (4, 5)),
        rated("2.4"), progressed("2.4"), today=today,
    )  # fmt: skip
    found, noted = checked(ledger)
    assert found == []
    assert [(one.where, one.what.rpartition("; ")[2]) for one in noted] == [
        ("plan version 4 (ActionRated)", "version 6 withdrew it as recorded in error"),
        ("plan version 5 (ProgressReported)", "version 7 withdrew it as recorded in error"),
    ]
    report = verify(pack(ledger, "plan", KEY), str(KEY.verifier))
    assert len(report.events) == 9


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (rated("2.4", on=BEFORE_AHEAD), "Withdraw it as recorded in error"),
        (EventWithdrawn(effective_on=BEFORE_AHEAD, version=3, reason="x"), "or it was altered: the database refuses"),
    ],
)
def test_what_was_put_there_with_the_guards_switched_off_is_broken(
    unchecked: Ledger, server: Server, schema: str, event: Event, says: str
):
    begin(unchecked)
    with connected(server.owner_conninfo, schema) as owner, owner.transaction():
        owner.execute("set local session_replication_role = replica")
        owner.execute(
            "select append_one('plan', 4, %s, %s, %s, 'x')", (type(event).__name__, uuid4(), event_state(event))
        )
    [found], noted = checked(unchecked)
    assert says in found.what
    assert noted == []


def test_what_stands_on_it_is_withdrawn_first(recorded_ahead: Callable[..., Ledger]):
    """A whole plan of a wrong clock: from the last to the first, all but the opening, which is closed."""
    ledger = recorded_ahead(
        opened(on=BEFORE_AHEAD), priority("2", on=BEFORE_AHEAD), added("2.4", on=BEFORE_AHEAD),
        rated("2.4", on=BEFORE_AHEAD),
    )  # fmt: skip
    assert len(checked(ledger)[0]) == 3
    today = datetime.now(UTC).astimezone(LONDON).date()
    for version in (4, 3, 2):
        record(ledger, EventWithdrawn(effective_on=today, version=version, reason="A clock was wrong"), today=today)
    found, noted = checked(ledger)
    assert found == []
    assert noted[0].where == "plan version 1 (PlanOpened)"
    assert noted[0].what.endswith("an event of this kind cannot be withdrawn")
    assert len(verify(pack(ledger, "plan", KEY), str(KEY.verifier)).events) == 7


def test_what_else_is_wrong_with_it_is_named_all_the_same(recorded_ahead: Callable[..., Ledger]):
    ledger = recorded_ahead(opened(), priority("2"), rated("9.9", on=BEFORE_AHEAD))
    assert any("9.9" in found.what for found, *_ in [(one,) for one in checked(ledger)[0]])


def test_its_texts_can_be_redacted(recorded_ahead: Callable[..., Ledger]):
    ledger = recorded_ahead(opened(), priority("2"), added("2.4"), progressed("2.4", "A name", on=BEFORE_AHEAD))
    today = datetime.now(UTC).astimezone(LONDON).date()
    record(
        ledger, TextRedacted(effective_on=today, version=4, fields=("text",), reason="It named a child"), today=today
    )
    assert "A name" not in json.dumps([one.fields() for one in everything(ledger)], default=str)


def test_a_clock_that_was_a_little_ahead_at_midnight_was_nothing(recorded_ahead: Callable[..., Ledger]):
    tomorrow = datetime.now(UTC).astimezone(LONDON).date() + timedelta(days=1)
    ledger = recorded_ahead(opened(), priority("2"), added("2.4"), rated("2.4", on=tomorrow))
    assert checked(ledger) == ([], [])


def test_the_clock_of_the_ledger_decides_also_of_a_closing(ledger: Ledger):
    begin(ledger)
    with pytest.raises(Refused, match="in the future"):
        ledger.record([Proposal("plan", PlanClosed(effective_on=BEFORE_AHEAD), None)], by=BY, today=AHEAD)
    all_is_well(ledger)


def test_the_documented_way_makes_a_ledger_checkable_again(tmp_path: Path):
    """docs/safekeeping.md, "When a clock was wrong", with a data folder of a former program."""
    data = tmp_path / "data"
    with EmbeddedServer.start(data) as server:
        migrate(server.owner_conninfo, "asat", released_migrations()[: LOOKS - 1], login="asat_app")
        with connected(server.owner_conninfo, "asat") as owner:
            for version, event in enumerate((opened(), priority("2"), added("2.4"), rated("2.4", on=BEFORE_AHEAD)), 1):
                owner.execute(
                    "select append_one('plan', %s, %s, %s, %s, 'x')",
                    (version, type(event).__name__, uuid4(), event_state(event)),
                )
    done = run("check", data=data)
    assert done.returncode == 1
    assert "plan version 4 (ActionRated): it is of 1 June 2999, which had not come when" in done.stderr.decode()
    key = tmp_path / "asat.key"
    said("key", "create", "--name", "council.example/asat", "-o", key, data=data)
    assert "which had not come" in complained("pack", "plan", "--key", key, "-o", tmp_path / "pack.zip", data=data)
    withdrawal = b'{"type": "EventWithdrawn", "plan": "plan", "version": 4, "reason": "A clock was wrong"}'
    said("record", "-", data=data, stdin=withdrawal)
    assert re.search(
        r"^Note: plan version 4 \(ActionRated\): .*; version 5 withdrew it as recorded in error$",
        said("check", data=data), re.MULTILINE,
    )  # fmt: skip
    assert run("pack", "plan", "--key", key, "-o", tmp_path / "pack.zip", data=data).returncode == 0
    assert run("verify", tmp_path / "pack.zip", data=data).returncode == 0
