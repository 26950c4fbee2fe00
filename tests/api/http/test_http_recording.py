"""Recording over HTTP: one event or a list, whole or not at all, repeatable, and in whose name."""

from collections.abc import Callable
from threading import current_thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from api.http.bodies import read_author, read_proposals
from api.http.request_refusals import Unreadable
from domain.opened_ledger import Ledger
from projections.claims import read_claims
from tests.api.conftest import BY, OPENING, asking, rated

FIRST, SECOND = "018f2d3c-0000-7000-8000-000000000001", "018f2d3c-0000-7000-8000-000000000002"


def versions(client: TestClient, plan: str) -> list[int]:
    """The versions that the plan's trail holds."""
    return [event["version"] for event in client.get(f"{plan}/trail.json").json()["events"]]


def test_a_list_is_stored_in_order_and_answered_with_its_envelopes(client: TestClient) -> None:
    response = client.post("/plans/plan/events", json=OPENING)
    assert response.status_code == 201
    assert response.headers["content-type"] == "application/json"
    stored = response.json()
    assert (stored["plan"], stored["version"]) == ("plan", 3)
    assert [event["version"] for event in stored["events"]] == [1, 2, 3]
    assert [event["position"] for event in stored["events"]] == [1, 2, 3]
    for event, proposed in zip(stored["events"], OPENING, strict=True):
        assert event["recorded_at"].endswith("Z")
        assert str(UUID(event["event_id"])) == event["event_id"]
        assert (event["type"], event["effective_on"]) == (proposed["type"], proposed["effective_on"])
    assert stored["events"][2]["text"] == "Workspace"


def test_one_event_need_not_be_in_a_list(client: TestClient, plan: str) -> None:
    response = client.post(f"{plan}/events", json=rated("green"))
    assert response.status_code == 201
    assert [event["rating"] for event in response.json()["events"]] == ["green"]


def test_the_answer_names_the_version_and_where_to_read_what_was_stored(client: TestClient, plan: str) -> None:
    response = client.post(f"{plan}/events", json=[rated("red"), rated("amber")])
    assert response.headers["etag"] == '"5"'
    read = client.get(response.headers["location"]).json()["events"]
    assert [event["event_id"] for event in read] == [event["event_id"] for event in response.json()["events"]]


def test_what_is_stored_is_what_was_said_and_nothing_that_was_left_out(client: TestClient, plan: str) -> None:
    said = rated("completed", evidence=["Audit of 12 March"], reason="Agreed — “live”", source={"title": "Minutes"})
    [event] = client.post(f"{plan}/events", json=said | {"event_id": None}).json()["events"]
    assert {name: event[name] for name in said} == said
    [event] = client.post(f"{plan}/events", json={"type": "ProgressReported", "action": "2.4", "text": "x"}).json()[
        "events"
    ]
    assert "reason" not in event


def test_the_effective_day_is_today_where_none_is_given(client: TestClient, plan: str) -> None:
    [event] = client.post(f"{plan}/events", json={"type": "PlanClosed"}).json()["events"]
    assert event["effective_on"] == client.get(f"{plan}.json").json()["point"]["effective_on"]


def test_the_plan_may_be_named_in_the_event_too(client: TestClient, plan: str) -> None:
    assert client.post(f"{plan}/events", json=rated("green", plan="plan")).status_code == 201


