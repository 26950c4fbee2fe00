"""An action at a point. Nothing recorded later, or true later, can be seen."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.plan.facts import Awaiting, Due, Evidence, Rated, Standing
from domain.plan.known import AsAt
from domain.plan.plan import Action
from domain.plan.timeline import Assertion, in_force


class ActionFacts(NamedTuple):
    """The facts of an action at a point, None where nothing is recorded; `due` and `first_due` are its own."""

    number: Assertion[str] | None
    text: Assertion[str] | None
    outcome: Assertion[str] | None
    due: Assertion[Due] | None
    first_due: Assertion[Due] | None
    leads: Assertion[tuple[str, ...]] | None
    rating: Assertion[Rated] | None
    awaiting: Assertion[Awaiting] | None
    progress: Assertion[str] | None


class ActionAt:
    """An action of a plan at a point. Two are equal where they are the same action.

    Attributes:
        id: the version that added it; its number may change.
        added_on: the day from which it was added.
        reports_to: to whom it is reported, as recorded when it was added.
    """

    __slots__ = ("_action", "_at", "_place", "added_on", "id", "reports_to")

    def __init__(self, at: AsAt, action: Action) -> None:
        self._at = at
        self._action = action
        self._place = at._place
        # Attributes are faster than properties, and papers read these most.
        self.id = action.added
        self.added_on = action.added_on
        self.reports_to = action.reports_to

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ActionAt) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    # Its place in the plan

    @property
    def parent(self) -> "ActionAt | None":
        """The action that it is part of."""
        parent = self._action.parent
        return None if parent is None else ActionAt(self._at, self._at._plan.actions[parent])

    @property
    def parent_id(self) -> int | None:
        """The `id` of the action that it is part of."""
        return self._action.parent

    def upwards(self) -> Iterator["ActionAt"]:
        """The action, its parent, and so on."""
        one: ActionAt | None = self
        while one is not None:
            yield one
            one = one.parent

    @property
    def parts(self) -> list["ActionAt"]:
        """Its parts, in the plan or not, in the order in which they were added."""
        if not self._action.parts:
            return []
        actions = self._at._plan.actions
        return [ActionAt(self._at, actions[part]) for part in self._action.parts if part <= self._at.basis]

    @property
    def open_parts(self) -> list["ActionAt"]:
        """Its parts that are in the plan."""
        if not self._action.parts:
            return []
        return [ActionAt(self._at, part) for part in self._at.open_parts(self._action)]

    @property
    def standing(self) -> Assertion[Standing] | None:
        """Whether it is in the plan; None before it was added. A part leaves the plan with its parent."""
        if self._action.parent is None:
            return self._action.standing.at(self._place)
        return self._at.standing_of(self._action)

    @property
    def own_standing(self) -> Assertion[Standing] | None:
        """Its own standing, without regard to its parent's."""
        return self._at.own_standing_of(self._action)

    @property
    def own_standings(self) -> list[Assertion[Standing]]:
        """Its own standings so far, oldest first."""
        return self._action.standing.all(self._place)

    @property
    def is_open(self) -> bool:
        """Whether it is in the plan."""
        standing = self.standing
        return standing is not None and standing.value == "open"

    @property
    def is_complete(self) -> bool:
        """Whether it is rated complete; with parts in the plan, whether all of them are."""
        return self._at.is_complete(self._action)

    @property
    def priority(self) -> Assertion[str] | None:
        """The number of its own priority; None for a part, which goes with its parent."""
        return self._action.priority.at(self._place)

    @property
    def priority_number(self) -> str | None:
        """The number of its priority; for a part, of its parent's."""
        return self._at.priority_of(self._action)

    # Its facts

    @property
    def facts(self) -> ActionFacts:
        """All its facts, read at once."""
        action, place = self._action, self._place
        number, text, outcome, due, leads, rating, awaiting, progress = in_force(
            place, action.number, action.text, action.outcome, action.due, action.leads, action.rating,
            action.awaiting, action.progress,
        )  # fmt: skip
        first_due = action.due.first(place, due) if due else None
        awaiting = awaiting and self._at.awaiting_of(action)
        return ActionFacts(number, text, outcome, due, first_due, leads, rating, awaiting, progress)

    @property
    def number(self) -> Assertion[str] | None:
        """The number that it bears."""
        return self._action.number.at(self._place)

    @property
    def numbers(self) -> list[Assertion[str]]:
        """Every number that it has borne, oldest first."""
        return self._action.number.all(self._place)

    @property
    def text(self) -> Assertion[str] | None:
        """Its wording."""
        return self._action.text.at(self._place)

    @property
    def outcome(self) -> Assertion[str] | None:
        """The outcome intended."""
        return self._action.outcome.at(self._place)

    @property
    def leads(self) -> Assertion[tuple[str, ...]] | None:
        """The names of its leads."""
        return self._action.leads.at(self._place)

    @property
    def due(self) -> Assertion[Due] | None:
        """The timescale in force: its own or, without one, that of the nearest action above with one."""
        action = self._action
        while (due := action.due.at(self._place)) is None and action.parent is not None:
            action = self._at._plan.actions[action.parent]
        return due

    @property
    def first_due(self) -> Assertion[Due] | None:
        """The original of the timescale in force: of those effective by the day, the one recorded first."""
        action = self._action
        while (due := action.due.at(self._place)) is None and action.parent is not None:
            action = self._at._plan.actions[action.parent]
        return action.due.first(self._place, due)

    @property
    def own_due(self) -> Assertion[Due] | None:
        """Its own timescale."""
        return self._action.due.at(self._place)

    @property
    def own_dues(self) -> list[Assertion[Due]]:
        """Every timescale of its own so far, oldest first."""
        return self._action.due.all(self._place)

    @property
    def own_first_due(self) -> Assertion[Due] | None:
        """The first timescale of its own that was recorded."""
        return self._action.due.first(self._place)

    # Ratings, progress and evidence

    @property
    def rating(self) -> Assertion[Rated] | None:
        """The rating that counts."""
        return self._action.rating.at(self._place)

    @property
    def ratings(self) -> list[Assertion[Rated]]:
        """Every rating that has counted, oldest first."""
        return self._action.rating.all(self._place)

    @property
    def awaiting(self) -> Assertion[Awaiting] | None:
        """The rating that awaits confirmation; None where none does."""
        return self._at.awaiting_of(self._action) if self._action.awaiting.at(self._place) else None

    @property
    def given_to_be_confirmed(self) -> list[Assertion[Awaiting]]:
        """Every rating so far that needs a second person, confirmed or not, oldest first."""
        return self._action.awaiting.all(self._place)

    @property
    def progress(self) -> Assertion[str] | None:
        """The progress reported last."""
        return self._action.progress.at(self._place)

    @property
    def evidence(self) -> list[Assertion[Evidence]]:
        """The evidence filed, oldest first."""
        return self._action.evidence.all(self._place)
