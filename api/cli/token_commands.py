"""The commands about tokens, and the command that shows the audit of access."""

from datetime import datetime
from typing import get_args

import click

from api.cli.access_options import LISTED, NAME, PLAN, UNTIL, grant_document, tell_list, warn_of_unknown
from api.cli.command_context import Session, complain
from domain.access.principals import Grant
from domain.access.roles import Role
from domain.access.sentences import grant_text, sentence
from domain.access.tokens import TokenRecord
from domain.instants import instant_text


@click.group(short_help="Make and revoke tokens, for programs.")
def token() -> None:
    """Make and revoke tokens, by which programs are known and record under a name of their own.

    A command is run by a token that stands in the environment variable ASAT_TOKEN or, better, in a file that nobody but
    its owner can read, named by ASAT_TOKEN_FILE. Over HTTP it is sent as `Authorization: Bearer asat_...`.

    A token is not given the role steward, and confirms no rating: that takes a person, who signs in with a browser.
    """


_ROLES = [role for role in get_args(Role) if role != "steward"]


@token.command(short_help="Make a token; it is shown once.")
@NAME
@click.option("--role", type=click.Choice(_ROLES), required=True, metavar="ROLE", help=f"One of {', '.join(_ROLES)}.")
@PLAN
@UNTIL
@click.pass_obj
def create(session: Session, /, name: str, role: Role, plan: str | None, until: datetime | None) -> None:
    """Make a token under NAME, and print it: it is kept nowhere, and cannot be shown again.

    \b
      (umask 077; asat token create "Case system" --role recorder --plan sunderland > case-system.token)
    """
    secret, made = session.ledger.access.tokens.create(name, Grant(role, plan, until), until, session.decides)
    click.echo(secret)
    complain(f"Token {made.id}, {made.name}: {_grant_text(made)}. It is not shown again")
    warn_of_unknown(session, [plan])


@token.command("list", short_help="List all tokens.")
@LISTED
@click.pass_obj
def list_tokens(session: Session, /, form: str | None) -> None:
    """List every token that was ever made, without what is secret."""
    found = session.ledger.access.tokens.all()
    documents: list[dict[str, object]] = [
        {
            "id": one.id,
            "name": one.name,
            **grant_document(one.grant),
            "created_at": instant_text(one.created_at),
            "created_by": one.created_by,
            "revoked": one.revoked,
        }
        for one in found
    ]
    lines = [f"{one.id}, {one.name}: {'revoked' if one.revoked else _grant_text(one)}" for one in found]
    tell_list(form, "tokens", documents, lines)


@token.command(short_help="Revoke a token.")
@click.argument("name_or_id")
@click.pass_obj
def revoke(session: Session, /, name_or_id: str) -> None:
    """Revoke a token by its NAME_OR_ID: from now on it opens nothing. Its name is not given again."""
    session.ledger.access.tokens.revoke(name_or_id, session.decides)


@click.group("access")
def access_group() -> None:
    """Show what is recorded of access."""


@access_group.command(short_help="Show the audit of access.")
@click.option("--after", type=click.IntRange(0), default=0, metavar="NUMBER", help="Begin after this entry.")
@click.option("--limit", type=click.IntRange(1), metavar="NUMBER", help="So many entries at most.")
@LISTED
@click.pass_obj
def log(session: Session, /, after: int, limit: int | None, form: str | None) -> None:
    """Show the audit of access, oldest first: who was granted what, who came in, who was refused, what was taken away.

    \b
      asat access log --after 200
    """
    found = session.ledger.access.audit.records(after, limit)
    each = [(one, instant_text(one.recorded_at)) for one in found]
    documents = [
        {
            "number": one.position,
            "recorded_at": at,
            "recorded_by": one.recorded_by,
            "type": type(one.event).__name__,
            **one.event.model_dump(mode="json", exclude_none=True),
        }
        for one, at in each
    ]
    lines = [f"{one.position}: {at}, {one.recorded_by}: {sentence(one.event)}" for one, at in each]
    tell_list(form, "entries", documents, lines)


def _grant_text(token: TokenRecord) -> str:
    return grant_text(token.grant.role, token.grant.plan, token.grant.until)


COMMANDS = (token, access_group)
