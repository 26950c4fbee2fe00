"""Whoever records learns nothing of an event whose plan they may not read, also when they know its event_id."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from domain.access.principals import Grant
from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING, asking, rated
from tests.api.filled_forms import errors, opened, version_of
from tests.api.signed_in import STEWARD, browser, close, principal, program

PROGRESS = {"type": "ProgressReported", "action": "2.4", "text": "Done", "effective_on": "2019-03-01"}
ORDINARY, SECRET, THEIRS = str(uuid4()), str(uuid4()), str(uuid4())


@pytest.fixture(scope="module")
def council(server_folder: Any) -> Iterator[tuple[Any, Ledger]]:
    """A ledger with a plan of the keeper's and one that is hidden from them; of each an event's id is known."""
    with Ledger.open(data=server_folder, schema="hidden_ids") as ledger:
        app = make_application(ledger, BY)
        for plan, event_id in (("own", THEIRS), ("veiled", SECRET)):
            events = [*OPENING, rated("amber", event_id=event_id)]
            assert asking(app).post(f"/plans/{plan}/events", json=events).status_code == 201
        close(ledger)
        yield app, ledger
        assert list(broken_invariants(ledger)) == []


@pytest.fixture(scope="module")
def keeper(council: tuple[Any, Ledger]) -> TestClient:
    app, ledger = council
    return program(app, ledger, "Keeper of their own", "keeper", "own")


def sent(
    client: TestClient, event: dict[str, Any], event_id: str, plan: str = "own", **headers: str
) -> tuple[Any, ...]:
    """What is answered, with the id that was sent left out of it."""
    answer = client.post(f"/plans/{plan}/events", json={**event, "event_id": event_id}, headers=headers)
    kept = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
    return answer.status_code, answer.text.replace(event_id, "ID"), kept


@pytest.mark.parametrize("event", [rated("amber"), PROGRESS])
def test_an_id_of_a_hidden_plan_is_taken_and_no_more_is_told(keeper: TestClient, event: dict[str, Any]) -> None:
    status, text, _ = sent(keeper, event, SECRET)
    assert status == 409
    assert "event_id ID is taken; give every event a new id of its own" in text
    assert not any(word in text for word in ("veiled", "version", "another plan", "belongs"))


@pytest.mark.parametrize(
    ("event", "headers"),
    [
        ({**PROGRESS, "action": "9.9"}, {}),
        ({**PROGRESS, "effective_on": "2019-01-01"}, {}),
        (PROGRESS, {"If-Match": '"2"'}),
        ({"type": "PlanClosed", "effective_on": "2999-01-01"}, {}),
        ({"type": "Nonsense"}, {}),
    ],
)
def test_what_is_refused_anyway_is_refused_alike_with_an_id_of_a_hidden_plan_and_with_a_new_one(
    keeper: TestClient, event: dict[str, Any], headers: dict[str, str]
) -> None:
    assert sent(keeper, event, SECRET, **headers) == sent(keeper, event, str(uuid4()), **headers)


def test_a_hidden_plan_is_none_whether_or_not_the_id_is_its_own(keeper: TestClient) -> None:
    answers = {sent(keeper, rated("amber"), one, "veiled")[:2] for one in (SECRET, THEIRS, str(uuid4()))}
    status, text, _ = sent(keeper, PROGRESS, SECRET, "nowhere")
    assert answers == {(status, text.replace("nowhere", "veiled"))}
    assert status == 404


def test_in_a_batch_the_event_with_the_taken_id_is_named_and_nothing_is_stored(
    council: tuple[Any, Ledger], keeper: TestClient
) -> None:
    before = council[1].size()
    answer = keeper.post("/plans/own/events", json=[PROGRESS, {**rated("amber"), "event_id": SECRET}])
    assert (answer.status_code, "veiled" in answer.text) == (409, False)
    assert council[1].size() == before


def test_of_their_own_plan_a_keeper_is_told_which_event_bears_the_id(keeper: TestClient) -> None:
    status, text, _ = sent(keeper, PROGRESS, THEIRS)
    assert status == 409
    assert "already belongs to event 4 of plan own" in text
    assert sent(keeper, rated("amber"), THEIRS)[0] == 201  # the same event sent again


def test_whoever_may_no_longer_read_a_plan_learns_nothing_by_sending_the_same_again(
    council: tuple[Any, Ledger],
) -> None:
    app, ledger = council
    name = principal(ledger, "Once a keeper", Grant("keeper", "own"), Grant("keeper", "veiled"))
    client = browser(app, ledger, name)
    token = opened(client, "/plans/own/record/progress?action=2.4").holds["csrf"]
    headers = {"x-asat-csrf": token}
    assert sent(client, rated("amber"), SECRET, "veiled", **headers)[0] == 201
    ledger.access.principals.end_grant(name, "keeper", "veiled", STEWARD)
    gone = sent(client, rated("amber"), SECRET, "veiled", **headers)
    assert gone[0] == 404
    assert gone[:2] == sent(client, rated("amber"), str(uuid4()), "veiled", **headers)[:2]
    status, text, _ = sent(client, rated("amber"), SECRET, **headers)
    assert (status, "is taken" in text, "veiled" in text) == (409, True, False)


def test_a_form_that_was_made_to_bear_such_an_id_says_no_more_and_can_be_sent_again(
    council: tuple[Any, Ledger],
) -> None:
    app, ledger = council
    client = browser(app, ledger, principal(ledger, "Keeper by page", Grant("keeper", "own")))
    form = opened(client, "/plans/own/record/progress?action=2.4").filled(text="Under way", effective_on="2019-03-02")
    assert form.filled(event_id=SECRET).send("check").status_code == 200
    answer = form.filled(event_id=SECRET).send("record")
    assert answer.status_code == 409
    assert "nothing was recorded, as the form bore an id that is taken" in errors(answer)[""].lower()
    assert "veiled" not in answer.text
    assert SECRET not in answer.text
    assert version_of(form.send("record")) > 4
