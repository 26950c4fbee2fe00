"""The pages of the lists: what they show, and that every entry leads to its action and to the event behind it."""

import pytest
from lxml import html
from starlette.testclient import TestClient

from api.pages.here import LISTS as NAMED
from tests.api.answers import MARKDOWN
from tests.api.conftest import rated

#: The lists that the guide leads to.
LISTS = [path for _, path in NAMED]
PAGE = {"Accept": "text/html"}


def page(client: TestClient, address: str) -> html.HtmlElement:
    response = client.get(address, headers=PAGE)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return html.fromstring(response.text)


def links(shown: html.HtmlElement, path: str = "//main//a") -> list[str]:
    return [anchor.get("href") for anchor in shown.xpath(path) if anchor.get("href")]


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("plan", ["sunderland", "stockton-ilacs", "stockton-strategy", "stockton-2016"])
@pytest.mark.parametrize("question", LISTS)
def test_every_list_says_its_point_and_offers_the_other_forms(reader: TestClient, plan: str, question: str) -> None:
    shown = page(reader, f"/plans/{plan}/{question}")
    assert len(shown.xpath("//h1")) == 1
    [point] = shown.xpath("//div[contains(@class, 'point')]")
    assert words(point).startswith("As at ")
    forms = links(shown, "//section[@class='forms']//a")
    assert len(forms) == 7
    answer = reader.get(next(form for form in forms if ".json" in form)).json()
    assert answer["plan"] == plan


@pytest.mark.parametrize("question", LISTS)
def test_the_points_chosen_are_kept_in_every_link_to_another_page(reader: TestClient, question: str) -> None:
    shown = page(reader, f"/plans/sunderland/{question}?at=issue:3.0&previous=issue:2.0")
    kept = [
        link
        for link in links(shown, "//nav//a | //main//a")
        if link.startswith("/plans/sunderland") and not any(f"/{question}{mark}" in link for mark in (".", "?"))
    ]
    assert len(kept) > 5
    assert [link for link in kept if "previous=issue:2.0" not in link or "=issue:3.0" not in link] == []


def test_the_original_date_stands_beside_the_revised_one_with_who_approved_it_and_why(
    client: TestClient, plan: str
) -> None:
    revised = {"type": "ActionRescheduled", "action": "2.4", "timescale": "30/04/19", "effective_on": "2019-03-20"}
    by = {"approved_by": "Improvement Board", "reason": "Partners asked for more time"}
    assert client.post(f"{plan}/events", json=[{**revised, **by}]).status_code == 201
    [row] = page(client, f"{plan}/overdue?at=2019-06-01").xpath("//tbody/tr")
    for said in ("30/04/2019", "31/03/19", "20/03/2019", "approved by Improvement Board", "Partners asked", "32"):
        assert said in words(row)
    assert links(row, ".//a") == [
        "/plans/plan/actions/2.4?at=2019-06-01", "/plans/plan/events/4?at=2019-06-01",
        "/plans/plan/events/4?at=2019-06-01",
    ]  # fmt: skip


def test_a_change_of_date_that_nobody_approved_says_so(client: TestClient, plan: str) -> None:
    revised = {"type": "ActionRescheduled", "action": "2.4", "timescale": "30/09/19", "effective_on": "2019-03-20"}
    assert client.post(f"{plan}/events", json=[{**revised, "reason": "More time"}]).status_code == 201
    shown = page(client, f"{plan}/overdue?at=2019-06-01")
    assert "no approval recorded" in words(shown.xpath("//section[@aria-labelledby='moved']")[0])
    assert "No action is overdue" in words(shown)


def test_overdue_actions_are_those_of_the_document(reader: TestClient) -> None:
    document = reader.get("/plans/sunderland/overdue.json?at=issue:3.0").json()
    rows = page(reader, "/plans/sunderland/overdue?at=issue:3.0").xpath(
        "//section[@aria-labelledby='overdue']//tbody/tr"
    )
    assert [words(row.xpath("./th")[0]) for row in rows] == [late["number"] for late in document["overdue"]]
    assert [words(row.xpath("./td")[4]) for row in rows] == [str(late["days_overdue"]) for late in document["overdue"]]


def test_a_gap_names_the_event_that_made_the_recommendation(reader: TestClient) -> None:
    document = reader.get("/plans/stockton-2016/gaps.json").json()
    rows = page(reader, "/plans/stockton-2016/gaps").xpath("//tbody/tr")
    assert len(rows) == len(document["gaps"]) > 0
    for row, gap in zip(rows, document["gaps"], strict=True):
        assert f"/plans/stockton-2016/events/{gap['version']}" in links(row, ".//a")
        [event] = reader.get(f"/plans/stockton-2016/trail.json?after={gap['version'] - 1}&limit=1").json()["events"]
        assert (event["type"], event["number"]) == ("RecommendationMade", gap["number"])


