"""The table of every command's arguments and help (api/cli/generated_arguments.py), made from the commands."""

import inspect
from collections.abc import Iterator
from typing import Any

import click

from api.cli.argument_types import NAMED
from api.cli.every_command import PROGRAM

_HEAD = '''"""Every command: its help and its arguments. Made from the commands by `scripts/generate`; do not edit.

The program starts with this alone, so that help and usage errors load nothing else (api/cli/arguments.py).
"""

COMMANDS: dict[str, dict[str, object]] = '''


def argument_tables() -> str:
    """api/cli/generated_arguments.py."""
    return "".join([_HEAD, "{\n", *_written({name: _command(one) for name, one in PROGRAM.commands.items()}, 1), "}\n"])


def _written(commands: dict[str, Any], level: int) -> Iterator[str]:
    """The commands as Python, a parameter a line."""
    indent = "    " * level
    for name, row in commands.items():
        yield f"{indent}{name!r}: {{\n"
        yield from (f"{indent}    {key!r}: {held!r},\n" for key, held in row.items() if isinstance(held, str))
        if "commands" in row:
            yield f"{indent}    'commands': {{\n"
            yield from _written(row["commands"], level + 2)
            yield f"{indent}    }},\n"
        else:
            yield f"{indent}    'params': [\n"
            yield from (f"{indent}        {one!r},\n" for one in row["params"])
            yield f"{indent}    ],\n"
        yield f"{indent}}},\n"


def _command(command: click.Command) -> dict[str, Any]:
    row: dict[str, Any] = {"help": inspect.cleandoc(command.help or "")}
    if command.short_help:
        row["short_help"] = command.short_help
    if isinstance(command, click.Group):
        return {**row, "commands": {name: _command(one) for name, one in command.commands.items()}}
    return {**row, "params": [_parameter(one) for one in command.params]}


def _parameter(parameter: click.Parameter) -> dict[str, Any]:
    names = list(dict.fromkeys([*parameter.opts, parameter.name or ""]))
    row: dict[str, Any] = {"names": names}
    if isinstance(parameter, click.Option):
        kept = {"is_flag": False, "multiple": False, "required": False, "metavar": None, "help": None}
        row |= _other(parameter, {**kept, "show_default": None})
    else:
        row |= {"argument": True, "names": [parameter.name], **_other(parameter, {"metavar": None, "nargs": 1})}
        if parameter.required != (parameter.nargs != -1):
            row["required"] = parameter.required
    if isinstance(parameter.default, str | int | float) and not row.get("is_flag"):
        row["default"] = parameter.default
    if not row.get("is_flag") and (kind := _type(parameter.type)):
        row["type"] = kind
    return row


def _other(parameter: click.Parameter, usual: dict[str, object]) -> dict[str, Any]:
    """The attributes of a parameter that differ from the usual."""
    return {name: held for name, was in usual.items() if (held := getattr(parameter, name)) not in (was, None)}


def _type(kind: click.ParamType[Any]) -> dict[str, Any]:
    match kind:
        case click.Path():
            usual = click.Path()
            flags = ("exists", "file_okay", "dir_okay", "readable", "writable", "resolve_path", "allow_dash")
            held = {name: flag for name in flags if (flag := getattr(kind, name)) != getattr(usual, name)}
            return {"is": "file" if kind.type is None else "path", **held}
        case click.Choice():
            return {"is": "choice", "choices": list(kind.choices)}
        case click.IntRange() | click.FloatRange():
            bounds = {name: bound for name in ("min", "max") if (bound := getattr(kind, name)) is not None}
            return {"is": "integer" if isinstance(kind, click.IntRange) else "float", **bounds}
    if kind is click.STRING:
        return {}
    if kind is not NAMED.get(kind.name):
        raise SystemExit(f"scripts/generate knows no type of argument {kind!r}; add it to api/cli/argument_types.py")
    return {"is": kind.name}
