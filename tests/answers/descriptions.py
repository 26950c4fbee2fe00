"""What the program says of itself: the description of the API, and the help of every command."""

import json
from collections.abc import Iterator
from typing import Any

import click
from starlette.testclient import TestClient

from api.application import make_application
from api.cli.main import cli
from tests.answers.examples import examples


def descriptions() -> dict[str, bytes]:
    """The files, by name."""
    return {"openapi.json": _openapi(), **{f"help/{name}.txt": said for name, said in _helps()}}


def _openapi() -> bytes:
    """`/openapi.json`, with line breaks, so that a difference can be read."""
    ledger: Any = examples()
    answer = TestClient(make_application(ledger, "Officer"), base_url="http://127.0.0.1:8000").get("/openapi.json")
    assert answer.status_code == 200, answer.text
    return (json.dumps(answer.json(), ensure_ascii=False, indent=1) + "\n").encode()


#: A command keeps the first help option that it was asked for: it is to be the program's own, whoever asks first.
_SETTINGS: dict[str, Any] = {"help_option_names": cli.context_settings["help_option_names"]}


def _helps() -> Iterator[tuple[str, bytes]]:
    """The help of each command, in a terminal of 100 columns, by the words that call it."""
    left: list[tuple[click.Command, click.Context]] = [
        (cli, click.Context(cli, info_name="asat", terminal_width=100, **_SETTINGS))
    ]
    while left:
        command, context = left.pop()
        yield context.command_path.replace(" ", "-"), f"{command.get_help(context)}\n".encode()
        for name, below in command.commands.items() if isinstance(command, click.Group) else ():
            left.append((below, click.Context(below, context, name, terminal_width=100)))
