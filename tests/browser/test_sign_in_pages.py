"""Signing in and out, the steward's pages and a form under a role, in a browser: with and without JavaScript."""

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from tests.api.conftest import load_examples
from tests.api.process import ASAT, environment
from tests.api.signed_in import PASSWORD, principal
from tests.browser.steps import WINDOWS, arrived, click, fill, press
from tests.browser.test_every_page import problems_of
from tests.measuring import HANGS

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a ledger in which Ann records and Sue is the steward."""
    data = tmp_path_factory.mktemp("council") / "data"
    with Ledger.open(data=data) as ledger:
        load_examples(ledger)
        principal(ledger, "Sue Steward", Grant("steward"), password=True)
        principal(ledger, "Ann Officer", Grant("recorder", "sunderland"), password=True)
        principal(ledger, "Rob Recorder", Grant("recorder", "sunderland"), password=True)
    with subprocess.Popen(
        [ASAT, "serve", "--port", "0"], env=environment(data), stdout=subprocess.PIPE, text=True, cwd=data.parent
    ) as process:
        try:
            assert process.stdout is not None
            found = next(filter(None, (re.search(r"AsAt is at (http://\S+?)/plans", line) for line in process.stdout)))
            yield found[1]
        finally:
            process.terminate()
            process.wait(timeout=60)


def opened(chromium: Browser, shape: dict[str, Any]) -> Page:
    page = chromium.new_context(java_script_enabled=shape["javascript"], viewport=shape["size"]).new_page()
    page.set_default_timeout(HANGS * 1000)
    return page


def signs_in(page: Page, name: str) -> None:
    arrived(page, "Sign in")
    fill(page, account=name, password=PASSWORD)
    press(page, "Sign in")


@pytest.mark.parametrize("shape", WINDOWS)
def test_an_officer_signs_in_records_and_signs_out(council: str, chromium: Browser, shape: dict[str, Any]) -> None:
    page = opened(chromium, shape)
    page.goto(f"{council}/plans/sunderland/record/progress?action=2.4")
    signs_in(page, "Ann Officer")
    arrived(page, "Report progress")
    fill(page, text="The workspace is in use.")
    press(page, "Record")
    arrived(page, "Recorded as event")
    expect(page.get_by_role("main")).to_contain_text("Ann Officer")
    expect(page.get_by_role("link", name=re.compile("withdraw it"))).to_have_count(0)
    click(page, "AsAt")
    expect(page.locator("main .card")).to_have_count(1)  # the plan that she may read
    press(page, "Sign out")
    arrived(page, "Sign in")
    page.goto(f"{council}/plans/sunderland")
    arrived(page, "Sign in")
    page.context.close()


@pytest.mark.parametrize("shape", WINDOWS)
def test_a_steward_makes_a_token_and_reads_the_audit(council: str, chromium: Browser, shape: dict[str, Any]) -> None:
    page = opened(chromium, shape)
    page.goto(f"{council}/access")
    signs_in(page, "Sue Steward")
    arrived(page, "Who may do what")
    page.get_by_text("Make a token for a program").click()
    page.locator("#token-name").fill(f"bridge {shape['javascript']} {shape['size']['width']}")
    press(page, "Make a token")
    expect(page.locator(".note code")).to_contain_text("asat_")
    arrived(page, "Who may do what")
    click(page, "the audit of access")
    arrived(page, "The audit of access")
    expect(page.get_by_role("table")).to_contain_text("Sue Steward signed in with a password")
    page.context.close()


def test_the_pages_of_signing_in_and_of_the_steward_are_accessible(council: str, chromium: Browser) -> None:
    page = opened(chromium, {"javascript": True, "size": {"width": 1280, "height": 900}})
    page.goto(f"{council}/sign-in")
    problems = [*problems_of(page)]
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_be_visible()
    problems += problems_of(page)
    page.goto(f"{council}/sign-in/once?key=x")
    problems += problems_of(page)
    page.goto(f"{council}/access")
    signs_in(page, "Sue Steward")
    for summary in page.locator("summary").all():
        summary.click()
    problems += problems_of(page)
    press(page, "Go on")
    arrived(page, "Who may do what")
    problems += problems_of(page)
    page.locator("#leave-name").select_option("Rob Recorder")
    press(page, "Go on")
    arrived(page, "Rob Recorder has left?")
    problems += problems_of(page)
    for path in ("/access/log", "/password", "/plans", "/plans/sunderland/record"):
        page.goto(council + path)
        problems += problems_of(page)
    assert problems == []
    page.context.close()
