"""Recording: whole or not at all, gapless and in order, repeatable, and judged against what is committed."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.envelopes import Proposal, Recorded, read_proposal
from domain.events import Event
from domain.integrity.invariants import broken_invariants
from domain.ledger.memory_budget import Budget
from domain.opened_ledger import Ledger
from domain.refusals import LedgerUnusable, PlanUnknown, Refused, VersionConflict
from tests.kit import (
    APRIL,
    FEBRUARY,
    JUNE,
    LATER,
    MARCH,
    MAY,
    added,
    assured,
    closed,
    completed,
    contents,
    given,
    in_error,
    inspected,
    issued,
    measure,
    measured,
    opened,
    part,
    plan_closed,
    presented,
    priority,
    progressed,
    rated,
    recommended,
    renumbered,
    rescaled,
    rescheduled,
    withdrawn,
)
from tests.real_ledgers import (
    BY,
    Connection,
    Server,
    begin,
    connected,
    everything,
    held_by,
    proposed,
    record,
    remembers_what_is_stored,
    set_clock_back,
)

Ledgers = Callable[[], Ledger]


def places(events: list[Recorded]) -> list[tuple[str, int, int]]:
    return [(event.plan, event.version, event.position) for event in events]


# Positions, versions, instants


def test_positions_have_no_gap_over_several_plans(ledger: Ledger):
    begin(ledger, "north")
    begin(ledger, "south")
    record(ledger, rated("2.4"), plan="north")
    record(ledger, rated("2.4"), plan="south")
    assert [event.position for event in everything(ledger)] == list(range(1, 9))
    assert places(ledger.events("north")) == [("north", 1, 1), ("north", 2, 2), ("north", 3, 3), ("north", 4, 7)]
    assert ledger.plans() == ["north", "south"]
    assert ledger.size() == 8


def test_what_is_answered_is_what_is_stored(ledger: Ledger):
    event_id = uuid4()
    answered = [*begin(ledger), *record(ledger, proposed(rated("2.4", reason="Seen"), event_id=event_id), by="Clerk")]
    assert answered == ledger.events("plan")
    assert answered[-1].event_id == event_id
    assert [event.recorded_by for event in answered] == [BY, BY, BY, "Clerk"]


def test_a_refusal_and_a_rollback_leave_no_gap(ledger: Ledger, ledgers: Ledgers, owner: Connection):
    begin(ledger)
    with pytest.raises(Refused):
        record(ledger, rated("2.4"), rated("9.9"))
    stale = ledgers()
    record(stale, rated("2.4"))
    record(ledger, rated("2.4", "amber"))  # its first attempt is rolled back: version 4 was taken
    with owner.transaction(force_rollback=True):
        owner.execute(
            "select append(array['plan'], array[6], array['ActionRated'], array[gen_random_uuid()], array[''::bytea],"
            " array['x'])"
        )
    record(ledger, rated("2.4", "red"))
    assert [event.position for event in everything(ledger)] == [1, 2, 3, 4, 5, 6]


def test_recorded_at_is_the_instant_of_the_database(ledger: Ledger, owner: Connection):
    def clock():
        return owner.execute("select clock_timestamp()").fetchone()[0]  # type: ignore[index]

    before = clock()
    (first, *_) = begin(ledger)
    between = clock()
    (second,) = record(ledger, rated("2.4"))
    after = clock()
    assert before < first.recorded_at < between < second.recorded_at < after


def test_a_batch_has_one_instant(ledger: Ledger):
    assert len({event.recorded_at for event in begin(ledger)}) == 1


@pytest.mark.parametrize("many", [1, 3])
def test_recorded_at_never_goes_back_even_when_the_clock_was_set_back(ledger: Ledger, owner: Connection, many: int):
    begin(ledger)
    set_clock_back(owner, "4 minutes 50 seconds")
    (ahead,) = ledger.events("ahead-4")
    later = record(ledger, *[rated("2.4")] * many)
    assert [(event.recorded_at, event.position) for event in later] == [
        (ahead.recorded_at, ahead.position + number) for number in range(1, many + 1)
    ]


@pytest.mark.parametrize("many", [1, 3])
def test_when_the_clock_was_set_back_by_more_than_minutes_nothing_is_stored(
    server: Server, schema: str, open_ledger: Callable[[], Ledger], many: int
):
    ledger = open_ledger()
    begin(ledger)
    owner = connected(server.owner_conninfo, schema)
    for size, interval in enumerate(("5 minutes 10 seconds", "2 years"), 4):
        set_clock_back(owner, interval)
        row = owner.execute("select recorded_at, clock_timestamp() from head").fetchone()
        assert row is not None
        with pytest.raises(LedgerUnusable, match=r"set it right.* restore a backup from before it") as unusable:
            record(ledger, *[rated("2.4")] * many)
        assert "CONTEXT" not in str(unusable.value)
        assert "PL/pgSQL" not in str(unusable.value)
        named = re.findall(r"at ([-0-9]{10} [0-9:.]+\+00).* says ([-0-9]{10} [0-9:.]+\+00)", str(unusable.value))
        last, now = map(datetime.fromisoformat, named[0])
        assert last == row[0]
        after = owner.execute("select clock_timestamp()").fetchone()
        assert after is not None
        assert row[1] < now < after[0], "it says the clock of the database"
        assert ledger.size() == size
        remembers_what_is_stored(ledger)
        [found] = broken_invariants(ledger)
        assert found.where == "position 4 (ahead-4 version 1)"
        assert "ahead then, or is behind now" in found.what
    owner.close()


def test_instants_do_not_go_back_along_positions_whoever_writes(ledger: Ledger, ledgers: Ledgers):
    writers = [ledger, ledgers(), ledgers()]
    begin(ledger)
    for number in range(12):
        record(writers[number % 3], progressed("2.4", f"Step {number}"))
    stored = everything(ledger)
    assert [event.recorded_at for event in stored] == sorted(event.recorded_at for event in stored)


# Whole or nothing


def test_a_batch_is_recorded_whole_or_not_at_all(ledger: Ledger):
    begin(ledger)
    with pytest.raises(Refused) as refused:
        record(ledger, rated("2.4"), progressed("2.4"), rated("2.4", "purple"), progressed("2.4"))
    assert refused.value.index == 2
    assert "purple" in str(refused.value)
    assert ledger.size() == 3


def test_a_batch_over_several_plans_is_recorded_whole_or_not_at_all(ledger: Ledger):
    begin(ledger, "north")
    batch = [proposed(rated("2.4"), "north"), proposed(opened(), "south"), proposed(rated("2.4"), "south")]
    with pytest.raises(Refused) as refused:
        ledger.record(batch, by=BY, today=LATER)
    assert refused.value.index == 2
    assert ledger.size() == 3
    assert ledger.plans() == ["north"]
    with pytest.raises(PlanUnknown):
        ledger.plan("south")


def test_a_batch_may_concern_several_plans_and_mix_them(ledger: Ledger):
    begin(ledger, "north")
    batch = [
        proposed(opened(), "south"), proposed(rated("2.4"), "north"), proposed(priority("2"), "south"),
        proposed(rated("2.4", "amber"), "north"), proposed(added("2.4"), "south"),
    ]  # fmt: skip
    stored = ledger.record(batch, by=BY, today=LATER)
    assert places(stored) == [("south", 1, 4), ("north", 4, 5), ("south", 2, 6), ("north", 5, 7), ("south", 3, 8)]
    assert everything(ledger)[3:] == stored


def test_later_events_of_a_batch_stand_on_earlier_ones(ledger: Ledger):
    begin(ledger)
    record(ledger, added("2.5"), completed("2.5"), closed("2.5"), in_error(6, on=APRIL))
    plan = ledger.plan("plan")
    assert plan.version == 7
    assert plan.withdrawals() == {6: 7}


def test_an_empty_batch_records_nothing(ledger: Ledger):
    assert ledger.record([], by=BY, today=LATER) == []
    assert ledger.size() == 0


def test_an_author_is_needed(ledger: Ledger):
    begin(ledger)
    with pytest.raises(ValueError, match="who records"):
        record(ledger, rated("2.4"), by="")
    assert ledger.size() == 3


EVERY_KIND_OF_TRACE: list[Event] = [
    rescaled(), inspected(), recommended(), priority("3"), added("2.5"), part("2.5a", "2.5"), renumbered("2.4", "3.1"),
    rescheduled("2.5"), rated("2.5a", "amber", on=FEBRUARY), withdrawn("2.5"), assured(), measure(), measured(),
    issued(), presented(), in_error(4), plan_closed(),
]  # fmt: skip


@pytest.mark.parametrize("keep", [0, 3])
def test_nothing_tentative_remains_in_memory_after_a_refused_batch(ledger: Ledger, keep: int):
    """Whatever a batch had changed before it was refused is gone, and the next batch is judged without it."""
    begin(ledger, "other")
    if keep:
        begin(ledger)
    batch = [proposed(event) for event in [opened(), priority("2"), added("2.4")][keep:] + EVERY_KIND_OF_TRACE]
    with pytest.raises(Refused) as refused:
        ledger.record([*batch, proposed(rated("2.4"), "other"), proposed(rated("9.9"), "other")], by=BY, today=LATER)
    assert refused.value.index == len(batch) + 1
    remembers_what_is_stored(ledger)
    assert ledger.size() == 3 + keep
    ledger.record(batch, by=BY, today=LATER)  # so numbers, labels and measures are free again
    assert ledger.size() == 3 + keep + len(batch)


@pytest.mark.parametrize("before", [[], [rated("2.4")]])
def test_nothing_tentative_remains_when_something_unforeseen_happens(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, before: list[Event]
):
    begin(ledger)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("domain.plan.evolve.read_timescale", interrupted)  # in the middle of taking in an event
        with pytest.raises(KeyboardInterrupt):
            record(ledger, *before, rescheduled("2.4"))
    remembers_what_is_stored(ledger)
    record(ledger, rated("2.4", "amber"))


# Repeating


def test_a_repeated_event_returns_the_first_outcome_and_stores_nothing(ledger: Ledger):
    begin(ledger)
    event_id = uuid4()
    first = record(ledger, proposed(rated("2.4"), event_id=event_id))
    again = record(ledger, proposed(rated("2.4"), event_id=event_id), by="Somebody else")
    assert again == first
    assert ledger.size() == 4


def test_a_repeated_batch_returns_the_first_outcome_and_stores_nothing(ledger: Ledger, ledgers: Ledgers):
    batch = [Proposal("plan", event, uuid4()) for event in (opened(), priority("2"), added("2.4"), rated("2.4"))]
    first = ledger.record(batch, by=BY, today=LATER)
    assert ledger.record(batch, by=BY, today=LATER) == first
    assert ledgers().record(batch, by=BY, today=LATER) == first
    assert ledger.size() == 4


def test_a_batch_over_several_plans_can_be_repeated(ledger: Ledger):
    begin(ledger, "north")
    begin(ledger, "south")
    batch = [Proposal(plan, rated("2.4"), uuid4()) for plan in ("south", "north", "south")]
    first = ledger.record(batch, by=BY, today=LATER)
    record(ledger, progressed("2.4"), plan="north")
    assert ledger.record(batch, by=BY, today=LATER) == first


def test_a_repeat_is_recognised_after_other_events_were_recorded(ledger: Ledger, ledgers: Ledgers):
    begin(ledger)
    proposal = proposed(rated("2.4"), event_id=uuid4())
    first = record(ledger, proposal)
    other = ledgers()
    record(other, rated("2.4", "amber"))
    assert record(ledger, proposal) == first
    assert record(other, proposal) == first
    assert [event.version for event in ledger.events("plan")] == [1, 2, 3, 4, 5]


def test_a_repeat_is_recognised_when_the_rules_would_refuse_it_by_now(ledger: Ledger):
    begin(ledger)
    proposal = proposed(rated("2.4", on=MAY), event_id=uuid4())
    first = record(ledger, proposal)
    record(ledger, withdrawn("2.4", on=APRIL))
    with pytest.raises(Refused, match="was withdrawn"):
        record(ledger, rated("2.4", on=MAY))
    assert record(ledger, proposal) == first


def test_opening_a_plan_can_be_repeated(ledger: Ledger):
    proposal = proposed(opened(), event_id=uuid4())
    first = record(ledger, proposal)
    assert record(ledger, proposal) == first


def test_a_repeat_is_recognised_on_another_day_when_the_day_was_left_out(ledger: Ledger):
    begin(ledger)
    said = {"type": "ActionRated", "action": "2.4", "rating": "green", "event_id": str(uuid4())}
    day, next_day = LATER, LATER + timedelta(days=1)
    first = record(ledger, read_proposal(said, day, "plan"), today=day)
    assert record(ledger, read_proposal(said, next_day, "plan"), today=next_day) == first
    assert first[0].event.effective_on == day
    with pytest.raises(Refused, match="already belongs to event"):  # now the day was said, and it is another
        record(ledger, read_proposal({**said, "effective_on": "2020-07-01"}, next_day, "plan"), today=next_day)
    assert ledger.size() == 4


def test_a_repeat_is_recognised_although_the_plan_is_past_the_expected_version(ledger: Ledger, ledgers: Ledgers):
    begin(ledger)
    stale = ledgers()
    plan = stale.plan("plan")
    assert plan.version == 3
    proposal = proposed(rated("2.4"), event_id=uuid4())
    first = record(ledger, proposal, expect=3)
    assert record(ledger, proposal, expect=3) == first
    assert record(stale, proposal, expect=3) == first
    record(ledger, progressed("2.4"))
    assert record(ledger, proposal, expect=3) == first
    assert ledger.size() == 5


def test_a_repeat_may_write_the_same_in_other_words_of_json(ledger: Ledger):
    begin(ledger)
    said = {"type": "ActionRated", "action": "2.4", "rating": "green", "effective_on": "2019-03-15"}
    said["event_id"] = str(uuid4())
    first = record(ledger, read_proposal(said, LATER, "plan"))
    assert record(ledger, read_proposal({"reason": None, "evidence": None, **said}, LATER, "plan")) == first


@pytest.mark.parametrize(
    "other",
    [
        proposed(rated("2.4", "amber")), proposed(rated("2.4", on=APRIL)), proposed(rated("2.4", reason="Seen")),
        proposed(progressed("2.4")), proposed(rated("2.4"), "other"), proposed(rated("2.4"), "unknown"),
        proposed(rated("9.9")),
    ],
)  # fmt: skip
def test_an_event_id_that_belongs_to_another_event_is_refused_naming_it(ledger: Ledger, other: Proposal):
    begin(ledger)
    begin(ledger, "other")
    event_id = uuid4()
    record(ledger, proposed(rated("2.4"), event_id=event_id))
    with pytest.raises(Refused) as refused:
        ledger.record([proposed(progressed("2.4")), Proposal(other.plan, other.event, event_id)], by=BY, today=LATER)
    assert refused.value.index == 1
    assert f"event_id {event_id} already belongs to event 4 of plan plan" in str(refused.value)
    assert ledger.size() == 7


def test_an_event_id_of_a_plan_that_is_not_named_is_refused_without_naming_it(ledger: Ledger):
    begin(ledger)
    begin(ledger, "secret")
    event_id = uuid4()
    ledger.record([Proposal("secret", rated("2.4"), event_id)], by=BY, today=LATER)
    with pytest.raises(Refused) as refused:
        record(ledger, proposed(progressed("2.4")), proposed(rated("2.4"), event_id=event_id))
    assert str(refused.value) == f"event_id {event_id} is taken; give every event a new id of its own"
    assert refused.value.index == 1
    assert ledger.size() == 7


@pytest.mark.parametrize("same", [True, False])
def test_what_is_refused_for_another_reason_is_refused_alike_whether_or_not_its_id_is_an_event_s_of_another_plan(
    ledger: Ledger, same: bool
) -> None:
    begin(ledger)
    begin(ledger, "secret")
    event, taken = (rated("2.4") if same else progressed("2.4")), uuid4()
    ledger.record([Proposal("secret", event, taken)], by=BY, today=LATER)

    def told(event_id: UUID, expect: int | None, action: str) -> str:
        with pytest.raises((Refused, VersionConflict)) as refused:
            ledger.record([proposed(rated(action), event_id=event_id)], by=BY, today=LATER, expect=expect)
        return str(refused.value)

    for expect, action in ((None, "9.9"), (2, "2.4")):
        assert told(taken, expect, action) == told(uuid4(), expect, action)


def test_a_partly_repeated_batch_is_refused(ledger: Ledger):
    begin(ledger)
    known, new = proposed(rated("2.4"), event_id=uuid4()), proposed(rated("2.4", "amber"), event_id=uuid4())
    record(ledger, known)
    for batch in ([new, known], [proposed(rated("2.4", "amber")), known]):
        with pytest.raises(Refused) as refused:
            record(ledger, *batch)
        assert refused.value.index == 1
        assert f"event_id {known.event_id} was already recorded, as event 4 of plan plan" in str(refused.value)
    assert ledger.size() == 4


def test_a_batch_that_names_an_event_id_twice_is_refused(ledger: Ledger):
    begin(ledger)
    event_id = uuid4()
    with pytest.raises(Refused, match=f"{event_id} stands twice") as refused:
        record(ledger, rated("2.4"), *[proposed(rated("2.4"), event_id=event_id)] * 2)
    assert refused.value.index == 2
    assert ledger.size() == 3


# Expecting a version


def test_an_expected_version_that_is_past_is_a_conflict(ledger: Ledger):
    begin(ledger)
    record(ledger, rated("2.4"), expect=3)
    with pytest.raises(VersionConflict) as conflict:
        record(ledger, rated("2.4", "amber"), expect=3)
    assert (conflict.value.plan, conflict.value.expected, conflict.value.actual) == ("plan", 3, 4)
    with pytest.raises(VersionConflict):
        record(ledger, rated("2.4", "amber"), expect=5)
    assert ledger.size() == 4


def test_an_expected_version_is_compared_with_what_is_committed(ledger: Ledger, ledgers: Ledgers):
    begin(ledger)
    stale = ledgers()
    stale.plan("plan")
    record(ledger, rated("2.4"))
    with pytest.raises(VersionConflict) as conflict:
        record(stale, rated("2.4", "amber"), expect=3)
    assert conflict.value.actual == 4
    record(ledger, rated("2.4"))
    record(stale, rated("2.4", "amber"), expect=5)  # which the stale one has not seen yet
    assert ledger.size() == 6


def test_a_new_plan_is_expected_at_version_0(ledger: Ledger):
    with pytest.raises(VersionConflict):
        record(ledger, opened(), expect=1)
    record(ledger, opened(), expect=0)
    with pytest.raises(VersionConflict):
        record(ledger, opened(), expect=0)


def test_an_expected_version_goes_with_one_plan(ledger: Ledger):
    with pytest.raises(ValueError, match="one plan"):
        ledger.record([proposed(opened(), "north"), proposed(opened(), "south")], by=BY, today=LATER, expect=0)


# Judged against what is committed


def test_without_an_expected_version_a_proposal_is_judged_again_and_accepted(ledger: Ledger, ledgers: Ledgers):
    begin(ledger)
    stale = ledgers()
    stale.plan("plan")
    record(ledger, added("2.5"))
    assert record(stale, rated("2.4"))[0].version == 5
    record(ledger, added("2.6"))
    assert record(stale, rated("2.6"))[0].version == 7  # of an action it had not heard of


def test_without_an_expected_version_a_proposal_is_judged_again_and_refused(ledger: Ledger, ledgers: Ledgers):
    begin(ledger)
    stale = ledgers()
    stale.plan("plan")
    record(ledger, withdrawn("2.4", on=APRIL))
    with pytest.raises(Refused, match="was withdrawn on 15 April 2019"):
        record(stale, rated("2.4", on=MAY))
    record(stale, rated("2.4", on=MARCH))
    with pytest.raises(Refused, match="already used"):
        record(stale, added("2.4"))
    assert [event.version for event in ledger.events("plan")] == [1, 2, 3, 4, 5]


def test_two_that_open_the_same_plan_do_not_both_succeed(ledger: Ledger, ledgers: Ledgers):
    other = ledgers()
    record(ledger, opened())
    with pytest.raises(Refused, match="already opened"):
        record(other, opened())


def test_another_ledger_answers_at_once_what_the_first_committed(ledger: Ledger, ledgers: Ledgers):
    begin(ledger)
    other = ledgers()
    for version in range(4, 10):
        writer, reader = (ledger, other) if version % 2 else (other, ledger)
        record(writer, progressed("2.4", f"Step {version}"))
        plan = reader.plan("plan")
        assert plan.version == version
        assert reader.size() == version
        assert reader.events("plan", after=version - 1)[0].version == version


def test_a_refusal_names_the_place_in_the_batch_also_when_judged_again(ledger: Ledger, ledgers: Ledgers):
    begin(ledger)
    stale = ledgers()
    stale.plan("plan")
    record(ledger, withdrawn("2.4", on=JUNE))
    with pytest.raises(Refused) as refused:
        record(stale, added("2.5"), rated("2.5"), rated("2.4", on=JUNE))
    assert refused.value.index == 2
    assert ledger.size() == 4


def test_a_day_in_the_future_is_refused_by_the_day_given(ledger: Ledger):
    begin(ledger)
    with pytest.raises(Refused, match="in the future"):
        record(ledger, rated("2.4", on=MARCH), today=date(2019, 3, 14))


# Reading


def test_an_unknown_plan_is_unknown(ledger: Ledger):
    with pytest.raises(PlanUnknown, match="nowhere"):
        ledger.plan("nowhere")
    assert ledger.events("nowhere") == []
    assert list(ledger.every_event("nowhere")) == []
    with pytest.raises(Refused, match="there is no plan nowhere"):
        record(ledger, rated("2.4"), plan="nowhere")
    assert ledger.plans() == []


def test_events_are_read_in_pages(ledger: Ledger):
    begin(ledger)
    record(ledger, *[progressed("2.4", f"Step {number}") for number in range(20)])
    whole = ledger.events("plan")
    assert ledger.events("plan", after=4, limit=3) == whole[4:7]
    assert ledger.events("plan", after=23) == []
    assert list(ledger.every_event("plan", page=7)) == whole
    assert list(ledger.every_event("plan", after=5, page=6)) == whole[5:]


def room_for(ledger: Ledger, plans: int) -> None:
    """As if the memory were no larger than so many plans of three events, and half a one."""
    begin(ledger, "plan-0")
    ledger._folded._budget = Budget(ledger._folded.kept["plan-0"].size * (2 * plans + 1) // 2)


def test_plans_in_memory_are_few_and_the_least_lately_used_goes_first(ledger: Ledger):
    room_for(ledger, 3)
    for number in range(1, 5):
        begin(ledger, f"plan-{number}")
        ledger.plan("plan-0")
    assert list(ledger._folded.kept) == ["plan-3", "plan-4", "plan-0"]
    for version in (4, 5):
        for number in range(5):  # those that went are folded anew
            assert record(ledger, progressed("2.4"), plan=f"plan-{number}")[0].version == version


def test_a_batch_over_more_plans_than_are_kept_in_memory(ledger: Ledger):
    room_for(ledger, 3)
    batch = [proposed(event, f"plan-{n}") for event in (opened(), priority("2"), added("2.4")) for n in range(1, 9)]
    ledger.record(batch, by=BY, today=LATER)
    assert len(ledger._folded.kept) <= 3
    ledger.record([proposed(rated("2.4"), f"plan-{n}") for n in range(9)], by=BY, today=LATER)
    assert ledger.size() == 36


def test_asking_for_unknown_plans_fills_no_memory(ledger: Ledger):
    begin(ledger)
    for number in range(5):
        with pytest.raises(PlanUnknown):
            ledger.plan(f"nowhere-{number}")
        with pytest.raises(Refused):
            record(ledger, rated("2.4"), plan=f"nowhere-{number}")
    assert list(ledger._folded.kept) == ["plan"]


def test_the_fold_in_memory_is_the_fold_of_the_pure_domain(ledger: Ledger):
    told = [rated("2.4", "amber"), rated("2.4", on=FEBRUARY), added("2.5"), renumbered("2.5", "3.1", priority="3")]
    story = given(added("2.4"), *told)
    record(ledger, *story.events)
    plan, pure = held_by(ledger.plan("plan")), story.plan
    instants = [one.recorded_at for one in ledger.events("plan")]
    assert contents(plan) == contents(pure) | {"recorded_at": instants}
