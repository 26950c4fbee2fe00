"""Signing in and out in a browser: passwords, links, the organisation's own sign-in, and what a session is."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.testclient import TestClient

from api import clock, demonstration
from api.application import make_application
from api.cli.serve_commands import let_in, tell_link
from api.http.access.openid_client import OpenId
from api.pages.places import own_place
from api.serving_settings import OpenIdSettings, ServingSettings, read_serving_settings
from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from tests.api.conftest import BY, OPENING, asking, rated
from tests.api.filled_forms import errors, opened, sheet_on, version_of
from tests.api.openid_provider import CLIENT, SECRET, SUBJECT, Provider
from tests.api.page_reader import Page
from tests.api.signed_in import BROWSER, ORIGIN, PAGE, PASSWORD, STEWARD, browser, close, principal, program, token_on

OFFICER = "Ann Officer"


@pytest.fixture
def council(ledger: Ledger) -> Any:
    """An application on a ledger with a plan and an officer who keeps it."""
    app = make_application(ledger, BY)
    assert asking(app).post("/plans/plan/events", json=OPENING).status_code == 201
    close(ledger)
    principal(ledger, OFFICER, Grant("keeper"), password=True)
    return app


def signs_in(client: TestClient, account: str = OFFICER, password: str = PASSWORD, **more: str) -> Any:
    sent = {"account": account, "password": password, **more}
    return client.post("/sign-in", data=sent, headers=BROWSER, follow_redirects=False)


def cookie_of(response: Any) -> str:
    found: str = response.headers["set-cookie"]
    return found


# Passwords


def test_an_officer_signs_in_and_records_under_their_own_name(council: Any, ledger: Ledger) -> None:
    client = asking(council)
    answer = signs_in(client, next="/plans/plan/record/rate?action=2.4")
    assert (answer.status_code, answer.headers["location"]) == (303, "/plans/plan/record/rate?action=2.4")
    sheet = opened(client, answer.headers["location"])
    recorded = sheet.send("record", rating="green", effective_on="2019-03-15")
    assert version_of(recorded) == 4
    assert ledger.events("plan")[-1].recorded_by == OFFICER


def test_a_session_is_out_of_reach_of_scripts_and_other_sites(council: Any) -> None:
    cookie = cookie_of(signs_in(asking(council)))
    assert cookie.startswith("asat=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie


def test_over_https_a_session_is_kept_to_this_host_and_to_https(ledger: Ledger) -> None:
    app = make_application(ledger, BY, settings=ServingSettings("https://asat.example.gov.uk"))
    close(ledger)
    principal(ledger, OFFICER, Grant("keeper"), password=True)
    client = TestClient(app, base_url="https://asat.example.gov.uk")
    answer = client.post(
        "/sign-in", data={"account": OFFICER, "password": PASSWORD}, follow_redirects=False,
        headers={"Origin": "https://asat.example.gov.uk"},
    )  # fmt: skip
    cookie = cookie_of(answer)
    assert cookie.startswith("__Host-asat=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Secure"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"] == "max-age=63072000"
    assert client.get("/plans.json").status_code == 200


def test_whoever_signs_in_is_not_told_that_they_are_signed_out(council: Any) -> None:
    assert "signed out" not in asking(council).get("/sign-in", headers=PAGE).text
    assert asking(council).get("/sign-in?done=else", headers=PAGE).status_code == 422


@pytest.mark.parametrize(
    ("account", "password"), [(OFFICER, "wrong horse battery"), ("Nobody Known", PASSWORD), ("", "")]
)
def test_what_was_wrong_is_not_said(council: Any, account: str, password: str) -> None:
    answer = signs_in(asking(council), account, password)
    assert answer.status_code == 403
    assert "name or the password is wrong" in answer.text
    assert password not in answer.text or not password
    assert errors(answer) == {"": "The name or the password is wrong"}
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_whoever_guesses_is_stopped_even_with_the_right_password(council: Any) -> None:
    client = asking(council)
    for _ in range(5):
        assert signs_in(client, password="wrong horse battery").status_code == 403
    council.state.limiter = type(council.state.limiter)()
    stopped = signs_in(client)
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["retry-after"]) <= 900


def test_a_session_is_new_at_each_sign_in_and_the_former_ends(council: Any, ledger: Ledger) -> None:
    client = asking(council)
    signs_in(client)
    first = client.cookies["asat"]
    signs_in(client)
    assert client.cookies["asat"] != first
    assert ledger.access.sessions.find(first, clock.now()) is None


def test_whoever_signs_out_is_out_everywhere_the_cookie_was(council: Any) -> None:
    client, copied = asking(council), asking(council)
    signs_in(client)
    copied.cookies.set("asat", client.cookies["asat"])
    page = client.get("/plans", headers=PAGE)
    answer = client.post("/sign-out", data={"csrf": token_on(page)}, headers=BROWSER, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?done=out")
    assert "asat" not in client.cookies
    assert "You are signed out" in client.get(answer.headers["location"], headers=PAGE).text
    assert copied.get("/plans/plan.json").status_code == 401


def test_a_session_ends_after_a_working_day(council: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = asking(council)
    signs_in(client)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=7, minutes=59))
    assert client.get("/plans/plan.json").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=8, minutes=1))
    ended = client.get("/plans/plan.json")
    assert (ended.status_code, ended.headers["www-authenticate"]) == (401, 'Bearer realm="AsAt", error="invalid_token"')


def test_a_cookie_that_is_no_session_is_forgotten(council: Any) -> None:
    client = asking(council)
    client.cookies.set("asat", "nosuch")
    answer = client.get("/plans/plan", headers=BROWSER, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/plans/plan")
    assert 'asat=""' in cookie_of(answer)
    assert "Max-Age=0" in cookie_of(answer)


# Forms


def test_what_was_typed_before_signing_in_anew_is_shown_again_and_not_recorded(council: Any, ledger: Ledger) -> None:
    client = asking(council)
    signs_in(client)
    sheet = opened(client, "/plans/plan/record/rate?action=2.4")
    signs_in(client)
    size = ledger.size()
    for do in ("record", "check", "change"):
        refused = sheet.send(do, rating="green", effective_on="2019-03-15", reason="As the board minuted\nit <b>")
        assert refused.status_code == 403
        assert "sign-in had ended" in errors(refused)[""]
        assert ledger.size() == size
    again = sheet_on(client, refused)
    assert (again.holds["rating"], again.holds["reason"]) == ("green", "As the board minuted\nit <b>")
    assert version_of(again.send("record")) == 4


def test_a_form_that_no_page_here_sent_is_not_shown_again(council: Any, ledger: Ledger) -> None:
    client = asking(council)
    signs_in(client)
    sheet = opened(client, "/plans/plan/record/rate?action=2.4")
    signs_in(client)
    size = ledger.size()
    refused = client.post(sheet.address, data={**sheet.holds, "rating": "green", "do": "record"}, headers=PAGE)
    assert refused.status_code == 403
    assert "open it anew" in refused.text
    assert ledger.size() == size


def test_a_form_is_not_shown_again_to_whom_may_not_send_it(council: Any, ledger: Ledger) -> None:
    client = asking(council)
    signs_in(client)
    sheet = opened(client, "/plans/plan/record/reword?action=2.4")
    reader = browser(council, ledger, principal(ledger, "Rae Reader", Grant("reader")))
    answer = reader.post(sheet.address, data={**sheet.holds, "text": "Mine", "do": "record"}, headers=BROWSER)
    assert answer.status_code == 403
    assert "lacks the role" in answer.text


def test_what_is_sent_with_a_cookie_needs_the_token_of_the_session(council: Any, ledger: Ledger) -> None:
    client = asking(council)
    signs_in(client)
    token = token_on(client.get("/plans", headers=PAGE))
    for address, sent in (("/plans/plan/events", {"json": rated("green")}), ("/plans/plan/audit", {"json": {}}),
                          ("/plans/plan/since", {"data": {"version": "1"}}), ("/sign-out", {"data": {}})):  # fmt: skip
        for headers in ({}, {"X-Asat-Csrf": "wrong"}, {"X-Asat-Csrf": "ü".encode("latin-1")}):
            answer = client.post(address, headers={**ORIGIN, **headers}, follow_redirects=False, **sent)  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()["type"]) == (403, "tag:asat,2026:forged"), address
    assert client.post("/plans/plan/events", json=rated("green"), headers={"X-Asat-Csrf": token}).status_code == 201


def test_a_program_needs_no_such_token(council: Any, ledger: Ledger) -> None:
    assert program(council, ledger, "the data bridge", "recorder").post(
        "/plans/plan/events", json=rated("green")
    ).status_code == 201  # fmt: skip


@pytest.mark.parametrize("header", ["Bearer", "Bearer nosuch", "Basic YTpi", "asat_x", "Bearer asat_x", ""])
def test_what_is_no_token_signs_nobody_in(council: Any, header: str) -> None:
    answer = asking(council).get("/plans/plan.json", headers={"Authorization": header})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


# Links


def test_a_link_is_used_by_its_button_and_only_once(council: Any, ledger: Ledger) -> None:
    key = ledger.access.links.make(OFFICER, "operator root", 10)
    for _ in range(2):  # a scanner of mail, and then its reader
        page = asking(council).get(f"/sign-in/once?key={key}", headers=PAGE)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    client = asking(council)
    assert client.post("/sign-in/once", data={"key": key}, headers=BROWSER, follow_redirects=False).status_code == 303
    assert client.get("/plans/plan.json").status_code == 200
    again = asking(council).post("/sign-in/once", data={"key": key}, headers=BROWSER)
    assert again.status_code == 403
    assert "has been used" in again.text


def test_where_nobody_has_a_password_one_is_told_of_the_link(ledger: Ledger) -> None:
    client = asking(make_application(ledger, BY))
    close(ledger)
    page = Page(client, "/sign-in")
    assert "Use the link you were given: nobody has a password here yet" in page.words
    assert not page.tree.xpath("//input[@type='password']")
    ledger.access.passwords.set(STEWARD, PASSWORD, "operator root")
    page = Page(client, "/sign-in")
    assert page.tree.xpath("//input[@type='password']")
    assert "a link that signs you in once; then you can set a password of your own" in page.words


def test_the_demo_says_as_whom_its_link_signs_in_and_how_long(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    let_in(ledger.access)
    tell_link(ledger.access, "http://127.0.0.1:8000")
    address = r"http://127\.0\.0\.1:8000/sign-in/once\?key=\S+"
    said = rf"Sign in to record: {address}  \(once, as demo officer, within 24 hours\)\n"
    assert re.fullmatch(said, capsys.readouterr().out)


@pytest.mark.parametrize("demo", [True, False])
def test_whoever_uses_a_used_link_is_told_whom_to_ask(ledger: Ledger, demo: bool) -> None:
    app = make_application(ledger, BY)
    if demo:
        let_in(ledger.access)
    else:
        principal(ledger, OFFICER, Grant("keeper"))
    key = ledger.access.links.make(demonstration.OFFICER if demo else OFFICER, "operator root", 10)
    for status in (303, 403):
        answer = asking(app).post("/sign-in/once", data={"key": key}, headers=BROWSER, follow_redirects=False)
        assert answer.status_code == status
    assert "ask whoever gave it to you for another" in answer.text
    assert ("start it again" in answer.text) == demo
    assert ("start the demo again" in asking(app).get("/sign-in", headers=PAGE).text) == demo


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("/plans/plan?at=2019-03-01", "/plans/plan?at=2019-03-01"),
        ("https://evil.example/", "/plans"),
        ("//evil.example", "/plans"),
        ("/\\evil.example", "/plans"),
        ("/plans\r\nX-Evil: 1", "/plans"),
        ("\t//evil.example", "/plans"),
        ("javascript:alert(1)", "/plans"),
        ("/sign-out", "/plans"),
        ("", "/plans"),
    ],
)
def test_one_comes_back_to_a_page_of_this_site_only(said: str, place: str) -> None:
    assert own_place(said) == place


# The organisation's own sign-in


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def linked(council: Any, ledger: Ledger, provider: Provider) -> Any:
    """The application with a provider, at which the officer is known."""
    provider.wrong = {}
    council.state.openid = OpenId(OpenIdSettings(provider.issuer, CLIENT, SECRET))
    ledger.access.identities.link(OFFICER, provider.issuer, SUBJECT, "operator root")
    return council


def goes_there(client: TestClient, next_: str = "/plans/plan") -> str:
    answer = client.get(f"/sign-in/openid?next={next_}", headers=PAGE, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def comes_back(client: TestClient, brought: dict[str, str]) -> Any:
    return client.get("/sign-in/openid/back", params=brought, headers=PAGE, follow_redirects=False)


def test_an_officer_signs_in_with_the_account_of_the_organisation(linked: Any, provider: Provider) -> None:
    client = asking(linked)
    answer = comes_back(client, provider.authorise(goes_there(client)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/plans/plan"), answer.text
    assert OFFICER in client.get("/plans/plan", headers=PAGE).text
    assert "asat-openid" not in client.cookies


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": {"nonce": "another"}}, {"claims": {"nonce": None}},
        {"claims": {"aud": "another client"}}, {"claims": {"aud": ["another client", "third"]}},
        {"claims": {"aud": [CLIENT, "another client"], "azp": "another client"}},
        {"claims": {"iss": "https://evil.example"}}, {"claims": {"exp": 1_000_000_000}}, {"claims": {"exp": None}},
        {"claims": {"sub": ""}}, {"claims": {"sub": None}}, {"claims": {"nbf": 4_000_000_000}},
        {"alg": "none"}, {"alg": "HS256"}, {"alg": "another key"},
    ],
    ids=str,
)  # fmt: skip
def test_an_identity_that_is_not_vouched_for_is_refused(linked: Any, provider: Provider, wrong: dict[str, Any]) -> None:
    client = asking(linked)
    brought = provider.authorise(goes_there(client))
    provider.wrong = wrong
    answer = comes_back(client, brought)
    assert answer.status_code == 403
    assert "asat" not in client.cookies
    assert client.get("/plans/plan.json").status_code == 401


def test_a_sign_in_begun_in_another_browser_is_refused(linked: Any, provider: Provider) -> None:
    client, victim = asking(linked), asking(linked)
    brought = provider.authorise(goes_there(client))
    goes_there(victim)
    assert comes_back(victim, brought).status_code == 403
    assert comes_back(asking(linked), brought).status_code == 403
    assert comes_back(client, {**brought, "iss": "https://evil.example"}).status_code == 403


def reached(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the provider from now on."""
    asked: list[str] = []

    def noted(name: str, answers: Any) -> Any:
        def noting(*said: Any) -> Any:
            asked.append(name)
            return answers(*said)

        return noting

    for name in ("get", "exchange"):
        monkeypatch.setattr(provider, name, noted(name, getattr(provider, name)))
    return asked


