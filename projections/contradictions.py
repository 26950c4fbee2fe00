"""Which of a paper's figures cannot all be right, whatever the record says?

Four things are checked: the same figure given twice; parts by rating against their whole; parts by priority against
their whole; and opening + new - closed - withdrawn = closing. A paper may leave out figures, mostly those that are 0.
Therefore parts that exceed their whole always contradict it; parts that fall short of it do so only if none is missing.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from typing_extensions import TypedDict

from projections.claims import UNRATED, Claim, ClaimDocument

_MOVEMENTS = ("new", "closed", "withdrawn")


class ContradictionDocument(TypedDict):
    """Claims that cannot all be right, and why."""

    claims: list[ClaimDocument]
    why: str


class _Figure(NamedTuple):
    """The subject of a figure. `priority` and `rating` are None for any."""

    population: str
    at: str
    priority: str | None
    rating: str | None


class _Sum(NamedTuple):
    """The sum of claims: a range if a figure was given more than once; `whole` if none is missing."""

    low: int
    high: int
    claims: list[Claim]
    whole: bool = True


def contradictions(
    claims: Sequence[Claim], codes: list[str], numbers: list[str], word: str
) -> list[ContradictionDocument]:
    """The contradictions between claims, each reported once.

    `codes` are all ratings, with `unrated`; `numbers` are all priorities; `word` is the plan's word for a priority.
    """
    return [
        {"claims": [claim.document() for claim in involved], "why": why}
        for involved, why in _Claimed(claims, codes, numbers, word).contradictions()
    ]


class _Claimed:
    """A paper's figures by their subjects."""

    def __init__(self, claims: Sequence[Claim], codes: list[str], numbers: list[str], word: str) -> None:
        self._codes, self._numbers, self._word = codes, numbers, word
        self._figures: defaultdict[_Figure, list[Claim]] = defaultdict(list)
        for claim in claims:
            # A movement lies between the two points; the point only matters for its rating.
            at = "current" if claim.population in _MOVEMENTS and claim.rating is None else claim.at
            self._figures[_Figure(claim.population, at, claim.priority, claim.rating)].append(claim)

    def contradictions(self) -> Iterator[tuple[list[Claim], str]]:
        seen: set[int] = set()
        for figure, claims in self._figures.items():
            if len({claim.count for claim in claims}) > 1:
                yield claims, f"{self._told(claims)} {self._what(figure)}"
        for figure in self._wholes():
            for parts, by in ((self._by_rating(figure), "rating"), (self._by_priority(figure), self._word.lower())):
                if found := self._against(figure, self._added(parts), by):
                    seen.update(id(claim) for claim in found[0])
                    yield found
        # Then wholes without claims of their parts, only of the parts of those; unless already reported.
        for figure in [figure for figure in self._wholes() if (figure.priority, figure.rating) == (None, None)]:
            for parts, by in ((self._by_rating(figure), "rating"), (self._by_priority(figure), self._word.lower())):
                found = self._against(figure, self._added(parts, derive=True), by)
                if found and seen.isdisjoint(id(claim) for claim in found[0]):
                    seen.update(id(claim) for claim in found[0])
                    yield found
        yield from self._reconciled()

    def _wholes(self) -> list[_Figure]:
        """The figures claimed; a movement of any rating stands for both points."""
        figures = dict.fromkeys(self._figures)
        for figure in self._figures:
            if figure.population in _MOVEMENTS and figure.rating is None:
                figures[figure._replace(at="previous")] = None
        return list(figures)

    def _sum_of(self, figure: _Figure) -> _Sum | None:
        if figure.population in _MOVEMENTS and figure.rating is None:
            figure = figure._replace(at="current")
        if not (claims := self._figures.get(figure)):
            return None
        counts = [claim.count for claim in claims]
        return _Sum(min(counts), max(counts), claims)

    def _by_rating(self, figure: _Figure) -> list[_Figure]:
        return [figure._replace(rating=code) for code in self._codes] if figure.rating is None else []

    def _by_priority(self, figure: _Figure) -> list[_Figure]:
        # A movement of any rating is the same at both points, and is checked once.
        twice = figure.population in _MOVEMENTS and figure.rating is None and figure.at == "previous"
        if figure.priority is not None or twice:
            return []
        return [figure._replace(priority=number) for number in self._numbers]

    def _added(self, parts: list[_Figure], derive: bool = False) -> _Sum | None:
        found = [self._sum_of(part) or (self._derived(part) if derive else None) for part in parts]
        sums = [one for one in found if one]
        if not sums:
            return None
        claims = [claim for one in sums for claim in one.claims]
        whole = len(sums) == len(parts) and all(one.whole for one in sums)
        return _Sum(sum(one.low for one in sums), sum(one.high for one in sums), claims, whole)

    def _derived(self, figure: _Figure) -> _Sum | None:
        return self._added(self._by_rating(figure)) or self._added(self._by_priority(figure))

    def _against(self, figure: _Figure, parts: _Sum | None, by: str) -> tuple[list[Claim], str] | None:
        claimed = self._sum_of(figure)
        if claimed is None or parts is None:
            return None
        if parts.low > claimed.high:
            total, than = parts.low, "more"
        elif parts.whole and parts.high < claimed.low:
            total, than = parts.high, "fewer"
        else:
            return None
        what, places = self._what(figure), _places(parts.claims)
        why = f"{self._told(claimed.claims)} {what}; by {by} ({places}) they add up to {total}, which is {than}"
        return [*claimed.claims, *parts.claims], why

    def _reconciled(self) -> Iterator[tuple[list[Claim], str]]:
        """Opening + new - closed - withdrawn = closing, over the whole plan, where all five are given."""
        opening = self._sum_of(_Figure("all", "previous", None, None))
        new, closed, withdrawn = (self._sum_of(_Figure(name, "current", None, None)) for name in _MOVEMENTS)
        closing = self._sum_of(_Figure("all", "current", None, None))
        if not (opening and new and closed and withdrawn and closing):
            return
        low = opening.low + new.low - closed.high - withdrawn.high
        high = opening.high + new.high - closed.low - withdrawn.low
        if high < closing.low or low > closing.high:
            total = high if high < closing.low else low
            claims = [claim for one in (opening, new, closed, withdrawn, closing) for claim in one.claims]
            yield (
                claims,
                f"{_counts(opening)} at the previous point, {_counts(new)} new, {_counts(closed)} closed and "
                f"{_counts(withdrawn)} withdrawn make {total} at the current point, where {_counts(closing)} are given",
            )

    def _told(self, claims: list[Claim]) -> str:
        by_count: dict[int, list[Claim]] = {}
        for claim in claims:
            by_count.setdefault(claim.count, []).append(claim)
        return " and ".join(f"{_places(said)} says {count}" for count, said in by_count.items())

    def _what(self, figure: _Figure) -> str:
        noun = {"all": "actions", "due": "actions due"}.get(figure.population, f"{figure.population} actions")
        rating = {None: "", UNRATED: " not rated"}.get(figure.rating, f" rated {figure.rating}")
        at = "" if figure.population in _MOVEMENTS and not rating else f" at the {figure.at} point"
        place = "in the whole plan" if figure.priority is None else f"in {self._word} {figure.priority}"
        return f"{noun}{rating} {place}{at}"


def _counts(claimed: _Sum) -> str:
    return str(claimed.low) if claimed.low == claimed.high else f"{claimed.low} or {claimed.high}"


def _places(claims: list[Claim]) -> str:
    return " and ".join(dict.fromkeys(claim.where for claim in claims))
