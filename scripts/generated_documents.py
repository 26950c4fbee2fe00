"""Write the documents that are made from code, or with --check name those that are out of date.

EVENTS.md is made from domain/events.py, so that an officer can review its diff, and docs/refusals.md from the classes
and codes of refusals. domain/ledger/catalogue.json is made from the migrations, and only if they have changed, as
that takes a server. domain/proofs/verify.py is joined from domain/proofs/verifying: a stranger reads one file. The
command line starts with api/cli/generated_arguments.py, which is made from the commands.
"""

import json
import sys
import types
import typing
from pathlib import Path

from domain import events, texts
from domain.events import EVENTS, Event, Said
from domain.ledger.catalogue import EXPECTED
from domain.redaction import redactable
from domain.scales import Colour, Rating, Scale
from scripts.argument_tables import argument_tables
from scripts.generated_catalogue import catalogue_document, migrations_digest
from scripts.generated_refusals import refusals_document
from scripts.generated_verifier import verifier
from scripts.question_table import GUIDE, guide

ROOT = Path(__file__).resolve().parent.parent
GOLDENS = ROOT / "tests" / "goldens"

KINDS: dict[object, str] = {
    texts.Text: "text",
    texts.Line: "line of text",
    texts.Number: "number, as printed (`2.4`, `6.1a`)",
    texts.Code: "short name (`amber`, `2`)",
    events.Day: "day (`2019-05-31`)",
    events.PointText: "point in time (`issue:3.0`)",
    events.Sha256: "64 hexadecimal digits",
    events.FieldName: "name of a field (`text`)",
    Colour: "colour (`#f47738`)",
    bool: "true or false",
}
COMMON = set(Event.model_fields)


def kind_in_words(hint: object) -> str:
    """The type of a field, in words."""
    if hint in KINDS:
        return KINDS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:  # the last thing said of a type may be what it names
        return kind_in_words(typing.Annotated[*arguments[:-1]] if len(arguments) > 2 else arguments[0])
    if origin in (typing.Union, types.UnionType):
        return kind_in_words(next(argument for argument in arguments if argument is not type(None)))
    if origin is tuple:
        return f"list of: {kind_in_words(arguments[0])}"
    if hint is int:
        return "whole number"
    if isinstance(hint, type) and issubclass(hint, Said | Rating | Scale):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    raise SystemExit(f"scripts/generate has no words for {hint!r}; add them to KINDS")


def fields_table(kind: type, names: list[str]) -> list[str]:
    """A table of a class's fields."""
    hints = typing.get_type_hints(kind, include_extras=True)
    lines = ["| field | holds | needed | |", "|---|---|---|---|"]
    for name in names:
        field = kind.model_fields[name]  # type: ignore[attr-defined]
        needed = "yes" if field.is_required() and name != "effective_on" else ""
        default = field.default if isinstance(field.default, str) else None
        said = field.description or (f"`{default}` unless told otherwise." if default else "")
        lines.append(f"| `{name}` | {kind_in_words(hints[name])} | {needed} | {said} |")
    return lines


def events_document() -> str:
    """EVENTS.md."""
    source = Path(events.__file__).read_text(encoding="utf-8")
    lines = [
        "# Events",
        "",
        "Everything that can be recorded of an improvement plan. Made from `domain/events.py` by `scripts/generate`; "
        "do not edit.",
        "",
        "An event is a JSON object; in a file, one a line. Besides the fields below it names its `type`, its `plan` "
        "(which may be left out where the address names it) and, if the proposer wants to be able to send it again "
        "without its being stored twice, an `event_id` (a UUID). Fields that are not listed are refused. The ledger "
        "adds `version`, `position`, `recorded_at` and `recorded_by`.",
        "",
        "For a day before the plan was opened only inspections, recommendations and measures are recorded, and a plan "
        "is not closed before a day for which something of it is recorded. While a closing of an action stands, late "
        "news by which that action was not complete, or not in the plan, is refused. In a text, a mark that turns the "
        "direction of writing (U+202A to U+202E, U+2066 to U+2069) is closed on its own line; no separator of lines or "
        "paragraphs (U+2028, U+2029) stands in it. What an earlier release stored otherwise stays as it is.",
        "",
        "Every event may say:",
        "",
        *fields_table(Event, list(Event.model_fields)),
        "",
    ]
    section = ""
    for line in source.splitlines():
        if line.startswith("# "):
            section = line.removeprefix("# ")
        name = line.removeprefix("class ").partition("(")[0]
        if not line.startswith("class ") or name not in EVENTS:
            continue
        if section:
            lines += [f"## {section}", ""]
            section = ""
        lines += event_section(EVENTS[name])
    lines += ["## What events are made of", ""]
    for part in (events.Source, events.Judgement, Scale, Rating):
        lines += [f"### {part.__name__}", "", " ".join((part.__doc__ or "").split()), ""]
        lines += [*fields_table(part, list(part.model_fields)), ""]
    return "\n".join(lines).rstrip() + "\n"


def event_section(event: type[Event]) -> list[str]:
    """One event: its sentence, its fields, an example as stored."""
    own = [name for name in event.model_fields if name not in COMMON]
    lines = [f"### {event.__name__}", "", " ".join((event.__doc__ or "").split()), ""]
    if own:
        lines += [*fields_table(event, own), ""]
    if texts_of := redactable(event.__name__, event.model_fields):
        lines += [f"Can be destroyed (TextRedacted): {', '.join(f'`{name}`' for name in texts_of)}.", ""]
    goldens = (GOLDENS / f"{event.__name__}.jsonl").read_text(encoding="utf-8").split("\n")
    fullest = json.loads(max(goldens, key=len))
    example = json.dumps({"type": event.__name__, "plan": "example", **fullest}, ensure_ascii=False)
    return [*lines, "```json", example, "```", ""]


def catalogue() -> str:
    """domain/ledger/catalogue.json: the present file, unless the migrations have changed."""
    file = ROOT / CATALOGUE
    if file.exists():
        made = file.read_text(encoding="utf-8")
        if json.loads(made)["migrations"] == migrations_digest():
            return made
    return catalogue_document() if sys.argv[1:] != ["--check"] else ""


CATALOGUE = f"domain/ledger/{EXPECTED}"
ARGUMENTS = "api/cli/generated_arguments.py"
DOCUMENTS = {
    "EVENTS.md": events_document,
    "docs/refusals.md": refusals_document,
    CATALOGUE: catalogue,
    "domain/proofs/verify.py": verifier,
    ARGUMENTS: argument_tables,
    GUIDE: guide,
}


def main() -> int:
    """Write the documents, or check them; the exit code says whether any was out of date."""
    check = sys.argv[1:] == ["--check"]
    stale = []
    for name, make in DOCUMENTS.items():
        file, made = ROOT / name, make()
        if not file.exists() or file.read_text(encoding="utf-8") != made:
            stale.append(name)
            if not check:
                file.write_text(made, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run scripts/generate and review the diff\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
