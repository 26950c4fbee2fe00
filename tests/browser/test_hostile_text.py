"""Text that means harm, typed in a browser: it comes back as it was typed, and is only ever text on a page."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.pages.here import LISTS
from tests.browser.steps import WINDOWS, arrived, click, fact, field, fill, press, trail

pytestmark = pytest.mark.long

HARM = (
    "=1+1\n</textarea></title><script>document.title='harmed'</script><img src=x onerror=alert(1)> {{7*7}}"
    " &amp; {% x %}\ninvoice\u202efdp.exe\u202c\u2066\u2069 \u200f\u05e9\u05dc\u05d5\u05dd\u200e\n👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 e\u0301\n"
)
LONG = HARM + "Zwölf Boxkämpfer <jagen> & 'wie' " * 400
TEXT = LONG[:9_990] + "\nthe end"
#: The marks of direction, which are recorded and never shown.
SHOWN = TEXT.translate(dict.fromkeys(map(ord, "\u202e\u202c\u2066\u2069\u200f\u200e")))


@pytest.mark.parametrize("options", [WINDOWS[0], WINDOWS[3]])
def test_hostile_text_comes_back_unharmed_after_an_error_and_on_pages(
    plan: str, window: Callable[..., Page], options: dict[str, Any]
) -> None:
    page = window(**options)
    page.goto(f"{plan}/record/progress?action=2.4")
    fill(page, text=TEXT, effective_on="")
    press(page, "Check before recording")
    expect(page.get_by_role("alert")).to_contain_text("From which day was this true")
    expect(field(page, "text")).to_have_value(TEXT)
    fill(page, effective_on="2019-03-15")
    press(page, "Check before recording")
    arrived(page, "Check before recording")
    assert fact(page, "What progress has been made?").text_content() == SHOWN
    press(page, "Change")
    expect(field(page, "text")).to_have_value(TEXT)
    press(page, "Record")
    arrived(page, "Recorded as event 4")
    assert trail(plan)[3]["text"] == TEXT

    click(page, "Go to action 2.4")
    arrived(page, "Action 2.4")
    assert fact(page, "Progress, reported").text_content() == SHOWN
    for address in (
        "",
        "/trail",
        "/events/4",
        "/changes?previous=2019-02-01",
        "/replay?step=4",
        *(f"/{path}" for _, path in LISTS),
    ):
        page.goto(plan + address)
        expect(page.locator("h1")).to_have_count(1)
        expect(page).not_to_have_title("harmed")
        expect(page.locator("main img, main script")).to_have_count(0)
        arrived(page, "")


def test_hostile_names_are_only_text_in_choices_and_headings(plan: str, window: Callable[..., Page]) -> None:
    name = "\"><b>2.4</b> {{7*7}} '=1+1' 👩‍👩‍👧 invoice\u202efdp.exe\u202c"
    shown = name.replace("\u202e", "").replace("\u202c", "")
    page = window()
    page.goto(f"{plan}/record/priority")
    fill(page, number="9", title=name)
    press(page, "Record")
    arrived(page, "Recorded as event 4")
    page.goto(f"{plan}/record/presentation")
    fill(page, forum=name, current_day="2019-02-01")
    page.locator("#current-day").check()
    press(page, "Record")
    arrived(page, "Recorded as event 5")
    page.goto(f"{plan}/record/add")
    expect(field(page, "priority").locator("option").last).to_have_text(f"9: {shown}")
    page.goto(plan)
    expect(page.get_by_role("heading", level=2).filter(has_text="Priority 9")).to_have_text(f"Priority 9: {shown}")
    click(page, "Change the day or what was known")
    page.get_by_label("What a forum had been told").check()
    page.get_by_label("Forum", exact=True).select_option(label=shown)
    press(page, "Show")
    expect(page.locator(".point")).to_contain_text(f"What {shown} had been told by")
