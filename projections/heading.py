"""What every answer about a plan begins with: which plan, whose, and the word it uses for its priorities."""

from typing_extensions import TypedDict

from domain.plan import Plan


class Heading(TypedDict):
    """The head of an answer."""

    plan: str
    title: str
    organisation: str
    priority_word: str


def heading(plan: Plan) -> Heading:
    """The head of an answer about a plan, as said when it was opened."""
    assert plan.opening is not None, "a plan that has a version has been opened"
    return {
        "plan": plan.slug,
        "title": plan.opening.title,
        "organisation": plan.opening.organisation,
        "priority_word": plan.opening.priority_word,
    }
