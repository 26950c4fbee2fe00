"""What goes wrong over HTTP: a problem document that names the thing and the remedy, and nothing recorded."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.opened_ledger import Ledger
from tests.api.conftest import OPENING, asking, rated

HEADERS = {"Content-Type": "application/json"}


def told(response: Any, status: int, kind: str, *words: str) -> dict[str, Any]:
    """The problem document, which must be of this kind and hold these words."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["type"] == f"tag:asat,2026:{kind}"
    assert document["status"] == status
    assert document["title"]
    for word in words:
        assert word in document["detail"]
    return document


@pytest.fixture
def nothing_is_recorded(ledger: Ledger, plan: str) -> Any:
    """Whatever the test sends, the ledger stays as it was."""
    before = ledger.size()
    yield
    assert ledger.size() == before


# Not there


def test_an_unknown_plan(reader: TestClient) -> None:
    told(reader.get("/plans/nosuch.json"), 404, "unknown-plan", "'nosuch'", "/plans lists")
    for question in (
        "comparison.json?previous=now",
        "trail.json",
        "history.json",
        "actions/2.4.json",
        "gaps.csv",
        "stale.md",
    ):
        told(reader.get(f"/plans/nosuch/{question}"), 404, "unknown-plan", "'nosuch'")


@pytest.mark.parametrize(
    "slug", ["Sunderland", "sunder_land", "-", "a--b", "%00", "%20", "x" * 64, "%2e%2e", "a'b", "ü"]
)
def test_what_cannot_name_a_plan(reader: TestClient, slug: str) -> None:
    told(reader.get(f"/plans/{slug}.json"), 404, "unknown-plan", "lower-case words joined by hyphens")
    told(reader.get(f"/plans/{slug}.json"), 404, "unknown-plan")
    told(reader.get(f"/plans/{slug}/trail.json"), 404, "unknown-plan")


def test_a_plan_is_not_opened_under_what_cannot_name_one(client: TestClient, nothing_is_recorded: None) -> None:
    told(client.post("/plans/Plan/events", json=OPENING), 422, "unreadable", "plan is not lower-case words")


@pytest.mark.parametrize("path", ["/plans/", "/plans/sunderland/", "/plans/sunderland/nosuch", "/docs",
                                  "/plans/sunderland/../../etc/passwd", "/plans//trail", "/plans/%2e%2e%2fetc",
                                  "/plans/sunderland/actions", "/plans/sunderland/actions/2.4/5",
                                  "/plans/sunderland/actions/2.4%2F5", "/static/x.js", "/evil.example/"])  # fmt: skip
def test_there_is_nothing_at_any_other_address(reader: TestClient, path: str) -> None:
    told(reader.get(path), 404, "http", "/openapi.json")


@pytest.mark.parametrize("path", ["/plans.doc", "/plans/sunderland.xml", "/plans/sunderland/trail.htm",
                                  "/plans/sunderland/comparison.JSON"])  # fmt: skip
def test_a_form_that_the_answer_does_not_come_in(reader: TestClient, path: str) -> None:
    told(reader.get(path), 404, "unknown-form", path.rpartition(".")[2], ".json, .md, .csv")


def test_an_unknown_action(reader: TestClient) -> None:
    told(reader.get("/plans/sunderland/actions/99.9.json"), 404, "unknown-action", "sunderland", "99.9")
    told(reader.get("/plans/sunderland/trail.json?action=99.9"), 404, "unknown-action", "99.9")
    told(reader.get("/plans/sunderland/actions/1.17.json?at=2019-01-01"), 404, "unknown-action", "2019-01-01@289")
    for hostile in ("x" * 33, "%00", "%ed%a0%80", "%3Cscript%3E", "2.4%0d%0aX-Evil:%201"):
        response = reader.get(f"/plans/sunderland/actions/{hostile}.json")
        told(response, 404, "unknown-action")
        assert "x-evil" not in response.headers


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ("issue:9.9", ["'9.9'", "1.0, 2.0, 3.0"]),
        ("told:Cabinet@2019-07-04", ["'Cabinet'", "Scrutiny Committee"]),
        ("told:Quality and Improvement Committee@2019-01-01", ["2019-01-01"]),
        ("2019-05-31@290", ["no record number 290", "newest is 289"]),
        ("2019-05-31@999999999999999999", ["newest is 289"]),
        ("2019-05-31@2019-06-04T09:00:00Z", ["its first event was recorded at"]),
    ],
)
def test_a_point_at_which_there_is_nothing(reader: TestClient, point: str, words: list[str]) -> None:
    told(reader.get("/plans/sunderland.json", params={"at": point}), 404, "unknown-point", *words)
    told(reader.get("/plans/sunderland/changes.json", params={"previous": point}), 404, "unknown-point", *words)


