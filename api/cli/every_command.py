"""All commands with their code, and the one function that runs a command."""

import os
from typing import Any

import click

from api.cli import (
    key_commands,
    migrate_command,
    principal_commands,
    question_commands,
    record_commands,
    redact_commands,
    safekeeping_commands,
    serve_commands,
    token_commands,
    trust_commands,
)
from api.cli.command_context import Session
from api.cli.command_roles import guard
from api.settings import read_settings

_OF = (
    serve_commands,
    question_commands,
    record_commands,
    redact_commands,
    migrate_command,
    key_commands,
    trust_commands,
    safekeeping_commands,
    principal_commands,
    token_commands,
)

#: The guarded commands, in the order of the help.
PROGRAM = click.Group("asat", commands={one.name or "": one for commands in _OF for one in commands.COMMANDS})
guard(PROGRAM)


def run(context: click.Context) -> Any:
    """Run the command of a context, in a session of its own."""
    root = context.find_root()
    try:
        settings = read_settings()
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    # An embedded server, if started, must not inherit them.
    for secret in ("ASAT_TOKEN", "ASAT_OWNER_URL"):
        os.environ.pop(secret, None)
    session = Session(settings, root.params["database_url"], root.params["data"], root.params["owner_url"])
    root.call_on_close(session.close)
    context.obj = session
    return _of(context).invoke(context)


def _of(context: click.Context) -> click.Command:
    """The command with its code, for the command of a context."""
    if context.parent is None:
        return PROGRAM
    group = _of(context.parent)
    assert isinstance(group, click.Group) and context.info_name is not None, "only a group has commands"
    return group.commands[context.info_name]
