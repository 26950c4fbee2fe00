"""Text that means harm, typed into every field of every form: stored as it was typed, and shown as what it says."""

from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from api.forms.event_forms import all_forms
from api.forms.form_fields import Field
from api.papers.wording import safe_lines
from tests.api.conftest import rated
from tests.api.filled_forms import PAGE, errors, events, followed, opened, sheet_on, tree, version_of
from tests.api.pages.test_pages_recording import ACTION, EVERY_FORM

MARKUP = (
    """</textarea></title><script>alert(1)</script><img src=x onerror="alert('1')"> &amp; &lt;b&gt; {{ 7*7 }} {% x %}"""
)
HARM = {
    "markup": MARKUP,
    "a quotation mark that ends a value": """" autofocus onfocus="alert(1)" x='""",
    "a formula": "=1+1 @SUM(A1)-+=cmd|' /C calc'!A0",
    "marks of direction": "invoice\u202efdp.exe\u202c\u2066\u2069 \u200f\u05d0\u05d1\u200e end",
    "emoji": "👩‍👩‍👧 family 🏴󠁧󠁢󠁥󠁮󠁧󠁿 e\u0301",
    "backslashes": "C:\\temp\\new \\u0041 \\\\ %0d%0a %s {0} $1",
    "quotes": '‘it\'s’ “said” "so" `code`',
    "markdown": "# head | cell [here](javascript:alert(1)) **bold** ~~no~~ <!-- x -->",
}
#: Texts of one line, and such as may have several; every harm is in the first of each.
LINES = {"all of it": " ".join(["=1+1", *HARM.values()]), "as long as a line may be": "\U0001d54f" * 500}
TEXTS = {
    "all of it": "=1+1\r\n\r\n" + "\r\n".join(HARM.values()) + "\rlast\tline\n",
    "10,000 characters": "0123456789 é<&>\"'" * 588,
}
#: What a field takes besides: these have a form of their own.
_NOT_FREE = {"number", "measure", "sha256", "answers", "fields"}

#: Form -> what must have been recorded before it can be sent.
BEFORE: dict[str, Any] = {
    "confirm": [
        {
            "type": "ScaleAdopted",
            "effective_on": "2019-03-01",
            "scale": {
                "name": "Seconded",
                "ratings": [{"code": "completed", "label": "Completed", "complete": True, "needs_second_person": True}],
            },
        },
        rated("completed", evidence=["Audit"]),
    ],
    "close": rated("completed", evidence=["Audit"]),
    "reinstate": {"type": "ActionWithdrawn", "action": "2.4", "effective_on": "2019-03-15", "reason": "Not needed"},
    "measure-value": {"type": "MeasureDefined", "measure": "visits", "title": "Visits", "effective_on": "2019-03-15"},
}
SENT: dict[str, tuple[str, dict[str, str]]] = {
    **{name: (query, typed) for name, (query, typed, _) in EVERY_FORM.items()},
    "close": (ACTION, {}),
    "confirm": (ACTION, {}),
    "reinstate": (ACTION, {}),
    "measure-value": ("?measure=visits", {"period": "March 2019", "value": "81%"}),
}


def texts_for(field: Field) -> dict[str, str]:
    """What is typed into the field; nothing where not everything may be."""
    if field.name in _NOT_FREE:
        return {}
    return {"line": LINES, "lines": LINES, "area": TEXTS}.get(field.control, {})


CASES = [(form.name, field) for form in all_forms().values() for field in form.fields if texts_for(field)]