# Questions that cannot be read


@pytest.mark.parametrize(
    "point",
    ["", "yesterday", "31/05/2019", "2019-02-30", "2019-5-31", "2019-05-31@", "2019-05-31@0", "2019-05-31@-1",
     "2019-05-31@v2", "2019-05-31@2019-06-04T09:00:00", "issue:", "told:", "told:X",
     "told:@2019-05-31", "told:X@soon", "now@3", " now", "NOW", "0000-01-01", "\uff12019-05-31",
     "2019-05-31@" + "9" * 19, "2019-05-31\n", "2019-05-31T00:00:00Z", "\x00", "%"],
)  # fmt: skip
def test_a_point_that_is_not_one_is_answered_with_how_to_write_it(reader: TestClient, point: str) -> None:
    for question, name in (("", "at"), (".json", "at"), ("/history.csv", "at"), ("/comparison.json", "previous")):
        document = told(reader.get(f"/plans/sunderland{question}", params={name: point}), 422, "unreadable-point")
        assert any(remedy in document["detail"] for remedy in ("such as", "2019-06-04", "not a day of the calendar"))


def test_a_point_that_is_endless_is_not_worked_on(reader: TestClient) -> None:
    told(reader.get("/plans/sunderland.json", params={"at": "issue:" + "9" * 600}), 422, "unreadable", "at should have")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("limit=0", ["limit", "1"]),
        ("limit=1001", ["limit", "1000"]),
        ("limit=x", ["limit is not a whole number"]),
        ("after=-1", ["after"]),
        ("after=1.5", ["after is not a whole number"]),
        ("late_by=-1", ["late_by"]),
        ("late_by=" + "9" * 5000, ["late_by"]),
        ("up_to=0", ["up_to"]),
        ("up_to=1000000000001", ["up_to"]),
        ("up_to=x", ["up_to is not a whole number"]),
    ],
)
def test_a_trail_that_cannot_be_read(reader: TestClient, query: str, words: list[str]) -> None:
    document = told(reader.get(f"/plans/sunderland/trail.json?{query}"), 422, "unreadable", *words)
    assert [problem["field"] for problem in document["problems"]] == [words[0].split()[0]]


def test_a_trail_up_to_a_version_that_is_not_there(reader: TestClient) -> None:
    told(
        reader.get("/plans/sunderland/trail.json?up_to=290"),
        404,
        "unknown-point",
        "no record number 290; its newest is 289",
    )


@pytest.mark.parametrize("instant", ["yesterday", "2019-06-04T09:00:00", "2019-13-01", "0001-01-01T00:00:00+23:59"])
def test_an_instant_that_is_not_one(reader: TestClient, instant: str) -> None:
    response = reader.get("/plans/sunderland/trail.json", params={"recorded_after": instant})
    told(response, 422, "unreadable-point", instant, "2019-06-04T09:00:00Z")


def test_a_comparison_goes_forward_in_time(reader: TestClient) -> None:
    response = reader.get("/plans/sunderland/comparison.json?previous=2019-05-31&current=2019-03-29")
    told(response, 422, "points-reversed", "2019")


def test_a_comparison_needs_to_know_with_what(reader: TestClient) -> None:
    told(reader.get("/plans/sunderland/comparison.json"), 422, "unreadable", "previous is needed", "?previous=")
    told(reader.get("/plans/sunderland/changes.md"), 422, "unreadable", "previous is needed")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/plans/sunderland?att=2019-05-31", "att is no parameter of this address; did you mean at?"),
        ("/plans/sunderland.csv?At=now", "At is no parameter"),
        ("/plans/sunderland/comparison.json?previous1=now", "did you mean previous?"),
        ("/plans/sunderland/trail.json?x=1&limit=5", "it takes action, recorded_after, late_by, after, limit, up_to"),
        ("/plans?at=now", "it takes none"),
        ("/plans/sunderland?at=now&at=2019-05-31", "at stands twice"),
    ],
)
def test_a_parameter_that_the_address_does_not_have_is_not_passed_over(
    reader: TestClient, address: str, words: str
) -> None:
    told(reader.get(address), 422, "unreadable", words)


def test_a_record_takes_no_parameters(client: TestClient, nothing_is_recorded: None) -> None:
    response = client.post("/plans/plan/events?expect=2", json=rated("green"))
    told(response, 422, "unreadable", "expect is no parameter")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:65535", "127.0.0.1:1"])
