"""The page of the replay: an event, the ratings after it and what it changed, the way on, and the chart."""

import re

import pytest
from lxml import html
from starlette.testclient import TestClient

from api.formats import FORMATS
from tests.api.conftest import ROOT, rated
from tests.api.pages.test_pages_lists import PAGE, links, page, words

ADDRESS = "/plans/sunderland/replay"


def said(shown: html.HtmlElement, name: str) -> str:
    return words(shown.xpath("//*[@data-said=$name]", name=name)[0])


def counts(shown: html.HtmlElement) -> dict[str, tuple[str, str]]:
    table = shown.xpath("//table[@class='shown']")[0]
    lines = [row for row in table.xpath(".//tbody/tr | .//tfoot/tr") if row.get("hidden") is None]
    return {words(row[0]): (words(row[1]), words(row[2])) for row in lines}


def test_the_replay_begins_with_the_first_event(reader: TestClient) -> None:
    shown = page(reader, ADDRESS)
    assert "Event 1 of 289" in words(shown)
    assert said(shown, "sentence").startswith("Plan opened")
    ways = {words(way): way.get("href") for way in shown.xpath("//nav[@aria-label='Events']/a")}
    assert ways == {
        "First": None, "Back": None, "Next": f"{ADDRESS}?step=2", "Last": f"{ADDRESS}?step=289",
        "This event in full": "/plans/sunderland/events/1",
    }  # fmt: skip


@pytest.mark.parametrize("version", [1, 128, 244, 262, 285, 289])
def test_a_step_says_what_its_document_says(reader: TestClient, version: int) -> None:
    document = reader.get(f"{ADDRESS}.json?after={version - 1}&limit=1").json()
    [step] = document["steps"]
    shown = page(reader, f"{ADDRESS}?step={version}")
    assert (said(shown, "sentence"), said(shown, "recorded_by")) == (step["sentence"], step["recorded_by"])
    found = counts(shown)
    for rating in document["ratings"]:
        if rating["code"] in step["ratings"]:
            change = step["change"]["ratings"].get(rating["code"], 0)
            assert found[rating["label"]] == (str(step["ratings"][rating["code"]]), signed(change))
    assert found["Not rated"] == (str(step["unrated"]), signed(step["change"]["unrated"]))
    assert found["All"] == (str(step["total"]), signed(step["change"]["total"]))


def signed(change: int) -> str:
    return f"({change:+d})".replace("-", "−") if change else ""


def test_a_step_says_by_how_many_the_event_changed_the_counts(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=[rated("amber"), rated("green", on="2019-04-15")])
    found = counts(page(client, f"{plan}/replay?step=5"))
    assert (found["Amber"], found["Green"], found["All"]) == (("0", "(−1)"), ("1", "(+1)"), ("1", ""))


def test_every_step_is_reached_by_its_links(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=[rated("amber")])
    address: str | None = f"{plan}/replay"
    seen = []
    while address:
        shown = page(client, address)
        seen.append(said(shown, "version"))
        address = shown.get_element_by_id("next").get("href")
    assert seen == ["1", "2", "3", "4"]
    assert shown.get_element_by_id("back").get("href") == f"{plan}/replay?step=3"


def test_what_was_withdrawn_since_is_struck_through(client: TestClient, plan: str) -> None:
    withdrawal = {"type": "EventWithdrawn", "version": 4, "reason": "Wrong action", "effective_on": "2019-04-01"}
    client.post(f"{plan}/events", json=[rated("red"), withdrawal])
    shown = page(client, f"{plan}/replay?step=4")
    assert words(shown.xpath("//s")[0]) == "2.4 rated Red for the first time"
    assert re.search(
        r"^Withdrawn as recorded in error by .+ on .+ UK time, because: Wrong action \(event 5\)\. Until then it ",
        said(shown, "withdrawn"),
    )
    assert shown.xpath("//*[@data-said='withdrawn_by']/@href") == [f"{plan}/events/5"]
    step = client.get(f"{plan}/replay.json?after=3&limit=1").json()["steps"][0]
    assert (step["withdrawn_by"], step["withdrawal"]["reason"]) == (5, "Wrong action")
    known = page(client, f"{plan}/replay?step=4&at=2019-06-01@4")
    assert known.xpath("//s") == []
    assert known.xpath("//*[@data-said='withdrawn']/@hidden") == [""]


def test_the_record_replayed_ends_at_the_point_chosen(reader: TestClient) -> None:
    shown = page(reader, f"{ADDRESS}?at=issue:2.0&previous=issue:1.0&step=243")
    assert "Event 243 of 243" in words(shown)
    assert shown.get_element_by_id("next").get("href") is None
    back = shown.get_element_by_id("back").get("href")
    assert back == f"{ADDRESS}?at=issue:2.0&previous=issue:1.0&step=242"
    hidden = {one.get("name"): one.get("value") for one in shown.xpath("//form//input[@type='hidden']")}
    assert hidden == {"at": "issue:2.0", "previous": "issue:1.0"}
    assert "up_to=243" in shown.get_element_by_id("replay").get("data-window")


