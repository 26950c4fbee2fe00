"""The scales on which a plan rates its actions, as events give them and as papers show them."""

import re

from domain.proofs.verifying.failure import Failed, shown
from domain.proofs.verifying.json_values import Json

#: The names that stand beside the codes of ratings in papers: no rating can be called that.
_NO_CODES = {"total", "unrated"}
_FLAGS = ("complete", "needs_evidence", "concern")


def check_codes(scale: dict[str, Json], where: str) -> None:
    """Check that each rating of a scale has a code of its own, and flags that are true or false; raises Failed."""
    codes = [rating["code"] for rating in scale.get("ratings", [])]
    for code in codes:
        if type(code) is not str or code in _NO_CODES or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
            raise Failed(where, f"a rating cannot have the code {shown(code)}")
    if len({*codes}) != len(codes):
        raise Failed(where, "two ratings of its scale have the same code")
    for rating in scale.get("ratings", []):
        for flag in (*_FLAGS, "needs_second_person"):
            if type(rating.get(flag, False)) is not bool:
                raise Failed(where, f"{flag} of the rating {rating['code']} is neither true nor false")


def scale_document(scale: dict[str, Json]) -> dict[str, Json]:
    """A scale of an event as papers show it: with all that it leaves unsaid."""
    ratings = []
    for rating in scale.get("ratings", []):
        document = {name: rating.get(name) for name in ("code", "label", "meaning", "colour")}
        document |= {name: bool(rating.get(name)) for name in _FLAGS}
        if rating.get("needs_second_person"):
            document["needs_second_person"] = True
        ratings.append(document)
    return {"name": scale.get("name"), "ratings": ratings}


def find_rating(scale: dict[str, Json], code: str) -> dict[str, Json]:
    """The rating of this code on a scale; an empty one if there is none."""
    return next((one for one in scale.get("ratings", []) if one["code"] == code), {})