def as_stored(text: str) -> str:
    """The text as the record holds it: with its own line ends, and without space around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def said_in(event: dict[str, Any], field: str) -> Any:
    """What an event says in a field of the form."""
    return event["source"][field.removeprefix("source_")] if field.startswith("source_") else event[field]


def shown_words(page: Any) -> str:
    """Everything a page shows, its white space as it is."""
    return "".join(page.xpath("//main//text()"))


def test_every_form_has_a_field_that_is_tried() -> None:
    assert {name for name, _ in CASES} == set(all_forms()) == set(SENT)
    assert max(map(len, LINES.values())) == 500


@pytest.mark.parametrize(("name", "field"), CASES, ids=lambda one: one if isinstance(one, str) else one.name)
def test_whatever_is_typed_is_stored_and_shown_as_what_it_says(
    client: TestClient, plan: str, name: str, field: Field
) -> None:
    query, typed = SENT[name]
    if name in BEFORE:
        before = client.post(f"{plan}/events", json=BEFORE[name], headers={"X-Recorded-By": "Somebody else"})
        assert before.status_code == 201
    typed = {**typed, **({"source_title": "Minutes"} if field.name.startswith("source_") else {})}
    for what, text in texts_for(field).items():
        if name in ("withdraw-event", "redact"):
            number = f"R{len(events(client, plan))}"
            target = client.post(f"{plan}/events", json={"type": "RecommendationMade", "number": number, "text": "x"})
            query = f"?version={target.json()['version']}"
        held = len(events(client, plan))

        # Shown again because something is wrong elsewhere: exactly what was typed
        sheet = opened(client, f"{plan}/record/{name}{query}")
        wrong = sheet.send(**{**typed, field.name: text, "effective_on": "soon"})
        assert (wrong.status_code, list(errors(wrong))) == (422, ["effective_on"]), what
        assert_harmless(wrong)
        again = sheet_on(client, wrong)
        assert as_stored(again.holds[field.name]) == as_stored(text), what

        # Checked: nothing is stored, and all of it is shown
        checked = again.send("check", effective_on=client.get(f"{plan}.json").json()["point"]["effective_on"])
        assert checked.status_code == 200, f"{what}: {errors(checked)}"
        assert_harmless(checked)
        assert safe_lines(as_stored(text)) in shown_words(tree(checked)), what
        assert len(events(client, plan)) == held, what

        # Recorded: the record has it to the letter
        recorded = sheet_on(client, checked).send()
        version = version_of(recorded)
        stored = said_in(events(client, plan)[-1], field.name)
        assert stored == ([as_stored(text)] if field.control == "lines" else as_stored(text)), what
        assert_harmless(followed(client, recorded))
        if name not in ("withdraw-event", "redact"):  # neither can be undone
            put_back(client, plan, version)


def test_the_judgements_of_an_inspection_are_shown_as_what_they_say(client: TestClient, plan: str) -> None:
    lines = [f"{text.replace(':', ';')}: {text.replace(':', ';')}" for text in HARM.values()]
    sheet = opened(client, f"{plan}/record/inspection").filled(body="Ofsted", judgements="\r\n".join(lines))
    checked = sheet.send("check")
    assert_harmless(checked)
    version_of(sheet_on(client, checked).send())
    said = [f"{one['area']}: {one['grade']}" for one in events(client, plan)[-1]["judgements"]]
    assert said == lines


def assert_harmless(response: Any) -> None:
    """Nothing that was typed has become a part of the page."""
    found = tree(response).xpath(
        "//script[not(starts-with(@src, '/static/'))] | //main//img | //main//b[not(@class)] | //@onfocus | //@onerror"
    )
    assert not found, f"{found} in {response.url}"


def put_back(client: TestClient, plan: str, version: int) -> None:
    """Withdraw what was recorded, so that the same may be recorded again."""
    said = {"type": "EventWithdrawn", "version": version, "reason": "Tried"}
    assert client.post(f"{plan}/events", json=said).status_code == 201


@pytest.mark.parametrize("text", HARM.values(), ids=HARM)
def test_a_plan_of_hostile_words_has_forms_that_show_them_as_words(client: TestClient, text: str) -> None:
    for event in (
        {"type": "PlanOpened", "title": text, "organisation": text, "priority_word": text,
         "scale": {"name": text, "ratings": [{"code": "red", "label": text, "meaning": text}]}},
        {"type": "PriorityAdded", "number": "2", "title": text},
        {"type": "ActionAdded", "number": "2.4", "priority": "2", "text": text, "leads": [text], "timescale": text},
        {"type": "MeasureDefined", "measure": "visits", "title": text},
        {"type": "VersionIssued", "label": text, "summary": text},
        {"type": "ReportPresented", "forum": text, "current": "now"},
    ):  # fmt: skip
        assert client.post("/plans/harm/events", json=event).status_code == 201
    for name, form in all_forms().items():
        for query in ("", ACTION) if form.about == "action" else ("", "?version=3", "?priority=2", "?measure=visits"):
            response = client.get(f"/plans/harm/record/{name}{query}", headers=PAGE)
            assert_harmless(response)
            assert safe_lines(text) in "".join(tree(response).xpath("//h1//text()")), f"{name}{query}"


def test_a_label_and_a_forum_are_sent_back_as_they_are_stored_and_not_as_they_are_shown(
    client: TestClient, plan: str
) -> None:
    label = '1.0 \u200f& "a" \u202e<b>\u202c'
    client.post(f"{plan}/events", json={"type": "VersionIssued", "label": label, "summary": "x"})
    sheet = opened(client, f"{plan}/record/presentation")
    assert sheet.holds["current_issue"] == label
    version_of(sheet.send(forum=label, current="issue"))
    assert events(client, plan)[-1]["current"] == f"issue:{label}"
    page = client.get(f"{plan}/record/presentation", headers=PAGE)
    assert html.document_fromstring(page.text).xpath("//datalist/option/@value") == [label]


@pytest.mark.parametrize("control", ["\x00", "\x1b[2J", "\x07", "\x9b31m", "\ufffe", "\u202e", "\u2069"])
def test_characters_that_no_paper_can_carry_are_refused_beside_their_field(
    client: TestClient, plan: str, control: str
) -> None:
    response = opened(client, f"{plan}/record/progress{ACTION}").send(text=f"a{control}b")
    assert (response.status_code, list(errors(response))) == (422, ["text"])
    assert len(events(client, plan)) == 3
