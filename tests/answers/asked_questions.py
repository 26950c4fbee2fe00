"""What is asked of the example plans for the golden answers: every question, at the points that were published.

A *published* point is one that a paper or a meeting names: a document version (`issue:`) or a presentation (`told:`).
Besides these there are fixed points (a day and a version, a day and an instant).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.questions.asker import Answer, Asker
from api.questions.question_registry import QUESTIONS
from projections.claims import read_claims
from tests.answers.examples import EXAMPLES
from tests.answers.readable_formats import READABLE
from tests.asked import ALONG, AT, BETWEEN

#: What programs read. Of the points that differ little from others only these are kept.
DATA = ("json", "csv")
ALL = tuple(READABLE)


@dataclass(frozen=True)
class Asked:
    """A question with what it is asked with.

    Attributes:
        name: what its files are called, with the plan as their folder: `sunderland/comparison.issue-2.0.issue-3.0`.
        question: its name.
        plan: the plan that it is asked of; None of all plans.
        given: what else it is asked with.
        forms: the forms that are kept, of those that it has.
        hashed: whether its Word, Excel and PDF papers are kept too, as hashes.
    """

    name: str
    question: str
    plan: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    forms: Sequence[str] = ALL
    hashed: bool = False

    def ask(self, asker: Asker) -> Answer[Any]:
        """Ask it."""
        return QUESTIONS[self.question].ask(asker, self.plan, **self.given)


@dataclass(frozen=True)
class Example:
    """What is asked of one plan.

    Attributes:
        points: the points by the name they have in file names. Of the first everything is kept, of the others the data.
        pairs: the names of the points that are compared, the main pair first.
        actions: the numbers of the actions that are asked for.
        events: the versions of the events that are asked for.
    """

    points: Mapping[str, str]
    pairs: Sequence[tuple[str, str]]
    actions: Sequence[str]
    events: Sequence[int]


EXAMPLE_PLANS: Mapping[str, Example] = {
    "stockton-2016": Example(
        {"end": "2016-09-01@20", "report": "2016-08-05@17"},
        [("report", "end")],
        actions=[],
        events=[1, 2, 17, 19, 20],
    ),
    "stockton-ilacs": Example(
        {
            "issue-5.0": "issue:5.0",
            "issue-1.0": "issue:1.0",
            "issue-2.0": "issue:2.0",
            "issue-3.0": "issue:3.0",
            "issue-4.0": "issue:4.0",
            "instant": "2019-10-31@2022-02-01T12:00:00Z",
            "end": "2020-03-31@62",
        },
        [("issue-1.0", "issue-5.0"), ("issue-3.0", "issue-4.0")],
        actions=["6.1", "6.1a", "3.3"],
        events=[1, 20, 57, 60, 61, 62],
    ),
    "stockton-scrutiny": Example(
        {
            "issue-update": "issue:Progress update",
            "issue-agreed": "issue:Agreed",
            "told": "told:Select Committee@2020-04-30",
            "end": "2020-04-30@57",
        },
        [("issue-agreed", "issue-update"), ("told", "end")],
        actions=["1.1", "10.1"],
        events=[1, 32, 33, 55, 56, 57],
    ),
    "stockton-strategy": Example(
        {
            "end": "2016-09-30@115",
            "issue-2016-18": "issue:2016-18",
            "years-later": "2018-03-31@115",
        },
        [("issue-2016-18", "end"), ("end", "years-later")],
        actions=["5.7", "7.2", "7.2a"],
        events=[1, 60, 113, 114, 115],
    ),
    "sunderland": Example(
        {
            "issue-3.0": "issue:3.0",
            "issue-1.0": "issue:1.0",
            "issue-2.0": "issue:2.0",
            "told-committee": "told:Quality and Improvement Committee@2019-05-31",
            "told-scrutiny": "told:Children, Education and Skills Scrutiny Committee@2019-07-04",
            "instant": "2019-05-31@2025-01-01T00:00:00Z",
            "end": "2019-07-04@289",
        },
        [("issue-2.0", "issue-3.0"), ("issue-1.0", "issue-2.0"), ("told-committee", "end")],
        actions=["2.4", "2.5", "7.3", "13.7"],
        events=[1, 2, 100, 200, 282, 284, 285, 289],
    ),
}

COUNTED: Mapping[str, Mapping[str, str]] = {
    "all": {},
    "previous": {"when": "previous"},
    "due": {"population": "due"},
    "new": {"population": "new"},
    "unrated": {"rating": "unrated"},
}


def questions() -> list[Asked]:
    """Everything that is asked, each under a name of its own."""
    asked = [Asked("plans", "plans", hashed=True)]
    for plan, example in EXAMPLE_PLANS.items():
        asked += _at_points(plan, example)
        asked += _between_points(plan, example)
        asked += _of_events(plan, example)
    return [*asked, *_audits()]


def _at_points(plan: str, example: Example) -> Iterator[Asked]:
    main = next(iter(example.points))
    for name, point in example.points.items():
        is_main, forms = name == main, ALL if name == main else DATA
        of_plan = ALL if is_main else ("json",)
        yield Asked(f"{plan}/plan.{name}", "plan", plan, {"at": point}, of_plan, is_main)
        for question in [name for name in AT if name != "plan"]:
            yield Asked(f"{plan}/{question}.{name}", question, plan, {"at": point}, forms, is_main)
        if not is_main and name != "end":
            continue
        yield Asked(f"{plan}/plan.everything.{name}", "plan", plan, {"at": point, "everything": True}, of_plan)
        for n, number in enumerate(example.actions):
            called = f"{plan}/action.{number}.{name}"
            yield Asked(called, "action", plan, {"number": number, "at": point}, forms, is_main and n == 0)


def _between_points(plan: str, example: Example) -> Iterator[Asked]:
    for n, (previous, current) in enumerate(example.pairs):
        points = {"previous": example.points[previous], "current": example.points[current]}
        for question in [name for name in BETWEEN if name != "counted"]:
            called, forms = f"{plan}/{question}.{previous}.{current}", DATA if n else ALL
            yield Asked(called, question, plan, points, forms, n == 0)
        for question in ALONG:
            called, several = f"{plan}/{question}.{previous}.{current}", {"points": tuple(points.values())}
            yield Asked(called, question, plan, several, DATA if n else ALL, n == 0)
    first, second = (example.points[name] for name in example.pairs[0])
    for name, query in COUNTED.items():
        forms = DATA if name == "previous" else ALL
        yield Asked(
            f"{plan}/counted.{name}",
            "counted",
            plan,
            {**query, "previous": first, "current": second},
            forms,
            name == "all",
        )
    yield Asked(f"{plan}/counted.one-point", "counted", plan, {"current": second}, DATA)


def _of_events(plan: str, example: Example) -> Iterator[Asked]:
    newest = int(example.points["end"].rpartition("@")[2])
    middle = newest // 2
    for version in example.events:
        last = version == example.events[-1]
        yield Asked(f"{plan}/event.{version}", "event", plan, {"version": version, "up_to": newest}, hashed=last)
    yield Asked(f"{plan}/event.{middle}.as-newest", "event", plan, {"version": middle, "up_to": middle})
    whole = {"limit": None, "up_to": newest}
    for question in ("trail", "replay"):
        yield Asked(f"{plan}/{question}", question, plan, whole, ("json",))
        page = {"after": 6, "limit": 15, "up_to": newest}
        yield Asked(f"{plan}/{question}.page", question, plan, page, hashed=True)
        end = {"after": newest - 11, "limit": 20, "up_to": newest}
        yield Asked(f"{plan}/{question}.end", question, plan, end)
        early = {"after": max(0, middle - 10), "limit": 20, "up_to": middle}
        yield Asked(f"{plan}/{question}.early", question, plan, early, DATA)
    trails: dict[str, dict[str, Any]] = {"late": {"late_by": 1800}, "since": {"recorded_after": "2021-04-01"}}
    trails |= {f"action.{number}": {"action": number} for number in example.actions}
    for name, options in trails.items():
        yield Asked(f"{plan}/trail.{name}", "trail", plan, {**options, "limit": 20, "up_to": newest}, DATA)


#: The scrutiny plan's paper claims no counts; these are ours, one of them wrong.
_OUR_CLAIMS = b"""{"previous": "issue:Agreed", "current": "issue:Progress update", "claims": [
  {"where": "as many as were agreed", "population": "all", "at": "current", "count": 10},
  {"where": "one too many", "population": "all", "at": "previous", "count": 11},
  {"where": "none is new", "population": "new", "at": "current", "count": 0}]}"""


def _audits() -> Iterator[Asked]:
    printed = read_claims((EXAMPLES / "sunderland-claims.json").read_bytes())
    yield Asked("sunderland/audit", "audit", "sunderland", {"claims": printed}, hashed=True)
    yield Asked("stockton-scrutiny/audit", "audit", "stockton-scrutiny", {"claims": read_claims(_OUR_CLAIMS)})
