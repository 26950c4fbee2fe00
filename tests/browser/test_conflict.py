"""Two windows with the same form: the second sees what the first recorded, and nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import WINDOWS, arrived, fact, field, fill, press, table, trail

pytestmark = pytest.mark.long


@pytest.mark.parametrize("options", [WINDOWS[0], WINDOWS[3]])
def test_the_second_of_two_windows_sees_what_the_first_recorded_and_can_record_nevertheless(
    plan: str, window: Callable[..., Page], options: dict[str, Any]
) -> None:
    first, second = window(**options), window(**options)
    for page in (first, second):
        page.goto(f"{plan}/record/rate?action=2.4")
        arrived(page, "Rate an action")
    _rate(first, "Amber", "Slipping")
    arrived(first, "Recorded as event 4")

    _rate(second, "Green", "On its way <b>again</b>")
    arrived(second, "Something has been recorded since you opened this form")
    expect(second.get_by_text("Nothing of yours was recorded.")).to_be_visible()
    expect(table(second, "Recorded since you opened this form").locator("tbody tr")).to_contain_text("Amber")
    expect(fact(second, "Why?")).to_have_text("On its way <b>again</b>")
    press(second, "Change what you typed")
    arrived(second, "Rate an action")
    expect(second.get_by_label("Green")).to_be_checked()
    expect(field(second, "reason")).to_have_value("On its way <b>again</b>")
    expect(fact(second, "Rating today")).to_have_text("Amber")
    assert len(trail(plan)) == 4
    press(second, "Record")
    arrived(second, "Recorded as event 5")


def test_what_was_seen_once_does_not_stand_in_the_way_again(plan: str, window: Callable[..., Page]) -> None:
    first, second = window(), window()
    for page in (first, second):
        page.goto(f"{plan}/record/rate?action=2.4")
    _rate(first, "Amber", "Slipping")
    _rate(second, "Green", "On its way")
    press(second, "Record nevertheless")
    arrived(second, "Recorded as event 5")
    assert [event["type"] for event in trail(plan)[3:]] == ["ActionRated", "ActionRated"]
    assert trail(plan)[4]["reason"] == "On its way"


def _rate(page: Page, rating: str, reason: str) -> None:
    page.get_by_label(rating).check()
    fill(page, effective_on="2019-03-15", reason=reason)
    press(page, "Record")
