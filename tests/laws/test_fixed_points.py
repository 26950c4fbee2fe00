"""The law of fixed points: what is recorded later changes no answer at a point that is fixed, in no form.

Points are fixed by a version (`2019-05-31@212`, `up_to=212`) or by an instant in the past. A redaction is the one thing
that changes what was answered: what it destroys is gone at every point.
"""

from collections import Counter
from datetime import date

import pytest
from hypothesis import Phase, currently_in_test_context, given, note, settings
from hypothesis import strategies as st

from api.questions.asker import Asker
from api.questions.question import OfTheLedger
from api.questions.question_registry import QUESTIONS
from domain import events
from domain.refusals import Refused
from tests.answers.readable_formats import READABLE, readable_forms
from tests.answers.remembered import RememberedLedger
from tests.kit import SECONDED, opened, say
from tests.laws.fixed_points import Fixed, answered, questions
from tests.laws.histories import STEPS, Confirm, Step, Withdraw, author, each_kind
from tests.laws.test_laws import LAWFUL, THOROUGH

SLUG = "plan"
TODAY = date(2035, 1, 1)
#: Days before and after most that is drawn.
EARLY, LATE = date(2019, 1, 15), date(2019, 4, 1)


class History:
    """A plan of which anything is recorded that the rules accept."""

    def __init__(self) -> None:
        self.ledger = RememberedLedger(day_of=lambda _: TODAY)
        self.asker = Asker(self.ledger, TODAY)  # type: ignore[arg-type]  # it has the reading side of a ledger
        #: How many events of each kind were recorded.
        self.kinds: Counter[str] = Counter()

    def record(self, *steps: Step) -> None:
        """Record what the rules accept of these."""
        for step in steps:
            for event in self._bound(step):
                try:
                    one = self.ledger.record(SLUG, event, author(self.ledger.newest(SLUG) + 1))
                except Refused:
                    continue
                if currently_in_test_context():
                    note(f"{one.version}: {event!r}")
                self.kinds[type(event).__name__] += 1

    def withdraw_all(self, known: int) -> None:
        """Withdraw what was recorded up to a version, the newest first, as far as nothing else stands on it."""
        for version in range(known, 1, -1):
            self.record(say(events.EventWithdrawn, LATE, version=version, reason="Slip"))

    def _bound(self, step: Step) -> list[events.Event]:
        told = [one.event for one in self.ledger.events(SLUG)] if not isinstance(step, events.Event) else []
        match step:
            case Withdraw(back, on):
                return [say(events.EventWithdrawn, on, version=max(2, len(told) - back), reason="Slip")]
            case Confirm(back, after):
                rated = [(n, one) for n, one in enumerate(told, 1) if isinstance(one, events.ActionRated)]
                return [
                    say(events.RatingConfirmed, one.effective_on + after, action=one.action, version=version)
                    for version, one in [pair for pair in rated if pair[1].rating == "completed"][-1 - back :][:1]
                ]
        return [step]

    def open(self) -> None:
        """A plan with something of everything that later events can speak of."""
        self.record(opened(SECONDED, on=date(2019, 1, 1)))
        for number in ("1", "2"):
            self.record(say(events.PriorityAdded, date(2019, 1, 1), number=number, title="One", answers=["R1"]))
        for number in ("1.1", "1.2", "2.1"):
            self.record(say(events.ActionAdded, date(2019, 1, 1), number=number, priority=number[0], text="One"))
        self.record(
            say(events.RecommendationMade, date(2019, 1, 1), number="R1", text="One"),
            say(events.MeasureDefined, date(2019, 1, 1), measure="a", title="One"),
            say(events.MeasureReported, date(2019, 1, 1), measure="a", period="One", value="One"),
            say(events.ActionRated, date(2019, 1, 1), action="1.1", rating="amber"),
            say(events.ActionRated, date(2019, 1, 1), action="1.2", rating="red"),
            say(events.ActionRenumbered, date(2019, 1, 1), action="1.2", number="1.02"),
        )


