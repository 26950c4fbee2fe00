"""The form that opens a plan: who is offered it, what it records, and what is wrong with what was typed."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from api.forms.usual_scales import USUAL
from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING
from tests.api.filled_forms import PAGE, Sheet, errors, events, followed, opened, tree, version_of, words
from tests.api.signed_in import browser, close, principal, token_on

TYPED = {
    "plan": "improvement-2027", "title": "Improvement plan 2027", "organisation": "The council", "scale": "ragb",
    "effective_on": "2019-01-07",
}  # fmt: skip


def form(client: TestClient) -> Sheet:
    return opened(client, "/open-plan")


def sent_on(client: TestClient, response: Any) -> Sheet:
    """The form of the page that is checked, with all that it carries unseen."""
    [found] = tree(response).xpath("//main//form")
    return Sheet(client, found.get("action"), {one.get("name"): one.get("value") for one in found.xpath(".//input")})


@pytest.mark.parametrize("scale", USUAL)
def test_a_plan_is_opened_with_each_scale_and_can_be_recorded_of_at_once(client: TestClient, scale: str) -> None:
    assert version_of(form(client).send(**{**TYPED, "scale": scale})) == 1
    [event] = events(client, "/plans/improvement-2027")
    assert (event["type"], event["title"], event["organisation"]) == ("PlanOpened", TYPED["title"], "The council")
    assert (event["effective_on"], event["priority_word"], event["recorded_by"]) == ("2019-01-07", "Priority", BY)
    assert event["scale"]["name"] == USUAL[scale].name
    assert client.post("/plans/improvement-2027/events", json=OPENING[1]).status_code == 201


def test_what_it_takes_to_be_complete_is_asked_of_the_rating_that_says_so(client: TestClient) -> None:
    version_of(form(client).send(**TYPED, scale_needs_evidence="1", scale_needs_second_person="1"))
    [event] = events(client, "/plans/improvement-2027")
    *others, blue = event["scale"]["ratings"]
    assert (blue["code"], blue["complete"], blue["needs_evidence"], blue["needs_second_person"]) == (
        "blue", True, True, True,
    )  # fmt: skip
    assert not any(one.get("needs_evidence") or one.get("complete") for one in others)


def test_the_check_shows_the_scale_and_records_nothing_until_it_is_sent_on(client: TestClient) -> None:
    checked = form(client).send("check", **TYPED, scale_needs_evidence="1")
    said = words(tree(checked).xpath("//main")[0])
    assert "Plan opened: Improvement plan 2027, of The council, rated on Red, amber, green, blue." in said
    assert "Completes the action; needs evidence" in said
    assert client.get("/plans.json").json()["plans"] == []
    page = tree(followed(client, sent_on(client, checked).send()))
    assert "Recorded as event 1" in words(page.xpath("//h1")[0])
    assert "withdraw it" not in words(page.xpath("//main")[0])


def test_what_was_typed_stays_when_it_is_to_be_changed(client: TestClient) -> None:
    checked = form(client).send("check", **TYPED, scale_needs_second_person="1")
    again = tree(sent_on(client, checked).send("change"))
    assert again.xpath("//input[@id='title']/@value") == [TYPED["title"]]
    assert again.xpath("//input[@checked]/@name") == ["scale", "scale_needs_second_person"]


def test_what_is_missing_is_said_beside_its_field(client: TestClient) -> None:
    assert errors(form(client).send("check", priority_word=" ", effective_on="")) == {
        "plan": "Enter a name for addresses, such as improvement-2027",
        "title": "Enter the title of the plan",
        "organisation": "Enter whose plan it is",
        "priority_word": "Enter what the plan calls a group of actions, such as Priority",
        "effective_on": "Give a day, such as 2027-03-31",
        "scale": "Choose a rating scale",
    }


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"plan": "Improvement Plan"}, "plan", "did you mean 'improvement-plan'?"),
        ({"effective_on": "31/03/2027"}, "effective_on", "Write the day as 2019-05-31"),
        ({"effective_on": "2999-01-01"}, "effective_on", "is in the future"),
        ({"scale": "rag", "scale_needs_evidence": "1"}, "scale", "This scale has no rating for what is complete"),
        ({"scale": "nosuch"}, "scale", "Choose a rating scale"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    client: TestClient, typed: dict[str, str], field: str, said: str
) -> None:
    for do in ("check", "record"):
        wrong = errors(form(client).send(do, **{**TYPED, **typed}))
        assert list(wrong) == [field] and said in wrong[field]
    assert client.get("/plans.json").json()["plans"] == []


def test_a_name_that_is_taken_is_refused_beside_it(client: TestClient) -> None:
    version_of(form(client).send(**TYPED))
    answer = form(client).send("check", **TYPED)
    assert (answer.status_code, errors(answer)) == (
        409, {"plan": "Plan improvement-2027 was already opened on 7 January 2019"},
    )  # fmt: skip


def test_the_same_form_sent_twice_opens_one_plan(client: TestClient) -> None:
    sheet = form(client)
    assert version_of(sheet.send(**TYPED)) == version_of(sheet.send(**TYPED)) == 1


def test_a_form_that_is_none_of_ours_is_refused(client: TestClient) -> None:
    assert form(client).send(**TYPED, colour="red").status_code == 422
    assert form(client).send(**{**TYPED, "event_id": "x"}).status_code == 422
    assert form(client).send("burn", **TYPED).status_code == 422


def test_whoever_may_open_a_plan_is_offered_to(ledger: Ledger, client: TestClient) -> None:
    client.post("/plans/plan/events", json=OPENING)
    app = make_application(ledger, BY)
    close(ledger)
    expected = {
        "all": ((Grant("keeper"),), True), "to come": ((Grant("keeper", "improvement-2027"),), True),
        "opened": ((Grant("keeper", "plan"),), False), "recorder": ((Grant("recorder"),), False),
        "steward": ((Grant("steward"),), False),
    }  # fmt: skip
    for name, (grants, may) in expected.items():
        window = browser(app, ledger, principal(ledger, name, *grants))
        offered = bool(tree(window.get("/plans", headers=PAGE)).xpath("//main//a[@href='/open-plan']"))
        assert (name, offered, window.get("/open-plan", headers=PAGE).status_code) == (name, may, 200 if may else 403)


def test_a_keeper_of_one_plan_opens_that_one_only(ledger: Ledger) -> None:
    app = make_application(ledger, BY)
    close(ledger)
    window = browser(app, ledger, principal(ledger, "Kay", Grant("keeper", "improvement-2027")))
    sheet = form(window)
    assert sheet.holds["csrf"] == token_on(window.get("/open-plan", headers=PAGE))
    other = sheet.send(**{**TYPED, "plan": "other"})
    assert (other.status_code, errors(other)) == (
        403, {"plan": "You are no keeper of a plan that is called other"},
    )  # fmt: skip
    assert version_of(sheet.send(**TYPED)) == 1
    assert events(window, "/plans/improvement-2027")[0]["recorded_by"] == "Kay"
