"""Every question, asked at points that are fixed: what may be recorded later can change none of these answers."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from api.pages.action_life import life
from api.questions.asker import Answer, Asker
from api.questions.question_registry import QUESTIONS
from projections.claims import Claim, Claims
from projections.counted import Population, When
from tests.answers.readable_formats import in_form, readable_forms
from tests.answers.remembered import RememberedLedger
from tests.asked import AT, BETWEEN
from tests.kit import recorded
from tests.laws.histories import DAYS, NUMBERS


@dataclass(frozen=True)
class Fixed:
    """A question at fixed points: its name, the plan, and what else it is asked with; `life` is that of an action."""

    question: str
    plan: str
    given: dict[str, Any] = field(default_factory=dict)

    def ask(self, asker: Asker) -> Answer[Any]:
        if self.question == "life":
            return life(asker, self.plan, **self.given)
        return QUESTIONS[self.question].ask(asker, self.plan, **self.given)


def answered(asker: Asker, fixed: Fixed, forms: Collection[str]) -> dict[str, bytes]:
    """The answer in those of these forms that it has; where there is no answer, what kind of error says so.

    The words of an error may tell what was recorded since, so that they help: "it is in the plan by event 249".
    """
    try:
        answer = fixed.ask(asker)
        document = answer.document
    except (LookupError, ValueError) as error:
        return {"error": type(error).__name__.encode()}
    found = {"fixed": repr((answer.immutable, answer.fixed)).encode()}
    if answer.question == "page":  # what a page shows together; it also says which version is the newest
        del document["newest"]
        return {**found, "page": repr(document).encode()}
    return {**found, **{form: in_form(answer, form) for form in readable_forms(answer.question) if form in forms}}


def fixed_points(ledger: RememberedLedger, slug: str) -> st.SearchStrategy[str]:
    """Points that nothing recorded later can move: a day at a version, or at an instant before the newest event."""
    newest = ledger.newest(slug)
    versions = st.integers(1, newest) | st.integers(max(1, newest - 5), newest)
    instants = st.integers(1, max(1, newest - 1)).map(lambda n: (recorded(n) + timedelta(days=3)).isoformat())
    known = versions.map(str) | instants if newest > 1 else versions.map(str)
    days = DAYS | st.sampled_from([date(2019, 6, 30), date(2030, 1, 1), date(2018, 1, 1)])
    return st.builds(lambda day, basis: f"{day}@{basis}", days, known)


def questions(ledger: RememberedLedger, slug: str, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Iterator[Fixed]:
    """Every question of one plan, once at least, at points that are drawn."""
    points = fixed_points(ledger, slug)
    previous, current = sorted((draw(points), draw(points)), key=lambda point: point[:10])
    number, newest = draw(NUMBERS), ledger.newest(slug)
    for at in (previous, current):
        for question in AT:
            yield Fixed(question, slug, {"at": at})
        yield Fixed("plan", slug, {"at": at, "everything": True})
        for one in (number, "1.1", "2.1a"):
            yield Fixed("action", slug, {"number": one, "at": at})
    for question in BETWEEN:
        yield Fixed(question, slug, {"previous": previous, "current": current})
    yield Fixed("changes", slug, {"previous": current, "current": previous})  # back in time
    for population in get_args(Population):
        when = draw(st.sampled_from(get_args(When)))
        query = {"when": when, "population": population, "rating": draw(_RATING), "priority": draw(_PRIORITY)}
        yield Fixed("counted", slug, {**query, "previous": previous, "current": current})
    yield Fixed("counted", slug, {"current": current})
    yield Fixed("audit", slug, {"claims": Claims(previous=previous, current=current, claims=tuple(_claims()))})
    yield Fixed("life", slug, {"number": number, "at": current, "by_day": draw(st.booleans())})
    up_to = draw(st.integers(1, newest))
    for version in {1, up_to, draw(st.integers(1, up_to))}:
        yield Fixed("event", slug, {"version": version, "up_to": up_to})
    pages = [{"limit": None}, {"after": draw(st.integers(0, newest)), "limit": draw(st.integers(1, 7))}]
    for page in pages:
        yield Fixed("trail", slug, {**page, "up_to": up_to})
        yield Fixed("replay", slug, {**page, "up_to": up_to})
    since = recorded(draw(st.integers(1, newest))).isoformat()
    for asked in ({"action": number}, {"action": "1.1"}, {"recorded_after": since}, {"late_by": 700}):
        yield Fixed("trail", slug, {**asked, "up_to": up_to})


_RATING = st.sampled_from([None, None, "red", "completed", "unrated"])
_PRIORITY = st.sampled_from([None, None, "1", "2"])


def _claims() -> Iterator[Claim]:
    for population in ("all", "due", "new", "closed", "withdrawn"):
        for at in ("previous", "current"):
            for rating in (None, "unrated"):
                yield Claim(where=population, population=population, at=at, rating=rating, count=1)
