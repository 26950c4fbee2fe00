"""Every answer composed into a paper: sections, tables and words for people, and a table of data for programs."""

from collections.abc import Callable, Mapping
from typing import Any

from api.papers.compose.action_paper import action_paper
from api.papers.compose.assurance_paper import assurance_paper
from api.papers.compose.audit_paper import audit_paper
from api.papers.compose.changes_paper import changes_paper
from api.papers.compose.committee_report_paper import committee_paper
from api.papers.compose.comparison_paper import comparison_paper
from api.papers.compose.counted_paper import counted_paper
from api.papers.compose.event_paper import event_paper
from api.papers.compose.gaps_paper import gaps_paper
from api.papers.compose.history_paper import history_paper
from api.papers.compose.measures_paper import measures_paper
from api.papers.compose.overdue_paper import overdue_paper
from api.papers.compose.plan_paper import plan_paper
from api.papers.compose.plans_paper import register_paper
from api.papers.compose.ratings_paper import ratings_paper
from api.papers.compose.replay_paper import replay_paper
from api.papers.compose.stale_paper import stale_paper
from api.papers.compose.trail_paper import trail_paper
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


def compose(question: str, document: Any, *, as_asked: bool = False) -> Paper:
    """The paper of a document that answers a question; raises KeyError of a question that has none.

    However its points were asked for, the paper is that of the points themselves, as its own command makes it again.
    `as_asked`: its sentence says how they were asked for, too.
    """
    if as_asked:
        return COMPOSED[question](document)
    points = {name: document[name] for name in ("point", "previous", "current") if _is_point(document.get(name))}
    as_fixed = {name: {**point, "asked": fixed(point)} for name, point in points.items()}
    return COMPOSED[question]({**document, **as_fixed})


def _is_point(value: Any) -> bool:
    return isinstance(value, dict) and "asked" in value
