"""The controls of the browser tests: Debian's chromium, driven by playwright, on a server of its own.

Without a chromium they are passed over on a developer's machine and fail in continuous integration, where `.ci/run`
installs one (and says so by `CI`).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from domain.opened_ledger import Ledger
from tests.api.conftest import OPENING, load_examples
from tests.api.process import ASAT, environment
from tests.browser.steps import DESK
from tests.measuring import HANGS

#: Where Debian, Ubuntu and others put it.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("there is no chromium: install it (apt-get install chromium)")
        pytest.skip("there is no chromium: install it (apt-get install chromium)")
    expect.set_options(timeout=HANGS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync"],
        )  # fmt: skip
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an open ledger: the five examples, and whatever plans the tests open."""
    data = tmp_path_factory.mktemp("browser") / "data"
    with Ledger.open(data=data) as ledger:
        load_examples(ledger)
    with subprocess.Popen(
        [ASAT, "serve", "--port", "0"], env=environment(data), stdout=subprocess.PIPE, text=True, cwd=data.parent
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.search(r"AsAt is at (http://\S+?)/plans", line):
                    break
            else:
                pytest.fail("it did not start to serve")
            yield found[1]
        finally:
            process.terminate()
            process.wait(timeout=60)


_plans = count(1)


@pytest.fixture
def plan(site: str) -> str:
    """The address of a plan that the test has for itself: priority 2 with action 2.4, at version 3."""
    number = next(_plans)
    address = f"{site}/plans/plan-{number}"
    opened = {**OPENING[0], "title": f"Plan of test {number}"}
    stored = httpx2.post(f"{address}/events", json=[opened, *OPENING[1:]], timeout=HANGS)
    assert stored.status_code == 201, stored.text
    return address


@pytest.fixture
def window(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens a browser window: `window(javascript=False, size=PHONE)`. What goes wrong on a page fails the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_window(javascript: bool = True, size: Any = DESK) -> Page:
        context = chromium.new_context(
            java_script_enabled=javascript, viewport=size, locale="en-GB", timezone_id="Europe/London"
        )
        contexts.append(context)
        context.set_default_timeout(HANGS * 1000)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(site) else wrong.append(f"asked {asked.url}"))
        page.on(
            "console", lambda said: wrong.append(said.text) if said.type == "error" and _counts(said.text) else None
        )
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert not wrong, wrong


def _counts(said: str) -> bool:
    """Whether what the browser complains of is wrong: a form that comes back with an error is meant to."""
    return not re.search(r"the server responded with a status of (404|409|412|422) ", said)
