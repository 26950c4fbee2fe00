"""The commands that serve the pages and the API, with or without the example histories."""

import logging
import sys
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import click

import domain
from api import clock
from api.cli.command_context import Session
from api.demonstration import OFFICER
from api.forgetting import owed
from api.log import log_to
from api.serving_settings import ServingSettings, read_serving_settings
from api.signing import read_signer
from domain.access.access_errors import AccessRefused, PrincipalUnknown
from domain.access.access_ledger import AccessLedger
from domain.access.principals import ANYONE, Grant
from domain.envelopes import Proposal, read_proposal_json
from domain.integrity.guards import powers_of_login
from domain.refusals import LedgerUnusable, Refused

HOST = click.option(
    "--host", metavar="ADDRESS", help="Address to serve on (ASAT_HOST); 127.0.0.1 unless told otherwise."
)
PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Port to serve on (ASAT_PORT); 8000 unless told otherwise, 0 for any that is free.",
)

URL = click.option(
    "--url",
    metavar="URL",
    help="Address under which people reach it (ASAT_URL), such as https://asat.example.gov.uk, where a proxy stands "
    "before it.",
)

#: Lifetime of the demo's single-use sign-in link, in minutes: a day.
_LINK_MINUTES = 24 * 60

#: The example histories of the program, as event files.
EXAMPLES = Path(domain.__file__).parent.parent / "examples"


@click.command(short_help="Load the example histories, once, and serve them.")
@HOST
@PORT
@URL
@click.pass_obj
def demo(session: Session, /, host: str | None, port: int | None, url: str | None) -> None:
    """Load the example histories, once, and serve them as pages and an API.

    They are made from published papers (see examples/README.md). Anyone may read them; the link that it prints signs
    in once, to record and to see who may do what. What is recorded stays: give the demo a folder to itself if you keep
    plans of your own.

    \b
      asat demo
      asat --data ./demo-data demo --port 8080
    """
    _load_examples(session)
    let_in(session.ledger.access)
    _serve(session, host, port, url, sign_in=True)


@click.command()
@HOST
@PORT
@URL
@click.pass_obj
def serve(session: Session, /, host: str | None, port: int | None, url: str | None) -> None:
    """Serve the plans as pages and an API until interrupted.

    Until somebody is known (`asat principal add`) it serves this machine only, and whoever is on it may do everything.
    For others it is served under an https address, by a proxy that stands before it and passes on the name it was asked
    under. /openapi.json describes every address.

    \b
      asat serve
      asat serve --port 8080
      asat serve --url https://asat.example.gov.uk

    People sign in with a password, with a link, or with their organisation's account where ASAT_OIDC_ISSUER,
    ASAT_OIDC_CLIENT_ID and ASAT_OIDC_SECRET_FILE name an OpenID Connect provider; it is to send them back to
    /sign-in/openid/back. ASAT_LOG=on logs each request as a line of JSON on standard error, which it does by itself
    where there is a --url.
    """
    _serve(session, host, port, url)


def _load_examples(session: Session) -> None:
    """Record each example that the ledger lacks; raises LedgerUnusable if it has plans of its own."""
    today = clock.today()
    examples: dict[str, list[Proposal]] = {}
    for file in sorted(EXAMPLES.glob("*.jsonl")):
        proposals = [read_proposal_json(line, today) for line in file.read_bytes().splitlines()]
        examples[proposals[0].plan] = proposals
    held = session.ledger.plans()
    if own := [plan for plan in held if plan not in examples]:
        raise LedgerUnusable(
            f"this ledger holds plans of its own ({', '.join(own[:5])}), and what is recorded stays: give the demo a "
            "folder to itself, such as `asat --data ./demo-data demo`"
        )
    for plan, proposals in examples.items():
        if plan not in held:
            try:
                session.ledger.record(proposals, by="AsAt example", today=today, expect=0)
            except Refused as refused:
                raise refused.reworded(f"example {plan}, line {refused.index + 1}: {refused}") from None
            click.echo(f"Loaded {plan}: {len(proposals)} events")


def let_in(access: AccessLedger) -> None:
    """On an open ledger, let anyone read the demo, and one officer do everything."""
    if access.principals.is_open():
        access.principals.grant(ANYONE, Grant("reader"), "AsAt demo")
        access.principals.add(OFFICER, [Grant("keeper"), Grant("steward")], "AsAt demo")


def tell_link(access: AccessLedger, root: str) -> None:
    """Print a single-use sign-in link; nothing if the officer is unknown, or the ledger refuses the link."""
    try:
        key = access.links.make(OFFICER, "AsAt demo", _LINK_MINUTES)
    except (PrincipalUnknown, AccessRefused):
        return
    how = f"once, as {OFFICER}, within {_LINK_MINUTES // 60} hours"
    click.echo(f"Sign in to record: {root}/sign-in/once?key={key}  ({how})")


def _published(session: Session, address: str, url: str | None) -> ServingSettings:
    """The settings for serving; refuses an address reachable by others on an open ledger, or without https."""
    try:
        settings = read_serving_settings(url)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if settings.url is None and not _is_loopback(address):
        raise click.UsageError(
            f"{address} can be reached from other machines: say under which https address people reach it "
            "(--url https://asat.example.gov.uk or ASAT_URL), or serve on 127.0.0.1"
        )
    if settings.url is not None and session.ledger.access.principals.is_open():
        raise LedgerUnusable(
            f"whoever reaches {settings.url} could do everything, as nobody is known to this ledger yet: "
            "`asat principal add NAME --role steward` makes somebody known, and `asat principal password NAME` lets "
            "them sign in"
        )
    return settings


def _serve(session: Session, /, host: str | None, port: int | None, url: str | None, sign_in: bool = False) -> None:
    address = host or session.settings.host
    settings = _published(session, address, url)
    session.ledger.access.streams.refuse_where_lost()
    if session.settings.key is not None:
        # A missing key file may reappear; an exposed one must be fixed before anything is signed.
        with suppress(OSError):
            read_signer(session.settings.key)
    # Imported lazily: the web application takes as long to import as a question takes to answer.
    from api.application import make_application
    from api.checkpointing import cut_regularly
    from api.http.server import listen, serve_on

    app = make_application(session.ledger, session.settings.by, address, session.settings.key, settings)
    with listen(address, session.settings.port if port is None else port) as listening:
        shown = f"[{address}]" if ":" in address else address
        here = f"http://{shown}:{listening.getsockname()[1]}"
        behind = f", behind which it serves {here}" if settings.url else ""
        click.echo(f"AsAt is at {settings.url or here}/plans{behind}  (Ctrl-C ends it)")
        if sign_in:
            tell_link(session.ledger.access, settings.url or here)
        if settings.log:
            log_to(sys.stderr)
        _say_powers(session)
        with cut_regularly(session.ledger, session.settings.key), app.state.forgetting:
            serve_on(app, listening)


def _say_powers(session: Session) -> None:
    """Warn once, in the log: of ineffective database guards, of an unneeded owner address, and of a pending purge."""
    if powers := powers_of_login(session.ledger):
        logging.getLogger("asat").warning(
            "the guards of the database do not hold against the login that serves (%s): let another role own the ledger"
            " (`asat migrate --help`)",
            "; ".join(powers),
        )
    if session.owner_url is not None:
        logging.getLogger("asat").warning(
            "ASAT_OWNER_URL is set where it serves, which has no use for it: unset it here"
        )
    if said := owed(session.ledger):
        logging.getLogger("asat").warning(
            "texts redacted by position %s: %s", session.ledger.recorder.select_purged().redacted, said
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


COMMANDS = (demo, serve)
