"""By keyboard alone: every stop can be seen, none holds one fast, and an officer can rate an action."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import DESK, PHONE, arrived, field, trail

pytestmark = pytest.mark.long

#: Remembers how every element looks before it has the focus.
LOOKS = """() => {
  const look = (one) => {
    const style = getComputedStyle(one);
    const seen = style.outlineStyle !== 'none' && !/, 0\\)$|transparent/.test(style.outlineColor);
    return [seen && style.outlineWidth, style.boxShadow, style.backgroundColor].join('; ');
  };
  window.look = look;
  window.before = new Map([...document.querySelectorAll('*')].map((one) => [one, look(one)]));
}"""
#: Whether what has the focus looks otherwise than before, and lies within the window.
SEEN = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const within = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return window.look(one) !== window.before.get(one) && within && box.width > 1;
}"""
#: All that can have the focus: of the radios of one name, one does.
STOPS = """() => {
  const all = document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]');
  const stops = [...all].filter((one) => one.checkVisibility() && one.type !== 'hidden' && !one.disabled);
  stops.forEach((one, place) => { one.dataset.stop = one.type === 'radio' ? one.name : place; });
  return [...new Set(stops.map((one) => one.dataset.stop))];
}"""
STOP = "document.activeElement.dataset.stop ?? null"


def _opened(page: Page, address: str = "") -> None:
    """A page is there, and how it looks before anything has the focus is remembered."""
    if address:
        page.goto(address)
    expect(page.locator("footer")).to_be_visible()
    page.evaluate("document.activeElement === document.body || document.activeElement.blur()")
    page.evaluate(LOOKS)


def _tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press the key until the target has the focus; every stop on the way must be seen to have it."""
    for _ in range(150):
        page.keyboard.press(key)
        assert page.evaluate(SEEN), f"it cannot be seen that this has the focus: {_focused(page)}"
        if target.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"{key} never came to {target}, but to {_focused(page)}")


def _focused(page: Page) -> str:
    html: str = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    return html


def _link(page: Page, words: str) -> Locator:
    return page.get_by_role("link", name=words, exact=True)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"javascript": True, "size": DESK}, id="desk"),
        pytest.param({"javascript": True, "size": PHONE}, id="phone"),
    ],
)
def test_an_officer_rates_an_action_by_keyboard_alone(
    site: str, plan: str, window: Callable[..., Page], options: dict[str, Any]
) -> None:
    page = window(**options)
    _opened(page, f"{site}/plans")
    title = page.locator("h2").filter(has=page.locator(f"a[href='{plan.removeprefix(site)}']")).get_by_role("link")
    _tab_to(page, title)
    page.keyboard.press("Enter")
    arrived(page, "Plan of test")
    for tab in ("Record", "Rate an action"):
        _opened(page)
        _tab_to(page, _link(page, tab))
        page.keyboard.press("Enter")
    arrived(page, "Rate an action")
    _opened(page)
    _tab_to(page, field(page, "action"))
    page.keyboard.press("ArrowDown")
    expect(field(page, "action")).to_have_value("2.4")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Completed")).to_be_checked()
    _tab_to(page, page.get_by_role("button", name="Check before recording"))
    page.keyboard.press("Enter")

    expect(page.locator("#errors")).to_be_focused()
    arrived(page, "Rate an action")
    page.evaluate(LOOKS)
    error = page.get_by_role("alert").get_by_role("link")
    _tab_to(page, error)
    page.keyboard.press("Enter")
    expect(field(page, "evidence")).to_be_focused()
    page.keyboard.type("Audit report")
    _tab_to(page, page.get_by_role("button", name="Check before recording"))
    _tab_to(page, field(page, "effective_on"), "Shift+Tab")
    _tab_to(page, page.get_by_role("button", name="Check before recording"))
    page.keyboard.press("Space")
    arrived(page, "Check before recording")
    _opened(page)
    _tab_to(page, page.get_by_role("button", name="Record"))
    page.keyboard.press("Enter")
    arrived(page, "Recorded as event 4")
    assert trail(plan)[3]["evidence"] == ["Audit report"]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_skip_link_leads_past_the_navigation(plan: str, window: Callable[..., Page], javascript: bool) -> None:
    page = window(javascript=javascript)
    page.goto(plan)
    skip = _link(page, "Skip to main content")
    expect(skip).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(_link(page, "Change the day or what was known")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_form_that_comes_back_begins_at_what_is_wrong(
    plan: str, window: Callable[..., Page], javascript: bool
) -> None:
    page = window(javascript=javascript)
    page.goto(f"{plan}/record/progress?action=2.4")
    page.get_by_role("button", name="Record", exact=True).press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("alert").get_by_role("link").first).to_be_focused()


@pytest.mark.parametrize(
    "path",
    ["/plans", "/guide", "/plans/sunderland", "/plans/sunderland/comparison?previous=issue:2.0&current=issue:3.0",
     "/plans/sunderland/point", "/plans/sunderland/history", "/plans/sunderland/trail?action=2.4",
     "/plans/sunderland/replay?step=9", "/plans/sunderland/record/presentation"],
)  # fmt: skip
def test_every_stop_of_a_page_is_reached_seen_and_left_by_tab(
    site: str, window: Callable[..., Page], path: str
) -> None:
    page = window()
    _opened(page, site + path)
    expected = page.evaluate(STOPS)
    reached: list[str] = []
    for _ in range(4 * len(expected)):  # a day has several stops within
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        assert page.evaluate(SEEN), f"it cannot be seen that this has the focus: {_focused(page)}"
        if stop not in reached:
            reached.append(stop)
    else:
        pytest.fail(f"the focus is held fast: {_focused(page)}")
    assert reached == expected
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(STOP) == expected[-1]
