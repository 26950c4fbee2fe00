"""The pages of an action, which tells its life on both clocks, and of an event."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import rated
from tests.api.page_reader import Page, said

HARM = '<img src=x onerror=alert(1)> [x](javascript:1) "quoted" \u202etxt.exe\u202c {{ 7 * 7 }}'
SHOWN_HARM = '<img src=x onerror=alert(1)> [x](javascript:1) "quoted" txt.exe {{ 7 * 7 }}'
LIFE = "Events of action"
FORMS = ("Rate", "Report progress", "File evidence", "Reschedule", "Reassign", "Reword", "Withdraw")


def record(client: TestClient, plan: str, *events: dict[str, Any]) -> None:
    response = client.post(f"{plan}/events", json=list(events), headers={"X-Recorded-By": "Performance Officer"})
    assert response.status_code == 201, response.text


def life(page: Page) -> list[int]:
    """The versions of the events that an action's page tells, in their order."""
    return [int(row[0].removeprefix("Event ")) for row in page.rows(LIFE)]


def told(page: Page) -> dict[str, str]:
    """The facts of a page by their names; of a name that stands twice the first."""
    facts: dict[str, str] = {}
    for fact in page.tree.xpath("//dl[@class='facts']/div"):
        facts.setdefault(said(fact.find("dt")), said(fact.find("dd")))
    return facts


# An action


@pytest.mark.parametrize("at", ["now", "issue:2.0", "2019-05-31@282"])
def test_an_action_is_shown_as_its_document_says(reader: TestClient, at: str) -> None:
    page = Page(reader, f"/plans/sunderland/actions/2.4?at={at}")
    document = reader.get(f"/plans/sunderland/actions/2.4.json?at={at}").json()
    action, facts = document["action"], told(page)
    assert page.title == f"Priority 2: {document['priority_title']}Action 2.4"
    assert action["text"] in page.words
    labels = {rating["code"]: rating["label"] for rating in document["ratings"]}
    assert facts["Rating"].startswith(labels[action["rating"]])
    assert facts["Due"] == "31/03/2019" + ("Overdue" if action["overdue"] else "")
    assert facts["Lead"] == "; ".join(action["leads"])
    assert (action["progress"] or "") in page.words


