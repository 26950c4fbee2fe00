"""The commands about principals and their roles. The operator of the machine runs them, without a token."""

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import get_args

import click

from api.cli.access_options import LISTED, NAME, PLAN, ROLE, UNTIL, grant_document, tell_list, warn_of_unknown
from api.cli.command_context import Session, complain
from api.serving_settings import public_address
from domain.access.access_events import LONGEST_LINK, USUAL_LINK, IdentityLinked
from domain.access.principals import ANYONE, Grant, Principal
from domain.access.roles import ROLES, Role
from domain.access.sentences import grant_text

_ISSUER, _SUBJECT = click.argument("issuer"), click.argument("subject")


@click.group(short_help="Say who may do what.")
def principal() -> None:
    """Say who may do what: people by name, and what they are granted.

    \b
      reader    reads plans and takes away papers and evidence packs
      recorder  also reports progress and measures, files evidence, rates
      keeper    also changes plans, issues document versions, withdraws errors
      steward   reads, decides who may do what, destroys texts, keeps the keys

    While nobody was ever added, the ledger is open: everybody on this machine may do everything, under any name. The
    name `anyone` stands for whoever is not signed in, and can be granted the role reader.
    """


@principal.command(short_help="Make somebody known, with what they may do.")
@NAME
@click.option(
    "--role",
    "roles",
    type=click.Choice(get_args(Role)),
    required=True,
    multiple=True,
    metavar="ROLE",
    help=f"One of {', '.join(ROLES)}; may be given several times.",
)
@click.option("--plan", "plans", multiple=True, metavar="PLAN", help="Only for this plan; may be given several times.")
@UNTIL
@click.option("--password-stdin", is_flag=True, help="Also give them the password on the first line of standard input.")
@click.pass_obj
def add(
    session: Session,
    /,
    name: str,
    roles: Sequence[Role],
    plans: Sequence[str],
    until: datetime | None,
    password_stdin: bool,
) -> None:
    """Make NAME known, with a role for the plans named or, without --plan, for all plans.

    \b
      asat principal add "Ann Clerk" --role keeper --role steward
      asat principal add "J. Smith, Ofsted" --role reader --plan sunderland --until 2027-03-31
      asat principal add anyone --role reader --plan sunderland
    """
    access = session.ledger.access
    was_open = access.principals.is_open()
    password = _password_from_input() if password_stdin else None
    grants = [Grant(role, plan, until) for role in dict.fromkeys(roles) for plan in dict.fromkeys(plans or (None,))]
    access.principals.add(name, grants, session.decides)
    if password is not None:
        access.passwords.set(name, password, session.decides)
    warn_of_unknown(session, plans)
    if was_open and access.principals.is_open():
        complain(f"The ledger is still open to everybody on this machine: add a principal other than {ANYONE}")
    elif was_open:
        complain("The ledger is no longer open: whoever asks needs a role, and records under their own name")


@principal.command("list", short_help="List everybody, and what they may do.")
@LISTED
@click.pass_obj
def list_principals(session: Session, /, form: str | None) -> None:
    """List everybody that was ever added, what they are granted, and which accounts sign them in."""
    found, linked = session.ledger.access.principals.all(), session.ledger.access.identities.all()
    each = [(one, [identity for identity in linked if identity.principal == one.name]) for one in found]
    tell_list(form, "principals", [_document(*one) for one in each], [_line(*one) for one in each])


@principal.command(short_help="Grant a role.")
@NAME
@ROLE
@PLAN
@UNTIL
@click.pass_obj
def grant(session: Session, /, name: str, role: Role, plan: str | None, until: datetime | None) -> None:
    """Grant NAME a role, for one plan or for all; it takes the place of the same role for the same plan."""
    session.ledger.access.principals.grant(name, Grant(role, plan, until), session.decides)
    warn_of_unknown(session, [plan])


@principal.command(short_help="End a role.")
@NAME
@ROLE
@click.option("--plan", metavar="PLAN", help="The plan for which it was granted; without, for all plans.")
@click.pass_obj
def end(session: Session, /, name: str, role: Role, plan: str | None) -> None:
    """End a role of NAME as it was granted. It counts at once, also for whoever is signed in."""
    session.ledger.access.principals.end_grant(name, role, plan, session.decides)


