"""Asking over HTTP: every address and form, the shapes of the contract, and what may be kept by whoever asked."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from api import formats as forms
from api.questions.question import OfAPoint
from domain.opened_ledger import Ledger
from tests.api.conftest import ROOT, rated
from tests.asked import paths

POINTS = ["now", "2019-05-31", "2019-05-31@212", "issue:3.0"]
AT_A_POINT = paths(OfAPoint, action="2.4")
BETWEEN_POINTS = ["/comparison", "/changes"]
PAIR = "previous=issue:2.0&current=issue:3.0"

ADDRESSES = [
    "/plans",
    *(f"/plans/sunderland{question}" for question in AT_A_POINT),
    *(f"/plans/sunderland{question}?{PAIR}" for question in BETWEEN_POINTS),
    "/plans/sunderland/trail",
]
FORMS = {name: form.media_type for name, form in forms.FORMATS.items() if form.addressed}


def with_suffix(address: str, form: str) -> str:
    path, mark, query = address.partition("?")
    return f"{path}.{form}{mark}{query}"


def get(client: TestClient, address: str, **headers: str) -> Any:
    """Ask as a program does: for JSON."""
    return client.get(
        with_suffix(address, "json"), headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def ask(client: TestClient, address: str, **headers: str) -> Any:
    response = get(client, address, **headers)
    assert response.status_code == 200, response.text
    return response.json()


# Addresses and forms


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_question_comes_in_every_form_under_its_suffix(reader: TestClient, address: str) -> None:
    for form, media in FORMS.items():
        response = reader.get(with_suffix(address, form))
        assert (response.status_code, response.headers["content-type"]) == (200, media), response.text
        assert response.content.strip()


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_data_can_be_read_by_programs(reader: TestClient, address: str) -> None:
    assert isinstance(reader.get(with_suffix(address, "json")).json(), dict)
    rows = list(csv.reader(io.StringIO(reader.get(with_suffix(address, "csv")).text)))
    assert len({len(row) for row in rows}) == 1, "every row has the columns of the heading"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_head_request_says_what_the_answer_would_say_of_itself(reader: TestClient, address: str) -> None:
    got, head = get(reader, address), reader.head(with_suffix(address, "json"))
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers} == {**got.headers}


def test_the_plain_text_of_names_stays_as_it_is(reader: TestClient) -> None:
    assert "Children's Services Strategy" in get(reader, "/plans").text, "JSON is in UTF-8, not escaped"


# The shapes of the contract


def test_plans(reader: TestClient) -> None:
    plans = ask(reader, "/plans")["plans"]
    assert {plan["plan"] for plan in plans} == {
        "sunderland", "stockton-ilacs", "stockton-scrutiny", "stockton-strategy", "stockton-2016",
    }  # fmt: skip
    assert all(plan["point"]["asked"] == "now" for plan in plans)


def test_a_plan(reader: TestClient) -> None:
    plan = ask(reader, "/plans/sunderland?at=issue:3.0")
    assert {"plan", "title", "organisation", "priority_word", "point", "scale", "priorities", "recommendations",
            "measures", "inspections"} <= set(plan)  # fmt: skip
    [priority] = [one for one in plan["priorities"] if one["number"] == "2"]
    assert {"number", "title", "answers", "assurance", "actions"} <= set(priority)
    assert {"level", "report"} <= set(priority["assurance"])
    [action] = [one for one in priority["actions"] if one["number"] == "2.4"]
    assert {"number", "text", "outcome", "status", "rating", "rated_on", "timescale", "overdue", "leads", "progress",
            "evidence", "added_on", "actions"} <= set(action)  # fmt: skip
    assert (action["status"], action["rating"], action["rated_on"], action["overdue"]) == (
        "open", "amber", "2019-05-31", True,
    )  # fmt: skip
    assert action["timescale"] == {
        "text": "31/03/19", "due": "2019-03-31", "precision": "day", "original": "31/03/19",
    }  # fmt: skip
    assert {"number", "text", "answered_by"} <= set(plan["recommendations"][0])


def test_one_action(reader: TestClient) -> None:
    one = ask(reader, "/plans/sunderland/actions/2.4?at=issue:3.0")
    assert (one["plan"], one["priority"], one["action"]["number"]) == ("sunderland", "2", "2.4")


def test_the_comparison_equals_the_published_paper_in_every_figure(reader: TestClient) -> None:
    paper = json.loads((ROOT / "tests/projections/sunderland_2019_05.json").read_text(encoding="utf-8"))
    comparison = ask(reader, f"/plans/sunderland/comparison?{PAIR}")
    rows = {row["priority"]: row for row in comparison["rows"]}
    assert len(rows) == len(paper["rows"])
    for expected in [*paper["rows"], paper["totals"]]:
        row = rows[expected["priority"]] if "priority" in expected else comparison["totals"]
        assert {key: row[key] for key in expected} == expected
    assert {"plan", "previous", "current", "rows", "totals", "changes", "narrative"} <= set(comparison)
    assert {"action", "priority", "text", "previous", "current", "direction", "why"} <= set(comparison["changes"][0])


def test_history(reader: TestClient) -> None:
    history = ask(reader, "/plans/sunderland/history")
    assert [version["label"] for version in history["versions"]] == ["1.0", "2.0", "3.0"]
    assert {"label", "issued_on", "summary", "author", "point", "recorded_at"} <= set(history["versions"][0])
    assert [told["on"] for told in history["presented"]] == ["2019-05-31", "2019-07-04"]
    assert {"forum", "on", "title", "previous", "current"} <= set(history["presented"][0])


def test_the_trail(reader: TestClient) -> None:
    trail = ask(reader, "/plans/sunderland/trail?limit=1")
    assert {"version", "position", "recorded_at", "recorded_by", "effective_on", "type", "withdrawn_by",
            "late_by_days"} <= set(trail["events"][0])  # fmt: skip
    assert (trail["events"][0]["type"], trail["next"]) == ("PlanOpened", 1)


def test_what_has_left_the_plan_is_shown_where_all_is_asked_for(client: TestClient, plan: str) -> None:
    withdrawn = {"type": "ActionWithdrawn", "action": "2.4", "reason": "Merged", "effective_on": "2019-04-01"}
    assert client.post(f"{plan}/events", json=withdrawn).status_code == 201
    assert ask(client, f"{plan}?at=2019-05-01")["priorities"][0]["actions"] == []
    [action] = ask(client, f"{plan}?at=2019-05-01&all=1")["priorities"][0]["actions"]
    assert action["status"] == "withdrawn"


def test_the_audit_finds_33_against_34_and_36_against_35(reader: TestClient) -> None:
    claims = json.loads((ROOT / "examples/sunderland-claims.json").read_text(encoding="utf-8"))
    response = reader.post("/plans/sunderland/audit", json=claims)
    assert response.status_code == 200, response.text
    audit = response.json()
    assert [(one["claim"]["count"], one["record"]) for one in audit["differences"]] == [(33, 34), (36, 35)]
    assert (audit["claims"], audit["borne_out"]) == (len(claims["claims"]), len(claims["claims"]) - 2)
    assert len(audit["contradictions"]) == 2


# Points


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("question", AT_A_POINT)
def test_every_answer_states_the_point_it_was_resolved_to(reader: TestClient, question: str, point: str) -> None:
    stated = ask(reader, f"/plans/sunderland{question}?at={point}")["point"]
    assert stated["asked"] == point
    assert set(stated) >= {"effective_on", "basis", "known_at", "asked"}
    if "@" in point:
        assert (stated["effective_on"], stated["basis"]) == ("2019-05-31", 212)


@pytest.mark.parametrize("question", BETWEEN_POINTS)
def test_every_answer_between_two_points_states_both(reader: TestClient, question: str) -> None:
    answer = ask(reader, f"/plans/sunderland{question}?previous=2019-03-29&current=issue:3.0")
    assert (answer["previous"]["asked"], answer["current"]["asked"]) == ("2019-03-29", "issue:3.0")
    assert ask(reader, f"/plans/sunderland{question}?previous=2019-03-29")["current"]["asked"] == "now"


FORUM = "Children, Education and Skills Scrutiny Committee"


@pytest.mark.parametrize("written", [quote(FORUM), quote(FORUM).replace("%20", "+"), FORUM])
def test_the_name_of_a_forum_may_hold_spaces_however_they_travel(reader: TestClient, written: str) -> None:
    point = ask(reader, f"/plans/sunderland?at=told:{written}@2019-07-04")["point"]
    assert (point["effective_on"], point["asked"]) == ("2019-05-31", f"told:{FORUM}@2019-07-04")


def test_the_name_of_a_forum_may_hold_what_means_something_in_an_address(client: TestClient, plan: str) -> None:
    forum = "Board A+B & C = D? 100% #1 @ noon"
    told = {"type": "ReportPresented", "forum": forum, "current": "2019-04-01", "effective_on": "2019-05-01"}
    assert client.post(f"{plan}/events", json=told).status_code == 201
    response = client.get(f"{plan}.json", params={"at": f"told:{forum}@2019-06-01"})
    assert response.json()["point"]["effective_on"] == "2019-04-01"
    known = client.get(f"{plan}.json", params={"at": "told:Board A B & C@2019-06-01"})
    assert (known.status_code, forum in known.json()["detail"]) == (404, True)


def test_an_instant_whose_plus_sign_became_a_space_is_still_read(reader: TestClient) -> None:
    for written in ("2030-01-01T00:00:00+01:00", "2030-01-01T00:00:00%2B01:00"):
        assert ask(reader, f"/plans/sunderland?at=2019-05-31@{written}")["point"]["basis"] == 289


def test_an_action_is_found_by_a_number_that_needs_escaping(client: TestClient, plan: str) -> None:
    added = {"type": "ActionAdded", "number": "6.1(a)", "priority": "2", "text": "Train", "effective_on": "2019-02-01"}
    assert client.post(f"{plan}/events", json=added).status_code == 201
    response = client.get(f"{plan}/actions/{quote('6.1(a)')}.json")
    assert response.json()["action"]["number"] == "6.1(a)"
    assert client.get(response.headers["content-location"]).json()["action"] == response.json()["action"]


# Keeping answers


def test_an_answer_with_a_basis_may_be_kept_for_ever_and_no_other(reader: TestClient) -> None:
    def kept(address: str) -> bool:
        control = get(reader, address).headers["cache-control"]
        assert control in ("private, no-cache", "private, max-age=3600, immutable")
        return "immutable" in control

    for question in AT_A_POINT:
        assert kept(f"/plans/sunderland{question}?at=2019-05-31@212")
        for moving in ("now", "2019-05-31", "issue:3.0", f"told:{FORUM}@2019-07-04", "2019-05-31@2039-01-01T00:00:00Z"):
            assert not kept(f"/plans/sunderland{question}?at={moving}"), moving
    for question in BETWEEN_POINTS:
        assert kept(f"/plans/sunderland{question}?previous=2019-03-29@212&current=2019-05-31@282")
        assert not kept(f"/plans/sunderland{question}?previous=2019-03-29@212&current=2019-05-31")
        assert not kept(f"/plans/sunderland{question}?previous=2019-03-29@212")
    assert not kept("/plans/sunderland/trail")
    assert not kept("/plans")


def test_an_answer_at_a_past_instant_may_be_kept_once_something_was_recorded_since(
    client: TestClient, plan: str
) -> None:
    instant = ask(client, f"{plan}/trail")["events"][-1]["recorded_at"]
    before = get(client, f"{plan}?at=2019-05-31@{instant}")
    assert "immutable" not in before.headers["cache-control"], "more may be recorded at this very instant"
    client.post(f"{plan}/events", json=rated("green"))
    after = get(client, f"{plan}?at=2019-05-31@{instant}")
    assert "immutable" in after.headers["cache-control"]
    assert after.content == before.content


def test_a_fixed_answer_has_the_same_bytes_after_later_events(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=rated("red", on="2019-02-01"))
    addresses = [
        *(f"{plan}{question}.{form}?at=2019-03-31@4" for question in AT_A_POINT if question for form in FORMS),
        *(f"{plan}{question}.{form}?previous=2019-01-31@3&current=2019-03-31@4"
          for question in BETWEEN_POINTS for form in FORMS),
    ]  # fmt: skip
    before = [client.get(address) for address in addresses]
    for event in (
        rated("amber", on="2019-01-20"),
        {"type": "EventWithdrawn", "version": 4, "reason": "Recorded in error", "effective_on": "2019-03-01"},
        {"type": "ActionRenumbered", "action": "2.4", "number": "2.9", "effective_on": "2019-01-20"},
        {"type": "PriorityReworded", "number": "2", "title": "Missing and exploited", "effective_on": "2019-01-20"},
        {"type": "VersionIssued", "label": "1", "summary": "First", "effective_on": "2019-03-01"},
    ):
        assert client.post(f"{plan}/events", json=event).status_code == 201
    after = [client.get(address) for address in addresses]
    assert [one.content for one in after] == [one.content for one in before]
    assert [one.headers["etag"] for one in after] == [one.headers["etag"] for one in before]
    assert ask(client, f"{plan}?at=2019-03-31")["priorities"][0]["actions"][0]["rating"] == "amber"


def test_an_answer_that_names_no_basis_says_under_which_address_it_does(reader: TestClient) -> None:
    response = reader.get("/plans/sunderland.csv?at=issue:3.0&all=1")
    fixed = response.headers["content-location"]
    assert fixed == "/plans/sunderland.csv?at=2019-05-31%40282&all=1"
    assert reader.get(fixed).content == response.content
    both = get(reader, "/plans/sunderland/changes?previous=issue:2.0&current=issue:3.0").headers["content-location"]
    assert both == "/plans/sunderland/changes.json?previous=2019-03-29%40243&current=2019-05-31%40282"
    assert "immutable" in reader.get(both).headers["cache-control"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_somebody_has_already_is_not_sent_again(reader: TestClient, address: str) -> None:
    address = with_suffix(address, "json")
    tag = reader.get(address).headers["etag"]
    assert tag.startswith('"'), "a strong tag"
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = reader.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert reader.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_changes_with_the_answer(client: TestClient, plan: str) -> None:
    tag = get(client, plan).headers["etag"]
    client.post(f"{plan}/events", json=rated("green"))
    assert client.get(f"{plan}.json", headers={"If-None-Match": tag}).status_code == 200


def test_compressed_bytes_are_other_bytes_and_have_another_strong_tag(reader: TestClient) -> None:
    address = "/plans/sunderland.json?at=2019-05-31@212"
    plain = reader.get(address, headers={"Accept-Encoding": "identity"})
    with reader.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as response:
        raw = b"".join(response.iter_raw())
        assert (response.headers["content-encoding"], response.headers["vary"]) == ("gzip", "Accept-Encoding")
        assert response.headers["etag"] != plain.headers["etag"]
    assert gzip.decompress(raw) == plain.content
    for declined in ("gzip;q=0", "identity", "br", ""):
        assert "content-encoding" not in reader.get(address, headers={"Accept-Encoding": declined}).headers


# Trails


def follow(client: TestClient, address: str) -> list[dict[str, Any]]:
    """Every event of a trail, page by page, going where each page says the next one is."""
    events: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        response = client.get(following)
        page = response.json()
        events += page["events"]
        link = response.headers.get("link")
        assert (page["next"] is None) == (link is None)
        following = link.partition(">")[0].removeprefix("<") if link else None
        if link:
            assert link.endswith('>; rel="next"')
            assert page["events"][-1]["version"] == page["next"]
    return events


@pytest.mark.parametrize("limit", [1, 7, 100, 289, 1000])
def test_a_trail_is_paged_and_never_capped(reader: TestClient, limit: int) -> None:
    events = follow(reader, f"/plans/sunderland/trail.json?limit={limit}")
    assert [event["version"] for event in events] == list(range(1, 290))


def test_a_page_keeps_the_filters_it_was_asked_with(reader: TestClient, examples: Ledger) -> None:
    whole = ask(reader, "/plans/sunderland/trail?action=2.5&limit=1000")["events"]
    assert len(whole) > 3
    assert follow(reader, "/plans/sunderland/trail.json?action=2.5&limit=2&late_by=1") == whole
    assert {event.get("action", event.get("number")) for event in whole} == {"2.5"}


def test_a_trail_can_begin_after_a_version(reader: TestClient) -> None:
    assert [one["version"] for one in follow(reader, "/plans/sunderland/trail.json?after=287")] == [288, 289]
    assert ask(reader, "/plans/sunderland/trail?after=289")["events"] == []
    assert ask(reader, "/plans/sunderland/trail?after=999999")["events"] == []


def test_only_what_was_recorded_since_or_so_late(client: TestClient, plan: str) -> None:
    instant = ask(client, f"{plan}/trail")["events"][-1]["recorded_at"]
    client.post(f"{plan}/events", json={"type": "ProgressReported", "action": "2.4", "text": "In use"})
    since = client.get(f"{plan}/trail.json", params={"recorded_after": instant}).json()["events"]
    assert [event["version"] for event in since] == [4]
    assert [event["version"] for event in ask(client, f"{plan}/trail?late_by=1")["events"]] == [1, 2, 3]
    assert ask(client, f"{plan}/trail?late_by=1000000")["events"] == []


def test_a_trail_up_to_a_version_is_what_it_was_then(client: TestClient, plan: str) -> None:
    client.post(f"{plan}/events", json=[rated("red"), rated("green")])
    for query in ("", "&action=2.4", "&late_by=1&limit=2", "&limit=2&after=2", "&action=2.4&recorded_after=2019-06-04"):
        before = client.get(f"{plan}/trail.json?{query[1:]}")
        pinned = client.get(before.headers["content-location"])
        assert before.headers["content-location"].endswith("up_to=5")
        assert pinned.content == before.content
        assert ("immutable" in pinned.headers["cache-control"], "immutable" in before.headers["cache-control"]) == (
            True, False,
        )  # fmt: skip
    papers = {form: client.get(f"{plan}/trail.{form}?up_to=5") for form in FORMS}
    later = [
        {"type": "EventWithdrawn", "version": 5, "reason": "Recorded in error", "effective_on": "2019-03-15"},
        {"type": "ActionRenumbered", "action": "2.4", "number": "2.9", "effective_on": "2019-01-20"},
        {"type": "PriorityReworded", "number": "2", "title": "Missing and exploited", "effective_on": "2019-01-20"},
    ]
    assert client.post(f"{plan}/events", json=later).status_code == 201
    for form, then in papers.items():
        now = client.get(f"{plan}/trail.{form}?up_to=5")
        assert (now.content, now.headers["etag"]) == (then.content, then.headers["etag"])
    again = ask(client, f"{plan}/trail?up_to=5")
    assert (again["basis"], [one["withdrawn_by"] for one in again["events"]]) == (5, [None] * 5)
    assert again["known_at"] == again["events"][-1]["recorded_at"]
    assert ask(client, f"{plan}/trail")["events"][4]["withdrawn_by"] == 6
    assert client.get(f"{plan}/trail.json?up_to=5&action=2.9").status_code == 404, "a number it bore only later"
    assert [one["version"] for one in follow(client, f"{plan}/trail.json?up_to=5&limit=2")] == [1, 2, 3, 4, 5]


def test_a_withdrawn_event_stays_in_the_trail_and_says_by_which_it_was(client: TestClient, plan: str) -> None:
    withdrawal = {"type": "EventWithdrawn", "version": 4, "reason": "In error", "effective_on": "2019-04-01"}
    assert client.post(f"{plan}/events", json=[rated("red"), withdrawal]).status_code == 201
    events = ask(client, f"{plan}/trail?action=2.4")["events"]
    assert [(event["version"], event["withdrawn_by"]) for event in events] == [(3, None), (4, 5), (5, None)]
    assert events[-1]["withdraws"] == 4


# Whether it runs


def test_it_says_that_it_runs_and_that_the_ledger_answers(reader: TestClient) -> None:
    assert reader.get("/healthz").json() == {"status": "running"}
    assert reader.get("/readyz").json() == {"status": "ready", "guarded": True, "events": 543}


def test_it_is_not_ready_while_the_database_is_gone(
    ledger: Ledger, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr("domain.ledger.datastore.PATIENCE", 0.0)
    break_connections(ledger, monkeypatch)
    response = client.get("/readyz")
    assert (response.status_code, response.headers["content-type"]) == (503, "application/problem+json")
    assert "does not answer" in response.json()["detail"]
    assert client.get("/plans").status_code == client.get("/plans.json").status_code == 503
    assert client.get("/healthz").status_code == 200, "the program itself is well"


def break_connections(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every connection fail from now on, as when the server has gone."""
    from psycopg_pool import PoolTimeout

    def gone(*_: Any, **__: Any) -> Callable[..., Any]:
        raise PoolTimeout("couldn't get a connection")

    monkeypatch.setattr(ledger.datastore.pool, "getconn", gone)
    monkeypatch.setattr(ledger.datastore.pool, "get_connection", gone, raising=False)
    monkeypatch.setattr(ledger.datastore.pool, "connection", gone)


def test_an_answer_is_what_its_media_type_says_and_a_paper_as_a_page_runs_nothing(reader: TestClient) -> None:
    for form in FORMS:
        headers = reader.get(f"/plans/sunderland.{form}").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert ("content-security-policy" in headers) == (form in ("html", "json"))
    assert reader.get("/plans/nosuch.json").headers["x-content-type-options"] == "nosniff"
    policy = reader.get("/plans.html").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; ")


def test_a_trail_may_be_asked_for_from_the_first_year(reader: TestClient) -> None:
    answered = reader.get("/plans/sunderland/trail.md?recorded_after=0001-01-01&limit=1")
    assert answered.status_code == 200
    assert "--recorded-after 0001-01-02T00:01:15.000000Z" in answered.text


def test_a_paper_too_long_for_a_pdf_is_a_problem_that_names_the_other_forms(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.papers.writers.pdf.LONGEST", 1000)
    refused = reader.get("/plans/sunderland/trail.pdf?limit=100")
    assert (refused.status_code, refused.json()["type"]) == (422, "tag:asat,2026:paper-too-long")
    assert "it comes in any length as docx, xlsx, html, md or csv" in refused.json()["detail"]
    assert reader.get("/plans/sunderland/trail.docx?limit=100").status_code == 200
