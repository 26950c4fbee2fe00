"""The paper comparison.json, as it follows from the events."""

from collections import Counter
from collections.abc import Callable, Sequence

from domain.proofs.verifying.compared_paper import Between, Paper, Rows
from domain.proofs.verifying.folded_plan import At, Counts, movements
from domain.proofs.verifying.json_values import Json, inside
from domain.proofs.verifying.paper_parts import expected, natural_order, placed, ratings_key
from domain.proofs.verifying.plan_fold import Fact


def expected_comparison(paper: Paper, document: dict[str, Json]) -> dict[str, Json]:
    """Counts by priority and rating at both points, the movements between them, and the changes of ratings.

    The sums of those that are due are for `check_due`.
    """
    before, now = paper.at(document["previous"]), paper.at(document["current"])
    if now.day < before.day:
        raise paper.fail("its current point is before its previous one")
    given = (meaning for at in (before, now) for action in at.counted if (meaning := at.meaning(action)))
    ratings = ratings_key([*now.scale.get("ratings", []), *before.scale.get("ratings", []), *given])
    titles = {**before.priorities, **now.priorities}
    codes = [rating["code"] for rating in ratings.rows]
    due = _due(now, codes, inside(document, "totals", "due", "unrated") is not None)
    moves = movements(before, now)
    rows = [
        {"priority": one, "title": titles[one], **_table(before, now, one, codes, moves), "due": due(one)}
        for one in sorted(titles, key=natural_order)
    ]
    return expected(
        paper,
        document,
        unchecked=["narrative"],
        ratings=ratings,
        rows=Rows("priority", "its table", "priority", rows),
        totals={**_table(before, now, None, codes, moves), "due": due(None)},
        changes=_changes(before, now),
    )


def _table(before: At, now: At, priority: str | None, codes: Sequence[str], moves: Counts) -> dict[str, Json]:
    """The counts of a priority; of the whole plan if it is None."""
    sides = {"previous": before.by_rating(priority), "current": now.by_rating(priority)}
    kinds: Counter[str] = Counter()
    for (under, kind), count in moves.items():
        if priority in (None, under):
            kinds[kind] += count
    return {
        "ratings": {code: {side: counts[code] for side, counts in sides.items()} for code in codes},
        "unrated": {side: counts["unrated"] for side, counts in sides.items()},
        "total": {side: counts.total() for side, counts in sides.items()},
        **{kind: kinds[kind] for kind in ("new", "closed", "withdrawn", "moved")},
    }


def _due(now: At, codes: Sequence[str], with_unrated: bool) -> Callable[[str | None], dict[str, Between]]:
    """The bounds of how many are due, by rating, for a priority or the whole plan (None).

    At least all that are by a day as it is written; at most also those with other words.
    """
    least: Counts = Counter()
    most: Counts = Counter()
    for action in now.counted:
        if (day := now.day_due(action)) is not None and day <= now.day:
            for priority in (None, now.priority(action)):
                for rating in (now.rating(action) or "unrated", "total"):
                    most[priority, rating] += 1
                    least[priority, rating] += bool(day)
    # Those without a rating have a column if there are any.
    with_unrated = (with_unrated and most[None, "unrated"] > 0) or least[None, "unrated"] > 0
    if with_unrated:
        least[None, "unrated"] = max(1, least[None, "unrated"])
    columns = ["total", *codes, *(["unrated"] if with_unrated else [])]
    return lambda priority: {one: Between(least[priority, one], most[priority, one]) for one in columns}


def check_due(paper: Paper, document: dict[str, Json]) -> None:
    """Check that those that are due add up, in each row and over all; raises Failed."""
    for row in [*document["rows"], document["totals"]]:
        if sum(count for rating, count in row["due"].items() if rating != "total") != row["due"]["total"]:
            place = f"priority {row['priority']}" if "priority" in row else "the whole plan"
            raise paper.fail(f"those that are due in {place} do not add up")
    for rating, count in document["totals"]["due"].items():
        if sum(row["due"][rating] for row in document["rows"]) != count:
            raise paper.fail(f"those that are due, by {rating} of the priorities, do not add up to the whole plan's")


def _changes(before: At, now: At) -> Rows:
    """The actions whose rating is another than it was, or is a concern, or that were split; no others."""
    split = [one for one in before.counted if one not in now.counted and now.status[one] == "open"]
    rows = []
    for action in [*now.counted, *(one for one in split if before.rated(one))]:
        was = before.rated(action) if action in before.counted else None
        is_ = now.rated(action) if action in now.counted else None
        former, code = (fact.value if fact else None for fact in (was, is_))
        if former == code and not (is_ and now.meaning(action).get("concern")):
            continue
        rows.append(
            {
                "action": now.number(action),
                "priority": now.priority(action),
                "text": now.text(action),
                "previous": former,
                "current": code,
                "direction": _direction(before, now, was, is_),
                "why": "split" if action not in now.counted else "unchanged concern" if former == code else "changed",
                "previous_version": was.version if was else None,
                "current_version": is_.version if is_ else None,
                "corrected_by": now.fold.withdrawn_by(was.version, now.basis) if was else None,
            }
        )
    return Rows("action", "its changes", "action", sorted(rows, key=placed))


def _direction(before: At, now: At, was: Fact | None, is_: Fact | None) -> str:
    """The way of a rating: by the order of the scale now, the one before, or the one that both were given on."""
    if was is None or is_ is None or was.value == is_.value:
        return "same"
    given = before.fold.scale_of(was, before.basis), now.fold.scale_of(is_, now.basis)
    for scale in (now.scale, before.scale, given[0] if given[0] == given[1] else {}):
        codes = [one["code"] for one in scale.get("ratings", [])]
        if was.value in codes and is_.value in codes:
            return "better" if codes.index(is_.value) > codes.index(was.value) else "worse"
    return "same"
