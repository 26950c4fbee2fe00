"""The head of every answer about a plan: the plan, its organisation, and its word for a priority."""

from typing_extensions import TypedDict

from domain.plan.known import Known


class Heading(TypedDict):
    """The fields that begin every answer about a plan."""

    plan: str
    title: str
    organisation: str
    priority_word: str


def heading(plan: Known) -> Heading:
    """The head of an answer about a plan, as recorded when the plan was opened."""
    opening = plan.opening
    return {
        "plan": plan.slug,
        "title": opening.title,
        "organisation": opening.organisation,
        "priority_word": opening.priority_word,
    }
