"""The pages one starts from: all plans, a plan as at a point, and choosing the point."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from api import clock
from api.formats import FORMATS, addressed
from api.papers.wording import day_in_words
from tests.api.conftest import rated
from tests.api.page_reader import BROWSER, Page, said

TOLD = "told:Quality and Improvement Committee@2019-06-30"


def test_every_plan_is_listed_with_its_figures(reader: TestClient) -> None:
    page = Page(reader, "/plans")
    document = reader.get("/plans.json").json()
    for plan in document["plans"]:
        words = said(page.tree.get_element_by_id(plan["plan"]).getparent())
        assert plan["title"] in words and plan["organisation"] in words
        assert f"Actions{plan['actions']} " in words
        if plan["overdue"]:
            assert f"{plan['overdue']} actions" in words
        if plan["document_version"]:
            assert plan["document_version"]["label"] in words
        if plan["presented"]:
            assert plan["presented"]["forum"] in words
        for rating in plan["ratings"]:
            if rating["count"]:
                assert f"{rating['label']} {rating['count']}" in words
    assert page.follow("Learning and Improvement Plan 2018-19").title.endswith("Learning and Improvement Plan 2018-19")


def test_a_plan_says_in_a_sentence_what_it_shows(reader: TestClient) -> None:
    point = reader.get("/plans/sunderland.json?at=2019-05-31@212").json()["point"]
    words = Page(reader, "/plans/sunderland?at=2019-05-31@212").words
    assert "As at 31 May 2019, as known at record number 212 (" in words
    assert point["basis"] == 212
    assert "This is not how the plan stands today." in words
    assert "This is not how the plan stands today." not in Page(reader, "/plans/sunderland").words
    assert "What Quality and Improvement Committee had been told by 30 June 2019." in Page(
        reader, f"/plans/sunderland?at={TOLD}"
    ).words  # fmt: skip


@pytest.mark.parametrize("at", ["now", "issue:2.0", "2019-05-31@212", "2018-11-30"])
def test_a_plan_shows_its_document(reader: TestClient, at: str) -> None:
    page = Page(reader, f"/plans/sunderland?at={at}")
    document = reader.get(f"/plans/sunderland.json?at={at}").json()
    labels = {rating["code"]: rating["label"] for rating in document["ratings"]}
    for priority in document["priorities"]:
        rows = page.rows(f"Actions of Priority {priority['number']}") if priority["actions"] else []
        rows = [row for row in rows if row]
        assert [row[0] for row in rows] == [action["number"] for action in priority["actions"]]
        for row, action in zip(rows, priority["actions"], strict=True):
            assert row[1] == " ".join(action["text"].split())
            assert row[2] == (labels[action["rating"]] if action["rating"] else "Not rated")
            assert ("Overdue" in row[3]) is action["overdue"]
            assert row[4] == "; ".join(action["leads"])


def test_the_summary_counts_what_the_register_counts(reader: TestClient) -> None:
    counted = {row[0]: row[1] for row in Page(reader, "/plans/sunderland").rows("How many actions")}
    [plan] = [one for one in reader.get("/plans.json").json()["plans"] if one["plan"] == "sunderland"]
    assert counted == {
        **{rating["label"]: str(rating["count"]) for rating in plan["ratings"]},
        "Not rated": str(plan["unrated"]),
    }


def test_parts_stand_under_the_action_they_are_part_of(reader: TestClient) -> None:
    rows = [row for row in Page(reader, "/plans/stockton-ilacs").rows("Actions of Recommendation 6") if row]
    assert [row[0] for row in rows][:4] == ["6.1", "6.1a", "6.1b", "6.1c"]
    assert rows[0][2] == "By its parts"


def test_what_has_left_the_plan_is_shown_where_asked_for(client: TestClient, plan: str) -> None:
    withdrawn = {"type": "ActionWithdrawn", "action": "2.4", "reason": "Done elsewhere", "effective_on": "2019-03-01"}
    assert client.post(f"{plan}/events", json=withdrawn).status_code == 201
    page = Page(client, plan)
    assert "Workspace" not in page.words
    [row] = page.follow("Show closed and withdrawn actions too").rows("Actions of Priority 2")
    assert row[:3] == ["2.4", "Workspace", "Not rated withdrawn"]


def test_the_points_stay_while_one_moves_between_pages(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland?at=issue:3.0&previous=issue:2.0")
    for words, address in page.links().items():
        split = urlsplit(address)
        is_form = split.path.endswith(tuple(FORMATS[form].suffix for form in addressed()))
        if split.path.startswith("/plans/sunderland/") and not is_form:
            points = parse_qs(split.query)
            current = points.get("at") or points.get("current")
            assert current == ["issue:3.0"], (words, address)
            assert points["previous"] == ["issue:2.0"], (words, address)


def test_its_other_forms_are_linked_at_a_point_that_cannot_move(reader: TestClient) -> None:
    links = Page(reader, "/plans/sunderland?at=issue:3.0").links()
    for name, suffix in (("CSV", "csv"), ("Excel", "xlsx"), ("Word", "docx"), ("PDF", "pdf"), ("JSON", "json")):
        split = urlsplit(links[name])
        assert (split.path, parse_qs(split.query)) == (f"/plans/sunderland.{suffix}", {"at": ["2019-05-31@282"]})


def test_a_page_is_asked_for_again_and_not_sent_again(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland?at=2019-05-31@212")
    assert page.response.headers["cache-control"] == "private, no-cache"
    again = reader.get(page.address, headers={**BROWSER, "If-None-Match": page.response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_loads_nothing_but_what_is_served_with_it(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland")
    policy = page.response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert not page.tree.xpath("//@style") and not page.tree.xpath("//script[not(@src)]")
    loaded = page.tree.xpath("//link/@href | //script/@src | //img/@src")
    assert loaded
    for address in loaded:
        assert address.startswith("/static/"), address
        file = reader.get(address)
        assert file.status_code == 200
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reader.get("/static/asat.css").status_code == 404, "a file is only found by what it holds"


def facts(page: Page) -> dict[str, str]:
    """What the list of facts says, by its names."""
    return {said(one.find("dt")): said(one.find("dd")) for one in page.tree.xpath("//dl[@class='facts']/div")}


def test_a_plan_says_how_large_its_record_is_and_when_it_was_recorded(client: TestClient, plan: str) -> None:
    today = day_in_words(clock.today().isoformat())
    assert facts(Page(client, plan))["The record"] == f"3 events, recorded on {today}"
    assert facts(Page(client, f"{plan}?at=2019-03-01@1"))["The record"] == f"1 event, recorded on {today}"
    assert Page(client, f"{plan}?at=2019-03-01@2").follow("2 events").title.endswith("Trail of events")


def test_a_document_version_is_said_to_be_shown_only_where_exactly_it_is(reader: TestClient) -> None:
    shown = facts(Page(reader, "/plans/sunderland?at=issue:3.0"))
    assert shown["Document version"] == "3.0, issued 31 May 2019 (document history)"
    now = facts(Page(reader, "/plans/sunderland"))
    assert now["Last issued"] == "3.0, 31 May 2019 (document history)"
    assert "Document version" not in now
    assert facts(Page(reader, "/plans/sunderland?at=2018-07-01"))["Document version"].startswith("None issued")


def test_of_what_was_not_recorded_it_is_not_said_that_it_did_not_happen(client: TestClient, plan: str) -> None:
    assert facts(Page(client, plan))["Last presented"] == "None recorded by then"
    assert facts(Page(client, "/plans"))["Last presented"] == "None recorded"


def test_a_plan_that_rates_nothing_says_so_and_shows_no_ratings(client: TestClient) -> None:
    opening = {"type": "PlanOpened", "title": "A plan", "organisation": "A council", "effective_on": "2019-01-07"}
    events = [
        {**opening, "scale": {"name": "None", "ratings": []}},
        {"type": "PriorityAdded", "number": "1", "title": "First", "effective_on": "2019-01-07"},
        {"type": "ActionAdded", "number": "1.1", "priority": "1", "text": "Do it", "timescale": "31/03/19",
         "effective_on": "2019-01-07"},
        {"type": "ActionAdded", "number": "1.2", "priority": "1", "text": "Leave it", "effective_on": "2019-01-07"},
        {"type": "ActionWithdrawn", "action": "1.2", "reason": "Not needed", "effective_on": "2019-02-07"},
    ]  # fmt: skip
    assert client.post("/plans/quiet/events", json=events).status_code == 201
    page = Page(client, "/plans/quiet?all=1")
    assert page.rows("Actions of Priority 1") == [
        ["1.1", "Do it", "31/03/2019Overdue", ""], ["1.2", "Leave it withdrawn", "", ""],
    ]  # fmt: skip
    assert facts(page)["Actions"] == "1 action"
    for shown in (page, Page(client, "/plans")):
        assert "This plan does not rate its actions." in shown.words
        assert "Not rated" not in shown.words and not shown.tree.xpath("//main//svg")


def test_the_counts_of_a_plan_stand_beside_their_colours_in_the_order_of_its_bar(reader: TestClient) -> None:
    [card] = Page(reader, "/plans").tree.xpath("//section[@aria-labelledby='sunderland']")
    bar, *swatches = card.xpath(".//svg")
    assert [one.get("fill") for one in bar.xpath("./rect")] == [one.xpath("./rect/@fill")[0] for one in swatches]
    assert [said(one) for one in card.xpath(".//li")] == ["Completed 35", "Green 56", "Amber 4", "Not rated 6"]


def test_the_form_says_when_the_record_begins(client: TestClient, plan: str) -> None:
    words = Page(client, f"{plan}/point").words
    today = day_in_words(clock.today().isoformat())
    assert f"The record of this plan begins on {today}, so nothing was known before." in words


# Choosing a point


def chosen(client: TestClient, query: str) -> str:
    response = client.get(f"/plans/sunderland/point/chosen?{query}", headers=BROWSER, follow_redirects=False)
    assert response.status_code == 303, response.text
    return response.headers["location"]


@pytest.mark.parametrize(
    ("query", "point"),
    [
        ("show=today", None),
        ("show=day&day=2019-05-31", "2019-05-31"),
        ("show=known&known_day=2019-05-31&known_at=212", "2019-05-31@212"),
        ("show=issue&issue=3.0", "issue:3.0"),
        ("show=told&forum=Quality+and+Improvement+Committee&told_by=2019-06-30", TOLD),
    ],
)
def test_what_is_chosen_becomes_the_point_of_the_page(reader: TestClient, query: str, point: str | None) -> None:
    location = urlsplit(chosen(reader, f"{query}&to=actions/2.4&at=issue:2.0"))
    assert location.path == "/plans/sunderland/actions/2.4"
    assert parse_qs(location.query).get("at") == ([point] if point else None)


def test_the_previous_point_is_chosen_by_itself(reader: TestClient) -> None:
    location = urlsplit(chosen(reader, "show=issue&issue=2.0&to=comparison&of=previous&at=issue:3.0"))
    assert location.path == "/plans/sunderland/comparison"
    assert parse_qs(location.query) == {"previous": ["issue:2.0"], "current": ["issue:3.0"]}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Choose one of these"),
        ("show=day&day=", "Give a day"),
        ("show=day&day=2019-02-30", "2019-02-30"),
        ("show=known&known_day=2019-05-31&known_at=soon", "soon"),
        ("show=known&known_day=2019-05-31&known_at=9999", "no record number 9999"),
        ("show=known&known_day=2019-05-31&known_at=", "2019-05-31"),
        ("show=issue&issue=9.9", "9.9"),
        ("show=told&forum=Nobody&told_by=2019-06-30", "Nobody"),
    ],
)
def test_what_is_wrong_with_a_choice_is_said_beside_it_and_the_rest_is_kept(
    reader: TestClient, query: str, words: str
) -> None:
    page = Page(reader, f"/plans/sunderland/point/chosen?{query}&to=history&at=issue:2.0", 422)
    [summary] = page.tree.xpath("//*[@id='errors']")
    assert words in summary.text_content()
    [field] = summary.xpath(".//a/@href")
    assert page.tree.get_element_by_id(field.removeprefix("#")) is not None
    if day := parse_qs(query).get("known_day"):
        assert page.tree.get_element_by_id("known_day").get("value") == day[0]
    assert page.tree.xpath("//input[@name='to']/@value") == ["history"]


@pytest.mark.parametrize("to", ["//evil.example/", "https://evil.example", "../../evil", "\\\\evil.example"])
def test_a_choice_leads_nowhere_but_to_the_plan(reader: TestClient, to: str) -> None:
    response = reader.get(
        "/plans/sunderland/point/chosen", params={"show": "today", "to": to}, headers=BROWSER, follow_redirects=False
    )
    if response.status_code == 303:
        assert response.headers["location"].startswith("/plans/sunderland/")
    else:
        assert response.status_code == 422


@pytest.mark.parametrize("at", ["now", "2019-05-31", "2019-05-31@212", "issue:2.0", TOLD])
def test_the_form_holds_the_point_that_is_shown(reader: TestClient, at: str) -> None:
    page = Page(reader, f"/plans/sunderland/point?at={at}")
    [checked] = page.tree.xpath("//input[@type='radio'][@checked]/@value")
    given = {field.get("name"): field.value for field in page.tree.forms[0].xpath(".//input[@type!='radio']|.//select")}
    query = urlencode({name: value for name, value in {**given, "show": checked}.items() if value is not None})
    location = urlsplit(chosen(reader, query))
    assert (parse_qs(location.query).get("at") or ["now"]) == [at]


# Problems as pages


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/plans/nosuch", 404, "nosuch"),
        ("/plans/Not-A-Name", 404, "lower-case words joined by hyphens"),
        ("/nosuch", 404, "nothing at this address"),
        ("/plans/sunderland?at=issue:9.9", 404, "9.9"),
        ("/plans/sunderland?at=yesterday", 422, "yesterday"),
        ("/plans/sunderland?att=now", 422, "did you mean at?"),
        ("/plans/sunderland.json?at=yesterday", 422, "yesterday"),
    ],
)
def test_a_browser_is_told_in_a_page_what_a_program_is_told_in_a_document(
    reader: TestClient, address: str, status: int, words: str
) -> None:
    page = Page(reader, address, status)
    assert words in page.words
    assert page.follow("See all plans").title == "Plans"
    told = reader.get(address)
    assert (told.status_code, told.headers["content-type"]) == (status, "application/problem+json")
    assert told.json()["detail"].rstrip(".").lower() in page.words.lower()


def test_hostile_text_is_shown_as_text(client: TestClient, plan: str) -> None:
    hostile = "<script>alert(1)</script> {{ 7 * 7 }} \u202eevil\u202c & \"quoted\" 'too'"
    reworded = {"type": "ActionReworded", "action": "2.4", "text": hostile, "effective_on": "2019-03-01"}
    assert client.post(f"{plan}/events", json=[rated("red"), reworded]).status_code == 201
    page = Page(client, plan)
    assert not page.tree.xpath("//main//script")
    assert hostile.replace("\u202e", "").replace("\u202c", "") in page.words
