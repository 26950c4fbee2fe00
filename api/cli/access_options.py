"""Options and output shared by the commands about access."""

import sys
from collections.abc import Mapping, Sequence
from typing import get_args

import click

from api.cli.argument_types import LAST_DAY
from api.cli.command_context import Session, complain, put
from api.formats import render
from api.papers.wording import safe_text
from domain.access.principals import Grant
from domain.access.roles import ROLES, Role
from domain.instants import instant_text

NAME = click.argument("name")
UNTIL = click.option(
    "--until", type=LAST_DAY, metavar="DATE", help="The last day on which it is valid, such as 2027-03-31."
)
ROLE = click.option(
    "--role", type=click.Choice(get_args(Role)), required=True, metavar="ROLE", help=f"One of {', '.join(ROLES)}."
)
PLAN = click.option("--plan", metavar="PLAN", help="Only for this plan.")
LISTED = click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    metavar="FORM",
    help="text or json. Default: text on a terminal, json elsewhere.",
)


def warn_of_unknown(session: Session, plans: Sequence[str | None]) -> None:
    """Warn of plans that do not exist: the grant may be mistyped, or made before its plan."""
    existing = {None, *session.ledger.plans()}
    for plan in plans:
        if plan not in existing:
            complain(f"Note: there is no plan {plan} yet; it is granted all the same")


def grant_document(grant: Grant) -> dict[str, str | None]:
    """A grant as data."""
    until = None if grant.until is None else instant_text(grant.until)
    return {"role": grant.role, "plan": grant.plan, "until": until}


def tell_list(form: str | None, name: str, documents: Sequence[Mapping[str, object]], lines: Sequence[str]) -> None:
    """Print a list as lines, or as a JSON object with the list under this name."""
    if form == "text" or (form is None and sys.stdout.isatty()):
        for line in lines:
            click.echo(safe_text(line))
    else:
        put(render(name, "json", {name: documents}), "json")
