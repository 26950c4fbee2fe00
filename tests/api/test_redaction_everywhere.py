"""Texts destroyed for a legal reason: by the form, by a program and by the command; gone from every form of answer."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.formats import addressed
from api.questions.question import OfAPoint, OfTheRecord
from tests.api.conftest import BY, OPENING
from tests.api.filled_forms import PAGE, tree, words
from tests.api.process import complained, said
from tests.asked import paths

NAME = "Peculiar name of a child"
REDACTION = {"type": "TextRedacted", "version": 5, "fields": ["text"], "reason": "It named a child."}


@pytest.fixture
def plan(client: TestClient) -> str:
    """A plan whose version 5 reports progress in words that must go."""
    told = [*OPENING, {"type": "ProgressReported", "action": "2.4", "text": NAME, "effective_on": "2019-03-15"}]
    sent = client.post("/plans/plan/events", json=told, headers={"X-Recorded-By": BY})
    assert sent.status_code == 201, sent.text
    version = sent.json()["version"]
    REDACTION["version"] = version
    return "/plans/plan"


ADDRESSES = paths(OfAPoint, OfTheRecord, action="2.4")


@pytest.mark.parametrize("form", addressed())
def test_a_redacted_text_is_gone_from_every_answer_at_every_point(client: TestClient, plan: str, form: str) -> None:
    version = REDACTION["version"]
    addresses = [f"{plan}{address.format(version=version)}.{form}" for address in ADDRESSES]
    addresses += [f"{plan}.{form}?at=2019-05-31@{version}", f"{plan}/trail.{form}?up_to={version}"]
    if form in ("json", "md", "csv"):
        assert NAME in client.get(addresses[1]).text
    assert client.post(f"{plan}/events", json=REDACTION, headers={"X-Recorded-By": BY}).status_code == 201
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert NAME.encode() not in answer.content, address
    if form in ("json", "md"):
        assert "[redacted]" in client.get(f"{plan}/actions/2.4.{form}").text.replace("\\", "")


def test_what_a_browser_has_kept_is_not_taken_for_the_answer_any_more(client: TestClient, plan: str) -> None:
    address = f"{plan}/trail.json?up_to={REDACTION['version']}"
    before = client.get(address)
    assert "immutable" in before.headers["cache-control"]
    assert "max-age=3600" in before.headers["cache-control"]
    client.post(f"{plan}/events", json=REDACTION, headers={"X-Recorded-By": BY})
    again = client.get(address, headers={"If-None-Match": before.headers["etag"]})
    assert again.status_code == 200
    assert NAME not in again.text


def test_the_trail_says_which_texts_are_gone_and_by_which_event(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=REDACTION, headers={"X-Recorded-By": BY})
    *_, was, by = client.get(f"{plan}/trail.json").json()["events"]
    assert (was["text"], was["redacted"], was["redacted_by"]) == ("[redacted]", ["text"], [by["version"]])
    assert (by["redacts"], by["fields"], by["reason"]) == (was["version"], ["text"], "It named a child.")
    assert by["sentence"] == (
        f"Text of event {was['version']} (progress reported, 15 March 2019) destroyed: text, because: It named a child"
    )


def test_an_events_page_leads_to_the_form_that_destroys_its_texts_and_then_says_that_they_are_gone(
    client: TestClient, plan: str
) -> None:
    event = f"{plan}/events/{REDACTION['version']}"
    [link] = tree(client.get(event, headers=PAGE)).xpath("//a[starts-with(text(), 'Destroy texts')]/@href")
    form = tree(client.get(link, headers=PAGE))
    assert form.xpath("//input[@type='checkbox'][@name='fields_text']")
    client.post(f"{plan}/events", json=REDACTION, headers={"X-Recorded-By": BY})
    page = tree(client.get(event, headers=PAGE))
    assert "What reads [redacted] here was destroyed for a legal reason" in words(page.xpath("//main")[0])
    assert page.xpath("//a[starts-with(text(), 'Destroy texts')]") == []


def test_the_command_destroys_and_has_the_files_forget(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "events.jsonl"
    told = [*OPENING, {"type": "ProgressReported", "action": "2.4", "text": NAME, "effective_on": "2019-03-15"}]
    file.write_text("\n".join(json.dumps({"plan": "plan", **one}) for one in told))
    said("record", file, data=data)
    assert said("redact", "plan", "4", "text", "--reason", "It named a child.", data=data) == (
        "plan: event 5, and text of event 4 destroyed\nthe database's files were written anew\n"
    )
    file.unlink()
    assert [kept for kept in data.rglob("*") if kept.is_file() and NAME.encode() in kept.read_bytes()] == []
    assert complained("redact", "plan", "4", "text", "--reason", "Again.", data=data) == (
        "asat: `text` of event 4 (progress reported) was already redacted, by event 5\n"
    )
    assert said("purge", data=data) == "the database's files were written anew\n"
    assert said("check", data=data).startswith("5 events")