@principal.command(short_help="Somebody has left: they may nothing more.")
@NAME
@click.pass_obj
def leave(session: Session, /, name: str) -> None:
    """Say that NAME has left: they may nothing more, from now on and for good. What they recorded keeps their name."""
    session.ledger.access.principals.leave(name, session.decides)


@principal.command(short_help="Give somebody a password.")
@NAME
@click.option("--password-stdin", is_flag=True, help="Take it from the first line of standard input, without asking.")
@click.pass_obj
def password(session: Session, /, name: str, password_stdin: bool) -> None:
    """Give NAME a password; the one before it is destroyed, and whoever is signed in as NAME must sign in again.

    It lifts the lock where too many wrong ones were tried. Better than to know somebody's password is to give them a
    link (`asat principal link-once`): whoever comes in by one sets a password of their own, on the page /password.
    """
    session.ledger.access.principals.find(name)
    said = (
        _password_from_input()
        if password_stdin
        else click.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True, err=True)
    )
    session.ledger.access.passwords.set(name, said, session.decides)


@principal.command(short_help="Let somebody sign in through the council's own directory.")
@NAME
@_ISSUER
@_SUBJECT
@click.pass_obj
def link(session: Session, /, name: str, issuer: str, subject: str) -> None:
    """Let whom the OpenID Connect ISSUER knows as SUBJECT sign in as NAME.

    Whoever tries to sign in so without being linked is shown both, to be sent to a steward.

    \b
      asat principal link "Ann Clerk" https://login.microsoftonline.com/TENANT/v2.0 AAAAAA-subject
    """
    session.ledger.access.identities.link(name, issuer, subject, session.decides)


@principal.command(short_help="Let somebody no longer sign in through the council's own directory.")
@NAME
@_ISSUER
@_SUBJECT
@click.pass_obj
def unlink(session: Session, /, name: str, issuer: str, subject: str) -> None:
    """Let whom the OpenID Connect ISSUER knows as SUBJECT no longer sign in as NAME.

    Whoever is signed in by it is signed out. `asat principal list` shows what is linked.
    """
    session.ledger.access.identities.unlink(name, issuer, subject, session.decides)


@principal.command("link-once", short_help="Make a link by which somebody signs in once.")
@NAME
@click.option(
    "--minutes",
    type=click.IntRange(1, LONGEST_LINK),
    default=USUAL_LINK,
    show_default=True,
    metavar="NUMBER",
    help="For how long it can be used; a week at most.",
)
@click.pass_obj
def link_once(session: Session, /, name: str, minutes: int) -> None:
    """Make a link by which NAME signs in once, and print it: it is kept nowhere, and cannot be shown again.

    It is a whole address where ASAT_URL says under which one people reach this ledger; otherwise what comes after that.
    A password set for NAME in the meantime makes it useless. Once used, NAME can set a password of their own on the
    page /password, also in place of a forgotten one, and the lock after too many wrong ones is lifted.
    """
    try:
        root = public_address(said) if (said := os.environ.get("ASAT_URL")) else ""
    except ValueError as error:
        raise click.UsageError(f"ASAT_URL: {error}") from None
    key = session.ledger.access.links.make(name, session.decides, minutes)
    click.echo(f"{root}/sign-in/once?key={key}")
    complain(
        f"This signs {name} in once, within {minutes} minute{'' if minutes == 1 else 's'}: give it to nobody else"
        + ("" if root else ". Put the address before it at which this ledger is served")
    )


def _document(principal: Principal, linked: Sequence[IdentityLinked]) -> dict[str, object]:
    return {
        "name": principal.name,
        "left": principal.left,
        "grants": [grant_document(one) for one in principal.grants],
        "identities": [{"issuer": one.issuer, "subject": one.subject} for one in linked],
    }


def _line(principal: Principal, linked: Sequence[IdentityLinked]) -> str:
    if principal.left:
        return f"{principal.name}: has left"
    granted = "; ".join(grant_text(one.role, one.plan, one.until) for one in principal.grants)
    accounts = "".join(f"; signs in as {one.subject} at {one.issuer}" for one in linked)
    return f"{principal.name}: {granted or 'nothing'}{accounts}"


def _password_from_input() -> str:
    return sys.stdin.readline().rstrip("\r\n")


COMMANDS = (principal,)
