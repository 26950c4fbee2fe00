"""Setting a password of one's own, by whoever has signed in."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, asking
from tests.api.filled_forms import errors, tree
from tests.api.page_reader import Page
from tests.api.signed_in import BROWSER, ORIGIN, PAGE, PASSWORD, browser, close, principal, program, token_on

OFFICER, NEW = "Ann Officer", "another few words"


@pytest.fixture
def council(ledger: Ledger) -> Any:
    """An application on a ledger that knows an officer, who has no password yet."""
    app = make_application(ledger, BY)
    close(ledger)
    principal(ledger, OFFICER, Grant("reader"))
    return app


def signs_in(client: TestClient, password: str) -> int:
    sent = {"account": OFFICER, "password": password}
    return client.post("/sign-in", data=sent, headers=BROWSER, follow_redirects=False).status_code


def sets(client: TestClient, **sent: str) -> Any:
    token = token_on(client.get("/password", headers=PAGE))
    return client.post("/password", data={**sent, "csrf": token}, headers=BROWSER)


def test_whoever_comes_in_by_a_link_sets_a_password_and_signs_in_with_it(council: Any, ledger: Ledger) -> None:
    client = browser(council, ledger, OFFICER)
    page = Page(client, "/plans").follow("Password")
    assert "You have no password yet" in page.words
    assert not page.tree.xpath("//input[@name='former']")
    done = sets(client, password=NEW, again=NEW)
    assert "Your password is set" in done.text
    assert client.get("/plans.json").status_code == 200, "this browser stays signed in"
    assert signs_in(asking(council), NEW) == 303
    noted = [one for one in ledger.access.audit.records() if type(one.event).__name__ == "PasswordSet"]
    assert [one.recorded_by for one in noted] == [OFFICER]


def test_whoever_has_a_password_must_know_it_to_set_another(council: Any, ledger: Ledger) -> None:
    ledger.access.passwords.set(OFFICER, PASSWORD, "operator root")
    client, elsewhere = asking(council), asking(council)
    for one in (client, elsewhere):
        assert signs_in(one, PASSWORD) == 303
    wrong = sets(client, former="wrong horse battery", password=NEW, again=NEW)
    assert wrong.status_code == 403
    assert errors(wrong) == {"former": "That is not your password"}
    assert "Your password is set" in sets(client, former=PASSWORD, password=NEW, again=NEW).text
    assert elsewhere.get("/plans.json").status_code == 401, "whoever knew the old one is out"
    assert signs_in(asking(council), PASSWORD) == 403
    assert signs_in(asking(council), NEW) == 303


def test_a_forgotten_password_is_replaced_by_whoever_comes_in_by_a_link(council: Any, ledger: Ledger) -> None:
    ledger.access.passwords.set(OFFICER, PASSWORD, "operator root")
    client = browser(council, ledger, OFFICER)
    assert "Your password is set" in sets(client, password=NEW, again=NEW).text
    again = sets(client, password=PASSWORD, again=PASSWORD)
    assert errors(again) == {"former": "That is not your password"}, "a link is good for one password"


@pytest.mark.parametrize(
    ("password", "again", "field", "why"),
    [
        ("short", "short", "password", "at least 12 characters"),
        ("ann officer 2026", "ann officer 2026", "password", "first to be tried"),
        (NEW, f"{NEW}!", "again", "not the same"),
        ("", "", "password", "at least 12 characters"),
    ],
)
def test_what_cannot_be_a_password_is_said_beside_its_field(
    council: Any, ledger: Ledger, password: str, again: str, field: str, why: str
) -> None:
    client = browser(council, ledger, OFFICER)
    answer = sets(client, password=password, again=again)
    assert answer.status_code == 422
    assert why in errors(answer)[field]
    assert not [value for value in tree(answer).xpath("//input[@type='password']/@value") if value]
    assert not ledger.access.passwords.exist()


def test_whoever_guesses_the_password_of_a_session_is_stopped(council: Any, ledger: Ledger) -> None:
    ledger.access.passwords.set(OFFICER, PASSWORD, "operator root")
    client = asking(council)
    signs_in(client, PASSWORD)
    for _ in range(5):
        sets(client, former="wrong horse battery", password=NEW, again=NEW)
    stopped = sets(client, former=PASSWORD, password=NEW, again=NEW)
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["retry-after"]) <= 900


def test_whoever_comes_in_by_the_organisation_is_told_that_they_need_none(council: Any, ledger: Ledger) -> None:
    client = browser(council, ledger, OFFICER)
    ledger.access.identities.link(OFFICER, "https://i", "s", "operator root")
    token = token_on(client.get("/password", headers=PAGE))
    identity = ledger.access.identities.sign_in("https://i", "s", ledger.access.audit.records()[-1].recorded_at, None)
    client.cookies.clear()
    client.cookies.set("asat", identity)
    assert "need no password here" in Page(client, "/password").words
    token = token_on(client.get("/password", headers=PAGE))
    answer = client.post("/password", data={"csrf": token, "password": NEW, "again": NEW}, headers=BROWSER)
    assert answer.status_code == 422
    assert not ledger.access.passwords.exist()


def test_no_other_site_sets_a_password(council: Any, ledger: Ledger) -> None:
    client = browser(council, ledger, OFFICER)
    answer = client.post("/password", data={"password": NEW, "again": NEW}, headers=ORIGIN)
    assert (answer.status_code, answer.json()["type"]) == (403, "tag:asat,2026:forged")
    assert not ledger.access.passwords.exist()


def test_only_whoever_has_signed_in_with_a_browser_sets_one(council: Any, ledger: Ledger) -> None:
    answer = asking(council).get("/password", headers=PAGE, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/password")
    robot = program(council, ledger, "a program", "reader")
    assert robot.get("/password").status_code == 401
    assert robot.post("/password", data={"password": NEW, "again": NEW}).status_code == 401


def test_on_an_open_ledger_nobody_has_a_password(client: TestClient) -> None:
    assert client.get("/password", headers=PAGE).status_code == 404
