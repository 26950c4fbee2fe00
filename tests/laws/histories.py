"""Histories of a plan, drawn at random: every event that can be recorded, of few things, so that they meet.

What the rules would refuse is drawn too; whoever records a history passes over what is refused.
"""

from datetime import date, timedelta
from typing import Any, NamedTuple, TypeAlias

from hypothesis import strategies as st

from domain import events
from tests.kit import GRADES, SCALE, SECONDED, say

DAYS = st.sampled_from([date(2019, 1, 1) + timedelta(days=days) for days in (-30, 0, 30, 60, 61, 90, 120)])
NUMBERS = st.sampled_from(["1.1", "1.2", "1.02", "2.1", "2.1a", "2.1b", "3.1"])
PRIORITIES = st.sampled_from(["1", "2", "02"])
RATINGS = st.sampled_from(["red", "amber", "green", "completed", "completed", "2", "1"])
SHARED = {"name": "Shared", "ratings": [
    {"code": "completed", "label": "Not really", "concern": True}, {"code": "green", "label": "Done", "complete": True},
]}  # fmt: skip
SCALES = st.sampled_from([SCALE, SECONDED, GRADES, SHARED])
WHY = st.sampled_from(["Because"] * 5 + [None])
MAYBE = st.booleans()


def author(version: int) -> str:
    """Who records a version: two people in turn."""
    return ("Ann", "Bea")[version % 2]


def told(kind: type[events.Event], **fields: st.SearchStrategy[Any] | Any) -> st.SearchStrategy[events.Event]:
    """Events of a kind on any of the days, for a reason or not."""
    drawn = {name: one if isinstance(one, st.SearchStrategy) else st.just(one) for name, one in fields.items()}
    return st.builds(lambda effective_on, **said: say(kind, effective_on, **said), **{
        "effective_on": DAYS, "reason": WHY, **drawn,
    })  # fmt: skip


def maybe(value: st.SearchStrategy[Any] | Any) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), value if isinstance(value, st.SearchStrategy) else st.just(value))


TIMESCALES = st.sampled_from(["31/01/19", "March 2019", "Ongoing", "Q1 2019/20"])
WORDS = st.sampled_from(["One", "Two", "Three"])
LABELS = st.sampled_from(["1.0", "2.0"])
POINTS = st.sampled_from(["now", "2019-01-31", "2019-03-02@4", "issue:1.0", "told:Cabinet@2019-04-01"])
ACTIONS = [
    told(events.ActionAdded, number=NUMBERS, priority=PRIORITIES, text=WORDS, timescale=maybe(TIMESCALES),
         outcome=maybe(WORDS)),
    told(events.ActionAdded, number=NUMBERS, parent=NUMBERS, text=WORDS, timescale=maybe(TIMESCALES),
         leads=st.sampled_from([[], ["Head"]])),
    told(events.ActionRated, action=NUMBERS, rating=RATINGS, evidence=st.sampled_from([[], ["Audit"], ["Audit"]])),
    told(events.ActionRenumbered, action=NUMBERS, number=NUMBERS, priority=maybe(PRIORITIES)),
    told(events.ActionWithdrawn, action=NUMBERS),
    told(events.ActionReinstated, action=NUMBERS),
    told(events.ActionClosed, action=NUMBERS),
]  # fmt: skip
WORDING = [
    told(events.ActionReworded, action=NUMBERS, text=maybe(WORDS), outcome="Outcome"),
    told(events.ActionRescheduled, action=NUMBERS, timescale=TIMESCALES),
    told(events.ActionReassigned, action=NUMBERS, leads=st.sampled_from([["Head"], ["Director", "Head"]])),
    told(events.ProgressReported, action=NUMBERS, text=WORDS),
    told(events.EvidenceAdded, action=NUMBERS, title=WORDS),
]
AROUND = [
    told(events.ScaleAdopted, scale=SCALES),
    told(events.PriorityAdded, number=PRIORITIES, title=WORDS, answers=st.sampled_from([[], ["R1"], ["R1", "R01"]])),
    told(events.PriorityReworded, number=PRIORITIES, title=WORDS, answers=maybe(st.just(["R01"]))),
    told(events.RecommendationMade, number=st.sampled_from(["R1", "R01"]), text=WORDS),
    told(events.InspectionReported, body=WORDS),
    told(events.AssuranceGiven, priority=PRIORITIES, level=WORDS),
    told(events.MeasureDefined, measure=st.sampled_from(["a", "b"]), title=WORDS, priority=maybe(PRIORITIES)),
    told(events.MeasureReported, measure=st.sampled_from(["a", "b"]), period=WORDS, value=WORDS),
    told(events.VersionIssued, label=LABELS, summary=WORDS),
    told(events.ReportPresented, forum=st.sampled_from(["Cabinet", "cabinet"]), previous=maybe(POINTS), current=POINTS),
]


