"""The journey of an inspector: pick a day, see what was known, follow a number to its event, have a paper again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.conftest import rated
from tests.browser.steps import WINDOWS, arrived, click, fact, field, fill, press, record, table

pytestmark = pytest.mark.long

KNOWN = "As at 31 May 2019"


@pytest.mark.parametrize("options", WINDOWS)
def test_an_inspector_follows_a_number_to_its_event(
    site: str, window: Callable[..., Page], options: dict[str, Any]
) -> None:
    page = window(**options)
    page.goto(f"{site}/plans")
    arrived(page, "Plans")
    click(page, "Learning and Improvement Plan 2018-19")
    click(page, "Change the day or what was known")
    arrived(page, "What do you want to see?")
    page.get_by_label("What a forum had been told").check()
    page.get_by_label("Forum", exact=True).select_option("Quality and Improvement Committee")
    page.get_by_label("By the end of").fill("2019-06-30")
    press(page, "Show")
    expect(page.get_by_text("What Quality and Improvement Committee had been told by 30 June 2019.")).to_be_visible()

    click(page, "Previous against current")
    arrived(page, "Previous against current")
    expect(page.get_by_text("95 + 6 new + 0 moved − 0 closed − 0 withdrawn = 101 actions").first).to_be_visible()
    page.get_by_role("link", name="35 Completed, current in all").click()
    arrived(page, "35")
    counted = page.locator("main table tbody")
    action = counted.get_by_role("link").first.inner_text()
    counted.get_by_role("link", name=action, exact=True).click()
    arrived(page, f"Action {action}")
    expect(fact(page, "Rating")).to_contain_text("Completed")
    life = table(page, f"Events of action {action}").locator("tbody tr").filter(has_text="Completed").last
    version = life.get_by_role("link").first.inner_text().split()[-1]
    life.get_by_role("link").first.press("Enter")
    expect(page.locator("h1 .caption")).to_contain_text(f"Event {version}")
    arrived(page, "Completed")
    expect(fact(page, "Place in the record")).to_contain_text(f"Record number {version} of this plan")


@pytest.mark.parametrize("options", [WINDOWS[0], WINDOWS[3]])
def test_the_chosen_point_stays_while_one_moves_through_all_tabs(
    site: str, window: Callable[..., Page], options: dict[str, Any]
) -> None:
    page = window(**options)
    page.goto(f"{site}/plans/sunderland/point")
    page.get_by_label("The plan on a day, as it was known at the time").check()
    fill(page, known_day="2019-05-31", known_at="nonsense")
    press(page, "Show")
    expect(page.get_by_role("alert")).to_contain_text("What was known by")
    expect(field(page, "known_at")).to_have_value("nonsense")
    expect(page.get_by_label("The plan on a day, as it was known at the time")).to_be_checked()
    fill(page, known_at="243")
    press(page, "Show")
    arrived(page, "Learning and Improvement Plan 2018-19")
    shown = page.locator(".point")
    expect(shown).to_contain_text(KNOWN)
    expect(shown).to_contain_text("record number 243")
    expect(shown).to_contain_text("This is not how the plan stands today.")
    for tab in ("Previous against current", "What changed", "Document history", "Trail", "Replay"):
        page.get_by_role("navigation", name="This plan").get_by_role("link", name=tab, exact=True).click()
        expect(page.locator("nav.plan [aria-current]")).to_have_text(tab)
        arrived(page, tab)
        expect(shown).to_contain_text("record number 243")
    click(page, "Record")
    arrived(page, "What do you want to record?")
    click(page, "Plan")
    expect(shown).to_contain_text(KNOWN)
    click(page, "Show today")
    expect(shown).not_to_contain_text(KNOWN)


@pytest.mark.parametrize("options", [WINDOWS[0], WINDOWS[3]])
def test_an_issued_version_is_had_again_to_the_byte_after_more_was_recorded(
    plan: str, window: Callable[..., Page], tmp_path: Path, options: dict[str, Any]
) -> None:
    record(plan, rated("amber"), {"type": "VersionIssued", "label": "1.0", "summary": "First",
                                  "effective_on": "2019-04-01"})  # fmt: skip
    page = window(**options)
    kept: list[list[bytes]] = []
    for more in (rated("green", "2019-03-20"), rated("red", "2019-05-01")):
        page.goto(f"{plan}/history")
        arrived(page, "Document history")
        kept.append([_had(page, f"{form}, document version 1.0", tmp_path) for form in ("Word", "PDF", "Excel")])
        record(plan, more)
    assert kept[0] == kept[1]
    click(page, "1.0: the plan as it was issued")
    arrived(page, "Plan of test")
    expect(page.get_by_role("row", name="2.4").locator(".t")).to_have_text("Amber")


def _had(page: Page, words: str, folder: Path) -> bytes:
    """The file behind a link, kept by the browser as by one who holds Alt while following it."""
    with page.expect_download() as download:
        page.get_by_role("link", name=words, exact=True).click(modifiers=["Alt"])
    download.value.save_as(folder / "had")
    return (folder / "had").read_bytes()


@pytest.mark.parametrize("options", WINDOWS)
def test_one_sees_just_what_was_recorded_since_the_last_visit(
    plan: str, window: Callable[..., Page], options: dict[str, Any]
) -> None:
    page = window(**options)
    page.goto(f"{plan}/trail")
    arrived(page, "Trail of events")
    click(page, "Since my last visit")
    arrived(page, "Since my last visit")
    press(page, "I have read up to record number 3")
    expect(page.get_by_role("heading", name="Nothing was recorded since record number 3")).to_be_visible()
    arrived(page, "Since my last visit")
    record(plan, rated("amber"))
    click(page, "Since my last visit")
    expect(page.get_by_role("heading", name="1 of 4 events recorded since record number 3")).to_be_visible()
    arrived(page, "Since my last visit")
    rows = table(page, "Events in the order they were recorded").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Another officer")
    click(page, "See what that changed in the plan")
    arrived(page, "What changed")
    expect(page.locator("main")).to_contain_text("1 change.")
    expect(page.locator("main dd .t")).to_have_text("Amber")


@pytest.mark.parametrize("options", [WINDOWS[0], WINDOWS[3]])
def test_one_sees_what_was_recorded_late(plan: str, window: Callable[..., Page], options: dict[str, Any]) -> None:
    record(plan, {"type": "ProgressReported", "action": "2.4", "text": "News of today"})
    page = window(**options)
    page.goto(f"{plan}/trail")
    click(page, "Recorded late")
    arrived(page, "Recorded late")
    events = table(page, "Events in the order they were recorded")
    expect(events.locator("tbody th")).to_have_text(["1", "2", "3"])
    expect(events).to_contain_text("days late")
    expect(events).not_to_contain_text("News of today")
