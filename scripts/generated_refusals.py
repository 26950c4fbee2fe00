"""docs/refusals.md: every code of a refusal, made from the classes and codes under `Refusal`."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from typing import Any

import api
import domain
import projections
from api.cli.command_context import PROOFS
from api.http.problem_documents import UNREADABLE, status_and_type
from api.http.request_refusals import RequestCode
from domain.access.access_errors import AccessCode
from domain.integrity.checkpoint_refusals import KeyCode
from domain.postgres.backup_refusals import BackupCode
from domain.refusals import Code, EventCode, Refusal, RuleCode

_HEAD = """# Refusals

Every reason for which AsAt does not do something has a code. Codes stay as they are from release to release; sentences
do not, so programs go by codes. Made from the classes under `domain.refusals.Refusal` by `scripts/generate`; do not
edit.

Over HTTP a refusal is a problem document (RFC 9457) with the members `code`, `field` (where one field is concerned)
and `index` (the place of the event in its batch, from 0). Where several fields are wrong, each of `problems` has a
`code`, a `field` and a `detail`. On the command line it is a sentence on standard error and the exit code 1; with
`-f json` it is one JSON object with `code`, `field`, `detail` and `index`. A command that is not one, a point that
cannot be read among them, is told of in text, with the exit code 2.
"""


def every_kind() -> list[type[Refusal]]:
    """The kinds of refusals that declare a code, in the order of their codes."""
    for package in (domain, projections, api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    return sorted((kind for kind in _below(Refusal) if "code" in vars(kind)), key=lambda kind: kind.code)


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for one in kind.__subclasses__():
        if one.__module__.partition(".")[0] in ("domain", "projections", "api"):
            yield one
            yield from _below(one)


def refusals_document() -> str:
    """The document."""
    lines = [_HEAD]
    for title, rows in (
        ("Refused by a rule", _codes(RuleCode, dict.fromkeys(RuleCode, 409))),
        ("Not an event", _codes(EventCode, dict.fromkeys(EventCode, 422))),
        ("A request that cannot be read", _codes(RequestCode, {**dict.fromkeys(RequestCode, 422), **UNREADABLE})),
        ("A change of access", _codes(AccessCode)),
        ("A key", _codes(KeyCode)),
        ("A backup", _codes(BackupCode)),
        ("Everything else", _kinds()),
    ):
        lines += [f"## {title}", "", "| code | field | when | HTTP | exit |", "|---|---|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in rows] + [""]
    return "\n".join(lines).rstrip() + "\n"


def _codes(codes: type[Code], statuses: Mapping[Any, int] | None = None) -> Iterator[tuple[str, ...]]:
    for code in codes:
        fields = ", ".join(f"`{field}`" for field in code.fields if field not in ("", "*"))
        yield (
            f"`{code}`",
            fields,
            code.when,
            str(statuses[code]) if statuses else "",
            "" if codes is RequestCode else "1",
        )


def _kinds() -> Iterator[tuple[str, ...]]:
    """The kinds that have one code; where two have the same, the one that HTTP answers with."""
    rows = {kind.code: _kind(kind) for kind in sorted(every_kind(), key=lambda kind: _status(kind) is not None)}
    rows |= {code: (f"`{code}`", "", _when(kind), "", "1") for kind, code in PROOFS.items() if code not in rows}
    return (rows[code] for code in sorted(rows))


def _kind(kind: type[Refusal]) -> tuple[str, ...]:
    of_requests = kind.__module__.startswith("api.http")
    field = ", ".join(f"`{one}`" for one in kind.fields or (kind.field,) if one)
    return f"`{kind.code}`", field, _when(kind), str(_status(kind) or ""), "" if of_requests else "1"


def _when(kind: type[Exception]) -> str:
    """The first clause of the class's docstring."""
    return re.split(r"[;:]|\.$", " ".join((kind.__doc__ or "").split("\n\n")[0].split()))[0] + "."


def _status(kind: type[Refusal]) -> int | None:
    try:
        return status_and_type(kind)[0]
    except KeyError:
        return None
