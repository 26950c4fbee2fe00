"""Forms with ways to choose from: what was filled in under a way that was not chosen does not go unheard."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.api.days import today
from tests.api.filled_forms import BROWSER, errors, events, opened, sheet_on, tree, version_of

DAY = {"effective_on": "2019-03-15"}


def filled_in(response: Any) -> dict[str, str]:
    """What a browser would send of the form in which a point is chosen."""
    [form] = tree(response).xpath("//form[@method='get']")
    return {name: value for name, value in form.fields.items() if value is not None}


def shown(client: TestClient, query: str = "") -> dict[str, str]:
    return filled_in(client.get(f"/plans/sunderland/point?{query}", headers=BROWSER))


def sent(client: TestClient, form: dict[str, str]) -> Any:
    return client.get(f"/plans/sunderland/point/chosen?{urlencode(form)}", headers=BROWSER, follow_redirects=False)


def point(response: Any) -> str | None:
    assert response.status_code == 303, errors(response)
    found = parse_qs(urlsplit(response.headers["location"]).query)
    return found["at"][0] if "at" in found else None


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ({"day": "2019-05-31"}, "The plan on another day"),
        ({"known_at": "212"}, "The plan on a day, as it was known at the time"),
        ({"issue": "1.0"}, "A document version"),
        ({"told_by": "2019-06-30"}, "What a forum had been told"),
    ],
)
def test_a_day_typed_under_a_choice_that_is_not_selected_is_asked_about(
    reader: TestClient, typed: dict[str, str], other: str
) -> None:
    form = shown(reader, "to=history")
    response = sent(reader, {**form, **typed})
    assert response.status_code == 422
    sentence = errors(response)["show"]
    assert sentence.startswith(f"You filled in something under “{other}")
    assert "but chose “How the plan stands today”: choose which you mean" in sentence
    again = filled_in(response)
    assert again == {**form, **typed, "was": again["was"]}, "everything is kept"


def test_who_is_asked_and_sends_it_once_more_means_what_is_selected(reader: TestClient) -> None:
    asked = filled_in(sent(reader, {**shown(reader), "day": "2019-05-31"}))
    assert point(sent(reader, asked)) is None
    assert point(sent(reader, {**asked, "show": "day"})) == "2019-05-31"
    assert sent(reader, {**asked, "known_at": "212"}).status_code == 422, "what is typed after that is asked about too"


def test_what_the_form_was_filled_in_with_is_nobodys_choice(reader: TestClient) -> None:
    for at in ("now", "2019-05-31@212", "issue:2.0"):
        form = shown(reader, f"at={at}")
        assert point(sent(reader, {**form, "show": "today"})) is None
        assert point(sent(reader, {**form, "show": "issue", "issue": "1.0"})) == "issue:1.0"


def test_another_error_does_not_make_what_was_typed_before_go_unheard(reader: TestClient) -> None:
    form = {**shown(reader), "show": "day", "day": "", "known_at": "212"}
    wrong = sent(reader, form)
    assert "day" in errors(wrong)
    assert "show" in errors(sent(reader, {**filled_in(wrong), "day": "2019-05-31"}))


def test_an_address_written_by_hand_is_asked_about_too(reader: TestClient) -> None:
    response = reader.get("/plans/sunderland/point/chosen?show=today&day=2019-05-31", headers=BROWSER)
    assert response.status_code == 422
    assert "show" in errors(response)


# The state of the plan that a forum was shown


@pytest.mark.parametrize(
    ("field", "typed"),
    [("current", {"current_day": "2019-03-20"}), ("current", {"current_known": "2"}),
     ("current", {"current_issue": "1.0"}), ("previous", {"previous_day": "2019-03-20"})],
)  # fmt: skip
def test_a_state_filled_in_but_not_chosen_is_not_recorded_as_another(
    client: TestClient, plan: str, field: str, typed: dict[str, str]
) -> None:
    for label in ("1.0", "2.0"):
        client.post(f"{plan}/events", json={"type": "VersionIssued", "label": label, "summary": "x", **DAY})
    sheet = opened(client, f"{plan}/record/presentation").filled(forum="Board", effective_on=today(), **typed)
    for button in ("check", "record"):
        response = sheet.send(button)
        assert response.status_code == 422
        assert "choose which you mean" in errors(response)[field]
    assert len(events(client, plan)) == 5
    again = sheet_on(client, response)
    assert {**sheet.holds, f"{field}_was": ""} == {**again.holds, f"{field}_was": ""}, "everything is kept"
    assert version_of(again.send()) == 6
    assert events(client, plan)[-1]["current"] == f"{today()}@5"


def test_a_state_chosen_is_asked_about_when_another_was_filled_in_too(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json={"type": "VersionIssued", "label": "1.0", "summary": "x", **DAY})
    sheet = opened(client, f"{plan}/record/presentation").filled(forum="Board", effective_on=today())
    assert "current" in errors(sheet.send(current="issue", current_day="2019-03-20"))
    changed = sheet_on(client, sheet.send("check", current="day", current_day="2019-03-20"))
    back = sheet_on(client, changed.send("change"))
    assert "current" in errors(back.send("check", current="met")), "also when it is changed after it was checked"
    version_of(sheet.send(current="day", current_day="2019-03-20"))
    assert events(client, plan)[-1]["current"] == "2019-03-20"


@pytest.mark.parametrize("address", ["/plans/sunderland/point", "/plans/sunderland/record/presentation"])
def test_the_choice_above_a_field_is_selected_by_a_script_of_its_own(reader: TestClient, address: str) -> None:
    page = tree(reader.get(address, headers=BROWSER))
    [script] = page.xpath("//script/@src")
    assert script.startswith("/static/choices-")
    assert reader.get(script).status_code == 200
    for fields in page.xpath("//*[@class='with']"):
        assert fields.getprevious().xpath("./input[@type='radio']"), "it looks for the choice just above its fields"
    assert tree(reader.get("/plans/sunderland/record/rate", headers=BROWSER)).xpath("//script") == []
