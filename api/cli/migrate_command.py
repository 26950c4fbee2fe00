"""The command of the ledger's owner: it makes and upgrades the schemas, and grants them to the login that serves."""

import click

from api.cli.command_context import Session, complain
from api.papers.wording import safe_text
from domain.ledger.opening import Made, make_ledger, refuse_two_databases
from domain.opened_ledger import Ledger


@click.command(short_help="Make or upgrade the ledger, as its owner.")
@click.option("--grant-to", "login", metavar="LOGIN", help="The login that serves. Default: that of ASAT_DATABASE_URL.")
@click.pass_obj
def migrate(session: Session, /, login: str | None) -> None:
    """Make the ledger on a PostgreSQL server, or upgrade it to this program, and let LOGIN read it and append to it.

    It connects as the owner (ASAT_OWNER_URL or --owner-url). The login that serves (ASAT_DATABASE_URL) is to be another
    role that owns nothing: make it first, with `create role LOGIN login password '...'`. Run again it changes nothing,
    but grants again what was lost. With one address for both, and on the embedded server, nobody needs it: whatever
    opens the ledger makes and upgrades it.

    \b
      export ASAT_DATABASE_URL=postgresql://asat_serve@db/asat
      ASAT_OWNER_URL=postgresql://asat_owner@db/asat asat migrate
      asat serve
    """
    owner = session.owner_url or session.database_url
    if owner is None:
        with Ledger.open(data=session.data):
            click.echo(f"{session.data}: the embedded server makes and upgrades its ledger by itself")
        return
    refuse_two_databases(session.database_url, owner)
    for made in make_ledger(owner, login or session.serving_login):
        click.echo(safe_text(_sentence(made)))
        for power in made.powers:
            complain(f"asat: the guards do not hold against {made.login}: {power}")


def _sentence(made: Made) -> str:
    done = "made" if made.before == 0 else "upgraded" if made.before < made.now else "as it was"
    whom = f"; {made.login} may read it and append to it" if made.login else "; its owner serves it"
    return f"schema {made.schema}: {done}, version {made.now}{whom}"


COMMANDS = (migrate,)
