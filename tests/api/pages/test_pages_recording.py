"""The forms that record: what they ask, what they propose, what is said when it cannot be, and nothing twice."""

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from api.forms.event_forms import OPENING, all_forms
from api.forms.proposing import beside
from domain.events import EVENTS
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, asking, rated
from tests.api.days import today
from tests.api.filled_forms import (
    BROWSER,
    PAGE,
    Sheet,
    errors,
    events,
    followed,
    opened,
    sheet_on,
    tree,
    version_of,
    words,
)

ACTION = "?action=2.4"

#: Form -> its address, what is typed into it, and what is recorded by it.
EVERY_FORM: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "rate": (ACTION, {"rating": "completed", "evidence": "Audit\n\n Minutes "},
             {"action": "2.4", "rating": "completed", "evidence": ["Audit", "Minutes"]}),
    "progress": (ACTION, {"text": "Under way"}, {"action": "2.4", "text": "Under way"}),
    "reschedule": (ACTION, {"timescale": "June 2019", "approved_by": "Board", "reason": "Staffing"},
                   {"action": "2.4", "timescale": "June 2019", "approved_by": "Board", "reason": "Staffing"}),
    "reassign": (ACTION, {"leads": "Head of Practice\nDirector"}, {"leads": ["Head of Practice", "Director"]}),
    "reword": (ACTION, {"text": "Workspace in use", "outcome": "Seen"},
               {"text": "Workspace in use", "outcome": "Seen"}),
    "renumber": (ACTION, {"number": "2.5"}, {"action": "2.4", "number": "2.5"}),
    "evidence": (ACTION, {"title": "Audit", "location": "Shared folder", "sha256": "ab" * 32},
                 {"title": "Audit", "location": "Shared folder", "sha256": "ab" * 32}),
    "withdraw": (ACTION, {"reason": "No longer needed"}, {"action": "2.4", "reason": "No longer needed"}),
    "add": ("", {"number": "2.5", "priority": "2", "text": "Train", "outcome": "Trained", "timescale": "Ongoing",
                 "leads": "Head", "reports_to": "Board"},
            {"number": "2.5", "priority": "2", "text": "Train", "outcome": "Trained", "timescale": "Ongoing",
             "leads": ["Head"], "reports_to": "Board"}),
    "priority": ("", {"number": "3", "title": "Leadership", "answers": "1\n2"},
                 {"number": "3", "title": "Leadership", "answers": ["1", "2"]}),
    "reword-priority": ("?priority=2", {"title": "Children missing"}, {"number": "2", "title": "Children missing"}),
    "recommendation": ("", {"number": "1", "text": "Improve", "made_by": "Ofsted"},
                       {"number": "1", "text": "Improve", "made_by": "Ofsted"}),
    "measure": ("", {"measure": "visits", "title": "Visits", "unit": "%", "baseline": "70", "target": "90",
                     "priority": "2"},
                {"measure": "visits", "title": "Visits", "unit": "%", "baseline": "70", "target": "90",
                 "priority": "2"}),
    "assurance": ("?priority=2", {"level": "partial", "report": "Audit"},
                  {"priority": "2", "level": "partial", "report": "Audit"}),
    "inspection": ("", {"body": "Ofsted", "framework": "ILACS", "inspected_from": "2019-02-01",
                        "inspected_to": "2019-02-05", "published_on": "2019-02-20",
                        "judgements": "Leadership: good\nHelp: and protection: poor"},
                   {"body": "Ofsted", "framework": "ILACS", "inspected_from": "2019-02-01",
                    "inspected_to": "2019-02-05", "published_on": "2019-02-20",
                    "judgements": [{"area": "Leadership", "grade": "good"},
                                   {"area": "Help: and protection", "grade": "poor"}]}),
    "version": ("", {"label": "1.0", "summary": "First", "author": "Officer"},
                {"label": "1.0", "summary": "First", "author": "Officer"}),
    "presentation": ("", {"forum": "Board", "title": "Progress", "current": "day", "current_day": "2019-03-01",
                          "current_known": "2", "previous": "day", "previous_day": "2019-02-01"},
                     {"forum": "Board", "title": "Progress", "current": "2019-03-01@2", "previous": "2019-02-01"}),
    "withdraw-event": ("?version=3", {"reason": "Typed into the wrong plan"},
                       {"withdraws": 3, "reason": "Typed into the wrong plan"}),
    "redact": ("?version=3", {"fields_text": "1", "reason": "It named a child"},
               {"redacts": 3, "fields": ["text"], "reason": "It named a child"}),
    "scale": ("", {"scale": "none"}, {"scale": {"name": "Not rated", "ratings": []}}),
    "close-plan": ("", {"reason": "All is done"}, {"reason": "All is done"}),
}  # fmt: skip
DAY = {"effective_on": "2019-03-15"}


def open_form(client: TestClient, plan: str, name: str, query: str = ACTION) -> Sheet:
    return opened(client, f"{plan}/record/{name}{query}")


def rate(client: TestClient, plan: str) -> Sheet:
    return open_form(client, plan, "rate").filled(**DAY, rating="amber")


# What can be recorded


def test_everything_that_can_be_recorded_has_a_form() -> None:
    assert {form.event for form in all_forms().values()} | {OPENING.event} == set(EVENTS)


