"""Every command of the program with its work, and the one place where a command is run."""

import os
from typing import Any

import click

from api.cli import (
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
    serve_commands, question_commands, record_commands, redact_commands, migrate_command, trust_commands,
    safekeeping_commands, principal_commands, token_commands,
)  # fmt: skip

#: The commands, guarded, in the order they are taught.
PROGRAM = click.Group("asat", commands={one.name or "": one for commands in _OF for one in commands.COMMANDS})
guard(PROGRAM)


def run(context: click.Context) -> Any:
    """Run the command that a context was made for, within a session of its own."""
    root = context.find_root()
    try:
        settings = read_settings()
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    # The embedded server that may be started has no use for them.
    for secret in ("ASAT_TOKEN", "ASAT_OWNER_URL"):
        os.environ.pop(secret, None)
    session = Session(settings, root.params["database_url"], root.params["data"], root.params["owner_url"])
    root.call_on_close(session.close)
    context.obj = session
    return _of(context).invoke(context)


def _of(context: click.Context) -> click.Command:
    """The command with its work."""
    if context.parent is None:
        return PROGRAM
    group = _of(context.parent)
    assert isinstance(group, click.Group) and context.info_name is not None, "only a group has commands"
    return group.commands[context.info_name]
