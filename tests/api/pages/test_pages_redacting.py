"""The form that destroys texts: which event, which of its texts, and what is shown before they are gone."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING
from tests.api.filled_forms import PAGE, Sheet, errors, events, followed, opened, tree, version_of, words
from tests.api.signed_in import browser, close, principal

PROGRESS: dict[str, Any] = {
    "type": "ProgressReported", "action": "2.4", "effective_on": "2019-03-15", "text": "A child\nhas moved",
    "reason": "A case", "source": {"title": "Case notes", "reference": "X1"},
}  # fmt: skip
VERSION = 4


@pytest.fixture
def plan(client: TestClient) -> str:
    """A plan whose version 4 reports progress and has three texts."""
    assert client.post("/plans/plan/events", json=[*OPENING, PROGRESS]).status_code == 201
    return "/plans/plan"


def form(client: TestClient, plan: str, version: object = VERSION) -> Sheet:
    return opened(client, f"{plan}/record/redact?version={version}")


def test_without_an_event_the_form_asks_for_its_number_first(client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record/redact?at=2019-05-31", headers=PAGE))
    [asks] = page.xpath("//main//form[@method='get']")
    assert asks.get("action") == f"{plan}/record/redact"
    assert asks.xpath(".//input/@name") == ["at", "version"]
    assert page.xpath("//main//form[@method='post']") == []


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("99", "The plan has no event 99; its newest is 4"),
        ("four", "The plan has no event four; its newest is 4"),
        ("3000000000000000", "The plan has no event 3000000000000000; its newest is 4"),
    ],
)
def test_an_event_that_there_is_not_is_asked_for_again(
    client: TestClient, plan: str, version: str, said: str
) -> None:  # fmt: skip
    answer = client.get(f"{plan}/record/redact?version={version}", headers=PAGE)
    assert (answer.status_code, errors(answer)) == (422, {"version": said})


def test_an_event_without_texts_is_told_apart(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json={"type": "ActionRated", "action": "2.4", "rating": "red"})
    answer = client.get(f"{plan}/record/redact?version=5", headers=PAGE)
    assert errors(answer) == {"version": "Event 5 has no text that could be destroyed"}


def test_each_text_that_the_event_has_is_shown_beside_its_box(client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record/redact?version={VERSION}", headers=PAGE))
    boxes = page.xpath("//input[@type='checkbox']")
    shown = [words(page.xpath("//label[@for=$id]", id=box.get("id"))[0]) for box in boxes]
    assert [box.get("name") for box in boxes] == ["fields_reason", "fields_source", "fields_text"]
    assert shown == ["ReasonA case", "The document it was taken fromCase notes, X1", "TextA child has moved"]


def test_a_text_that_is_gone_is_not_offered_again(client: TestClient, plan: str) -> None:
    version_of(form(client, plan).send(fields_text="1", reason="Law"))
    page = tree(client.get(f"{plan}/record/redact?version={VERSION}", headers=PAGE))
    assert page.xpath("//input[@type='checkbox']/@name") == ["fields_reason", "fields_source"]


def test_nothing_ticked_is_said_beside_the_boxes(client: TestClient, plan: str) -> None:
    wrong = errors(form(client, plan).send("check", reason="Law"))
    assert wrong == {"fields": "Tick the texts that are to be destroyed"}


def test_a_text_that_the_event_does_not_have_is_refused_beside_the_boxes(client: TestClient, plan: str) -> None:
    wrong = errors(form(client, plan).send(fields_leads="1", reason="Law"))
    assert list(wrong) == ["fields"]


def test_the_check_shows_the_very_texts_and_what_destroying_them_means(client: TestClient, plan: str) -> None:
    checked = tree(form(client, plan).send("check", fields_text="1", fields_source="1", reason="Law"))
    [section] = checked.xpath("//section[@aria-labelledby='destroyed']")
    facts = [(words(one.find("dt")), words(one.find("dd"))) for one in section.xpath("./dl/div")]
    assert facts == [("The document it was taken from", "Case notes, X1"), ("Text", "A child has moved")]
    said = words(section)
    assert "These texts go from every answer at every point in time, and nobody can have them back." in said
    assert "Papers, evidence packs and backups that were given away or kept elsewhere still hold them" in said
    assert "Nothing would change" not in words(checked.xpath("//main")[0])
    assert len(events(client, plan)) == VERSION


def test_what_was_checked_is_destroyed_and_nothing_else(client: TestClient, plan: str) -> None:
    checked = form(client, plan).send("check", fields_text="1", fields_source="1", reason="Law")
    [sent] = tree(checked).xpath("//main//form")
    assert sent.xpath(".//button/text()") == ["Destroy these texts", "Change"]
    holds = {one.get("name"): one.get("value") for one in sent.xpath(".//input")}
    version_of(Sheet(client, sent.get("action"), holds).send())
    was, by = events(client, plan)[-2:]
    assert (was["text"], was["source"], was["reason"]) == ("[redacted]", {"title": "[redacted]"}, "A case")
    assert sorted(by["fields"]) == ["source", "text"]


def test_it_is_always_checked_first(client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record/redact?version={VERSION}", headers=PAGE))
    assert page.xpath("//main//form//button/text()") == ["Check before recording"]


def test_what_cannot_be_undone_is_not_offered_to_be_withdrawn(client: TestClient, plan: str) -> None:
    done = tree(followed(client, form(client, plan).send(fields_text="1", reason="Law")))
    assert "withdraw it" not in words(done.xpath("//main")[0])
    rated = opened(client, f"{plan}/record/rate?action=2.4").send(effective_on="2019-04-01", rating="red")
    assert "This was recorded in error: withdraw it" in words(tree(followed(client, rated)).xpath("//main")[0])


def test_whoever_may_not_is_told_the_role_that_this_form_takes(ledger: Ledger, client: TestClient, plan: str) -> None:
    app = make_application(ledger, BY)
    close(ledger)
    principal(ledger, "Ann", Grant("reader"))
    principal(ledger, "Bob", Grant("recorder"))
    for name in ("Ann", "Bob"):
        window = browser(app, ledger, name)
        for what, role in (("redact", "steward"), ("withdraw-event", "keeper")):
            answer = window.get(f"{plan}/record/{what}?version={VERSION}", headers=PAGE)
            assert answer.status_code == 403
            assert f"{name} lacks the role {role} " in words(tree(answer).xpath("//main")[0])


def test_who_only_reads_is_not_told_to_record_what_a_meeting_was_shown(
    ledger: Ledger, client: TestClient, plan: str
) -> None:
    app = make_application(ledger, BY)
    close(ledger)
    principal(ledger, "Ann", Grant("reader"))
    principal(ledger, "Kay", Grant("keeper"))
    said = {
        name: words(tree(browser(app, ledger, name).get(f"{plan}/history", headers=PAGE)).xpath("//main")[0])
        for name in ("Ann", "Kay")
    }
    assert "a keeper of the plan can record afterwards" in said["Ann"]
    assert "record afterwards what it was shown: as it stood" in said["Kay"]