def weighted(*choices: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """One of these, so often."""
    often = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.integers(0, len(often) - 1).flatmap(lambda chosen: often[chosen])


def life(number: str, on: date, later: date, parent: str) -> st.SearchStrategy[list[events.Event]]:
    """Things that belong together in the life of an action: left to chance they would seldom come in this order."""
    done = say(events.ActionRated, on, action=number, rating="completed", evidence=["Audit"])
    graded = say(events.ActionRated, on, action=number, rating="1")
    out = say(events.ActionWithdrawn, on, action=number, reason="Merged")
    back = say(events.ActionReinstated, later, action=number, reason="Missed")
    closed = say(events.ActionClosed, later, action=number)
    parts = [say(events.ActionAdded, on, number=f"{parent}{letter}", parent=parent, text="Part") for letter in "ab"]
    all_out = [say(events.ActionWithdrawn, later, action=part.number, reason="Merged") for part in parts]
    moved = say(events.ActionRenumbered, on, action=number, number=number, priority="2")
    other = say(events.ScaleAdopted, on, scale=GRADES)
    return st.sampled_from([
        [done], [done, closed], [graded, closed], [out, back], [done, closed, back], parts, [*parts, *all_out], [moved],
        [moved, out], [other, graded],
    ])  # fmt: skip


class Confirm(NamedTuple):
    """The confirmation of one of the last ratings, so long after the day from which it was true."""

    back: int
    after: timedelta


Told: TypeAlias = events.Event | Confirm


def seconded_life(number: str, on: date, between: bool, confirm: Confirm) -> list[Told]:
    """An action is rated complete and, perhaps after something else was recorded, that is confirmed and it closes."""
    done = say(events.ActionRated, on, action=number, rating="completed", evidence=["Audit"])
    told = say(events.ProgressReported, on, action=number, text="Done")
    closed = say(events.ActionClosed, on + confirm.after, action=number)
    return [done, *([told] if between else []), confirm._replace(back=0), closed]


LIVES = st.tuples(NUMBERS, DAYS, DAYS, st.sampled_from(["1.1", "1.2", "2.1"])).flatmap(lambda drawn: life(*drawn))
SINGLE = weighted((6, st.one_of(*ACTIONS)), (2, st.one_of(*WORDING)), (1, st.one_of(*AROUND))).map(lambda one: [one])
CONFIRMED = st.builds(Confirm, st.sampled_from([0, 0, 0, 1, 2, 3]), st.sampled_from([0, 0, 1, 29, 60]).map(timedelta))
SECONDED_LIVES = st.tuples(NUMBERS, DAYS, st.booleans(), CONFIRMED).map(lambda drawn: seconded_life(*drawn))
PROPOSALS = weighted((3, SINGLE), (2, LIVES), (1, CONFIRMED.map(lambda one: [one])), (1, SECONDED_LIVES))


# What the laws of one plan and its oracle do not draw by themselves


class Withdraw(NamedTuple):
    """The withdrawal, as recorded in error, of the event so many versions back."""

    back: int
    on: date


Step: TypeAlias = events.Event | Confirm | Withdraw


def part_life(whole: str, letter: str, on: date, later: date, written: tuple[str, str, str]) -> list[Step]:
    """An action is rescheduled and split; its part, at first without a timescale of its own, is rescheduled too."""
    part, (first, second, third) = f"{whole}{letter}", written
    return [
        say(events.ActionRescheduled, on, action=whole, timescale=first, reason="Moved"),
        say(events.ActionRescheduled, on, action=whole, timescale=second, reason="Moved again"),
        say(events.ActionAdded, on, number=part, parent=whole, text="Part"),
        say(events.ActionRescheduled, later, action=part, timescale=third, reason="Late"),
    ]


def part_lives(drawn: tuple[str, str, date, date, tuple[str, str, str]]) -> st.SearchStrategy[list[Step]]:
    """Such a life up to the part's being added, from there on, or only how it ends."""
    life = part_life(*drawn)
    return st.sampled_from([life[:3], life[:3], life, life[2:], life[3:], life[3:]])


WRITTEN = st.permutations(["31/01/19", "March 2019", "30/06/19"]).map(lambda those: (those[0], those[1], those[2]))
PART_LIVES = st.tuples(
    st.sampled_from(["1.1", "1.2", "2.1"]), st.sampled_from("ab"), DAYS, DAYS, WRITTEN
).flatmap(part_lives)  # fmt: skip
WITHDRAWN = st.builds(Withdraw, st.integers(0, 6) | st.integers(0, 40), DAYS)
#: After every other day that is drawn: for days on which a plan is closed hardly anything may be recorded.
CLOSED = told(events.PlanClosed, effective_on=st.just(date(2019, 5, 1)))
#: Steps of any kind of event, a few at a time.
STEPS: st.SearchStrategy[list[Step]] = weighted(
    (12, PROPOSALS), (4, PART_LIVES), (3, WITHDRAWN.map(lambda one: [one])),
    (4, st.one_of(*AROUND).map(lambda one: [one])), (1, CLOSED.map(lambda one: [one])),
)  # fmt: skip


def each_kind(on: date) -> list[Step]:
    """An event of each kind on one day, most of things that are new; an opening and a redaction left out."""
    number, done = "9.1", {"rating": "completed", "evidence": ["Audit"]}
    return [
        say(events.ScaleAdopted, on, scale=SECONDED),
        say(events.InspectionReported, on, body="Ofsted"),
        say(events.RecommendationMade, on, number="R9", text="Nine"),
        say(events.PriorityAdded, on, number="9", title="Nine", answers=["R9"]),
        say(events.PriorityReworded, on, number="9", title="Other words"),
        say(events.AssuranceGiven, on, priority="9", level="partial"),
        say(events.MeasureDefined, on, measure="nine", title="Nine", priority="9"),
        say(events.MeasureReported, on, measure="nine", period="March 2019", value="9"),
        say(events.MeasureReported, on, measure="a", period="March 2019", value="9"),
        say(events.ActionAdded, on, number="9.2", priority="9", text="Nine"),
        say(events.ActionRenumbered, on, action="9.2", number=number),
        say(events.ActionReworded, on, action=number, text="Other words"),
        say(events.ActionRescheduled, on, action=number, timescale="31/03/19", reason="Agreed"),
        say(events.ActionReassigned, on, action=number, leads=["Head"]),
        say(events.ProgressReported, on, action=number, text="Done in March 2019"),
        say(events.EvidenceAdded, on, action=number, title="Audit"),
        say(events.ActionRated, on, action=number, **done),
        Confirm(0, timedelta()),
        say(events.ActionClosed, on, action=number),
        say(events.ActionReinstated, on, action=number, reason="Missed"),
        say(events.ActionWithdrawn, on, action=number, reason="Merged"),
        say(events.VersionIssued, on, label="9.0", summary="Nine"),
        say(events.ReportPresented, on, forum="Cabinet", current="now"),
        Withdraw(0, on),
        say(events.PlanClosed, date(2019, 5, 1)),
    ]
