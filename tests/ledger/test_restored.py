"""A ledger whose database went back to an earlier state under its feet answers from what is there now."""

from collections.abc import Callable

import pytest

from domain.opened_ledger import Ledger
from domain.refusals import PlanUnknown, Refused, VersionConflict
from tests.kit import APRIL, LATER, MAY, added, opened, priority, progressed, rated, withdrawn
from tests.real_ledgers import Connection, begin, everything, proposed, record, remembers_what_is_stored

Ledgers = Callable[[], Ledger]
Restore = Callable[[int], None]


@pytest.fixture
def restore(owner: Connection) -> Restore:
    """Puts the database back to what it was at a position, as restoring a backup does."""

    def back_to(position: int) -> None:
        with owner.transaction():
            owner.execute("set local session_replication_role = replica")  # no trigger fires
            owner.execute("delete from events where position > %s", (position,))
            owner.execute(
                "update head set (position, recorded_at, leaf) ="
                " (select count(*), coalesce(max(recorded_at), '-infinity'),"
                " (select substr(hashes, 1, 32) from events order by position desc limit 1) from events)"
            )

    return back_to


@pytest.fixture
def warm(ledger: Ledger) -> Ledger:
    """It remembers version 5 of the plan: action 2.4 is rated amber."""
    begin(ledger)
    record(ledger, rated("2.4"), rated("2.4", "amber"))
    plan = ledger.plan("plan")
    assert plan.version == 5
    return ledger


def rating(ledger: Ledger) -> str | None:
    (action,) = ledger.plan("plan").on(LATER).actions
    return action.rating and action.rating.value.code


@pytest.mark.parametrize("position", [1, 3, 4])
def test_what_is_gone_is_not_answered(warm: Ledger, restore: Restore, position: int):
    restore(position)
    plan = warm.plan("plan")
    assert plan.version == position
    remembers_what_is_stored(warm)
    assert warm.size() == position


def test_what_is_gone_is_not_recorded_upon(warm: Ledger, restore: Restore):
    restore(3)
    assert record(warm, rated("2.4", "red"))[0].version == 4
    assert rating(warm) == "red"
    restore(2)
    with pytest.raises(Refused, match=r"no action 2\.4"):
        record(warm, rated("2.4", "red"))
    assert record(warm, added("2.4"))[0].version == 3


def test_a_plan_that_is_gone_is_unknown_and_can_be_opened_again(warm: Ledger, restore: Restore):
    restore(0)
    with pytest.raises(PlanUnknown):
        warm.plan("plan")
    with pytest.raises(Refused, match="there is no plan plan"):
        record(warm, rated("2.4"))
    assert [event.position for event in begin(warm)] == [1, 2, 3]


def test_a_plan_that_is_gone_can_be_opened_again_at_once(warm: Ledger, restore: Restore):
    restore(0)
    assert [event.position for event in begin(warm)] == [1, 2, 3]


def test_an_expected_version_is_one_of_what_is_there_now(warm: Ledger, restore: Restore):
    restore(4)
    with pytest.raises(VersionConflict) as conflict:
        record(warm, rated("2.4", "red"), expect=5)
    assert conflict.value.actual == 4
    restore(3)
    assert record(warm, rated("2.4", "red"), expect=3)[0].version == 4


def test_what_was_sent_before_can_be_sent_again(warm: Ledger, restore: Restore):
    batch = [proposed(event.event, event_id=event.event_id) for event in warm.events("plan", after=3)]
    restore(3)
    assert record(warm, *batch) == warm.events("plan", after=3)
    assert warm.size() == 5


def test_a_batch_over_a_plan_that_went_back_and_one_that_did_not(ledger: Ledger, restore: Restore):
    begin(ledger, "north")
    begin(ledger, "south")
    record(ledger, rated("2.4"), plan="south")
    restore(6)
    record(ledger, *[proposed(rated("2.4", "red"), plan) for plan in ("south", "north", "south")])
    assert [(event.plan, event.version) for event in everything(ledger)[6:]] == [
        ("south", 4), ("north", 4), ("south", 5)
    ]  # fmt: skip


@pytest.mark.parametrize("many", [1, 2, 3])
def test_what_was_recorded_instead_is_answered(warm: Ledger, ledgers: Ledgers, restore: Restore, many: int):
    """Fewer events than there were, as many in the same versions, or more."""
    restore(3)
    record(ledgers(), *[rated("2.4", "red")] * many)
    assert rating(warm) == "red"
    plan = warm.plan("plan")
    assert plan.version == 3 + many
    remembers_what_is_stored(warm)


@pytest.mark.parametrize("many", [1, 2, 3])
def test_what_is_recorded_is_judged_by_what_was_recorded_instead(
    warm: Ledger, ledgers: Ledgers, restore: Restore, many: int
):
    restore(3)
    record(ledgers(), *[progressed("2.4")] * (many - 1), withdrawn("2.4", on=APRIL))
    with pytest.raises(Refused, match=r"2\.4 was withdrawn"):
        record(warm, rated("2.4", on=MAY))
    assert warm.size() == 3 + many


@pytest.mark.parametrize("many", [1, 2, 3])
def test_what_is_recorded_follows_what_was_recorded_instead(
    warm: Ledger, ledgers: Ledgers, restore: Restore, many: int
):
    restore(3)
    record(ledgers(), *[progressed("2.4")] * many)
    assert record(warm, rated("2.4", "red"))[0].version == 4 + many
    remembers_what_is_stored(warm)


def test_after_a_look_at_as_many_other_events_what_is_recorded_follows_them(
    warm: Ledger, ledgers: Ledgers, restore: Restore
):
    restore(3)
    record(ledgers(), progressed("2.4"), withdrawn("2.4", on=APRIL))
    plan = warm.plan("plan")
    assert plan.version == 5
    with pytest.raises(Refused, match=r"2\.4 was withdrawn"):
        record(warm, rated("2.4", on=MAY))
    assert record(warm, rated("2.4", "red"))[0].version == 6


def test_another_plan_in_the_place_of_one_that_is_gone(warm: Ledger, ledgers: Ledgers, restore: Restore):
    restore(0)
    record(ledgers(), opened(), priority("3"), added("3.1"), rated("3.1", "red"), plan="other")
    with pytest.raises(PlanUnknown):
        warm.plan("plan")
    plan = warm.plan("other")
    assert plan.version == 4
    assert warm.record([proposed(opened())], by="x", today=LATER)[0].position == 5
