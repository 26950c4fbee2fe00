"""What a proxy before the server changes: an open ledger is for this machine only, and a public address is https."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from api.serving_settings import ServingSettings
from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING, asking, rated
from tests.api.filled_forms import sheet_on
from tests.api.signed_in import PAGE, close, principal, program, token_on

URL = "https://asat.example.gov.uk"
PASSED_ON = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"]


@pytest.fixture
def behind(ledger: Ledger) -> TestClient:
    """An officer's browser at the public address, signed in."""
    assert asking(make_application(ledger, BY)).post("/plans/plan/events", json=OPENING).status_code == 201
    close(ledger)
    client = TestClient(make_application(ledger, BY, settings=ServingSettings(URL)), base_url=URL)
    key = ledger.access.links.make(principal(ledger, "Ann Officer", Grant("keeper")), "operator root", 10)
    answer = client.post("/sign-in/once", data={"key": key}, headers={"Origin": URL}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client


# An open ledger


@pytest.mark.parametrize("header", PASSED_ON)
def test_an_open_ledger_is_open_to_nobody_behind_a_proxy(
    ledger: Ledger, client: TestClient, plan: str, header: str
) -> None:
    size, headers = ledger.size(), {header: "192.0.2.1"}
    for answer in (client.get(f"{plan}.json", headers=headers), client.get("/plans.json", headers=headers),
                   client.post(f"{plan}/events", json=rated("green"), headers=headers)):  # fmt: skip
        assert (answer.status_code, answer.json()["type"]) == (421, "tag:asat,2026:open-to-others")
        assert "asat principal add" in answer.json()["detail"]
    page = client.get(plan, headers={**PAGE, **headers})
    assert page.status_code == 421
    assert "open to this machine only" in page.text
    assert client.get("/nothing", headers={**PAGE, **headers}).status_code == 404
    assert ledger.size() == size


def test_where_somebody_is_known_a_proxy_may_pass_on_what_it_is_asked(ledger: Ledger, plan: str) -> None:
    close(ledger)
    app = make_application(ledger, BY)
    headers = dict.fromkeys(PASSED_ON, "192.0.2.1")
    assert program(app, ledger, "the data bridge", "reader").get(f"{plan}.json", headers=headers).status_code == 200


# Pages of elsewhere


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site"])
def test_what_a_browser_says_that_another_site_sends_records_nothing(
    ledger: Ledger, client: TestClient, plan: str, site: str
) -> None:
    size = ledger.size()
    for origin in ({}, {"Origin": "http://127.0.0.1:8000"}):
        answer = client.post(f"{plan}/events", json=rated("green"), headers={"Sec-Fetch-Site": site, **origin})
        assert (answer.status_code, answer.json()["type"]) == (403, "tag:asat,2026:foreign-origin")
    assert ledger.size() == size
    assert client.get(f"{plan}.json", headers={"Sec-Fetch-Site": site}).status_code == 200, "a link may lead here"


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_a_page_of_ours_sends_is_recorded(client: TestClient, plan: str, site: str) -> None:
    assert client.post(f"{plan}/events", json=rated("green"), headers={"Sec-Fetch-Site": site}).status_code == 201


def test_a_page_of_the_public_address_came_by_https(behind: TestClient) -> None:
    headers = {"X-Asat-Csrf": token_on(behind.get("/plans", headers=PAGE))}

    def sends(origin: str) -> Any:
        return behind.post("/plans/plan/events", json=rated("green"), headers={**headers, "Origin": origin})

    refused = sends(URL.replace("https", "http"))
    assert (refused.status_code, refused.json()["type"]) == (403, "tag:asat,2026:foreign-origin")
    assert sends(URL).status_code == 201


# Cookies


def test_over_https_every_cookie_is_kept_to_https(behind: TestClient) -> None:
    sheet = sheet_on(behind, behind.get("/plans/plan/record/rate?action=2.4", headers=PAGE))
    sent = {**sheet.holds, "rating": "green", "effective_on": "2019-03-15", "do": "record"}
    recorded = behind.post(sheet.address, data=sent, headers={**PAGE, "Origin": URL}, follow_redirects=False)
    read = behind.post(
        "/plans/plan/since", data={"version": "3", "csrf": sheet.holds["csrf"]}, headers={"Origin": URL},
        follow_redirects=False,
    )  # fmt: skip
    for answer, name in ((recorded, "recorded-plan="), (read, "seen-plan=")):
        assert answer.status_code == 303, answer.text
        assert answer.headers["set-cookie"].startswith(name)
        assert "Secure" in answer.headers["set-cookie"]


def test_over_http_no_cookie_needs_https(client: TestClient, plan: str) -> None:
    read = client.post(f"{plan}/since", data={"version": "3"}, follow_redirects=False)
    assert read.headers["set-cookie"].startswith("seen-plan=")
    assert "Secure" not in read.headers["set-cookie"]