def test_each_measure_can_be_linked_to_and_names_the_events_of_its_values(reader: TestClient) -> None:
    measures = reader.get("/plans/stockton-strategy/measures.json").json()["measures"]
    shown = page(reader, "/plans/stockton-strategy/measures")
    assert measures
    for measure in measures:
        [heading] = shown.xpath("//h2[@id=$id]", id=f"m-{measure['measure']}")
        assert words(heading) == measure["title"]
        events = links(heading.getparent(), ".//tbody//a")
        assert events == [f"/plans/stockton-strategy/events/{one['version']}" for one in measure["readings"]]
        assert measure["priority"] is not None
        assert links(heading.getparent(), ".//dl//a") == [f"/plans/stockton-strategy#p{measure['priority']}"]


def test_assurance_names_the_event_that_gave_it(reader: TestClient) -> None:
    given = [
        one["assurance"]["version"]
        for one in reader.get("/plans/sunderland/assurance.json").json()["priorities"]
        if one["assurance"]
    ]
    assert given
    found = links(page(reader, "/plans/sunderland/assurance"))
    assert [version for version in given if f"/plans/sunderland/events/{version}" not in found] == []


def test_out_of_date_texts_lead_to_the_event_that_wrote_them(reader: TestClient) -> None:
    stale = reader.get("/plans/stockton-ilacs/stale.json?at=issue:5.0").json()["stale"]
    rows = page(reader, "/plans/stockton-ilacs/stale?at=issue:5.0").xpath(
        "//section[@aria-labelledby='stale']//tbody/tr"
    )
    assert len(rows) == len(stale) > 0
    assert [links(row, ".//a")[1] for row in rows] == [
        f"/plans/stockton-ilacs/events/{one['version']}?at=issue:5.0" for one in stale
    ]


def test_hostile_text_is_shown_as_text_on_every_list(client: TestClient, plan: str) -> None:
    said = [
        {"type": "RecommendationMade", "number": "R1", "text": MARKDOWN, "made_by": MARKDOWN},
        {"type": "MeasureDefined", "measure": "visits", "title": MARKDOWN, "unit": MARKDOWN},
        {"type": "AssuranceGiven", "priority": "2", "level": MARKDOWN, "report": MARKDOWN},
        {"type": "ProgressReported", "action": "2.4", "text": f"By March 2019 {MARKDOWN}"},
        {"type": "ActionReworded", "action": "2.4", "text": MARKDOWN},
    ]
    hostile = [{**one, "effective_on": "2019-02-01"} for one in said]
    assert client.post(f"{plan}/events", json=hostile).status_code == 201
    for question in LISTS:
        shown = page(client, f"{plan}/{question}?at=2019-06-01")
        assert MARKDOWN in shown.text_content(), question
        assert shown.xpath("//main//script") == []


@pytest.mark.parametrize("question", LISTS)
def test_a_list_of_an_unknown_plan_or_point_is_told_in_words(reader: TestClient, question: str) -> None:
    for address in (f"/plans/nowhere/{question}", f"/plans/sunderland/{question}?at=issue:9.9"):
        response = reader.get(address, headers=PAGE)
        assert response.status_code == 404
        assert "Not found" in response.text


def test_a_page_of_the_past_says_that_it_is_not_how_the_plan_stands(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=[rated("red", on="2019-05-01")])
    [point] = page(client, f"{plan}/overdue?at=2019-06-01@3").xpath("//div[@class='point past']")
    assert "This is not how the plan stands today" in words(point)
    assert links(point, ".//a")[-1] == "/plans/plan/overdue"


def test_a_long_list_of_overdue_actions_is_shown_page_by_page(client: TestClient, plan: str) -> None:
    def added(number: int) -> dict[str, object]:
        action = {"type": "ActionAdded", "number": f"2.{number}", "priority": "2", "text": "Do it"}
        return {**action, "timescale": "31/03/19", "effective_on": "2019-01-15"}

    moved = {"type": "ActionRescheduled", "timescale": "2030", "reason": "More time", "effective_on": "2019-02-01"}
    some = [added(number) for number in range(5, 95)] + [{**moved, "action": f"2.{number}"} for number in range(5, 15)]
    assert client.post(f"{plan}/events", json=some).status_code == 201
    address, seen = f"{plan}/overdue?at=2019-06-01", []
    while address:
        shown = page(client, address)
        assert "81 actions overdue" in words(shown)
        assert "10 actions rescheduled" in words(shown)
        seen.append([words(row) for row in shown.xpath("//tbody/tr/th")])
        address = next((one.get("href") for one in shown.xpath("//main//nav/a") if one.text == "Next page"), "")
    assert [len(one) for one in seen] == [75, 16]
    assert [number for one in seen for number in one] == [
        f"2.{number}" for number in [4, *range(15, 95), *range(5, 15)]
    ]  # fmt: skip
