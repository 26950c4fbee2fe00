"""The pages that compare: previous against current, what changed, and the actions behind a number."""

import re
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from api.papers.wording_changes import kind_words
from tests.api.conftest import rated
from tests.api.page_reader import BROWSER, Page, said

PAIR = "previous=issue:2.0&current=issue:3.0"
COMPARISON = f"/plans/sunderland/comparison?{PAIR}"
HARM = '<script>alert(1)</script> "quoted" \u202etxt.exe\u202c {{ 7 * 7 }} &amp;'
SHOWN_HARM = '<script>alert(1)</script> "quoted" txt.exe {{ 7 * 7 }} &amp;'
ACTION = {"type": "ActionAdded", "effective_on": "2019-01-15", "priority": "2"}


def document(client: TestClient, address: str) -> Any:
    """The document that a page shows."""
    path, _, query = address.partition("?")
    response = client.get(f"{path}.json?{query}")
    assert response.status_code == 200, response.text
    return response.json()


def numbers(page: Page) -> list[tuple[str, str, str]]:
    """What every number that is a link says, what it is called, and where it leads."""
    links = [link for link in page.tree.xpath("//table//a[@aria-label]") if "counted?" in link.get("href")]
    return [(said(link), link.get("aria-label"), urljoin(page.address, link.get("href"))) for link in links]


def record(client: TestClient, plan: str, *events: dict[str, Any]) -> None:
    response = client.post(f"{plan}/events", json=list(events))
    assert response.status_code == 201, response.text


def points_kept(page: Page, at: str, previous: str) -> None:
    """Every link to a page of the plan keeps both points, but those that lead to another form pin them."""
    for words, address in page.links().items():
        split = urlsplit(address)
        if not split.path.startswith("/plans/sunderland") or re.search(
            r"\.(docx|pdf|xlsx|csv|html|md|json)$", split.path
        ):
            continue
        points = parse_qs(split.query)
        assert (points.get("at") or points.get("current"), points["previous"]) == ([at], [previous]), (words, address)


# Previous against current


def test_without_a_previous_point_it_compares_with_the_version_issued_before(reader: TestClient) -> None:
    for path in ("comparison", "changes"):
        response = reader.get(f"/plans/sunderland/{path}?current=issue:3.0", headers=BROWSER, follow_redirects=False)
        assert response.status_code == 303
        there = urlsplit(response.headers["location"])
        assert (there.path, parse_qs(there.query)) == (
            f"/plans/sunderland/{path}", {"current": ["issue:3.0"], "previous": ["2019-03-29@243"]},
        )  # fmt: skip


def test_the_table_says_what_the_comparison_counts(reader: TestClient) -> None:
    page, told = Page(reader, COMPARISON), document(reader, COMPARISON)
    for row, shown in zip(told["rows"], page.rows("Previous → current"), strict=True):
        pairs = [*row["ratings"].values(), row["unrated"]]
        figures = [f"{pair['previous']} → {pair['current']}" for pair in pairs]
        figures += [str(row[name]) for name in ("new", "moved", "closed", "withdrawn")]
        assert shown[0] == f"{row['priority']} {row['title']}"
        assert shown[1:] == [*figures, f"{row['total']['previous']} → {row['total']['current']}"]
    assert "95 + 6 new + 0 moved − 0 closed − 0 withdrawn = 101 actions." in page.words
    due = {row["priority"]: row["due"] for row in told["rows"]}
    for shown in page.rows("Due by 31 May 2019"):
        codes = [*(rating["code"] for rating in told["ratings"]), "total"]
        assert shown[1:] == [str(due[shown[0]][code]) for code in codes]


def test_every_number_leads_to_exactly_the_actions_that_it_counts(reader: TestClient) -> None:
    links = numbers(Page(reader, COMPARISON))
    assert len(links) > 100
    assert len({address for _, _, address in links}) == len(links)
    for figure, name, address in links:
        assert name.startswith(f"{figure} "), name
        assert document(reader, address)["count"] == int(figure), address
    places = [Page(reader, address) for _, _, address in links[::20]]
    for (figure, _, _), page in zip(links[::20], places, strict=True):
        assert page.title.endswith(f": {figure}")


def test_a_number_says_what_it_is(reader: TestClient) -> None:
    names = {name for _, name, _ in numbers(Page(reader, COMPARISON))}
    assert {
        "2 Amber, current in Priority 2", "62 Green, previous in all", "6 new in all", "101 actions, current in all",
        "7 due, Green in Priority 1", "73 due in all", "4 not rated, current in Priority 1",
    } <= names  # fmt: skip


