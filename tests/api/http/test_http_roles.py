"""Every address with every role, with roles for one plan, with one that has expired, and with none: a written table."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from lxml import html
from starlette.testclient import TestClient

from api.application import make_application
from api.http.access.address_roles import Needs, Undeclared, declared, every_route_declares, needs, routes_of
from domain.access.principals import Grant
from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING, asking, rated
from tests.api.signed_in import BROWSER, ORIGIN, PAGE, browser, close, principal, program, token_on
from tests.asked import paths

#: Path -> what it needs, of every address but those of a question, whose forms need a reader.
TABLE = {
    "GET /healthz": "nobody", "GET /readyz": "nobody", "GET /static/{file}": "nobody",
    "GET /sign-in": "nobody", "POST /sign-in": "nobody", "POST /sign-out": "nobody",
    "GET /password": "nobody", "POST /password": "nobody",
    "GET /sign-in/once": "nobody", "POST /sign-in/once": "nobody",
    "GET /sign-in/openid": "nobody", "GET /sign-in/openid/back": "nobody",
    "GET /key": "nobody", "GET /checkpoint": "nobody",
    "GET /access": "steward", "GET /access/log": "steward", "POST /access/{what}": "steward",
    "GET /": "reader", "GET /guide": "reader", "GET /plans": "reader", "GET /plans/{plan}": "reader",
    "GET /open-plan": "reader", "POST /open-plan": "reader",
    "GET /plans/{plan}/pack.zip": "reader",
    "POST /plans/{plan}/audit": "reader",
    "POST /plans/{plan}/events": "recording",
    "GET /plans/{plan}/record": "recording",
    "GET /plans/{plan}/record/{what}": "recording", "POST /plans/{plan}/record/{what}": "recording",
    "GET /plans/{plan}/recorded/{version}": "reader",
    "GET /plans/{plan}/point": "reader", "GET /plans/{plan}/point/chosen": "reader",
    "GET /plans/{plan}/since": "reader", "POST /plans/{plan}/since": "reader",
    **{f"GET /plans/{{plan}}{path}": "reader" for path in paths()},
}  # fmt: skip
FORMS = ("json", "md", "csv", "html", "xlsx", "docx", "pdf")
EXPIRED = datetime(2020, 1, 1, tzinfo=UTC)
PASSED, UNKNOWN, REFUSED, HIDDEN = 422, 401, 403, 404

#: Who -> what comes of asking for what needs a reader of no plan in particular, a reader of the plan, the role of an
#: event of the plan, and a steward.
EXPECTED = {
    "reader": (PASSED, PASSED, REFUSED, REFUSED),
    "recorder": (PASSED, PASSED, PASSED, REFUSED),
    "keeper": (PASSED, PASSED, PASSED, REFUSED),
    "steward": (PASSED, PASSED, PASSED, PASSED),
    "reader of this plan": (PASSED, PASSED, REFUSED, REFUSED),
    "keeper of this plan": (PASSED, PASSED, PASSED, REFUSED),
    "keeper of another plan": (PASSED, HIDDEN, HIDDEN, REFUSED),
    "keeper whose time is over": (PASSED, HIDDEN, HIDDEN, REFUSED),
    "nobody": (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    "a token that is none": (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
}


@pytest.fixture(scope="module")
def council(server_folder: Any) -> Iterator[tuple[FastAPI, Ledger]]:
    """An application on a ledger with the plans `plan` and `other`, to which principals were added."""
    with Ledger.open(data=server_folder, schema="roles") as ledger:
        app = make_application(ledger, BY)
        for plan in ("plan", "other"):
            assert asking(app).post(f"/plans/{plan}/events", json=OPENING).status_code == 201
        close(ledger)
        yield app, ledger
        assert list(broken_invariants(ledger)) == []


@pytest.fixture(scope="module")
def clients(council: tuple[FastAPI, Ledger]) -> dict[str, TestClient]:
    """A client for each of those who ask."""
    app, ledger = council
    return {
        **{role: program(app, ledger, f"a {role}", role) for role in ("reader", "recorder", "keeper")},
        "steward": carrying_its_token(browser(app, ledger, principal(ledger, "a steward", Grant("steward")))),
        "reader of this plan": program(app, ledger, "reader of this plan", "reader", "plan"),
        "keeper of this plan": program(app, ledger, "keeper of this plan", "keeper", "plan"),
        "keeper of another plan": program(app, ledger, "keeper of another plan", "keeper", "other"),
        "keeper whose time is over": browser(
            app, ledger, principal(ledger, "keeper whose time is over", Grant("keeper", None, EXPIRED))
        ),
        "nobody": asking(app),
        "a token that is none": asking(app, headers={"Authorization": "Bearer asat_nosuch"}),
    }


def carrying_its_token(client: TestClient) -> TestClient:
    """The same browser; whatever it sends carries what its forms do."""
    client.headers["X-Asat-Csrf"] = token_of(client)
    return client


def addresses(app: FastAPI) -> Iterator[tuple[str, str, str, APIRoute]]:
    """Every method and path that answers, as it is registered and as it can be asked."""
    values = {"plan": "plan", "action": "2.4", "version": "1", "what": "rate", "file": "asat.css"}
    for route in routes_of(app.routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield method, route.path, route.path.format(**values), route


def test_every_address_needs_what_is_written_here(council: tuple[FastAPI, Ledger]) -> None:
    found = {f"{method} {path}": declared(route) for method, path, _, route in addresses(council[0])}
    forms = {address for address in found if address.startswith("GET /plans") and address.endswith(FORMS)}
    assert {found.pop(address) for address in forms} == {"reader"}
    assert len(forms) == 17 * len(FORMS)
    assert found == TABLE


def test_every_address_of_the_description_is_one_of_these(council: tuple[FastAPI, Ledger]) -> None:
    described = council[0].openapi()["paths"]
    walked = {(method, path) for method, path, _, _ in addresses(council[0])}
    assert {(method.upper(), path) for path in described for method in described[path]} <= walked


@pytest.mark.parametrize("who", EXPECTED)
def test_every_address_lets_in_whom_it_should(
    council: tuple[FastAPI, Ledger], clients: dict[str, TestClient], who: str
) -> None:
    """What is let in complains of a parameter that no address has, so nothing needs to be answered."""
    listed, reader, recording, steward = EXPECTED[who]
    wrong = []
    for method, path, address, route in addresses(council[0]):
        needed = declared(route)
        if needed == "nobody":
            continue
        expected = {"reader": reader, "recording": recording, "steward": steward}[needed]
        if needed == "reader" and "{plan}" not in path:
            expected = listed
        client = clients[who]
        client.app.state.limiter = type(client.app.state.limiter)()  # type: ignore[attr-defined]
        headers = {"X-Asat-Csrf": token_of(client)} if who == "keeper whose time is over" else {}
        answer = client.request(method, f"{address}?nonsense=1", headers=headers, follow_redirects=False)
        if answer.status_code != expected:
            wrong.append((method, path, answer.status_code, expected))
    assert wrong == []


def token_of(client: TestClient) -> str:
    return token_on(client.get("/plans", headers=PAGE))


def test_a_route_that_declares_nothing_keeps_the_application_from_starting(council: tuple[FastAPI, Ledger]) -> None:
    app = FastAPI(docs_url=None, redoc_url=None)
    app.add_api_route("/open", lambda: None)
    with pytest.raises(Undeclared, match="/open must declare"):
        every_route_declares(app)
    twice = FastAPI(docs_url=None, redoc_url=None)
    twice.add_api_route("/two", lambda: None, dependencies=[Depends(needs("reader")), Depends(needs("steward"))])
    with pytest.raises(Undeclared, match="/two must declare"):
        every_route_declares(twice)


def test_a_plan_that_one_may_not_read_is_as_one_that_is_not_there(clients: dict[str, TestClient]) -> None:
    for who in ("keeper of another plan", "keeper whose time is over"):
        for address in (
            "/plans/{}.json",
            "/plans/{}/trail.json",
            "/plans/{}/actions/99.json",
            "/plans/{}",
            "/guide?plan={}",
        ):
            hidden, unknown = (clients[who].get(address.format(name)) for name in ("plan", "nosuch"))
            assert (hidden.status_code, unknown.status_code) == (404, 404)
            assert hidden.text.replace("'plan'", "'nosuch'") == unknown.text
            page, other = (clients[who].get(address.format(name), headers=PAGE) for name in ("plan", "nosuch"))
            assert page.text.replace("&#39;plan&#39;", "&#39;nosuch&#39;") == other.text
            assert dict(hidden.headers).keys() == dict(unknown.headers).keys()
            if "guide" not in address:
                assert unknown.text == clients["keeper"].get(address.format("nosuch")).text


def test_without_credentials_every_plan_is_alike(clients: dict[str, TestClient]) -> None:
    answers = [clients["nobody"].get(f"/plans/{name}.json") for name in ("plan", "nosuch", "other")]
    assert {answer.text for answer in answers} == {answers[0].text}
    assert {(one.status_code, one.headers["www-authenticate"]) for one in answers} == {(401, 'Bearer realm="AsAt"')}


def test_plans_are_listed_that_may_be_read(clients: dict[str, TestClient]) -> None:
    def listed(who: str) -> list[str]:
        return [one["plan"] for one in clients[who].get("/plans.json").json()["plans"]]

    assert listed("reader") == listed("steward") == ["other", "plan"]
    assert listed("keeper of this plan") == ["plan"]
    assert listed("keeper of another plan") == ["other"]
    assert listed("keeper whose time is over") == []
    assert "/plans/plan" not in clients["keeper of another plan"].get("/guide", headers=PAGE).text


@pytest.mark.parametrize(
    ("who", "event", "status"),
    [
        ("reader", "rated", 403),
        ("recorder", "rated", 201),
        ("recorder", "reworded", 403),
        ("keeper", "reworded", 201),
        ("steward", "rated", 403),
        ("steward", "reworded", 403),
        ("keeper of this plan", "reworded", 201),
        ("keeper of another plan", "reworded", 404),
        ("nobody", "rated", 401),
    ],
)
def test_each_event_needs_its_own_role(clients: dict[str, TestClient], who: str, event: str, status: int) -> None:
    events = {"rated": rated("green"), "reworded": {"type": "ActionReworded", "action": "2.4", "text": f"By {who}"}}
    answer = clients[who].post(
        "/plans/plan/events", json=[rated("green"), events[event]] if status == 201 else events[event]
    )
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["type"] == "tag:asat,2026:not-allowed"
        assert answer.json()["role"] == ("keeper" if event == "reworded" else "recorder")
    if status == 201:
        assert {one["recorded_by"] for one in answer.json()["events"]} == {f"a {who}" if "plan" not in who else who}


@pytest.mark.parametrize("way", ["events", "record/confirm?action=2.4"])
def test_a_rating_is_confirmed_by_a_person_and_by_no_program(council: tuple[FastAPI, Ledger], way: str) -> None:
    app, ledger = council
    number = len(way)
    rater, other = (program(app, ledger, f"{name} {number}", "keeper") for name in ("a rater", "another program"))
    bea = carrying_its_token(browser(app, ledger, principal(ledger, f"Bea {number}", Grant("recorder"))))
    opening: dict[str, Any] = dict(OPENING[0])
    *ratings, done = opening["scale"]["ratings"]
    opening["scale"] = {"name": "RAG", "ratings": [*ratings, {**done, "needs_second_person": True}]}
    plan = f"/plans/confirmed-{number}"
    told = [opening, *OPENING[1:], rated("completed", evidence=["Audit"])]
    assert rater.post(f"{plan}/events", json=told).status_code == 201
    event = {"type": "RatingConfirmed", "action": "2.4", "version": 4}
    sent = {"do": "record", "version": "4", "effective_on": "2019-03-15"}
    how: dict[str, Any] = {"json": event} if way == "events" else {"data": form_of(bea, f"{plan}/{way}") | sent}
    refused = other.post(f"{plan}/{way}", **how, headers=BROWSER)
    assert (refused.status_code, "RatingConfirmed takes a person" in refused.text) == (403, True)
    assert "/record/confirm" not in other.get(f"{plan}/actions/2.4", headers=PAGE).text
    assert "/record/confirm" in bea.get(f"{plan}/actions/2.4", headers=PAGE).text
    answer = bea.post(f"{plan}/{way}", **how, headers=BROWSER, follow_redirects=False)
    assert answer.status_code == (201 if way == "events" else 303), answer.text


def form_of(client: TestClient, address: str) -> dict[str, str]:
    """What a form sends that is sent as it was opened."""
    fields = html.fromstring(client.get(address, headers=PAGE).text).xpath("//main//form")[-1].fields
    return {name: value for name, value in fields.items() if value}


def test_a_list_with_one_event_too_many_is_refused_whole(clients: dict[str, TestClient]) -> None:
    before = clients["reader"].get("/plans/plan/trail.json?limit=1000").json()["events"]
    events = [rated("red"), {"type": "PlanClosed"}]
    assert clients["recorder"].post("/plans/plan/events", json=events).status_code == 403
    assert clients["reader"].get("/plans/plan/trail.json?limit=1000").json()["events"] == before


def test_nobody_says_under_which_name_they_record(clients: dict[str, TestClient]) -> None:
    headers = {"X-Recorded-By": "Somebody else"}
    answer = clients["recorder"].post("/plans/plan/events", json=rated("green"), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "tag:asat,2026:author-said")
    assert "leave the header" in answer.json()["detail"]


def test_a_revoked_token_and_an_ended_role_count_no_more_at_once(council: tuple[FastAPI, Ledger]) -> None:
    app, ledger = council
    client = program(app, ledger, "a token to revoke", "reader")
    somebody = browser(app, ledger, principal(ledger, "somebody", Grant("reader")))
    assert client.get("/plans/plan.json").status_code == somebody.get("/plans/plan.json").status_code == 200
    ledger.access.tokens.revoke("a token to revoke", "operator root")
    ledger.access.principals.end_grant("somebody", "reader", None, "operator root")
    assert (client.get("/plans/plan.json").status_code, somebody.get("/plans/plan.json").status_code) == (401, 404)


def test_a_published_plan_is_read_by_anyone_and_others_are_not(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    app = make_application(ledger, BY)
    anyone = asking(app)
    for plan in ("plan", "other"):
        assert anyone.post(f"/plans/{plan}/events", json=OPENING).status_code == 201
    close(ledger)
    ledger.access.principals.add("anyone", [Grant("reader", "plan")], "operator root")
    assert anyone.get("/plans/plan.json").status_code == 200
    assert [one["plan"] for one in anyone.get("/plans.json").json()["plans"]] == ["plan"]
    assert [anyone.get(f"/plans/{name}.json").status_code for name in ("other", "nosuch")] == [401, 401]
    assert anyone.post("/plans/plan/events", json=rated("green")).status_code == 401
    page = anyone.get("/plans/plan", headers=PAGE)
    assert "Sign in" in page.text
    assert "/record" not in page.text


@pytest.mark.parametrize(
    ("role", "there", "absent"),
    [
        ("reader", [], ["/record", "Withdraw this event", "Record a past presentation"]),
        ("recorder", ["/record/rate"], ["/record/reword", "Withdraw this event", "Record a past presentation"]),
        ("keeper", ["/record/rate", "/record/reword", "Withdraw this event", "Record a past presentation"], []),
    ],
)
def test_pages_offer_what_one_may_do(
    council: tuple[FastAPI, Ledger], role: Any, there: list[str], absent: list[str]
) -> None:
    app, ledger = council
    client = browser(app, ledger, principal(ledger, f"page {role}", Grant(role)))
    pages = [client.get(f"/plans/plan{path}", headers=PAGE) for path in
             ("", "/actions/2.4", "/events/3", "/history", "/comparison?previous=now")]  # fmt: skip
    if role != "reader":
        pages.append(client.get("/plans/plan/record", headers=PAGE))
    text = "".join(page.text for page in pages)
    assert all(page.status_code == 200 for page in pages)
    assert [words for words in there if words not in text] == []
    assert [words for words in absent if words in text] == []
    assert f"page {role}" in pages[0].text
    assert "Sign out" in pages[0].text


def test_a_form_that_one_may_not_send_is_refused_and_noted(council: tuple[FastAPI, Ledger]) -> None:
    app, ledger = council
    client = browser(app, ledger, principal(ledger, "form recorder", Grant("recorder")))
    answer = client.get("/plans/plan/record/reword?action=2.4", headers=PAGE)
    assert answer.status_code == 403
    assert "lacks the role keeper for plan plan" in answer.text
    noted = ledger.access.audit.records()[-1]
    assert (type(noted.event).__name__, noted.recorded_by) == ("RequestRefused", "form recorder")


def test_what_is_taken_away_is_noted_and_what_is_read_is_not(council: tuple[FastAPI, Ledger]) -> None:
    app, ledger = council
    client = program(app, ledger, "a taker", "reader")
    before = len(ledger.access.audit.records())
    client.get("/plans/plan.json")
    client.get("/plans/plan", headers=PAGE)
    assert len(ledger.access.audit.records()) == before
    for form in ("csv", "md", "xlsx"):
        assert client.get(f"/plans/plan.{form}").status_code == 200
    noted = ledger.access.audit.records()[before:]
    assert [(type(one.event).__name__, one.recorded_by) for one in noted] == [("Exported", "a taker")] * 3


def test_who_takes_more_than_anybody_reads_is_noted_sixty_times_a_minute(council: tuple[FastAPI, Ledger]) -> None:
    app, ledger = council
    client = program(app, ledger, "a great taker", "reader")
    before = ledger.access.audit.size()
    assert {client.get("/plans/plan.csv").status_code for _ in range(70)} == {200}
    assert ledger.access.audit.size() == before + 60


def test_who_only_asks_what_there_is_takes_nothing_away(council: tuple[FastAPI, Ledger]) -> None:
    app, ledger = council
    client = program(app, ledger, "asks what there is", "reader")
    before = ledger.access.audit.size()
    assert client.head("/plans/plan.csv").status_code == 200
    assert ledger.access.audit.size() == before


def test_what_anyone_takes_of_a_published_plan_fills_no_disk(make_ledger: Callable[[], Ledger]) -> None:
    ledger = make_ledger()
    app = make_application(ledger, BY)
    anyone = asking(app)
    assert anyone.post("/plans/plan/events", json=OPENING).status_code == 201
    close(ledger)
    ledger.access.principals.add("anyone", [Grant("reader", "plan")], "operator root")
    before = ledger.access.audit.size()
    for form in ("csv", "md", "xlsx"):
        assert anyone.get(f"/plans/plan.{form}").status_code == 200
    assert ledger.access.audit.size() == before


def test_only_the_form_that_records_is_shown_again_after_signing_in_anew(council: tuple[FastAPI, Ledger]) -> None:
    again = [
        (method, path)
        for method, path, _, route in addresses(council[0])
        if any(isinstance(one.call, Needs) and one.call.shows_again for one in route.dependant.dependencies)
    ]
    assert again == [("POST", "/plans/{plan}/record/{what}")]


def test_answers_to_somebody_are_kept_by_nobody_else(clients: dict[str, TestClient]) -> None:
    for address in ("/plans/plan.json", "/plans/plan.json?at=2019-03-01@3", "/plans.csv", "/plans/plan", "/guide"):
        headers = clients["reader"].get(address, headers=PAGE).headers
        assert "private" in headers["cache-control"], address
        assert {"Cookie", "Authorization"} <= {name.strip() for name in headers["vary"].split(",")}


def test_a_refusal_of_somebody_unknown_fills_no_disk(
    council: tuple[FastAPI, Ledger], clients: dict[str, TestClient]
) -> None:
    before = council[1].access.audit.size()
    for _ in range(3):
        clients["nobody"].get("/plans/plan.json")
        clients["a token that is none"].post("/plans/plan/events", json=[], headers=ORIGIN)
    assert council[1].access.audit.size() == before


def test_a_browser_is_led_to_sign_in_and_back(clients: dict[str, TestClient]) -> None:
    answer = clients["nobody"].get("/plans/plan?at=2019-03-01", headers=BROWSER, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/plans/plan%3Fat%3D2019-03-01"