BATCH = st.lists(STEPS, min_size=12, max_size=40)
#: JSON each time, as it says most; of the other forms one at a time.
FORMS = st.sampled_from([form for form in READABLE if form != "json"]).map(lambda form: ("json", form))


@pytest.mark.slow
def test_nothing_recorded_later_changes_an_answer_at_a_fixed_point() -> None:
    later: Counter[str] = Counter()
    compared: set[tuple[str, str]] = set()

    # A failing history is made smaller only where there is time: that takes minutes.
    @settings(LAWFUL, max_examples=4000 if THOROUGH else 150, phases=set(Phase) if THOROUGH else {Phase.generate})
    @given(before=BATCH, after=BATCH, forms=FORMS, data=st.data())
    def law(before: list[list[Step]], after: list[list[Step]], forms: tuple[str, str], data: st.DataObject) -> None:
        history = History()
        history.open()
        for steps in before:
            history.record(*steps)
        asked = list(questions(history.ledger, SLUG, data.draw))
        first = [answered(history.asker, one, forms) for one in asked]
        known = history.ledger.newest(SLUG)
        history.kinds.clear()
        note("what follows is recorded later")
        for steps in (*after, each_kind(EARLY), each_kind(LATE)):
            history.record(*steps)
        for one, was in zip(asked, first, strict=True):
            now = answered(history.asker, one, forms)
            for form in was.keys() | now.keys():
                assert now.get(form) == was.get(form), f"{one} as {form} changed"
            compared.update((one.question, form) for form in was)
        later.update(history.kinds)
        history.withdraw_all(known)
        started = Asker(history.ledger.folded_anew(), TODAY)  # type: ignore[arg-type]  # as above
        for one, was in zip(asked, first, strict=True):
            again = answered(started, one, ("json",))
            assert again.items() <= was.items(), f"{one} changed in a program that was started since"

    law()
    # A plan is opened once, and a redaction may change what was answered.
    assert set(later) == set(events.EVENTS) - {"PlanOpened", "TextRedacted"}, "each kind of event was recorded later"
    for question in questions_there_are():
        forms = {form for asked, form in compared if asked == question} - {"error", "fixed"}
        assert forms == ({"page"} if question == "life" else set(readable_forms(question))), question


def questions_there_are() -> set[str]:
    """The questions that have a fixed point: the list of all plans is of today."""
    return {"life", *(name for name, one in QUESTIONS.items() if not isinstance(one, OfTheLedger))}


def test_a_part_that_is_rescheduled_later_keeps_the_original_timescale_that_was_shown() -> None:
    """A part without a timescale of its own showed the one that its action had first, until it was given one."""
    history, on = History(), date(2026, 1, 5)
    history.record(
        opened(on=on),
        say(events.PriorityAdded, on, number="1", title="One"),
        say(events.ActionAdded, on, number="1.1", priority="1", text="Whole", timescale="12/08/2026"),
        say(events.ActionRescheduled, on, action="1.1", timescale="05/05/2026", reason="Sooner"),
        say(events.ActionAdded, on, number="1.1a", parent="1.1", text="Part"),
    )
    assert history.ledger.newest(SLUG) == 5
    at = "2026-06-01@5"
    asked = [Fixed("plan", SLUG, {"at": at}), Fixed("action", SLUG, {"number": "1.1a", "at": at})]
    asked.append(Fixed("counted", SLUG, {"current": at}))
    first = [answered(history.asker, one, READABLE) for one in asked]
    assert all(b'"original":"12/08/2026"' in one["json"] for one in first)
    later = date(2026, 11, 1)
    history.record(say(events.ActionRescheduled, later, action="1.1a", timescale="31/12/2026", reason="Late"))
    assert history.ledger.newest(SLUG) == 6
    assert [answered(history.asker, one, READABLE) for one in asked] == first
