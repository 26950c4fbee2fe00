"""The commands that ask: one for each question, like the addresses of the API."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from api.cli.argument_types import INSTANT, POINT
from api.cli.command_context import SUFFIXES, Session, tell
from api.formats import FORMATS
from api.questions.question import Question
from api.questions.question_parameters import Parameter
from api.questions.question_registry import QUESTIONS
from projections.claims import read_claims


def form_options(
    default: str = "text on a terminal, json elsewhere.",
    written: str = f"in the form that its suffix says ({', '.join(SUFFIXES)}) or -f.",
) -> list[click.Parameter]:
    """The options for an answer's format; `default` and `written` end their help texts."""
    return [
        click.Option(
            ["-o", "--output"], type=click.Path(path_type=Path), metavar="FILE", help=f"Write to this file, {written}"
        ),
        click.Option(
            ["-f", "--format", "form"],
            type=click.Choice(list(FORMATS)),
            metavar="FORM",
            help=f"{', '.join(FORMATS)}. Default: {default}",
        ),
    ]


def own_options(question: Question[Any]) -> list[click.Parameter]:
    """The parameters of a question, as arguments and options."""
    return [_argument(one) if one.stands != "option" else _option(one) for one in question.parameters]


def question_command(
    question: Question[Any], run: Callable[..., None], options: list[click.Parameter]
) -> click.Command:
    """The command of a question, with `run` as its callback."""
    examples = "\n".join(f"  asat {question.called} {one}" for one in question.examples)
    told = f"{question.help}\n\n\b\n{examples}" if examples else question.help
    return click.Command(
        question.called, callback=click.pass_obj(run), params=options, help=told, short_help=question.sentence
    )


def _asks(question: Question[Any]) -> click.Command:
    def run(session: Session, /, form: str | None, output: Path | None, **given: Any) -> None:
        if "claims" in given:
            given["claims"] = read_claims(given["claims"].read_bytes())
        answer = question.ask(session.asker(), **given)
        tell(answer, form, output)
        if question.finds(answer.document):
            raise SystemExit(1)

    return question_command(question, run, [*own_options(question), *form_options()])


def _argument(parameter: Parameter) -> click.Argument:
    if parameter.required:
        return click.Argument([parameter.name], type=_type(parameter))
    return click.Argument([parameter.name], type=_type(parameter), default=parameter.default)


def _option(parameter: Parameter) -> click.Option:
    is_point = parameter.kind in ("point", "points")
    told = f"{parameter.help}; `asat --help` says how to write it." if is_point else f"{parameter.help}."
    named = [f"--{parameter.called.replace('_', '-')}", parameter.name]
    if parameter.kind == "flag":
        return click.Option(named, is_flag=True, help=told)
    if parameter.kind == "points":
        return click.Option(
            named, type=POINT, multiple=True, required=parameter.required, metavar=parameter.metavar, help=told
        )
    default: dict[str, Any] = {}
    if parameter.default is not None:
        default = {"default": parameter.default, "show_default": parameter.kind in ("point", "choice") or None}
    return click.Option(named, type=_type(parameter), metavar=parameter.metavar, help=told, **default)


def _type(parameter: Parameter) -> click.ParamType[Any]:
    match parameter.kind:
        case "point":
            return POINT
        case "instant":
            return INSTANT
        case "number":
            return click.IntRange(parameter.least, parameter.most)
        case "choice":
            return click.Choice(parameter.options)
        case "claims":
            return click.Path(exists=True, dir_okay=False, path_type=Path)
    return click.STRING


#: `api.cli.replay_command` has the command of the replay, which plays on a terminal.
COMMANDS = tuple(_asks(one) for one in QUESTIONS.values() if one.name != "replay")
