"""Every question, asked the same way from the command line and over HTTP.

A question reads its points, takes the plan from the ledger, and has a projection answer. The answer carries the
document and whether it can ever come out differently.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from domain.envelopes import instant_text
from domain.ledger.ledger import Ledger
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from domain.points import Asked, Point, VersionUnknown, read_instant, read_point
from projections.action import ActionUnknown, action_at, confirmed_rating
from projections.assurance import assurances_at
from projections.audit import audit
from projections.changes import changes_between
from projections.claims import Claims
from projections.committee_paper import committee_paper
from projections.counted import CountQuery, counted_actions
from projections.document_history import document_history
from projections.event import event_in_trail, event_versions
from projections.gaps import gaps_at
from projections.measures import measures_over_time
from projections.not_known import action_not_known
from projections.overdue import overdue_at
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import rag_comparison
from projections.ratings_over_time import ratings_over_time
from projections.register import RegisterEntry, plans_register, register_entry
from projections.replay import replay_page, withdrawals_of
from projections.stale_text import stale_texts_at
from projections.trail import (
    TrailQuery,
    matching_versions,
    trail_action,
    trail_entry,
    trail_page,
    with_withdrawals,
)

TRAIL_PAGE = 100
LONGEST_TRAIL_PAGE = 1000
REPLAY_PAGE = 50
LIFE_PAGE = 50


class Answer:
    """A document that answers a question, which is made when it is first asked for.

    Attributes:
        question: its name.
        immutable: whether nothing recorded later can change it.
        fixed: the points in the form that makes it so.
        state: what the document follows from, beside the question, what it is asked with, and the program. While it is
            the same, so is the document: somebody who holds that need not be sent it again.
    """

    def __init__(
        self,
        question: str,
        make: Callable[[], Any],
        immutable: bool = False,
        fixed: Mapping[str, str] | None = None,
        state: str | None = None,
    ) -> None:
        self.question, self.immutable, self.fixed, self.state = question, immutable, dict(fixed or {}), state
        self._make = make

    @cached_property
    def document(self) -> Any:
        """The document; raises what the question raises."""
        return self._make()


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks questions of a ledger, on a day.

    `reads` says which plans are listed: those that whoever asks may read. It does not guard what is asked of one plan.
    """

    ledger: Ledger
    today: date
    reads: Callable[[str], bool] = lambda _: True

    def plans(self) -> Answer:
        """All plans, as they stand today with everything recorded."""

        now = read_point("now")
        states = [state for state in self.ledger.states() if self.reads(state.plan)]

        def entry(record: PlanRecord) -> RegisterEntry:
            return register_entry(record.at(record.resolve(now, self.today)))

        def make() -> Any:
            entries, unreadable = self.ledger.of_every_plan(states, self.today, entry)
            return plans_register(entries, unreadable)

        state = " ".join([self.today.isoformat(), *(f"{one.plan} {one.event_id}" for one in states)])
        return Answer("plans", make, state=state)

    def plan(self, slug: str, at: str = "now", everything: bool = False) -> Answer:
        """A plan as at a point."""
        return self._at("plan", slug, at, lambda plan: plan_as_at(plan, everything=everything))

    def action(self, slug: str, number: str, at: str = "now") -> Answer:
        """One action as at a point."""
        return self._at("action", slug, at, lambda plan: action_at(plan, number))

    def history(self, slug: str, at: str = "now") -> Answer:
        """The document versions issued and the presentations made by a point."""
        return self._at("history", slug, at, document_history)

    def overdue(self, slug: str, at: str = "now") -> Answer:
        """What is overdue, and what has slipped."""
        return self._at("overdue", slug, at, overdue_at)

    def gaps(self, slug: str, at: str = "now") -> Answer:
        """The recommendations that no action answers."""
        return self._at("gaps", slug, at, gaps_at)

    def measures(self, slug: str, at: str = "now") -> Answer:
        """The measures, with their values over time."""
        return self._at("measures", slug, at, measures_over_time)

    def assurance(self, slug: str, at: str = "now") -> Answer:
        """The assurance given on each priority."""
        return self._at("assurance", slug, at, assurances_at)

    def stale(self, slug: str, at: str = "now") -> Answer:
        """The progress texts that time has overtaken."""
        return self._at("stale", slug, at, stale_texts_at)

    def ratings(self, slug: str, at: str = "now") -> Answer:
        """The counts by rating over time, up to a point."""
        return self._at("ratings", slug, at, ratings_over_time)

    def comparison(self, slug: str, previous: str, current: str = "now") -> Answer:
        """The previous-against-current table between two points."""
        return self._between("comparison", slug, previous, current, rag_comparison)

    def changes(self, slug: str, previous: str, current: str = "now") -> Answer:
        """Every change between two points."""
        return self._between("changes", slug, previous, current, changes_between)

    def paper(self, slug: str, previous: str, current: str = "now") -> Answer:
        """The committee's paper: the report of progress between two points."""
        return self._between("paper", slug, previous, current, committee_paper)

    def counted(
        self, slug: str, query: CountQuery, previous: str | None = None, current: str = "now"
    ) -> Answer:  # fmt: skip
        """The actions behind a figure of the comparison; without a previous point it is the current one."""
        compared = current if previous is None else previous
        return self._between(
            "counted", slug, compared, current, lambda before, now: counted_actions(before, now, query)
        )

    def event(self, slug: str, version: int, up_to: int | None = None) -> Answer:
        """One event; with `up_to` as it stood when that version was the newest, which never comes out differently."""
        _, record, fixed = self._up_to(slug, up_to)

        def make() -> Any:
            told = self.ledger.events_of(slug, event_versions(record, version))
            return event_in_trail(record, version, told)

        return Answer("event", make, up_to is not None, fixed, state_of(record))

    def life(self, slug: str, number: str, at: str = "now", *, by_day: bool = False, page: int = 1) -> Answer:
        """An action at a point with a page of its events as known there: what the page of an action shows together.

        `people` holds who gave and who confirmed the rating that counts, where somebody confirmed it.

        Args:
            slug: the plan.
            number: the action's number, or one it once bore.
            at: the point.
            by_day: in the order in which they were true, not in which they were recorded.
            page: which page of events, from 1.
        """

        def ask(plan: PlanAt, newest: PlanRecord) -> dict[str, Any]:
            record = newest.up_to(plan.basis)
            document = action_at(plan, number)
            versions = record.events_about(trail_action(record, number))
            if by_day:
                versions.sort(key=lambda version: (record.logged(version).effective_on, version))
            shown = versions[(page - 1) * LIFE_PAGE : page * LIFE_PAGE]
            records = {one.version: one for one in self.ledger.events_of(slug, with_withdrawals(record, shown))}
            people = self.ledger.events_of(slug, confirmed_rating(plan, number))
            return {
                "document": document,
                "people": [one.recorded_by for one in people],
                "events": [trail_entry(record, version, records) for version in shown],
                "total": len(versions),
                "newest": newest.version,
            }

        return self.together(slug, at, ask)

    def audit(self, slug: str, claims: Claims) -> Answer:
        """A published paper's counts read against the record."""
        return self._between(
            "audit", slug, claims.previous, claims.current, lambda before, now: audit(before, now, claims.claims)
        )

    def trail(
        self,
        slug: str,
        action: str | None = None,
        recorded_after: str | None = None,
        late_by: int | None = None,
        after: int = 0,
        limit: int | None = TRAIL_PAGE,
        up_to: int | None = None,
    ) -> Answer:
        """A plan's events, a page at a time; `next` in the document is the `after` of the page that follows.

        With `up_to` it is the trail as it was when that version was the newest, and can never come out differently.
        """
        instant: datetime | None = None if recorded_after is None else read_instant(recorded_after)
        query = TrailQuery(action=action, recorded_after=instant, late_by=late_by)
        newest, record, fixed = self._up_to(slug, up_to)

        def make() -> Any:
            with self._explaining(newest, record):
                found = matching_versions(record, query)
            first = bisect_right(found, after)
            shown = found[first:] if limit is None else found[first : first + limit]
            events = self.ledger.events_of(slug, with_withdrawals(record, shown))
            return trail_page(record, events, query, limit, after)

        return Answer("trail", make, up_to is not None, fixed, state_of(record))

    def together(self, slug: str, at: str, ask: Callable[[PlanAt, PlanRecord], Any]) -> Answer:
        """What several projections answer at one point, from one state of the plan: what a page shows together.

        `ask` is given the plan at the point, and the record with everything that it has by now.
        """
        return self._at_point("page", slug, at, ask)

    def replay(self, slug: str, after: int = 0, limit: int | None = REPLAY_PAGE, up_to: int | None = None) -> Answer:
        """What each event after a version did to the ratings, a page at a time; `next` is the `after` of the next page.

        With `up_to` it is the replay as it was when that version was the newest, and can never come out differently.
        """
        _, record, fixed = self._up_to(slug, up_to)

        def make() -> Any:
            events = self.ledger.every_event(slug, after) if limit is None else self.ledger.events(slug, after, limit)
            withdrawals = self.ledger.events_of(slug, withdrawals_of(record, after, limit))
            return replay_page(record, events, after, limit, withdrawals)

        return Answer("replay", make, up_to is not None, fixed, state_of(record))

    def _up_to(self, slug: str, up_to: int | None) -> tuple[PlanRecord, PlanRecord, dict[str, str]]:
        """The newest record of a plan, the same up to a version (by default the newest), and that version as text."""
        newest = self.ledger.plan(slug)
        if up_to is not None and not 1 <= up_to <= newest.version:
            raise self.ledger.no_version(slug, up_to, newest.version)
        record = newest if up_to is None else newest.up_to(up_to)
        return newest, record, {"up_to": str(record.version)}

    def _resolve(self, asked: Asked, record: PlanRecord) -> Point:
        try:
            return record.resolve(asked, self.today)
        except VersionUnknown as unknown:
            raise self.ledger.no_version(unknown.plan, unknown.version, unknown.newest) from unknown

    @contextmanager
    def _explaining(self, newest: PlanRecord, then: PlanAt | PlanRecord) -> Iterator[None]:
        """Where an action was not known then, say since when it is, if it is by now."""
        try:
            yield
        except ActionUnknown as unknown:
            if why := action_not_known(newest, unknown.number, then):
                raise ActionUnknown(unknown.number, why) from None
            raise

    def _at(self, question: str, slug: str, at: str, ask: Callable[[PlanAt], Any]) -> Answer:
        return self._at_point(question, slug, at, lambda plan, _: ask(plan))

    def _at_point(self, question: str, slug: str, at: str, ask: Callable[[PlanAt, PlanRecord], Any]) -> Answer:
        asked, record = read_point(at), self.ledger.plan(slug)
        point = self._resolve(asked, record)

        def make() -> Any:
            plan = record.at(point)
            with self._explaining(record, plan):
                return ask(plan, record)

        return Answer(question, make, _is_fixed(asked, point, record), {"at": point.fixed}, state_of(record, point))

    def _between(
        self, question: str, slug: str, previous: str, current: str, ask: Callable[[PlanAt, PlanAt], Any]
    ) -> Answer:
        asked = read_point(previous), read_point(current)
        record = self.ledger.plan(slug)
        points = [self._resolve(one, record) for one in asked]
        immutable = all(_is_fixed(one, point, record) for one, point in zip(asked, points, strict=True))
        fixed = {"previous": points[0].fixed, "current": points[1].fixed}
        state = state_of(record, *points)
        return Answer(question, lambda: ask(record.at(points[0]), record.at(points[1])), immutable, fixed, state)


def state_of(record: PlanRecord, *points: Point) -> str:
    """What a question's document follows from: the points as they are fixed, when their versions were recorded, and how
    many events had texts destroyed, as that alone reaches back.

    Without points it is the record itself, up to its newest version.
    """
    known = [(point.fixed, point.known_at) for point in points]
    known = known or [(str(record.version), record.known_at(record.version))]
    return " ".join([f"{fixed} {instant_text(instant)}" for fixed, instant in known] + [str(record.redactions_known)])


def _is_fixed(asked: Asked, point: Point, record: PlanRecord) -> bool:
    """Whether this way of writing the point can never come to mean another.

    A version cannot. An instant cannot once something was recorded after it, as instants never go back. A day alone, an
    issue and a presentation can: all three look at everything recorded.
    """
    return asked.version is not None or (asked.instant is not None and point.basis < record.version)
