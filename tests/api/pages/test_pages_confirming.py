"""The pages of a rating that awaits a second person: where it shows, and the form that confirms it."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING, asking, rated
from tests.api.filled_forms import PAGE, errors, events, followed, opened, tree, version_of, words

AUTHOR = "Service manager"


@pytest.fixture
def plan(client: TestClient) -> str:
    """A plan whose action 2.4 is amber; somebody else rated it completed as version 5, which awaits confirmation."""
    opening: dict[str, Any] = dict(OPENING[0])
    *ratings, done = opening["scale"]["ratings"]
    opening["scale"] = {"name": "RAG", "ratings": [*ratings, {**done, "needs_second_person": True}]}
    told = [opening, *OPENING[1:], rated("amber", "2019-02-15"), rated("completed", evidence=["Audit"])]
    sent = client.post("/plans/plan/events", json=told, headers={"X-Recorded-By": AUTHOR})
    assert sent.status_code == 201, sent.text
    return "/plans/plan"


def page_of(client: TestClient, address: str) -> Any:
    return tree(client.get(address, headers=PAGE))


def links_to_confirm(client: TestClient, address: str) -> list[str]:
    found: list[str] = page_of(client, address).xpath("//main//a[contains(@href, '/record/confirm')]/@href")
    return found


def facts(page: Any) -> dict[str, str]:
    return {words(one.xpath("./dt")[0]): words(one.xpath("./dd")[0]) for one in page.xpath("//dl/div")}


def test_an_actions_page_shows_what_counts_and_what_waits_and_leads_to_its_confirmation(
    client: TestClient, plan: str
) -> None:
    page = page_of(client, f"{plan}/actions/2.4")
    said = facts(page)
    assert said["Rating"] == "Amber from 15 February 2019"
    assert said["Awaiting confirmation"] == "Completed, rated 15 March 2019 by Service manager (event 5)Evidence: Audit"
    [link] = page.xpath("//a[text()='Confirm this rating']/@href")
    assert link == f"{plan}/record/confirm?action=2.4"


def test_a_plans_page_counts_what_waits_and_leads_to_each(client: TestClient, plan: str) -> None:
    page = page_of(client, plan)
    assert facts(page)["Awaiting confirmation"] == "1 rating, by a second person: 2.4"
    [row] = page.xpath("//table[contains(@class, 'actions')]/tbody/tr")
    assert "Amberawaiting confirmation: Completed" in words(row)
    assert [words(tag) for tag in row.xpath(".//b[contains(@class, 't ')]")] == ["Amber"]


def test_what_is_late_and_what_stands_behind_a_figure_say_what_waits(client: TestClient, plan: str) -> None:
    for path in ("overdue", "counted"):
        assert "awaiting confirmation: Completed" in words(page_of(client, f"{plan}/{path}"))


def test_whoever_is_somebody_else_confirms_it_from_a_form_that_knows_which(client: TestClient, plan: str) -> None:
    sheet = opened(client, f"{plan}/record/confirm?action=2.4")
    assert sheet.holds["version"] == "5"
    checked = tree(sheet.send("check", effective_on="2019-04-15"))
    said = "2.4 confirmed as Completed, rated on 15 March 2019 by Service manager (version 5), was Amber"
    assert said in words(checked)
    assert version_of(sheet.send(effective_on="2019-04-15")) == 6
    last = events(client, plan)[-1]
    assert (last["type"], last["confirms"], last["recorded_by"]) == ("RatingConfirmed", 5, BY)
    assert "Awaiting confirmation" not in facts(page_of(client, f"{plan}/actions/2.4"))


def test_ones_own_rating_is_refused_when_it_is_checked_already(client: TestClient, plan: str) -> None:
    version_of(opened(client, f"{plan}/record/rate?action=2.4").send(
        effective_on="2019-04-01", rating="completed", evidence="Audit"
    ))  # fmt: skip
    sheet = opened(client, f"{plan}/record/confirm?action=2.4")
    for do in ("check", "record"):
        wrong = errors(sheet.send(do, effective_on="2019-04-15"))
        assert wrong == {
            "version": "Event 6, which rated action 2.4 Completed, was recorded by Governance officer: "
            "a rating is confirmed by somebody else"
        }


def test_what_is_wrong_with_the_day_is_said_beside_the_day(client: TestClient, plan: str) -> None:
    sheet = opened(client, f"{plan}/record/confirm?action=2.4")
    assert "before the day it is about" in errors(sheet.send(effective_on="2019-03-01"))["effective_on"]


def test_where_nothing_waits_the_form_asks_which_rating_is_meant(client: TestClient, plan: str) -> None:
    sheet = opened(client, f"{plan}/record/confirm?action=2.4")
    version_of(sheet.send(effective_on="2019-04-15"))
    again = opened(client, f"{plan}/record/confirm?action=2.4")
    assert again.holds["version"] == ""
    assert errors(again.send(effective_on="2019-04-15"))["version"].startswith("Enter the record number of the event")


def test_an_actions_page_names_both_people_once_it_is_confirmed(client: TestClient, plan: str) -> None:
    version_of(opened(client, f"{plan}/record/confirm?action=2.4").send(effective_on="2019-04-15"))
    said = facts(page_of(client, f"{plan}/actions/2.4"))
    assert said["Rating"] == f"Completed from 15 April 2019rated by {AUTHOR}, confirmed by {BY}"
    before = facts(page_of(client, f"{plan}/actions/2.4?at=2019-04-01"))
    assert before["Rating"] == "Amber from 15 February 2019"


def test_whoever_gave_it_is_not_asked_to_confirm_it(ledger: Ledger, client: TestClient, plan: str) -> None:
    own = asking(make_application(ledger, AUTHOR.upper()))
    for address in (f"{plan}/actions/2.4", f"{plan}/record?action=2.4", f"{plan}/record"):
        assert links_to_confirm(client, address) and not links_to_confirm(own, address)


def test_where_nothing_waits_nobody_is_asked_to_confirm_anything(client: TestClient, plan: str) -> None:
    done = followed(client, opened(client, f"{plan}/record/confirm?action=2.4").send(effective_on="2019-04-15"))
    assert not tree(done).xpath("//a[contains(@href, '/record/confirm')]")
    for address in (f"{plan}/actions/2.4", f"{plan}/record?action=2.4", f"{plan}/record"):
        assert not links_to_confirm(client, address)


def test_a_form_without_an_action_offers_those_that_wait(client: TestClient, plan: str) -> None:
    more = {"type": "ActionAdded", "number": "2.5", "priority": "2", "text": "Other", "effective_on": "2019-01-15"}
    assert client.post(f"{plan}/events", json=more).status_code == 201
    form = page_of(client, f"{plan}/record/confirm")
    assert form.xpath("//select[@name='action']/option/@value") == ["", "2.4"]


def test_the_form_that_rates_says_what_each_rating_takes(client: TestClient, plan: str) -> None:
    form = page_of(client, f"{plan}/record/rate?action=2.4")
    labels = [words(one) for one in form.xpath("//fieldset[.//input[@name='rating']]//label")]
    takes = "Needs evidence. Counts once a second person has confirmed it"
    assert labels == ["Red", "Amber", "Green", f"Completed {takes}"]


def test_an_event_says_which_one_it_confirms(client: TestClient, plan: str) -> None:
    version_of(opened(client, f"{plan}/record/confirm?action=2.4").send(effective_on="2019-04-15"))
    assert facts(page_of(client, f"{plan}/events/6"))["Event confirmed"] == "5"


def test_over_http_ones_own_confirmation_is_refused(client: TestClient, plan: str) -> None:
    mine = {"type": "RatingConfirmed", "action": "2.4", "version": 5, "effective_on": "2019-04-15"}
    answer = client.post(f"{plan}/events", json=mine, headers={"X-Recorded-By": AUTHOR})
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith("a rating is confirmed by somebody else")
    assert client.post(f"{plan}/events", json=mine).status_code == 201