def test_a_rating_that_was_reviewed_and_remained_is_told_from_its_first_day(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green", "2019-02-01"), rated("amber", "2019-03-29"), rated("amber", "2019-05-31"))
    shown = told(Page(client, f"{plan}/actions/2.4"))
    assert shown["Rating"] == "Amber from 29 March 2019, last reviewed 31 May 2019"
    assert told(Page(client, f"{plan}/actions/2.4?at=2019-04-15"))["Rating"] == "Amber from 29 March 2019"
    assert told(Page(client, f"{plan}/actions/2.4?at=2019-02-15"))["Rating"] == "Green from 1 February 2019"
    assert client.get(f"{plan}/actions/2.4.json").json()["action"]["rated_on"] == "2019-05-31"
    for form in ("md", "html"):
        assert "from 29 March 2019, last reviewed 31 May 2019" in client.get(f"{plan}/actions/2.4.{form}").text


def test_an_action_says_in_a_sentence_what_is_shown(reader: TestClient) -> None:
    words = Page(reader, "/plans/sunderland/actions/2.4?at=issue:3.0").words
    assert "Document version 3.0. As at 31 May 2019, as known at record number 282 (" in words
    assert "This is not how the plan stands today." in words


def test_parts_and_former_numbers_lead_to_the_action(client: TestClient, plan: str) -> None:
    record(
        client, plan, {"type": "ActionAdded", "number": "2.4a", "parent": "2.4", "text": "A part"},
        {"type": "ActionRenumbered", "action": "2.4", "number": "2.9"},
    )  # fmt: skip
    page = Page(client, f"{plan}/actions/2.4")
    assert (page.title, told(page)["Has also borne"]) == ("Priority 2: Missing childrenAction 2.9", "2.4")
    assert page.follow("2.4a").title.endswith("Action 2.4a")
    assert told(page)["Rating"] == "By its parts"


def test_evidence_stands_with_where_it_is_kept(client: TestClient, plan: str) -> None:
    filed = {"type": "EvidenceAdded", "action": "2.4", "title": "Audit", "location": "Records 4", "sha256": "ab" * 32}
    record(client, plan, {**filed, "effective_on": "2019-03-01"})
    assert Page(client, f"{plan}/actions/2.4").rows("Evidence of action") == [
        ["Audit", "1 March 2019", f"Records 4 SHA-256 {'ab' * 32}"]
    ]


def test_the_life_of_an_action_tells_both_clocks_of_every_event(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland/actions/7.3")
    events = reader.get("/plans/sunderland/trail.json?action=7.3").json()["events"]
    assert life(page) == [event["version"] for event in events]
    for row, event in zip(page.rows(LIFE), events, strict=True):
        year, month, day = event["effective_on"].split("-")
        assert row[1] == f"{day}/{month}/{year}"
        assert row[2].startswith("{2}/{1}/{0} ".format(*event["recorded_at"][:10].split("-")))
        missed = f", after document version {event['missing_from'][0]} was issued" if event["missing_from"] else ""
        assert row[3] == f"{' '.join(event['sentence'].split())}Recorded {event['late_by_days']} days late{missed}"
        assert row[4] == event["recorded_by"]
    assert [event["version"] for event in events if event["missing_from"]] == [285], "news that came after version 3.0"
    assert page.follow("Event 285").title.startswith("Event 285: progress reported")


def test_a_life_may_be_read_in_the_order_things_were_true(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green", "2019-04-15"), rated("amber", "2019-02-15"))
    page = Page(client, f"{plan}/actions/2.4")
    assert life(page) == [3, 4, 5]
    by_day = page.follow("Show them in the order they were true")
    assert life(by_day) == [3, 5, 4]
    assert life(by_day.follow("Show them in the order they were recorded")) == [3, 4, 5]


def test_only_what_was_known_at_the_point_is_told(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green"), {"type": "EventWithdrawn", "version": 4, "reason": "Wrong action"})
    known = Page(client, f"{plan}/actions/2.4?at=2019-05-31@4")
    assert life(known) == [3, 4]
    assert known.tree.xpath("//s") == []
    assert "Withdrawn as recorded in error" not in known.words


def test_a_withdrawn_entry_is_struck_through_with_who_withdrew_it_and_why(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green"), {"type": "EventWithdrawn", "version": 4, "reason": "Wrong action"})
    page = Page(client, f"{plan}/actions/2.4")
    [struck] = page.tree.xpath("//table//s")
    assert said(struck) == "2.4 rated Green for the first time"
    [row] = [row for row in page.rows(LIFE) if row[0] == "Event 4"]
    assert re.search(
        r"Withdrawn as recorded in error by Performance Officer on \d+ \w+ \d{4}, \d\d:\d\d UK time, because: "
        r"Wrong action \(event 5\)", row[3],
    )  # fmt: skip
    assert life(page) == [3, 4, 5]
    assert page.follow("event 5").title.startswith("Event 5: event withdrawn")


def test_a_long_life_comes_in_pages_in_either_order(client: TestClient, plan: str) -> None:
    progress = {"type": "ProgressReported", "action": "2.4"}
    days = [f"2019-{month:02}-{day:02}" for month in (5, 4, 3) for day in range(1, 26)]
    record(client, plan, *[{**progress, "effective_on": day, "text": f"As of {day}"} for day in days])
    page = Page(client, f"{plan}/actions/2.4")
    assert "1 to 50 of 76" in page.words
    assert [*life(page), *life(page.follow("Next page"))] == list(range(3, 79))
    first = Page(client, f"{plan}/actions/2.4?order=effective")
    both = [*life(first), *life(first.follow("Next page"))]
    assert (sorted(both), both[:2], both[-1]) == (list(range(3, 79)), [3, 54], 28)


def test_what_can_be_recorded_leads_to_the_forms(client: TestClient, plan: str) -> None:
    links = Page(client, f"{plan}/actions/2.4").links()
    for words in FORMS:
        split = urlsplit(links[words])
        assert split.path.startswith(f"{plan}/record/")
        assert parse_qs(split.query)["action"] == ["2.4"]
    assert "Close" not in links and "Reinstate" not in links
    record(client, plan, rated("completed", evidence=["Audit"]))
    assert Page(client, f"{plan}/actions/2.4").links()["Close"].startswith(f"{plan}/record/close?")
    record(client, plan, {"type": "ActionClosed", "action": "2.4"})
    closed = Page(client, f"{plan}/actions/2.4").links()
    assert closed["Reinstate"].startswith(f"{plan}/record/reinstate?") and "Rate" not in closed


@pytest.mark.parametrize("path", ["actions/2.4", "events/261", "actions/2.4?order=effective"])
def test_the_points_stay_while_one_moves_on(reader: TestClient, path: str) -> None:
    page = Page(reader, f"/plans/sunderland/{path}{'&' if '?' in path else '?'}at=issue:3.0&previous=issue:2.0")
    for words, address in page.links().items():
        split = urlsplit(address)
        if not split.path.startswith("/plans/sunderland") or re.search(
            r"\.(docx|pdf|xlsx|csv|html|md|json)$", split.path
        ):
            continue
        points = parse_qs(split.query)
        if words != "Show today":
            assert (points.get("at") or points.get("current")) == ["issue:3.0"], (words, address)
        assert points["previous"] == ["issue:2.0"], (words, address)


# An event


def test_an_event_is_told_field_by_field(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland/events/265")
    document = reader.get("/plans/sunderland/events/265.json").json()
    event, facts = document["event"], told(page)
    assert page.title == f"Event 265: action rated{event['sentence']}"
    assert facts["True from"] == "31 May 2019"
    assert f"Recorded {event['late_by_days']} days late" in facts["Recorded"]
    assert facts["Recorded by"] == event["recorded_by"]
    assert facts["Taken from"].startswith(event["source"]["title"])
    assert (facts["Action"], facts["Rating"]) == ("8.3", "Completed")
    assert (
        facts["Place in the record"]
        == f"Record number 265 of this plan, position {event['position']} of the whole ledger"
    )
    assert facts["Event id"] == event["event_id"]


def test_every_event_of_the_examples_has_a_page(reader: TestClient) -> None:
    for plan in ("sunderland", "stockton-ilacs", "stockton-scrutiny", "stockton-strategy", "stockton-2016"):
        first = reader.get(f"/plans/{plan}/trail.json?limit=1000").json()["events"]
        kinds = {event["type"]: event for event in first}
        for event in kinds.values():
            page = Page(reader, f"/plans/{plan}/events/{event['version']}")
            assert " ".join(event["sentence"].split()) in page.title
            assert event["recorded_by"] in page.words


def test_an_event_leads_to_those_around_it(reader: TestClient) -> None:
    page = Page(reader, "/plans/sunderland/events/250")
    versions = [event["version"] for event in reader.get("/plans/sunderland/trail.json?action=2.4").json()["events"]]
    place = versions.index(250)
    around = [said(item) for item in page.tree.xpath("//h2[text()='Around it']/following-sibling::ul[1]/li")]
    assert around == [
        "Action 2.4",
        f"The event of this action before: event {versions[place - 1]}",
        f"The event of this action after: event {versions[place + 1]}",
        "The event of the plan before: event 249",
        "The event of the plan after: event 251",
    ]
    assert page.follow("Action 2.4").title.endswith("Action 2.4")
    assert page.follow("event 251").title.startswith("Event 251")


def test_a_withdrawn_event_and_its_withdrawal_lead_to_each_other(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green"), {"type": "EventWithdrawn", "version": 4, "reason": "Wrong action"})
    page = Page(client, f"{plan}/events/4")
    [struck] = page.tree.xpath("//h1//s")
    assert said(struck) == "2.4 rated Green for the first time"
    assert "This event no longer counts" in page.words
    assert "because: Wrong action" in page.words
    assert "Withdraw this event" not in page.links()
    withdrawal = page.follow("event 5")
    assert "It withdrew event 4: 2.4 rated Green for the first time" in withdrawal.words
    assert told(withdrawal)["Reason"] == "Wrong action"
    assert withdrawal.follow("event 4").title == page.title


def test_an_event_is_told_as_it_was_known_at_the_point(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green"), {"type": "EventWithdrawn", "version": 4, "reason": "Wrong action"})
    page = Page(client, f"{plan}/events/4?at=2019-05-31@4")
    assert "As recorded up to record number 4, on" in page.words
    assert "This is not how the plan stands today." in page.words
    assert "no longer counts" not in page.words
    assert "Withdrawn since, by event 5." in page.words
    assert "Withdraw this event" not in page.links()
    assert page.follow("event 5").title.startswith("Event 5:")


def test_an_event_recorded_after_the_point_says_so_and_is_shown_as_known_today(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green"), rated("red"), {"type": "EventWithdrawn", "version": 5, "reason": "Wrong"})
    page = Page(client, f"{plan}/events/5?at=2019-05-31@4")
    assert (
        "This event was recorded after the point you chose (record number 4); it is shown as known today. "
        "Change the day or what was known · Show today"
    ) in page.words
    assert "This is not how the plan stands today" not in page.words
    assert "This event no longer counts" in page.words
    assert urlsplit(page.links()["Show today"]).query == ""


def test_a_day_does_not_make_an_event_one_of_the_past(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green"))
    assert "This is not how the plan stands today" not in Page(client, f"{plan}/events/4?at=2019-01-31").words


def test_an_event_that_never_was_is_not_counted_by_the_point(reader: TestClient) -> None:
    words = Page(reader, "/plans/sunderland/events/9999?at=2019-05-31@212", 404).words
    assert "its newest is 289" in words


def test_an_event_that_counts_can_be_withdrawn(client: TestClient, plan: str) -> None:
    record(client, plan, rated("green"))
    address = Page(client, f"{plan}/events/4").links()["Withdraw this event"]
    assert urlsplit(address).path == f"{plan}/record/withdraw-event"
    assert parse_qs(urlsplit(address).query)["version"] == ["4"]
    assert "Withdraw this event" not in Page(client, f"{plan}/events/1").links()


def test_an_action_added_in_error_leads_to_its_trail(client: TestClient, plan: str) -> None:
    record(client, plan, {"type": "EventWithdrawn", "version": 3, "reason": "Not agreed"})
    page = Page(client, f"{plan}/events/3")
    assert urlsplit(page.links()["Trail of action 2.4"]).path == f"{plan}/trail"
    assert parse_qs(urlsplit(page.links()["Trail of action 2.4"]).query)["action"] == ["2.4"]


def test_events_are_still_recorded_at_the_address_beside(client: TestClient, plan: str) -> None:
    assert client.post(f"{plan}/events", json=rated("green")).status_code == 201
    assert client.get(f"{plan}/events/4.json").json()["event"]["rating"] == "green"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/plans/sunderland/events/9999", "no record number 9999; its newest is 289"),
        ("/plans/sunderland/events/first", "There is no such event"),
        ("/plans/sunderland/actions/99.9", "action 99.9"),
        ("/plans/nowhere/events/1", "There is no plan 'nowhere'"),
        ("/plans/sunderland/actions/2.4?at=2001-01-01", "Action 2.4 was not known at this point (2001-01-01@289): "),
    ],
)
def test_what_is_not_there_is_said_in_words(reader: TestClient, address: str, words: str) -> None:
    assert words in Page(reader, address, 404).words


def test_an_event_pinned_to_a_version_is_immutable(reader: TestClient) -> None:
    pinned = reader.get("/plans/sunderland/events/265.json?up_to=270")
    assert "immutable" in pinned.headers["cache-control"]
    assert pinned.json()["basis"] == 270
    kept = reader.get("/plans/sunderland/events/265.md?up_to=270")
    assert kept.headers["content-disposition"] == 'inline; filename="sunderland-event-265.md"'
    assert "immutable" not in reader.get("/plans/sunderland/events/265.json").headers["cache-control"]
    assert reader.get("/plans/sunderland/events/265.json?up_to=264").status_code == 404


# Harm


def test_hostile_text_is_shown_as_text(client: TestClient, plan: str) -> None:
    source = {"title": HARM, "reference": HARM}
    record(
        client, plan, {"type": "ProgressReported", "action": "2.4", "text": HARM, "reason": HARM, "source": source},
        {"type": "EventWithdrawn", "version": 4, "reason": HARM},
    )  # fmt: skip
    for address in ("actions/2.4", "events/4", "events/5"):
        page = Page(client, f"{plan}/{address}")
        assert SHOWN_HARM in page.words, address
        assert page.tree.xpath("//img") == []
        assert "\u202e" not in page.response.text


def test_a_text_of_ten_thousand_letters_is_shown_whole(client: TestClient, plan: str) -> None:
    text = "word " * 1999 + "end"
    record(client, plan, {"type": "ProgressReported", "action": "2.4", "text": text})
    for address in ("actions/2.4", "events/4"):
        assert text in Page(client, f"{plan}/{address}").words
