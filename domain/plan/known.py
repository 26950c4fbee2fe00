"""Bounded views of a plan: `Known` by its basis, `AsAt` by its basis and its day. Neither gives out a timeline."""

from collections.abc import Mapping
from datetime import date, datetime

from domain.plan.facts import Awaiting, Logged, Rated, Standing
from domain.plan.plan import Action, Opening, Plan
from domain.plan.timeline import Assertion
from domain.scales import Rating, Scale


class Known:
    """A plan as known by a version, its basis; nothing recorded later can be seen."""

    __slots__ = ("_plan", "basis")

    def __init__(self, plan: Plan, basis: int) -> None:
        assert 1 <= basis <= plan.version, f"plan {plan.slug} has no version {basis}"
        self._plan = plan
        self.basis = basis

    @property
    def slug(self) -> str:
        """The plan's name in addresses."""
        return self._plan.slug

    @property
    def opening(self) -> Opening:
        """The opening of the plan."""
        opening = self._plan.opening
        assert opening is not None, "a plan that has a version has been opened"
        return opening

    def known_at(self, version: int) -> datetime:
        """The instant at which a version was recorded."""
        return self._plan.recorded_at[self._within(version) - 1]

    def logged(self, version: int) -> Logged:
        """The name and the effective day of the event of a version."""
        return self._plan.log[self._within(version) - 1]

    def withdrawn_by(self, version: int) -> int | None:
        """The version that withdrew an event as recorded in error; None where none did."""
        by = self._plan.withdrawn.get(version)
        return by if by is not None and by <= self.basis else None

    def standing_on(self, version: int) -> list[int]:
        """The versions of the events that depend on this one."""
        return [one for one in self._plan.dependents.get(version, ()) if one <= self.basis]

    def redactions(self, version: int) -> Mapping[str, int]:
        """The fields of an event whose texts were destroyed, each with the version that did it.

        It looks past the basis: a destroyed text is gone at every point.
        """
        return self._plan.redactions.get(version, {})

    @property
    def redactions_known(self) -> int:
        """The number of texts destroyed, at any version."""
        return sum(len(fields) for fields in self._plan.redactions.values())

    def _within(self, version: int) -> int:
        if not 1 <= version <= self.basis:
            raise IndexError(f"version {version} of plan {self.slug} is not among those up to {self.basis}")
        return version


class AsAt(Known):
    """A plan as known by a version, as at the end of a day."""

    __slots__ = ("_complete", "_place", "_ratings", "_standing", "effective_on")

    def __init__(self, plan: Plan, effective_on: date, basis: int) -> None:
        super().__init__(plan, basis)
        self.effective_on = effective_on
        self._place = plan.place(effective_on, basis)
        #: The ratings of the scale in force, read lazily: judging most events does not need them.
        self._ratings: dict[str, Rating] | None = None
        # By the versions that added the actions: objects would make reference cycles.
        self._standing: dict[int, Assertion[Standing] | None] = {}
        self._complete: dict[int, bool] = {}

    @property
    def scale(self) -> Assertion[Scale] | None:
        """The scale in force."""
        return self._plan.scale.at(self._place)

    def find_rating(self, given: Assertion[Rated]) -> Rating | None:
        """The meaning of a rating given earlier: its entry in the scale in force; None where no scale has it.

        If that scale lacks the code, it is the entry in the scale of the day on which the rating was given: AsAt does
        not translate between scales. If late news has since given that day a scale without the code, it is the entry in
        the scale that the rating was judged by.
        """
        if rating := self._in_force().get(given.value.code):
            return rating
        scale = self.scale_given_on(given)
        return scale.find(given.value.code) if scale else None

    def scale_given_on(self, given: Assertion[Rated]) -> Scale | None:
        """The scale of the day a rating was given or, where that one lacks its code, the one it was judged by."""
        for known in (self.basis, given.version):
            scale = self._plan.scale.at(self._plan.place(given.effective_on, known))
            if scale and scale.value.find(given.value.code):
                return scale.value
        return None

    # Shared by the views of the actions

    def standing_of(self, action: Action) -> Assertion[Standing] | None:
        """Whether an action is in the plan; None before it was added. A part leaves the plan with its parent."""
        found = self._standing
        if action.parent is None:
            if (added := action.added) not in found:
                found[added] = action.standing.at(self._place)
            return found[added]
        chain: list[Action] = []
        above: Action | None = action
        while above is not None and above.added not in found:
            chain.append(above)
            above = self._plan.actions[above.parent] if above.parent is not None else None
        while chain:
            one = chain.pop()
            standing = one.standing.at(self._place)
            if one.parent is not None and standing is not None and standing.value == "open":
                parent = found[one.parent]
                standing = standing if parent is None or parent.value == "open" else parent
            found[one.added] = standing
        return found[action.added]

    def own_standing_of(self, action: Action) -> Assertion[Standing] | None:
        """The standing of an action itself, without regard to its parent's."""
        return action.standing.at(self._place)

    def priority_of(self, action: Action) -> str | None:
        """The number of an action's priority; a part has its parent's."""
        while action.parent is not None:
            action = self._plan.actions[action.parent]
        priority = action.priority.at(self._place)
        return priority.value if priority else None

    def awaiting_of(self, action: Action) -> Assertion[Awaiting] | None:
        """The rating of an action that awaits confirmation; None where none does.

        It is the last that needs a second person, unless a rating counts from a later day or was recorded later for the
        same day: its own confirmation, or a rating in its place.
        """
        if (given := action.awaiting.at(self._place)) is None:
            return None
        counts = action.rating.at(self._place)
        return None if counts and counts[1:] > given[1:] else given

    def is_open(self, action: Action) -> bool:
        """Whether an action is in the plan."""
        standing = self.standing_of(action)
        return standing is not None and standing.value == "open"

    def open_parts(self, action: Action) -> list[Action]:
        """The parts of an action that are in the plan."""
        if not action.parts:
            return []
        parts = (self._plan.actions[part] for part in action.parts if part <= self.basis)
        return [part for part in parts if self.is_open(part)]

    def is_complete(self, action: Action) -> bool:
        """Whether an action is rated complete; with parts in the plan, whether all of them are."""
        if not action.parts:
            return self._is_rated_complete(action)
        found, todo = self._complete, [action]
        while todo:
            parts = self.open_parts(todo[-1])
            if open_questions := [part for part in parts if part.added not in found]:
                todo += open_questions
                continue
            one = todo.pop()
            found[one.added] = all(found[part.added] for part in parts) if parts else self._is_rated_complete(one)
        return found[action.added]

    def rating_of(self, action: Action) -> Assertion[Rated] | None:
        """The rating of an action that counts."""
        return action.rating.at(self._place)

    def _is_rated_complete(self, action: Action) -> bool:
        return self.completes(action.rating.at(self._place))

    def completes(self, given: Assertion[Rated] | None) -> bool:
        """Whether a rating means complete; False for None."""
        if given is None:
            return False
        rating = (self._ratings or self._in_force()).get(given.value.code) or self.find_rating(given)
        return rating is not None and rating.complete

    def _in_force(self) -> dict[str, Rating]:
        if self._ratings is None:
            scale = self.scale
            self._ratings = {rating.code: rating for rating in scale.value.ratings} if scale else {}
        return self._ratings