@pytest.mark.parametrize("step", ["0", "290", "x", "-1", "²", "99999999999999999999"])
def test_a_step_that_is_not_there_is_told_beside_its_field(reader: TestClient, step: str) -> None:
    response = reader.get(f"{ADDRESS}?step={step}", headers=PAGE)
    assert response.status_code == 422
    shown = html.fromstring(response.text)
    assert "write a number from 1 to 289" in words(shown.get_element_by_id("step-error"))
    assert shown.get_element_by_id("step").get("value") == step


def test_the_ratings_over_time_are_drawn_and_stand_in_a_table(reader: TestClient) -> None:
    document = reader.get("/plans/sunderland/ratings.json?at=issue:3.0").json()
    shown = page(reader, f"{ADDRESS}?at=issue:3.0")
    [drawing] = shown.xpath("//div[@role='img']")
    assert drawing.get("aria-label").startswith("Ratings from October 2018 to May 2019, by month.")
    assert drawing.xpath("./*[local-name()='svg']")
    table = shown.xpath("//details//tbody/tr")
    assert [words(row[-1]) for row in table] == [str(entry["total"]) for entry in document["counts"]]
    assert reader.get("/plans/sunderland/ratings?at=issue:3.0", follow_redirects=False).headers["location"] == (
        f"{ADDRESS}?at=issue:3.0#over"
    )


def test_the_chart_of_a_plan_as_it_stands_ends_with_what_was_recorded_and_not_today(reader: TestClient) -> None:
    [drawing] = page(reader, ADDRESS).xpath("//div[@role='img']")
    assert drawing.get("aria-label").startswith("Ratings from October 2018 to July 2019, by month.")
    shown = page(reader, ADDRESS)
    assert "The chart ends on 4 July 2019, the last day that anything recorded is about." in words(shown)
    assert [link for link in links(shown) if link.startswith("/plans/sunderland/ratings.json")] == [
        "/plans/sunderland/ratings.json?at=2019-07-04@289"
    ]
    chosen = page(reader, f"{ADDRESS}?at=2019-12-31")
    assert "to December 2019" in chosen.xpath("//div[@role='img']/@aria-label")[0]
    assert "The chart ends on" not in words(chosen)


def test_a_day_chosen_does_not_limit_the_events_and_the_page_says_so(reader: TestClient) -> None:
    shown = page(reader, f"{ADDRESS}?at=2018-12-31")
    assert "Event 1 of 289" in words(shown)
    assert "the day of this point, 31 December 2018, does not limit them" in words(shown)
    assert "does not limit them" not in words(page(reader, ADDRESS))


@pytest.mark.parametrize("question", ["replay", "ratings"])
def test_both_come_in_every_form(reader: TestClient, question: str) -> None:
    shown = page(reader, f"{ADDRESS}?at=issue:3.0")
    offered = [link for link in links(shown) if f"/{question}." in link]
    assert [re.findall(r"\.([a-z]+)\?", link)[0] for link in offered] == [
        "docx", "pdf", "xlsx", "csv", "html", "md", "json",
    ]  # fmt: skip
    for link, form in zip(offered, ("docx", "pdf", "xlsx", "csv", "html", "md", "json"), strict=True):
        answer = reader.get(link)
        assert (answer.status_code, answer.headers["content-type"]) == (200, FORMATS[form].media_type)
        assert "immutable" in answer.headers["cache-control"]


def test_a_replay_is_asked_for_page_by_page(reader: TestClient) -> None:
    first = reader.get(f"{ADDRESS}.json?limit=200")
    assert first.headers["link"] == f'<{ADDRESS}.json?limit=200&after=200>; rel="next"'
    rest = reader.get(f"{ADDRESS}.json?limit=200&after=200").json()
    assert [step["version"] for step in rest["steps"]] == list(range(201, 290))
    assert rest["next"] is None


def test_hostile_text_is_shown_as_text(client: TestClient, plan: str) -> None:
    hostile = "<img src=x onerror=alert(1)> \u202eevil\u202c"
    client.post(f"{plan}/events", json=[{"type": "ProgressReported", "action": "2.4", "text": hostile}])
    shown = page(client, f"{plan}/replay?step=4")
    assert "<img src=x onerror=alert(1)> evil" in said(shown, "sentence")
    assert shown.xpath("//main//img") == []


def test_the_script_makes_no_markup_and_fetches_from_here_only() -> None:
    script = (ROOT / "api/pages/static/replay.js").read_text(encoding="utf-8")
    for name in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http:", "https:"):
        assert name not in script.replace("http://www.w3.org/2000/svg", "")
