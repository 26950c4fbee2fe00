"""The replay: played and stopped by keyboard with JavaScript, stepped through by links without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import DESK, PHONE, arrived, click, fill, press

pytestmark = pytest.mark.long

EVENT = "[data-said=version]"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_replay_is_played_and_paused_by_keyboard(site: str, window: Callable[..., Page], size: object) -> None:
    page = window(size=size)
    page.clock.install()
    page.goto(f"{site}/plans/sunderland/replay?step=127")
    arrived(page, "Replay")
    play = page.locator("#play button")
    expect(play).to_have_text("Play")
    play.focus()
    page.keyboard.press("Enter")
    expect(play).to_have_text("Pause")
    expect(page.locator(EVENT)).to_have_text("128")
    page.clock.run_for(1_000)
    expect(page.locator(EVENT)).to_have_text("129")
    page.keyboard.press("Space")
    expect(play).to_have_text("Play")
    stopped = page.locator(EVENT).inner_text()
    expect(page.get_by_role("status")).to_contain_text(f"Paused at event {stopped} of 289")
    page.clock.run_for(30_000)
    expect(page.locator(EVENT)).to_have_text(stopped)
    expect(page).to_have_url(re.compile(f"step={stopped}$"))
    arrived(page, "Replay")

    shown = page.locator("#replay tbody").inner_text(), page.locator("#replay .lead").inner_text()
    page.reload()
    expect(page.locator(EVENT)).to_have_text(stopped)
    assert shown == (page.locator("#replay tbody").inner_text(), page.locator("#replay .lead").inner_text())


def test_the_replay_ends_by_itself_and_can_be_played_again(plan: str, window: Callable[..., Page]) -> None:
    page = window()
    page.clock.install()
    page.goto(f"{plan}/replay")
    press(page, "Play")
    for step in ("2", "3"):
        expect(page.locator(EVENT)).to_have_text(step)
        page.clock.run_for(1_000)
    expect(page.locator("#play button")).to_have_text("Play again")
    expect(page.get_by_role("status")).to_contain_text("Ended at event 3 of 3")
    press(page, "Play again")
    expect(page.locator(EVENT)).to_have_text("1")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_without_javascript_the_replay_is_stepped_through_by_links(
    site: str, window: Callable[..., Page], size: object
) -> None:
    page = window(javascript=False, size=size)
    page.goto(f"{site}/plans/sunderland/replay")
    arrived(page, "Replay")
    expect(page.locator("#play")).to_be_hidden()
    for link, step in (("Next", "2"), ("Next", "3"), ("Back", "2"), ("Last", "289"), ("First", "1")):
        click(page, link)
        expect(page.locator(EVENT)).to_have_text(step)
    fill(page, step="270")
    press(page, "Go")
    expect(page.locator(EVENT)).to_have_text("270")
    arrived(page, "Replay")
    fill(page, step="290")
    press(page, "Go")
    expect(page.get_by_role("alert")).to_contain_text("Go to event: write a number from 1 to 289")
    expect(page.locator("#step")).to_have_value("290")