def test_a_changed_rating_leads_to_its_action_and_to_the_event_that_rated_it(reader: TestClient) -> None:
    page = Page(reader, COMPARISON)
    [row] = [row for row in page.rows("Ratings that changed") if row[0] == "8.3"]
    assert row[2:] == ["Green", "Completed", "better", "event 265"]
    assert page.follow("8.3").title.endswith("Action 8.3")
    assert page.follow("event 265").title.endswith("8.3 rated Completed, was Green")
    [kept] = [row for row in page.rows("Ratings that changed") if row[0] == "2.4"]
    assert kept[2:5] == ["Amber", "Amber", "no change"]


def test_the_committee_paper_is_one_step_away_at_the_same_points(reader: TestClient) -> None:
    links = Page(reader, COMPARISON).links()
    assert links["Committee paper (Word)"] == (
        "/plans/sunderland/paper.docx?previous=2019-03-29@243&current=2019-05-31@282"
    )
    assert links["Committee paper (PDF)"].startswith("/plans/sunderland/paper.pdf?previous=2019-03-29@243")


def test_the_narrative_stands_on_the_page(reader: TestClient) -> None:
    page = Page(reader, COMPARISON)
    for paragraph in document(reader, COMPARISON)["narrative"]:
        assert " ".join(paragraph.split()) in page.words


@pytest.mark.parametrize(
    "path", ["comparison", "changes", "counted", "counted?rating=green&priority=2", "counted?population=new"]
)
def test_the_points_stay_while_one_moves_on(reader: TestClient, path: str) -> None:
    points_kept(Page(reader, f"/plans/sunderland/{path}{'&' if '?' in path else '?'}{PAIR}"), "issue:3.0", "issue:2.0")


def test_points_the_wrong_way_round_can_be_turned(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland/comparison?previous=issue:3.0&current=issue:2.0", 422)
    assert "The current point (29 March 2019) is before the previous one (31 May 2019)" in page.words
    assert page.follow("Compare them the other way round").title.endswith("Previous against current")


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/plans/nowhere/comparison", 404, "There is no plan 'nowhere'"),
        ("/plans/sunderland/comparison?previous=issue:9.0", 404, "no document version '9.0'"),
        ("/plans/sunderland/changes?previous=May", 422, "'May' is not a point in time"),
        ("/plans/sunderland/counted?previous=", 422, "is not a point in time"),
        ("/plans/sunderland/counted?rating=purple", 404, "there is red, amber, green, completed, unrated"),
        ("/plans/sunderland/counted?priority=99", 404, "There is no priority '99'"),
        ("/plans/sunderland/counted?population=lost", 422, "Population should be 'all', 'due', 'new'"),
        ("/plans/sunderland/counted?ratting=red", 422, "did you mean rating?"),
    ],
)
def test_what_is_not_there_is_said_in_words(reader: TestClient, address: str, status: int, words: str) -> None:
    assert words in Page(reader, address, status).words


@pytest.mark.parametrize("name", ["stockton-ilacs", "stockton-scrutiny", "stockton-strategy", "stockton-2016"])
def test_every_example_can_be_compared_and_its_numbers_followed(reader: TestClient, name: str) -> None:
    page = Page(reader, f"/plans/{name}/comparison")
    assert "Previous against current" in page.title
    for figure, _, address in numbers(page)[::7]:
        assert document(reader, address)["count"] == int(figure.replace("−", "-")), address
    assert "What changed" in Page(reader, f"/plans/{name}/changes").title


def test_many_changed_ratings_come_in_pages(client: TestClient, plan: str) -> None:
    many = [f"2.{place}" for place in range(5, 35)]
    record(client, plan, *[{**ACTION, "number": number, "text": f"Do {number}"} for number in many])
    record(client, plan, *[rated("red", action=number) for number in many])
    page = Page(client, f"{plan}/comparison?previous=2019-02-01&current=2019-05-31")
    assert "1 to 15 of 30" in page.words
    first, rest = page.rows("Ratings that changed"), page.follow("Next page").rows("Ratings that changed")
    assert [row[0] for row in [*first, *rest]] == many


# What changed


def test_every_change_is_told_with_the_events_behind_it(reader: TestClient) -> None:
    address = f"/plans/sunderland/changes?{PAIR}"
    page, told = Page(reader, address), document(reader, address)
    assert f"{len(told['changes'])} changes." in page.words
    for kind, many in told["counts"].items():
        assert f"{kind_words(kind)} {many}" in page.words
    links = page.links()
    for change in told["changes"]:
        for version in change["versions"]:
            assert f"event {version}" in links
        if change["action"]:
            assert change["action"] in links
    assert page.follow("1.17").title.endswith("Action 1.17")
    assert page.follow("event 244").title.startswith("Event 244: action added")


