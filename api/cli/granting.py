"""What the commands about principals and tokens have in common: a role, for a plan, until the end of a day."""

from collections.abc import Sequence
from typing import Any, get_args

import click

from api.cli.argument_types import LAST_DAY
from api.cli.command_context import Session, complain
from domain.access.principals import Grant
from domain.access.roles import ROLES, Role
from domain.envelopes import instant_text

UNTIL = click.option(
    "--until", type=LAST_DAY, metavar="DATE", help="The last day on which it is valid, such as 2027-03-31."
)
ROLE = click.option("--role", type=click.Choice(get_args(Role)), required=True, metavar="ROLE",
                    help=f"One of {', '.join(ROLES)}.")  # fmt: skip


def warn_of_unknown(session: Session, plans: Sequence[str]) -> None:
    """Say which of these plans there are not: a grant may come before its plan, or be mistyped."""
    held = set(session.ledger.plans())
    for plan in plans:
        if plan not in held:
            complain(f"Note: there is no plan {plan} yet; it is granted all the same")


def grant_document(grant: Grant) -> dict[str, Any]:
    """A grant as data."""
    until = None if grant.until is None else instant_text(grant.until)
    return {"role": grant.role, "plan": grant.plan, "until": until}
