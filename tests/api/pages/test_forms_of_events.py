"""Every event has a form by its class, which records each of its fields; so has a new event, without code."""

import json
from typing import Literal

import pytest
from pydantic import Field
from starlette.testclient import TestClient

from api import event_roles
from api.forms.event_forms import OPENING, all_forms
from api.forms.field_words import WORDS
from domain import events, rules
from domain.events import EVENTS, ActionNumber, Day, Event, Judgement, NewPriority, Source
from domain.ledger import mapper
from domain.plan import evolve
from domain.plan.plan import Plan
from domain.refusals import Refused, RuleCode
from domain.texts import Line, Text
from projections import sentence
from tests.api.conftest import rated
from tests.api.filled_forms import PAGE, Sheet, errors, opened, sheet_on, tree, version_of, words
from tests.api.pages.test_pages_hostile import BEFORE, SENT


class MilestoneSet(Event):
    """A milestone of an action was set, with how sure it is."""

    action: ActionNumber
    number: NewPriority
    certainty: Literal["low", "very-high"]
    due_by: Day | None = Field(default=None, description="The day by which it is to be reached.")
    steps: tuple[Line, ...] = ()
    costs: tuple[Judgement, ...] = ()
    public: bool = False
    days: int | None = Field(default=None, ge=1)
    notes: Text | None = None
    colour: Literal["red", "green"] | None = None
    plan_source: Source | None = None


def _unless_taken(_: Plan, event: MilestoneSet) -> None:
    if event.number == "9":
        raise Refused(RuleCode.NUMBER_TAKEN, "9 is already used", field="number")


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> type[Event]:
    """An event with its rule of recording, what it adds up to, and its sentence; nothing in the room of forms."""
    kind: type[Event] = MilestoneSet
    name = kind.__name__
    monkeypatch.setitem(EVENTS, name, kind)
    monkeypatch.setitem(event_roles.EVENT_ROLES, name, "recorder")
    monkeypatch.setitem(mapper._FROM_JSON, name, kind.__pydantic_validator__.validate_json)
    monkeypatch.setitem(rules._RULES, kind, _unless_taken)
    monkeypatch.setitem(evolve._EVOLVE, kind, lambda *_: None)
    monkeypatch.setitem(sentence._SAY, kind, lambda _, event: f"Milestone {event.number} set")
    return kind


def milestone(client: TestClient, plan: str) -> Sheet:
    return opened(client, f"{plan}/record/milestone-set?action=2.4")


FILLED = {
    "number": "3", "certainty": "very-high", "due_by": "2019-06-01", "steps": "Plan\nDo", "costs": "Staff: 2 posts",
    "public": "1", "days": "30", "notes": "Two\nlines", "colour": "green", "plan_source_title": "Board paper",
}  # fmt: skip


def test_a_new_event_is_among_what_can_be_recorded(toy: type[Event], client: TestClient, plan: str) -> None:
    page = tree(client.get(f"{plan}/record?action=2.4", headers=PAGE))
    links = {words(link): link.get("href") for link in page.xpath("//main//section//a")}
    assert links["Record: milestone set"] == f"{plan}/record/milestone-set?action=2.4"


def test_each_field_of_a_new_event_has_a_control_by_its_type(
    toy: type[Event], client: TestClient, plan: str
) -> None:  # fmt: skip
    page = tree(client.get(f"{plan}/record/milestone-set?action=2.4", headers=PAGE))
    labels = {one.get("for"): words(one) for one in page.xpath("//main//form[@method='post']//label")}
    assert labels["due_by"] == "Due by (optional)" and labels["number"] == "Number"
    assert words(page.get_element_by_id("due_by-hint")) == "The day by which it is to be reached."
    controls = {
        name: (one.tag, one.get("type")) for name in FILLED for one in page.xpath("//form//*[@name=$name]", name=name)
    }
    area = ("textarea", None)
    assert controls == {
        "number": ("input", "text"), "certainty": ("select", None), "due_by": ("input", "date"), "steps": area,
        "costs": area, "public": ("input", "checkbox"), "days": ("input", "text"), "notes": area,
        "colour": ("select", None), "plan_source_title": ("input", "text"),
    }  # fmt: skip
    assert [words(one) for one in page.xpath("//select[@id='certainty']/option")] == [
        "Choose the certainty",
        "Low",
        "Very high",
    ]
    assert [words(one) for one in page.xpath("//select[@id='colour']/option")] == ["None", "Red", "Green"]