def test_a_sign_in_that_one_makes_up_never_reaches_the_provider(
    linked: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = reached(provider, monkeypatch)
    made_up = {"state": "s", "nonce": "n", "verifier": "v", "exp": 99999999999, "next": "/plans"}
    signed = jwt.encode({"alg": "HS256"}, made_up, OctKey.generate_key(256))
    unsigned = f"{encoded({'alg': 'none'})}.{encoded(made_up)}."
    for cookie in (signed, unsigned, encoded(made_up), "", ".", "..", "ü"):
        client = asking(linked)
        client.cookies.set("asat-openid", quote(cookie, safe="=&/."))
        answer = comes_back(client, {"state": "s", "code": "c"})
        assert answer.status_code == 403
        assert "begun no sign-in" in answer.text
    assert asked == []


def test_a_sign_in_on_its_way_is_altered_by_nobody(linked: Any, provider: Provider) -> None:
    client = asking(linked)
    brought = provider.authorise(goes_there(client, "/plans/plan"))
    sealed = client.cookies["asat-openid"]
    client.cookies.clear()
    header, held, signature = sealed.split(".")
    claims = json.loads(urlsafe_b64decode(held + "=" * (-len(held) % 4)))
    client.cookies.set("asat-openid", f"{header}.{encoded({**claims, 'next': '/guide'})}.{signature}")
    assert comes_back(client, brought).status_code == 403


def encoded(part: dict[str, Any]) -> str:
    """A part of a JSON Web Token."""
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def test_a_sign_in_on_its_way_is_out_of_date_after_a_quarter_of_an_hour(
    linked: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = asking(linked)
    brought = provider.authorise(goes_there(client))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=16))
    assert comes_back(client, brought).status_code == 403


