"""Every answer composed into a paper: the sections, tables and words that all its forms share."""

from collections.abc import Callable, Mapping
from typing import Any

from api.papers.compose.changes_paper import changes_paper
from api.papers.compose.committee_paper_sections import committee_paper
from api.papers.compose.comparison_paper import comparison_paper
from api.papers.compose.counted_paper import counted_paper, event_paper
from api.papers.compose.list_papers import (
    assurance_paper,
    gaps_paper,
    measures_paper,
    register_paper,
    stale_paper,
)
from api.papers.compose.overdue_paper import overdue_paper
from api.papers.compose.plan_paper import action_paper, plan_paper
from api.papers.compose.record_papers import audit_paper, history_paper, trail_paper
from api.papers.compose.replay_papers import ratings_paper, replay_paper
from api.papers.paper import Paper
from api.papers.wording import fixed

#: Question -> how its document becomes a paper.
COMPOSED: Mapping[str, Callable[[Any], Paper]] = {
    "plans": register_paper,
    "plan": plan_paper,
    "comparison": comparison_paper,
    "paper": committee_paper,
    "changes": changes_paper,
    "counted": counted_paper,
    "event": event_paper,
    "history": history_paper,
    "trail": trail_paper,
    "replay": replay_paper,
    "ratings": ratings_paper,
    "action": action_paper,
    "overdue": overdue_paper,
    "gaps": gaps_paper,
    "measures": measures_paper,
    "assurance": assurance_paper,
    "stale": stale_paper,
    "audit": audit_paper,
}


def compose(question: str, document: Any) -> Paper:
    """The paper of a document that answers a question; raises KeyError of a question that has none.

    However its points were asked for, the paper is that of the points themselves, as its own command makes it again.
    """
    points = {name: document[name] for name in ("point", "previous", "current") if _is_point(document.get(name))}
    as_fixed = {name: {**point, "asked": fixed(point)} for name, point in points.items()}
    return COMPOSED[question]({**document, **as_fixed})


def _is_point(said: Any) -> bool:
    return isinstance(said, dict) and "asked" in said