def test_a_new_event_is_checked_and_recorded_with_each_of_its_fields(
    toy: type[Event], client: TestClient, plan: str
) -> None:  # fmt: skip
    checked = milestone(client, plan).send("check", **FILLED, effective_on="2019-03-15", reason="Agreed")
    assert "Milestone 3 set." in words(tree(checked).xpath("//main")[0])
    assert version_of(sheet_on(client, checked).send()) == 4
    [*_, event] = client.get(f"{plan}/trail.json").json()["events"]
    assert {name: event[name] for name in (*toy.model_fields,) if name in event} == {
        "action": "2.4", "number": "3", "certainty": "very-high", "due_by": "2019-06-01", "steps": ["Plan", "Do"],
        "costs": [{"area": "Staff", "grade": "2 posts"}], "public": True, "days": 30, "notes": "Two\nlines",
        "colour": "green", "plan_source": {"title": "Board paper"}, "effective_on": "2019-03-15", "reason": "Agreed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, {"number": "Enter the number", "certainty": "Choose the certainty"}),
        ({"number": "9", "certainty": "low"}, {"number": "9 is already used"}),
        ({"number": "a b", "certainty": "low"}, {"number": "no spaces"}),
        ({"number": "3", "certainty": "low", "days": "0"}, {"days": "at least 1"}),
        ({"number": "3", "certainty": "low", "days": "many"}, {"days": "Write a whole number"}),
        ({"number": "3", "certainty": "low", "due_by": "June"}, {"due_by": "Write the day as"}),
        ({"number": "3", "certainty": "low", "steps": "a\n" + "x" * 501}, {"steps": "Line 2: at most 500"}),
        ({"number": "3", "certainty": "low", "costs": "Staff"}, {"costs": "Write the area, a colon and the grade"}),
        ({"number": "3", "certainty": "low", "plan_source_reference": "7"}, {"plan_source_title": "Enter the title"}),
    ],
)
def test_what_is_wrong_with_a_new_event_is_said_beside_its_field(
    toy: type[Event], client: TestClient, plan: str, typed: dict[str, str], said: dict[str, str]
) -> None:
    found = errors(milestone(client, plan).send(**typed))
    assert list(found) == list(said)
    assert all(said[name] in found[name] for name in said)


def test_what_others_recorded_of_the_action_of_a_new_event_is_shown_first(
    toy: type[Event], client: TestClient, plan: str
) -> None:  # fmt: skip
    sheet = milestone(client, plan).filled(**FILLED)
    client.post(f"{plan}/events", json=rated("red"))
    assert sheet.send().status_code == 412


# The whole vocabulary

#: Form -> what is typed besides what `SENT` types, so that each field is filled in.
_BESIDES: dict[str, dict[str, str]] = {
    "add": {"parent": "2.4"},
    "renumber": {"priority": "2"},
    "reword-priority": {"answers": "1"},
    "measure-value": {"standing": "below"},
}
SOURCE = {"source_title": "Minutes", "source_reference": "7", "source_published_on": "2019-03-20"}


@pytest.mark.parametrize("name", SENT)
def test_every_field_of_every_event_can_be_recorded_with_its_form(client: TestClient, plan: str, name: str) -> None:
    if name in BEFORE:
        client.post(f"{plan}/events", json=BEFORE[name], headers={"X-Recorded-By": "Somebody else"})
    query, typed = SENT[name]
    typed = {"reason": "Agreed", "effective_on": "2019-03-15", **SOURCE, **typed, **_BESIDES.get(name, {})}
    version = version_of(opened(client, f"{plan}/record/{name}{query}").send(**typed))
    event = client.get(f"{plan}/events/{version}.json").json()["event"]
    assert event["type"] == all_forms()[name].event
    own = EVENTS[event["type"]].model_fields.keys() - {"version"}
    assert own <= event.keys()
    assert event["source"] == {"title": "Minutes", "reference": "7", "published_on": "2019-03-20"}


def test_the_forms_sent_are_those_of_the_whole_vocabulary() -> None:
    assert set(SENT) == set(all_forms())
    assert {form.event for form in all_forms().values()} == set(EVENTS) - {events.PlanOpened.__name__}


def test_a_plan_is_opened_with_each_field_of_its_event(client: TestClient) -> None:
    sheet = opened(client, "/open-plan")
    typed = {"plan": "new", "title": "A plan", "organisation": "A council", "scale": "rag", "reason": "Agreed"}
    version_of(sheet.send(**typed, **SOURCE, effective_on="2019-01-07"))
    [event] = client.get("/plans/new/trail.json").json()["events"]
    assert events.PlanOpened.model_fields.keys() <= event.keys(), json.dumps(event)


def test_every_word_is_beside_a_field_of_some_form() -> None:
    fields = {(form.event, field.name) for form in [*all_forms().values(), OPENING] for field in form.fields}
    beside = {name for _, name in fields} | {f"{event}.{name}" for event, name in fields}
    assert set(WORDS) <= beside
