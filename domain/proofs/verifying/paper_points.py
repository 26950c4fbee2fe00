"""The plan, the edition and the points of a paper, which agree with the statement and the entries."""

from collections.abc import Sequence

from domain.proofs.verifying.compared_paper import check_point
from domain.proofs.verifying.failure import Failed, shown
from domain.proofs.verifying.json_values import Json, alike, inside
from domain.proofs.verifying.pack_events import Event
from domain.proofs.verifying.statement import Statement

#: The names of the points that a paper may be of: of one, or of two that it compares. None has others, or both.
_ONE, _TWO = ("point",), ("previous", "current")
#: Which of these a paper is of.
POINTS = {
    **dict.fromkeys(("plan", "history", "overdue", "gaps", "measures", "assurance", "stale", "ratings"), _ONE),
    **dict.fromkeys(("comparison", "changes", "paper"), _TWO),
}
#: The parts of the committee's paper that are papers themselves.
_PARTS = {"comparison": _TWO, "overdue": _ONE, "history": _ONE, "over_time": _ONE}


def check_paper_of(paper: str, document: dict[str, Json], events: Sequence[Event], statement: Statement) -> None:
    """Check that a paper is of the plan, the edition and the point that were signed for; raises Failed."""
    if document.get("plan", statement.plan) != statement.plan:
        raise Failed(paper, f"it is of plan {shown(document['plan'])}, not {statement.plan}")
    _check_points(paper, document, events, statement.at)
    if statement.names_edition and "edition" not in document:
        raise Failed(paper, f"it names no edition, and the statement says {statement.edition}")
    if not alike(document.get("edition", statement.edition), statement.edition):
        raise Failed(
            paper, f"it is of edition {shown(document['edition'])}, and the statement says {statement.edition}"
        )


def _check_points(paper: str, document: dict[str, Json], events: Sequence[Event], at: str | None) -> None:
    """Check that a paper is of the points that such a paper is of and no others, and of the one that was signed for."""
    form = POINTS.get(paper.removeprefix("papers/").removesuffix(".json"), _TWO if "current" in document else _ONE)
    _of_points(paper, "it", document, form, events)
    for part, of in _PARTS.items() if paper == "papers/paper.json" else ():
        which = f"its part {part!r}"
        if not isinstance(document.get(part), dict):
            raise Failed(paper, f"{which} is missing, or is no object")
        if "edition" in document[part]:
            raise Failed(paper, f"{which} names an edition, which the whole does")
        _of_points(paper, which, document[part], of, events)
        if not all(alike(document[part][one], document[one if of is _TWO else "current"]) for one in of):
            raise Failed(paper, f"{which} is of another point than it")
    point = document[form[-1]]
    shows = f"{point['effective_on']}@{point['basis']}"
    if at not in (None, shows):
        raise Failed(paper, f"it shows {shows}, and should show {at}")


def _of_points(paper: str, which: str, document: Json, form: Sequence[str], events: Sequence[Event]) -> None:
    found = [one for one in (*_ONE, *_TWO) if one in document]
    if found != [*form]:
        names = " and ".join(found) or "none"
        raise Failed(paper, f"{which} is to name the points {' and '.join(form)}, and names {names}")
    for one in form:
        check_point(paper, inside(document, one), events)
