"""The page of the committee's paper: what it holds, between which points, and a button for each form."""

import pytest
from starlette.testclient import TestClient

from api.papers.paper import Heading
from api.questions.question_registry import compose
from tests.api.page_reader import BROWSER, Page

PAIR = "previous=issue:2.0&current=issue:3.0"
PAPER = f"/plans/sunderland/paper?{PAIR}"


def test_there_is_a_button_for_each_form_and_each_is_what_it_says(reader: TestClient) -> None:
    page = Page(reader, PAPER)
    buttons = page.tree.xpath("//a[contains(@class, 'button')]")
    suffixes = [button.get("href").partition("?")[0].rpartition(".")[2] for button in buttons]
    assert suffixes == ["docx", "pdf", "xlsx", "csv", "html", "md", "json"]
    for button in buttons:
        assert button.get("href").endswith("?previous=2019-03-29@243&current=2019-05-31@282")
    assert reader.get(buttons[-1].get("href")).json()["plan"] == "sunderland"
    assert reader.get(buttons[0].get("href")).content[:2] == b"PK"


def test_it_says_of_everything_the_paper_holds_that_it_does(reader: TestClient) -> None:
    words = Page(reader, PAPER).words
    document = reader.get(f"/plans/sunderland/paper.json?{PAIR}").json()
    sections = [one for one in compose("paper", document).blocks if isinstance(one, Heading) and one.level == 1]
    assert len(sections) > 8
    for heading in [section.text for section in sections]:
        for part in heading.split(": "):
            assert ("Actions overdue" if part.endswith("overdue") else part).lower() in words.lower(), heading
    assert "95 + 6 new + 0 moved − 0 closed − 0 withdrawn = 101 actions" in words


def test_it_says_between_which_points_and_where_to_choose_others(reader: TestClient) -> None:
    page = Page(reader, PAPER)
    assert "Previous: Document version 2.0." in page.words and "Current: Document version 3.0." in page.words
    form = page.follow("Change the previous point")
    assert form.tree.xpath("//input[@name='to']/@value") == ["paper"]
    assert page.follow("table by priority").title.endswith("Previous against current")
    assert "previous=issue:2.0" in page.links()["document history"]


def test_without_a_previous_point_it_starts_from_the_one_that_comparisons_start_from(reader: TestClient) -> None:
    places = [
        reader.get(f"/plans/sunderland/{path}?current=issue:3.0", headers=BROWSER, follow_redirects=False)
        for path in ("paper", "comparison")
    ]
    assert [place.status_code for place in places] == [303, 303]
    paper, comparison = (place.headers["location"] for place in places)
    assert paper == comparison.replace("/comparison?", "/paper?")


def test_points_the_wrong_way_round_can_be_turned(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland/paper?previous=issue:3.0&current=issue:2.0", 422)
    assert page.follow("Compare them the other way round").title.endswith("Committee paper")


def test_the_comparison_leads_to_it_and_to_its_excel(reader: TestClient) -> None:
    page = Page(reader, f"/plans/sunderland/comparison?{PAIR}")
    assert page.follow("What the paper holds").title.endswith("Committee paper")
    assert page.links()["Committee paper (Excel)"].startswith("/plans/sunderland/paper.xlsx?previous=2019-03-29@243")


@pytest.mark.parametrize("name", ["stockton-ilacs", "stockton-scrutiny", "stockton-strategy", "stockton-2016"])
def test_every_example_has_one(reader: TestClient, name: str) -> None:
    assert Page(reader, f"/plans/{name}/paper").title.endswith("Committee paper")


def test_hostile_words_are_shown_as_words(client: TestClient) -> None:
    harm = "<script>alert(1)</script>"
    scale = {"name": harm, "ratings": [{"code": "red", "label": harm}]}
    opening = {"type": "PlanOpened", "title": harm, "organisation": harm, "priority_word": harm, "scale": scale}
    assert client.post("/plans/harm/events", json=opening).status_code == 201
    page = Page(client, "/plans/harm/paper")
    assert harm in page.words and not page.tree.xpath("//script")


def test_what_is_not_there_is_said_in_words(reader: TestClient) -> None:
    assert "no document version '9.0'" in Page(reader, "/plans/sunderland/paper?previous=issue:9.0", 404).words
    assert "did you mean previous?" in Page(reader, "/plans/sunderland/paper?previous1=now", 422).words
