"""The steward's pages: what people may is given and ended, asked about first, and told afterwards."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from api.application import make_application
from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING, asking
from tests.api.filled_forms import errors, tree, words
from tests.api.page_reader import Page
from tests.api.signed_in import BROWSER, PAGE, browser, close, principal, token_on

OFFICER, SUE = "Ann Officer", "Sue Steward"
READER = {"role": "reader", "plan": "", "until": ""}


@pytest.fixture
def council(ledger: Ledger) -> Any:
    """An application on a ledger with a plan, an officer who keeps it, and two stewards."""
    app = make_application(ledger, BY)
    assert asking(app).post("/plans/plan/events", json=OPENING).status_code == 201
    close(ledger)
    principal(ledger, OFFICER, Grant("keeper"), password=True)
    principal(ledger, SUE, Grant("steward"), password=True)
    return app


@pytest.fixture
def sue(council: Any, ledger: Ledger) -> TestClient:
    return browser(council, ledger, SUE)


def sends(client: TestClient, what: str, **sent: str) -> Any:
    token = token_on(client.get("/access", headers=PAGE))
    return client.post(f"/access/{what}", data={**sent, "csrf": token}, headers=BROWSER)


def sends_surely(client: TestClient, what: str, **sent: str) -> Any:
    """Send it, and press the button of the page that asks."""
    asked = sends(client, what, **sent)
    assert asked.status_code == 200
    [form] = tree(asked).xpath("//main//form")
    held = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    return client.post(form.get("action"), data=held, headers=BROWSER)


def told(response: Any) -> str:
    [note] = tree(response).xpath("//*[@role='status']")
    return words(note)


def open_forms(response: Any) -> list[str]:
    return [words(one.find("summary")) for one in tree(response).xpath("//details[@open]")]


# Giving


def test_a_steward_gives_and_ends_what_people_may(council: Any, ledger: Ledger, sue: TestClient) -> None:
    added = told(sends(sue, "add", name="Ben", **READER))
    assert added.startswith("Ben was added. Give them a link to sign in once")
    given = told(sends(sue, "grant", name="Ben", role="recorder", plan="plan", until="2999-12-31"))
    assert given == "Ben was granted recorder for plan plan until the end of 31 December 2999. It counts at once."
    assert [(one.role, one.plan) for one in ledger.access.principals.find("Ben").grants] == [
        ("reader", None),
        ("recorder", "plan"),
    ]
    page = sends(sue, "link", name="Ben")
    assert "signs in Ben once, within an hour" in told(page)
    link = page.text.split("<code>")[1].split("</code>")[0]
    client = asking(council)
    key = parse_qs(urlsplit(link).query)["key"][0]
    assert client.post("/sign-in/once", data={"key": key}, headers=BROWSER, follow_redirects=False).status_code == 303
    assert client.get("/plans/plan.json").status_code == 200
    assert client.get("/access").status_code == 403
    ended = told(sends_surely(sue, "end", name="Ben", role="reader", plan=""))
    assert ended == "Ben is no longer reader for all plans. It counts at once."
    assert told(sends_surely(sue, "leave", name="Ben")).startswith("Ben left. They may nothing any more.")
    assert client.get("/plans/plan.json").status_code == 401
    log = sue.get("/access/log", headers=PAGE).text
    for said in ("Ben was added", "Ben signed in by a link", "Ben left", "GET /access was refused"):
        assert said in log


def test_a_token_is_shown_once_and_revoked(council: Any, ledger: Ledger, sue: TestClient) -> None:
    page = sends(sue, "token", name="bridge", **READER)
    assert page.headers["cache-control"] == "no-store"
    secret = page.text.split("<code>")[1].split("</code>")[0]
    bridge = asking(council, headers={"Authorization": f"Bearer {secret}"})
    assert bridge.get("/plans/plan.json").status_code == 200
    again = sue.get("/access", headers=PAGE).text
    assert "bridge" in again
    assert secret not in again
    [token] = ledger.access.tokens.all()
    assert told(sends_surely(sue, "revoke", id=token.id)) == "The token bridge was revoked. It opens nothing any more."
    assert bridge.get("/plans/plan.json").status_code == 401


def test_the_last_day_is_shown_as_a_day(ledger: Ledger, sue: TestClient) -> None:
    sends(sue, "add", name="Ben", role="reader", plan="", until="2999-03-31")
    shown = Page(sue, "/access")
    [row] = [row for row in shown.rows("Everybody known") if row[0] == "Ben"]
    assert row[1] == "reader for all plans until the end of 31 March 2999"
    assert "00:00" not in shown.words


def test_what_was_done_is_told_to_whoever_did_it_only(council: Any, ledger: Ledger, sue: TestClient) -> None:
    sends(sue, "add", name="Ben", **READER)
    place = next(one.position for one in ledger.access.audit.records() if one.about == "Ben")
    assert "Ben was added" in sue.get(f"/access?done={place}", headers=PAGE).text
    other = browser(council, ledger, principal(ledger, "Tom Steward", Grant("steward")))
    assert "Ben was added" not in other.get(f"/access?done={place}", headers=PAGE).text
    assert sue.get("/access?done=999999", headers=PAGE).status_code == 200


# Ending


@pytest.mark.parametrize(
    ("what", "sent", "said"),
    [
        ("end", {"name": OFFICER, "role": "keeper", "plan": ""}, "Ann Officer will no longer be keeper for all plans"),
        ("leave", {"name": OFFICER}, "Ann Officer will be signed out and may nothing any more, for good"),
        (
            "unlink",
            {"name": OFFICER, "issuer": "https://i", "subject": "s"},
            "will not sign in as Ann Officer any more",
        ),
    ],
)
def test_nothing_is_ended_before_it_was_said_what_it_will_do(
    ledger: Ledger, sue: TestClient, what: str, sent: dict[str, str], said: str
) -> None:
    ledger.access.identities.link(OFFICER, "https://i", "s", "operator root")
    size = ledger.access.audit.size()
    asked = sends(sue, what, **sent)
    page = tree(asked)
    assert said in words(page.get_element_by_id("main"))
    assert len(page.xpath("//main//button")) == 1
    assert ledger.access.audit.size() == size
    sends_surely(sue, what, **sent)
    assert ledger.access.audit.size() == size + 1


def test_an_account_is_unlinked(ledger: Ledger, sue: TestClient) -> None:
    ledger.access.identities.link(OFFICER, "https://i", "subject", "operator root")
    assert "signs in as subject at https://i" in Page(sue, "/access").words
    answer = sends_surely(sue, "unlink", name=OFFICER, issuer="https://i", subject="subject")
    assert told(answer).startswith("Ann Officer is no longer linked to subject at https://i.")
    assert ledger.access.identities.all() == []


def test_a_steward_does_not_end_their_own_access(ledger: Ledger, sue: TestClient) -> None:
    shown = tree(sue.get("/access", headers=PAGE))
    [own] = shown.xpath("//tr[contains(., $name)]", name=SUE)
    assert "End steward" not in words(own)
    assert "Another steward ends your own access" in words(own)
    assert SUE not in shown.xpath("//form[@action='/access/leave']//option/@value")
    for what, sent in (("end", {"role": "steward", "plan": ""}), ("leave", {})):
        for sure in ({}, {"sure": "yes"}):
            answer = sends(sue, what, name=SUE.lower(), **sent, **sure)
            assert "Another steward must end your own access" in " ".join(errors(answer).values())
    assert ledger.access.principals.find(SUE).grants == (Grant("steward"),)


def test_the_last_steward_who_can_sign_in_is_not_ended_by_one_who_cannot(council: Any, ledger: Ledger) -> None:
    by_link = browser(council, ledger, principal(ledger, "Tom Steward", Grant("steward")))
    for what, sent in (("end", {"role": "steward", "plan": ""}), ("leave", {})):
        answer = sends_surely(by_link, what, name=SUE, **sent)
        assert answer.status_code == 409
        assert "no steward would be left who can sign in again" in " ".join(errors(answer).values())
    assert not ledger.access.principals.find(SUE).left


def test_nobody_is_chosen_before_one_chooses(sue: TestClient) -> None:
    shown = tree(sue.get("/access", headers=PAGE))
    for form in ("leave", "grant", "link"):
        [names] = shown.xpath(f"//form[@action='/access/{form}']//select[@name='name']")
        assert names.xpath("./option[1]/@value") == [""]
        assert not names.xpath("./option[@selected]")
    assert errors(sends(sue, "leave", name="")) == {"leave-name": "Choose a name"}


# What makes no sense


@pytest.mark.parametrize(
    ("what", "sent", "status", "field", "said"),
    [
        ("add", {"name": OFFICER, **READER}, 409, "add-name", "already given"),
        ("add", {"name": "", **READER}, 422, "add-name", "Enter a name"),
        ("grant", {"name": "nobody known", **READER}, 409, "grant-name", "There is nobody of that name"),
        ("grant", {"name": SUE, **READER}, 409, "grant-name", "to themselves"),
        ("grant", {"name": OFFICER, **READER, "role": "king"}, 422, "grant-role", "Choose a role"),
        ("grant", {"name": OFFICER, **READER, "until": "soon"}, 422, "grant-until", "is no day"),
        ("grant", {"name": OFFICER, **READER, "until": "2020-01-01"}, 422, "grant-until", "is over already"),
        ("token", {"name": "bridge", **READER, "until": "2020-01-01"}, 422, "token-until", "is over already"),
        ("link", {"name": "nobody known"}, 409, "link-name", "There is nobody of that name"),
        ("leave", {"name": SUE}, 422, "leave-name", "Another steward"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field_in_the_form_that_was_sent(
    ledger: Ledger, sue: TestClient, what: str, sent: dict[str, str], status: int, field: str, said: str
) -> None:
    size = ledger.access.audit.size()
    answer = sends(sue, what, **sent)
    assert answer.status_code == status
    [(where, why)] = errors(answer).items()
    assert where == field
    assert said in why
    assert "asat " not in why, "whoever is in a browser runs no command"
    assert len(open_forms(answer)) == 1
    assert ledger.access.audit.size() == size


@pytest.mark.parametrize("what", ["add", "grant", "token"])
def test_what_was_typed_stays_in_a_form_that_comes_back(ledger: Ledger, sue: TestClient, what: str) -> None:
    sent = {"name": OFFICER, "role": "recorder", "plan": "plan", "until": "2020-01-01"}
    answer = sends(sue, what, **sent)
    [form] = tree(answer).xpath(f"//form[@action='/access/{what}']")
    chosen = form.xpath(".//option[@selected]/@value") + form.xpath(".//input[@checked]/@value")
    typed = form.xpath(".//input[@type='text' or @type='date']/@value")
    assert sorted(chosen + typed) == sorted(sent.values())
    assert tree(answer).xpath("//form[@action='/access/leave']//option[@selected]") == []


def test_an_account_is_linked_where_the_organisation_signs_people_in(
    council: Any, ledger: Ledger, sue: TestClient
) -> None:
    council.state.openid = object()
    sent = {"name": OFFICER, "issuer": "https://i", "subject": "s"}
    assert "issuer" in errors(sends(sue, "identity", **{**sent, "issuer": ""}))["identity-issuer"]
    assert told(sends(sue, "identity", **sent)).endswith("They can sign in with that account from now on.")
    assert "is linked to this identity already" in errors(sends(sue, "identity", **sent))["identity-subject"]


def test_a_form_that_asks_nothing_sends_nothing_more(sue: TestClient) -> None:
    assert sends(sue, "add", name="Ben", **READER, sure="yes").status_code == 422
    assert sends(sue, "revoke", id="nosuch").status_code == 422
    assert sends(sue, "nosuch").status_code == 404


# The audit


def test_a_long_audit_is_read_a_page_at_a_time(ledger: Ledger, sue: TestClient) -> None:
    for number in range(60):
        ledger.access.principals.grant("anyone", Grant("reader", f"plan-{number}"), "operator root")
    page = Page(sue, "/access/log")
    first = [row[0] for row in page.rows("What happened")]
    second = [row[0] for row in page.follow("Older").rows("What happened")]
    assert [int(number) for number in first + second] == list(range(ledger.access.audit.size(), 0, -1))
    assert len(first) == 50


def test_more_refusals_than_are_noted_are_told_once(council: Any, ledger: Ledger) -> None:
    ann = browser(council, ledger, OFFICER)
    size = ledger.access.audit.size()
    for _ in range(33):
        assert ann.get("/access").status_code == 403
    kinds = [type(one.event).__name__ for one in ledger.access.audit.records(size)]
    assert kinds == ["RequestRefused"] * 30 + ["RefusalsLeftOut"]
    assert ledger.access.audit.records()[-1].recorded_by == OFFICER
    sue = browser(council, ledger, SUE)
    assert "more than 30 requests were refused within a minute: the others stand in the log only" in Page(
        sue, "/access/log"
    ).words  # fmt: skip
