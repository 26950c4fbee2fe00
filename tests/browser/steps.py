"""What the journeys in a browser have in common: the windows they are made in, and the steps they take."""

from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.measuring import HANGS

PHONE: ViewportSize = {"width": 375, "height": 700}
DESK: ViewportSize = {"width": 1280, "height": 900}

#: The windows that a journey is made in.
WINDOWS = [
    pytest.param({"javascript": True, "size": DESK}, id="desk"),
    pytest.param({"javascript": False, "size": DESK}, id="desk without JavaScript"),
    pytest.param({"javascript": True, "size": PHONE}, id="phone"),
    pytest.param({"javascript": False, "size": PHONE}, id="phone without JavaScript"),
]
FORM_CAME_BACK = "There is a problem"


def arrived(page: Page, title: str) -> None:
    """The page with this heading is there, it is the only such heading, and nothing of it is wider than the window."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    fits(page)


def fits(page: Page) -> None:
    """Nothing of the page is wider than the window: one never has to scroll sideways to read it."""
    wide, inner = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert wide <= inner, f"{page.url} is {wide} wide in a window of {inner}"


def click(page: Page, words: str) -> None:
    """Follow the link that says so."""
    page.get_by_role("link", name=words, exact=True).click()


def press(page: Page, words: str) -> None:
    """Press the button that says so."""
    page.get_by_role("button", name=words, exact=True).click()


def field(page: Page, name: str) -> Locator:
    """The field of a form that has this name."""
    return page.locator(f"[name={name}]:not([type=radio]):not([type=hidden])")


def fill(page: Page, **typed: str) -> None:
    """Type into the fields of a form, by their names."""
    for name, text in typed.items():
        field(page, name).fill(text)


def fact(page: Page, name: str) -> Locator:
    """What a list of facts says under a name."""
    return page.locator("dl.facts > div").filter(has=page.locator("dt", has_text=name)).locator("dd").first


def table(page: Page, caption: str) -> Locator:
    """The table with this caption."""
    return page.get_by_role("table", name=caption)


def record(plan: str, *events: dict[str, Any]) -> int:
    """Record events of a plan as a program would; the plan's version after them."""
    stored = httpx2.post(
        f"{plan}/events", json=list(events), headers={"X-Recorded-By": "Another officer"}, timeout=HANGS
    )
    assert stored.status_code == 201, stored.text
    version: int = stored.json()["version"]
    return version


def trail(plan: str) -> list[dict[str, Any]]:
    """What is recorded of a plan."""
    events: list[dict[str, Any]] = httpx2.get(f"{plan}/trail.json", timeout=HANGS).json()["events"]
    return events
