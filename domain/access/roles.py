"""The roles that a principal can be granted, and which of them includes which.

Nobody grants a role to themselves, and a token, of which its maker has the secret, is never a steward. That does not
keep a steward from adding another name and using it: what keeps them from doing so unseen is the audit of access, which
tells who added whom, granted what and made which link, and which nobody can alter.
"""

from typing import Literal, get_args

Role = Literal["reader", "recorder", "keeper", "steward"]

#: Every role, with the sentence that says what it may do.
ROLES: dict[Role, str] = {
    "reader": "reads plans and takes away papers and evidence packs.",
    "recorder": "also reports progress and measures, files evidence, and rates actions and confirms ratings.",
    "keeper": "also opens and closes plans and changes what is in them, issues versions and withdraws errors.",
    "steward": "reads, and decides who may do what, destroys texts where the law requires it, and keeps the keys.",
}

_INCLUDED: dict[Role, frozenset[Role]] = {
    "reader": frozenset({"reader"}),
    "recorder": frozenset({"reader", "recorder"}),
    "keeper": frozenset({"reader", "recorder", "keeper"}),
    # Who decides who may record does not record under the same name.
    "steward": frozenset({"reader", "steward"}),
}
assert set(get_args(Role)) == ROLES.keys() == _INCLUDED.keys()


def includes(held: Role, needed: Role) -> bool:
    """Whether who holds a role may do what needs the other."""
    return needed in _INCLUDED[held]
