"""The click commands, built from a table; the code of a command is imported only when it runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from api.cli.argument_types import NAMED

#: A command, a parameter or a type, as in `api.cli.generated_arguments`.
Row = Mapping[str, Any]


class InOrder(click.Group):
    """Lists commands in their order of definition, not alphabetically."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(self.commands)


class LoadedWhenRun(click.Command):
    """A command with its arguments only; its code is imported when it runs."""

    def invoke(self, context: click.Context) -> Any:
        """Load the program and run the command."""
        from api.cli.every_command import run

        return run(context)


def command(name: str, row: Row) -> click.Command:
    """The command, or the group of commands, of a row of the table."""
    described: dict[str, Any] = {"help": row["help"], "short_help": row.get("short_help")}
    if below := row.get("commands"):
        return click.Group(name, commands={word: command(word, one) for word, one in below.items()}, **described)
    return LoadedWhenRun(name, params=[_parameter(one) for one in row["params"]], **described)


def _parameter(row: Row) -> click.Parameter:
    given = {key: value for key, value in row.items() if key not in ("argument", "names", "type")}
    if "type" in row:
        given["type"] = _type(row["type"])
    return click.Argument(row["names"], **given) if row.get("argument") else click.Option(row["names"], **given)


def _type(row: Row) -> click.ParamType[Any]:
    given = {key: value for key, value in row.items() if key != "is"}
    match row["is"]:
        case "path":
            return click.Path(**given, path_type=Path)
        case "file":
            return click.Path(**given)
        case "choice":
            return click.Choice(row["choices"])
        case "integer":
            return click.IntRange(**given)
        case "float":
            return click.FloatRange(**given)
        case name:
            return NAMED[name]
