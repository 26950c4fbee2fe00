"""The roles of principals, and the roles that each includes.

Nobody grants a role to themselves. A steward could still add another name and use it; the audit of access shows that,
and nobody can alter it.
"""

from typing import Literal, get_args

Role = Literal["reader", "recorder", "keeper", "steward"]

#: Every role, with what it may do.
ROLES: dict[Role, str] = {
    "reader": "reads plans and takes away papers and evidence packs.",
    "recorder": "also reports progress and measures, files evidence, and rates actions and confirms ratings.",
    "keeper": "also opens and closes plans and changes what is in them, issues document versions and withdraws errors.",
    "steward": "reads, and decides who may do what, destroys texts where the law requires it, and keeps the keys.",
}

_INCLUDED: dict[Role, frozenset[Role]] = {
    "reader": frozenset({"reader"}),
    "recorder": frozenset({"reader", "recorder"}),
    "keeper": frozenset({"reader", "recorder", "keeper"}),
    # A steward decides who may record, and does not record.
    "steward": frozenset({"reader", "steward"}),
}
assert set(get_args(Role)) == ROLES.keys() == _INCLUDED.keys()


def includes(held: Role, needed: Role) -> bool:
    """Whether one role includes another."""
    return needed in _INCLUDED[held]