def test_after_the_program_was_started_anew_one_begins_anew(linked: Any, provider: Provider) -> None:
    client = asking(linked)
    brought = provider.authorise(goes_there(client))
    linked.state.openid = OpenId(OpenIdSettings(provider.issuer, CLIENT, SECRET))
    assert comes_back(client, brought).status_code == 403
    assert comes_back(client, provider.authorise(goes_there(client))).status_code == 303


def test_coming_back_is_counted_as_going_there_is(
    linked: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = asking(linked)
    brought = {**provider.authorise(goes_there(client)), "code": "guessed"}
    sealed = client.cookies["asat-openid"]
    asked = reached(provider, monkeypatch)
    provider.wrong = {"discovered": "https://evil.example"}

    def again() -> int:
        client.cookies.set("asat-openid", sealed, domain="127.0.0.1", path="/")
        return int(comes_back(client, brought).status_code)

    assert [again() for _ in range(11)] == [403] * 10 + [429]
    assert len(asked) == 10, "the provider is not asked again"
    linked.state.limiter = type(linked.state.limiter)()
    for _ in range(8):
        linked.state.limiter.signing_in.acquire()
    assert again() == 429, "nor where too many are signing in"
    assert client.get("/sign-in/openid", headers=PAGE).status_code == 429
    assert len(asked) == 10


def test_a_provider_that_calls_itself_otherwise_is_not_used(linked: Any, provider: Provider) -> None:
    provider.wrong = {"discovered": "https://evil.example"}
    answer = asking(linked).get("/sign-in/openid", headers=PAGE, follow_redirects=False)
    assert answer.status_code == 403
    assert "cannot be used just now" in answer.text


def test_an_account_that_is_linked_to_nobody_is_told_what_to_tell_the_steward(linked: Any, provider: Provider) -> None:
    client = asking(linked)
    brought = provider.authorise(goes_there(client))
    provider.wrong = {"claims": {"sub": "somebody else"}}
    answer = comes_back(client, brought)
    assert answer.status_code == 403
    assert provider.issuer in answer.text
    assert "somebody else" in answer.text


def test_a_browser_is_told_of_no_command(linked: Any, provider: Provider) -> None:
    client = asking(linked)
    brought = provider.authorise(goes_there(client))
    provider.wrong = {"claims": {"sub": "somebody else"}}
    assert "asat principal" not in comes_back(client, brought).text


def test_an_account_that_is_unlinked_is_out_at_once(linked: Any, ledger: Ledger, provider: Provider) -> None:
    client = asking(linked)
    comes_back(client, provider.authorise(goes_there(client)))
    assert client.get("/plans/plan.json").status_code == 200
    ledger.access.identities.unlink(OFFICER, provider.issuer, SUBJECT, "operator root")
    assert client.get("/plans/plan.json").status_code == 401


def test_without_a_provider_there_is_no_such_sign_in(council: Any) -> None:
    assert asking(council).get("/sign-in/openid").status_code == 404
    assert "organisation" not in asking(council).get("/sign-in", headers=PAGE).text


def test_settings_for_serving_are_read_whole_or_refused(tmp_path: Any) -> None:
    (tmp_path / "secret").touch(0o600)
    (tmp_path / "secret").write_text("hush\n", encoding="utf-8")
    given = {"ASAT_OIDC_ISSUER": "https://login.example/tenant/v2.0", "ASAT_OIDC_CLIENT_ID": "c",
             "ASAT_OIDC_SECRET_FILE": str(tmp_path / "secret")}  # fmt: skip
    read = read_serving_settings("https://asat.example.gov.uk/", given)
    assert (read.url, read.host, read.log) == ("https://asat.example.gov.uk", "asat.example.gov.uk", True)
    assert read.openid == OpenIdSettings("https://login.example/tenant/v2.0", "c", "hush")
    assert "hush" not in repr(read)
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(ValueError, match=r"ASAT_OIDC_SECRET_FILE: .*\(mode 0644\): chmod 600 ") as refused:
        read_serving_settings(None, given)
    assert "hush" not in str(refused.value)
    (tmp_path / "secret").chmod(0o600)
    for wrong in ({"ASAT_OIDC_ISSUER": "http://login.example"}, {"ASAT_OIDC_CLIENT_ID": ""},
                  {"ASAT_OIDC_SECRET_FILE": str(tmp_path / "nosuch")}):  # fmt: skip
        with pytest.raises(ValueError, match="ASAT_OIDC"):
            read_serving_settings(None, {**given, **wrong})
    for url in ("http://asat.example", "asat.example", "https://", "https://a/b", "https://u:p@a", "https://a:x"):
        with pytest.raises(ValueError, match=r"https://asat\.example\.gov\.uk"):
            read_serving_settings(url, {})