@pytest.mark.parametrize("name", all_forms())
def test_a_form_asks_for_everything_that_its_event_may_say(name: str) -> None:
    form = all_forms()[name]
    asked = {field.name.partition("_")[0] if field.name.startswith("source_") else field.name for field in form.fields}
    assert asked == set(EVENTS[form.event].model_fields)


def test_the_list_leads_to_every_form_but_to_confirm_where_nothing_awaits_it(client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record", headers=PAGE))
    found = {}
    for link in page.xpath("//main//li/a"):
        form = tree(client.get(link.get("href"), headers=PAGE))
        assert words(form.xpath("//h1")[0]).endswith(words(link))
        found[link.get("href").rpartition("/")[2]] = words(link)
    assert set(found) == set(all_forms()) - {"confirm"}


def test_the_list_of_an_action_leads_to_forms_that_are_about_it(client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record{ACTION}", headers=PAGE))
    links = [link.get("href") for link in page.xpath("//main//section//li/a")]
    assert len(links) == sum(form.about == "action" and form.name != "confirm" for form in all_forms().values())
    for link in links:
        assert "Workspace" in words(tree(client.get(link, headers=PAGE)).xpath("//dl[@class='facts']")[0])


def test_the_points_chosen_stay_while_one_records(client: TestClient, plan: str) -> None:
    kept = "at=2019-03-01&previous=2019-02-01"
    page = tree(client.get(f"{plan}/record?{kept}", headers=PAGE))
    links = page.xpath("//main//section//a/@href") + page.xpath("//nav//a/@href")
    assert all("2019-03-01" in link and "previous=2019-02-01" in link for link in links)
    sheet = opened(client, f"{plan}/record/rate?action=2.4&{kept}")
    checked = sheet_on(client, sheet.send("check", rating="red"))
    assert "at=2019-03-01&previous=2019-02-01" in checked.address
    recorded = checked.send()
    assert recorded.headers["location"] == f"{plan}/recorded/4?{kept}"
    shown = tree(followed(client, recorded))
    assert all(kept in link for link in shown.xpath("//main//a/@href"))


# Recording


@pytest.mark.parametrize("name", EVERY_FORM)
def test_what_is_typed_is_what_is_recorded(client: TestClient, plan: str, name: str) -> None:
    query, typed, said = EVERY_FORM[name]
    response = open_form(client, plan, name, query).send(**DAY, **typed)
    assert version_of(response) == 4
    event = events(client, plan)[-1]
    own = {*EVENTS[all_forms()[name].event].model_fields, "withdraws", "confirms", "redacts"} - {"version"}
    about = {"action": "2.4"} if query == ACTION else {}
    assert {field: value for field, value in event.items() if field in own} == {**about, **said, **DAY}
    assert (event["type"], event["recorded_by"]) == (all_forms()[name].event, BY)


def test_an_action_is_closed_and_reinstated_and_a_measure_reported(client: TestClient, plan: str) -> None:
    for name, query, typed in (
        ("rate", ACTION, {"rating": "completed", "evidence": "Audit"}),
        ("close", ACTION, {}),
        ("reinstate", ACTION, {"reason": "Not done after all"}),
        ("measure", "", {"measure": "visits", "title": "Visits"}),
        ("measure-value", "?measure=visits", {"period": "March 2019", "value": "81%", "standing": "below"}),
    ):
        version_of(open_form(client, plan, name, query).send(**DAY, **typed))
    kinds = [event["type"] for event in events(client, plan)[3:]]
    assert kinds == ["ActionRated", "ActionClosed", "ActionReinstated", "MeasureDefined", "MeasureReported"]


def test_without_an_action_in_the_address_it_is_chosen(client: TestClient, plan: str) -> None:
    sheet = open_form(client, plan, "progress", "")
    assert errors(sheet.send(text="Under way"))["action"] == "Choose an action"
    version_of(sheet.send(text="Under way", action="2.4"))
    assert events(client, plan)[-1]["action"] == "2.4"


def test_what_it_was_taken_from_and_why_are_recorded_with_it(client: TestClient, plan: str) -> None:
    rate(client, plan).send(
        reason="Agreed", source_title="Minutes", source_reference="7", source_published_on="2019-03-20"
    )
    event = events(client, plan)[-1]
    assert event["source"] == {"title": "Minutes", "reference": "7", "published_on": "2019-03-20"}
    assert event["reason"] == "Agreed"


def test_after_recording_one_reads_what_was_recorded_and_what_may_come_next(client: TestClient, plan: str) -> None:
    page = tree(followed(client, rate(client, plan).send(reason="Late staff")))
    assert words(page.xpath("//h1")[0]).endswith("Recorded as event 4")
    said = words(page.xpath("//main")[0])
    assert "2.4 rated Amber for the first time, because: Late staff." in said
    assert "15 March 2019" in said and "UK time" in said and BY in said
    links = {words(link): link.get("href") for link in page.xpath("//main//a")}
    assert links["Record something else of action 2.4"] == f"{plan}/record?action=2.4"
    assert links["Go to the plan"] == plan
    assert links["This was recorded in error: withdraw it"] == f"{plan}/record/withdraw-event?version=4"
    for address in (links["Record something else of action 2.4"], links["Again: Rate an action"]):
        assert client.get(address, headers=PAGE).status_code == 200


def test_to_who_did_not_just_record_it_it_is_an_event_like_all_others(client: TestClient, plan: str) -> None:
    location = rate(client, plan).send().headers["location"]
    assert client.get(location, headers=PAGE, follow_redirects=False).status_code == 200
    somebody = asking(client.app)
    answer = somebody.get(f"{location}?at=2019-03-01", headers=PAGE, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{plan}/events/4?at=2019-03-01")
    assert client.get(f"{plan}/recorded/3", headers=PAGE, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("name", ["version", "presentation"])
def test_after_a_version_or_a_presentation_one_can_go_on_to_its_paper_and_to_the_history(
    client: TestClient, plan: str, name: str
) -> None:
    _, typed, _ = EVERY_FORM[name]
    page = tree(followed(client, open_form(client, plan, name, "").send(**DAY, **typed)))
    links = {words(link): link.get("href") for link in page.xpath("//main//a")}
    paper = tree(client.get(links["Make the committee paper"], headers=PAGE))
    assert words(paper.xpath("//h1")[0]).endswith("Committee paper")
    points = {"version": "Current: Document version 1.0", "presentation": "As at 1 February 2019"}
    assert points[name] in words(paper.xpath("//main")[0])
    assert links["Go to the document history"] == f"{plan}/history"


def test_what_was_not_recorded_has_no_page(client: TestClient, plan: str) -> None:
    for version in ("4", "0", "x", "9" * 40):
        assert client.get(f"{plan}/recorded/{version}", headers=PAGE).status_code == 404


def test_unknown_things_are_not_found(client: TestClient, plan: str) -> None:
    assert client.get(f"{plan}/record/everything", headers=PAGE).status_code == 404
    assert client.get(f"{plan}/record/rate?action=9.9", headers=PAGE).status_code == 404
    assert client.get("/plans/other/record", headers=PAGE).status_code == 404
    assert client.get(f"{plan}/record/rate?acton=2.4", headers=PAGE).status_code == 422
    assert replace(rate(client, plan), address="/plans/other/record/rate").send().status_code == 404


def test_what_an_address_names_and_the_plan_does_not_have_is_asked_for(client: TestClient, plan: str) -> None:
    for name, query, chosen in (
        ("assurance", "?priority=9", {"priority": "2", "level": "partial"}),
        ("withdraw-event", "?version=99", {"version": "3", "reason": "In error"}),
    ):
        sheet = open_form(client, plan, name, query)
        checked = sheet_on(client, sheet.send("check", **chosen))
        version_of(checked.send())
    assert [event["type"] for event in events(client, plan)[3:]] == ["AssuranceGiven", "EventWithdrawn"]


# What stands there already


def test_a_form_is_filled_in_with_what_stands(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json={"type": "ActionReassigned", "action": "2.4", "leads": ["Head", "Director"]})
    assert open_form(client, plan, "reword").holds["text"] == "Workspace"
    assert open_form(client, plan, "reassign").holds["leads"] == "Head\nDirector"
    assert open_form(client, plan, "reword-priority", "?priority=2").holds["title"] == "Missing children"
    assert open_form(client, plan, "rate").holds["effective_on"] == today()


def test_what_is_left_as_it_stands_is_not_said_again(client: TestClient, plan: str) -> None:
    version_of(open_form(client, plan, "reword").send(outcome="Children are seen"))
    event = events(client, plan)[-1]
    assert event["outcome"] == "Children are seen"
    assert "text" not in event
    unchanged = open_form(client, plan, "reword").send()
    assert (unchanged.status_code, list(errors(unchanged))) == (422, ["text"])


def test_what_stands_is_what_stood_when_the_form_was_opened_also_after_others_changed_it(
    client: TestClient, plan: str
) -> None:
    sheet = open_form(client, plan, "reword")
    client.post(f"{plan}/events", json={"type": "ActionReworded", "action": "2.4", "text": "Other words"})
    overtaken = sheet.send(outcome="Children are seen")
    assert overtaken.status_code == 412
    version_of(sheet_on(client, overtaken).send())
    assert "text" not in events(client, plan)[-1]


def test_a_priority_made_to_answer_nothing_answers_nothing(client: TestClient, plan: str) -> None:
    version_of(open_form(client, plan, "reword-priority", "?priority=2").send(answers="1"))
    sheet = open_form(client, plan, "reword-priority", "?priority=2")
    assert sheet.holds["answers"] == "1"
    version_of(sheet.send(answers=""))
    assert events(client, plan)[-1]["answers"] == []


def test_the_ratings_are_those_of_the_scale_on_the_day(client: TestClient, plan: str) -> None:
    scale = {"name": "Grades", "ratings": [{"code": "1", "label": "Poor"}, {"code": "2", "label": "Fine"}]}
    client.post(f"{plan}/events", json={"type": "ScaleAdopted", "effective_on": "2019-06-01", "scale": scale})
    assert ratings_offered(client.get(f"{plan}/record/rate{ACTION}", headers=PAGE)) == ["Poor", "Fine"]
    before = open_form(client, plan, "rate").send("change", effective_on="2019-05-31")
    assert ratings_offered(before) == ["Red", "Amber", "Green", "Completed"]


def ratings_offered(response: Any) -> list[str]:
    return [words(tag) for tag in tree(response).xpath("//div[@class='radio']//b")]


def test_only_what_left_the_plan_can_be_reinstated(client: TestClient, plan: str) -> None:
    def offered() -> list[str]:
        page = tree(client.get(f"{plan}/record/reinstate", headers=PAGE))
        return [option.get("value") for option in page.xpath("//select[@id='action']/option")]

    assert offered() == [""]
    open_form(client, plan, "withdraw").send(reason="Not needed")
    assert offered() == ["", "2.4"]


# What is wrong


def test_what_is_missing_is_said_beside_each_field(client: TestClient, plan: str) -> None:
    response = open_form(client, plan, "reschedule").send(effective_on="")
    assert response.status_code == 422
    assert errors(response) == {
        "timescale": "Enter the new timescale",
        "effective_on": "Give a day, such as 2027-03-31",
        "reason": "Say why",
    }
    assert tree(response).xpath("//title")[0].text.startswith("Error: ")
    assert len(events(client, plan)) == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("add", {"number": "Enter the action's number", "text": "Enter the text of the action"}),
        ("rate", {"action": "Choose an action", "rating": "Choose a rating"}),
        ("assurance", {"priority": "Choose a focus area", "level": "Enter the level of assurance"}),
        ("measure-value", {"measure": "Choose a measure", "period": "Enter the period", "value": "Enter the value"}),
        ("version", {"label": "Enter the document version, such as 3.0", "summary": "Enter the summary of changes"}),
        ("presentation", {"forum": "Enter the forum"}),
        ("withdraw-event", {"version": "Enter the record number of the event", "reason": "Say why"}),
    ],
)
def test_what_is_missing_is_named(client: TestClient, name: str, said: dict[str, str]) -> None:
    opening = {"type": "PlanOpened", "title": "A plan", "organisation": "A council", "priority_word": "Focus area"}
    scale = {"name": "RAG", "ratings": [{"code": "red", "label": "Red"}]}
    assert client.post("/plans/other/events", json={**opening, "scale": scale}).status_code == 201
    sheet = open_form(client, "/plans/other", name, "")
    assert errors(sheet.send()) == said
    chosen = {words(one) for one in tree(client.get(sheet.address, headers=PAGE)).xpath("//select/option[@value='']")}
    assert not any("priority" in one for one in chosen), "the plan has another word for it"


def test_an_action_needs_a_priority_unless_it_is_a_part_and_the_form_says_so(client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record/add", headers=PAGE))
    assert words(page.xpath("//label[@for='priority']")[0]) == "Priority"
    assert words(page.get_element_by_id("priority-hint")) == "Needed, unless it is part of another action."
    assert words(page.xpath("//label[@for='parent']")[0]) == "Part of (optional)"


def test_of_an_event_in_error_it_is_asked_when_that_was_found(client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record/withdraw-event?version=3", headers=PAGE))
    assert words(page.xpath("//h1")[0]).endswith("Withdraw an event recorded in error")
    assert words(page.xpath("//label[@for='effective_on']")[0]) == "When was the error found?"


def test_a_plan_is_closed_among_what_is_about_the_plan_and_not_as_a_correction(client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record", headers=PAGE))
    groups = {words(one.find("h2")): [words(link) for link in one.xpath(".//a")] for one in page.xpath("//section")}
    assert groups["The plan"][-1] == "Close the plan"
    assert groups["Corrections"] == ["Withdraw an event recorded in error", "Destroy texts of an event"]
    assert "Record what an inspection recommended" in groups["The plan"]


@pytest.mark.parametrize(
    ("timescale", "said"),
    [
        ("31/03/20", "Read as due by 31 March 2020"),
        ("March 2020", "Read as due by 31 March 2020"),
        ("When staffing allows <b>", "No day can be read from it, so the action can never be overdue"),
    ],
)
def test_before_a_timescale_is_recorded_it_is_said_how_it_is_read(
    client: TestClient, plan: str, timescale: str, said: str
) -> None:
    for name, query, typed in (
        ("reschedule", ACTION, {"reason": "Staffing"}),
        ("add", "", {"number": "2.5", "priority": "2", "text": "Train"}),
    ):
        page = tree(open_form(client, plan, name, query).send("check", timescale=timescale, **typed))
        facts = {words(one.find("dt")): words(one.find("dd")) for one in page.xpath("//dl[@class='facts']/div")}
        assert facts["The timescale"] == said
    page = tree(open_form(client, plan, "progress").send("check", text="Under way"))
    assert "The timescale" not in words(page)


def test_what_was_typed_is_kept_when_something_is_wrong(client: TestClient, plan: str) -> None:
    typed = {"timescale": "June 2019", "approved_by": "Board & <co>", "effective_on": "2019-03-15"}
    again = sheet_on(client, open_form(client, plan, "reschedule").send(**typed))
    assert {name: again.holds[name] for name in typed} == typed
    version_of(again.send(reason="Now said"))


@pytest.mark.parametrize(
    ("name", "query", "typed", "field", "said"),
    [
        ("rate", ACTION, {"rating": "blue"}, "rating", "'blue' is not on the plan's scale"),
        ("rate", ACTION, {"rating": "completed"}, "evidence", "needs evidence: name it"),
        ("rate", ACTION, {"rating": "red", "effective_on": "2999-01-01"}, "effective_on", "is in the future"),
        ("rate", ACTION, {"rating": "red", "effective_on": "2019-01-10"}, "effective_on", "was added on"),
        ("rate", ACTION, {"rating": "red", "effective_on": "2019-01-01"}, "effective_on", "was opened on"),
        ("rate", ACTION, {"rating": "red", "effective_on": "31/05/2019"}, "effective_on", "as 2019-05-31"),
        ("rate", ACTION, {"rating": "red", "source_reference": "7"}, "source_title", "Say which document it is"),
        ("rate", ACTION, {"rating": "red", "source_title": "x", "source_published_on": "x"}, "source_published_on",
         "Write the day"),
        ("rate", "", {"rating": "red", "action": "9.9"}, "action", "has no action 9.9"),
        ("close", ACTION, {}, "", "was not rated complete"),
        ("reinstate", ACTION, {}, "", "nothing to reinstate"),
        ("renumber", ACTION, {"number": "2 5"}, "number", "no spaces"),
        ("evidence", ACTION, {"title": "x" * 501}, "title", "At most 500 characters"),
        ("evidence", ACTION, {"title": "x", "sha256": "x"}, "sha256", "64 hexadecimal digits"),
        ("reassign", ACTION, {"leads": "Head\n" + "x" * 501}, "leads", "Line 2: at most 500 characters"),
        ("add", "", {"number": "2.4", "priority": "2", "text": "x"}, "number", "is already used"),
        ("add", "", {"number": "2.5", "text": "x"}, "priority", "Choose where the action belongs"),
        ("priority", "", {"number": "2", "title": "x"}, "number", "was already added"),
        ("reword-priority", "", {"title": "x", "number": "9"}, "number", "has no priority 9"),
        ("reword-priority", "", {"number": "2"}, "title", "Nothing is changed"),
        ("measure", "", {"measure": "Visits in time", "title": "x"}, "measure", "did you mean 'visits-in-time'?"),
        ("measure-value", "", {"measure": "visits", "period": "x", "value": "1"}, "measure", "has no measure visits"),
        ("inspection", "", {"body": "x", "judgements": "Leadership"}, "judgements", "'Leadership' has not all of them"),
        ("inspection", "", {"body": "x", "inspected_from": "2019-02-02", "inspected_to": "2019-02-01"},
         "inspected_to", "ends before it begins"),
        ("presentation", "", {"forum": "x", "current": "issue"}, "current", "Choose a document version"),
        ("presentation", "", {"forum": "x", "current": "day"}, "current", "Give the day that was shown"),
        ("presentation", "", {"forum": "x", "current": "day", "current_day": "x"}, "current", "Write the day as"),
        ("presentation", "", {"forum": "x", "effective_on": "2019-05-31"}, "current", "Nothing of the plan had been"),
        ("withdraw-event", "", {"version": "two", "reason": "x"}, "version", "Write a whole number"),
        ("withdraw-event", "", {"version": "99", "reason": "x"}, "version", "has no record number 99"),
        ("withdraw-event", "", {"version": "2", "reason": "x"}, "version", "event 3 (action added)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_in_the_words_of_a_form(
    client: TestClient, plan: str, name: str, query: str, typed: dict[str, str], field: str, said: str
) -> None:
    response = open_form(client, plan, name, query).send(**typed)
    assert response.status_code in (409, 422)
    found = errors(response)
    assert list(found) == [field]
    assert said in found[field]
    assert not re.search(r"`|quotation marks|JSON|\[\"|[a-z][A-Z]", found[field])
    assert len(events(client, plan)) == 3


def test_a_reason_is_asked_for_where_a_rule_needs_one(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=rated("completed", evidence=["Audit"]))
    found = errors(open_form(client, plan, "rate").send(rating="red"))
    assert list(found) == ["reason"]
    assert found["reason"].endswith("needs a reason: say why")


def test_a_refusal_that_is_about_no_field_for_certain_stands_at_the_top() -> None:
    assert beside("plan", all_forms()["close-plan"].fields) == ("", [])


# Recorded once


def test_a_form_sent_twice_is_recorded_once(client: TestClient, plan: str) -> None:
    sheet = rate(client, plan)
    first, again = sheet.send(), sheet.send()
    assert version_of(first) == version_of(again) == 4
    client.post(f"{plan}/events", json=rated("red"))
    assert version_of(sheet.send()) == 4
    assert version_of(sheet.send("check")) == 4, "it is recorded: there is nothing to check"
    assert len(events(client, plan)) == 5


@pytest.mark.parametrize("name", EVERY_FORM)
def test_every_form_sent_twice_is_recorded_once(client: TestClient, plan: str, name: str) -> None:
    query, typed, _ = EVERY_FORM[name]
    sheet = open_form(client, plan, name, query).filled(**DAY, **typed)
    assert version_of(sheet.send()) == version_of(sheet.send()) == 4
    assert len(events(client, plan)) == 4


def test_a_form_recorded_and_then_changed_says_so_and_is_recorded_anew_when_sent_again(
    client: TestClient, plan: str
) -> None:
    sheet = rate(client, plan)
    sheet.send()
    changed = sheet.send(rating="green")
    assert changed.status_code == 409
    assert "this form was recorded already" in errors(changed)[""].lower()
    assert len(events(client, plan)) == 4
    assert sheet_on(client, changed).send("check").status_code == 412, "its sender is told what was recorded since"


# What others have recorded


def test_what_others_recorded_of_the_same_action_is_shown_before_anything_is_recorded(
    client: TestClient, plan: str
) -> None:
    sheet = rate(client, plan).filled(reason="We met & agreed")
    client.post(f"{plan}/events", json=rated("red"), headers={"X-Recorded-By": "Head of Practice"})
    for do in ("record", "check"):
        response = sheet.send(do)
        assert response.status_code == 412
        page = tree(response)
        assert "Somebody else has recorded something since you opened this form" in words(page.xpath("//h1")[0])
        [row] = page.xpath("//tbody/tr")
        assert "2.4 rated Red for the first time" in words(row)
        assert "Head of Practice" in words(row)
        assert client.get(row.xpath(".//a/@href")[0], headers=PAGE).status_code == 200
        assert "We met & agreed" in words(page.xpath("//dl")[-1])
    assert len(events(client, plan)) == 4
    version_of(sheet_on(client, response).send())
    assert (events(client, plan)[-1]["rating"], events(client, plan)[-1]["reason"]) == ("amber", "We met & agreed")


def test_what_one_recorded_oneself_in_another_window_is_not_called_somebody_elses(
    client: TestClient, plan: str
) -> None:
    sheet = rate(client, plan)
    open_form(client, plan, "progress").send(text="Under way")
    heading = words(tree(sheet.send()).xpath("//h1")[0])
    assert "Something has been recorded since you opened this form" in heading


def test_of_much_that_others_recorded_the_newest_is_listed_and_the_rest_is_in_the_trail(
    client: TestClient, plan: str
) -> None:
    sheet = rate(client, plan)
    client.post(f"{plan}/events", json=[rated(("red", "green")[place % 2]) for place in range(25)])
    page = tree(sheet.send())
    listed = [words(row.xpath("./th")[0]) for row in page.xpath("//tbody/tr")]
    assert listed == [str(version) for version in range(9, 29)]
    [rest] = [link for link in page.xpath("//main//a") if words(link) == "5 more events before them, in the trail"]
    trail = tree(client.get(rest.get("href"), headers=PAGE))
    assert [words(row.xpath("./th")[0]) for row in trail.xpath("//tbody/tr")] == [str(one) for one in range(4, 29)]
    few = rate(client, plan)
    client.post(f"{plan}/events", json=[rated("red") for _ in range(20)])
    assert "in the trail" not in words(tree(few.send()).xpath("//main")[0])


def test_many_withdrawals_are_judged_by_what_they_withdrew_with_one_reading(
    client: TestClient, plan: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = {"type": "MeasureDefined", "measure": "visits", "title": "Visits", **DAY}
    client.post(f"{plan}/events", json=[reading] + [{**reading, "title": f"Visits {n}"} for n in range(10)])
    sheet = open_form(client, plan, "measure-value", "?measure=visits")
    wrong = [{"type": "EventWithdrawn", "version": version, "reason": "Wrong"} for version in range(5, 15)]
    client.post(f"{plan}/events", json=wrong)
    asked, read = [], ledger.events_of

    def counted(slug: str, versions: Any) -> Any:
        asked.append(list(versions))
        return read(slug, versions)

    monkeypatch.setattr(ledger, "events_of", counted)
    response = sheet.send(period="May 2019", value="90")
    assert len(tree(response).xpath("//tbody/tr")) == 10
    assert asked.count(list(range(5, 15))) == 1
    assert [one for one in asked if len(one) == 1] == [], "none is read by itself"


def test_whoever_goes_on_is_told_only_of_what_is_newer_still(client: TestClient, plan: str) -> None:
    sheet = rate(client, plan)
    client.post(f"{plan}/events", json=rated("red"))
    again = sheet_on(client, sheet.send())
    client.post(f"{plan}/events", json=rated("green"))
    response = again.send()
    assert response.status_code == 412
    [row] = tree(response).xpath("//tbody/tr")
    assert "Green" in words(row)


@pytest.mark.parametrize(
    ("name", "query", "typed", "other"),
    [
        ("reword-priority", "?priority=2", {"title": "x"}, {"type": "PriorityReworded", "number": "2", "title": "y"}),
        ("measure", "", {"measure": "m", "title": "x"}, {"type": "MeasureDefined", "measure": "m", "title": "y"}),
        ("version", "", {"label": "2.0", "summary": "x"}, {"type": "VersionIssued", "label": "1.0", "summary": "y"}),
        ("presentation", "", {"forum": "board", "current": "day", "current_day": "2019-03-01"},
         {"type": "ReportPresented", "forum": "Board", "current": "2019-03-01"}),
        ("add", "", {"number": "2.6", "priority": "2", "text": "x"},
         {"type": "ActionAdded", "number": "2.5", "priority": "2", "text": "y"}),
        ("assurance", "?priority=2", {"level": "x"}, {"type": "AssuranceGiven", "priority": "2", "level": "y"}),
        ("withdraw-event", "?version=3", {"reason": "x"},
         {"type": "EventWithdrawn", "version": 3, "reason": "y"}),
        ("withdraw-event", "?version=3", {"reason": "x"}, {"type": "ProgressReported", "action": "2.4", "text": "y"}),
        ("close-plan", "", {}, {"type": "ProgressReported", "action": "2.4", "text": "y"}),
    ],
)  # fmt: skip
def test_what_others_recorded_about_the_same_thing_is_shown_first(
    client: TestClient, plan: str, name: str, query: str, typed: dict[str, str], other: dict[str, Any]
) -> None:
    sheet = open_form(client, plan, name, query)
    assert client.post(f"{plan}/events", json=other).status_code == 201
    assert sheet.send(**typed).status_code == 412
    assert len(events(client, plan)) == 4


def test_a_withdrawal_by_others_counts_as_what_it_withdrew(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json={"type": "VersionIssued", "label": "1.0", "summary": "First"})
    versions, priority = open_form(client, plan, "version", ""), open_form(client, plan, "priority", "")
    client.post(f"{plan}/events", json={"type": "EventWithdrawn", "version": 4, "reason": "Never issued"})
    assert versions.send(label="1.0", summary="x").status_code == 412
    assert version_of(priority.send(number="3", title="x")) == 6


def test_what_others_recorded_about_other_things_does_not_get_in_the_way(client: TestClient, plan: str) -> None:
    other = {"type": "ActionAdded", "number": "2.5", "priority": "2", "text": "Other", **DAY}
    client.post(f"{plan}/events", json=other)
    sheet = rate(client, plan)
    client.post(f"{plan}/events", json={**rated("red"), "action": "2.5"})
    assert version_of(sheet.send()) == 6


def test_it_is_judged_by_the_plan_as_others_have_left_it(client: TestClient, plan: str) -> None:
    sheet = open_form(client, plan, "priority", "")
    client.post(f"{plan}/events", json={"type": "PlanClosed", "effective_on": "2019-04-01"})
    response = sheet.send(number="3", title="x")
    assert (response.status_code, list(errors(response))) == (409, ["effective_on"])


def test_what_others_record_between_looking_and_recording_is_found(
    client: TestClient, plan: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = asking(make_application(ledger, BY))
    sheets, record = [rate(client, plan), open_form(client, plan, "progress").filled(text="x")], ledger.record
    coming = [rated("red")]

    def record_after_another(*args: Any, **options: Any) -> Any:
        if coming:
            event = coming.pop()
            assert second.post(f"{plan}/events", json=event).status_code == 201
        return record(*args, **options)

    monkeypatch.setattr(ledger, "record", record_after_another)
    assert sheets[0].send().status_code == 412
    assert [event["type"] for event in events(client, plan)[3:]] == ["ActionRated"]


def test_what_others_record_about_other_things_in_between_only_makes_it_be_judged_again(
    client: TestClient, plan: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet, record = rate(client, plan), ledger.record
    coming = ["3", "4", "5"]

    def record_after_another(proposals: Any, **options: Any) -> Any:
        if coming and options.get("expect") is not None:
            number = coming.pop()
            with monkeypatch.context() as plain:
                plain.setattr(ledger, "record", record)
                event = {"type": "PriorityAdded", "number": number, "title": "Another"}
                assert client.post(f"{plan}/events", json=event).status_code == 201
        return record(proposals, **options)

    monkeypatch.setattr(ledger, "record", record_after_another)
    assert version_of(sheet.send()) == 7


# Checking first


def test_checking_records_nothing_and_shows_what_would_change(client: TestClient, plan: str) -> None:
    before = client.get(f"{plan}.json").content, client.get(f"{plan}/trail.json").content
    response = rate(client, plan).send("check", reason="Late staff")
    assert response.status_code == 200
    page = tree(response)
    said = words(page.xpath("//main")[0])
    assert "Nothing is recorded yet" in said
    assert "2.4 rated Amber for the first time, because: Late staff." in said
    counts = {words(row[0]): [words(cell) for cell in row[1:]] for row in page.xpath("(//table[.//tfoot])[1]//tr")}
    assert counts["Amber"] == ["0", "1"]
    assert counts["Not rated"] == ["1", "0"]
    assert counts["All actions"] == ["1", "1"]
    assert [words(one) for one in page.xpath("//ins")][:1] == ["Amber"]
    assert len(page.xpath("//main//svg")) == 4
    assert "9999" not in response.text.replace(page.xpath("//input[@name='event_id']/@value")[0], "")
    assert (client.get(f"{plan}.json").content, client.get(f"{plan}/trail.json").content) == before


def test_late_news_is_shown_as_at_its_own_day_too(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=rated("green", on="2019-05-15"))
    page = tree(rate(client, plan).send("check"))
    today, then = page.xpath("//section[contains(., 'What it would change')]")
    assert "what was said of a later day, or later for the same day, stands over it. The event would" in words(today)
    assert "What it would change as at 15 March 2019" in words(then)
    assert [words(one) for one in then.xpath(".//ins")] == ["Amber"]


def test_what_was_true_before_the_plan_was_opened_can_be_checked(client: TestClient, plan: str) -> None:
    response = open_form(client, plan, "inspection", "").send("check", body="Ofsted", effective_on="2018-01-01")
    assert "What it would change as at 1 January 2018" in words(tree(response).xpath("//main")[0])
    assert [words(one) for one in tree(response).xpath("//ins")] == ["Ofsted", "Ofsted"]


def test_a_revised_text_is_shown_with_what_goes_and_what_comes(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json={"type": "ActionReworded", "action": "2.4", "text": "Set up a shared workspace"})
    page = tree(open_form(client, plan, "reword").send("check", text="Set up a secure workspace"))
    assert [words(one) for one in page.xpath("//del | //ins")] == ["shared", "secure"]


def test_what_the_withdrawal_of_an_event_changes_is_shown_as_at_the_day_of_the_event(
    client: TestClient, plan: str
) -> None:
    client.post(f"{plan}/events", json=rated("red", on="2019-03-01"))
    client.post(f"{plan}/events", json=rated("green", on="2019-06-01"))
    page = tree(open_form(client, plan, "withdraw-event", "?version=4").send("check", reason="Wrong action"))
    assert "What it would change as at 1 March 2019" in words(page.xpath("//main")[0])


@pytest.mark.parametrize("name", EVERY_FORM)
def test_what_was_checked_is_recorded_as_it_was_typed_or_changed(client: TestClient, plan: str, name: str) -> None:
    query, typed, _ = EVERY_FORM[name]
    sheet = open_form(client, plan, name, query).filled(**DAY, **typed)
    checked = sheet.send("check")
    assert checked.status_code == 200, errors(checked)
    assert len(events(client, plan)) == 3
    changed = sheet_on(client, sheet_on(client, checked).send("change"))
    assert {field: text.strip() for field, text in changed.holds.items()} == {
        field: text.strip() for field, text in sheet.holds.items()
    }
    assert version_of(sheet_on(client, checked).send()) == 4


def test_what_a_rule_refuses_is_refused_when_it_is_checked(client: TestClient, plan: str) -> None:
    response = open_form(client, plan, "rate").send("check", rating="completed")
    assert (response.status_code, list(errors(response))) == (409, ["evidence"])


# Presentations


def test_a_plan_shown_as_it_stood_at_the_meeting_is_the_plan_as_known_by_the_end_of_that_day(
    client: TestClient, plan: str
) -> None:
    sheet = open_form(client, plan, "presentation", "")
    for _ in range(2):  # the second time it is repeated, and means what it meant
        assert version_of(sheet.send(forum="Board", effective_on=today(), current="met")) == 4
    assert events(client, plan)[-1]["current"] == f"{today()}@3"
    client.post(f"{plan}/events", json=rated("red"))
    told = client.get(f"{plan}.json?at=told:Board@{today()}").json()
    assert (told["point"]["basis"], told["priorities"][0]["actions"][0]["rating"]) == (3, None)


def test_a_document_version_that_was_shown_is_named_by_its_label(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json={"type": "VersionIssued", "label": "1 & 2", "summary": "x", **DAY})
    sheet = open_form(client, plan, "presentation", "?past=1")
    version_of(sheet.send(forum="Board", effective_on=today(), current="issue", current_issue="1 & 2"))
    assert events(client, plan)[-1]["current"] == "issue:1 & 2"


def test_the_form_says_so_when_it_serves_to_name_a_past_point(client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record/presentation?past=1", headers=PAGE))
    assert "Name a past point" in words(page.xpath("//h1")[0])
    assert page.xpath("//form/@action") == [f"{plan}/record/presentation?past=1"]


# Who may send, and what


def test_the_form_says_in_whose_name_it_records(client: TestClient, plan: str) -> None:
    assert f"Recorded by {BY}." in words(tree(client.get(f"{plan}/record/rate", headers=PAGE)).xpath("//form")[0])


def test_no_page_of_another_address_can_record_or_frame_a_form(client: TestClient, plan: str) -> None:
    sheet = rate(client, plan)
    for origin in ("https://elsewhere.example", "null"):
        response = client.post(sheet.address, data=sheet.holds, headers={**PAGE, "Origin": origin})
        assert response.status_code == 403
    policy = client.get(sheet.address, headers=PAGE).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
    assert len(events(client, plan)) == 3


@pytest.mark.parametrize("media", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_only_forms_are_read(client: TestClient, plan: str, media: str) -> None:
    headers = {**BROWSER, "Content-Type": media}
    assert client.post(f"{plan}/record/rate{ACTION}", content=b"rating=red", headers=headers).status_code == 415


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"rating=red&rating=green", 422), (b"colour=red", 422), (b"rating=%ff", 422), (b"rating=\xff", 422),
        (b"", 422),
        (b"rating", 422), (b"&".join(b"x%d=1" % place for place in range(70)), 422), (b"rating=red", 422),
        (b"rating=red&event_id=1&shown=1&seen=1", 422), (b"reason=" + b"x" * 2**21, 413),
    ],
)  # fmt: skip
def test_what_no_form_of_ours_sends_is_refused(client: TestClient, plan: str, body: bytes, status: int) -> None:
    headers = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded"}
    assert client.post(f"{plan}/record/rate{ACTION}", content=body, headers=headers).status_code == status


def test_a_form_is_not_recorded_by_a_button_it_does_not_have(client: TestClient, plan: str) -> None:
    assert rate(client, plan).send("delete").status_code == 422
    for version in ("-1", "x", "\u0661"):
        assert rate(client, plan).send(seen=version).status_code == 422
    assert rate(client, plan).send(event_id=str(uuid4())).status_code == 303


def test_the_pages_of_forms_are_small(reader: TestClient) -> None:
    for name in all_forms():
        assert len(reader.get(f"/plans/sunderland/record/{name}", headers=PAGE).content) < 60_000
