"""The page of the document history, and the guide: everything is had again, and every link leads somewhere."""

from datetime import date

import pytest
from lxml import html
from starlette.testclient import TestClient

from api import clock
from api.application import make_application
from domain.opened_ledger import Ledger
from tests.api.answers import MARKDOWN
from tests.api.conftest import BY, asking
from tests.api.pages.test_pages_lists import PAGE, links, page, words


def issue(label: str, on: str = "2019-03-15", **fields: str) -> dict[str, str]:
    return {"type": "VersionIssued", "label": label, "summary": f"Version {label}", "effective_on": on, **fields}


def told(forum: str, on: str = "2019-04-15", **fields: str) -> dict[str, str]:
    return {"type": "ReportPresented", "forum": forum, "current": "now", "effective_on": on, **fields}


def section(shown: html.HtmlElement, name: str) -> html.HtmlElement:
    return shown.xpath("//section[@aria-labelledby=$name]", name=name)[0]


def test_versions_and_presentations_are_listed_newest_first(reader: TestClient) -> None:
    history = reader.get("/plans/sunderland/history.json").json()
    shown = page(reader, "/plans/sunderland/history")
    labels = [words(one) for one in section(shown, "versions").xpath(".//tbody/tr/th")]
    assert labels == [one["label"] for one in reversed(history["versions"])]
    forums = [words(one) for one in section(shown, "presented").xpath(".//tbody/tr/th")]
    assert forums == [one["forum"] for one in reversed(history["presented"])]


def test_a_version_can_be_had_again_as_it_was_issued(reader: TestClient) -> None:
    newest = section(page(reader, "/plans/sunderland/history"), "versions").xpath(".//tbody/tr")[0]
    plan, word, pdf, excel, compare, event = links(newest, ".//a")
    assert plan == "/plans/sunderland?at=issue:3.0"
    assert [word, pdf, excel] == [f"/plans/sunderland.{form}?at=2019-05-31@282" for form in ("docx", "pdf", "xlsx")]
    assert compare == "/plans/sunderland/comparison?current=issue:3.0&previous=issue:2.0"
    assert event == "/plans/sunderland/events/282"
    assert "Document version 3.0" in page(reader, plan).text_content()
    assert reader.get(word).content[:2] == b"PK"
    assert "immutable" in reader.get(excel).headers["cache-control"]


def test_the_first_version_is_compared_with_none(reader: TestClient) -> None:
    first = section(page(reader, "/plans/sunderland/history"), "versions").xpath(".//tbody/tr")[-1]
    assert "Compare" not in words(first)


def test_a_presentation_leads_to_what_the_forum_was_shown(reader: TestClient) -> None:
    newest = section(page(reader, "/plans/sunderland/history"), "presented").xpath(".//tbody/tr")[0]
    event, plan, comparison, word, *_ = links(newest, ".//a")
    assert event.startswith("/plans/sunderland/events/")
    assert "What Children, Education and Skills Scrutiny Committee had been told" in page(reader, plan).text_content()
    history = reader.get("/plans/sunderland/history.json").json()["presented"][-1]
    points = [f"{history[name]['effective_on']}@{history[name]['basis']}" for name in ("previous", "current")]
    assert comparison == f"/plans/sunderland/comparison?current={points[1]}&previous={points[0]}"
    assert word == f"/plans/sunderland/paper.docx?previous={points[0]}&current={points[1]}"
    assert reader.get(word).content[:2] == b"PK"


def test_of_two_presentations_on_one_day_each_leads_to_its_own(client: TestClient, plan: str) -> None:
    rated = {"type": "ActionRated", "action": "2.4", "rating": "red", "effective_on": "2019-04-15"}
    client.post(f"{plan}/events", json=[told("Board"), rated, told("BOARD")])
    later, earlier = section(page(client, f"{plan}/history"), "presented").xpath(".//tbody/tr")
    assert links(later, ".//a")[1] == "/plans/plan?at=told:BOARD@2019-04-15"
    assert links(earlier, ".//a")[1] == "/plans/plan?at=2019-04-15@3"


def test_a_label_with_marks_in_it_still_leads_to_its_version(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=[issue("3.0 & #2?", author=MARKDOWN, summary=f"{MARKDOWN}\nsecond line")])
    shown = page(client, f"{plan}/history")
    [address] = links(section(shown, "versions").xpath(".//tbody//th")[0], ".//a")
    assert "Document version 3.0 & #2?" in page(client, address).text_content()
    assert MARKDOWN in shown.text_content()
    assert shown.xpath("//main//script") == []