def test_a_revised_text_is_marked_word_by_word(client: TestClient, plan: str) -> None:
    words = "The workspace is used by all teams and reviewed monthly"
    reworded = {"type": "ActionReworded", "action": "2.4"}
    record(
        client, plan, {**reworded, "effective_on": "2019-02-01", "text": words},
        {**reworded, "effective_on": "2019-04-01", "text": words.replace("all", "most")},
    )  # fmt: skip
    page = Page(client, f"{plan}/changes?previous=2019-03-01&current=2019-05-01")
    [change] = page.tree.xpath("//dd[.//del]")
    assert [said(one) for one in change.xpath(".//del")] == ["all"]
    assert [said(one) for one in change.xpath(".//ins")] == ["most"]


def test_long_lists_of_changes_come_in_pages_with_nothing_left_out(client: TestClient, plan: str) -> None:
    many = [f"2.{place}" for place in range(5, 205)]
    record(client, plan, *[{**ACTION, "number": number, "text": f"Do {number}"} for number in many])
    page = Page(client, f"{plan}/changes?previous=2019-01-10&current=2019-05-31")
    found: list[str] = []
    while True:
        assert len(page.response.content) < 60_000
        found += [said(link) for link in page.tree.xpath("//h3/a")]
        if "Next page" not in page.links():
            break
        page = page.follow("Next page")
    assert found == ["2.4", *many]


def test_that_nothing_changed_is_said(reader: TestClient) -> None:
    words = Page(reader, "/plans/sunderland/changes?previous=issue:3.0&current=issue:3.0").words
    assert "Nothing changed between these points." in words


def test_points_the_wrong_way_round_are_said_to_be_so(reader: TestClient) -> None:
    said_of = "The current point is before the previous one: this says what going back would undo."
    assert said_of in Page(reader, "/plans/sunderland/changes?previous=issue:3.0&current=issue:2.0").words
    assert said_of not in Page(reader, f"/plans/sunderland/changes?{PAIR}").words
    less = Page(reader, "/plans/sunderland/changes?previous=2019-05-31@282&current=2019-05-31@243").words
    assert "At the current point less of the record was known than at the previous one" in less


def test_events_that_changed_nothing_are_counted_and_led_to(client: TestClient, plan: str) -> None:
    record(client, plan, rated("red"), rated("amber", on="2019-06-01"))
    page = Page(client, f"{plan}/changes?previous=2019-02-01@3&current=2019-02-01@5")
    assert "Nothing changed between these points. 2 events recorded in between made no difference" in page.words
    trail = page.follow("show them in the trail")
    assert [row[0] for row in trail.rows("Events in the order")] == ["4", "5"]
    assert "recorded in between" not in Page(client, f"{plan}/changes?previous=2019-02-01&current=2019-02-02").words


def test_a_change_that_a_withdrawal_made_says_so_apart_from_the_day_its_value_is_true_from(
    client: TestClient, plan: str
) -> None:
    record(client, plan, rated("green", on="2019-03-01"), rated("red", on="2019-03-15"))
    record(client, plan, {"type": "EventWithdrawn", "version": 5, "reason": "Wrong action"})
    page = Page(client, f"{plan}/changes?previous=2019-04-01@5&current=2019-04-01@6")
    [change] = page.tree.xpath("//dl[@class='facts']/div")
    assert said(change) == (
        "RatingRed → Green Changed because event 6 withdrew an event; what stands now is true from 1 March 2019"
    )
    assert page.follow("event 6").words.count("Wrong action") > 0


