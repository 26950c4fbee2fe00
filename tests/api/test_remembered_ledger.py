"""The ledger in memory, which the golden answers are made from, answers as the real one that has the same events."""

from collections.abc import Iterator

import pytest

from api.questions.asker import Asker
from domain.opened_ledger import Ledger
from tests.answers.asked_questions import questions
from tests.answers.examples import TODAY
from tests.answers.readable_formats import in_form, readable_forms
from tests.answers.remembered import RememberedLedger


@pytest.fixture(scope="module")
def both(examples: Ledger) -> Iterator[tuple[Asker, Asker]]:
    """The ledger of the examples, and one in memory that has taken over its events."""
    remembered = RememberedLedger()
    events = [event for plan in examples.plans() for event in examples.every_event(plan)]
    for event in sorted(events, key=lambda one: one.position):
        remembered.take(event)
    yield Asker(examples, TODAY), Asker(remembered, TODAY)  # type: ignore[arg-type]  # it has the reading side


#: A point that names an instant means another basis where the instants are others.
QUESTIONS = [asked for asked in questions() if ".instant" not in asked.name]


@pytest.mark.slow
def test_both_answer_every_question_with_the_same_bytes(both: tuple[Asker, Asker]) -> None:
    real, remembered = both
    for asked in QUESTIONS:
        answer, other = asked.ask(real), asked.ask(remembered)
        assert (answer.immutable, answer.fixed) == (other.immutable, other.fixed)
        for form in readable_forms(answer.question):
            assert in_form(answer, form) == in_form(other, form), f"{asked.name} as {form}"
