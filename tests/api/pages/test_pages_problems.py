"""Problems below a plan that exists: its pages stay at hand, at the points that were asked about."""

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.api.page_reader import BROWSER, Page


@pytest.mark.parametrize(
    ("address", "status"),
    [("/plans/sunderland?at=issue:9.9", 404), ("/plans/sunderland?at=yesterday", 422), ("/plans/nowhere", 404),
     ("/nosuch", 404), ("/plans/sunderland", 200)],
)  # fmt: skip
def test_the_head_of_a_page_is_that_of_the_page_without_its_body(
    reader: TestClient, address: str, status: int
) -> None:  # fmt: skip
    whole, head = reader.get(address, headers=BROWSER), reader.head(address, headers=BROWSER)
    assert (head.status_code, head.content) == (status, b"")
    assert head.headers["content-type"] == whole.headers["content-type"] == "text/html; charset=utf-8"
    assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("actions/99.9", 404), ("events/9999", 404), ("nosuch", 404), ("counted?rating=pink", 404),
     ("overdue.json", 422)],
)  # fmt: skip
def test_the_navigation_of_the_plan_stays_at_the_same_points(reader: TestClient, path: str, status: int) -> None:
    current = "current" if path.startswith("counted") else "at"
    address = f"/plans/sunderland/{path}{'&' if '?' in path else '?'}{current}=issue:3.0&previous=issue:2.0"
    page = Page(reader, address, status)
    navigation = page.tree.xpath("//nav[@aria-label='This plan']//a/@href")
    assert len(navigation) == 7
    for link in navigation:
        points = parse_qs(urlsplit(link).query)
        assert points.get("at", points.get("current")) == ["issue:3.0"]
        assert points["previous"] == ["issue:2.0"]
        assert reader.get(link, headers=BROWSER).status_code == 200


def test_a_point_that_cannot_be_had_is_not_kept_and_another_is_offered(reader: TestClient) -> None:
    for point, status in (("issue:9.9", 404), ("yesterday", 422), ("x" * 601, 422)):
        page = Page(reader, f"/plans/sunderland/overdue?at={point}&previous=issue:2.0", status)
        assert page.links()["Document history"] == "/plans/sunderland/history?previous=issue:2.0"
        assert page.links()["Show today"] == "/plans/sunderland/overdue?previous=issue:2.0"
        assert page.follow("Show today").title.endswith("Overdue actions")
        choice = page.follow("Change the day or what was known")
        assert choice.tree.xpath("//input[@name='to']/@value") == ["overdue"]


def test_of_a_page_of_two_points_each_can_be_changed(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland/comparison?previous=issue:9.9&current=issue:3.0", 404)
    for words, of in (("Change the previous point", "previous"), ("Change the current point", "current")):
        choice = page.follow(words)
        assert choice.tree.xpath("//input[@name='of']/@value") == [of]
        assert choice.tree.xpath("//input[@name='at']/@value") == ["issue:3.0"]


def test_an_action_not_known_yet_says_since_when_it_is_and_leads_there(client: TestClient, plan: str) -> None:
    page = Page(client, f"{plan}/actions/2.4?at=2019-06-01@2", 404)
    assert (
        "Action 2.4 was not known at this point (2019-06-01@2): "
        "it is in the plan from 15 January 2019, by event 3, which was recorded later."
    ) in page.words
    assert page.follow("Show today").title.endswith("Action 2.4")


@pytest.mark.parametrize("address", ["/plans/nowhere/history", "/plans", "/nosuch", "/plans/sunderland%0a/history"])
def test_where_there_is_no_plan_there_is_no_navigation_of_one(reader: TestClient, address: str) -> None:
    response = reader.get(address, params={"att": "now"}, headers=BROWSER)
    assert response.status_code in (404, 422)
    assert "This plan" not in response.text


def test_who_asks_under_another_name_learns_nothing_of_the_plans(reader: TestClient) -> None:
    response = reader.get("/plans/sunderland/history", headers={**BROWSER, "Host": "elsewhere.example"})
    assert response.status_code == 421
    assert "This plan" not in response.text


@pytest.mark.parametrize("to", ["..", "../other", "a/../b", "//evil", "a//b", "/..", "./a", "a/."])
def test_a_page_to_come_back_to_is_below_the_plan(reader: TestClient, to: str) -> None:
    for address in ("point", "point/chosen"):
        response = reader.get(f"/plans/sunderland/{address}", params={"to": to, "show": "today"}, headers=BROWSER)
        assert response.status_code == 422


@pytest.mark.parametrize("to", ["", "/history", "history/", "actions/2.4", "actions/6.1(a)", "actions/2.4.", "trail"])
def test_every_page_of_a_plan_can_be_come_back_to(reader: TestClient, to: str) -> None:
    response = reader.get("/plans/sunderland/point", params={"to": to}, headers=BROWSER)
    assert response.status_code == 200
