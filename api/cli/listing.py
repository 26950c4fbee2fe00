"""How the commands about access list things: as lines of text, or as JSON."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from api.cli.command_context import put
from api.formats import render
from api.papers.wording import safe_text

LISTED = click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), metavar="FORM",
    help="text or json. Default: text on a terminal, json elsewhere.",
)  # fmt: skip


def tell_list(form: str | None, name: str, documents: Sequence[dict[str, Any]], lines: Sequence[str]) -> None:
    """Print a list in the form asked for; as JSON it is an object that holds it by this name."""
    if form == "text" or (form is None and sys.stdout.isatty()):
        for line in lines:
            click.echo(safe_text(line))
    else:
        put(render(name, "json", {name: documents}), "json")
