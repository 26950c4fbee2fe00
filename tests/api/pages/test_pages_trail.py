"""The pages of the trail: everything recorded, what was recorded late, and what since the reader's last visit."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from starlette.testclient import TestClient

from tests.api.answers import MARKDOWN
from tests.api.conftest import rated
from tests.api.pages.test_pages_lists import PAGE, links, page, words


def rows(shown: html.HtmlElement) -> list[html.HtmlElement]:
    return list(shown.xpath("//main//table//tbody/tr"))


def versions(shown: html.HtmlElement) -> list[int]:
    return [int(words(row.xpath("./th")[0])) for row in rows(shown)]


def named(shown: html.HtmlElement, text: str) -> list[str]:
    """Where the links lead that say this."""
    return [anchor.get("href") for anchor in shown.xpath("//main//a") if words(anchor) == text]


def record(client: TestClient, plan: str, *said: dict[str, object]) -> None:
    assert client.post(f"{plan}/events", json=list(said)).status_code == 201


# Every event


def test_the_trail_shows_every_event_page_by_page_and_back(reader: TestClient) -> None:
    shown, seen, backwards = page(reader, "/plans/sunderland/trail?limit=100"), [], []
    while True:
        seen.append(versions(shown))
        if not (later := named(shown, "Later events")):
            break
        shown = page(reader, later[0])
    while True:
        backwards.append(versions(shown))
        if not (earlier := named(shown, "Earlier events")):
            break
        shown = page(reader, earlier[0])
    assert [len(one) for one in seen] == [100, 100, 89]
    assert [version for one in seen for version in one] == list(range(1, 290))
    assert backwards[::-1] == seen


def test_each_event_says_both_clocks_who_and_what_and_leads_to_itself(reader: TestClient) -> None:
    [event] = reader.get("/plans/sunderland/trail.json?after=284&limit=1").json()["events"]
    row = rows(page(reader, "/plans/sunderland/trail?after=284&limit=1"))[0]
    assert links(row, ".//a") == ["/plans/sunderland/events/285"]
    assert "20/05/2019" in words(row)
    assert event["recorded_by"] in words(row)
    assert event["sentence"] in words(row)
    assert f"Recorded {event['late_by_days']} days late" in words(row)


def test_a_withdrawn_event_is_struck_through_and_names_what_withdrew_it(client: TestClient, plan: str) -> None:
    withdrawal = {"type": "EventWithdrawn", "version": 4, "reason": "Wrong action", "effective_on": "2019-04-01"}
    record(client, plan, rated("red"), withdrawal)
    row = rows(page(client, f"{plan}/trail"))[3]
    assert words(row.xpath(".//s")[0]) == "2.4 rated Red for the first time"
    assert links(row.xpath(".//strong")[0], ".//a") == [f"{plan}/events/5"]
    assert "Wrong action" in words(row)


def test_the_trail_at_a_point_is_the_record_as_known_then(client: TestClient, plan: str) -> None:
    withdrawal = {"type": "EventWithdrawn", "version": 4, "reason": "Wrong action", "effective_on": "2019-04-01"}
    record(client, plan, rated("red"), withdrawal)
    shown = page(client, f"{plan}/trail?at=2019-06-01@4")
    assert versions(shown) == [1, 2, 3, 4]
    assert shown.xpath("//s") == []
    [point] = shown.xpath("//div[@class='point past']")
    assert "The record up to record number 4" in words(point)
    assert versions(page(client, f"{plan}/trail?up_to=3")) == [1, 2, 3]


def test_the_views_stand_at_the_top_and_say_which_is_shown(reader: TestClient) -> None:
    for address, current in (("trail", "All"), ("trail?late_by=30", "Recorded late"), ("since", "Since my last visit")):
        shown = page(reader, f"/plans/sunderland/{address}")
        views = shown.xpath("//nav[@aria-label='Views of the trail']//a")
        assert [words(view) for view in views] == ["All", "Since my last visit", "Recorded late"]
        assert [words(view) for view in views if view.get("aria-current")] == [current]


def test_what_was_recorded_late_is_told_with_what_late_means(client: TestClient, plan: str) -> None:
    record(client, plan, {"type": "ProgressReported", "action": "2.4", "text": "In use"})
    shown = page(client, f"{plan}/trail?late_by=30")
    assert versions(shown) == [1, 2, 3]
    assert "3 events recorded 30 days or more after they were true" in words(shown)
    assert "late when it was recorded after the day from which it was true" in words(shown)


def test_one_action_is_followed_from_the_form(reader: TestClient) -> None:
    shown = page(reader, "/plans/sunderland/trail?action=7.3&recorded_after=&late_by=")
    known = reader.get("/plans/sunderland/trail.json?action=7.3").json()["events"]
    assert versions(shown) == [event["version"] for event in known]
    assert shown.xpath("//input[@name='action']/@value") == ["7.3"]
    assert shown.xpath("//details/@open") == [""]


def test_the_other_forms_hold_the_same_events(reader: TestClient) -> None:
    shown = page(reader, "/plans/sunderland/trail?action=7.3&late_by=5")
    [json] = named(shown, "JSON")
    answer = reader.get(json)
    assert [event["version"] for event in answer.json()["events"]] == versions(shown)
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("action=99.9", "action", "has never had an action 99.9"),
        ("recorded_after=yesterday", "recorded_after", "write a day, such as 2019-06-04"),
        ("late_by=-1", "late_by", "write a number of days"),
        ("late_by=٣", "late_by", "write a number of days"),
    ],
)
def test_what_is_wrong_with_the_form_stands_beside_its_field(
    reader: TestClient, query: str, field: str, sentence: str
) -> None:
    response = reader.get(f"/plans/sunderland/trail?{query}", headers=PAGE)
    assert response.status_code == 422
    shown = html.fromstring(response.text)
    assert sentence in words(shown.xpath("//p[@id=$id]", id=f"{field}-error")[0])
    assert f"#{field}" in links(shown, "//div[@role='alert']//a")
    assert shown.xpath("//input[@name=$name]/@value", name=field) == [query.partition("=")[2]]
    assert shown.xpath("//title")[0].text.startswith("Error: ")
    assert rows(shown) == []


def test_a_misspelled_parameter_is_refused(reader: TestClient) -> None:
    response = reader.get("/plans/sunderland/trail?lateby=30", headers=PAGE)
    assert response.status_code == 422
    assert "did you mean late_by?" in response.text


@pytest.mark.parametrize("address", ["trail?limit=20", "since?recorded_after=2020-01-01"])
def test_the_points_chosen_are_kept_in_every_link(reader: TestClient, address: str) -> None:
    shown = page(reader, f"/plans/sunderland/{address}&at=issue:3.0&previous=issue:2.0")
    found = [urlsplit(link) for link in links(shown, "//nav//a | //main//table//a")]
    assert len(found) > 20
    for link in found:
        points = parse_qs(link.query)
        assert points["previous"] == ["issue:2.0"]
        assert points.get("at", points.get("current")) == ["issue:3.0"]
    kept = {
        field.get("name"): field.get("value") for field in shown.xpath("//form[@method='get']//input[@type='hidden']")
    }
    assert kept == {"at": "issue:3.0", "previous": "issue:2.0"}


def test_hostile_text_is_shown_as_text(client: TestClient, plan: str) -> None:
    record(
        client,
        plan,
        {"type": "ProgressReported", "action": "2.4", "text": "<script>alert(1)</script> \u202eevil\u202c"},
    )
    record(client, plan, {"type": "AssuranceGiven", "priority": "2", "level": MARKDOWN[:60]})
    for address in ("trail", "since?recorded_after=2020-01-01"):
        shown = page(client, f"{plan}/{address}")
        assert "<script>alert(1)</script> evil" in shown.text_content()
        assert MARKDOWN[:60] in shown.text_content()
        assert shown.xpath("//main//script") == []


# Since my last visit


def mark(client: TestClient, plan: str, version: object) -> Any:
    return client.post(
        f"{plan}/since",
        content=f"version={version}",
        headers={"Content-Type": "application/x-www-form-urlencoded", **PAGE},
        follow_redirects=False,
    )


def test_without_a_cookie_nothing_is_known_and_a_day_is_offered(client: TestClient, plan: str) -> None:
    response = client.get(f"{plan}/since", headers=PAGE)
    assert "set-cookie" not in response.headers
    shown = html.fromstring(response.text)
    assert "does not know when you were last here" in words(shown)
    assert rows(shown) == []
    assert shown.xpath("//input[@type='date']/@name") == ["recorded_after"]
    assert [words(one) for one in shown.xpath("//form[@method='post']//button")] == [
        "I have read up to record number 3"
    ]
    since = page(client, f"{plan}/since?recorded_after=2020-01-01")
    assert versions(since) == [1, 2, 3]
    assert "3 of 3 events recorded after 1 January 2020" in words(since)


def test_what_was_recorded_since_is_shown_until_it_is_marked_as_read(client: TestClient, plan: str) -> None:
    response = mark(client, plan, 3)
    assert (response.status_code, response.headers["location"]) == (303, f"{plan}/since")
    cookie = response.headers["set-cookie"]
    for part in ("seen-plan=3", f"Path={plan}", "HttpOnly", "SameSite=lax", "Max-Age=34560000"):
        assert part in cookie
    assert "Nothing was recorded since record number 3" in words(page(client, f"{plan}/since"))
    record(client, plan, rated("red"), rated("amber"))
    for _ in range(2):
        shown = page(client, f"{plan}/since")
        assert "2 of 5 events recorded since record number 3" in words(shown)
        assert versions(shown) == [4, 5]
    mark(client, plan, *shown.xpath("//input[@name='version']/@value"))
    empty = page(client, f"{plan}/since")
    assert "Nothing was recorded since record number 5" in words(empty)
    assert empty.xpath("//form[@method='post']") == []


def test_what_changed_since_is_asked_between_what_was_read_and_now(client: TestClient, plan: str) -> None:
    mark(client, plan, 3)
    record(client, plan, rated("red"))
    [event] = client.get(f"{plan}/trail.json?after=2&limit=1").json()["events"]
    [address] = named(page(client, f"{plan}/since"), "See what that changed in the plan")
    split = urlsplit(address)
    assert split.path == f"{plan}/changes"
    assert parse_qs(split.query)["current"] == ["now"]
    assert parse_qs(split.query)["previous"][0].endswith("@3")
    assert parse_qs(split.query)["previous"][0][:7] == event["recorded_at"][:7]
    assert client.get(address, headers=PAGE).status_code == 200


def test_only_what_was_shown_is_marked_as_read(client: TestClient, plan: str) -> None:
    mark(client, plan, 3)
    record(client, plan, *[rated("red") for _ in range(60)])
    first = page(client, f"{plan}/since")
    assert "60 of 63 events recorded since record number 3" in words(first)
    assert first.xpath("//input[@name='version']/@value") == ["53"]
    [later] = named(first, "Later events")
    second = page(client, later)
    assert "60 of 63 events recorded since record number 3" in words(second)
    assert versions(second) == list(range(54, 64))
    [earlier] = named(second, "Earlier events")
    assert versions(page(client, earlier)) == versions(first)
    assert second.xpath("//input[@name='version']/@value") == ["63"]


@pytest.mark.parametrize(
    ("cookie", "sentence"),
    [
        ("nonsense", "cannot be read"),
        ("0", "cannot be read"),
        ("-1", "cannot be read"),
        ("400", "newest is record number 3"),
    ],
)
def test_a_cookie_that_is_nonsense_or_ahead_is_left_aside_with_words(
    client: TestClient, plan: str, cookie: str, sentence: str
) -> None:
    response = client.get(f"{plan}/since", headers={**PAGE, "Cookie": f"seen-plan={cookie}"})
    assert response.status_code == 200
    assert sentence in words(html.fromstring(response.text))
    assert "does not know when you were last here" in response.text


@pytest.mark.parametrize("sent", ["", "version=", "version=0", "version=4", "version=1&version=2", "version=1" * 200])
def test_a_version_that_was_not_shown_cannot_be_marked(client: TestClient, plan: str, sent: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", **PAGE}
    response = client.post(f"{plan}/since", content=sent, headers=form, follow_redirects=False)
    assert response.status_code in (413, 422)
    assert "set-cookie" not in response.headers


def test_a_page_from_elsewhere_cannot_mark_anything(client: TestClient, plan: str) -> None:
    response = client.post(f"{plan}/since", content="version=3", headers={"Origin": "http://elsewhere.example"})
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


def test_a_day_that_cannot_be_read_is_told_beside_its_field(client: TestClient, plan: str) -> None:
    response = client.get(f"{plan}/since?recorded_after=soon", headers=PAGE)
    assert response.status_code == 422
    assert "write a day, such as 2019-06-04" in words(
        html.fromstring(response.text).get_element_by_id("recorded_after-error")
    )


def test_a_page_after_the_last_event_says_so_and_leads_back(client: TestClient, plan: str) -> None:
    shown = page(client, f"{plan}/trail?after=3&limit=2")
    assert "None of them comes after event 3" in words(shown)
    [earlier] = named(shown, "Earlier events")
    assert versions(page(client, earlier)) == [2, 3]


def test_a_day_chosen_does_not_limit_the_record_and_the_page_says_so(reader: TestClient) -> None:
    said = "Events are shown by when they were recorded: the day of this point, 31 December 2018, does not limit them."
    for address in ("trail", "since"):
        assert said in words(page(reader, f"/plans/sunderland/{address}?at=2018-12-31"))
        assert "does not limit them" not in words(page(reader, f"/plans/sunderland/{address}"))


def test_who_has_read_further_than_the_point_is_told_so(client: TestClient, plan: str) -> None:
    record(client, plan, rated("red"), rated("amber"))
    mark(client, plan, 5)
    shown = page(client, f"{plan}/since?at=2019-06-01@4")
    assert "You have read further than this point" in words(shown)
    assert "read up to record number 5, and this point shows it up to record number 4" in words(shown)
    assert "Nothing was recorded" not in words(shown)
    assert named(shown, "See what was recorded since, as known today") == [f"{plan}/since"]
    assert "Nothing was recorded since record number 5" in words(page(client, f"{plan}/since?at=2019-06-01@5"))


def test_an_empty_day_is_told_to_be_missing(client: TestClient, plan: str) -> None:
    response = client.get(f"{plan}/since?recorded_after=", headers=PAGE)
    assert response.status_code == 422
    shown = html.fromstring(response.text)
    assert "give a day, such as 2019-06-04" in words(shown.get_element_by_id("recorded_after-error"))
    mark(client, plan, 3)
    assert client.get(f"{plan}/since?recorded_after=", headers=PAGE).status_code == 200, "nothing is missing then"


def test_an_action_that_came_later_is_told_beside_its_field(client: TestClient, plan: str) -> None:
    record(client, plan, {"type": "ActionRenumbered", "action": "2.4", "number": "2.6", "effective_on": "2019-03-01"})
    response = client.get(f"{plan}/trail?action=2.6&at=2019-06-01@3", headers=PAGE)
    assert response.status_code == 422
    assert (
        "action 2.6 was not known at this point (record number 3): "
        "it has that number from 1 March 2019, by event 4; it bore the number 2.4 then"
    ) in words(html.fromstring(response.text).get_element_by_id("action-error"))
