"""Answer documents for the tests of the papers: the example histories at given points, and text that means harm."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from api.questions.question_registry import QUESTIONS
from domain.envelopes import Recorded
from domain.events import Event
from domain.plan.plan import Plan
from projections.action import action_at
from projections.audit import audit
from projections.changes import changes_between
from projections.claims import read_claims
from projections.committee_paper import committee_paper
from projections.counted import CountQuery, counted_actions
from projections.event import EventDocument, event_in_trail
from projections.rag_comparison import rag_comparison
from projections.register import plans_register, register_entry
from projections.replay import replay_page
from projections.trail import TrailDocument, TrailQuery, trail_page
from tests.asked import AT
from tests.kit import added, fold, given, plan_at, progressed, rated, read_history, record_at, recorded

EXAMPLES = Path(__file__).parents[2] / "examples"

PREVIOUS, CURRENT = "2019-03-29@243", "2019-05-31@289"

#: An escape sequence that clears a screen, one that disguises a link, an 8-bit one, and a bell.
ESCAPES = "\x1b[2Jcleared\x1b]8;;http://elsewhere.example\x07click\x1b\\ \x9b31mred\x07"
RIGHT_TO_LEFT = "invoice\u202efdp.exe\u2066"
RICH_MARKUP = "[bold red]not bold[/bold red] [link=http://elsewhere.example]here[/link] :smile:"
MARKDOWN = "# head | cell <script>alert(1)</script> [here](http://elsewhere.example) **bold** `code` ~~no~~"
EMOJI = "👩‍👩‍👧 family"


@lru_cache
def example(name: str) -> tuple[Plan, tuple[Event, ...]]:
    """An example history, folded, with its events."""
    told = tuple(read_history(EXAMPLES / f"{name}.jsonl"))
    return fold(told, name), told


def trail_of(plan: Plan, told: Iterable[Event], query: TrailQuery) -> TrailDocument:
    """The trail of a plan's events, as the tests record them."""
    return trail_page(record_at(plan), records_of(plan, told), query)


def records_of(plan: Plan, told: Iterable[Event]) -> list[Recorded]:
    """A plan's events as the tests record them."""
    return [
        Recorded(plan.slug, version, version, recorded(version), "Performance Officer", UUID(int=version), event)
        for version, event in enumerate(told, 1)
    ]


def event_of(plan: Plan, told: Iterable[Event], action: str) -> EventDocument:
    """The event that added an action."""
    record = record_at(plan)
    found = record.find_action(action)
    assert found is not None
    return event_in_trail(record, found, records_of(plan, told))


def answers(plan: Plan, told: tuple[Event, ...], previous: str, current: str, action: str) -> dict[str, Any]:
    """The document of every question but the audit, which needs claims."""
    before, now = plan_at(plan, previous), plan_at(plan, current)
    return {
        "plans": plans_register([register_entry(now)]),
        "comparison": rag_comparison(before, now),
        "paper": committee_paper(before, now),
        "changes": changes_between(before, now),
        "counted": counted_actions(before, now, CountQuery()),
        "event": event_of(plan, told, action),
        "trail": trail_of(plan, told, TrailQuery()),
        "replay": replay_page(record_at(plan), records_of(plan, told)),
        "action": action_at(now, action),
        **{name: QUESTIONS[name].projection(now) for name in AT},
    }


@lru_cache
def sunderland() -> dict[str, Any]:
    """Every answer about Sunderland, March against May 2019."""
    plan, told = example("sunderland")
    claims = read_claims((EXAMPLES / "sunderland-claims.json").read_text(encoding="utf-8"))
    points = plan_at(plan, PREVIOUS), plan_at(plan, CURRENT)
    return {**answers(plan, told, PREVIOUS, CURRENT, "7.3"), "audit": audit(*points, claims.claims)}


def harmful(text: str) -> dict[str, Any]:
    """Every answer about a plan whose action and progress say this."""
    story = given(added("1.1", text=text, leads=["Head of Service"]), progressed("1.1", text), rated("1.1", "amber"))
    return answers(story.plan, tuple(story.events), "2019-02-01", "2019-05-31", "1.1")


def poisoned(document: Any, text: str) -> Any:
    """The document with this in the place of whatever people wrote: also what the rules would have refused."""
    wrote = {
        "approved_by", "area", "author", "body", "forum", "grade", "label", "leads", "level", "location", "made_by",
        "meaning", "narrative", "organisation", "original", "outcome", "period", "priority_word", "progress", "reason",
        "recorded_by", "report", "sentence", "standing", "summary", "text", "title", "unit", "value", "where", "why",
    }  # fmt: skip

    def replaced(value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return {key: replaced(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [replaced(one, name) for one in value]
        return text if isinstance(value, str) and name in wrote else value

    return replaced(document, "")
