"""Every answer for the terminal: one function for each question, from its document to what `rich` prints."""

from api.papers.writers.text_changes import changes_text
from api.papers.writers.text_comparison import comparison_text
from api.papers.writers.text_counted import counted_text, event_text
from api.papers.writers.text_lists import (
    assurance_text,
    gaps_text,
    measures_text,
    overdue_text,
    register_text,
    stale_text,
)
from api.papers.writers.text_plan import action_text, plan_text
from api.papers.writers.text_record import audit_text, history_text, trail_text
from api.papers.writers.text_replay import ratings_text

__all__ = [
    "action_text",
    "assurance_text",
    "audit_text",
    "changes_text",
    "comparison_text",
    "counted_text",
    "event_text",
    "gaps_text",
    "history_text",
    "measures_text",
    "overdue_text",
    "plan_text",
    "ratings_text",
    "register_text",
    "stale_text",
    "trail_text",
]
