"""The point that a question about two points compares with where none is named."""

from api.papers.wording import fixed
from api.questions.asker import Asker
from api.questions.history_question import HISTORY
from api.questions.plan_question import PLAN_AS_AT


def default_previous(ask: Asker, slug: str, at: str, label: str | None) -> tuple[str, str | None]:
    """The previous point by default, in its fixed form, and the label of the document version that it is, if it is one.

    It is the last document version issued before the point's day; of the document version that has the label `label`,
    the one before it. Without any it is the day on which the plan was opened, as known at the point.
    """
    history = HISTORY.ask(ask, slug, at=at).document
    point, issued = history["point"], history["versions"]
    if label is None:
        before = [one for one in issued if one["issued_on"] < point["effective_on"]]
    else:
        before = [one for one in issued if one["version"] < point["basis"] and one["label"] != label]
    if before:
        return fixed(before[-1]["point"]), before[-1]["label"]
    opened = PLAN_AS_AT.ask(ask, slug, at=at).document["opened_on"]
    return f"{min(opened, point['effective_on'])}@{point['basis']}", None