@pytest.mark.parametrize("media", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.asat+json"])
def test_json_may_be_sent_under_any_of_its_names(client: TestClient, plan: str, media: str) -> None:
    body = b'{"type": "PlanClosed", "effective_on": "2020-01-01"}'
    assert client.post(f"{plan}/events", content=body, headers={"Content-Type": media}).status_code == 201


# Expected versions


def test_a_proposal_made_against_the_current_version_is_recorded(client: TestClient, plan: str) -> None:
    tag = client.post(f"{plan}/events", json=rated("red")).headers["etag"]
    assert client.post(f"{plan}/events", json=rated("amber"), headers={"If-Match": tag}).headers["etag"] == '"5"'


def test_a_plan_can_be_opened_only_where_there_is_none(client: TestClient) -> None:
    opened = client.post("/plans/plan/events", json=OPENING, headers={"If-Match": '"0"'})
    assert opened.status_code == 201


def test_whoever_comes_second_is_told_which_version_there_is(client: TestClient, plan: str) -> None:
    for _ in range(2):
        response = client.post(f"{plan}/events", json=rated("green"), headers={"If-Match": '"3"'})
    assert (response.status_code, response.headers["etag"], response.json()["version"]) == (412, '"4"', 4)
    assert versions(client, plan) == [1, 2, 3, 4]


def test_without_an_expected_version_the_proposal_is_judged_against_the_newer_plan(
    client: TestClient, ledger: Ledger, plan: str
) -> None:
    second = asking(make_application(ledger, BY))
    assert client.post(f"{plan}/events", json=rated("red")).headers["etag"] == '"4"'
    assert second.post(f"{plan}/events", json=rated("amber")).headers["etag"] == '"5"'


# Sending again


def test_an_event_sent_again_with_its_id_is_answered_as_the_first_time(client: TestClient, plan: str) -> None:
    event = rated("green", event_id=FIRST)
    first = client.post(f"{plan}/events", json=event)
    client.post(f"{plan}/events", json=rated("red"))
    again = client.post(f"{plan}/events", json=event)
    assert (again.status_code, again.content) == (201, first.content)
    assert (again.headers["etag"], again.headers["location"]) == (first.headers["etag"], first.headers["location"])
    assert versions(client, plan) == [1, 2, 3, 4, 5]


def test_a_list_sent_again_is_answered_as_the_first_time_also_with_its_expected_version(client: TestClient) -> None:
    events = [event | {"event_id": str(uuid4())} for event in OPENING]
    first, again = (client.post("/plans/plan/events", json=events, headers={"If-Match": '"0"'}) for _ in range(2))
    assert (again.status_code, again.content) == (201, first.content)
    assert versions(client, "/plans/plan") == [1, 2, 3]


def test_an_id_cannot_stand_for_two_events(client: TestClient, plan: str) -> None:
    assert client.post(f"{plan}/events", json=rated("green", event_id=FIRST)).status_code == 201
    other = client.post(f"{plan}/events", json=rated("red", event_id=FIRST))
    assert (other.status_code, FIRST in other.json()["detail"]) == (409, True)
    twice = client.post(f"{plan}/events", json=[rated("red", event_id=SECOND), rated("amber", event_id=SECOND)])
    assert (twice.status_code, twice.json()["index"]) == (409, 1)
    assert versions(client, plan) == [1, 2, 3, 4]


# Who records


def recorded_by(client: TestClient, plan: str, header: Any = None) -> str:
    headers = None if header is None else {"X-Recorded-By": header}
    response = client.post(f"{plan}/events", json=rated("green"), headers=headers)
    assert response.status_code == 201, response.text
    name: str = response.json()["events"][0]["recorded_by"]
    return name


def test_who_records_is_who_the_program_runs_for_unless_the_request_says(client: TestClient, plan: str) -> None:
    assert recorded_by(client, plan) == BY
    assert recorded_by(client, plan, "Clerk to the board") == "Clerk to the board"


@pytest.mark.parametrize("name", ["Siân Ó Briain", "Łukasz Żółć", "委員会", "Zoë 🙂", "  Clerk  "])
def test_a_name_may_be_written_in_any_script(client: TestClient, plan: str, name: str) -> None:
    assert recorded_by(client, plan, name.encode()) == name.strip()
    assert client.get(f"{plan}/trail.json").json()["events"][-1]["recorded_by"] == name.strip()


@pytest.mark.parametrize("name", [b"", b"   ", b"a\tb", b"x" * 501])
def test_what_is_no_name_is_refused(client: TestClient, plan: str, name: bytes) -> None:
    response = client.post(f"{plan}/events", json=rated("green"), headers={b"X-Recorded-By": name})
    assert (response.status_code, "X-Recorded-By" in response.json()["detail"]) == (422, True)
    assert versions(client, plan) == [1, 2, 3]


def test_a_name_in_another_encoding_is_refused_rather_than_stored_as_gibberish() -> None:
    assert read_author("Siân".encode().decode("latin-1"), BY) == "Siân"
    with pytest.raises(Unreadable, match="UTF-8"):
        read_author("Siân", BY)


# What is recorded is answered from


def test_what_was_recorded_is_in_the_next_answer(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=rated("green"))
    action = client.get(f"{plan}/actions/2.4.json?at=2019-04-01").json()["action"]
    assert (action["rating"], action["rated_on"]) == ("green", "2019-03-15")
    assert client.get("/plans.json").json()["plans"][0]["point"]["basis"] == 4


def test_a_page_of_its_own_may_record(client: TestClient, plan: str) -> None:
    own = {"Origin": "http://127.0.0.1:8000"}
    assert client.post(f"{plan}/events", json=rated("green"), headers=own).status_code == 201


def test_the_name_that_it_is_served_under_is_its_own(ledger: Ledger) -> None:
    elsewhere = asking(make_application(ledger, BY, "127.0.0.5"))
    for host, status in (("127.0.0.5:8000", 200), ("localhost", 200), ("127.0.0.6:8000", 421)):
        assert elsewhere.get("/plans.json", headers={"Host": host}).status_code == status


def test_a_long_body_is_read_where_nobody_waits_for_it(
    client: TestClient, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def seen(read: Callable[..., Any]) -> Callable[..., Any]:
        def reading(*given: Any) -> Any:
            threads.append(current_thread().name)
            return read(*given)

        return reading

    monkeypatch.setattr("api.http.record_addresses.read_proposals", seen(read_proposals))
    monkeypatch.setattr("api.http.record_addresses.read_claims", seen(read_claims))
    client.post(f"{plan}/events", json=rated("green"))
    client.post(f"{plan}/audit", json={"previous": "now", "current": "now", "claims": []})
    assert [name.startswith("AnyIO worker") for name in threads] == [True, True]


def test_two_programs_on_one_ledger_answer_alike(client: TestClient, ledger: Ledger, plan: str) -> None:
    other = asking(make_application(ledger, "Somebody else"))
    client.post(f"{plan}/events", json=rated("green"))
    assert other.get(plan).content == client.get(plan).content