def test_a_corrected_rating_leads_to_the_event_that_corrected_it(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green", on="2019-03-01"), rated("red", on="2019-03-15"))
    record(client, plan, {"type": "EventWithdrawn", "version": 5, "reason": "Wrong action"})
    page = Page(client, f"{plan}/comparison?previous=2019-04-01@5&current=2019-04-01@6")
    [row] = page.rows("Ratings that changed")
    assert row[2:] == ["Red", "Green", "corrected by event 6", "event 4"]
    assert "Wrong action" in page.follow("corrected by event 6").words


def test_what_is_nil_is_quiet_and_what_differs_stands_out(reader: TestClient) -> None:
    page = Page(reader, COMPARISON)
    cells = page.tree.xpath("//table[starts-with(normalize-space(caption), 'Previous →')]//td")
    for cell in cells:
        was, _, is_ = said(cell).partition(" → ")
        kind = "d" if is_ and was != is_ else "z" if was == "0" else None if is_ else "d"
        assert cell.get("class") == kind, said(cell)
    assert {cell.get("class") for cell in cells} == {"d", "z", None}


# The actions behind a number


def test_the_counted_actions_lead_to_themselves_and_to_their_events(reader: TestClient) -> None:
    page = Page(reader, f"/plans/sunderland/counted?{PAIR}&rating=amber")
    assert page.title == "Learning and Improvement Plan 2018-19Actions rated Amber on 31 May 2019: 4"
    assert [row[0] for row in page.rows("Actions rated Amber")] == ["2.4", "2.5", "3.6", "3.8"]
    assert page.follow("2.5").title.endswith("Action 2.5")
    assert page.follow("event 262").title.endswith("2.5 reviewed, remains Amber")


def test_the_counts_of_the_plans_page_lead_to_the_actions(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland?at=issue:3.0")
    links = {link.get("aria-label"): link.get("href") for link in page.tree.xpath("//a[@aria-label]")}
    assert Page(reader, links["35 rated Completed"]).title.endswith("Actions rated Completed on 31 May 2019: 35")
    assert Page(reader, links["6 not rated"]).title.endswith("Actions not rated on 31 May 2019: 6")
    assert Page(reader, links["All 101 actions"]).title.endswith("All actions on 31 May 2019: 101")


def test_a_movement_says_what_happened_and_by_which_event(reader: TestClient) -> None:
    page = Page(reader, f"/plans/sunderland/counted?{PAIR}&population=new&priority=4")
    assert page.title.endswith("New actions in Priority 4 between 29 March 2019 and 31 May 2019: 1")
    [row] = page.rows("New actions")
    assert row[0] == "4.7" and row[-1] == "event 248" and "Added" in row and "+1" in row


def test_a_split_is_told_so_that_the_list_adds_up(client: TestClient, plan: str) -> None:
    part = {"type": "ActionAdded", "effective_on": "2019-04-15", "parent": "2.4", "text": "A part"}
    record(client, plan, *[{**part, "number": f"2.4{letter}"} for letter in "abc"])
    page = Page(client, f"{plan}/counted?previous=2019-03-01&current=2019-05-01&population=new")
    assert page.title.endswith(": 2")
    assert "3 entries count 1 more, 1 count 1 less." in page.words
    split, *parts = page.rows("New actions")
    assert split[0] == "2.4" and "−1" in split and "Split into parts, one of which takes its place" in split
    assert [row[0] for row in parts] == ["2.4a", "2.4b", "2.4c"]
    assert split[-1] == "event 4, event 5, event 6"


def test_an_action_no_longer_in_the_record_leads_to_its_events_only(client: TestClient, plan: str) -> None:
    record(client, plan, {"type": "EventWithdrawn", "version": 3, "reason": "Not agreed"})
    page = Page(client, f"{plan}/counted?previous=2019-03-01@3&current=2019-03-01@4&population=withdrawn")
    [row] = page.rows("Actions withdrawn")
    assert (row[0], row[-1]) == ("2.4", "event 4")
    assert "2.4" not in page.links()
    assert page.follow("event 4").words.count("Not agreed") > 0


def test_many_counted_actions_come_in_pages_that_keep_what_was_asked(client: TestClient, plan: str) -> None:
    many = [f"2.{place}" for place in range(5, 65)]
    record(client, plan, *[{**ACTION, "number": number, "text": f"Do {number}"} for number in many])
    page = Page(client, f"{plan}/counted?rating=unrated&priority=2")
    assert "1 to 50 of 61" in page.words
    rest = page.follow("Next page")
    assert rest.title == page.title
    assert len(rest.rows("Actions not rated")) == 11


@pytest.mark.parametrize("path", ["comparison", "changes", "counted", "counted?population=new"])
def test_a_page_after_the_last_says_so_and_leads_back(reader: TestClient, path: str) -> None:
    page = Page(reader, f"/plans/sunderland/{path}{'&' if '?' in path else '?'}{PAIR}&page=99")
    assert "There are only" in page.words
    first = page.follow("First page")
    assert first.title == page.title and "There are only" not in first.words


# Harm


def test_hostile_text_is_shown_as_text(client: TestClient, plan: str) -> None:
    record(
        client, plan, {**ACTION, "number": "2.5", "text": HARM}, rated("red", action="2.5"),
        {"type": "PriorityReworded", "number": "2", "title": HARM, "effective_on": "2019-04-01"},
    )  # fmt: skip
    for address in ("comparison?previous=2019-01-10", "changes?previous=2019-01-10", "counted", "counted?priority=2"):
        page = Page(client, f"{plan}/{address}")
        assert SHOWN_HARM in page.words, address
        assert page.tree.xpath("//script[not(@src)]") == []
        assert "\u202e" not in page.response.text


def test_a_text_of_ten_thousand_letters_leaves_the_tables_readable(client: TestClient, plan: str) -> None:
    record(client, plan, {**ACTION, "number": "2.5", "text": "word " * 1999}, rated("red", action="2.5"))
    for address in ("comparison?previous=2019-01-10", "counted"):
        assert len(Page(client, f"{plan}/{address}").response.content) < 20_000
    assert Page(client, f"{plan}/changes?previous=2019-01-10").words.count("word ") < 100
