"""The whole-ledger check finds and names every kind of damage that only a superuser can do.

Whoever did the damage here grew the tree anew over it: what it alone would show is in test_tampering.py.
"""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from domain.events import Event
from domain.integrity.findings import Broken, Noted
from domain.integrity.invariants import broken_invariants
from domain.ledger.mapper import event_state
from domain.ledger.recorder import Placed
from domain.opened_ledger import Ledger
from tests.kit import (
    MARCH,
    added,
    closed,
    in_error,
    opened,
    presented,
    priority,
    progressed,
    rated,
    rescheduled,
)
from tests.real_ledgers import Server, connected, record, reseal

#: Of the damaged ledger, by position: north 1 to 6, south 1 to 3, north 7.
SIZE = 10


@pytest.fixture
def ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    """A ledger that is about to be damaged; the check that follows every other test is the test here."""
    ledger = open_ledger()
    record(ledger, opened(), priority("2"), added("2.4"), plan="north")
    record(ledger, rated("2.4"), plan="north")
    record(ledger, progressed("2.4"), plan="north")
    record(ledger, in_error(4), plan="north")
    record(ledger, opened(), priority("2"), added("2.4"), plan="south")
    record(ledger, presented(), plan="north")
    assert list(broken_invariants(ledger)) == []
    assert ledger.size() == SIZE
    return ledger


@pytest.fixture
def damage(server: Server, ledger: Ledger, schema: str) -> Iterator["Damage"]:
    """Runs a statement with no trigger and no constraint in its way but those of the tables themselves."""
    with connected(server.owner_conninfo, schema) as owner:
        owner.execute("set session_replication_role = replica")

        def run(statement: str, *values: object) -> None:
            assert owner.execute(statement.encode(), values or None).rowcount > 0
            reseal(owner)

        yield run


Damage = Callable[..., None]


#: Another text in place of one in an event's bytes; ends with the position.
REWRITE = (
    "update events set (state, whole) = (select"
    " convert_to(replace(convert_from(state, 'UTF8'), r.said, r.instead), 'UTF8'),"
    " convert_to(replace(convert_from(whole, 'UTF8'), r.said, r.instead), 'UTF8')"
    " from (values (%s, %s)) as r(said, instead)) where position ="
)


#: Begins what is said of an event that the rules would not have let in.
REFUSED = "a rule refuses it:"


def broken(ledger: Ledger) -> list[str]:
    return [f"{found.where}: {found.what}" for found in broken_invariants(ledger)]


def test_an_empty_ledger_is_well(open_ledger: Callable[[], Ledger]):
    assert list(broken_invariants(open_ledger())) == []


def test_it_tells_how_far_it_has_come(ledger: Ledger):
    seen: list[int] = []
    assert list(broken_invariants(ledger, seen.append)) == []
    assert sum(seen) == 2 * SIZE