def test_a_long_history_is_listed_page_by_page(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=[issue(f"{number}.0") for number in range(1, 31)] + [told("Board")])
    seen, address = [], f"{plan}/history"
    while True:
        versions = section(page(client, address), "versions")
        seen += [words(one) for one in versions.xpath(".//tbody/tr/th")]
        older = [one.get("href") for one in versions.xpath(".//nav/a") if one.text.startswith("Older")]
        if not older:
            break
        [address] = older
    assert seen == [f"{number}.0" for number in range(30, 0, -1)]
    assert [one.text for one in versions.xpath(".//nav/a")] == ["Newer versions"]


def test_a_presentation_recorded_later_says_how_much_later(client: TestClient, plan: str) -> None:
    today = clock.today()
    client.post(f"{plan}/events", json=[told("Board"), told("Panel", today.isoformat())])
    panel, board = section(page(client, f"{plan}/history"), "presented").xpath(".//tbody/tr")
    assert f"15/04/2019 recorded {(today - date(2019, 4, 15)).days} days later" in words(board)
    assert "later" not in words(panel)


def test_a_plan_without_versions_says_so_and_how_to_name_a_past_point(client: TestClient, plan: str) -> None:
    shown = page(client, f"{plan}/history?at=2019-06-01&previous=2019-03-01")
    assert "No document version was issued" in shown.text_content()
    assert "No presentation had been recorded by this point." in shown.text_content()
    [form] = links(section(shown, "past"), ".//a")
    assert form == "/plans/plan/record/presentation?at=2019-06-01&previous=2019-03-01&past=1"


def test_the_history_at_a_point_leaves_out_what_came_later(reader: TestClient) -> None:
    shown = page(reader, "/plans/sunderland/history?at=issue:2.0")
    assert [words(one) for one in section(shown, "versions").xpath(".//tbody/tr/th")] == ["2.0", "1.0"]


@pytest.mark.parametrize("query", ["?versions=0", "?presented=x", "?at=yesterday", "?version=2"])
def test_what_cannot_be_read_is_told_in_words(reader: TestClient, query: str) -> None:
    response = reader.get(f"/plans/sunderland/history{query}", headers=PAGE)
    assert response.status_code == 422
    assert "This cannot be read" in response.text


# The guide


def test_one_starts_with_the_plans(reader: TestClient) -> None:
    response = reader.get("/", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/plans")
    assert "/guide" in links(page(reader, "/plans"))


def test_every_link_of_the_guide_leads_somewhere(reader: TestClient) -> None:
    found = links(page(reader, "/guide"))
    assert len(found) > 20
    assert [link for link in found if reader.get(link, headers=PAGE).status_code != 200] == []


def test_the_guide_leads_into_a_plan_of_the_ledger_at_its_own_points(reader: TestClient) -> None:
    found = links(page(reader, "/guide"))
    assert "/plans/sunderland/comparison?current=issue:3.0&previous=issue:2.0" in found
    assert "/plans/sunderland/paper.docx?previous=issue:2.0&current=issue:3.0" in found
    for kind in ("point", "history", "trail", "since", "replay", "record", "overdue", "gaps", "actions"):
        assert [link for link in found if link.startswith(f"/plans/sunderland/{kind}")], kind


def test_the_guide_keeps_the_plan_that_it_was_opened_from(reader: TestClient) -> None:
    footer = page(reader, "/plans/stockton-ilacs/history").getroottree().xpath("//footer")[0]
    assert "/guide?plan=stockton-ilacs" in links(footer, ".//a")
    leads = [link for link in links(page(reader, "/guide?plan=stockton-ilacs")) if link.startswith("/plans/")]
    assert len(leads) > 10
    assert [link for link in leads if not link.startswith("/plans/stockton-ilacs")] == []
    assert [link for link in leads if reader.get(link, headers=PAGE).status_code != 200] == []
    assert reader.get("/guide?plan=nosuch", headers=PAGE).status_code == 404


def test_the_guide_of_an_empty_ledger_says_how_a_plan_begins(ledger: Ledger) -> None:
    shown = page(asking(make_application(ledger, BY)), "/guide")
    assert "No plan has been opened yet" in shown.text_content()


def test_the_guide_of_a_plan_without_versions_or_ratings_has_no_dead_links(client: TestClient, plan: str) -> None:
    found = links(page(client, "/guide"))
    assert f"{plan}/actions/2.4" in found
    assert [link for link in found if client.get(link, headers=PAGE).status_code != 200] == []
