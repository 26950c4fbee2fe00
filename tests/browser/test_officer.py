"""The journey of an officer: from an action added to a committee's paper, and back from an entry made in error."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.api.pdf_reader import read_structure
from tests.browser.steps import FORM_CAME_BACK, WINDOWS, arrived, click, fact, field, fill, press, table, trail
from tests.measuring import HANGS

pytestmark = pytest.mark.long

HOSTILE = "<script>alert(1)</script> {{7*7}} =1+1 \u202egpj.exe\u202c"
SHOWN = "<script>alert(1)</script> {{7*7}} =1+1 gpj.exe"


@pytest.mark.parametrize("options", [WINDOWS[0], WINDOWS[1], WINDOWS[3]])
def test_an_officer_adds_rates_reschedules_issues_presents_compares_and_withdraws(
    plan: str, window: Callable[..., Page], tmp_path: Path, options: dict[str, Any]
) -> None:
    page = window(**options)
    page.goto(plan)
    arrived(page, "Plan of test")
    _adds_an_action(page)
    _rates_it_with_an_error_first(page, plan)
    _reports_and_reschedules(page)
    _issues_and_presents(page)
    _compares_and_takes_the_paper(page, plan, tmp_path)
    _withdraws_what_was_recorded_in_error(page, plan)


def _adds_an_action(page: Page) -> None:
    click(page, "Record")
    arrived(page, "What do you want to record?")
    click(page, "Add an action")
    arrived(page, "Add an action")
    field(page, "priority").select_option("2")
    fill(page, number="2.5", text="Publish the pathway", timescale="30/04/19", leads="Head of Practice",
         effective_on="2019-02-01")  # fmt: skip
    press(page, "Record")
    arrived(page, "Recorded as event 4")
    expect(fact(page, "True from")).to_have_text("1 February 2019")


def _rates_it_with_an_error_first(page: Page, plan: str) -> None:
    click(page, "Record something else of action 2.5")
    arrived(page, "What do you want to record?")
    click(page, "Rate an action")
    arrived(page, "Rate an action")
    page.get_by_label("Completed").check()
    fill(page, effective_on="2019-03-15", reason="Seen by the board")
    press(page, "Check before recording")

    expect(page.get_by_role("alert")).to_contain_text(FORM_CAME_BACK)
    expect(page).to_have_title("Error: Rate an action – " + page.locator(".caption").inner_text() + " – AsAt")
    arrived(page, "Rate an action")
    expect(page.get_by_label("Completed")).to_be_checked()
    expect(field(page, "effective_on")).to_have_value("2019-03-15")
    expect(field(page, "reason")).to_have_value("Seen by the board")
    expect(field(page, "evidence")).to_have_attribute("aria-describedby", "evidence-hint evidence-error")
    expect(page.locator(".field.wrong #evidence-error")).to_contain_text("needs evidence")
    page.get_by_role("alert").get_by_role("link", name="Evidence for the rating").click()
    expect(field(page, "evidence")).to_be_focused()

    fill(page, evidence="Audit report\nMinutes of the board")
    press(page, "Check before recording")
    arrived(page, "Check before recording")
    counts = table(page, "Actions by rating as at 15 March 2019")
    expect(counts.get_by_role("row", name="Completed 0 1")).to_be_visible()
    expect(counts.get_by_role("row", name="Not rated 2 1")).to_be_visible()
    assert len(trail(plan)) == 4, "checking records nothing"
    press(page, "Record")
    arrived(page, "Recorded as event 5")
    expect(fact(page, "Because")).to_have_text("Seen by the board")


def _reports_and_reschedules(page: Page) -> None:
    click(page, "Go to action 2.5")
    arrived(page, "Action 2.5")
    click(page, "Report progress")
    fill(page, text=HOSTILE, effective_on="2019-03-16")
    press(page, "Record")
    arrived(page, "Recorded as event 6")
    click(page, "Go to action 2.5")
    expect(fact(page, "Progress, reported 16 March 2019")).to_have_text(SHOWN)
    arrived(page, "Action 2.5")
    click(page, "Reschedule")
    arrived(page, "Change when an action is due")
    fill(page, timescale="31/07/19", approved_by="Improvement Board", reason="The design took longer",
         effective_on="2019-03-20")  # fmt: skip
    press(page, "Record")
    arrived(page, "Recorded as event 7")
    click(page, "Go to action 2.5")
    expect(fact(page, "Due")).to_contain_text("31/07/2019")
    expect(fact(page, "Due")).to_contain_text("30/04/19")


def _issues_and_presents(page: Page) -> None:
    click(page, "Record")
    click(page, "Issue a document version")
    arrived(page, "Issue a document version")
    fill(page, label="1.0", effective_on="2019-04-01", summary="First issue", author="Programme manager")
    press(page, "Record")
    arrived(page, "Recorded as event 8")
    click(page, "Record something else of the plan")
    click(page, "Record a presentation to a forum")
    arrived(page, "Record a presentation to a forum")
    fill(page, forum="Scrutiny Committee", effective_on="2019-04-10", title="Progress report",
         previous_day="2019-02-10")  # fmt: skip
    page.locator("#current-issue").check()
    page.locator("#previous-day").check()
    press(page, "Check before recording")
    arrived(page, "Check before recording")
    expect(fact(page, "Which state of the plan did the report show?")).to_have_text("Document version 1.0")
    press(page, "Record")
    arrived(page, "Recorded as event 9")


def _compares_and_takes_the_paper(page: Page, plan: str, folder: Path) -> None:
    click(page, "Document history")
    arrived(page, "Document history")
    click(page, "Compared with 10/02/2019")
    arrived(page, "Previous against current")
    pairs = ["0 → 0", "0 → 0", "0 → 0", "0 → 1", "2 → 1", "0", "0", "0", "0", "2 → 2"]
    expect(page.locator("table.figures").first.locator("tfoot tr > *")).to_have_text(["Totals", *pairs])

    address = page.get_by_role("link", name="Committee paper (Word)").get_attribute("href")
    assert address is not None
    asked = plan.partition("/plans/")[0] + address.replace("/paper.docx?", "/paper.json?")
    document = httpx2.get(asked, timeout=HANGS).json()
    counted = [[one["label"] or "Not rated", str(one["previous"]), str(one["current"])] for one in document["summary"]]
    assert ["Completed", "0", "1"] in counted
    word = docx.Document(str(_downloaded(page, "Committee paper (Word)", folder / "paper.docx")))
    tables = [[[cell.text for cell in row.cells][:3] for row in table.rows] for table in word.tables]
    assert any(table[1 : 1 + len(counted)] == counted for table in tables), tables
    pdf = read_structure(_downloaded(page, "Committee paper (PDF)", folder / "paper.pdf").read_bytes())
    tables = [[row[:3] for row in table.rows] for table in pdf.every("Table")]
    assert any(table[1 : 1 + len(counted)] == counted for table in tables), tables


def _downloaded(page: Page, words: str, file: Path) -> Path:
    with page.expect_download() as download:
        # With Alt held the browser keeps what it would else show, as it does a PDF.
        page.get_by_role("link", name=words, exact=True).click(modifiers=["Alt"])
    download.value.save_as(file)
    return file


def _withdraws_what_was_recorded_in_error(page: Page, plan: str) -> None:
    click(page, "Trail")
    arrived(page, "Trail of events")
    click(page, "Show today")
    click(page, "7")
    arrived(page, "2.5")
    click(page, "Withdraw this event")
    arrived(page, "recorded in error")
    press(page, "Record")
    expect(page.locator(".field.wrong #reason-error")).to_be_visible()
    fill(page, reason="The board had not agreed")
    press(page, "Record")
    arrived(page, "Recorded as event 10")
    click(page, "Trail")
    arrived(page, "Trail of events")
    entry = page.get_by_role("row").filter(has=page.get_by_role("link", name="7", exact=True))
    expect(entry.locator("s")).to_contain_text("2.5")
    expect(entry.locator("s")).to_have_css("text-decoration-line", "line-through")
    expect(entry).to_contain_text(re.compile(r"Withdrawn by \w+ 10: The board had not agreed"))
    page.goto(f"{plan}/actions/2.5")
    expect(fact(page, "Due")).not_to_contain_text("31/07/2019")
