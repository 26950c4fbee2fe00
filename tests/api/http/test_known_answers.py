"""What somebody has already is recognised before anything is worked out: by question, points, form and release."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.formats import addressed
from api.page_registry import PAGES as ALL_PAGES
from api.pages.known_pages import Known
from api.questions.question import OfAPoint, OfTheRecord, OfTwoPoints
from tests.api.conftest import BY, OPENING, rated
from tests.asked import paths

#: Every page that is made of a plan's answers, by its path below the plan.
PAGES = [
    *(path for path in paths(OfAPoint, OfTheRecord, action="2.4", version=4) if path != "/ratings"), "/since", "/point",
]  # fmt: skip
HTML = {"Accept": "text/html"}
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


def pages() -> list[str]:
    points = "?previous=2019-02-01@3&current=2019-05-31@4"
    return ["/plans", "/guide", "/guide?plan=plan", *(f"/plans/plan{path}" for path in PAGES),
            *(f"{path}{points}" for path in BETWEEN)]  # fmt: skip


def test_every_page_of_answers_is_recognised_before_it_is_made(client: TestClient) -> None:
    """A new page is in PAGES, or says why it is always made."""
    told = {route.path for router in ALL_PAGES for route in router.routes if isinstance(route, APIRoute)
            for one in route.dependant.dependencies if isinstance(one.call, Known)}  # fmt: skip
    made = {route.path for router in ALL_PAGES for route in router.routes if isinstance(route, APIRoute)} - told
    assert {path for path in made if path.startswith("/plans") and "/record" not in path} <= {"/plans/{plan}/events"}
    shown = {re.sub(r"[?].*", "", path).replace("/plans/plan", "/plans/{plan}") for path in pages()}
    concrete = {path.replace("{action}", "2.4").replace("{version}", "4") for path in told}
    assert concrete - shown <= {"/", "/plans/{plan}/ratings", "/plans/{plan}/point/chosen"}


def test_a_page_that_a_reader_has_is_neither_worked_out_nor_rendered(
    client: TestClient, send: Callable[[dict[str, Any]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = {}
    for address in pages():
        answer = client.get(address, headers=HTML, follow_redirects=False)
        assert answer.status_code == 200, address
        tags[address] = answer.headers["etag"]
    assert len(set(tags.values())) == len(tags)

    def nothing(*_: object, **__: object) -> Any:
        raise AssertionError("it is known already")

    monkeypatch.setattr("api.pages.rendering.environment.get_template", nothing)
    monkeypatch.setattr("domain.plan.plan_at.PlanAt.__init__", nothing)
    for address, tag in tags.items():
        again = client.get(address, headers={**HTML, "If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), address
        assert "content-security-policy" not in again.headers  # the browser keeps that of the page


def test_a_page_at_fixed_points_stays_the_same_when_its_plan_grows(
    client: TestClient, send: Callable[[dict[str, Any]], int]
) -> None:
    send(rated("green", on="2019-04-15"))
    compared = f"{BETWEEN[0]}?previous=2019-02-01@3&current=2019-05-31@4"
    fixed = ["/plans/plan?at=2019-05-31@4", "/plans/plan/stale?at=2019-05-31@4", compared]
    asked = [*fixed, "/plans/plan?at=2019-05-31", "/plans/plan/stale", "/plans/plan/trail"]

    def tags() -> list[str]:
        return [client.get(address, headers=HTML).headers["etag"] for address in asked]

    before = tags()
    send(rated("amber", on="2019-04-16"))
    assert [was == is_ for was, is_ in zip(before, tags(), strict=True)] == [True, True, True, False, False, False]


def test_a_page_is_of_its_reader_and_of_the_day(
    client: TestClient, send: Callable[[dict[str, Any]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def tag(path: str = "?at=2019-05-31@4") -> str:
        got: str = client.get(f"/plans/plan{path}", headers=HTML).headers["etag"]
        return got

    first = tag()
    assert (tag(), tag("?at=2019-05-31@3") == first) == (first, False)
    monkeypatch.setattr("api.clock.today", lambda: date(2030, 1, 1))
    assert tag() != first


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
