"""A second person is somebody else also after the plan was folded anew, in a batch, and when it is only tried out."""

from collections.abc import Callable

import pytest

from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from domain.refusals import Refused
from tests.kit import APRIL, LATER, MARCH, SECONDED, added, closed, completed, confirmed, opened, priority
from tests.real_ledgers import all_is_well, proposed, record

OWN = "was recorded by Ann: a rating is confirmed by somebody else"


def rated_by_ann(ledger: Ledger) -> None:
    """A plan in which Ann rated action 2.4 completed, as version 4."""
    record(ledger, opened(SECONDED), priority("2"), added("2.4"), completed("2.4", MARCH), by="Ann")


def test_who_gave_a_rating_is_known_after_the_plan_was_folded_anew(
    ledgers: Callable[[], Ledger],
) -> None:
    ledger, another = ledgers(), ledgers()
    rated_by_ann(ledger)
    with pytest.raises(Refused, match=OWN):
        record(another, confirmed("2.4", 4, APRIL), by="Ann")
    record(another, confirmed("2.4", 4, APRIL), by="Bea")
    record(ledger, closed("2.4", APRIL), by="Ann")
    all_is_well(another)


def test_a_batch_of_one_person_does_not_confirm_what_it_rates(ledger: Ledger) -> None:
    told = [opened(SECONDED), priority("2"), added("2.4"), completed("2.4", MARCH), confirmed("2.4", 4, APRIL)]
    with pytest.raises(Refused, match=OWN) as refused:
        record(ledger, *told, by="Ann")
    assert (refused.value.index, ledger.size()) == (4, 0)


def test_what_is_tried_out_is_judged_by_who_would_record_it(ledger: Ledger) -> None:
    rated_by_ann(ledger)
    told = [proposed(confirmed("2.4", 4, APRIL))]
    with pytest.raises(Refused, match=OWN), ledger.rehearse(told, today=LATER, by="Ann"):
        pass
    with ledger.rehearse(told, today=LATER, by="Bea") as tried:
        assert tried.version == 5


def test_a_check_finds_a_confirmation_by_whoever_gave_the_rating(
    open_ledger: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = open_ledger()
    rated_by_ann(ledger)
    monkeypatch.setattr("domain.ledger.recording.judge", lambda *_: None)
    record(ledger, confirmed("2.4", 4, APRIL), by="Ann")
    [found] = broken_invariants(ledger)
    assert (found.where, OWN in found.what) == ("plan version 5 (RatingConfirmed)", True)