def test_this_machine_is_asked_under_any_of_its_names(reader: TestClient, host: str) -> None:
    assert reader.get("/healthz", headers={"Host": host}).status_code == 200


def test_an_answer_is_for_this_machine_only(reader: TestClient) -> None:
    told(reader.get("/plans.json", headers={"Host": "evil.example"}), 421, "foreign-host", "evil.example")


# Methods


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/plans/sunderland", "GET, HEAD"),
        ("PUT", "/plans/sunderland.json", "GET, HEAD"),
        ("POST", "/plans", "GET, HEAD"),
        ("PATCH", "/plans/sunderland/trail.json", "GET, HEAD"),
        ("TRACE", "/plans/sunderland/actions/2.4.json", "GET, HEAD"),
        ("GET", "/plans/sunderland/events", "POST"),
        ("DELETE", "/plans/sunderland/events", "POST"),
        ("OPTIONS", "/plans", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
def test_an_address_says_which_methods_it_takes(reader: TestClient, method: str, path: str, allowed: str) -> None:
    response = reader.request(method, path)
    told(response, 405, "http", method, allowed)
    assert response.headers["allow"] == allowed


def test_a_head_request_for_nothing_has_no_body_either(reader: TestClient) -> None:
    response = reader.head("/plans/nosuch.json")
    assert (response.status_code, response.content) == (404, b"")
    assert reader.head("/plans/sunderland/events").status_code == 405


# Refused by a rule


@pytest.mark.usefixtures("nothing_is_recorded")
class TestNothingIsRecorded:
    def test_where_a_rule_refuses(self, client: TestClient, plan: str) -> None:
        document = told(
            client.post(f"{plan}/events", json=rated("purple")), 409, "refused", "'purple'", "15 March 2019"
        )
        assert document["index"] == 0

    def test_where_a_rule_refuses_one_of_a_list(self, client: TestClient, plan: str) -> None:
        events = [rated("green"), rated("red"), rated("completed")]
        assert told(client.post(f"{plan}/events", json=events), 409, "refused", "needs evidence")["index"] == 2

    def test_where_the_day_is_to_come(self, client: TestClient, plan: str) -> None:
        told(client.post(f"{plan}/events", json=rated("green", on="2999-01-01")), 409, "refused", "in the future")

    def test_where_the_plan_was_never_opened(self, client: TestClient, plan: str) -> None:
        told(client.post("/plans/nosuch/events", json=rated("green")), 409, "refused", "nosuch", "open it first")

    def test_where_the_event_is_for_another_plan(self, client: TestClient, plan: str) -> None:
        events = [rated("green"), rated("green", plan="other")]
        document = told(client.post(f"{plan}/events", json=events), 422, "unreadable", "'other'", "'plan'")
        assert [(one["field"], one["index"]) for one in document["problems"]] == [("plan", 1)]

    def test_of_several_events_the_one_meant_is_said_with_how_many_there_are(
        self, client: TestClient, plan: str
    ) -> None:
        events = [rated("green"), rated("green", plan="other"), rated("red")]
        told(client.post(f"{plan}/events", json=events), 422, "unreadable", "event 2 of 3, plan:")
        told(client.post(f"{plan}/events", json=events[1]), 422, "unreadable", "event 1, plan:")

    @pytest.mark.parametrize(
        ("event", "words"),
        [
            ({"type": "InspectionReported", "body": "Ofsted", "inspected_from": "2019-05-02",
              "inspected_to": "2019-05-01"}, "inspected_to: the inspection ends before it begins"),
            ({"type": "ScaleAdopted", "scale": {"name": "s", "ratings": [
                {"code": "a", "label": "A"}, {"code": "a", "label": "B"}]}}, "'a' more than once"),
            ({"type": "ScaleAdopted", "scale": {"name": "s", "ratings": [{"code": "total", "label": "T"}]}}, "'total'"),
        ],
    )  # fmt: skip
    def test_where_an_event_contradicts_itself(
        self, client: TestClient, plan: str, event: dict[str, Any], words: str
    ) -> None:
        told(client.post(f"{plan}/events", json=event), 422, "unreadable", words, "event 1", "nothing was recorded")

    def test_where_somebody_else_recorded_in_between(self, client: TestClient, plan: str) -> None:
        response = client.post(f"{plan}/events", json=rated("green"), headers={"If-Match": '"2"'})
        told(response, 412, "version-conflict", "at record number 3, not 2", "decide again")

    @pytest.mark.parametrize(
        "tag", ["3", '"x"', "*", 'W/"3"', '"-1"', '""', '"3", "4"', '"' + "9" * 19 + '"', '"٣"', ""]
    )
    def test_where_the_expected_version_is_none(self, client: TestClient, plan: str, tag: str) -> None:
        response = client.post(f"{plan}/events", json=rated("green"), headers={b"If-Match": tag.encode()})
        told(response, 422, "unreadable", "If-Match", '"212"')

    # Not an event

    @pytest.mark.parametrize(
        ("event", "field", "words"),
        [
            ({}, "type", "ActionRated"),
            ({"type": "ActionGraded"}, "type", "did you mean ActionRated?"),
            ({"type": ["ActionRated"]}, "type", "there is no event"),
            ({"type": "ActionRated", "rating": "green"}, "action", "ActionRated needs this field"),
            ({**rated("green"), "ratting": "red"}, "ratting", "did you mean rating?"),
            ({**rated("green"), "recorded_at": "2019-01-01T00:00:00Z"}, "recorded_at", "no such field"),
            ({**rated("green"), "recorded_by": "Me"}, "recorded_by", "no such field"),
            ({**rated("green"), "version": 4}, "version", "no such field"),
            (rated("green", on="2019-02-30"), "effective_on", ""),
            (rated("green", on="31/05/2019"), "effective_on", "2019-05-31"),
            ({**rated("green"), "effective_on": 1559260800}, "effective_on", "2019-05-31"),
            (rated("Green"), "rating", "did you mean 'green'?"),
            (rated(""), "rating", ""),
            (rated("green", event_id="1"), "event_id", "not a UUID"),
            (rated("green", event_id={"a": "x" * 10_000}), "event_id", "not a UUID"),
            (rated("green", plan="Not A Plan"), "plan", "'Not A Plan'"),
            (rated("green", reason="\u0007"), "reason", "a character that cannot stand here"),
            (rated("green", source={"title": "x", "page": 3}), "source.page", "no such field"),
            ({"type": "ActionReworded", "action": "2.4"}, "text", "give another text, another outcome, or both"),
            ({"type": "EventWithdrawn", "version": True, "reason": "x"}, "version", ""),
            ({"type": "EventWithdrawn", "version": "1", "reason": "x"}, "version", ""),
            ({"type": "EventWithdrawn", "version": 1e400, "reason": "x"}, "version", ""),
            ({"type": "ReportPresented", "forum": "Board", "current": "soon"}, "current", "is not a point in time"),
            ("PlanClosed", "", "an event is a JSON object"),
            (None, "", "an event is a JSON object"),
        ],
    )  # fmt: skip
    def test_where_something_is_no_event(
        self, client: TestClient, plan: str, event: Any, field: str, words: str
    ) -> None:
        body = json.dumps([rated("green"), event]).replace("Infinity", "1e400")
        response = client.post(f"{plan}/events", content=body, headers=HEADERS)
        document = told(response, 422, "unreadable", words, "event 2", "nothing was recorded")
        assert [(problem["field"], problem["index"]) for problem in document["problems"]] == [(field, 1)]

    def test_where_much_is_wrong_all_of_it_is_said(self, client: TestClient, plan: str) -> None:
        document = told(client.post(f"{plan}/events", json=[{}] * 2000), 422, "unreadable", "and 1995 more")
        assert len(document["problems"]) == 100

    def test_where_the_list_is_empty(self, client: TestClient, plan: str) -> None:
        told(client.post(f"{plan}/events", json=[]), 422, "unreadable", "holds no event")

    @pytest.mark.parametrize(
        "body",
        [b"", b" ", b"{", b"{'type': 'PlanClosed'}", b'{"type": "PlanClosed",}', b"NaN", b'{"type": NaN}',
         b"[-Infinity]", b'{"type": "Plan\xff"}', b"\xff\xfe{\x00}\x00", b"[" + b"1" * 5000 + b"]",
         b'{"type": "PlanClosed"} {"type": "PlanClosed"}', b'{"type": "PlanClosed\n"}'],
    )  # fmt: skip
    def test_where_the_body_is_not_json(self, client: TestClient, plan: str, body: bytes) -> None:
        told(client.post(f"{plan}/events", content=body, headers=HEADERS), 422, "unreadable", "not JSON")

    def test_where_a_field_stands_twice(self, client: TestClient, plan: str) -> None:
        body = b'{"type": "ActionRated", "action": "2.4", "rating": "red", "rating": "green"}'
        told(client.post(f"{plan}/events", content=body, headers=HEADERS), 422, "unreadable", "'rating' stands twice")
        body = b'{"previous": "now", "previous": "now", "current": "now", "claims": []}'
        document = client.post(f"{plan}/audit", content=body, headers=HEADERS)
        told(document, 422, "unreadable-claim", "'previous' stands twice")

    @pytest.mark.parametrize("depth", [100, 600, 900, 200_000])
    @pytest.mark.parametrize("shape", [("[", "]"), ('{"a":', "}")])
    def test_where_something_is_nested_deeply(
        self, client: TestClient, plan: str, depth: int, shape: tuple[str, str]
    ) -> None:
        nested = shape[0] * depth + "1" + shape[1] * depth
        for field in ("type", "plan", "event_id", "source", "text"):
            body = f'{{"type": "ProgressReported", "action": "2.4", "{field}": {nested}}}'.encode()
            told(client.post(f"{plan}/events", content=body, headers=HEADERS), 422, "unreadable")
        for field in ("previous", "claims", "nosuch"):
            body = f'{{"{field}": {nested}}}'.encode()
            told(client.post(f"{plan}/audit", content=body, headers=HEADERS), 422, "unreadable-claim")

    def test_where_it_is_for_another_host(self, client: TestClient, plan: str) -> None:
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "127.0.0.2", "", "[::2]"):
            response = client.post(f"{plan}/events", json=rated("green"), headers={"Host": host})
            told(response, 421, "foreign-host", "127.0.0.1", "localhost")

    def test_where_a_page_of_another_origin_sends_it(self, client: TestClient, plan: str) -> None:
        for origin in ("http://evil.example", "null", "http://127.0.0.1:8001", "http://localhost:8000", "", "file://"):
            response = client.post(f"{plan}/events", json=rated("green"), headers={"Origin": origin})
            told(response, 403, "foreign-origin", "nothing was recorded")

    @pytest.mark.parametrize(
        "media", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"]
    )
    def test_where_the_body_does_not_say_that_it_is_json(self, client: TestClient, plan: str, media: str) -> None:
        for address in ("events", "audit"):
            response = client.post(f"{plan}/{address}", content=b"{}", headers={"Content-Type": media})
            told(response, 415, "unreadable", "send application/json")

    def test_where_the_body_is_huge(self, client: TestClient, plan: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("api.http.bodies.LARGEST_BODY", 1000)
        for address in ("events", "audit"):
            response = client.post(f"{plan}/{address}", content=b" " * 1001, headers=HEADERS)
            told(response, 413, "unreadable", "1000 bytes", "in parts")

    def test_where_a_text_is_too_long(self, client: TestClient, plan: str) -> None:
        event = {"type": "ProgressReported", "action": "2.4", "text": "x" * 20_001}
        told(client.post(f"{plan}/events", json=event), 422, "unreadable", "text", "20,000")


# Audits


def claims(**claim: Any) -> dict[str, Any]:
    one = {"where": "headline", "population": "all", "at": "current", "count": 1, **claim}
    return {"previous": "issue:2.0", "current": "issue:3.0", "claims": [one]}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "claims are a JSON object"),
        ({}, "previous"),
        (claims(population="some"), "claim 1.population"),
        (claims(count=-1), "claim 1.count"),
        (claims(count="1"), "claim 1.count"),
        ({**claims(), "previous": "soon"}, "not a point in time"),
        ({**claims(), "extra": 1}, "extra"),
    ],
)
def test_claims_that_cannot_be_read(reader: TestClient, body: Any, words: str) -> None:
    told(reader.post("/plans/sunderland/audit", json=body), 422, "unreadable-claim", words)


def test_claims_of_what_the_plan_does_not_have(reader: TestClient) -> None:
    told(reader.post("/plans/sunderland/audit", json=claims(priority="99")), 409, "refused", "'99'", "claim 1")
    told(reader.post("/plans/sunderland/audit", json=claims(rating="purple")), 409, "refused", "'purple'", "red, amber")
    told(reader.post("/plans/nosuch/audit", json=claims()), 404, "unknown-plan")
    told(reader.post("/plans/sunderland/audit", json={**claims(), "current": "issue:9"}), 404, "unknown-point")


# Faults of our own


def test_a_fault_is_not_shown_to_the_caller(
    ledger: Ledger, client: TestClient, plan: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(ledger, "states", fails)
    quiet = asking(client.app, raise_server_exceptions=False)
    document = told(quiet.get("/plans.json"), 500, "fault")
    assert "secret" not in json.dumps(document)
    assert "secret" in caplog.text, "but it is logged"
