"""Every kind of page, found by walking the links: accessible by axe-core's rules, at a desk and on a phone.

What the window itself watches for on the way, errors of the browser and requests that leave the site, fails them too.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import parse_qsl, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize, expect

from tests.api.conftest import rated
from tests.browser.steps import DESK, PHONE, arrived, fill, press, record

pytestmark = pytest.mark.long

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What violates a rule, a line for each; styles and frames from elsewhere need no loading, for there are none.
AXE = """tags => axe.run({runOnly: tags, resultTypes: ["violations"], preload: false, iframes: false}).then(found =>
  found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 150)}`)))"""
FACTS = """() => ({
  headings: document.querySelectorAll("h1").length,
  lang: document.documentElement.lang,
  wide: document.scrollingElement.scrollWidth - innerWidth,
})"""
LINKS = "[...document.querySelectorAll('a[href]')].map(link => link.href.split('#')[0])"

PLANS = ("sunderland", "stockton-2016", "stockton-ilacs", "stockton-strategy", "stockton-scrutiny")
#: Of the plan with the most to show all is looked at, in both sizes; of the others what may be otherwise there.
_WHOLE = PLANS[0]
_ALIKE = {"counted", "point", "record", "since"}
_FILE = re.compile(r"\.(json|csv|md|html|xlsx|docx|pdf)$")
#: Which points and which part of a list are shown makes no other kind of page.
_SAME = frozenset({
    "at", "previous", "current", "page", "after", "step", "when", "priority", "rating", "to", "all", "order", "action",
})  # fmt: skip


def problems_of(page: Page, sizes: Sequence[ViewportSize] = (DESK, PHONE)) -> Iterator[str]:
    """What is wrong with a page as it stands, in windows of these sizes."""
    if not page.evaluate("'axe' in window"):
        page.add_init_script(AXE_SCRIPT)  # once, for all that comes to this window
        page.evaluate(AXE_SCRIPT)
    for size in sizes:
        name = f"{size['width']} wide"
        page.set_viewport_size(size)
        yield from (f"{name} {page.url}: {said}" for said in page.evaluate(AXE, TAGS))
        facts = page.evaluate(FACTS)
        if facts["headings"] != 1 or facts["lang"] != "en-GB" or facts["wide"] > 0:
            yield f"{name} {page.url}: {facts}"


def kind_of(address: str) -> tuple[str, ...] | None:
    """The kind of page at an address: of each one is looked at. None for what is no page, or not looked at."""
    split = urlsplit(address)
    steps = split.path.split("/")[1:]
    asked = tuple(sorted({name for name, _ in parse_qsl(split.query)} - _SAME))
    if _FILE.search(split.path) or steps[0] not in ("plans", "guide"):
        return None
    if len(steps) < 2:
        return (*steps, *asked)
    plan, *within = steps[1:]
    if plan not in PLANS:
        return None
    if plan != _WHOLE:
        within, asked = within[:1], ()
        if within and within[0] in _ALIKE:
            return None
    if within and within[0] in ("actions", "events"):
        within = within[:1]
    return (plan, *within, *asked)


@pytest.mark.parametrize("start", ["/plans", "/guide"])
def test_where_one_arrives_is_accessible(site: str, window: Callable[..., Page], start: str) -> None:
    page = window()
    page.goto(site + start)
    assert list(problems_of(page)) == []


def test_every_kind_of_page_that_links_lead_to_is_accessible(site: str, window: Callable[..., Page]) -> None:
    page = window()
    left = [f"{site}/plans", f"{site}/guide"]
    seen = {kind_of(address) for address in left} | {None}
    problems: list[str] = []
    titles: dict[str, str] = {}
    while left:
        answer = page.goto(address := left.pop(0))
        assert answer is not None
        assert answer.status == 200, address
        path = urlsplit(address).path
        whole = path.split("/")[2:3] in ([], [_WHOLE])
        problems += problems_of(page, (DESK, PHONE) if whole else (DESK,))
        if titles.setdefault(page.title(), path) != path:
            problems.append(f"{address} has the title of {titles[page.title()]}")
        for link in page.evaluate(LINKS):
            if (kind := kind_of(link)) not in seen:
                seen.add(kind)
                left.append(link)
    assert problems == []
    assert {kind[0] for kind in seen if kind} == {"plans", "guide", *PLANS}
    assert {(_WHOLE, "record", "rate"), (_WHOLE, "actions"), ("stockton-2016", "gaps")} <= seen


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/plans/nosuch", 404, "Not found"),
        ("/nothing", 404, "Not found"),
        ("/plans/sunderland/actions/99.9", 404, "Not found"),
        ("/plans/sunderland?at=yesterday", 422, "This cannot be read"),
        ("/plans/sunderland?nonsense=1&more=2", 422, "This cannot be read"),
        ("/plans/sunderland/comparison?previous=now&current=2019-01-01", 422, "The points are the wrong way round"),
        ("/plans/sunderland/point/chosen?show=known&known_day=soon", 422, "What do you want to see?"),
        ("/plans/sunderland/trail?late_by=soon&recorded_after=x&action=99.9", 422, "Trail of events"),
        ("/plans/sunderland/since?recorded_after=x", 422, "Since my last visit"),
        ("/plans/sunderland/replay?step=x", 422, "Replay"),
        ("/plans/stockton-2016?at=2010-01-01", 200, "Response to the 2016 inspection"),
        ("/plans/stockton-strategy/comparison?previous=now", 200, "Previous against current"),
    ],
)
def test_a_page_that_says_what_is_wrong_is_accessible(
    site: str, window: Callable[..., Page], path: str, status: int, title: str
) -> None:
    page = window()
    answer = page.goto(site + path)
    assert answer is not None
    assert answer.status == status
    arrived(page, title)
    assert list(problems_of(page)) == []


FORMS = ["rate", "progress", "reschedule", "reassign", "reword", "renumber", "evidence", "withdraw", "add", "priority",
         "reword-priority", "recommendation", "measure", "measure-value", "assurance", "inspection", "version",
         "presentation", "scale", "withdraw-event"]  # fmt: skip


@pytest.mark.parametrize("forms", [FORMS[:10], FORMS[10:]], ids=["of actions", "of the plan"])
def test_a_form_that_comes_back_with_errors_is_accessible(
    plan: str, window: Callable[..., Page], forms: list[str]
) -> None:
    page = window()
    problems: list[str] = []
    for form in forms:
        page.goto(f"{plan}/record/{form}")
        fill(page, effective_on="")
        press(page, "Check before recording")
        expect(page.get_by_role("alert")).to_be_visible()
        problems += problems_of(page)
    assert problems == []


def test_the_pages_on_the_way_to_an_entry_are_accessible(plan: str, window: Callable[..., Page]) -> None:
    page = window()
    problems: list[str] = []
    page.goto(f"{plan}/record/rate?action=2.4")
    page.get_by_label("Green").check()
    fill(page, effective_on="2019-03-15")
    press(page, "Check before recording")
    arrived(page, "Check before recording")
    problems += problems_of(page)
    record(plan, rated("amber"))
    press(page, "Record")
    arrived(page, "Somebody else has recorded something since you opened this form")
    problems += problems_of(page)
    press(page, "Record nevertheless")
    arrived(page, "Recorded as event 5")
    problems += problems_of(page)
    record(plan, {"type": "EventWithdrawn", "version": 5, "reason": "Recorded in error"})
    for address in ("/recorded/5", "/events/5", "/events/6", "/trail", "/actions/2.4", "/replay?step=5", "/since"):
        page.goto(plan + address)
        problems += problems_of(page)
    press(page, "I have read up to record number 6")
    arrived(page, "Since my last visit")
    problems += problems_of(page)
    assert problems == []
