"""What somebody has already is recognised before anything is worked out: by question, points, form and release."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.formats import addressed
from api.questions.question import OfAPoint, OfTheRecord, OfTwoPoints
from tests.api.conftest import BY, OPENING, rated
from tests.asked import paths

QUESTIONS = ["/plans", *(f"/plans/plan{path}" for path in paths(OfAPoint, OfTheRecord, action="2.4", version=4))]
BETWEEN = [f"/plans/plan{path}" for path in paths(OfTwoPoints)]


@pytest.fixture
def send(client: TestClient) -> Callable[[dict[str, Any]], int]:
    """Records an event of a plan that is open, and rated at version 4; its version."""

    def record(event: dict[str, Any]) -> int:
        sent = client.post("/plans/plan/events", json=event, headers={"X-Recorded-By": BY})
        assert sent.status_code == 201, sent.text
        version: int = sent.json()["version"]
        return version

    for event in (*OPENING, rated("amber")):
        record(event)
    return record


def addresses(form: str) -> list[str]:
    points = "?previous=2019-02-01@3&current=2019-05-31@4"
    return [f"{path}.{form}" for path in QUESTIONS] + [f"{path}.{form}{points}" for path in BETWEEN]


@pytest.mark.parametrize("form", addressed())
def test_asking_again_works_out_and_renders_nothing(
    client: TestClient, send: Callable[[dict[str, Any]], int], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    asked = addresses(form) if form in ("json", "pdf") else addresses(form)[:2]
    tags = {address: client.get(address).headers["etag"] for address in asked}
    assert len(set(tags.values())) == len(tags)

    def nothing(*_: object, **__: object) -> Any:
        raise AssertionError("it is known already")

    monkeypatch.setattr("api.http.answering.render", nothing)
    monkeypatch.setattr("domain.plan.plan_at.PlanAt.__init__", nothing)
    for address, tag in tags.items():
        again = client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), address


def test_a_tag_is_of_the_form_the_points_and_what_is_asked(
    client: TestClient, send: Callable[[dict[str, Any]], int]
) -> None:
    asked = [
        "/plans/plan.json", "/plans/plan.json?all=1", "/plans/plan.json?at=2019-05-31@4", "/plans/plan.csv",
        "/plans/plan.json?at=2019-05-31@3", "/plans/plan.json?at=2019-05-30@4", "/plans/plan/trail.json?limit=1",
        "/plans/plan/trail.json?limit=2", "/plans/plan/trail.json?up_to=3",
    ]  # fmt: skip
    tags = [client.get(address).headers["etag"] for address in asked]
    assert len(set(tags)) == len(asked)
    send(rated("green", on="2019-04-15"))
    after = [client.get(address).headers["etag"] for address in asked]
    fixed = [address for address, was, is_ in zip(asked, tags, after, strict=True) if was == is_]
    assert fixed == [address for address in asked if "@" in address or "up_to" in address]


def test_a_tag_changes_with_each_text_that_is_destroyed(
    client: TestClient, send: Callable[[dict[str, Any]], int]
) -> None:
    version = send({
        "type": "ActionReworded", "action": "2.4", "text": "Peculiar", "outcome": "Particular",
        "effective_on": "2019-03-01",
    })  # fmt: skip
    asked = [f"/plans/plan.json?at=2019-05-31@{version}", f"/plans/plan/trail.json?up_to={version}"]
    tags = [[client.get(address).headers["etag"] for address in asked]]
    for field in ("text", "outcome"):
        send({"type": "TextRedacted", "version": version, "fields": [field], "reason": "It named somebody."})
        tags.append([client.get(address).headers["etag"] for address in asked])
        for address, tag in zip(asked, tags[-2], strict=True):
            assert client.get(address, headers={"If-None-Match": tag}).status_code == 200
    assert len({tag for told in tags for tag in told}) == 6


def test_what_is_not_there_is_not_said_to_be_known(client: TestClient, send: Callable[[dict[str, Any]], int]) -> None:
    for address in ("/plans/plan/actions/9.9.json", "/plans/plan/events/99.json", "/plans/none.json"):
        assert client.get(address, headers={"If-None-Match": "*"}).status_code == 404