def test_all_is_well_in_pages_too(ledger: Ledger, damage: Damage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("domain.integrity.invariants._PAGE", 3)
    assert broken(ledger) == []
    damage("delete from events where position = 4")
    assert broken(ledger)[:2] == [
        "position 5 (north version 5): positions 4 to 4 are missing before it",
        "position 5 (north version 5): follows version 3 of its plan",
    ]


def test_an_event_deleted_in_the_middle(ledger: Ledger, damage: Damage):
    damage("delete from events where position = 5")
    assert broken(ledger)[:2] == [
        "position 6 (north version 6): positions 5 to 5 are missing before it",
        "position 6 (north version 6): follows version 4 of its plan",
    ]


def test_the_last_event_deleted(ledger: Ledger, damage: Damage):
    damage("delete from events where position = 10")
    assert broken(ledger) == ["the end of the ledger: the head says 10 events were recorded, the last there is 9"]


def test_every_event_deleted(ledger: Ledger, damage: Damage):
    damage("delete from events")
    assert broken(ledger) == [
        "the end of the ledger: the head says 10 events were recorded, the last there is 0",
    ]


def test_a_whole_plan_deleted(ledger: Ledger, damage: Damage):
    damage("delete from events where plan = 'south'")
    assert broken(ledger) == [
        "position 10 (north version 7): positions 7 to 9 are missing before it",
    ]


def test_the_opening_of_a_plan_deleted(ledger: Ledger, damage: Damage):
    damage("delete from events where position = 7")
    assert broken(ledger) == [
        "position 8 (south version 2): positions 7 to 7 are missing before it",
        "position 8 (south version 2): follows version 0 of its plan",
    ]


def test_the_first_events_deleted(ledger: Ledger, damage: Damage):
    damage("delete from events where position <= 2")
    assert "position 3 (north version 3): positions 1 to 2 are missing before it" in broken(ledger)


def test_an_event_slipped_in_at_the_end(ledger: Ledger, damage: Damage):
    damage("insert into events select plan, 8, 11, recorded_at, 'x', gen_random_uuid(), topic, state,"
           " substr(hashes, 1, 32) from events where position = 10")  # fmt: skip
    assert broken(ledger) == ["the end of the ledger: the head says 10 events were recorded, the last there is 11"]


def test_an_instant_moved_back(ledger: Ledger, damage: Damage):
    damage("update events set recorded_at = recorded_at - interval '1 hour' where position = 6")
    (found,) = broken(ledger)
    assert found.startswith("position 6 (north version 6): recorded at ")
    assert found.endswith(", before the one ahead of it")


def test_an_instant_moved_to_before_what_the_event_says(ledger: Ledger, damage: Damage):
    damage("update events set recorded_at = '2001-01-01T00:00:00Z' where position = 6")
    assert broken(ledger) == [
        "position 6 (north version 6): recorded at 2001-01-01T00:00:00+00:00, before the one ahead of it",
    ]


def test_an_instant_moved_on(ledger: Ledger, damage: Damage):
    damage("update events set recorded_at = recorded_at + interval '1 day' where position = 6")
    ahead, found = broken(ledger)
    assert ahead.startswith("position 6 (north version 6): recorded at ")
    assert "it was ahead then, or is behind now" in ahead
    assert found.startswith("position 7 (south version 1): recorded at ")
    assert found.endswith(", before the one ahead of it")


def test_the_last_instant_moved_on(ledger: Ledger, damage: Damage):
    damage("update events set recorded_at = recorded_at + interval '1 day' where position = 10")
    ahead, found = broken(ledger)
    assert ahead.startswith("position 10 (north version 7): recorded at ")
    assert found == "the head of the ledger: its instant is not that of the last event"


def test_a_version_changed(ledger: Ledger, damage: Damage):
    damage("update events set version = 12 where position = 6")
    found = broken(ledger)
    assert "position 6 (north version 12): follows version 5 of its plan" in found
    assert "position 10 (north version 7): follows version 12 of its plan" in found


def test_versions_exchanged(ledger: Ledger, damage: Damage):
    damage("update events set version = 22 where position = 4")
    damage("update events set version = 4 where position = 5")
    damage("update events set version = 5 where position = 4")
    assert broken(ledger) == [
        "position 4 (north version 5): follows version 3 of its plan",
        "position 5 (north version 4): follows version 5 of its plan",
        "position 6 (north version 6): follows version 4 of its plan",
    ]


def test_an_event_moved_to_another_plan(ledger: Ledger, damage: Damage):
    damage("update events set plan = 'south', version = 4 where position = 10")
    damage("update events set plan = 'south', version = 5 where position = 6")
    found = broken(ledger)
    assert "position 6 (south version 5): follows version 0 of its plan" in found
    assert "position 7 (south version 1): follows version 5 of its plan" in found


@pytest.mark.parametrize("stored", [b"{", b"", b"null", b"\xff\xfe", b'{"action":"2.4"}', b'{"x":1}'])
def test_bytes_that_are_no_event(ledger: Ledger, damage: Damage, stored: bytes):
    damage("update events set state = %s where position = 4", stored)
    (found,) = broken(ledger)
    assert found.startswith("north version 4 (ActionRated): the ledger holds an event ActionRated that is not valid")


def test_a_kind_of_event_that_nobody_knows(ledger: Ledger, damage: Damage):
    damage("update events set topic = 'ActionForgotten' where position = 4")
    assert broken(ledger) == [
        "north version 4 (ActionForgotten): the ledger holds an event 'ActionForgotten' that this program does not "
        "know; was it recorded by a newer one?"
    ]


@pytest.mark.parametrize(("said", "instead"), [(":", ": "), ("}", ',"reason":null}'), ("}", "} ")])
def test_bytes_that_say_the_same_in_another_form(ledger: Ledger, damage: Damage, said: str, instead: str):
    damage(f"{REWRITE} 4", said, instead)
    assert broken(ledger) == ["north version 4 (ActionRated): its stored bytes are not those it is written as"]


def test_an_event_about_an_action_that_is_not_there(ledger: Ledger, damage: Damage):
    damage(f"{REWRITE} 4", "2.4", "9.9")
    assert broken(ledger) == [f"north version 4 (ActionRated): {REFUSED} plan north has no action 9.9"]


def test_an_action_under_a_priority_that_is_not_there(ledger: Ledger, damage: Damage):
    damage(f"{REWRITE} 3", '"2"', '"7"')
    assert broken(ledger) == [f"north version 3 (ActionAdded): {REFUSED} plan north has no priority 7"]


def test_a_withdrawal_of_what_was_not_there_yet(ledger: Ledger, damage: Damage):
    damage(f"{REWRITE} 6", ":4", ":9")
    assert broken(ledger) == [
        f"north version 6 (EventWithdrawn): {REFUSED} plan north has no record number 9; its newest is 5"
    ]


def test_a_presentation_of_a_point_that_is_not_there(ledger: Ledger, damage: Damage):
    damage(f"{REWRITE} 10", '"now"', '"issue:7.0"')
    assert broken(ledger) == [
        f"north version 7 (ReportPresented): {REFUSED} plan north has no document version '7.0' (issued: none has been"
        " issued)"
    ]


def test_a_plan_that_does_not_begin_with_its_opening(ledger: Ledger, damage: Damage):
    damage("update events set (whole, salts) = (null, null) where position = 7")
    damage("update events set topic = 'PlanClosed', state = '{\"effective_on\":\"2019-01-07\"}' where position = 7")
    assert broken(ledger) == [
        f"south version {version} ({kind}): {REFUSED} there is no plan south: open it first"
        for version, kind in enumerate(["PlanClosed", "PriorityAdded", "ActionAdded"], 1)
    ]


def test_a_plan_that_is_opened_twice(ledger: Ledger, damage: Damage):
    damage(
        "update events set (topic, state, whole, salts) ="
        " (select topic, state, whole, salts from events where position = 1) where position = 5"
    )
    assert broken(ledger) == [
        f"north version 5 (PlanOpened): {REFUSED} plan north was already opened on 7 January 2019"
    ]


PAST_THE_RULES = [
    (closed("2.4"), "action 2.4 was not rated complete on 15 April 2019, so it cannot be closed; rate it complete"
     " first, or withdraw it"),
    (rated("2.4", "purple"), "'purple' is not on the plan's scale on 15 March 2019 (RAG: red, amber, green,"
     " completed)"),
    (rated("2.4", "completed"), "rating action 2.4 Completed needs evidence: name it"),
    (rescheduled("2.4", reason=None), "rescheduling action 2.4 needs a reason: say why"),
    (added("2.4"), "the action number 2.4 is already used in plan north; numbers are never used again"),
    (in_error(4), "event 4 (action rated) was already withdrawn, by event 6"),
    (in_error(1), "the opening of plan north cannot be withdrawn; close the plan instead"),
    (in_error(3), "event 3 (action added) cannot be withdrawn while other events stand on it: event 5"
     " (progress reported); withdraw those first"),
    (presented(current="2019-04-15", on=MARCH), "the plan as at 15 April 2019 cannot have been presented on 15 March"
     " 2019, before that day"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "sentence"), PAST_THE_RULES, ids=lambda said: type(said).__name__)
def test_an_event_that_a_program_wrote_past_the_rules(
    server: Server, ledger: Ledger, schema: str, event: Event, sentence: str
):
    """By the append function, so that positions, versions and instants are as they should be."""
    with connected(server.owner_conninfo, schema) as owner:
        owner.execute(
            "select append_one('north', 8, %s, %s, %s, 'x')", (type(event).__name__, uuid4(), event_state(event))
        )
    (found,) = broken(ledger)
    assert found.startswith(f"north version 8 ({type(event).__name__}): {REFUSED} {sentence}")


def test_an_event_past_the_rules_does_not_hide_the_next(server: Server, ledger: Ledger, schema: str):
    events = [rated("2.4", "purple"), rated("2.4"), closed("2.4")]
    with connected(server.owner_conninfo, schema) as owner:
        for version, event in enumerate(events, 8):
            owner.execute(
                "select append_one('north', %s, %s, %s, %s, 'x')",
                (version, type(event).__name__, uuid4(), event_state(event)),
            )
    assert [found.split(":")[0] for found in broken(ledger)] == [
        "north version 8 (ActionRated)", "north version 10 (ActionClosed)"
    ]  # fmt: skip


def test_what_was_recorded_for_today_is_judged_by_the_day_in_london(ledger: Ledger, damage: Damage):
    """At 23:30 in summer by the universal clock it is tomorrow in London; and a proposer's clock may be ahead."""
    said = [f'"effective_on":"{day}"' for day in ("2019-12-15", "2021-06-17", "2021-06-18")]
    damage("update events set recorded_at = '2021-06-15T23:30:00Z'")
    damage("update head set recorded_at = '2021-06-15T23:30:00Z'")
    damage(f"{REWRITE} 6", said[0], said[1])
    assert broken(ledger) == []
    damage(f"{REWRITE} 6", said[1], said[2])
    noted: list[Noted] = []
    assert list(broken_invariants(ledger, noted=noted.append)) == []
    assert [one.where for one in noted] == ["north version 6 (EventWithdrawn)"]
    assert noted[0].what.startswith("it is of 18 June 2021, which had not come when it was recorded on 16 June 2021:")


def test_a_head_that_fell_behind(ledger: Ledger, damage: Damage):
    damage("update head set position = 7")
    assert broken(ledger) == ["the end of the ledger: the head says 7 events were recorded, the last there is 10"]


def test_a_head_that_ran_ahead(ledger: Ledger, damage: Damage):
    damage("update head set position = 12")
    assert broken(ledger) == ["the end of the ledger: the head says 12 events were recorded, the last there is 10"]


@pytest.mark.parametrize("interval", ["1 second", "-1 second"])
def test_a_head_with_another_instant(ledger: Ledger, damage: Damage, interval: str):
    damage("update head set recorded_at = recorded_at + %s::interval", interval)
    assert broken(ledger) == ["the head of the ledger: its instant is not that of the last event"]


def test_a_head_that_is_gone(ledger: Ledger, damage: Damage):
    damage("delete from head")
    assert broken(ledger) == ["the head of the ledger: there is none"]


def test_damage_to_one_plan_does_not_hide_that_to_another(ledger: Ledger, damage: Damage):
    damage("update events set state = '{' where position in (4, 8)")
    assert [found.split(":")[0] for found in broken(ledger)] == [
        "north version 4 (ActionRated)", "south version 2 (PriorityAdded)"
    ]  # fmt: skip


def test_what_is_broken_says_where_and_what(ledger: Ledger, damage: Damage):
    damage("update head set position = 7")
    assert list(broken_invariants(ledger)) == [
        Broken("the end of the ledger", "the head says 7 events were recorded, the last there is 10")
    ]


def test_events_appended_during_the_check_are_not_taken_for_damage(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    select_placed = ledger.recorder.select_placed

    def appending(after: int, last: int, limit: int) -> list[Placed]:
        record(ledger, progressed("2.4"), plan="south")
        return select_placed(after, last, limit)

    monkeypatch.setattr(ledger.recorder, "select_placed", appending)
    assert broken(ledger) == []
