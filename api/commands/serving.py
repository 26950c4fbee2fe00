"""The commands that serve the pages and the API, with or without the example histories."""

from ipaddress import ip_address
from pathlib import Path

import click

import domain
from api import clock
from api.commands.context import Session, plainly
from domain.envelopes import Proposal, read_proposal_json
from domain.ledger import LedgerUnusable
from domain.rules import Refused

HOST = click.option(
    "--host", metavar="ADDRESS", help="Address to serve on (ASAT_HOST); 127.0.0.1 unless told otherwise."
)
PORT = click.option(
    "--port", type=click.IntRange(0, 65535), metavar="PORT",
    help="Port to serve on (ASAT_PORT); 8000 unless told otherwise, 0 for any that is free.",
)  # fmt: skip

#: The histories that come with the program, as event files.
EXAMPLES = Path(domain.__file__).parent.parent / "examples"


@click.command(short_help="Serve the example histories.")
@HOST
@PORT
@click.pass_obj
def demo(session: Session, /, host: str | None, port: int | None) -> None:
    """Load the example histories, once, and serve them as pages and an API.

    They are made from published papers (see examples/README.md). What is recorded stays: give the demo a folder to
    itself if you keep plans of your own.

    \b
      asat demo
      asat --data ./demo-data demo --port 8080
    """
    with plainly():
        _load_examples(session)
        _serve(session, host, port)


@click.command()
@HOST
@PORT
@click.pass_obj
def serve(session: Session, /, host: str | None, port: int | None) -> None:
    """Serve the plans as pages and an API until interrupted.

    It listens on this machine only, as AsAt cannot tell yet who asks; /openapi.json describes every address.

    \b
      asat serve
      asat serve --port 8080
    """
    with plainly():
        _serve(session, host, port)


def _load_examples(session: Session) -> None:
    """Record each example that the ledger does not hold yet; a ledger with plans of its own is left alone."""
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
                raise Refused(f"example {plan}, line {refused.index + 1}: {refused}") from None
            click.echo(f"Loaded {plan}: {len(proposals)} events")


def _serve(session: Session, /, host: str | None, port: int | None) -> None:
    address = host or session.settings.host
    if not _is_loopback(address):
        raise click.UsageError(
            f"{address} can be reached from other machines, and AsAt cannot tell yet who asks: "
            "serve on 127.0.0.1, and let a proxy that signs people in stand before it"
        )
    # Most runs of the program never serve, and importing the web application takes as long as answering a question.
    from api.http.application import make_application
    from api.http.serving import AddressTaken, listen, serve_on

    app = make_application(session.ledger, session.settings.by, address)
    try:
        listening = listen(address, session.settings.port if port is None else port)
    except AddressTaken as error:
        raise LedgerUnusable(str(error)) from None
    with listening:
        shown = f"[{address}]" if ":" in address else address
        click.echo(f"AsAt is at http://{shown}:{listening.getsockname()[1]}/plans  (Ctrl-C ends it)")
        serve_on(app, listening)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


COMMANDS = (demo, serve)
